import type { Clock, Disposable } from '../../src/core/ports/clock';

interface Call {
  /** Of the moment, or of the time passed: the other is undefined. */
  dueMs?: number;
  passedMs?: number;
  callback: () => void;
}

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number;
  #passedMs = 0;
  #calls: Call[] = [];

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
    return this.#add({ dueMs: epochMs, callback });
  }

  after(delayMs: number, callback: () => void): Disposable {
    return this.#add({ passedMs: this.#passedMs + delayMs, callback });
  }

  /** Moves on, calling back what becomes due in the order of its times, at its time. */
  advance(ms: number): void {
    const endMs = this.#passedMs + ms;
    for (;;) {
      const leftMs = endMs - this.#passedMs;
      const next = this.#calls
        .filter((call) => this.#distance(call) <= leftMs)
        .sort((a, b) => this.#distance(a) - this.#distance(b))[0];
      if (next === undefined) break;
      this.#move(Math.max(this.#distance(next), 0));
      this.#calls = this.#calls.filter((call) => call !== next);
      next.callback();
    }
    this.#move(endMs - this.#passedMs);
  }

  /** Moves the computer's clock without time passing: as when it was asleep, or was set. What is overdue then comes with the next `advance`. */
  jumpTo(epochMs: number): void {
    this.#nowMs = epochMs;
  }

  #add(call: Call): Disposable {
    this.#calls.push(call);
    return {
      dispose: () => {
        this.#calls = this.#calls.filter((each) => each !== call);
      },
    };
  }

  #distance({ dueMs, passedMs }: Call): number {
    return dueMs === undefined ? (passedMs ?? 0) - this.#passedMs : dueMs - this.#nowMs;
  }

  #move(ms: number): void {
    this.#nowMs += ms;
    this.#passedMs += ms;
  }
}
