/** `InstanceQuery` as SQL: filters, a page along one index, and the continuation token that says where the next one starts. */
import { crc32 } from 'node:zlib';
import type { SqlValue } from 'sql.js';
import { DurascopeError } from '../core/values/errors';
import type { InstancePage, InstanceQuery } from '../core/ports/history-store';
import type { OrchestrationStatus } from '../core/values/status';
import type { SqlConnection } from './sql-connection';
import { instanceOrders, type InstanceOrderBy } from '../core/instances/instance-search';
import { toTimestamp } from '../core/values/time';
import type { InstanceTexts } from './instance-texts';
import { decodeRow } from './row-codec';

interface Order {
  column: string;
  index: string;
}
/** The others are sorted by a temporary table (instance-texts.ts). */
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

const defaultPageSize = 100;
const maxPageSize = 10_000;

/** Errors: InvalidArgument (page size, order, token). */
export function queryInstances(connection: SqlConnection, texts: InstanceTexts, query: InstanceQuery): InstancePage {
  const pageSize = query.pageSize ?? defaultPageSize;
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > maxPageSize) {
    throw new DurascopeError(
      'InvalidArgument',
      `The page size must be a whole number from 1 to ${maxPageSize}, not ${pageSize}.`,
    );
  }
  const orderBy = query.orderBy ?? 'instanceId';
  if (!instanceOrders.includes(orderBy)) {
    throw new DurascopeError('InvalidArgument', `Cannot order by "${orderBy}". Use one of ${instanceOrders.join(', ')}.`);
  }
  const order = orders[orderBy] ?? { column: 'ordered.value', index: 'instances_by_id' };
  if (orders[orderBy] === undefined) texts.order(connection, orderBy, query.now ?? toTimestamp(Date.now()));
  const filters = filtersOf(connection, texts, query);
  const fingerprint = fingerprintOf(query);
  const index = bestIndex(connection, filters) ?? order.index;
  const joined = orders[orderBy] === undefined ? 'JOIN temp.ordered AS ordered ON ordered.instance = id' : '';
  const after = query.continuationToken === undefined ? undefined : readToken(query.continuationToken, fingerprint);
  const all = after === undefined ? filters : [...filters, keysetFilter(order.column, query.descending === true, after)];

  const direction = query.descending ? 'DESC' : 'ASC';
  const orderSql = order.column === 'id' ? `id ${direction}` : `${order.column} ${direction}, id ${direction}`;
  const rows = connection.select(
    `SELECT ${order.column}, id, CAST(body AS TEXT) FROM instances INDEXED BY ${index} ${joined} ${whereOf(all)} ORDER BY ${orderSql} LIMIT ?`,
    [...paramsOf(all), pageSize + 1],
  );
  const instances = rows.slice(0, pageSize).map((row) => decodeRow(row[2] as string));
  const last = rows[pageSize - 1];
  if (rows.length <= pageSize || last === undefined) return { instances };
  return { instances, continuationToken: writeToken(fingerprint, last[0] as string | number, last[1] as string) };
}

/** Instances that the filters let through; order, page size and token do not matter. */
export function countInstances(connection: SqlConnection, texts: InstanceTexts, query: InstanceQuery): number {
  const filters = filtersOf(connection, texts, query);
  return Number(connection.select(`SELECT count(*) FROM instances ${whereOf(filters)}`, paramsOf(filters))[0]?.[0]);
}

export function countInstancesByStatus(
  connection: SqlConnection,
  texts: InstanceTexts,
  query: InstanceQuery,
): Partial<Record<OrchestrationStatus, number>> {
  const filters = filtersOf(connection, texts, query);
  const rows = connection.select(`SELECT status, count(*) FROM instances ${whereOf(filters)} GROUP BY status`, paramsOf(filters));
  return Object.fromEntries(rows.map(([status, count]) => [status as OrchestrationStatus, Number(count)]));
}

function filtersOf(connection: SqlConnection, texts: InstanceTexts, query: InstanceQuery): Filter[] {
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
  if (query.text) {
    texts.find(connection, query.text);
    filters.push({ sql: 'id IN (SELECT id FROM temp.found)', params: [], index: 'instances_by_id' });
  }
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

function whereOf(filters: readonly Filter[]): string {
  return filters.length === 0 ? '' : `WHERE ${filters.map((filter) => filter.sql).join(' AND ')}`;
}

function paramsOf(filters: readonly Filter[]): SqlValue[] {
  return filters.flatMap((filter) => filter.params);
}

/** Of filters and order, so that a token cannot be used with another question. */
function fingerprintOf(query: InstanceQuery): number {
  const keys = Object.keys(query).filter((key) => key !== 'pageSize' && key !== 'continuationToken' && key !== 'now');
  return crc32(JSON.stringify(query, keys.sort()));
}

function writeToken(fingerprint: number, value: string | number, id: string): string {
  return Buffer.from(JSON.stringify([fingerprint, value, id]), 'utf8').toString('base64url');
}

function readToken(token: string, fingerprint: number): readonly [string | number, string] {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    content = undefined; // Not a token of ours: refused below.
  }
  const [found, value, id] = Array.isArray(content) ? (content as unknown[]) : [];
  if ((typeof value !== 'string' && typeof value !== 'number') || typeof id !== 'string') {
    throw new DurascopeError('InvalidArgument', 'The continuation token is not one that a query here returned.');
  }
  if (found !== fingerprint) {
    throw new DurascopeError(
      'InvalidArgument',
      'The continuation token belongs to another query: repeat the filters and the order of the page before.',
    );
  }
  return [value, id];
}
