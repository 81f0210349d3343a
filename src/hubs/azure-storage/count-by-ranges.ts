/**
 * Numbers by status. The service does not count: every row is asked for, with nothing but its status, in ranges of ids at the same time.
 *
 *   C1. A hub of one answer costs one request.
 *   C2. What was counted is told as it comes, and the counting can be ended.
 */
import { type OrchestrationStatus, orchestrationStatusNumbers } from '../../core/values/status';
import type { CountsByStatus, CountWatch } from '../attached-hub';
import { countingCalledOff } from '../closed-connection';
import { rangeStarts, type TableFilter, within } from './instance-filter';
import { instanceOf, isInstanceRow } from './instance-row';
import type { StorageAccount } from './storage-account';

const atOnce = 4;

export async function countByRanges(
  account: StorageAccount,
  table: string,
  { odata, rest }: TableFilter,
  { progress, signal }: CountWatch,
): Promise<CountsByStatus> {
  const counts: CountsByStatus = {};
  // What is left to be decided here needs ids, names and parents.
  const select = rest === undefined ? ['RuntimeStatus'] : ['PartitionKey', 'RuntimeStatus', 'Name', 'ParentInstanceId'];
  const add = (rows: readonly Readonly<Record<string, unknown>>[]): void => {
    for (const row of rows) {
      const text = row['RuntimeStatus'];
      if (typeof text !== 'string' || (rest !== undefined && !(isInstanceRow(row) && rest(instanceOf(row))))) continue;
      const status = (Object.hasOwn(orchestrationStatusNumbers, text) ? text : 'Running') as OrchestrationStatus;
      counts[status] = (counts[status] ?? 0) + 1;
    }
    progress?.({ ...counts });
  };
  const stopped = (): void => {
    if (signal?.aborted === true) throw countingCalledOff();
  };
  stopped();
  let last = '';
  // C1
  for await (const page of account.pages(table, { filter: odata, select: ['PartitionKey', ...select] }, undefined, signal)) {
    add(page.rows);
    if (page.isLast) return counts;
    const key = page.rows.at(-1)?.['PartitionKey'];
    if (typeof key === 'string') last = key;
    if (last !== '') break;
  }
  const edges = [last, ...rangeStarts.filter((start) => start > last)];
  const ranges = edges.map((edge, at) => ({
    ...(at === 0 ? { after: edge } : { from: edge }),
    ...(edges[at + 1] === undefined ? {} : { before: edges[at + 1] ?? '' }),
  }));
  let next = 0;
  const work = async (): Promise<void> => {
    for (let range = ranges[next++]; range !== undefined; range = ranges[next++]) {
      for await (const page of account.pages(table, { filter: within(odata, range), select }, undefined, signal)) {
        stopped(); // C2
        add(page.rows);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return counts;
}
