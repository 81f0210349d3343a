/** The order in which events were committed, which is the one that a replay needs. Tools show other ones. */
import type { HistoryEvent } from '../core/history/history';
import { isScheduledRow } from '../core/decisions/non-determinism';

/**
 * Events sorted by time, or for eyes, have what came in before the start of the episode that took it in. `events` in any such order; what is
 * in commit order already comes back as it is.
 */
export function inCommitOrder(events: readonly HistoryEvent[]): HistoryEvent[] {
  const ordered: HistoryEvent[] = [];
  /** Came in since the last episode ended. */
  let waiting: HistoryEvent[] = [];
  let isOpen = false;
  for (const event of events) {
    if (event.EventType === 'OrchestratorStarted') {
      ordered.push(event, ...waiting);
      waiting = [];
      isOpen = true;
    } else if (event.EventType === 'OrchestratorCompleted') {
      ordered.push(...waiting, event);
      waiting = [];
      isOpen = false;
    } else if (isOpen || isScheduledRow(event) || event.EventType === 'ExecutionCompleted') {
      ordered.push(event);
    } else {
      waiting.push(event);
    }
  }
  return [...ordered, ...waiting];
}

/** The events from the last ExecutionStarted on, with the start of its episode. */
export function lastGeneration(events: readonly HistoryEvent[]): { events: readonly HistoryEvent[]; dropped: number } {
  const started = events.findLastIndex((event) => event.EventType === 'ExecutionStarted');
  const first = events.findIndex((event) => event.EventType === 'ExecutionStarted');
  // Repeated starts of one generation are dropped by hosts and may stand in a history all the same.
  if (started === first || !events.slice(first, started).some(isEnd)) return { events, dropped: 0 };
  const from = events[started - 1]?.EventType === 'OrchestratorStarted' ? started - 1 : started;
  return { events: events.slice(from), dropped: from };
}

function isEnd({ EventType: type }: HistoryEvent): boolean {
  return type === 'ContinueAsNew' || type === 'ExecutionCompleted';
}
