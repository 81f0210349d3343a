import { compareRuns, type ComparedRun, type RunComparison } from '../instances/compare-runs';
import { DurascopeError } from '../values/errors';
import type { TaskHubClient } from './task-hub-client';

/** As they are now. `InstanceNotFound`. */
export async function compareInstances(hub: TaskHubClient, leftId: string, rightId: string): Promise<RunComparison> {
  return compareRuns(await runOf(hub, leftId), await runOf(hub, rightId));
}

async function runOf(hub: TaskHubClient, instanceId: string): Promise<ComparedRun> {
  const row = await hub.get(instanceId);
  if (row === undefined) {
    throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`, { details: { instanceId } });
  }
  return { row, history: await hub.history(instanceId), customStatusChanges: await hub.customStatusChanges(instanceId) };
}
