/** History events as the JSON protocol has them (spec/functions-worker.md 4.1): flat, PascalCase, `EventType` as a number. */
import type { HistoryEvent } from '../../../../core/history';
import { eventTypeNumbers } from '../../../../core/history';

export type SdkEvent = Record<string, unknown> & { IsPlayed: boolean };

/**
 * One event for the SDK, a copy. `eventName`: an external event's name as the waiting code spells it.
 * Fields that the SDKs insist on are there even when an imported history left them out.
 */
export function sdkEvent(event: HistoryEvent, isPlayed: boolean, eventName?: string): SdkEvent {
  const copy: SdkEvent = { ...event, EventType: eventTypeNumbers[event.EventType], IsPlayed: isPlayed };
  switch (event.EventType) {
    case 'TaskCompleted':
    case 'SubOrchestrationInstanceCompleted':
      copy['Result'] ??= null;
      break;
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
      copy['Reason'] ??= '';
      copy['Details'] ??= '';
      break;
    case 'EventRaised':
      if (eventName !== undefined) copy['Name'] = eventName;
      break;
    default:
      break;
  }
  return copy;
}

/** The event as SDK 2.x and 3.x see it after they parsed their input: every nested text called `Timestamp` is a Date. */
export function liveSdkEvent(event: HistoryEvent, isPlayed: boolean, eventName?: string): SdkEvent {
  const copy = sdkEvent(event, isPlayed, eventName);
  copy['Timestamp'] = new Date(event.Timestamp);
  if (typeof copy['FailureDetails'] === 'object' && copy['FailureDetails'] !== null) {
    copy['FailureDetails'] = withDates(structuredClone(copy['FailureDetails']));
  }
  return copy;
}

/** Does in place what the SDKs do to their whole input. */
export function withDates<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (Object.hasOwn(fields, 'Timestamp') && typeof fields['Timestamp'] === 'string')
    fields['Timestamp'] = new Date(fields['Timestamp']);
  Object.values(fields).forEach(withDates);
  return value;
}
