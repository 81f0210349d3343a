import { entityDetails } from '../core/entities/entity-views';
import type { HistoryStore } from '../core/ports/history-store';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { addressOf } from '../core/values/entity-id';
import { DurascopeError } from '../core/values/errors';
import { queryEntities } from './entity-queries';
import { preparedCounts, preparedPage } from './prepared-question';
import { notFound } from './refusals';
import { waitingFor } from './waiting-for';

/** A hub that stands still: what a store holds, to be read. Whatever would change something is refused (`Stopped`). */
export function storedHub(store: HistoryStore): TaskHubClient {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new DurascopeError('Stopped', 'The emulator is stopped, and its instances are only looked at. Start it and try again.'),
    );
  const read = <T>(answer: () => T): Promise<T> => new Promise((resolve) => resolve(answer()));
  return {
    capabilities: { rewind: false, entities: true, suspend: false },
    get: (id) => read(() => store.instance(id)),
    query: (query) => preparedPage(store, query),
    countByStatus: (query) => preparedCounts(store, query),
    history: (id, from, count) => read(() => store.history(id, from, count)),
    customStatusChanges: (id) => read(() => store.customStatusChanges(id)),
    waitingFor: (id) => read(() => waitingFor(store, id, new Map()) ?? notFound(id)),
    waitForCompletion: (id) => read(() => store.instance(id) ?? notFound(id)),
    getEntity: (id) =>
      read(() => {
        const row = store.instance(id) ?? store.instance(addressOf(id));
        return row === undefined ? undefined : (entityDetails(row) ?? undefined);
      }),
    queryEntities: (query) => read(() => queryEntities(store, query)),
    entityBatches: () => Promise.resolve([]),
    subscribe: () => ({ dispose: () => undefined }),
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
