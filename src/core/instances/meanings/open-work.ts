/** What has not ended: waits of running instances, and work that outlives one. */
import type { HistoryEvent } from '../../history/history';
import { profileOf, type InstanceRow } from '../instance';
import { hasNothingOpen } from '../nothing-open';
import { awaitedSpelling } from './event-spelling';
import type { Found, MeaningRow } from './meaning';

/** Of workers that tell what the code wants and not what it waits for. */
export function isIdle(row: MeaningRow, events: readonly HistoryEvent[]): boolean {
  if (row.runtimeStatus !== 'Running' || profileOf(row as InstanceRow) !== 'G' || events.length !== row.historyLength)
    return false;
  return events.at(-1)?.EventType === 'OrchestratorCompleted' && hasNothingOpen(events);
}

export function nothingOpen({ stuck }: MeaningRow): Found {
  return {
    id: 'nothingOpen',
    message:
      stuck === undefined
        ? 'Its code has asked for nothing that is still to come. Either it waits for an external event, whose name its worker does not tell, or it awaits something that is not of its context (Task.Delay, HttpClient …), and nothing ever wakes it.'
        : 'An orchestrator that awaits what is not of its context stays Running for ever, in production too.',
    event: null,
  };
}

/** What whoever runs the code knows of its waits. */
export function waitMeanings({ waits, awaitedEvents }: MeaningRow, events: readonly HistoryEvent[]): Found[] {
  // Under another case it has a meaning of its own.
  const unawaited = (waits?.unawaited ?? []).filter((name) => awaitedSpelling(name, awaitedEvents) === null);
  const found = unawaited.map((name): Found => {
    const event = events.findLastIndex((each) => each.EventType === 'EventRaised' && each.Name === name);
    return {
      id: 'unawaitedEvent',
      message: `The event '${name}' has come, and the code does not wait for it, or not yet. It is kept until the code does; continueAsNew and the end drop it.`,
      event: event < 0 ? null : event,
    };
  });
  if (waits?.codeEnded === true) {
    found.unshift({
      id: 'openTimers',
      message:
        'The code has returned, but timers or calls that it left open keep the instance Running until they are over, as in Azure. Cancel a timer that is no longer wanted: timer.cancel().',
      event: openTimer(events),
    });
  }
  return found;
}

/** The newest timer that has not fired. */
function openTimer(events: readonly HistoryEvent[]): number | null {
  const fired = new Set<number>();
  for (const event of events) if (event.EventType === 'TimerFired') fired.add(event.TimerId);
  const index = events.findLastIndex((event) => event.EventType === 'TimerCreated' && !fired.has(event.EventId));
  return index < 0 ? null : index;
}

/** Activities that had not ended when the instance did: one meaning for each name, at its first. A failure that says more comes alone. */
export function lateResults({ runtimeStatus }: MeaningRow, events: readonly HistoryEvent[]): Found[] {
  if (runtimeStatus !== 'Completed' && runtimeStatus !== 'Failed') return [];
  const open = new Map<number, { name: string; index: number }>();
  for (const [index, event] of events.entries()) {
    if (event.EventType === 'TaskScheduled') open.set(event.EventId, { name: event.Name, index });
    else if (event.EventType === 'TaskCompleted' || event.EventType === 'TaskFailed') open.delete(event.TaskScheduledId);
  }
  const first = new Map<string, { index: number; count: number }>();
  for (const { name, index } of open.values()) {
    const known = first.get(name);
    if (known === undefined) first.set(name, { index, count: 1 });
    else known.count++;
  }
  return [...first].map(([name, { index, count }]) => ({
    id: 'lateResult',
    message:
      count === 1
        ? `'${name}' had not ended when the instance did: its result comes too late, and nobody gets it.`
        : `${count} calls of '${name}' had not ended when the instance did: their results come too late, and nobody gets them.`,
    event: index,
  }));
}
