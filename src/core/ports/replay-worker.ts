/**
 * Where an orchestrator is run over a history to be looked at: a process of its own, that reaches neither the hub nor the network.
 *
 * Rejections are `DurascopeError`s: `AppInvalid` (the app does not load), `UnknownFunction`, `InvalidArgument` (no history to replay, an
 * expression that cannot be evaluated), `WorkerHung` (the code did not come back), `WorkerExited`, `Stopped`.
 */
import type { Decision } from '../decisions/decisions';
import type { DeterminismCause } from '../history/divergence';
import type { FailureDetails, HistoryEvent } from '../history/history';
import type { EntityRow, ScheduledRow, WorkDecision } from '../decisions/non-determinism';
import type { SourcePlace } from '../values/source-place';
import type { FunctionDescriptor } from './function-worker';
import type { LogEntry } from './logger';

export interface ReplayRequest {
  instanceId: string;
  executionId: string;
  /** The orchestrator function to run. */
  functionName: string;
  /** Events of one generation, in the order of commit, `ExecutionStarted` among the first. */
  history: readonly HistoryEvent[];
}

export interface ReplayFrame {
  /** The function's name. */
  name: string;
  /** Null where it cannot be told; `note` says why. */
  place: SourcePlace | null;
  /** What the user should know about `place`, for instance that a source map is missing. */
  note: string | null;
}

/** The code stands still: it waits for a task, or it has ended. */
export interface ReplayMoment {
  /** Number of history rows that the code had been given when it came to stand here. */
  rows: number;
  /** Innermost first; empty once the code has ended. */
  frames: readonly ReplayFrame[];
  /** `context.df.currentUtcDateTime`, in the history's time form. */
  currentUtcDateTime: string;
  /** `context.df.isReplaying`, as the live run saw it. */
  isReplaying: boolean;
  /** JSON text. */
  customStatus: string | null;
  /** Work that the code asked for since the moment before. */
  decisions: readonly Decision[];
  /** Names of the external events that are waited for, in the order of the waits. */
  awaitedEvents: readonly string[];
  /** Lines logged since the moment before. */
  logs: readonly LogEntry[];
}

export type ReplayEnd =
  | { type: 'waiting' }
  /** JSON text. */
  | { type: 'completed'; output: string | null }
  /** JSON text of the next generation's input. */
  | { type: 'continuedAsNew'; input: string | null }
  | { type: 'failed'; reason: string; failureDetails: FailureDetails | null };

/** What a host finds when it holds a scheduled row against what the code scheduled under the same number. */
export interface ReplayDisagreement {
  /** Index of `row` in the history. */
  rowIndex: number;
  row: ScheduledRow | EntityRow;
  found: WorkDecision | null;
}

/** Something that the orchestrator's code asked of the world while it ran. */
export interface ImpureUse {
  cause: DeterminismCause;
  /** As code names it: `Math.random`. */
  what: string;
  place: SourcePlace | null;
}

/** One run over a whole history. `moments` has at least one element. */
export interface ReplayRun {
  moments: readonly ReplayMoment[];
  /** How far the code came. */
  end: ReplayEnd;
  /** The first one; the run ends with it. */
  disagreement: ReplayDisagreement | null;
  /** The generator functions that ran, as text; null where V8 does not tell. */
  sourceText: string | null;
  /** Run a second time over the same history, the code asked for other work. Only found out where the history ends with such a failure. */
  changesWhenRepeated: boolean;
  /** In the order in which they were first seen. */
  impureUses: readonly ImpureUse[];
  /** Whole sentences: what could not be shown. */
  notes: readonly string[];
  /** What runs the code and shows no variables: `connected Python program`. Places are then those of whole functions. */
  program?: string;
}

export interface VariableScope {
  /** `Local`, `Closure (outer)`, `Durable context` ... */
  name: string;
  /** For `variables`. Good as long as the replay is open, whatever is looked at in between. */
  reference: string;
  /** Better fetched only when asked for. */
  expensive: boolean;
}

export interface Variable {
  name: string;
  /** One line. */
  value: string;
  type: string;
  /** For `variables`; null when there is nothing inside. */
  reference: string | null;
  namedCount?: number;
  indexedCount?: number;
  /** An expression for it in the same frame. */
  evaluateName?: string;
}

/** A replay in which one can look around. The code's values at a moment are those of that moment, in whatever order moments are visited. */
export interface OpenReplay {
  readonly run: ReplayRun;
  /** Absent: every moment is told in full from the start. Else resolves when this one is, to be called before it is shown. */
  complete?: (moment: number) => Promise<void>;
  /** `frame` counts from the innermost, from 0. */
  scopes(moment: number, frame: number): Promise<readonly VariableScope[]>;
  variables(reference: string, range?: { start: number; count: number }): Promise<readonly Variable[]>;
  /** Free of side effects: what would have one is refused (`InvalidArgument`), as is what does not compile or throws. */
  evaluate(moment: number, frame: number, expression: string): Promise<Variable>;
  close(): Promise<void>;
}

export interface ReplayWorker {
  /** The app's functions; starts the process if need be. */
  functions(): Promise<readonly FunctionDescriptor[]>;
  open(request: ReplayRequest): Promise<OpenReplay>;
  /** The next use loads the app anew: its code has changed. Open replays keep what they have, and load anew when next looked into. */
  reload(): Promise<void>;
  dispose(): Promise<void>;
}
