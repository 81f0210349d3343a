/**
 * Orchestrators that run and have asked for nothing that is still to come. What a worker tells in actions is known here; an event that the code
 * waits for is not, nor is what it awaits that is not of its context.
 */
import { entityDealings } from '../entities/entity-waits';
import type { HistoryEvent } from '../history/history';

/** `history`: the whole one, whose last episode is over. */
export function hasNothingOpen(history: readonly HistoryEvent[]): boolean {
  const open = new Set<number>();
  for (const event of history) {
    switch (event.EventType) {
      case 'TaskScheduled':
      case 'TimerCreated':
        open.add(event.EventId);
        break;
      case 'TaskCompleted':
      case 'TaskFailed':
        open.delete(event.TaskScheduledId);
        break;
      case 'TimerFired':
        open.delete(event.TimerId);
        break;
      case 'ExecutionCompleted':
      case 'ContinueAsNew':
        return false;
      default:
        break;
    }
  }
  const { waits, children } = entityDealings(history);
  return open.size === 0 && waits.length === 0 && children.length === 0;
}

/** Of an app whose code waits for external events nowhere. */
export const awaitsElsewhere =
  'Its code has asked for nothing that is still to come, and awaits something that is not of its context (Task.Delay, HttpClient …): ' +
  'nothing ever wakes it. context.CreateTimer instead of Task.Delay, and an activity for what takes HttpClient, files or a database.';
