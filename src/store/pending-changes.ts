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
import { JournalPiece, textOf, weightOf, type HistoryPiece } from './journal-text';
import { rowWeight, UnreadActivity, UnreadRow, wholeActivity, wholeMessage, type UnreadMessage } from './row-codec';

/** What of one instance is not in SQL yet. */
export class PendingInstance {
  row: InstanceRow | UnreadRow | null = null;
  /** As it was when it came: a row that is read has another. */
  rowWeight = 0;
  /** The status that SQL has of the row; undefined: nobody has asked. */
  inSql: OrchestrationStatus | 'none' | undefined = undefined;
  history: PendingHistory | null = null;
  customStatus: PendingCustomStatus | null = null;

  constructor(readonly id: string) {}

  get isWritten(): boolean {
    return this.row === null && this.history === null && this.customStatus === null;
  }
}

// Chains, because most have a link or three, in a hundred thousand instances.

export interface PendingHistory {
  executionId: string;
  /** What SQL has is dropped first. */
  replace: boolean;
  from: number;
  count: number;
  first: HistoryPiece | null;
  last: HistoryPiece | null;
}

export interface PendingStatusChange {
  /** As decodeTime takes it. */
  readonly at: number | string;
  readonly value: string | null;
  next: PendingStatusChange | null;
}

interface PendingCustomStatus {
  readonly executionId: string;
  /** May equal what SQL has last: the database leaves it out then. */
  readonly first: PendingStatusChange;
  last: PendingStatusChange;
}

export class PendingChanges {
  readonly purged = new Set<string>();
  /** None of which all is written. */
  readonly instances = new Map<string, PendingInstance>();
  readonly messages = new Map<number, InboxMessage | UnreadMessage>();
  readonly consumed = new Set<number>();
  readonly activities = new Map<string, PendingActivity | UnreadActivity>();
  readonly finishedActivities = new Set<string>();
  readonly timers = new Map<string, PendingTimer>();
  readonly finishedTimers = new Set<string>();
  /** Ids whose row became terminal: best written first, for nothing more will come. */
  readonly finished = new Set<string>();
  /** Ids of which SQL has a custom status; without it every new row would have to be compared with SQL. */
  readonly customStatusInSql = new Set<string>();
  nextSeq = 1;
  /** Of `instances` those with a row. */
  rowCount = 0;
  /** The instance that changed last: as a rule the next change is its own. */
  #latest: PendingInstance | undefined;
  /** Characters held here, about; what is left in a journal counts as a few. */
  weight = 0;

  get isEmpty(): boolean {
    return this.instances.size === 0 && !this.hasQueueChanges;
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

  /** Whether the instance has had a custom status. */
  hasCustomStatus(id: string): boolean {
    const pending = this.instances.get(id)?.customStatus;
    return (pending !== undefined && pending !== null) || this.customStatusInSql.has(id);
  }

  /** The instance's row, history and custom status are in SQL now. */
  written(id: string): void {
    const instance = this.instances.get(id);
    if (instance !== undefined) {
      if (instance.customStatus !== null) this.customStatusInSql.add(id);
      this.#drop(instance);
    }
    this.finished.delete(id);
  }

  /** So are the rows of all. */
  rowsWritten(): void {
    for (const instance of this.instances.values()) {
      this.#dropRow(instance);
      if (instance.isWritten) this.#drop(instance);
    }
  }

  customStatusWritten(id: string): void {
    const instance = this.instances.get(id);
    if (instance === undefined || instance.customStatus === null) return;
    instance.customStatus = null;
    this.customStatusInSql.add(id);
    if (instance.isWritten) this.#drop(instance);
  }

  /** Ids with anything that `written` is about, best first; an id may come twice. */
  *instanceIds(): Generator<string> {
    yield* this.finished;
    yield* this.instances.keys();
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) this.#applyOne(change);
  }

