/** A history out of a file, brought into the running emulator so that it can be forked. */
import { randomBytes } from 'node:crypto';
import { closestName } from '../base/closest-name';
import type { ExportedInstance } from '../core/instances/exported-instance';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { DurascopeError } from '../core/values/errors';
import { conflictsOf, importInstances, withNewIds } from '../emulator/import-instances';
import { readHistories } from '../replay/imported-history';
import { importedRow } from '../replay/imported-row';

/**
 * The id under which the instance of the file is in the hub: its own, where the hub has it already or not at all; another one where that id
 * belongs to another run. `wanted`: which one of several.
 */
export async function importOrigin(hub: TaskHubClient, text: string, wanted: string | undefined): Promise<string> {
  const all = readHistories(text);
  const ids = all.map(({ instanceId }) => instanceId);
  const found = wanted === undefined && all.length === 1 ? all[0] : all.find(({ instanceId }) => instanceId === wanted);
  if (found === undefined) {
    const meant = wanted === undefined ? undefined : closestName(wanted, ids);
    const shown = `${ids.slice(0, 10).join(', ')}${ids.length > 10 ? ' ...' : ''}`;
    throw new DurascopeError(
      'InstanceNotFound',
      wanted === undefined
        ? `The file has several instances: name one of ${shown}.`
        : `The file has no instance '${wanted}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`} It has ${shown}.`,
    );
  }
  const { instanceId, executionId, functionName, history } = found;
  if (functionName === null) {
    throw new DurascopeError('InvalidArgument', 'The history does not say which orchestrator it is of: it cannot be run on.');
  }
  const existing = await hub.get(instanceId);
  if (existing?.executionId === executionId && existing.historyLength === history.length) return instanceId;
  const exported: ExportedInstance = {
    instance: { ...importedRow({ instanceId, executionId, functionName, history }), parentInstanceId: null },
    history,
    customStatusChanges: [],
  };
  const conflicts = await conflictsOf(hub, [exported]);
  const instances = await withNewIds(hub, [exported], conflicts, () => randomBytes(16).toString('hex'));
  await importInstances(hub, instances, 'refuse');
  return instances[0]?.instance.instanceId ?? instanceId;
}
