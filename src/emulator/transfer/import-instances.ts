import { countText } from '../../base/count-text';
import { messageOf } from '../../base/error-message';
import type { ExportedInstance } from '../../core/instances/exported-instance';
import type { ImportConflicts, ImportOutcome, TaskHubClient } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { isTerminal } from '../../core/values/status';
import { renamedInstances, type NewIdentity } from '../../core/instances/renamed-instances';

/** Ids asked for at once: they travel in the address of a request. */
const maxQueryLength = 4000;
/** A call is all or nothing and is held in memory in several forms. */
const maxRowsPerCall = 20_000;
const maxInstancesPerCall = 500;

/** Which of the instances have ids that the hub knows already, in the order given. */
export async function conflictsOf(hub: TaskHubClient, instances: readonly ExportedInstance[]): Promise<string[]> {
  const ids = instances.map((each) => each.instance.instanceId);
  const taken = await takenIds(hub, ids);
  return ids.filter((id) => taken.has(id));
}

async function takenIds(hub: TaskHubClient, ids: readonly string[]): Promise<Set<string>> {
  const taken = new Set<string>();
  let from = 0;
  while (from < ids.length) {
    let to = from;
    for (let length = 0; to < ids.length && (to === from || length < maxQueryLength); to++) {
      length += encodeURIComponent(ids[to] ?? '').length + 6;
    }
    const page = await hub.query({ instanceIds: ids.slice(from, to), pageSize: Math.max(to - from, 1) });
    for (const row of page.instances) taken.add(row.instanceId);
    from = to;
  }
  return taken;
}

/**
 * The instances of `conflicts` under new ids that neither the hub nor the list has: `<id>-imported`, then `-imported-2` and so on.
 * `newId` gives 32 lower-case hex digits.
 */
export async function withNewIds(
  hub: TaskHubClient,
  instances: readonly ExportedInstance[],
  conflicts: readonly string[],
  newId: () => string,
): Promise<ExportedInstance[]> {
  const identities = new Map<string, NewIdentity>();
  const used = new Set(instances.map((each) => each.instance.instanceId));
  let open = conflicts;
  for (let attempt = 1; open.length > 0; attempt++) {
    const nameOf = (id: string): string => `${id}-imported${attempt === 1 ? '' : `-${attempt}`}`;
    const taken = await takenIds(hub, open.map(nameOf));
    const left: string[] = [];
    for (const id of open) {
      const instanceId = nameOf(id);
      if (taken.has(instanceId) || used.has(instanceId)) {
        left.push(id);
        continue;
      }
      used.add(instanceId);
      identities.set(id, { instanceId, executionId: newId() });
    }
    open = left;
  }
  return renamedInstances(instances, identities);
}

export interface ImportReport extends ImportOutcome {
  /** Imported ones that have not ended: they stand still. */
  unfinished: readonly string[];
}

/** Imports in calls of bearable size; when one fails, those before it are in the hub. `done` is told the number imported so far. */
export async function importInstances(
  hub: TaskHubClient,
  instances: readonly ExportedInstance[],
  onConflict: ImportConflicts,
  done: (instances: number) => void = () => undefined,
): Promise<ImportReport> {
  const imported: string[] = [];
  const skipped: string[] = [];
  for (const piece of pieces(instances)) {
    const outcome = await hub.importInstances(piece, onConflict).catch((error: unknown) => {
      throw imported.length === 0 ? error : interrupted(error, imported.length, instances.length);
    });
    for (const id of outcome.imported) imported.push(id);
    for (const id of outcome.skipped) skipped.push(id);
    done(imported.length);
  }
  const ids = new Set(imported);
  const unfinished = instances
    .map((each) => each.instance)
    .filter((row) => !isTerminal(row.runtimeStatus) && ids.has(row.instanceId))
    .map((row) => row.instanceId);
  return { imported, skipped, unfinished };
}

function interrupted(error: unknown, done: number, all: number): DurascopeError {
  return new DurascopeError(
    DurascopeError.is(error) ? error.code : 'Stopped',
    `${messageOf(error)} The import came as far as ${done} of ${countText(all, 'instance')}, which are in the hub: import the file again and skip those (--on-conflict skip).`,
    { cause: error, ...(DurascopeError.is(error) && { details: error.details }) },
  );
}

function* pieces(instances: readonly ExportedInstance[]): Generator<ExportedInstance[]> {
  let piece: ExportedInstance[] = [];
  let rows = 0;
  for (const each of instances) {
    piece.push(each);
    rows += each.history.length;
    if (rows < maxRowsPerCall && piece.length < maxInstancesPerCall) continue;
    yield piece;
    piece = [];
    rows = 0;
  }
  if (piece.length > 0) yield piece;
}
