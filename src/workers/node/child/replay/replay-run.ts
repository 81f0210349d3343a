/**
 * One run of an orchestrator over its history that can be stopped wherever the code stands still, and looked at there. A run only goes
 * forward; to see an earlier moment another run is begun.
 */
import type { HistoryEvent } from '../../../../core/history/history';
import type { SdkInvocationContext } from '../orchestrations/sdk-hooks';
import type { GeneratorWatch } from './generator-watch';
import type { SealedWorld } from './sealed-world';

/** An event at the point at which it takes effect (see `SuspensionGate`). */
export interface Delivery {
  event: HistoryEvent;
  /** Number of history rows that the code had been given when this one was. */
  rows: number;
}

export interface RunTools {
  watch: GeneratorWatch;
  world: SealedWorld;
}

export interface ReplayedRun {
  /** Number of times that the code has come to stand still, minus one; -1 before it began. */
  readonly moment: number;
  readonly rows: number;
  /** The generators that stand waiting, innermost first. Empty: it has ended, or is no generator of the language. */
  readonly suspended: readonly object[];
  readonly hasEnded: boolean;
  /** False when the code was not even begun. */
  readonly hasContext: boolean;
  readonly context: SdkInvocationContext;
}
