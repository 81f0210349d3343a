/**
 * What instances are searched in, sorted and filtered by, where the columns of their table do not do: made in slices when a question asks for
 * it, kept up with every commit from then on.
 *
 *   T1. What is pending is read before SQL. Whatever goes over to SQL meanwhile is found there, and nothing is written for it.
 *   T2. A commit during the making counts more than what is read after it.
 */
import type { InstanceRow } from '../core/instances/instance';
import { searchedChars, searchTextOf, type InstanceOrderBy, type orderValueOf } from '../core/instances/instance-search';
import { fromTimestamp } from '../core/values/time';
import type { Change } from './checkpoint-codec';
import type { PendingChanges } from './pending-changes';
import { decodeRow, wholeRow } from './row-codec';
import type { SqlConnection } from './sql-connection';

/** All that a filter or an order looks at. */
export interface TextEntry extends Omit<Parameters<typeof orderValueOf>[0], 'completedTime'> {
  parentInstanceId: string | null;
  text: string;
  createdMs: number;
  completedMs: number | null;
}

interface Making {
  pending: ReturnType<PendingChanges['rows']['entries']>;
  isPendingRead: boolean;
  /** The last id that was read from SQL. */
  after: string;
  /** Purged meanwhile: SQL may still have it. */
  gone: Set<string>;
}

export class InstanceTexts {
  readonly #entries = new Map<string, TextEntry>();
  #making: Making | undefined;
  #isComplete = false;

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Nothing, before there was a question. */
  apply(changes: readonly Change[]): void {
    if (!this.#isComplete && this.#making === undefined) return;
    for (const change of changes) {
      if (change.type === 'row') {
        this.#entries.set(change.row.instanceId, entryOf(wholeRow(change.row)));
      } else if (change.type === 'purge') {
        this.#entries.delete(change.instanceId);
        this.#making?.gone.add(change.instanceId);
      }
    }
  }

  /** Goes on until `isOver` says stop, which it is asked after each, or all is there: true then. `sql`: undefined while there is no database. */
  make(pending: PendingChanges, sql: SqlConnection | undefined, isOver: () => boolean): boolean {
    if (this.#isComplete) return true;
    const making = (this.#making ??= { pending: pending.rows.entries(), isPendingRead: false, after: '', gone: new Set() });
    while (!making.isPendingRead) {
      const next = making.pending.next();
      if (next.done === true) making.isPendingRead = true;
      else {
        const [id, { row }] = next.value;
        if (!this.#entries.has(id)) this.#entries.set(id, entryOf(wholeRow(row)));
        if (isOver()) return false;
      }
    }
    const isAll = sql?.scan(
      'SELECT id, CAST(body AS TEXT) FROM instances INDEXED BY instances_by_id WHERE id > ? ORDER BY id',
      [making.after],
      ([key, body]) => {
        const id = key as string;
        if (!this.#entries.has(id) && !making.gone.has(id)) this.#entries.set(id, entryOf(decodeRow(body as string)));
        making.after = id;
        return !isOver();
      },
    );
    if (isAll === false) return false;
    this.#isComplete = true;
    this.#making = undefined;
    return true;
  }

  /** All that there are, once it is complete. */
  entries(): Iterable<TextEntry> {
    return this.#entries.values();
  }
}

/** `nowMs`: until then those run that have not ended. */
export function entryOrderValue(entry: TextEntry, orderBy: InstanceOrderBy, nowMs: number): string | number {
  return orderBy === 'duration' ? (entry.completedMs ?? nowMs) - entry.createdMs : (entry[orderBy] ?? '');
}

function entryOf(row: InstanceRow): TextEntry {
  const { instanceId, createdTime, lastUpdatedTime, completedTime, name, runtimeStatus, historyLength, parentInstanceId } = row;
  return {
    instanceId,
    createdTime,
    lastUpdatedTime,
    name,
    runtimeStatus,
    historyLength,
    parentInstanceId,
    customStatus: row.customStatus === null ? null : row.customStatus.slice(0, searchedChars),
    text: searchTextOf(row),
    createdMs: fromTimestamp(createdTime),
    completedMs: completedTime === null ? null : fromTimestamp(completedTime),
  };
}
