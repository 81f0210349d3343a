/**
 * Numbers by status. The service does not count: every row is asked for, with nothing but its status, in ranges of ids at the same time.
 *
 *   C1. A hub of one answer costs one request.
 *   C2. What was counted is told as it comes, and the counting can be ended.
 *   C3. A range that holds many pages is asked for in smaller ones: Azurite sorts all that a question lets through, for each page anew.
 */
import { type OrchestrationStatus, orchestrationStatusNumbers } from '../../core/values/status';
import type { CountsByStatus, CountWatch } from '../attached-hub';
import { countingCalledOff } from '../closed-connection';
import { rangeStarts, type TableFilter, within } from './instance-filter';
import { instanceOf, isInstanceRow } from './instance-row';
import type { StorageAccount } from './storage-account';

const atOnce = 4;
/** C3: with fewer left the requests for halves of pages would cost more than they save. */
const manyRows = 6_000;
const digits = Array.from('0123456789abcdef');

/** `start`: what all made ids of it begin with. */
interface Range {
  start: string;
  after?: string;
  from?: string;
  before?: string;
}

/** What is left of a range after `last` and the `rows` up to there, by the next digit of made ids; undefined: it is no more than some pages. */
function split({ start, after, before }: Range, last: string, rows: number, most: number): Range[] | undefined {
  const place = placeOf(start, last);
  const passed = place - placeOf(start, after ?? '');
  if (!(passed > 0 && (rows / passed) * (1 - place) > most)) return undefined;
  const edges = digits.map((digit) => start + digit).filter((edge) => edge > last);
  const [first, ...others] = rangesOf(last, edges, before);
  return first === undefined ? undefined : [{ ...first, start: last.slice(0, start.length + 1) }, ...others];
}

/** From 0 to 1, among the made ids that begin with `start`; before all of them is 0 as well. */
function placeOf(start: string, key: string): number {
  if (!key.startsWith(start)) return 0;
  const digitsAfter = /^[0-9a-f]{1,6}/.exec(key.slice(start.length))?.[0] ?? '';
  return digitsAfter === '' ? 0 : Number.parseInt(digitsAfter, 16) / 16 ** digitsAfter.length;
}

function rangesOf(last: string, edges: readonly string[], end: string | undefined): Range[] {
  return [last, ...edges].map((edge, at) => {
    const before = edges[at] ?? end;
    return {
      start: edge,
      ...(at === 0 ? { after: edge } : { from: edge }),
      ...(before === undefined ? {} : { before }),
    };
  });
}

export async function countByRanges(
  account: StorageAccount,
  table: string,
  { odata, rest }: TableFilter,
  { progress, signal }: CountWatch,
  most = manyRows,
): Promise<CountsByStatus> {
  const counts: CountsByStatus = {};
  // What is left to be decided here needs ids, names and parents.
  const select = rest === undefined ? ['RuntimeStatus'] : ['RuntimeStatus', 'Name', 'ParentInstanceId'];
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
  const keyed = ['PartitionKey', ...select];
  stopped();
  let last = '';
  // C1
  for await (const page of account.pages(table, { filter: odata, select: keyed }, undefined, signal)) {
    add(page.rows);
    if (page.isLast) return counts;
    const key = page.rows.at(-1)?.['PartitionKey'];
    if (typeof key === 'string') last = key;
    if (last !== '') break;
  }
  const starts = rangeStarts.filter((start) => start > last);
  const ranges = rangesOf(last, starts, undefined).map((range, at) => (at === 0 ? { ...range, start: last.slice(0, 1) } : range));
  const work = async (): Promise<void> => {
    for (let range = ranges.shift(); range !== undefined; range = ranges.shift()) {
      let rows = 0;
      for await (const page of account.pages(table, { filter: within(odata, range), select: keyed }, undefined, signal)) {
        stopped(); // C2
        add(page.rows);
        const key = page.rows.at(-1)?.['PartitionKey'];
        rows += page.rows.length;
        const smaller = page.isLast || typeof key !== 'string' ? undefined : split(range, key, rows, most);
        if (smaller === undefined) continue;
        ranges.push(...smaller);
        break;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return counts;
}
