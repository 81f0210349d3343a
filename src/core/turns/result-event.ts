import type { TaskCompleted, TaskFailed } from '../history/history';
import type { ActivityOutcome } from '../ports/function-worker';

/** How an activity's end stands in the history. */
export function resultEvent(Timestamp: string, TaskScheduledId: number, outcome: ActivityOutcome): TaskCompleted | TaskFailed {
  if (outcome.ok) {
    return { EventType: 'TaskCompleted', EventId: -1, IsPlayed: false, Timestamp, TaskScheduledId, Result: outcome.result };
  }
  return {
    EventType: 'TaskFailed',
    EventId: -1,
    IsPlayed: false,
    Timestamp,
    TaskScheduledId,
    Reason: outcome.reason,
    Details: outcome.details,
    FailureDetails: outcome.failureDetails ?? null,
  };
}
