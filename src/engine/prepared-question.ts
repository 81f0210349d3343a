import type { HistoryStore, InstancePage, InstanceQuery } from '../core/ports/history-store';
import type { OrchestrationStatus } from '../core/values/status';

/** The store's page, once it can give it without keeping others waiting. */
export function preparedPage(store: HistoryStore, query: InstanceQuery): Promise<InstancePage> {
  return store.firstPage?.(query) ?? prepared(store, query, () => store.query(query));
}

/** As `preparedPage`. */
export function preparedCounts(
  store: HistoryStore,
  query: InstanceQuery | undefined,
): Promise<Partial<Record<OrchestrationStatus, number>>> {
  const first = query === undefined ? undefined : store.firstCounts?.(query);
  return first ?? prepared(store, query, () => store.countByStatus(query));
}

/** At once where nothing is to be made for it first. */
async function prepared<T>(store: HistoryStore, query: InstanceQuery | undefined, answer: () => T): Promise<T> {
  const making = query === undefined ? undefined : store.prepare(query);
  if (making !== undefined) await making;
  return answer();
}
