import { DurascopeError } from '../../core/values/errors';
import type { HistoryEvent } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { importedRow } from '../../replay/imported-row';

const onlyLookedAt = 'This history was imported to be looked at: nothing can be done to its instance.';

/** A hub of one instance that stands still: what a history out of a file tells. Nothing can be done to it. */
export function importedHub({ instanceId, executionId, functionName, history }: ReplayRequest): TaskHubClient {
  return standingHub([{ row: importedRow({ instanceId, executionId, functionName, history }), history }]);
}

/** A hub of these instances, of which there is at least one, and nothing can be done to them. */
export function standingHub(runs: readonly { row: InstanceRow; history: readonly HistoryEvent[] }[]): TaskHubClient {
  const of = (id: string): (typeof runs)[number] | undefined => runs.find(({ row }) => row.instanceId === id);
  const unknown = (id: string): Promise<never> =>
    Promise.reject(new DurascopeError('InstanceNotFound', `There is no instance '${id}' here.`));
  const refuse = (): Promise<never> => Promise.reject(new DurascopeError('NotSupported', onlyLookedAt));
  const empty = { instances: [] };
  return {
    capabilities: { rewind: false, entities: false, suspend: false, readOnly: onlyLookedAt },
    get: (id) => Promise.resolve(of(id)?.row),
    history: (id, from = 0, count = Number.MAX_SAFE_INTEGER) => Promise.resolve(of(id)?.history.slice(from, from + count) ?? []),
    query: () => Promise.resolve(empty),
    countByStatus: () => Promise.resolve({}),
    customStatusChanges: () => Promise.resolve([]),
    waitingFor: () => Promise.resolve({ activities: [], timers: [], events: [], children: [] }),
    subscribe: () => ({ dispose: () => undefined }),
    waitForCompletion: (id) => {
      const row = of(id)?.row;
      return row === undefined ? unknown(id) : Promise.resolve(row);
    },
    getEntity: () => Promise.resolve(undefined),
    queryEntities: refuse,
    entityBatches: () => Promise.resolve([]),
    ...{ start: refuse, raiseEvent: refuse, terminate: refuse, suspend: refuse, resume: refuse, rewind: refuse, restart: refuse },
    ...{
      fork: refuse,
      purge: refuse,
      purgeBy: refuse,
      importInstances: refuse,
      signalEntity: refuse,
      cleanEntityStorage: refuse,
    },
  };
}
