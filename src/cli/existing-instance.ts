import { DurascopeError } from '../core/values/errors';
import type { InstanceRow } from '../core/instances/instance';
import type { TaskHubClient } from '../core/ports/task-hub-client';

/** `InstanceNotFound` where the hub has no such id. */
export async function existingInstance(hub: TaskHubClient, instanceId: string): Promise<InstanceRow> {
  const row = await hub.get(instanceId);
  if (row !== undefined) return row;
  throw new DurascopeError(
    'InstanceNotFound',
    `There is no instance '${instanceId}'. 'durascope instances' lists those that there are.`,
  );
}
