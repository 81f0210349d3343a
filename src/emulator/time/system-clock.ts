import type { Clock, Disposable } from '../../core/ports/clock';
import { toExactTimestamp } from '../../core/values/time';

/**
 * setTimeout counts time that passed while the computer was awake, so a jump of the wall clock is noticed by looking: that often while
 * something waits for a moment.
 */
const lookEveryMs = 800;
/** Node fires timers with a longer delay at once. */
const longestDelayMs = 2 ** 31 - 1;

/** What the operating system gives: the wall clock, and timers that count only while the computer is awake. */
interface TimeSource {
  now(): number;
  after(delayMs: number, callback: () => void): Disposable;
}

const real: TimeSource = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    if (delayMs <= 0) {
      // A timer would take a millisecond.
      const next = setImmediate(callback);
      return { dispose: () => clearImmediate(next) };
    }
    const timer = setTimeout(callback, delayMs);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** Real time. */
export class SystemClock implements Clock {
  constructor(private readonly source: TimeSource = real) {}

  now(): number {
    return this.source.now();
  }

  exactTime(): string {
    return this.exactTimeAhead(0);
  }

  /** The time `aheadMs` (whole milliseconds) from now. */
  exactTimeAhead(aheadMs: number): string {
    const ms = this.source.now();
    // This one is not set when the computer's clock is: it may tell the place within the millisecond, never another millisecond.
    const ticks = Math.floor((performance.timeOrigin + performance.now() - ms) * 10_000);
    return toExactTimestamp(ms + aheadMs, Math.min(Math.max(ticks, 0), 9999));
  }

  at(epochMs: number, callback: () => void): Disposable {
    return this.#steps(
      () => Math.min(epochMs - this.source.now(), lookEveryMs),
      callback,
      () => this.source.now() >= epochMs,
    );
  }

  after(delayMs: number, callback: () => void): Disposable {
    let leftMs = delayMs;
    const next = (): number => {
      const step = Math.min(leftMs, longestDelayMs);
      leftMs -= step;
      return step;
    };
    return this.#steps(next, callback, () => leftMs <= 0);
  }

  /** Sleeps for what `next` says, again and again until it `isOver`. */
  #steps(next: () => number, callback: () => void, isOver: () => boolean): Disposable {
    let timer: Disposable;
    const arm = (): void => {
      timer = this.source.after(Math.max(Math.ceil(next()), 0), () => {
        // Of a moment: the wall clock may lag a millisecond behind, or have been set back.
        if (isOver()) callback();
        else arm();
      });
    };
    arm();
    return { dispose: () => timer.dispose() };
  }
}
