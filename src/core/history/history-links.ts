/** Who answers whom in a history: a scheduling row and its result, by position in the commit order. */
import type { HistoryEvent } from './history';

/** The id of the scheduling row that `event` answers; undefined for rows that answer nothing. */
export function answeredId(event: HistoryEvent): number | undefined {
  switch (event.EventType) {
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'SubOrchestrationInstanceCompleted':
    case 'SubOrchestrationInstanceFailed':
      return event.TaskScheduledId;
    case 'TimerFired':
      return event.TimerId;
    default:
      return undefined;
  }
}

/** True for rows that open work which a later row answers. */
export function opensWork(event: HistoryEvent): boolean {
  return (
    event.EventType === 'TaskScheduled' ||
    event.EventType === 'TimerCreated' ||
    event.EventType === 'SubOrchestrationInstanceCreated'
  );
}

/** Position of the row on the other end of `at`: of the scheduling row for a result, of the result for a scheduling row. */
export function counterpart(events: readonly HistoryEvent[], at: number): number | undefined {
  const event = events[at];
  if (event === undefined) return undefined;
  const id = answeredId(event);
  if (id !== undefined) {
    for (let back = at - 1; back >= 0; back--) {
      const candidate = events[back];
      if (candidate !== undefined && opensWork(candidate) && candidate.EventId === id) return back;
    }
    return undefined;
  }
  if (!opensWork(event)) return undefined;
  for (let on = at + 1; on < events.length; on++) {
    const candidate = events[on];
    if (candidate !== undefined && answeredId(candidate) === event.EventId) return on;
  }
  return undefined;
}

/** For every result row the position of its scheduling row, in one pass over the whole history. */
export function counterpartIndex(events: readonly HistoryEvent[]): ReadonlyMap<number, number> {
  const opened = new Map<number, number>();
  const links = new Map<number, number>();
  for (let at = 0; at < events.length; at++) {
    const event = events[at];
    if (event === undefined) continue;
    if (opensWork(event)) opened.set(event.EventId, at);
    const id = answeredId(event);
    const from = id === undefined ? undefined : opened.get(id);
    if (from !== undefined) links.set(at, from);
  }
  return links;
}
