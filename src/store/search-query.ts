/** `InstanceQuery` among what instance-texts.ts keeps: a search in texts, and the orders that are no column's. As instance-query.ts answers. */
import type { InstanceRow } from '../core/instances/instance';
import type { InstancePage, InstanceQuery } from '../core/ports/history-store';
import { isEntityId } from '../core/values/instance-id';
import type { OrchestrationStatus } from '../core/values/status';
import { fromTimestamp } from '../core/values/time';
import { entryOrderValue, type InstanceTexts, type TextEntry } from './instance-texts';
import { checkedPage, writeToken } from './query-page';

/** With its place in the order. */
interface Placed {
  value: string | number;
  id: string;
}

const columnOrders: readonly InstanceQuery['orderBy'][] = [
  'instanceId',
  'createdTime',
  'lastUpdatedTime',
  'name',
  'runtimeStatus',
];

/** True for what the columns do not answer. */
export function needsTexts(query: InstanceQuery): boolean {
  return isSearch(query) || (query.orderBy !== undefined && !columnOrders.includes(query.orderBy));
}

/** True for a search. An order matters to pages only. */
export function isSearch(query: InstanceQuery): boolean {
  return searchedText(query) !== '';
}

/** As texts are searched for it; empty for no search. */
export function searchedText({ text }: InstanceQuery): string {
  return text?.toLowerCase() ?? '';
}

/** `texts` is ready for it. Errors: InvalidArgument (page size, order, token). */
export function searchInstances(
  texts: InstanceTexts,
  query: InstanceQuery,
  instance: (id: string) => InstanceRow | undefined,
): InstancePage {
  const { pageSize, orderBy, fingerprint, after } = checkedPage(query);
  const nowMs = query.now === undefined ? Date.now() : fromTimestamp(query.now);
  const direction = query.descending === true ? -1 : 1;
  const compare = (a: Placed, b: Placed): number => direction * (compareValues(a.value, b.value) || compareValues(a.id, b.id));
  const first = new FirstOf(pageSize + 1, compare);
  const start = after === undefined ? undefined : { value: after[0], id: after[1] };
  const matches = filterOf(query);
  for (const entry of texts.entries(searchedText(query))) {
    if (!matches(entry)) continue;
    const placed = { value: entryOrderValue(entry, orderBy, nowMs), id: entry.instanceId };
    if (start === undefined || compare(placed, start) > 0) first.add(placed);
  }
  const found = first.sorted();
  const instances = found
    .slice(0, pageSize)
    .map(({ id }) => instance(id))
    .filter((row) => row !== undefined);
  const last = found[pageSize - 1];
  if (found.length <= pageSize || last === undefined) return { instances };
  return { instances, continuationToken: writeToken(fingerprint, last.value, last.id) };
}

/** `texts` is ready for it. */
export function countSearched(texts: InstanceTexts, query: InstanceQuery): Partial<Record<OrchestrationStatus, number>> {
  const counts: Partial<Record<OrchestrationStatus, number>> = {};
  const matches = filterOf(query);
  for (const entry of texts.entries(searchedText(query))) {
    if (matches(entry)) counts[entry.runtimeStatus] = (counts[entry.runtimeStatus] ?? 0) + 1;
  }
  return counts;
}

export function filterOf(query: InstanceQuery): (entry: TextEntry) => boolean {
  const parts: ((entry: TextEntry) => boolean)[] = [];
  const { instanceIdPrefix, instanceIdFrom, parentInstanceId, createdTimeFrom, createdTimeTo, lastUpdatedFrom, lastUpdatedTo } =
    query;
  const ids = query.instanceIds && new Set(query.instanceIds);
  const statuses = query.statuses && new Set(query.statuses);
  const names = query.names && new Set(query.names);
  if (ids !== undefined) parts.push((entry) => ids.has(entry.instanceId));
  if (statuses !== undefined) parts.push((entry) => statuses.has(entry.runtimeStatus));
  if (names !== undefined) parts.push((entry) => names.has(entry.name));
  if (instanceIdPrefix) parts.push((entry) => entry.instanceId.startsWith(instanceIdPrefix));
  if (instanceIdFrom !== undefined) parts.push((entry) => compareValues(entry.instanceId, instanceIdFrom) >= 0);
  if (parentInstanceId !== undefined) parts.push((entry) => entry.parentInstanceId === parentInstanceId);
  if (query.rootsOnly === true) parts.push((entry) => entry.parentInstanceId === null);
  if (query.entities === 'only') parts.push((entry) => isEntityId(entry.instanceId));
  if (query.entities === 'exclude') parts.push((entry) => !isEntityId(entry.instanceId));
  if (createdTimeFrom !== undefined) parts.push((entry) => entry.createdTime >= createdTimeFrom);
  if (createdTimeTo !== undefined) parts.push((entry) => entry.createdTime <= createdTimeTo);
  if (lastUpdatedFrom !== undefined) parts.push((entry) => entry.lastUpdatedTime >= lastUpdatedFrom);
  if (lastUpdatedTo !== undefined) parts.push((entry) => entry.lastUpdatedTime <= lastUpdatedTo);
  return (entry) => parts.every((part) => part(entry));
}

/** The first `count` of many, in memory for about so many only. */
class FirstOf {
  #kept: Placed[] = [];
  /** What comes after it is none of the first. */
  #bound: Placed | undefined;

  constructor(
    readonly count: number,
    readonly compare: (a: Placed, b: Placed) => number,
  ) {}

  add(item: Placed): void {
    if (this.#bound !== undefined && this.compare(item, this.#bound) > 0) return;
    this.#kept.push(item);
    if (this.#kept.length < this.count * 2 + 1000) return;
    this.#kept = this.sorted();
    this.#bound = this.#kept.at(-1);
  }

  sorted(): Placed[] {
    return this.#kept.sort(this.compare).slice(0, this.count);
  }
}

/** Where the order of code units is not that of code points, there is one of these on both sides. */
const high = /[\uD800-\uFFFF]/;

/** As SQLite compares UTF-8: by code points. Values of one order are of one type. */
export function compareValues(a: string | number, b: string | number): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string' && high.test(a) && high.test(b)) {
    return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
  }
  return a < b ? -1 : 1;
}
