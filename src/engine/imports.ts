import { DurascopeError } from '../core/values/errors';
import {
  exportedInstanceProblem,
  importCheckpoints,
  parentCycleProblem,
  type ExportedInstance,
} from '../core/instances/exported-instance';
import { Generation } from '../core/turns/generation';
import type { ImportConflicts, ImportOutcome } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';
import type { EngineCore } from './engine-core';

/** Puts foreign instances into this turn's batch, all or none. Errors: InvalidArgument, InstanceExists (task-hub-client.ts). */
export function gatherImport(
  core: EngineCore,
  instances: readonly ExportedInstance[],
  onConflict: ImportConflicts,
): ImportOutcome {
  const ids = new Set<string>();
  const existing = new Set<string>();
  for (const each of instances) {
    const problem = exportedInstanceProblem(each);
    if (problem !== null) throw new DurascopeError('InvalidArgument', problem);
    const { instanceId } = each.instance;
    if (ids.has(instanceId)) throw new DurascopeError('InvalidArgument', `The instance id '${instanceId}' comes twice.`);
    ids.add(instanceId);
    if (core.lives.rowOf(instanceId) !== undefined) existing.add(instanceId);
  }
  const cycle = parentCycleProblem(instances, (id) => core.lives.rowOf(id)?.parentInstanceId ?? null);
  if (cycle !== null) throw new DurascopeError('InvalidArgument', cycle);
  if (existing.size > 0 && onConflict === 'refuse') throw alreadyThere([...existing]);
  const imported: string[] = [];
  for (const each of instances) {
    const { instanceId } = each.instance;
    if (existing.has(instanceId) && onConflict === 'skip') continue;
    imported.push(instanceId);
    gatherOne(core, each, existing.has(instanceId));
  }
  return { imported, skipped: onConflict === 'skip' ? [...existing] : [] };
}

function gatherOne(core: EngineCore, exported: ExportedInstance, replaces: boolean): void {
  const { instance: row, history } = exported;
  const live = core.lives.begin(row);
  // An unfinished one may get a message before the store has it all.
  if (!isTerminal(row.runtimeStatus)) live.generation = new Generation(history);
  const batch = core.gather();
  for (const checkpoint of importCheckpoints(exported, replaces)) batch.checkpoints.push(checkpoint);
  batch.changes.push({ type: 'instance', row, newEvents: history, historyReplaced: true });
  batch.pin(live);
}

function alreadyThere(instanceIds: readonly string[]): DurascopeError {
  const shown = instanceIds.slice(0, 3).map((id) => `'${id}'`);
  const more = instanceIds.length > shown.length ? ` and ${instanceIds.length - shown.length} more` : '';
  return new DurascopeError(
    'InstanceExists',
    `The hub has instances with these ids already: ${shown.join(', ')}${more}. Say whether they are to be skipped, replaced or imported under new ids.`,
    { details: { instanceIds } },
  );
}
