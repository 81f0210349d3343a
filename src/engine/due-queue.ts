import { MinHeap } from '../base/min-heap';
import { workKey, type PendingTimer } from '../core/instances/instance';
import type { Clock, Disposable } from '../core/ports/clock';
import type { DueWork } from '../core/ports/hub-clock';
import type { InboxEntry } from './live-instance';

type Due = { timer: PendingTimer } | { entry: InboxEntry };

/** Timers and messages that wait for their time, with one armed timer of the clock for the earliest. */
export class DueQueue {
  #heap = new MinHeap<Due>();
  /** Keys of timers that will never matter and are still in the heap. */
  readonly #cancelled = new Set<string>();
  readonly #waiting = new Set<string>();
  #armed: Disposable | null = null;
  #armedForMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly fire: (timer: PendingTimer) => void,
    private readonly show: (entry: InboxEntry) => void,
    /** Epoch milliseconds; NaN for a time that cannot be read. */
    private readonly dueMsOf: (timer: PendingTimer) => number,
  ) {}

  addTimer(timer: PendingTimer): void {
    // A time that cannot be read would never fire and never be noticed: it fires at once.
    const dueMs = this.dueMsOf(timer) || 0;
    if (dueMs <= this.clock.now()) {
      this.fire(timer);
      return;
    }
    this.#waiting.add(workKey(timer.executionId, timer.timerId));
    this.#heap.push(dueMs, { timer });
    this.#arm();
  }

  addEntry(entry: InboxEntry): void {
    // A time that cannot be read is none to wait for.
    if (!(entry.visibleAtMs > this.clock.now())) {
      this.show(entry);
      return;
    }
    this.#heap.push(entry.visibleAtMs, { entry });
    this.#arm();
  }

  /** True when the timer was waiting. */
  cancel(key: string): boolean {
    if (!this.#waiting.delete(key)) return false;
    this.#cancelled.add(key);
    if (this.#cancelled.size > 1000 && this.#cancelled.size * 2 > this.#heap.size) this.#compact();
    return true;
  }

  /** What comes first of what is still wanted: the rest would be for nobody when its time comes, and goes. Null: nothing waits. */
  next(isWanted: (timer: PendingTimer) => boolean): DueWork | null {
    for (;;) {
      const due = this.#heap.first;
      if (due === undefined) return null;
      const dueMs = this.#heap.minimum;
      if ('entry' in due) return { dueMs, instanceId: due.entry.live.instanceId, kind: 'message' };
      const { timer } = due;
      const key = workKey(timer.executionId, timer.timerId);
      if (!this.#cancelled.has(key) && isWanted(timer)) return { dueMs, instanceId: timer.instanceId, kind: 'timer' };
      this.#heap.pop();
      this.#cancelled.delete(key);
      this.#waiting.delete(key);
    }
  }

  stop(): void {
    this.#armed?.dispose();
    this.#armed = null;
    this.#armedForMs = Number.NEGATIVE_INFINITY;
  }

  #arm(): void {
    const dueMs = this.#heap.minimum;
    if (dueMs >= this.#armedForMs) return;
    this.#armed?.dispose();
    this.#armedForMs = dueMs;
    this.#armed = this.clock.at(dueMs, () => {
      this.#armedForMs = Number.POSITIVE_INFINITY;
      this.#armed = null;
      const now = this.clock.now();
      while (this.#heap.minimum <= now) {
        const due = this.#heap.pop();
        if (due !== undefined) this.#deliver(due);
      }
      if (this.#heap.size > 0) this.#arm();
    });
  }

  #deliver(due: Due): void {
    if ('entry' in due) {
      this.show(due.entry);
      return;
    }
    const key = workKey(due.timer.executionId, due.timer.timerId);
    if (this.#cancelled.delete(key)) return;
    this.#waiting.delete(key);
    this.fire(due.timer);
  }

  #compact(): void {
    const old = this.#heap;
    this.#heap = new MinHeap<Due>();
    for (let dueMs = old.minimum, due = old.pop(); due !== undefined; dueMs = old.minimum, due = old.pop()) {
      if ('timer' in due && this.#cancelled.has(workKey(due.timer.executionId, due.timer.timerId))) continue;
      this.#heap.push(dueMs, due);
    }
    this.#cancelled.clear();
  }
}
