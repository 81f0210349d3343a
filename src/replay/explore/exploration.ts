/** What exploring is asked for, and what it tells (docs/explore.md). */
import type { HistoryEvent } from '../../core/history/history';
import type { Call, SimulatedWorld } from './simulated-run';

export interface ExploreOptions extends SimulatedWorld {
  /** What comes from outside, once each. Of several instances `2.Name` comes to the second. */
  events: readonly { name: string; data: string | null }[];
  /** Schedules, at most. */
  runs: number;
  seed: number;
  /** Outputs (JSON text) that it may have; several instances have a list of theirs. Null: that which it has in order. */
  expect: readonly string[] | null;
  /** What is wrong with a run, or undefined. */
  check: ((run: ExploredRun) => string | undefined) | null;
  /** So many activities fail once, at most, run twice, and so many events are doubled. */
  failures: number;
  doubles: number;
  /** Aborted: it ends with what it knows by then. */
  signal?: AbortSignal;
  /** Told now and then how many schedules it has gone through. */
  onProgress?: (schedules: number) => void;
}

/** A call, and how it ended. */
export type RanCall = Call & { outcome: 'completed' | 'failed' };

export interface ExploredRun {
  status: string;
  /** Parsed; of a failure its text. */
  output: unknown;
  /** Calls in the order in which they ran: what runs twice stands there twice. */
  calls: readonly RanCall[];
  /** Of several, each; `output` is then a list of theirs. */
  instances?: readonly { name: string; instanceId: string; status: string; output: unknown }[];
  /** States of entities when it is over, by their ids. */
  entities: Readonly<Record<string, unknown>>;
  schedule: string;
}

export interface Finding {
  schedule: string;
  problem: string;
  /** JSON text of an output that it has and was not to have; else null. */
  output: string | null;
  history: readonly HistoryEvent[];
}

export interface Exploration {
  /** Schedules gone through. */
  schedules: number;
  /** There are no others. */
  isComplete: boolean;
  outcomes: readonly { status: string; output: string | null; count: number }[];
  /** Shortest first. */
  findings: readonly Finding[];
  /** Events that were given and that the code waits for under none of these schedules; each with a sentence that says so. */
  unawaited: readonly { event: string; message: string }[];
}
