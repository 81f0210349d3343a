import type { ReplayMomentValue, ReplayOverview, ReplayVariable } from './replay-values';
import type { SourceLocation } from './panel-values';

/** The replay of one instance, for its panel. Rejections carry a message for the user. */
export interface PanelReplay {
  /** Runs the replay, anew if it is open. */
  open(): Promise<ReplayOverview>;
  /** `reveal`: the user chose this moment and did not merely pass it; the editor may scroll. */
  moment(step: number, reveal: boolean): Promise<ReplayMomentValue>;
  variables(reference: string, start: number, count: number): Promise<readonly ReplayVariable[]>;
  debug(step: number, how: 'steps' | 'code'): void;
  /** A debugger stands at a step of the same instance. */
  onStep(listener: (step: number) => void): void;
  /** The user's cursor is on a line on which the orchestrator waits, or has left it. */
  onLine(listener: (location: SourceLocation | null) => void): void;
  /** The panel shows something else: nothing of it stands in the editors until the next `moment`. */
  hide(): void;
  /** Gives back what is open. */
  close(): void;
}
