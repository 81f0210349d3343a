/**
 * What an entity does with its messages (spec/engine.md 5.4 and 5.5), as steps on a state of one's own:
 * `takeIn` the messages, `nextBatch` out of the queue, run it elsewhere, `grantLock`.
 *
 *   S1. Requests run in the order of their arrival; those of the lock holder go before all others.
 *   S2. While it is locked, only its holder is served; a lock request ends a batch and is handled after it.
 *   S3. The state at rest is the input of the instance's ExecutionStarted, defaults left out.
 */
import { entityInstanceId } from '../values/entity-id';
import type { EntityRequest, SendingTimes } from './entity-messages';
import {
  isRequestName,
  queuedRequest,
  readRelease,
  readRequest,
  releaseName,
  requestOf,
  never,
  sendingTimes,
  sentAtMs,
} from './entity-messages';
import type { EventRaised } from '../history/history';
import { fromTimestamp, toTimestamp } from '../values/time';

export interface EntityScheduler {
  /** JSON text; null: none. */
  state: string | null;
  /** Mostly the same as having a state; an entity of JavaScript that only ever returned something exists without one. */
  exists: boolean;
  /** Arrived and not run: held up by a lock, or too many for one batch. */
  queue: EntityRequest[];
  /** Instance id of the lock's holder. */
  lockedBy: string | null;
  /** A `continue` message is on its way. */
  suspended: boolean;
  /** What the extension sorts messages with; absent where no such thing is kept. */
  sorter?: MessageSorter;
}

/** What an entity of profile A remembers of its senders, as the extension does. Inboxes here keep their order: nothing is sorted with it. */
export interface MessageSorter {
  /** By instance id of the receiver: the time of the last message to it. */
  LastSentToInstance?: Record<string, string>;
  /** By instance id of the sender. */
  ReceivedFromInstance?: Record<string, { Last: string; ExecutionId?: string }>;
  /** What is older is forgotten. */
  ReceiveHorizon?: string;
  SendHorizon?: string;
}

const reorderWindowMs = 30 * 60_000;
const trimIntervalMs = 60_000;

function noteSender(sorter: MessageSorter, { parent, parentExecution, Timestamp }: EntityRequest): void {
  if (parent === undefined || Timestamp === undefined || Timestamp === never) return;
  const sentMs = sentAtMs(Timestamp);
  if (Number.isNaN(sentMs)) return;
  const senders = { ...sorter.ReceivedFromInstance };
  if (isTimeToForget(sorter.ReceiveHorizon, sentMs)) {
    sorter.ReceiveHorizon = toTimestamp(sentMs - reorderWindowMs);
    for (const [id, { Last }] of Object.entries(senders)) {
      if (sentAtMs(Last) < sentMs - reorderWindowMs) Reflect.deleteProperty(senders, id);
    }
  }
  senders[parent] = { Last: Timestamp, ...(parentExecution === undefined ? {} : { ExecutionId: parentExecution }) };
  sorter.ReceivedFromInstance = senders;
}

/** Notes a message to `instanceId` at `now` (the history's time form); gives the times that it says. */
export function noteSending(sorter: MessageSorter, instanceId: string, now: string): SendingTimes {
  const nowMs = sentAtMs(now);
  const last = { ...sorter.LastSentToInstance };
  if (isTimeToForget(sorter.SendHorizon, nowMs)) {
    sorter.SendHorizon = toTimestamp(nowMs - reorderWindowMs);
    for (const [id, sent] of Object.entries(last)) {
      if (sentAtMs(sent) < nowMs - reorderWindowMs) Reflect.deleteProperty(last, id);
    }
  }
  const times = sendingTimes(last[instanceId] ?? null, now);
  last[instanceId] = times.timestamp;
  sorter.LastSentToInstance = last;
  return times;
}

function isTimeToForget(horizon: string | undefined, nowMs: number): boolean {
  return horizon === undefined || sentAtMs(horizon) + reorderWindowMs + trimIntervalMs < nowMs;
}

/**
 * Reads what `schedulerText` wrote; null and what is not an object are an entity that does not exist. Whoever imports an entity may have
 * written anything: what is not as it must be is left out.
 */
