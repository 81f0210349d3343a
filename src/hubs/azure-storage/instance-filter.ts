/** A query for instances as a filter of the table service, and what that service cannot decide (spec/attach.md 1.9). */
import { searchTextOf } from '../../core/instances/instance-search';
import type { InstanceQuery } from '../../core/ports/history-store';
import type { InstanceRow } from '../../core/instances/instance';
import { isEntityId } from '../../core/values/instance-id';
import { escapeKey } from '../../core/values/table-key';

export interface TableFilter {
  /** OData; empty: all rows. */
  odata: string;
  /** What is left to be looked at row by row; absent: nothing. */
  rest?: (row: InstanceRow) => boolean;
}

export function instanceFilter(query: InstanceQuery): TableFilter {
  const clauses: string[] = [];
  if (query.instanceIdPrefix !== undefined && query.instanceIdPrefix !== '') clauses.push(...prefixed(query.instanceIdPrefix));
  // Ids of entities begin with `@`, which comes before letters.
  if (query.entities === 'only') clauses.push(...prefixed('@'));
  if (query.entities === 'exclude') clauses.push(`(PartitionKey lt '@' or PartitionKey ge 'A')`);
  if (query.names !== undefined) clauses.push(anyOf('Name', query.names));
  if (query.statuses !== undefined) clauses.push(anyOf('RuntimeStatus', query.statuses));
  if (query.parentInstanceId !== undefined) clauses.push(`ParentInstanceId eq ${quoted(query.parentInstanceId)}`);
  for (const [column, operator, time] of [
    ['CreatedTime', 'ge', query.createdTimeFrom],
    ['CreatedTime', 'le', query.createdTimeTo],
    ['LastUpdatedTime', 'ge', query.lastUpdatedFrom],
    ['LastUpdatedTime', 'le', query.lastUpdatedTo],
  ] as const) {
    if (time !== undefined) clauses.push(`${column} ${operator} datetime'${time}'`);
  }
  const text = query.text?.toLowerCase();
  const rest: ((row: InstanceRow) => boolean)[] = [];
  if (text !== undefined && text !== '') {
    rest.push((row) => searchTextOf(row).includes(text));
  }
  if (query.rootsOnly === true) rest.push((row) => row.parentInstanceId === null);
  if (query.entities === 'only') rest.push((row) => isEntityId(row.instanceId));
  return {
    odata: clauses.join(' and '),
    ...(rest.length === 0 ? {} : { rest: (row) => rest.every((holds) => holds(row)) }),
  };
}

/** Where ranges of ids begin: digits and hexadecimal digits (ids that were made), entities, letters. */
export const rangeStarts: readonly string[] = Array.from('123456789@AGNabcdefgnt~');

/**
 * Where to end the first question for the ids after `after`; undefined: nowhere. Azurite sorts all that a question lets through, whatever it is
 * asked for: of a list without a filter that is the whole hub, each time.
 */
export function firstEdge(query: InstanceQuery, after: string): string | undefined {
  const { instanceIdPrefix = '', entities, names, statuses, parentInstanceId } = query;
  if (instanceIdPrefix !== '' || entities === 'only' || (names ?? statuses ?? parentInstanceId) !== undefined) return undefined;
  const times = [query.createdTimeFrom, query.createdTimeTo, query.lastUpdatedFrom, query.lastUpdatedTo];
  return times.some((time) => time !== undefined) ? undefined : rangeStarts.find((start) => start > after);
}

/** `filter` and keys of a range: over `after`, under `before`. */
export function within(filter: string, range: { after?: string; from?: string; before?: string }): string {
  const clauses = filter === '' ? [] : [filter];
  if (range.after !== undefined) clauses.push(`PartitionKey gt ${quoted(range.after)}`);
  if (range.from !== undefined) clauses.push(`PartitionKey ge ${quoted(range.from)}`);
  if (range.before !== undefined) clauses.push(`PartitionKey lt ${quoted(range.before)}`);
  return clauses.join(' and ');
}

/** A text of OData. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function prefixed(prefix: string): string[] {
  const key = escapeKey(prefix);
  const last = key.charCodeAt(key.length - 1);
  const end = last === 0xffff ? [] : [`PartitionKey lt ${quoted(key.slice(0, -1) + String.fromCharCode(last + 1))}`];
  return [`PartitionKey ge ${quoted(key)}`, ...end];
}

function anyOf(column: string, values: readonly string[]): string {
  // Nothing is let through: no row has such a text.
  if (values.length === 0) return `${column} eq ''`;
  return `(${values.map((value) => `${column} eq ${quoted(value)}`).join(' or ')})`;
}
