import type { Clock, Disposable } from '../../core/ports/clock';

/**
 * Notices that a process no longer answers. It sleeps while nothing is asked of the process and while the process speaks by itself;
 * only after a silent quarter of the time a ping goes out.
 *
 * Counted in ticks of our own timer and not by the clock: when this very process was stopped (a laptop asleep), it has not been silent.
 */
const quarters = 4;

/** How the time of a watchdog passes: no clock's that can be set, let alone a hub's. */
export type WatchdogTime = Pick<Clock, 'after'>;

export const realTime: WatchdogTime = {
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return { dispose: () => clearTimeout(timer) };
  },
};

export class Watchdog {
  private nextTick: Disposable | undefined;
  private silentTicks = 0;

  /** `limitMs` 0: never. `onSilence` is called once for each silence. */
  constructor(
    private readonly limitMs: number,
    private readonly ping: () => void,
    private readonly onSilence: () => void,
    private readonly time: WatchdogTime = realTime,
  ) {}

  watch(): void {
    if (this.limitMs <= 0 || this.nextTick !== undefined) return;
    this.silentTicks = 0;
    this.arm();
  }

  rest(): void {
    this.nextTick?.dispose();
    this.nextTick = undefined;
  }

  heard(): void {
    this.silentTicks = 0;
  }

  isSilent(): boolean {
    return this.silentTicks > quarters;
  }

  private arm(): void {
    this.nextTick = this.time.after(Math.max(1, this.limitMs / quarters), () => this.tick());
  }

  private tick(): void {
    this.arm();
    this.silentTicks++;
    if (this.silentTicks === 1) this.ping();
    // What has arrived but was not read yet is read before the verdict.
    else if (this.silentTicks === quarters + 1) setImmediate(() => this.isSilent() && this.onSilence());
  }
}
