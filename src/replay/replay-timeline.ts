/** The moments of one run of an orchestrator, from its start to as far as its history goes. */
import type { Decision } from '../core/decisions/decisions';
import type { Divergence } from '../core/history/divergence';
import type { FailureDetails, HistoryEvent } from '../core/history/history';
import type { LogEntry } from '../core/ports/logger';
import type { ReplayFrame, Variable, VariableScope } from '../core/ports/replay-worker';

export type ReplayStepKind =
  | 'started'
  | 'resumed'
  /** The last known moment of an instance that still runs. */
  | 'waiting'
  | 'completed'
  | 'failed'
  | 'continuedAsNew'
  /** From outside, while the code was waiting. */
  | 'terminated'
  /** The code went another way than the history. */
  | 'diverged';

export interface PendingTask {
  /** The scheduling number; null for an external event. */
  id: number | null;
  kind: 'activity' | 'timer' | 'subOrchestration' | 'event' | 'entity';
  /** Function, event or entity; for a timer when it fires. */
  name: string;
  /** From 1. */
  attempt: number;
  /** Index of the history row that scheduled it; null when there is none (yet). */
  sinceRow: number | null;
  /** Sub-orchestrations only: the child. */
  instanceId: string | null;
}

export interface ReplayStep {
  /** From 0. */
  index: number;
  /** History rows consumed by arriving here: `[from, to)`. */
  rows: { from: number; to: number };
  kind: ReplayStepKind;
  /** Innermost first; empty after the end. */
  frames: readonly ReplayFrame[];
  currentUtcDateTime: string;
  isReplaying: boolean;
  /** JSON text. */
  customStatus: string | null;
  /** Since the step before. */
  decisions: readonly Decision[];
  /** Scheduled and not finished. */
  pending: readonly PendingTask[];
  /** Of this step only. */
  logs: readonly LogEntry[];
  /** JSON text: the output, or the next generation's input. */
  output: string | null;
  failure: FailureDetails | null;
}

export interface ReplayTimeline {
  readonly instanceId: string;
  readonly executionId: string;
  readonly functionName: string;
  /** Commit order. */
  readonly history: readonly HistoryEvent[];
  /** At least one. */
  readonly steps: readonly ReplayStep[];
  readonly divergence: Divergence | null;
  /** What is missing or could not be shown, in whole sentences. */
  readonly notes: readonly string[];
  /** The orchestration that called this one. */
  readonly parentInstanceId: string | null;
  /** As in `ReplayRun`. */
  readonly program?: string;
  /** Resolves when the step is told in full: to be called before it is shown. Absent: all of them are. */
  complete?: (step: number) => Promise<void>;
  /** `frame` counts from the innermost. References are good until `dispose`. */
  scopes(step: number, frame: number): Promise<readonly VariableScope[]>;
  variables(reference: string, range?: { start: number; count: number }): Promise<readonly Variable[]>;
  /** Free of side effects; rejects with a `DurascopeError` that says why. */
  evaluate(step: number, frame: number, expression: string): Promise<Variable>;
  dispose(): Promise<void>;
}
