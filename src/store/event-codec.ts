/**
 * History events as short JSON arrays: a quarter of the bytes of the objects, which is what disk, memory and opening time are made of.
 *
 *   [type, EventId, IsPlayed, Timestamp, ...fields of the type, rest?]
 *
 *   E1. Lossless: whatever is not a field of the type stands in `rest`, an object; an event that lacks a field of its type, or has a
 *       type we do not know, stands as the plain object it is.
 *   E2. A Timestamp of 0 repeats the one before. The first event of a list always spells it out, so lists can be joined.
 */
import { eventTypeNumbers, type HistoryEvent, type HistoryEventType } from '../core/history';

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

/** The inside of a JSON array, without the brackets, so that lists can be joined with a comma. Empty text for no events. */
export function encodeEvents(events: readonly HistoryEvent[]): string {
  let last = '';
  const list: unknown[] = [];
  for (const event of events) {
    const compact = compactEvent(event as unknown as Record<string, unknown>, last);
    if (compact !== undefined) last = event.Timestamp;
    list.push(compact ?? event);
  }
  return JSON.stringify(list).slice(1, -1);
}

/** Inverse of {@link encodeEvents}, also for joined lists. Fresh objects each time. */
export function decodeEvents(text: string): HistoryEvent[] {
  const list = JSON.parse(`[${text}]`) as unknown[];
  let last = '';
  return list.map((item) => {
    if (!Array.isArray(item)) return item as HistoryEvent;
    const event = expandEvent(item, last);
    last = event.Timestamp;
    return event;
  });
}

function compactEvent(event: Record<string, unknown>, last: string): unknown[] | undefined {
  const shape = shapeByType.get(event['EventType'] as string);
  if (shape === undefined) return undefined;
  const { EventId, IsPlayed, Timestamp } = event;
  if (EventId === undefined || typeof IsPlayed !== 'boolean' || typeof Timestamp !== 'string' || Timestamp === '')
    return undefined;
  const array: unknown[] = [shape.number, EventId, IsPlayed ? 1 : 0, Timestamp === last ? 0 : Timestamp];
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

function expandEvent(array: unknown[], last: string): HistoryEvent {
  const shape = shapeByNumber.get(array[0] as number);
  if (shape === undefined) throw new Error(`Unknown event type number ${String(array[0])} in a stored history.`);
  const event: Record<string, unknown> = {
    EventType: shape.type,
    EventId: array[1],
    IsPlayed: array[2] === 1,
    Timestamp: array[3] === 0 ? last : array[3],
  };
  let at = 4;
  for (const field of shape.fields) event[field] = array[at++];
  if (at < array.length) Object.assign(event, array[at]);
  return event as unknown as HistoryEvent;
}
