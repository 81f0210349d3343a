/** What lists of instances are searched in and sorted by, beyond what every row has as a field of its own. */
import { rootCauseLine } from '../values/failure-text';
import { fromTimestamp } from '../values/time';
import type { InstanceRow } from './instance';

/** All that lists can be sorted by. */
export const instanceOrders = [
  'instanceId',
  'createdTime',
  'lastUpdatedTime',
  'name',
  'runtimeStatus',
  'customStatus',
  'historyLength',
  'duration',
] as const;
export type InstanceOrderBy = (typeof instanceOrders)[number];

type Ordered = Pick<
  InstanceRow,
  'instanceId' | 'createdTime' | 'lastUpdatedTime' | 'completedTime' | 'name' | 'runtimeStatus' | 'customStatus' | 'historyLength'
>;

/** Of one payload: what comes after it is not searched. */
export const searchedChars = 1000;

/** In lower case: a search is for a part of it. */
export function searchTextOf(row: InstanceRow): string {
  const failed = row.runtimeStatus === 'Failed' ? rootCauseLine(row.failureDetails?.ErrorMessage ?? row.output ?? '') : null;
  const payloads = [row.customStatus, failed, row.output].map((each) => (each ?? '').slice(0, searchedChars));
  return [row.instanceId, row.name, row.runtimeStatus, ...payloads].join('\n').toLowerCase();
}

/** `now`, the history's time form: until then those run that have not ended. Values of one order compare by `<`. */
export function orderValueOf(row: Ordered, orderBy: InstanceOrderBy, now: string): string | number {
  if (orderBy !== 'duration') return row[orderBy] ?? '';
  return fromTimestamp(row.completedTime ?? now) - fromTimestamp(row.createdTime);
}
