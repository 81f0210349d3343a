/** Replays of orchestrators that connected programs run: the program is asked, and nothing of what it answers is committed. */
import type { Decision } from '../decisions/decisions';
import type { ReplayMoment, ReplayRequest, ReplayRun } from './replay-worker';

/** What an orchestrator has done when it has been given a part of its history. */
export interface ProgramAnswer {
  /** Ascending by id, the completion last. */
  decisions: readonly Decision[];
  /** JSON text. */
  customStatus: string | null;
}

/** A history that is laid before a program, prefix by prefix. */
export interface AskedProgram {
  /** Who answered last, for a sentence: `connected Python program`; null before the first answer. */
  readonly runner: string | null;
  /**
   * Whether the SDK of who answered last says in its answer that rows do not fit. Others are never asked with scheduled rows: they may end
   * the whole program (Go) or pass over what does not fit (Java). They cannot take back work either, timers perhaps apart.
   */
  readonly canRefuse: boolean;
  /**
   * What the orchestrator does with the first `rows` rows. Without `withScheduled` it is given only what came in, so that the answer
   * holds all that it has asked for since its start and has not cancelled (calls and locks of entities apart, whose rows it is given too);
   * with it, the SDK compares the rows with what the code asks for.
   *
   * Rejects with `UnknownFunction` (no connected program runs it), `WorkerHung` (no answer in time), `WorkerExited` (the program went
   * away), `Stopped` (closed).
   */
  ask(rows: number, withScheduled: boolean): Promise<ProgramAnswer>;
  /** What is under way is given up. */
  close(): void;
}

export interface OpenedReplay {
  id: string;
  /** `run.program` is set. */
  run: ReplayRun;
}

/** The replays of an emulator; may be on another thread, so everything is plain data. */
export interface ConnectedReplays {
  /** Rejects as `AskedProgram.ask` does, with `Stopped` when the signal aborts first (it does not cross threads). */
  open(request: ReplayRequest, signal?: AbortSignal): Promise<OpenedReplay>;
  /** A moment in full, which the run may tell in outline. Rejects with `Stopped` once closed, and as `AskedProgram.ask` does. */
  moment(id: string, index: number): Promise<ReplayMoment>;
  close(id: string): Promise<void>;
}
