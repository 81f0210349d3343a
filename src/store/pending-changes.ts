/**
 * What was committed and is not in SQL yet, as net effect: a message that was accepted and consumed meanwhile is nowhere in it.
 *
 *   P1. `purged` is written to SQL before anything else, because it deletes by instance id and the rest may be of the id's next life.
 *   P2. Removals are written before additions: an activity key comes again when a rewound generation schedules it again.
 */
import type { HistoryEvent } from '../core/history/history';
import {
  workKey,
  type InboxMessage,
  type InstanceRow,
  type PendingActivity,
  type PendingTimer,
} from '../core/instances/instance';
import { isTerminal, type OrchestrationStatus } from '../core/values/status';
import type { Change } from './change';
import { decodePieces } from './event-codec';
import { textOf, weightOf, type KeptText } from './journal-text';
import { UnreadActivity, UnreadRow, wholeActivity, wholeMessage, type UnreadMessage } from './row-codec';

interface PendingRow {
  row: InstanceRow | UnreadRow;
  text: KeptText;
  /** The status that SQL has of it; undefined: nobody has asked. */
  inSql: OrchestrationStatus | 'none' | undefined;
}

interface HistoryPiece {
  count: number;
  /** Encoded. */
  events: KeptText;
}

export interface PendingHistory {
  executionId: string;
  /** What SQL has is dropped first. */
  replace: boolean;
  from: number;
  count: number;
  pieces: HistoryPiece[];
}

interface PendingCustomStatus {
  executionId: string;
  /** The first may equal what SQL has last: the database leaves it out then. */
  changes: PendingStatusChange[];
}

interface PendingStatusChange {
  /** As decodeTime takes it. */
  at: number | string;
  value: string | null;
}

export class PendingChanges {
  readonly purged = new Set<string>();
  readonly rows = new Map<string, PendingRow>();
  readonly histories = new Map<string, PendingHistory>();
  readonly customStatuses = new Map<string, PendingCustomStatus>();
  readonly messages = new Map<number, InboxMessage | UnreadMessage>();
  readonly consumed = new Set<number>();
  readonly activities = new Map<string, PendingActivity | UnreadActivity>();
  readonly finishedActivities = new Set<string>();
  readonly timers = new Map<string, PendingTimer>();
  readonly finishedTimers = new Set<string>();
  /** Ids whose row became terminal: best written first, for nothing more will come. */
  readonly finished = new Set<string>();
  /** Ids that have a custom status, and whether SQL has any of it; without it every new row would have to be compared with SQL. */
  readonly withCustomStatus = new Map<string, boolean>();
  nextSeq = 1;
  /** Characters of encoded text held here; what is left in a journal counts as a few. */
  weight = 0;

  get isEmpty(): boolean {
    return this.rows.size === 0 && this.histories.size === 0 && this.customStatuses.size === 0 && !this.hasQueueChanges;
  }

  get hasQueueChanges(): boolean {
    return (
      this.purged.size > 0 ||
      this.messages.size > 0 ||
      this.consumed.size > 0 ||
      this.activities.size > 0 ||
      this.finishedActivities.size > 0 ||
      this.timers.size > 0 ||
      this.finishedTimers.size > 0
    );
  }

  /** What waits to be done or forgotten, beside rows and histories. */
  get queuedCount(): number {
    return this.messages.size + this.activities.size + this.timers.size + this.purged.size;
  }

  /** All that waits, where none of it is in SQL yet; in the order that SQL has it in. */
  queued(): { inbox: InboxMessage[]; activities: PendingActivity[]; timers: PendingTimer[] } {
    return {
      inbox: Array.from(this.messages.values(), wholeMessage).sort((a, b) => a.seq - b.seq),
      activities: Array.from(this.activities.values(), wholeActivity),
      timers: [...this.timers.values()].sort((a, b) => (a.fireAt < b.fireAt ? -1 : a.fireAt > b.fireAt ? 1 : 0)),
    };
  }

  /** The instance's row, history and custom status are in SQL now. */
  written(id: string): void {
    const row = this.rows.get(id);
    if (row !== undefined) this.weight -= weightOf(row.text);
    this.rows.delete(id);
    const history = this.histories.get(id);
    if (history !== undefined) this.weight -= weightOfAll(history);
    this.histories.delete(id);
    this.customStatusWritten(id);
    this.finished.delete(id);
  }

  customStatusWritten(id: string): void {
    if (this.customStatuses.delete(id)) this.withCustomStatus.set(id, true);
  }

