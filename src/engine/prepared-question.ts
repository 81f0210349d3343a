import type { HistoryStore, InstanceQuery } from '../core/ports/history-store';

/** The store's answer, once it can give it without keeping others waiting: at once where nothing is to be made for it first. */
export async function prepared<T>(
  store: HistoryStore,
  query: InstanceQuery | undefined,
  answer: (store: HistoryStore) => T,
): Promise<T> {
  const making = query === undefined ? undefined : store.prepare(query);
  if (making !== undefined) await making;
  return answer(store);
}
