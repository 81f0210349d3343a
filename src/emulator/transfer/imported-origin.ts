/** A history from elsewhere, brought into a hub so that it can be forked. */
import { randomBytes } from 'node:crypto';
import type { ExportedInstance } from '../../core/instances/exported-instance';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { importedRow } from '../../replay/imported-row';
import { conflictsOf, importInstances, withNewIds } from './import-instances';

/** The id under which it is in the hub: its own, where the hub has it already or nobody by that name; else another one. */
export async function importOrigin(hub: TaskHubClient, request: ReplayRequest): Promise<string> {
  const { instanceId, executionId, history } = request;
  const existing = await hub.get(instanceId);
  if (existing?.executionId === executionId && existing.historyLength === history.length) return instanceId;
  const exported: ExportedInstance = {
    instance: { ...importedRow(request), parentInstanceId: null },
    history,
    customStatusChanges: [],
  };
  const conflicts = await conflictsOf(hub, [exported]);
  const instances = await withNewIds(hub, [exported], conflicts, () => randomBytes(16).toString('hex'));
  await importInstances(hub, instances, 'refuse');
  return instances[0]?.instance.instanceId ?? instanceId;
}
