import { entityInfo, type EntityInfo, type EntityPage, type EntityQuery } from '../core/entities/entity-views';
import type { HistoryStore, InstanceQuery } from '../core/ports/history-store';

/** Deleted entities are left out after the store has cut the page, so pages are asked for until one is full. */
export function queryEntities(store: Pick<HistoryStore, 'query'>, query: EntityQuery): EntityPage {
  const size = Math.min(Math.max(query.pageSize ?? 100, 1), 10_000);
  const wanted = instanceQuery(query);
  if (wanted === null) return { entities: [] };
  const entities: EntityInfo[] = [];
  for (;;) {
    const page = store.query({ ...wanted, pageSize: size - entities.length });
    for (const row of page.instances) {
      const info = entityInfo(row, query.includeState === true);
      if (info !== null && (info.exists || query.includeTransient === true)) entities.push(info);
    }
    const { continuationToken } = page;
    if (continuationToken === undefined) return { entities };
    if (entities.length >= size) return { entities, continuationToken };
    wanted.continuationToken = continuationToken;
  }
}

/** Null when nothing can be found. */
function instanceQuery(query: EntityQuery): InstanceQuery | null {
  const { name, instanceIdPrefix: prefix, instanceIdFrom, lastOperationFrom, lastOperationTo, continuationToken } = query;
  const byName = name === undefined ? '@' : `@${name.toLowerCase()}@`;
  const given = prefix ?? '@';
  if (!byName.startsWith(given) && !given.startsWith(byName)) return null;
  return {
    entities: 'only',
    instanceIdPrefix: given.length > byName.length ? given : byName,
    ...(instanceIdFrom === undefined ? {} : { instanceIdFrom }),
    ...(lastOperationFrom === undefined ? {} : { createdTimeFrom: lastOperationFrom }),
    ...(lastOperationTo === undefined ? {} : { createdTimeTo: lastOperationTo }),
    ...(continuationToken === undefined ? {} : { continuationToken }),
  };
}
