/**
 * What entities are sent and what they answer (spec/engine.md 5.3): EventRaised messages whose input is JSON text, the wire form that
 * EventSent rows of profile A show and that .NET's LockAsync, CallEntityAsync and SignalEntityAsync send.
 *
 *   M1. An operation or a lock request is named `op`, or `op@<time>` when it is not to be seen before that time.
 *   M2. The answer to the caller is named by the request's id and addressed to the caller's generation.
 *   M3. Unknown fields (`Timestamp` and `Predecessor` of a sender that sorts) are let through unread: inboxes here keep their order.
 */
import { dotnetJson } from '../values/dotnet-json';
import type { EntityId } from '../values/entity-id';
import type { FailureDetails } from '../history/history';
import { fromDotnetTimestamp, fromTimestamp, toTimestamp } from '../values/time';

/** An operation; with a `lockset`, a lock request. Absent fields are absent from the text. */
export interface EntityRequest {
  id: string;
  op?: string;
  /** Nobody waits for an answer. */
  signal?: boolean;
  /** JSON text. */
  input?: string;
  /** Instance that sent it; absent when a client did. */
  parent?: string;
  parentExecution?: string;
  /** Not to be run before. */
  due?: string;
  /** In the order in which they are locked. */
  lockset?: readonly EntityId[];
  /** Index in `lockset` of the entity that has the request now. */
  pos?: number;
  /** When it was sent, and when the one before it, where the sender says so. */
  Timestamp?: string;
  Predecessor?: string;
}

export interface EntityAnswer {
  /** JSON text. */
  result: string | null;
  /** Present: it failed. `Error` where the entity's SDK speaks JSON, else the message. */
  exceptionType?: string;
  failureDetails?: FailureDetails;
}

const requestName = 'op';
export const releaseName = 'release';
/** To itself: there is more in the queue than one batch may hold. */
export const continueName = 'continue';

export function requestEventName(dueTime: string | undefined): string {
  return dueTime === undefined ? requestName : `${requestName}@${dueTime}`;
}

export function isRequestName(eventName: string): boolean {
  return eventName === requestName || eventName.startsWith(`${requestName}@`);
}

/** Epoch milliseconds before which the message is not to be seen; 0: at once, also for a time that cannot be read. */
export function visibleAtMs(eventName: string): number {
  return eventName.startsWith(`${requestName}@`) ? fromTimestamp(eventName.slice(requestName.length + 1)) || 0 : 0;
}

/** Null for text that is no request: it would never be answered, whatever one made of it. */
export function readRequest(text: string | null): EntityRequest | null {
  return requestOf(objectOf(text));
}

/** The same once parsed. */
export function requestOf(value: Readonly<Record<string, unknown>> | null): EntityRequest | null {
  if (value === null || typeof value['id'] !== 'string') return null;
  const lockset = Array.isArray(value['lockset']) ? value['lockset'].flatMap(lockedEntity) : undefined;
  const request: EntityRequest = { id: value['id'] };
  if (typeof value['op'] === 'string') request.op = value['op'];
  if (value['signal'] === true) request.signal = true;
  if (typeof value['input'] === 'string') request.input = value['input'];
  if (typeof value['parent'] === 'string') request.parent = value['parent'];
  if (typeof value['parentExecution'] === 'string') request.parentExecution = value['parentExecution'];
  if (typeof value['due'] === 'string') request.due = value['due'];
  if (typeof value['Timestamp'] === 'string') request.Timestamp = value['Timestamp'];
  if (typeof value['Predecessor'] === 'string') request.Predecessor = value['Predecessor'];
  if (lockset !== undefined && lockset.length > 0) {
    request.lockset = lockset;
    const { pos } = value;
    request.pos = typeof pos === 'number' && Number.isSafeInteger(pos) && pos >= 0 ? pos : 0;
  }
  return request;
}

const messageTypes = 'Microsoft.Azure.WebJobs.Extensions.DurableTask';

/** The name under which the extension's messages say what they are: first member of their texts in profile A. */
function typeMember(name: 'RequestMessage' | 'ResponseMessage' | 'ReleaseMessage' | 'EntityId'): { $type: string } {
  return { $type: `${messageTypes}.${name}, ${messageTypes}` };
}

/** When a message was sent, and when the one before it to the same entity: with them a receiver sorts. The history's time form. */
export interface SendingTimes {
  timestamp: string;
  /** Null: it is the first. */
  predecessor: string | null;
}

/** The least time of .NET. */
export const never = '0001-01-01T00:00:00';

/** A signal with a time is not sorted, and not counted by those that are (recorded: `signal-later`). */
export const unsorted: SendingTimes = { timestamp: never, predecessor: null };

/**
 * The times for a message that is sent at `now` (the history's time form). A receiver must see them grow: where nothing has passed since the
 * last message to it, the time is one tick later, and has lost its zone, as in .NET.
 */
export function sendingTimes(predecessor: string | null, now: string): SendingTimes {
  const isLater = predecessor === null || ticksOf(predecessor) < ticksOf(now);
  return { timestamp: isLater ? now : oneTickAfter(predecessor), predecessor };
}

