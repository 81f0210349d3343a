import { DurascopeError } from '../../core/values/errors';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { importedRow } from '../../replay/imported-row';

/** A hub of one instance that stands still: what a history out of a file tells. Nothing can be done to it. */
export function importedHub({ instanceId, executionId, functionName, history }: ReplayRequest): TaskHubClient {
  const row = importedRow({ instanceId, executionId, functionName, history });
  const refuse = (): Promise<never> =>
    Promise.reject(
      new DurascopeError('NotSupported', 'This history was imported to be looked at: nothing can be done to its instance.'),
    );
  const empty = { instances: [] };
  return {
    capabilities: { rewind: false, entities: false, suspend: false },
    get: (id) => Promise.resolve(id === instanceId ? row : undefined),
    history: (id, from = 0, count = history.length) =>
      Promise.resolve(id === instanceId ? history.slice(from, from + count) : []),
    query: () => Promise.resolve(empty),
    countByStatus: () => Promise.resolve({}),
    customStatusChanges: () => Promise.resolve([]),
    waitingFor: () => Promise.resolve({ activities: [], timers: [], events: [], children: [] }),
    subscribe: () => ({ dispose: () => undefined }),
    waitForCompletion: () => Promise.resolve(row),
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
