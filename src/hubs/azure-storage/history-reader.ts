/**
 * Histories out of a History table (spec/attach.md 1.3).
 *
 *   H1. Only rows of the present execution: those of an older generation may lie behind them.
 *   H2. A history that was replaced while it was read is read again.
 *   H3. Rows of the present execution are numbered from 0 without a gap, so that a part of them is a range of keys.
 */
import { countText } from '../../base/count-text';
import type { HistoryEvent } from '../../core/history/history';
import { escapeKey } from '../../core/values/table-key';
import { canonicalEvent } from '../../replay/canonical-event';
import { eventOfRow } from '../../replay/import-table';
import type { TableRow } from '../../replay/typed-rows';
import { quoted } from './instance-filter';
import type { LargeValues } from './large-values';
import type { StorageAccount } from './storage-account';

export interface ReadHistory {
  executionId: string | null;
  /** Commit order. */
  events: readonly HistoryEvent[];
  /** Whole sentences: what is missing, what was left out. */
  notes: readonly string[];
}

/** How often one that is replaced meanwhile is begun anew. */
const attempts = 4;
const pageSize = 1000;
/** Large values of one history, unpacked, in characters. */
const mostLarge = 64 * 1024 * 1024;

/** Rows that are looked at at once to find the end of a history. */
const looked = 200;
/** Lengths that are remembered: of long histories, which grow while they are looked at. */
const keptLengths = 50;

interface FirstRows {
  from: number;
  ids: readonly unknown[];
}

export class HistoryReader {
  /** One less than the number of rows of long histories, as it was the last time. */
  readonly #lengths = new Map<string, number>();

  constructor(
    private readonly account: StorageAccount,
    private readonly table: string,
    private readonly large: LargeValues,
  ) {}

  /** The whole history, or rows `from` to `from + count` of it. Empty for an instance without one. */
  async read(instanceId: string, from = 0, count?: number): Promise<ReadHistory> {
    for (let attempt = 1; ; attempt++) {
      const read = await this.#readOnce(instanceId, from, count, attempt === attempts);
      if (read !== null) return read; // H2
    }
  }

  /** Of whatever execution: the ids of the executions of the first rows, or of those from where the history ended the last time. */
  async firstRows(instanceId: string): Promise<FirstRows> {
    const from = this.#lengths.get(instanceId) ?? 0;
    return { from, ids: await this.#idsOf(instanceId, from, from + looked) };
  }

  /** Number of rows of the execution. */
  async length(instanceId: string, executionId: string, first: FirstRows): Promise<number> {
    const length = await this.#lengthFrom(instanceId, executionId, first);
    this.#lengths.delete(instanceId);
    if (length > looked) this.#lengths.set(instanceId, length - 1);
    const [oldest] = this.#lengths.keys();
    if (this.#lengths.size > keptLengths && oldest !== undefined) this.#lengths.delete(oldest);
    return length;
  }

  async #lengthFrom(instanceId: string, executionId: string, { from, ids }: FirstRows): Promise<number> {
    const key = escapeKey(instanceId);
    const rows = ids.findIndex((id) => id !== executionId);
    // The rows that were known are of another execution, or gone.
    if (from > 0 && rows === 0) {
      return this.#lengthFrom(instanceId, executionId, { from: 0, ids: await this.#idsOf(instanceId, 0, looked) });
    }
    if (rows >= 0) return from + rows;
    if (ids.length < looked) {
      if (ids.length > 0 || from === 0) return from + ids.length;
      return this.#lengthFrom(instanceId, executionId, { from: 0, ids: await this.#idsOf(instanceId, 0, looked) });
    }
    const has = async (ordinal: number): Promise<boolean> =>
      (await this.account.row(this.table, key, rowKeyOf(ordinal), ['ExecutionId']))?.['ExecutionId'] === executionId;
    let [low, high] = [from + looked - 1, (from + looked) * 4]; // `low` is there.
    while (await has(high)) [low, high] = [high, high * 4];
    while (high - low > looked) {
      const middle = Math.floor((low + high) / 2);
      if (await has(middle)) low = middle;
      else high = middle;
    }
    const rest = await this.#idsOf(instanceId, low, high);
    const end = rest.findIndex((id) => id !== executionId);
    return low + (end < 0 ? rest.length : end);
  }

  async #idsOf(instanceId: string, from: number, to: number): Promise<unknown[]> {
    const filter = `PartitionKey eq ${quoted(escapeKey(instanceId))} and RowKey ge ${quoted(rowKeyOf(from))} and RowKey lt ${quoted(rowKeyOf(to))}`;
    const ids: unknown[] = [];
    for await (const page of this.account.pages(this.table, { filter, select: ['ExecutionId'] })) {
      for (const row of page.rows) ids.push(row['ExecutionId']);
    }
    return ids;
  }

