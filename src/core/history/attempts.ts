import type { HistoryEvent } from './history';

/**
 * Which attempt each scheduled activity is, by id; 1 where it is not a retry. A retry is told by its trace in the history
 * (spec/engine.md 2.10.7): a failure, a timer set in the same episode, and the same name scheduled in the episode in which it fires. Some
 * SDKs give a retry the id of the first attempt: it is then the last one's number.
 */
export function activityAttempts(history: readonly HistoryEvent[]): Map<number, number> {
  return attemptsOf(history, () => undefined).attempts;
}

/** The attempts, with what failed before each, by ids. */
export function retryTrace(history: readonly HistoryEvent[]): RetryTrace {
  return attemptsOf(history, () => undefined);
}

export interface RetryTrace {
  attempts: ReadonlyMap<number, number>;
  /** The attempt before, by the id of the attempt. */
  before: ReadonlyMap<number, number>;
  /** The attempt that failed, by the id of the timer that was set in the same episode: not every such timer is one of a retry. */
  failedBefore: ReadonlyMap<number, number>;
}

/** The attempts by the index of the activity's row, both where it is scheduled and where its result stands. */
export function attemptsByRow(history: readonly HistoryEvent[]): Map<number, number> {
  const byRow = new Map<number, number>();
  attemptsOf(history, (row, attempt) => byRow.set(row, attempt));
  return byRow;
}

function attemptsOf(history: readonly HistoryEvent[], tell: (row: number, attempt: number) => void): AttemptTrace {
  const trace = new AttemptTrace();
  for (const [row, event] of history.entries()) {
    const attempt = trace.add(event);
    if (attempt !== undefined) tell(row, attempt);
  }
  return trace;
}

/** The same of a history that comes row by row. */
export class AttemptTrace implements RetryTrace {
  readonly attempts = new Map<number, number>();
  readonly before = new Map<number, number>();
  /** Timers by id, and the activities whose failure set them. */
  readonly failedBefore = new Map<number, number>();
  readonly #names = new Map<number, string>();
  #failed: number[] = [];
  #fired: number[] = [];

  /** The attempt that the row is about; undefined where it is about none. */
  add(event: HistoryEvent): number | undefined {
    switch (event.EventType) {
      case 'OrchestratorStarted':
        this.#failed = [];
        this.#fired = [];
        return undefined;
      case 'SubOrchestrationInstanceFailed':
        this.#failed.push(event.TaskScheduledId);
        return undefined;
      case 'TaskFailed':
        this.#failed.push(event.TaskScheduledId);
        return this.attempts.get(event.TaskScheduledId) ?? 1;
      case 'TaskCompleted':
        return this.attempts.get(event.TaskScheduledId) ?? 1;
      case 'TimerFired': {
        const task = this.failedBefore.get(event.TimerId);
        if (task !== undefined) this.#fired.push(task);
        return undefined;
      }
      case 'TimerCreated': {
        const task = this.#failed.shift();
        if (task !== undefined) this.failedBefore.set(event.EventId, task);
        return undefined;
      }
      case 'TaskScheduled':
        return this.#scheduled(event.EventId, event.Name);
      default:
        return undefined;
    }
  }

  #scheduled(id: number, name: string): number {
    this.#names.set(id, name);
    const at = this.#fired.findIndex((task) => this.#names.get(task) === name);
    const before = at < 0 ? undefined : this.#fired.splice(at, 1)[0];
    const attempt = before === undefined ? 1 : (this.attempts.get(before) ?? 1) + 1;
    if (before !== undefined) this.before.set(id, before);
    this.attempts.set(id, attempt);
    return attempt;
  }
}
