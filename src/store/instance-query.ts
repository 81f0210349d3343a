/** `InstanceQuery` as SQL: filters, and a page along one index. What the columns do not answer is search-query.ts's. */
import type { SqlValue } from 'sql.js';
import type { InstancePage, InstanceQuery } from '../core/ports/history-store';
import type { OrchestrationStatus } from '../core/values/status';
import type { SqlConnection } from './sql-connection';
import type { InstanceOrderBy } from '../core/instances/instance-search';
import { checkedPage, writeToken } from './query-page';
import { decodeRow } from './row-codec';

interface Order {
  column: string;
  index: string;
}
/** The others are search-query.ts's. */
const orders: Readonly<Partial<Record<InstanceOrderBy, Order>>> = {
  instanceId: { column: 'id', index: 'instances_by_id' },
  createdTime: { column: 'created', index: 'instances_by_created' },
  lastUpdatedTime: { column: 'updated', index: 'instances_by_updated' },
  name: { column: 'name', index: 'instances_by_name' },
  runtimeStatus: { column: 'status', index: 'instances_by_status' },
};

interface Filter {
  sql: string;
  params: readonly SqlValue[];
  /** The index that finds what this filter lets through, where there is one. */
  index?: string;
}

/** Up to this many matches are fetched by a filter's index and sorted; more are found soon enough along the order's index. */
const fewMatches = 2000;

/** `isEntityId` in SQL. */
const entityGlob = "id GLOB '@[^@]*@*'";

/** Errors: InvalidArgument (page size, order, token). */
export function queryInstances(connection: SqlConnection, query: InstanceQuery): InstancePage {
  const { pageSize, orderBy, fingerprint, after } = checkedPage(query);
  const order = orders[orderBy];
  if (order === undefined) throw new Error(`There is no column for the order by ${orderBy}.`);
  const filters = filtersOf(query);
  const index = bestIndex(connection, filters) ?? order.index;
  const all = after === undefined ? filters : [...filters, keysetFilter(order.column, query.descending === true, after)];

  const direction = query.descending ? 'DESC' : 'ASC';
  const orderSql = order.column === 'id' ? `id ${direction}` : `${order.column} ${direction}, id ${direction}`;
  const rows = connection.select(
    `SELECT ${order.column}, id, CAST(body AS TEXT) FROM instances INDEXED BY ${index} ${whereOf(all)} ORDER BY ${orderSql} LIMIT ?`,
    [...paramsOf(all), pageSize + 1],
  );
  const instances = rows.slice(0, pageSize).map((row) => decodeRow(row[2] as string));
  const last = rows[pageSize - 1];
  if (rows.length <= pageSize || last === undefined) return { instances };
  return { instances, continuationToken: writeToken(fingerprint, last[0] as string | number, last[1] as string) };
}

/** Of a row: what it has for the order, and its id. */
export type KeyOfRow = readonly [value: string | number, id: string];

/** The column of an order; undefined where there is none. */
export function columnOf(orderBy: InstanceOrderBy): string | undefined {
  return orders[orderBy]?.column;
}

/**
 * A part of the rows that the query's filters let through, in its order: those after `after`, to the end of the `count` rows there.
 * `end`: the last of them; undefined: there are no more.
 */
export function rowsBetween(
  connection: SqlConnection,
  query: InstanceQuery,
  after: KeyOfRow | undefined,
  count: number,
): { end: KeyOfRow | undefined; visit: (pattern: string, row: (body: string, key: KeyOfRow) => boolean) => void } {
  const order = orders[query.orderBy ?? 'instanceId'] ?? { column: 'id', index: 'instances_by_id' };
  const isDescending = query.descending === true;
  const direction = isDescending ? 'DESC' : 'ASC';
  const orderSql = order.column === 'id' ? `id ${direction}` : `${order.column} ${direction}, id ${direction}`;
  const from = after === undefined ? [] : [keysetFilter(order.column, isDescending, after)];
  const [last] = connection.select(
    `SELECT ${order.column}, id FROM instances INDEXED BY ${order.index} ${whereOf(from)} ORDER BY ${orderSql} LIMIT 1 OFFSET ?`,
    [...paramsOf(from), count - 1],
  );
  const end = last === undefined ? undefined : ([last[0] as string | number, last[1] as string] as const);
  return {
    end,
    visit: (pattern, row) => {
      const to = end === undefined ? [] : [upToFilter(order.column, isDescending, end)];
      const like = { sql: 'CAST(body AS TEXT) LIKE ?', params: [pattern] };
      const all = [...from, ...to, ...filtersOf(query), like];
      const sql = `SELECT ${order.column}, id, CAST(body AS TEXT) FROM instances INDEXED BY ${order.index} ${whereOf(all)} ORDER BY ${orderSql}`;
      connection.scan(sql, paramsOf(all), ([value, id, body]) => row(body as string, [value as string | number, id as string]));
    },
  };
}

