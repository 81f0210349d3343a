/** A history out of a file, brought into the running emulator so that it can be forked. */
import { closestName } from '../base/closest-name';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { DurascopeError } from '../core/values/errors';
import { importOrigin } from '../emulator/transfer/imported-origin';
import { readHistories } from '../replay/imported-history';

/**
 * The id under which the instance of the file is in the hub: its own, where the hub has it already or not at all; another one where that id
 * belongs to another run. `wanted`: which one of several.
 */
export async function importFromFile(hub: TaskHubClient, text: string, wanted: string | undefined): Promise<string> {
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
  return importOrigin(hub, { instanceId, executionId, functionName, history });
}
