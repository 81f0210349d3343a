/**
 * Notices that a process no longer answers. It sleeps while nothing is asked of the process and while the process speaks by itself;
 * only after a silent quarter of the time a ping goes out.
 *
 * Counted in ticks of our own timer and not by the clock: when this very process was stopped (a laptop asleep), it has not been silent.
 */
const quarters = 4;

export class Watchdog {
  private timer: NodeJS.Timeout | undefined;
  private silentTicks = 0;

  /** `limitMs` 0: never. `onSilence` is called once for each silence. */
  constructor(
    private readonly limitMs: number,
    private readonly ping: () => void,
    private readonly onSilence: () => void,
  ) {}

  watch(): void {
    if (this.limitMs <= 0 || this.timer !== undefined) return;
    this.silentTicks = 0;
    this.timer = setInterval(() => this.tick(), Math.max(1, this.limitMs / quarters));
    this.timer.unref();
  }

  rest(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  heard(): void {
    this.silentTicks = 0;
  }

  isSilent(): boolean {
    return this.silentTicks > quarters;
  }

  private tick(): void {
    this.silentTicks++;
    if (this.silentTicks === 1) this.ping();
    // What has arrived but was not read yet is read before the verdict.
    else if (this.silentTicks === quarters + 1) setImmediate(() => this.isSilent() && this.onSilence());
  }
}
