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
import { eventTypeNumbers, type HistoryEvent, type HistoryEventType } from '../core/history/history';
import { inOnePiece, jsonOf, quote } from './json-text';
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
  EntityOperationCalled: ['RequestId', 'Operation', 'Input', 'TargetInstanceId'],
  EntityOperationSignaled: ['RequestId', 'Operation', 'Input', 'TargetInstanceId'],
  EntityOperationCompleted: ['RequestId', 'Output'],
  EntityOperationFailed: ['RequestId', 'FailureDetails'],
  EntityLockRequested: ['CriticalSectionId', 'LockSet', 'Position'],
  EntityLockGranted: ['CriticalSectionId'],
  EntityUnlockSent: ['CriticalSectionId', 'TargetInstanceId'],
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

/** Characters from which a text of events is not made longer. */
export const maxPieceLength = 4 * 1024 * 1024;

/** The inside of a JSON array, without the brackets, so that lists can be joined with a comma. Empty text for no events. */
export function encodeEvents(events: readonly HistoryEvent[]): string {
  return encodeSome(events, 0, Infinity, Infinity).text;
}

/** The same of the events from `from` on: at most `maxCount` of them, and no more once the text has `maxLength` characters. */
export function encodeSome(
  events: readonly HistoryEvent[],
  from: number,
  maxCount: number,
  maxLength: number,
): { text: string; count: number } {
  let lastMs = Number.NaN;
  let text = '';
  let count = 0;
  for (let at = from; at < events.length && count < maxCount && text.length < maxLength; at++) {
    const event = events[at] as HistoryEvent;
    count++;
    if (text !== '') text += ',';
    const shape = shapeByType.get(event.EventType);
    const fields = shape === undefined ? undefined : fieldsText(event as unknown as Record<string, unknown>, shape);
    if (shape === undefined || fields === undefined) {
      text += JSON.stringify(event);
      continue;
    }
    const time = encodeTime(event.Timestamp);
    text += `[${shape.number},${event.EventId},${event.IsPlayed ? 1 : 0},`;
    if (typeof time === 'number' && Math.abs(time) >= maxDistanceMs) {
      text += String(Math.abs(time - lastMs) < maxDistanceMs ? time - lastMs : time); // Never a distance for the first: NaN.
      lastMs = time;
    } else {
      text += quote(event.Timestamp);
    }
    text += fields;
  }
  return { text: inOnePiece(text), count };
}

/** Texts of {@link encodeEvents} one after the other: short ones are read together, and never is there one text of everything. */
export function decodePieces(pieces: Iterable<string>): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  let together: string[] = [];
  let length = 0;
  const decode = (): void => {
    if (together.length > 0) for (const event of decodeEvents(together.join(','))) events.push(event);
    together = [];
    length = 0;
  };
  for (const piece of pieces) {
    if (length + piece.length > maxPieceLength) decode();
    together.push(piece);
    length += piece.length;
  }
  decode();
  return events;
}

/** Inverse of {@link encodeEvents}, also for joined lists. Fresh objects each time. */
export function decodeEvents(text: string): HistoryEvent[] {
  return decodeEventList(JSON.parse(`[${text}]`) as unknown[]);
}

/** The same once parsed. */
export function decodeEventList(list: readonly unknown[]): HistoryEvent[] {
  let lastMs = 0;
  return list.map((item) => {
    if (!Array.isArray(item)) return item as HistoryEvent;
    const stored = item[3] as number | string;
    if (typeof stored === 'string') return expandEvent(item, stored);
    lastMs = Math.abs(stored) < maxDistanceMs ? lastMs + stored : stored;
    return expandEvent(item, decodeTime(lastMs));
  });
}

/** What follows the envelope, with the closing bracket; undefined for an event that is not of the shape (E1). */
function fieldsText(event: Record<string, unknown>, shape: EventShape): string | undefined {
  const { EventId, IsPlayed, Timestamp } = event;
  if (!Number.isInteger(EventId) || typeof IsPlayed !== 'boolean' || typeof Timestamp !== 'string') return undefined;
  let text = '';
  for (const field of shape.fields) {
    const value = event[field];
    if (value === undefined) return undefined;
    text += `,${jsonOf(value)}`;
  }
  let rest = '';
  // No list of its members is made for it: this is done for each row of each history.
  for (const key in event) {
    if (shape.all.has(key)) continue;
    const value = event[key];
    if (value !== undefined) rest += `${rest === '' ? ',{' : ','}${quote(key)}:${jsonOf(value)}`;
  }
  return rest === '' ? `${text}]` : `${text}${rest}}]`;
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