  /** Ids with anything that `written` is about, best first; an id may come several times. */
  *instanceIds(): Generator<string> {
    yield* this.finished;
    yield* this.rows.keys();
    yield* this.histories.keys();
    yield* this.customStatuses.keys();
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) this.#applyOne(change);
  }

  #applyOne(change: Change): void {
    switch (change.type) {
      case 'row':
        this.#putRow(change.row, change.text);
        return;
      case 'history':
        this.#putHistory(change);
        return;
      case 'messages':
        for (const message of change.messages) {
          this.messages.set(message.seq, message);
          if (message.seq >= this.nextSeq) this.nextSeq = message.seq + 1;
        }
        return;
      case 'consumed':
        for (const seq of change.seqs) if (!this.messages.delete(seq)) this.consumed.add(seq);
        return;
      case 'activities':
        for (const activity of change.activities) this.activities.set(keyOf(activity), activity);
        return;
      case 'finishedActivities':
        for (const key of change.keys) if (!this.activities.delete(key)) this.finishedActivities.add(key);
        return;
      case 'timers':
        for (const timer of change.timers) this.timers.set(workKey(timer.executionId, timer.timerId), timer);
        return;
      case 'finishedTimers':
        for (const key of change.keys) if (!this.timers.delete(key)) this.finishedTimers.add(key);
        return;
      case 'purge':
        this.#purge(change.instanceId);
        return;
    }
  }

  #putRow(row: InstanceRow | UnreadRow, text: KeptText): void {
    const id = row.instanceId;
    const before = this.rows.get(id);
    this.weight += weightOf(text) - (before === undefined ? 0 : weightOf(before.text));
    this.#noteCustomStatus(row, before?.row);
    if (before === undefined) {
      this.rows.set(id, { row, text, inSql: undefined });
    } else {
      before.row = row;
      before.text = text;
    }
    if (isTerminal(row.runtimeStatus)) this.finished.add(id);
  }

  #noteCustomStatus(row: InstanceRow | UnreadRow, before: InstanceRow | UnreadRow | undefined): void {
    const id = row.instanceId;
    if (row.customStatus === null && !this.withCustomStatus.has(id)) return;
    if (before?.executionId === row.executionId && before.customStatus === row.customStatus) return;
    if (!this.withCustomStatus.has(id)) this.withCustomStatus.set(id, false);
    const change = { at: row instanceof UnreadRow ? row.updated : row.lastUpdatedTime, value: row.customStatus };
    const pending = this.customStatuses.get(id);
    if (pending?.executionId === row.executionId) {
      if (pending.changes.at(-1)?.value !== row.customStatus) pending.changes = grown(pending.changes, change);
    } else {
      this.customStatuses.set(id, { executionId: row.executionId, changes: [change] });
    }
  }

  #putHistory(change: Change & { type: 'history' }): void {
    const pending = this.histories.get(change.instanceId);
    this.weight += weightOf(change.events);
    if (pending === undefined || change.replace) {
      if (pending !== undefined) this.weight -= weightOfAll(pending);
      this.histories.set(change.instanceId, {
        executionId: change.executionId,
        replace: change.replace,
        from: change.replace ? 0 : change.from,
        count: change.count,
        pieces: change.count > 0 ? [change] : [],
      });
    } else if (change.count > 0) {
      pending.executionId = change.executionId;
      pending.count += change.count;
      pending.pieces = grown(pending.pieces, change);
    }
  }

  #purge(instanceId: string): void {
    this.purged.add(instanceId);
    const row = this.rows.get(instanceId);
    if (row !== undefined) {
      this.weight -= weightOf(row.text);
      this.rows.delete(instanceId);
    }
    const history = this.histories.get(instanceId);
    if (history !== undefined) {
      this.weight -= weightOfAll(history);
      this.histories.delete(instanceId);
    }
    this.customStatuses.delete(instanceId);
    this.finished.delete(instanceId);
    this.withCustomStatus.delete(instanceId);
    for (const map of [this.messages, this.activities, this.timers] as readonly Map<unknown, { instanceId: string }>[]) {
      for (const [key, value] of map) if (value.instanceId === instanceId) map.delete(key);
    }
  }
}

function keyOf(activity: PendingActivity | UnreadActivity): string {
  return activity instanceof UnreadActivity ? activity.key : workKey(activity.executionId, activity.taskId);
}

/** Pieces from which a list grows as lists do: with room for many more. Most stay shorter, in a hundred thousand instances. */
const manyPieces = 8;

function grown<T>(list: T[], item: T): T[] {
  if (list.length < manyPieces) return [...list, item];
  list.push(item);
  return list;
}

function weightOfAll(history: PendingHistory): number {
  return history.pieces.reduce((sum, piece) => sum + weightOf(piece.events), 0);
}

/** The pending ones of the events `from` (included) to `to` (excluded). */
export function historyRange(history: PendingHistory, from: number, to: number): HistoryEvent[] {
  let seq = history.from;
  let first: number | undefined;
  const inRange: string[] = [];
  for (const piece of history.pieces) {
    if (seq >= to) break;
    if (seq + piece.count > from) {
      first ??= seq;
      inRange.push(textOf(piece.events));
    }
    seq += piece.count;
  }
  if (first === undefined) return [];
  return decodePieces(inRange).slice(Math.max(0, from - first), to - first);
}
