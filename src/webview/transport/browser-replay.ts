import * as z from 'zod';
import type { PanelReplay } from '../../protocol/panel-replay';
import {
  replayMoment,
  replayOverview,
  replayVariable,
  type ReplayMomentValue,
  type ReplayOverview,
  type ReplayVariable,
} from '../../protocol/replay-values';
import type { BrowserHub } from './browser-hub';

/** The replay of an instance for the dashboard: the emulator runs it. */
export class BrowserReplay implements PanelReplay {
  #id: string | undefined;

  constructor(
    private readonly hub: BrowserHub,
    private readonly instanceId: string,
  ) {}

  async open(): Promise<ReplayOverview> {
    const replays = this.hub.connected().instanceReplays;
    const before = this.#id;
    const { id, overview } = await replays.open(this.instanceId);
    this.#id = id;
    if (before !== undefined) void replays.close(before);
    return replayOverview.parse(overview);
  }

  async moment(step: number): Promise<ReplayMomentValue> {
    return replayMoment.parse(await this.hub.connected().instanceReplays.moment(this.#opened(), step));
  }

  async variables(reference: string, start: number, count: number): Promise<ReplayVariable[]> {
    const found = await this.hub.connected().instanceReplays.variables(this.#opened(), reference, start, count);
    return z.array(replayVariable).parse(found);
  }

  // There is no debugger and no editor here.
  debug(): void {}
  onStep(): void {}
  onLine(): void {}
  hide(): void {}

  close(): void {
    if (this.#id !== undefined) void this.hub.client?.instanceReplays.close(this.#id);
    this.#id = undefined;
  }

  #opened(): string {
    if (this.#id === undefined) throw new Error('The replay is not open: run it first.');
    return this.#id;
  }
}
