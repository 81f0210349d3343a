/**
 * Queries over a server that gives pages in an order of its own and filters by little: what it cannot filter by is looked for here, and up to
 * `sortable` instances are put into any order; of more the page says that it is in the server's.
 */
import { orderValueOf, searchTextOf } from '../core/instances/instance-search';
import type { InstanceRow } from '../core/instances/instance';
import type { InstancePage, InstanceQuery } from '../core/ports/history-store';
import { isEntityId } from '../core/values/instance-id';
import { toTimestamp } from '../core/values/time';
import type { CountsByStatus, CountWatch } from './attached-hub';
import { countingCalledOff } from './closed-connection';

const sortable = 1000;
const defaultPageSize = 100;

export interface PagedServer {
  get(instanceId: string): Promise<InstanceRow | undefined>;
  /** At least one instance, unless there are no more. */
  page(query: InstanceQuery, pageSize: number, continuationToken: string | undefined): Promise<InstancePage>;
}

export async function queryByPages(server: PagedServer, query: InstanceQuery): Promise<InstancePage> {
  const pageSize = query.pageSize ?? defaultPageSize;
  if (query.instanceIds !== undefined) {
    const rows = await Promise.all(query.instanceIds.map((id) => server.get(id)));
    return { instances: rows.filter((row) => row !== undefined).filter(restOf(query)) };
  }
  const { orderBy = 'instanceId', descending = false, now = toTimestamp(Date.now()) } = query;
  if ((orderBy !== 'instanceId' || descending) && query.continuationToken?.startsWith('at:') !== false) {
    const first = await server.page(query, sortable, undefined);
    if (first.continuationToken === undefined) {
      const rows = [...first.instances].sort(
        (a, b) => compare(orderValueOf(a, orderBy, now), orderValueOf(b, orderBy, now)) || compare(a.instanceId, b.instanceId),
      );
      if (descending) rows.reverse();
      const from = Number(query.continuationToken?.slice('at:'.length) ?? 0);
      const next = from + pageSize;
      return {
        instances: rows.slice(from, next),
        ...(next < rows.length ? { continuationToken: `at:${next}` } : {}),
      };
    }
    return { ...(await server.page(query, pageSize, undefined)), orderedBy: 'instanceId' };
  }
  return server.page(query, pageSize, query.continuationToken);
}

/** By reading all of them. */
export async function countByPages(
  server: PagedServer,
  query: InstanceQuery,
  { progress, signal }: CountWatch = {},
): Promise<CountsByStatus> {
  const counts: CountsByStatus = {};
  let token: string | undefined;
  do {
    if (signal?.aborted === true) throw countingCalledOff();
    const page = await server.page(query, sortable, token);
    for (const { runtimeStatus } of page.instances) counts[runtimeStatus] = (counts[runtimeStatus] ?? 0) + 1;
    progress?.({ ...counts });
    token = page.continuationToken;
  } while (token !== undefined);
  return counts;
}

/** What such a server cannot filter by. */
export function restOf(query: InstanceQuery): (row: InstanceRow) => boolean {
  const { text, names, parentInstanceId, entities, lastUpdatedFrom, lastUpdatedTo, rootsOnly } = query;
  const words = text?.toLowerCase();
  return (row) =>
    (words === undefined || searchTextOf(row).includes(words)) &&
    names?.includes(row.name) !== false &&
    query.statuses?.includes(row.runtimeStatus) !== false &&
    (parentInstanceId === undefined || row.parentInstanceId === parentInstanceId) &&
    (rootsOnly !== true || row.parentInstanceId === null) &&
    (lastUpdatedFrom === undefined || row.lastUpdatedTime >= lastUpdatedFrom) &&
    (lastUpdatedTo === undefined || row.lastUpdatedTime <= lastUpdatedTo) &&
    (entities !== 'only' || isEntityId(row.instanceId)) &&
    (entities !== 'exclude' || !isEntityId(row.instanceId));
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
