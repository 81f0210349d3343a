import type { HistoryEvent } from './history';

/** It reaches the code: an answer, an event, a timer. */
export function isArrival({ EventType }: HistoryEvent): boolean {
  switch (EventType) {
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'SubOrchestrationInstanceCompleted':
    case 'SubOrchestrationInstanceFailed':
    case 'TimerFired':
    case 'EventRaised':
      return true;
    default:
      return false;
  }
}
