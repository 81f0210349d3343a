/**
 * The order in which a history is shown (spec/engine.md 2.9). Both functions answer with positions in the commit order, so that
 * a row never loses its commit number.
 *
 *   O1. An episode is a stretch that starts with OrchestratorStarted; stretches keep their places, only rows inside one move.
 *   O2. Inside an episode: what came in, OrchestratorStarted, what was scheduled by id, OrchestratorCompleted, the end.
 */
import type { HistoryEvent } from '../../core/history';

export type HistoryOrder = 'display' | 'commit';

/** Place inside an episode; events this version does not know count as having come in. */
function placeInEpisode(event: HistoryEvent): number {
  switch (event.EventType) {
    case 'OrchestratorStarted':
      return 1;
    case 'TaskScheduled':
    case 'TimerCreated':
    case 'SubOrchestrationInstanceCreated':
    case 'EventSent':
      return 2;
    case 'OrchestratorCompleted':
      return 3;
    case 'ExecutionCompleted':
    case 'ContinueAsNew':
      return 4;
    case 'ExecutionStarted':
    case 'ExecutionTerminated':
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'SubOrchestrationInstanceCompleted':
    case 'SubOrchestrationInstanceFailed':
    case 'TimerFired':
    case 'EventRaised':
    case 'GenericEvent':
    case 'ExecutionSuspended':
    case 'ExecutionResumed':
    case 'ExecutionRewound':
    default:
      return 0;
  }
}

function sortEpisode(events: readonly HistoryEvent[], from: number, to: number, order: number[]): void {
  const positions = Array.from({ length: to - from }, (_, at) => from + at);
  positions.sort((a, b) => {
    const left = events[a];
    const right = events[b];
    if (left === undefined || right === undefined) return a - b;
    const place = placeInEpisode(left);
    const difference = place - placeInEpisode(right);
    if (difference !== 0) return difference;
    return (place === 2 ? left.EventId - right.EventId : 0) || a - b;
  });
  for (let at = 0; at < positions.length; at++) order[from + at] = positions[at] ?? from + at;
}

/**
 * Brings `order` (the answer for the first rows, or empty) up to date with events that were appended. The array is changed in
 * place: only the last episode and what follows is sorted again.
 */
export function extendDisplayOrder(order: number[], events: readonly HistoryEvent[]): number[] {
  // O1: the episode that was open when the answer was given may have grown.
  let from = Math.min(order.length, events.length);
  while (from > 0 && events[from]?.EventType !== 'OrchestratorStarted') from--;
  order.length = from;
  while (from < events.length) {
    let to = from + 1;
    while (to < events.length && events[to]?.EventType !== 'OrchestratorStarted') to++;
    sortEpisode(events, from, to, order);
    from = to;
  }
  return order;
}

/** Display order of a whole history. */
export function displayOrder(events: readonly HistoryEvent[]): number[] {
  return extendDisplayOrder([], events);
}
