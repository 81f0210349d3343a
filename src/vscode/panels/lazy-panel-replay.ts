import type { PanelReplay } from '../../protocol/panel-replay';
import type { SourceLocation } from '../../protocol/panel-values';
import type { ReplayMomentValue, ReplayOverview, ReplayVariable } from '../../protocol/replay-values';

/** A panel's replay whose code is read when the panel first asks for it. */
export class LazyPanelReplay implements PanelReplay {
  #loading: Promise<PanelReplay> | undefined;
  #isClosed = false;
  #onStep: (step: number) => void = () => undefined;
  #onLine: (location: SourceLocation | null) => void = () => undefined;

  constructor(private readonly load: () => Promise<PanelReplay>) {}

  async open(): Promise<ReplayOverview> {
    this.#loading ??= this.load().then((replay) => {
      replay.onStep(this.#onStep);
      replay.onLine(this.#onLine);
      if (this.#isClosed) replay.close();
      return replay;
    });
    return (await this.#loading).open();
  }

  async moment(step: number, reveal: boolean): Promise<ReplayMomentValue> {
    return (await this.#opened()).moment(step, reveal);
  }

  async variables(reference: string, start: number, count: number): Promise<readonly ReplayVariable[]> {
    return (await this.#opened()).variables(reference, start, count);
  }

  debug(step: number, how: 'steps' | 'code'): void {
    void this.#loading?.then((replay) => replay.debug(step, how));
  }

  onStep(listener: (step: number) => void): void {
    this.#onStep = listener;
  }

  onLine(listener: (location: SourceLocation | null) => void): void {
    this.#onLine = listener;
  }

  hide(): void {
    void this.#loading?.then((replay) => replay.hide());
  }

  close(): void {
    this.#isClosed = true;
    void this.#loading?.then((replay) => replay.close());
  }

  #opened(): Promise<PanelReplay> {
    return this.#loading ?? Promise.reject(new Error('The replay is not open: run it first.'));
  }
}
