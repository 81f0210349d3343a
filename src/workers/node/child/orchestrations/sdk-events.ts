/** History events as the JSON protocol has them (spec/functions-worker.md 4.1): flat, PascalCase, `EventType` as a number. */
import type { HistoryEvent } from '../../../../core/history/history';
import { eventTypeNumbers } from '../../../../core/history/history';

/** What every event for an SDK has. */
export interface SdkEvent {
  EventType: number;
  IsPlayed: boolean;
}

/**
 * One event for the JSON trigger, a copy. Fields that the SDKs insist on are there even when an imported history left them out.
 */
export function sdkEvent(event: HistoryEvent, isPlayed: boolean): SdkEvent & Record<string, unknown> {
  const copy: SdkEvent & Record<string, unknown> = {
    ...event,
    EventType: eventTypeNumbers[event.EventType],
    IsPlayed: isPlayed,
  };
  delete copy['KeptInput'];
  switch (event.EventType) {
    case 'TaskCompleted':
    case 'SubOrchestrationInstanceCompleted':
      copy['Result'] ??= null;
      break;
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
      copy['Reason'] ??= '';
      // Null says that a child was terminated.
      if (copy['Details'] === undefined) copy['Details'] = '';
      break;
    default:
      break;
  }
  return copy;
}

/**
 * The same for an open executor of SDK 2.x or 3.x, with the fields that it reads and no others: this is done for every event of every
 * orchestration. Null for events that it passes over. Times are Dates where they reach user code.
 */
export function liveSdkEvent(event: HistoryEvent, isPlayed: boolean): SdkEvent | null {
  const IsPlayed = isPlayed;
  switch (event.EventType) {
    case 'OrchestratorStarted':
      return { EventType: 12, IsPlayed, Timestamp: new Date(event.Timestamp) } as SdkEvent;
    case 'TaskCompleted':
      return { EventType: 5, IsPlayed, TaskScheduledId: event.TaskScheduledId, Result: text(event.Result) } as SdkEvent;
    case 'SubOrchestrationInstanceCompleted':
      return { EventType: 8, IsPlayed, TaskScheduledId: event.TaskScheduledId, Result: text(event.Result) } as SdkEvent;
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
      return {
        EventType: eventTypeNumbers[event.EventType],
        IsPlayed,
        TaskScheduledId: event.TaskScheduledId,
        Reason: text(event.Reason) ?? '',
        Details: detailsOrNull(event.Details),
        FailureDetails: event.FailureDetails ? withDates(structuredClone(event.FailureDetails)) : null,
      } as SdkEvent;
    case 'TimerFired':
      return { EventType: 11, IsPlayed, TimerId: event.TimerId } as SdkEvent;
    case 'EventRaised':
      return { EventType: 15, IsPlayed, Name: event.Name, Input: event.Input } as SdkEvent;
    case 'EventSent':
      return { EventType: 14, IsPlayed, EventId: event.EventId, Input: event.Input } as SdkEvent;
    case 'ExecutionStarted':
      return { EventType: 0, IsPlayed };
    default:
      return null;
  }
}

/** Does in place what the SDKs do to their whole input: every text called `Timestamp` becomes a Date. */
export function withDates<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (Object.hasOwn(fields, 'Timestamp') && typeof fields['Timestamp'] === 'string')
    fields['Timestamp'] = new Date(fields['Timestamp']);
  Object.values(fields).forEach(withDates);
  return value;
}

/** Null is a fact: the child was terminated. */
function detailsOrNull(value: string | null | undefined): string | null {
  return value === undefined ? '' : value;
}

/** Imported histories leave fields out. */
function text(value: string | null | undefined): string | null {
  return value ?? null;
}
