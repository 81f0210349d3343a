import type { CustomStatusChange } from '../../src/core/instances/instance';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import type { HistoryEvent } from '../../src/core/history/history';
import {
  workKey,
  type InboxMessage,
  type InstanceRow,
  type PendingActivity,
  type PendingTimer,
} from '../../src/core/instances/instance';
import type { HistoryStore, InstancePage, InstanceQuery, RecoveredWork } from '../../src/core/ports/history-store';
import type { OrchestrationStatus } from '../../src/core/values/status';

/**
 * A history store of plain maps, for faults: it keeps every checkpoint, so that a store "as it was on disk at that moment" can be
 * made from any prefix. Strict where the real one is lenient: a checkpoint that does not fit what is stored throws.
 */
export class MemoryStore implements HistoryStore {
  /** All that was committed, as it was then. */
  readonly committed: Checkpoint[] = [];
  /** Called before each commit; a rejection is what the engine gets, and nothing is kept. */
  beforeCommit: (checkpoints: readonly Checkpoint[]) => Promise<void> | undefined = () => undefined;
  readonly #rows = new Map<string, InstanceRow>();
  readonly #histories = new Map<string, HistoryEvent[]>();
  readonly #messages = new Map<number, InboxMessage>();
  readonly #activities = new Map<string, PendingActivity>();
  readonly #timers = new Map<string, PendingTimer>();
  #nextSeq = 1;

  constructor(checkpoints: readonly Checkpoint[] = []) {
    for (const checkpoint of checkpoints) this.#apply(checkpoint);
  }

  open(): Promise<RecoveredWork> {
    const work = { inbox: [...this.#messages.values()], activities: [...this.#activities.values()] };
    return Promise.resolve({ ...work, timers: [...this.#timers.values()], nextSeq: this.#nextSeq, warnings: [] });
  }

  commit(checkpoints: readonly Checkpoint[]): Promise<void> {
    const before = this.beforeCommit(checkpoints);
    if (before !== undefined) return before.then(() => this.#applyAll(checkpoints));
    this.#applyAll(checkpoints);
    return Promise.resolve();
  }

  instance(instanceId: string): InstanceRow | undefined {
    return this.#rows.get(instanceId);
  }

  history(instanceId: string, from = 0, count = Infinity): readonly HistoryEvent[] {
    return (this.#histories.get(instanceId) ?? []).slice(from, from + count);
  }

  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- for stores that are made of this one
  prepare(_query?: InstanceQuery): Promise<void> | undefined {
    return undefined;
  }

  query(query: InstanceQuery): InstancePage {
    const instances = [...this.#rows.values()]
      .filter((row) => query.statuses?.includes(row.runtimeStatus) !== false)
      .sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
    return { instances };
  }

  count(query: InstanceQuery): number {
    return this.query(query).instances.length;
  }

  countByStatus(query: InstanceQuery = {}): Partial<Record<OrchestrationStatus, number>> {
    const counts: Partial<Record<OrchestrationStatus, number>> = {};
    for (const { runtimeStatus } of this.query(query).instances) counts[runtimeStatus] = (counts[runtimeStatus] ?? 0) + 1;
    return counts;
  }

  customStatusChanges(): readonly CustomStatusChange[] {
    return [];
  }

  pendingActivities(instanceId: string): readonly PendingActivity[] {
    return [...this.#activities.values()].filter((each) => each.instanceId === instanceId);
  }

  pendingTimers(instanceId: string): readonly PendingTimer[] {
    return [...this.#timers.values()].filter((each) => each.instanceId === instanceId);
  }

  inbox(instanceId: string): readonly InboxMessage[] {
    return [...this.#messages.values()].filter((each) => each.instanceId === instanceId);
  }

  bytesOnDisk(): number {
    return 0;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #applyAll(checkpoints: readonly Checkpoint[]): void {
    for (const checkpoint of checkpoints) this.#apply(structuredClone(checkpoint));
  }

  #apply(checkpoint: Checkpoint): void {
    this.committed.push(checkpoint);
    const { instanceId, instance, history } = checkpoint;
    if (checkpoint.purged === true) this.#purge(instanceId);
    if (instance !== undefined) this.#rows.set(instanceId, instance);
    if (history !== undefined) {
      const events = history.mode === 'replace' ? [] : [...(this.#histories.get(instanceId) ?? [])];
      if (events.length !== history.from)
        throw new Error(`history of ${instanceId} has ${events.length}, not ${history.from} events`);
      this.#histories.set(instanceId, [...events, ...history.events]);
      if (instance?.historyLength !== history.from + history.events.length)
        throw new Error(`historyLength of ${instanceId} is wrong`);
    }
    for (const child of checkpoint.children ?? []) this.#rows.set(child.instanceId, child);
    for (const message of checkpoint.messages ?? []) {
      if (message.seq < this.#nextSeq) throw new Error(`message ${message.seq} is not new`);
      this.#nextSeq = message.seq + 1;
      this.#messages.set(message.seq, message);
    }
    for (const activity of checkpoint.activities ?? []) {
      putNew(this.#activities, workKey(activity.executionId, activity.taskId), activity);
    }
    for (const timer of checkpoint.timers ?? []) putNew(this.#timers, workKey(timer.executionId, timer.timerId), timer);
    for (const seq of checkpoint.consumedMessages ?? []) take(this.#messages, seq);
    for (const key of checkpoint.finishedActivities ?? []) take(this.#activities, key);
    for (const key of checkpoint.finishedTimers ?? []) take(this.#timers, key);
  }

  #purge(instanceId: string): void {
    this.#rows.delete(instanceId);
    this.#histories.delete(instanceId);
    for (const queue of [this.#messages, this.#activities, this.#timers] as Map<unknown, { instanceId: string }>[]) {
      for (const [key, value] of queue) if (value.instanceId === instanceId) queue.delete(key);
    }
  }
}

function putNew<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.has(key)) throw new Error(`${key} is there already`);
  map.set(key, value);
}

function take<K>(map: Map<K, unknown>, key: K): void {
  if (!map.delete(key)) throw new Error(`${String(key)} is not there`);
}