  #applyOne(change: Change): void {
    switch (change.type) {
      case 'row':
        this.#putRow(change.row);
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

  #instanceOf(id: string): PendingInstance {
    if (this.#latest?.id === id) return this.#latest;
    let instance = this.instances.get(id);
    if (instance === undefined) this.instances.set(id, (instance = new PendingInstance(id)));
    return (this.#latest = instance);
  }

  #drop(instance: PendingInstance): void {
    this.#dropRow(instance);
    if (instance.history !== null) this.weight -= weightOfAll(instance.history);
    this.instances.delete(instance.id);
    if (this.#latest === instance) this.#latest = undefined;
  }

  #dropRow(instance: PendingInstance): void {
    if (instance.row === null) return;
    this.weight -= instance.rowWeight;
    this.rowCount--;
    instance.row = null;
    instance.rowWeight = 0;
    instance.inSql = undefined;
  }

  #putRow(row: InstanceRow | UnreadRow): void {
    const instance = this.#instanceOf(row.instanceId);
    this.#noteCustomStatus(instance, row);
    if (instance.row === null) this.rowCount++;
    const weight = rowWeight(row);
    this.weight += weight - instance.rowWeight;
    instance.row = row;
    instance.rowWeight = weight;
    if (isTerminal(row.runtimeStatus)) this.finished.add(instance.id);
  }

  #noteCustomStatus(instance: PendingInstance, row: InstanceRow | UnreadRow): void {
    const { row: before, customStatus: pending, id } = instance;
    const { customStatus: value, executionId } = row;
    if (value === null && pending === null && !this.customStatusInSql.has(id)) return;
    if (before?.executionId === executionId && before.customStatus === value) return;
    const change = { at: row instanceof UnreadRow ? row.updated : row.lastUpdatedTime, value, next: null };
    if (pending?.executionId !== executionId) instance.customStatus = { executionId, first: change, last: change };
    else if (pending.last.value !== value) pending.last = pending.last.next = change;
  }

  #putHistory({ instanceId, executionId, replace, from, count, events }: Change & { type: 'history' }): void {
    const instance = this.#instanceOf(instanceId);
    const { history } = instance;
    this.weight += weightOf(events);
    const piece = count === 0 ? null : events instanceof JournalPiece ? events : { count, events, next: null };
    if (history === null || replace) {
      if (history !== null) this.weight -= weightOfAll(history);
      instance.history = { executionId, replace, from: replace ? 0 : from, count, first: piece, last: piece };
    } else if (piece !== null) {
      history.executionId = executionId;
      history.count += count;
      if (history.last === null) history.first = piece;
      else history.last.next = piece;
      history.last = piece;
    }
  }

  #purge(instanceId: string): void {
    this.purged.add(instanceId);
    const instance = this.instances.get(instanceId);
    if (instance !== undefined) this.#drop(instance);
    this.finished.delete(instanceId);
    this.customStatusInSql.delete(instanceId);
    for (const map of [this.messages, this.activities, this.timers] as readonly Map<unknown, { instanceId: string }>[]) {
      for (const [key, value] of map) if (value.instanceId === instanceId) map.delete(key);
    }
  }
}

function keyOf(activity: PendingActivity | UnreadActivity): string {
  return activity instanceof UnreadActivity ? activity.key : workKey(activity.executionId, activity.taskId);
}

function weightOfAll(history: PendingHistory): number {
  let weight = 0;
  for (let piece = history.first; piece !== null; piece = piece.next) weight += weightOf(piece.events);
  return weight;
}

/** The pending ones of the events `from` (included) to `to` (excluded). */
export function historyRange(history: PendingHistory, from: number, to: number): HistoryEvent[] {
  let seq = history.from;
  let first: number | undefined;
  const inRange: string[] = [];
  for (let piece = history.first; piece !== null && seq < to; piece = piece.next) {
    if (seq + piece.count > from) {
      first ??= seq;
      inRange.push(textOf(piece.events));
    }
    seq += piece.count;
  }
  if (first === undefined) return [];
  return decodePieces(inRange).slice(Math.max(0, from - first), to - first);
}
