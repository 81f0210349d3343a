/** One event from elsewhere in the form that histories have here: type as text, whole numbers, times with seven digits, payloads as text. */
import * as z from 'zod';
import { eventTypeNumbers, type HistoryEvent, type HistoryEventType } from '../core/history/history';
import { orchestrationStatusNumbers } from '../core/values/status';

const typeNames = new Map<number, string>([
  ...Object.entries(eventTypeNumbers).map(([name, number]): [number, string] => [number, name]),
  // Of the enumeration, but never written by what is in use today (spec/engine.md 1.2).
  [2, 'ExecutionFailed'],
  [18, 'HistoryState'],
]);
const statusNames = new Map<number, string>(Object.entries(orchestrationStatusNumbers).map(([name, number]) => [number, name]));

const rawEvent = z.looseObject({ EventType: z.union([z.string().min(1), z.int()]) });

export type RawEvent = Readonly<Record<string, unknown>>;

/** Undefined for something that is no event at all. Fields that are not known are kept. */
export function canonicalEvent(raw: unknown): HistoryEvent | undefined {
  const parsed = rawEvent.safeParse(raw);
  if (!parsed.success) return undefined;
  const given = parsed.data as RawEvent;
  const eventType = typeOf(given['EventType']);
  const event: Record<string, unknown> = { ...given };
  event['EventType'] = eventType;
  event['EventId'] = wholeNumber(given['EventId']) ?? -1;
  event['IsPlayed'] = given['IsPlayed'] === true || String(given['IsPlayed']).toLowerCase() === 'true';
  event['Timestamp'] = timestamp(given['Timestamp']) ?? unknownTime;
  for (const field of ['TaskScheduledId', 'TimerId'] as const) {
    const number = wholeNumber(given[field]);
    if (number !== undefined) event[field] = number;
  }
  for (const field of ['FireAt', 'ScheduledStartTime'] as const) {
    const time = timestamp(given[field]);
    if (time !== undefined) event[field] = time;
  }
  for (const field of ['Input', 'Result', 'Data'] as const) {
    if (field in given || takesPayload(eventType, field)) event[field] = payload(given[field]);
  }
  for (const field of ['Reason', 'Details', 'Name', 'Version'] as const) {
    if (given[field] != null && typeof given[field] !== 'string') event[field] = JSON.stringify(given[field]);
  }
  for (const field of ['OrchestrationInstance', 'ParentInstance', 'FailureDetails', 'Tags'] as const) {
    if (field in given) event[field] = objectOf(given[field]);
  }
  const status = given['OrchestrationStatus'];
  if (typeof status === 'number') event['OrchestrationStatus'] = statusNames.get(status) ?? String(status);
  return event as unknown as HistoryEvent;
}

export function isKnownType(eventType: string): eventType is HistoryEventType {
  return Object.hasOwn(eventTypeNumbers, eventType);
}

/** Stands for a time that is not told. */
export const unknownTime = '0001-01-01T00:00:00.0000000Z';

/** Any ISO-8601 time as the history has it; undefined for anything else. A time without a zone is UTC. */
export function timestamp(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\s*(Z|[+-]\d\d:?\d\d)?$/.exec(value.trim());
  if (match === null) {
    const epoch = Date.parse(value);
    return Number.isNaN(epoch) ? undefined : `${new Date(epoch).toISOString().slice(0, -1)}0000Z`;
  }
  const [, day = '', time = '', fraction = '', zone = 'Z'] = match;
  const digits = fraction.padEnd(7, '0').slice(0, 7);
  if (zone === 'Z') return `${day}T${time}.${digits}Z`;
  const shifted = new Date(`${day}T${time}${zone}`);
  return Number.isNaN(shifted.getTime()) ? undefined : `${shifted.toISOString().slice(0, 19)}.${digits}Z`;
}

function typeOf(value: unknown): string {
  if (typeof value === 'number') return typeNames.get(value) ?? `EventType ${value}`;
  const text = String(value);
  return /^\d+$/.test(text) ? typeOf(Number(text)) : text;
}

function takesPayload(eventType: string, field: 'Input' | 'Result' | 'Data'): boolean {
  switch (field) {
    case 'Input':
      return ['ExecutionStarted', 'TaskScheduled', 'SubOrchestrationInstanceCreated', 'EventSent', 'EventRaised'].includes(
        eventType,
      );
    case 'Result':
      return ['TaskCompleted', 'SubOrchestrationInstanceCompleted', 'ExecutionCompleted'].includes(eventType);
    case 'Data':
      return eventType === 'GenericEvent';
  }
}

/** JSON text. What was parsed on its way here is made text again. */
function payload(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Tables hold objects as text. */
function objectOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value.trim() === '') return null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // Not an object after all; kept as it is shown.
    return value;
  }
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}
