import type { ReplayRequest } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';

/** Row and history of the same moment. Rejects with `InstanceNotFound`. */
export async function replayRequestOf(hub: TaskHubClient, instanceId: string): Promise<ReplayRequest> {
  for (;;) {
    const before = await hub.get(instanceId);
    if (before === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
    const history = await hub.history(instanceId);
    const row = await hub.get(instanceId);
    if (row?.executionId !== before.executionId || row.historyLength !== before.historyLength) continue;
    return { instanceId, executionId: row.executionId, functionName: row.name, history };
  }
}
