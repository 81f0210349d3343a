/** Commit order to display order (spec/engine.md 2.9). Display order is for eyes only: a worker must be given commit order. */
import type { HistoryEvent, HistoryEventType } from './history';

/** Place of an event inside its episode: what came in, the start, what was scheduled, the end mark, the completion. */
const places: Readonly<Partial<Record<HistoryEventType, number>>> = {
  OrchestratorStarted: 1,
  TaskScheduled: 2,
  TimerCreated: 2,
  SubOrchestrationInstanceCreated: 2,
  EventSent: 2,
  EntityOperationCalled: 2,
  EntityOperationSignaled: 2,
  EntityLockRequested: 2,
  EntityUnlockSent: 2,
  OrchestratorCompleted: 3,
  ExecutionCompleted: 4,
  ContinueAsNew: 4,
};

/**
 * The order in which people read a history: inside each episode first what came in, then OrchestratorStarted, what was
 * scheduled (by id), OrchestratorCompleted and the completion. The argument is in commit order and stays as it is.
 */
export function toDisplayOrder<T extends Pick<HistoryEvent, 'EventType' | 'EventId'>>(events: readonly T[]): T[] {
  const shown: T[] = [];
  let from = 0;
  while (from < events.length) {
    let to = from + 1;
    while (to < events.length && events[to]?.EventType !== 'OrchestratorStarted') to++;
    // Sorting is stable: events of one place keep their commit order.
    shown.push(...events.slice(from, to).sort(comparePlaces));
    from = to;
  }
  return shown;
}

/** Compares two events of one episode for display; 0 keeps their commit order. */
export function comparePlaces(
  a: Pick<HistoryEvent, 'EventType' | 'EventId'>,
  b: Pick<HistoryEvent, 'EventType' | 'EventId'>,
): number {
  const place = places[a.EventType] ?? 0;
  const difference = place - (places[b.EventType] ?? 0);
  if (difference !== 0) return difference;
  return place === 2 ? a.EventId - b.EventId : 0;
}