export function readScheduler(input: string | null): EntityScheduler {
  let value: unknown = null;
  if (input !== null) {
    try {
      value = JSON.parse(input);
    } catch {
      // An instance that was never an entity.
    }
  }
  const fields = isRecord(value) ? value : {};
  const { state, queue, lockedBy, sorter } = fields;
  return {
    state: typeof state === 'string' ? state : null,
    exists: typeof state === 'string' || fields['exists'] === true,
    queue: Array.isArray(queue) ? queue.flatMap((each: unknown) => (isRecord(each) ? (requestOf(each) ?? []) : [])) : [],
    lockedBy: typeof lockedBy === 'string' ? lockedBy : null,
    suspended: fields['suspended'] === true,
    ...(isRecord(sorter) ? { sorter: isSorter(sorter) ? sorter : {} } : {}),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSorter(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & MessageSorter {
  const { LastSentToInstance: sent, ReceivedFromInstance: received, ReceiveHorizon, SendHorizon } = value;
  if (![ReceiveHorizon, SendHorizon].every((time) => time === undefined || isSendersTime(time))) return false;
  if (sent !== undefined && !(isRecord(sent) && Object.values(sent).every(isSendersTime))) return false;
  return (
    received === undefined ||
    (isRecord(received) && Object.values(received).every((each) => isRecord(each) && isSendersTime(each['Last'])))
  );
}

function isSendersTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(sentAtMs(value));
}

// S3
export function schedulerText({ state, exists, queue, lockedBy, suspended, sorter }: EntityScheduler): string {
  const members: string[] = [];
  if (exists && (sorter !== undefined || state === null)) members.push('"exists":true');
  if (state !== null) members.push(`"state":${JSON.stringify(state)}`);
  if (queue.length > 0) {
    const textOf = sorter === undefined ? textOfRequest : textOfQueued;
    members.push(`"queue":[${queue.map(textOf).join(',')}]`);
  }
  if (lockedBy !== null) members.push(`"lockedBy":${JSON.stringify(lockedBy)}`);
  if (suspended) members.push('"suspended":true');
  if (sorter !== undefined) {
    const { LastSentToInstance, ReceivedFromInstance, ReceiveHorizon, SendHorizon } = sorter;
    members.push(`"sorter":${JSON.stringify({ LastSentToInstance, ReceivedFromInstance, ReceiveHorizon, SendHorizon })}`);
  }
  return `{${members.join(',')}}`;
}

/** Those of a long queue are written with each step of the entity: each is made once. Requests are never changed. */
function madeOnce(make: (request: EntityRequest) => string): (request: EntityRequest) => string {
  const texts = new WeakMap<EntityRequest, string>();
  return (request) => {
    let text = texts.get(request);
    if (text === undefined) texts.set(request, (text = make(request)));
    return text;
  };
}

const textOfRequest = madeOnce((request) => JSON.stringify(request));
const textOfQueued = madeOnce((request) => JSON.stringify(queuedRequest(request)));

/** The instance's custom status. */
export function schedulerStatus({ state, exists, queue, lockedBy, sorter }: EntityScheduler): string {
  return JSON.stringify({
    ...(state !== null || (exists && sorter !== undefined) ? { entityExists: true } : {}),
    ...(queue.length === 0 ? {} : { queueSize: queue.length }),
    ...(lockedBy === null ? {} : { lockedBy }),
  });
}

/** One may change it without the original seeing. */
export function copyOf(scheduler: EntityScheduler): EntityScheduler {
  const { sorter } = scheduler;
  return { ...scheduler, queue: scheduler.queue.slice(), ...(sorter === undefined ? {} : { sorter: { ...sorter } }) };
}

/** A request that comes this much too early runs all the same. */
const earlyMs = 100;

export interface TakenIn {
  /** To be sent to itself again, for their time. */
  early: EntityRequest[];
  /** Names of messages that are none for an entity. */
  unknown: string[];
}

export function takeIn(scheduler: EntityScheduler, messages: readonly EventRaised[], nowMs: number): TakenIn {
  const taken: TakenIn = { early: [], unknown: [] };
  const holders: EntityRequest[] = [];
  for (const { Name, Input } of messages) {
    if (Name === releaseName) {
      if (scheduler.lockedBy !== null && readRelease(Input)?.parent === scheduler.lockedBy) scheduler.lockedBy = null;
    } else if (!isRequestName(Name)) {
      scheduler.suspended = false;
    } else {
      const request = readRequest(Input);
      if (request?.Timestamp !== undefined) {
        const sorter = (scheduler.sorter ??= {});
        // A lock request that another entity passes on is none of its sender's messages to this one (recorded: `lock-throw-two`).
        if ((request.pos ?? 0) === 0) noteSender(sorter, request);
      }
      if (request === null) taken.unknown.push(Name);
      else if (request.due !== undefined && fromTimestamp(request.due) > nowMs + earlyMs) taken.early.push(request);
      // S1
      else if (isHolders(scheduler, request)) holders.push(request);
      else scheduler.queue.push(request);
    }
  }
  if (holders.length > 0) scheduler.queue = [...holders, ...scheduler.queue];
  return taken;
}

export interface EntityBatch {
  operations: EntityRequest[];
  /** To be granted when the operations have run. */
  lock: EntityRequest | null;
  /** The batch is full, and more could run. */
  isCut: boolean;
}

/** Characters of inputs from which no more operations join a batch: it is one message to the worker. */
const enoughChars = 16 * 1024 * 1024;

/** Takes what may run now out of the queue. */
export function nextBatch(scheduler: EntityScheduler, maxOperations: number): EntityBatch {
  const { queue } = scheduler;
  let taken = 0;
  let chars = 0;
  if (!scheduler.suspended) {
    while (taken < queue.length) {
      const request = queue[taken] as EntityRequest;
      if (scheduler.lockedBy !== null && !isHolders(scheduler, request)) break;
      if (request.lockset !== undefined) {
        scheduler.queue = queue.slice(taken + 1);
        return { operations: queue.slice(0, taken), lock: request, isCut: false };
      }
      if (taken >= maxOperations || chars >= enoughChars) break;
      chars += request.input?.length ?? 0;
      taken++;
    }
  }
  if (taken === 0) return { operations: [], lock: null, isCut: false };
  const operations = queue.slice(0, taken);
  scheduler.queue = queue.slice(taken);
  return { operations, lock: null, isCut: canRun(scheduler) };
}

/** Whether the head of the queue could run at once. */
export function canRun(scheduler: EntityScheduler): boolean {
  const [head] = scheduler.queue;
  return head !== undefined && (scheduler.lockedBy === null || isHolders(scheduler, head));
}

/** Where a lock request goes on to once this entity is locked: the next entity of the set, or back to who asked. */
export function grantLock(scheduler: EntityScheduler, request: EntityRequest): { next: string; request: EntityRequest } | null {
  scheduler.lockedBy = request.parent ?? null;
  const pos = (request.pos ?? 0) + 1;
  const next = request.lockset?.[pos];
  return next === undefined ? null : { next: entityInstanceId(next), request: { ...request, pos } };
}

function isHolders(scheduler: EntityScheduler, request: EntityRequest): boolean {
  return scheduler.lockedBy !== null && request.parent === scheduler.lockedBy;
}