/** Epoch milliseconds of a sender's time, with or without its zone; NaN for what is none. */
export function sentAtMs(timestamp: string): number {
  return fromDotnetTimestamp(timestamp.endsWith('Z') ? timestamp : `${timestamp}Z`);
}

/** Comparable as text: 27 characters. */
function ticksOf(timestamp: string): string {
  return timestamp.replace(/Z$/, '').padEnd(27, '0');
}

function oneTickAfter(timestamp: string): string {
  const [whole = '', ticks = '0'] = timestamp.replace(/Z$/, '').split('.');
  const next = Number(ticks.padEnd(7, '0')) + 1;
  return next < 10_000_000 ? `${whole}.${String(next).padStart(7, '0')}` : toTimestamp(sentAtMs(timestamp) + 1).replace(/Z$/, '');
}

/** A request as the extension sends it at `now` for an orchestration of the JSON protocol. */
export function sortedRequestText(request: EntityRequest, { timestamp, predecessor }: SendingTimes, now = timestamp): string {
  const { op, signal, input, id, parent, parentExecution, due, lockset, pos } = request;
  const times = { Timestamp: timestamp, Predecessor: predecessor ?? never };
  // Recorded: `lock-two`. A member with the least value of its type is left out.
  const message = lockset
    ? {
        ...{ op: null, id, parent, parentExecution, ...times },
        lockset: lockset.map(({ name, key }) => ({ ...typeMember('EntityId'), name, key })),
        pos: pos === 0 ? undefined : pos,
      }
    : {
        ...{ op, signal, input, id, parent, parentExecution, due, ...times },
        requestTime: `${now.replace(/Z$/, '')}+00:00`,
      };
  return dotnetJson(JSON.stringify({ ...typeMember('RequestMessage'), ...message }));
}

/** An answer with its type, as the extension's entities give it. */
export function typedAnswerText(answer: string): string {
  return dotnetJson(`{${JSON.stringify(typeMember('ResponseMessage')).slice(1, -1)},${answer.slice(1)}`);
}

/** Whether a text is one of these: where nobody has asked, a generation before has, and was told. */
export function isTypedAnswer(text: string | null): boolean {
  return text?.startsWith(`{"$type":"${messageTypes}.ResponseMessage,`) === true;
}

export function typedReleaseText(parent: string, id: string): string {
  return JSON.stringify({ ...typeMember('ReleaseMessage'), parent, id });
}

/** An operation as the extension's entities keep it while it waits (recorded: `lock-terminated`). */
export function queuedRequest(request: EntityRequest): object {
  const { op, signal, input, id, parent, parentExecution, due, lockset, pos, Timestamp = never, Predecessor = never } = request;
  // Recorded: `lock-queue-kept`.
  if (lockset !== undefined) {
    const place = pos === 0 ? undefined : pos;
    return { op: null, id, parent, parentExecution, Timestamp, Predecessor, lockset, pos: place };
  }
  return { op, signal, input, id, parent, parentExecution, due, Timestamp, Predecessor };
}

export function requestText(request: EntityRequest): string {
  return JSON.stringify(request);
}

/** The id of a request that waits for an answer: a call or a lock request; null for everything else that entities are sent. */
export function awaitedRequestId(eventName: string, text: string | null): string | null {
  const request = isRequestName(eventName) ? readRequest(text) : null;
  return request === null || request.signal === true ? null : request.id;
}

/** Who gives a lock back; null for text that does not say so. */
export function readRelease(text: string | null): { parent: string; id: string } | null {
  const value = objectOf(text);
  if (typeof value?.['parent'] !== 'string') return null;
  return { parent: value['parent'], id: typeof value['id'] === 'string' ? value['id'] : '' };
}

export function releaseText(parent: string, id: string): string {
  return JSON.stringify({ parent, id });
}

export function readAnswer(text: string | null): EntityAnswer {
  const value = objectOf(text);
  const answer: EntityAnswer = { result: typeof value?.['result'] === 'string' ? value['result'] : null };
  if (typeof value?.['exceptionType'] === 'string') answer.exceptionType = value['exceptionType'];
  const details = value?.['failureDetails'];
  if (typeof details === 'object' && details !== null) answer.failureDetails = details as FailureDetails;
  return answer;
}

/** What went wrong, for those who want to have it in full; null when nothing did. */
export function failureOf({ result, exceptionType, failureDetails }: EntityAnswer): FailureDetails | null {
  if (failureDetails !== undefined) return failureDetails;
  if (exceptionType === undefined) return null;
  return {
    ErrorType: 'Error',
    ErrorMessage: result ?? exceptionType,
    StackTrace: null,
    InnerFailure: null,
    IsNonRetriable: false,
  };
}

function lockedEntity(value: unknown): EntityId[] {
  if (typeof value !== 'object' || value === null) return [];
  const { name, key } = value as { name?: unknown; key?: unknown };
  return typeof name === 'string' && typeof key === 'string' ? [{ name: name.toLowerCase(), key }] : [];
}

function objectOf(text: string | null): Record<string, unknown> | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
