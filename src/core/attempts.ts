import type { HistoryEvent } from './history';

/**
 * Which attempt each scheduled activity is, by id; 1 where it is not a retry. A retry is told by its trace in the history
 * (spec/engine.md 2.10.7): a failure, a timer set in the same episode, and the same name scheduled in the episode in which it fires.
 */
export function activityAttempts(history: readonly HistoryEvent[]): Map<number, number> {
  const attempts = new Map<number, number>();
  const names = new Map<number, string>();
  /** Timers by id, and the activities whose failure set them. */
  const retryOf = new Map<number, number>();
  let failed: number[] = [];
  let fired: number[] = [];
  for (const event of history) {
    switch (event.EventType) {
      case 'OrchestratorStarted':
        failed = [];
        fired = [];
        break;
      case 'TaskFailed':
        failed.push(event.TaskScheduledId);
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
        attempts.set(event.EventId, before === undefined ? 1 : (attempts.get(before) ?? 1) + 1);
        break;
      }
      default:
        break;
    }
  }
  return attempts;
}
