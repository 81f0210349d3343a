import type { Clock, Disposable } from '../../src/core/ports/clock';

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number;
  #calls: { dueMs: number; callback: () => void }[] = [];

  constructor(startMs = Date.UTC(2024, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Number of armed callbacks. */
  get armed(): number {
    return this.#calls.length;
  }

  at(epochMs: number, callback: () => void): Disposable {
    const call = { dueMs: epochMs, callback };
    this.#calls.push(call);
    return {
      dispose: () => {
        this.#calls = this.#calls.filter((each) => each !== call);
      },
    };
  }

  /** Moves on, calling back what becomes due in the order of its times, at its time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#calls.filter((call) => call.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#calls = this.#calls.filter((call) => call !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = endMs;
  }

  /** Moves the computer's clock without anything becoming due on the way: as when it was off, or was set. */
  jumpTo(epochMs: number): void {
    this.#nowMs = epochMs;
  }
}
