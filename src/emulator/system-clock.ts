import type { Clock, Disposable } from '../core/ports/clock';
import { toExactTimestamp } from '../core/values/time';

/** Node fires timers with a longer delay at once; beyond it the timer is armed anew. */
const longestDelayMs = 2 ** 31 - 1;

/** Real time. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  exactTime(): string {
    const ms = Date.now();
    // This one is not set when the computer's clock is: it may tell the place within the millisecond, never another millisecond.
    const ticks = Math.floor((performance.timeOrigin + performance.now() - ms) * 10_000);
    return toExactTimestamp(ms, Math.min(Math.max(ticks, 0), 9999));
  }

  at(epochMs: number, callback: () => void): Disposable {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const delayMs = epochMs - Date.now();
      timer = setTimeout(
        () => {
          // setTimeout counts on the monotonic clock: the wall clock may lag a millisecond behind, or have been set back.
          if (Date.now() >= epochMs) callback();
          else arm();
        },
        Math.min(Math.max(Math.ceil(delayMs), 0), longestDelayMs),
      );
    };
    arm();
    return { dispose: () => clearTimeout(timer) };
  }
}