  /**
   * The rows of the execution from the row `from` on, as they come: without values that lie in blobs, and without those that are not asked for
   * in `select`.
   */
  async *parts(
    instanceId: string,
    executionId: string,
    from: number,
    select: readonly string[],
  ): AsyncGenerator<{ rows: number; events: readonly HistoryEvent[] }> {
    const filter = `PartitionKey eq ${quoted(escapeKey(instanceId))} and RowKey ge ${quoted(rowKeyOf(from))} and RowKey lt 'g'`;
    for await (const { rows } of this.account.pages(
      this.table,
      { filter, select: ['PartitionKey', 'ExecutionId', ...select] },
      pageSize,
    )) {
      const end = rows.findIndex((row) => row['ExecutionId'] !== executionId); // H1
      const own = end < 0 ? rows : rows.slice(0, end);
      const events = own.flatMap((row) => canonicalEvent(eventOfRow(row, instanceId, executionId)) ?? []);
      yield { rows: own.length, events };
      if (end >= 0) return;
    }
  }

  /** Entity tag of the last commit; undefined where there is no history. */
  async stamp(instanceId: string): Promise<string | undefined> {
    const row = await this.account.row(this.table, escapeKey(instanceId), 'sentinel', ['ExecutionId', 'Timestamp']);
    return row === undefined ? undefined : `${String(row['ExecutionId'])} ${String(row['Timestamp'])}`;
  }

  /** Null: it was replaced meanwhile. */
  async #readOnce(instanceId: string, from: number, count: number | undefined, isLast: boolean): Promise<ReadHistory | null> {
    const key = escapeKey(instanceId);
    const isPart = from > 0 || count !== undefined;
    const own = new OwnRows(instanceId);
    let sentinel: TableRow | undefined;
    let executionId: string | null = null;
    let others = 0;
    const range = isPart
      ? ` and RowKey ge ${quoted(rowKeyOf(from))} and RowKey lt ${quoted(count === undefined ? 'g' : rowKeyOf(from + count))}`
      : '';
    if (isPart) {
      sentinel = await this.account.row(this.table, key, 'sentinel');
      executionId = textOf(sentinel?.['ExecutionId']);
    }
    for await (const { rows } of this.account.pages(this.table, { filter: `PartitionKey eq ${quoted(key)}${range}` }, pageSize)) {
      for (const row of rows) {
        if (row['RowKey'] === 'sentinel') {
          sentinel = row;
          continue;
        }
        if (typeof row['EventType'] !== 'string' || row['EventType'] === '') continue;
        const of = textOf(row['ExecutionId']);
        executionId ??= of;
        if (of === null || of === executionId) own.add(row, executionId ?? '');
        else others += 1; // H1
      }
    }
    const last = textOf(sentinel?.['ExecutionId']);
    const notes: string[] = [];
    if (last !== null && executionId !== null && last !== executionId) {
      if (!isLast) return null;
      notes.push('A new generation is half written: its first rows are there, the rest of what is there is of the one before.');
    }
    if (others > 0 && !isPart)
      notes.push(
        `${countText(others, 'row of an earlier generation lies behind the history and is', 'rows of an earlier generation lie behind the history and are')} left out.`,
      );
    if (own.length > 0 && sentinel === undefined) {
      notes.push('The history has no last row (sentinel): its first episode is being written, or what wrote it was stopped.');
    }
    if (sentinel?.['IsCheckpointComplete'] === false) {
      notes.push('The last episode is being written: rows of it may be missing. Read it again.');
    }
    return { executionId, events: await this.#events(own, notes), notes };
  }

  async #events({ raw, lying }: OwnRows, notes: string[]): Promise<HistoryEvent[]> {
    let room = mostLarge;
    let leftOut = 0;
    for (let at = 0; at < lying.length; at += 4) {
      await Promise.all(
        lying.slice(at, at + 4).map(async ({ index, column, blob }) => {
          const event = raw[index];
          if (event === undefined) return;
          Reflect.deleteProperty(event, `${column}BlobName`);
          event[column] = null;
          if (room <= 0) {
            leftOut += 1;
            return;
          }
          const value = await this.large.read(blob);
          if ('problem' in value) notes.push(`${value.problem} ${column} of row ${index + 1} is shown as null.`);
          else {
            room -= value.text?.length ?? 0;
            event[column] = value.text;
          }
        }),
      );
    }
    if (leftOut > 0) notes.push(`${leftOut} large values are left out (shown as null): the history has over 64 MB of them.`);
    return raw.flatMap((each) => canonicalEvent(each) ?? []);
  }
}

/** Rows of the execution as events whose large values are still in their blobs. */
class OwnRows {
  readonly raw: Record<string, unknown>[] = [];
  readonly lying: { index: number; column: string; blob: string }[] = [];

  constructor(private readonly instanceId: string) {}

  get length(): number {
    return this.raw.length;
  }

  add(row: TableRow, executionId: string): void {
    for (const [name, value] of Object.entries(row)) {
      if (!name.endsWith('BlobName') || typeof value !== 'string' || value === '') continue;
      this.lying.push({ index: this.raw.length, column: name.slice(0, -'BlobName'.length), blob: value });
    }
    this.raw.push({ ...eventOfRow(row, this.instanceId, executionId) });
  }
}

/** A row's place in the history as its key: 16 hexadecimal digits. */
function rowKeyOf(ordinal: number): string {
  return ordinal.toString(16).toUpperCase().padStart(16, '0');
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
