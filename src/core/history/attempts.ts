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

function attemptsOf(
  history: readonly HistoryEvent[],
  tell: (row: number, attempt: number) => void,
): RetryTrace & { attempts: Map<number, number> } {
  const beforeOf = new Map<number, number>();
  const attempts = new Map<number, number>();
  const names = new Map<number, string>();
  /** Timers by id, and the activities whose failure set them. */
  const retryOf = new Map<number, number>();
  let failed: number[] = [];
  let fired: number[] = [];
  for (const [row, event] of history.entries()) {
    switch (event.EventType) {
      case 'OrchestratorStarted':
        failed = [];
        fired = [];
        break;
      case 'SubOrchestrationInstanceFailed':
        failed.push(event.TaskScheduledId);
        break;
      case 'TaskFailed':
        failed.push(event.TaskScheduledId);
        tell(row, attempts.get(event.TaskScheduledId) ?? 1);
        break;
      case 'TaskCompleted':
        tell(row, attempts.get(event.TaskScheduledId) ?? 1);
        break;
      case 'TimerFired': {
        const task = retryOf.get(event.TimerId);
        if (task !== undefined) fired.push(task);
        break;
      }
      case 'TimerCreated': {
        const task = failed.shift();
        if (task !== undefined) retryOf.set(event.EventId, task);
        break;
      }
      case 'TaskScheduled': {
        names.set(event.EventId, event.Name);
        const at = fired.findIndex((task) => names.get(task) === event.Name);
        const before = at < 0 ? undefined : fired.splice(at, 1)[0];
        const attempt = before === undefined ? 1 : (attempts.get(before) ?? 1) + 1;
        if (before !== undefined) beforeOf.set(event.EventId, before);
        attempts.set(event.EventId, attempt);
        tell(row, attempt);
        break;
      }
      default:
        break;
    }
  }
  return { attempts, before: beforeOf, failedBefore: retryOf };
}
