/**
 * History events as short JSON arrays: a quarter of the bytes of the objects, which is what disk, memory and opening time are made of.
 *
 *   [type, EventId, IsPlayed, Timestamp, ...fields of the type, rest?]
 *
 *   E1. Lossless: whatever is not a field of the type stands in `rest`, an object; an event that lacks a field of its type, or has a
 *       type we do not know, stands as the plain object it is.
 *   E2. A Timestamp below 1e11 is the distance in milliseconds to the one before, else it is epoch milliseconds or text (time-codec.ts).
 *       The first event of a list never gives a distance, so lists can be joined.
 */
import { eventTypeNumbers, type HistoryEvent, type HistoryEventType } from '../core/history';
import { decodeTime, encodeTime } from './time-codec';

const fieldsOf: Readonly<Record<HistoryEventType, readonly string[]>> = {
  ExecutionStarted: ['OrchestrationInstance', 'Name', 'Version', 'Input'],
  ExecutionCompleted: ['OrchestrationStatus', 'Result'],
  ExecutionTerminated: ['Input'],
  TaskScheduled: ['Name', 'Version', 'Input'],
  TaskCompleted: ['TaskScheduledId', 'Result'],
  TaskFailed: ['TaskScheduledId', 'Reason', 'Details'],
  SubOrchestrationInstanceCreated: ['Name', 'Version', 'InstanceId', 'Input'],
  SubOrchestrationInstanceCompleted: ['TaskScheduledId', 'Result'],
  SubOrchestrationInstanceFailed: ['TaskScheduledId', 'Reason', 'Details'],
  TimerCreated: ['FireAt'],
  TimerFired: ['TimerId', 'FireAt'],
  OrchestratorStarted: [],
  OrchestratorCompleted: [],
  EventSent: ['InstanceId', 'Name', 'Input'],
  EventRaised: ['Name', 'Input'],
  ContinueAsNew: ['OrchestrationStatus', 'Result'],
  GenericEvent: ['Data'],
  ExecutionSuspended: ['Reason'],
  ExecutionResumed: ['Reason'],
  ExecutionRewound: ['Reason'],
};

interface EventShape {
  type: HistoryEventType;
  number: number;
  fields: readonly string[];
  all: ReadonlySet<string>;
}
const envelope = ['EventType', 'EventId', 'IsPlayed', 'Timestamp'];
const shapes: readonly EventShape[] = (Object.keys(fieldsOf) as HistoryEventType[]).map((type) => ({
  type,
  number: eventTypeNumbers[type],
  fields: fieldsOf[type],
  all: new Set([...envelope, ...fieldsOf[type]]),
}));
const shapeByType = new Map<string, EventShape>(shapes.map((shape) => [shape.type, shape]));
const shapeByNumber = new Map<number, EventShape>(shapes.map((shape) => [shape.number, shape]));

/** Numbers below are distances; about three years. A time that near to 1970 stays text. */
const maxDistanceMs = 1e11;

/** The inside of a JSON array, without the brackets, so that lists can be joined with a comma. Empty text for no events. */
export function encodeEvents(events: readonly HistoryEvent[]): string {
  let lastMs = Number.NaN;
  const list: unknown[] = [];
  for (const event of events) {
    const array = compactEvent(event as unknown as Record<string, unknown>);
    if (array === undefined) {
      list.push(event);
      continue;
    }
    const time = encodeTime(event.Timestamp);
    if (typeof time === 'number' && Math.abs(time) >= maxDistanceMs) {
      array[3] = time;
      if (Math.abs(time - lastMs) < maxDistanceMs) array[3] = time - lastMs; // Never for the first: NaN.
      lastMs = time;
    }
    list.push(array);
  }
  return JSON.stringify(list).slice(1, -1);
}

/** Inverse of {@link encodeEvents}, also for joined lists. Fresh objects each time. */
export function decodeEvents(text: string): HistoryEvent[] {
  const list = JSON.parse(`[${text}]`) as unknown[];
  let lastMs = 0;
  return list.map((item) => {
    if (!Array.isArray(item)) return item as HistoryEvent;
    const stored = item[3] as number | string;
    if (typeof stored === 'string') return expandEvent(item, stored);
    lastMs = Math.abs(stored) < maxDistanceMs ? lastMs + stored : stored;
    return expandEvent(item, decodeTime(lastMs));
  });
}

/** With the Timestamp as text. */
function compactEvent(event: Record<string, unknown>): unknown[] | undefined {
  const shape = shapeByType.get(event['EventType'] as string);
  if (shape === undefined) return undefined;
  const { EventId, IsPlayed, Timestamp } = event;
  if (EventId === undefined || typeof IsPlayed !== 'boolean' || typeof Timestamp !== 'string') return undefined;
  const array: unknown[] = [shape.number, EventId, IsPlayed ? 1 : 0, Timestamp];
  for (const field of shape.fields) {
    const value = event[field];
    if (value === undefined) return undefined; // E1
    array.push(value);
  }
  let rest: Record<string, unknown> | undefined;
  for (const key in event) {
    if (!shape.all.has(key) && event[key] !== undefined) (rest ??= {})[key] = event[key];
  }
  if (rest !== undefined) array.push(rest);
  return array;
}

function expandEvent(array: unknown[], timestamp: string): HistoryEvent {
  const shape = shapeByNumber.get(array[0] as number);
  if (shape === undefined) throw new Error(`Unknown event type number ${String(array[0])} in a stored history.`);
  const event: Record<string, unknown> = {
    EventType: shape.type,
    EventId: array[1],
    IsPlayed: array[2] === 1,
    Timestamp: timestamp,
  };
  let at = 4;
  for (const field of shape.fields) event[field] = array[at++];
  if (at < array.length) Object.assign(event, array[at]);
  return event as unknown as HistoryEvent;
}