/** Instances that the filters let through; order, page size and token do not matter. */
export function countInstances(connection: SqlConnection, query: InstanceQuery): number {
  const filters = filtersOf(query);
  return Number(connection.select(`SELECT count(*) FROM instances ${whereOf(filters)}`, paramsOf(filters))[0]?.[0]);
}

export function countInstancesByStatus(
  connection: SqlConnection,
  query: InstanceQuery,
): Partial<Record<OrchestrationStatus, number>> {
  const filters = filtersOf(query);
  const rows = connection.select(`SELECT status, count(*) FROM instances ${whereOf(filters)} GROUP BY status`, paramsOf(filters));
  return Object.fromEntries(rows.map(([status, count]) => [status as OrchestrationStatus, Number(count)]));
}

function filtersOf(query: InstanceQuery): Filter[] {
  const filters: Filter[] = [];
  const range = (column: string, index: string, from: string | undefined, to: string | undefined): void => {
    if (from !== undefined) filters.push({ sql: `${column} >= ?`, params: [from], index });
    if (to !== undefined) filters.push({ sql: `${column} <= ?`, params: [to], index });
  };
  const oneOf = (column: string, index: string, values: readonly string[] | undefined): void => {
    if (values === undefined) return;
    filters.push(
      values.length === 1
        ? { sql: `${column} = ?`, params: [values[0] ?? null], index }
        : { sql: `${column} IN (SELECT value FROM json_each(?))`, params: [JSON.stringify(values)], index },
    );
  };
  const prefix = query.instanceIdPrefix;
  if (prefix) {
    filters.push({ sql: 'id >= ? AND id < ?', params: [prefix, `${prefix}\u{10FFFF}`], index: 'instances_by_id' });
  }
  if (query.instanceIdFrom !== undefined)
    filters.push({ sql: 'id >= ?', params: [query.instanceIdFrom], index: 'instances_by_id' });
  oneOf('id', 'instances_by_id', query.instanceIds);
  oneOf('status', 'instances_by_status', query.statuses);
  oneOf('name', 'instances_by_name', query.names);
  if (query.parentInstanceId !== undefined) {
    filters.push({ sql: 'parent = ?', params: [query.parentInstanceId], index: 'instances_by_parent' });
  }
  range('created', 'instances_by_created', query.createdTimeFrom, query.createdTimeTo);
  range('updated', 'instances_by_updated', query.lastUpdatedFrom, query.lastUpdatedTo);
  if (query.rootsOnly) filters.push({ sql: 'parent IS NULL', params: [] });
  // Entity ids are "@name@key"; "A" is the character after "@".
  if (query.entities === 'only')
    filters.push({ sql: `id >= '@' AND id < 'A' AND ${entityGlob}`, params: [], index: 'instances_by_id' });
  if (query.entities === 'exclude') filters.push({ sql: `NOT (id >= '@' AND id < 'A' AND ${entityGlob})`, params: [] });
  return filters;
}

function bestIndex(connection: SqlConnection, filters: readonly Filter[]): string | undefined {
  let best: string | undefined;
  let fewest = fewMatches + 1;
  for (const { sql, params, index } of filters) {
    if (index === undefined) continue;
    const counted = connection.select(`SELECT count(*) FROM (SELECT 1 FROM instances INDEXED BY ${index} WHERE ${sql} LIMIT ?)`, [
      ...params,
      fewest,
    ]);
    const matches = Number(counted[0]?.[0]);
    if (matches < fewest) {
      fewest = matches;
      best = index;
    }
  }
  return best;
}

function keysetFilter(column: string, descending: boolean, [value, id]: readonly [string | number, string]): Filter {
  const operator = descending ? '<' : '>';
  return column === 'id'
    ? { sql: `id ${operator} ?`, params: [id] }
    : { sql: `(${column}, id) ${operator} (?, ?)`, params: [value, id] };
}

function upToFilter(column: string, descending: boolean, [value, id]: KeyOfRow): Filter {
  const operator = descending ? '>=' : '<=';
  return column === 'id'
    ? { sql: `id ${operator} ?`, params: [id] }
    : { sql: `(${column}, id) ${operator} (?, ?)`, params: [value, id] };
}

function whereOf(filters: readonly Filter[]): string {
  return filters.length === 0 ? '' : `WHERE ${filters.map((filter) => filter.sql).join(' AND ')}`;
}

function paramsOf(filters: readonly Filter[]): SqlValue[] {
  return filters.flatMap((filter) => filter.params);
}
