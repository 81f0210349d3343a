/**
 * The display order of a history (spec/engine.md 2.9) as positions in the commit order, so that a row never loses its commit
 * number, and kept up as rows arrive.
 *
 *   O1. An episode is a stretch that starts with OrchestratorStarted; stretches keep their places, only rows inside one move.
 */
import type { HistoryEvent } from '../../core/history/history';
import { comparePlaces } from '../../core/history/history-order';

function sortEpisode(events: readonly HistoryEvent[], from: number, to: number, order: number[]): void {
  const positions = Array.from({ length: to - from }, (_, at) => from + at);
  positions.sort((a, b) => {
    const left = events[a];
    const right = events[b];
    return left === undefined || right === undefined ? a - b : comparePlaces(left, right) || a - b;
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
