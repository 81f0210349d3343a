/**
 * Decisions to events and messages (spec/engine.md 2.5), and the start of the next generation (2.8).
 *
 *   T1. Ids come with the decisions and are never changed; a scheduling id counts once in a generation (9.2, decision 3). Only in
 *       profile G may work that failed be scheduled again under its id, which is how one of its SDKs retries (spec/grpc.md 2.1).
 *   T2. A completion does not suppress the other decisions: they are committed with it.
 *   T3. A terminate in the episode beats continue-as-new (9.2, decision 8).
 *   T4. A generation that ends gives back what it has locked, ahead of its completion; one that is terminated does not (5.5), nor one of the
 *       JSON protocol that failed (recorded: `lock-throws`).
 *   T5. A rewound run that meets a row it cannot explain before it has met that of its own call leaves the call's row once more (recorded:
 *       `rewind-retry-again`). The work itself is under way: the rewind has begun it.
 */
import { engineNotes } from '../history/history';
import type {
  CompleteOrchestration,
  CreateSubOrchestration,
  Decision,
  EntityDecision,
  SendEvent,
  UnlockEntity,
} from '../decisions/decisions';
import { addressOf, entityInstanceId, lockOrder, parseEntityId } from '../values/entity-id';
import { agrees, endsAsNonDeterministic, isScheduledRow, type ScheduledRow } from '../decisions/non-determinism';
import { releaseName, releaseText, requestEventName, requestText, typedReleaseText } from '../entities/entity-messages';
import { failedId, type Generation } from './generation';
import { answerToParent, detailsOf, inbound, type OutgoingMessage } from './messages';
import type {
  EventRaised,
  ExecutionCompleted,
  ExecutionStarted,
  ExecutionTerminated,
  HistoryEvent,
  TaskScheduled,
} from '../history/history';
import { HeldLocks } from '../entities/held-locks';
import { profileOf, type InstanceRow, type PendingActivity, type PendingTimer } from '../instances/instance';
import { pendingRow } from '../instances/instance-rows';
import { childTags } from '../history/tags';

export interface TurnInput {
  row: InstanceRow;
  /** Without `newEvents`. */
  generation: Generation;
  /** The start event of the generation, which may be among `newEvents`. */
  started: ExecutionStarted;
  newEvents: readonly HistoryEvent[];
  decisions: readonly Decision[];
  /** The history's time form. */
  now: string;
  /** Keep the inputs of TaskScheduled and SubOrchestrationInstanceCreated in the history. */
  storeInputs: boolean;
  /** Version of children that are started without one. */
  defaultVersion: string;
  newId: () => string;
}

export interface ChildStart {
  taskId: number;
  row: InstanceRow;
  started: ExecutionStarted;
}

export interface TurnResult {
  /** What follows `newEvents` in the history; OrchestratorCompleted last. */
  events: HistoryEvent[];
  activities: PendingActivity[];
  timers: PendingTimer[];
  children: ChildStart[];
  /** Events for others, and the answer to the parent. */
  messages: OutgoingMessage[];
  /** How the generation ended, if it did. */
  completion: CompleteOrchestration | null;
  /** Scheduling decisions left out because their id had been used. */
  droppedIds: number[];
}

export function applyDecisions(turn: TurnInput): TurnResult {
  const { row, now } = turn;
  const { instanceId, executionId } = row;
  const result: TurnResult = {
    events: [],
    activities: [],
    timers: [],
    children: [],
    messages: [],
    completion: null,
    droppedIds: [],
  };
  const isLost = profileOf(row) === 'A' && turn.decisions.some(endsAsNonDeterministic);
  for (const decision of turn.decisions) {
    if (decision.type === 'CompleteOrchestration') {
      complete(turn, decision, result);
      continue;
    }
    if (turn.generation.hasScheduled(decision.id) && !isRetry(turn, decision.id)) {
      const same = isLost ? sameUnderWay(turn.generation, decision) : undefined;
      if (same === undefined)
        result.droppedIds.push(decision.id); // T1
      else result.events.push({ ...same, IsPlayed: false, Timestamp: now }); // T5
      continue;
    }
    switch (decision.type) {
      case 'ScheduleTask': {
        const { id, name, input, tags, traceContext } = decision;
        const version = decision.version ?? '';
        const scheduled: TaskScheduled = {
          EventType: 'TaskScheduled',
          EventId: id,
          IsPlayed: false,
          Timestamp: now,
          Name: name,
          Version: version,
          Input: turn.storeInputs ? input : null,
        };
        const kept = keptInput(turn, input);
        if (kept !== undefined) scheduled.KeptInput = kept;
        if (tags !== undefined) scheduled.Tags = tags;
        if (traceContext !== undefined) scheduled.ParentTraceContext = traceContext;
        if (profileOf(row) === 'A' && input !== null && isBooleanAlone(input)) scheduled.Note = engineNotes.booleanAsText;
        result.events.push(scheduled);
        const activity: PendingActivity = { instanceId, executionId, taskId: id, name, version, input, scheduledAt: now };
        if (tags !== undefined) activity.tags = tags;
        if (traceContext !== undefined) activity.traceContext = traceContext;
        result.activities.push(activity);
        break;
      }
      case 'CreateTimer':
        result.events.push({
          EventType: 'TimerCreated',
          EventId: decision.id,
          IsPlayed: false,
          Timestamp: now,
          FireAt: decision.fireAt,
        });
        // A cancelled one fires as well, as long as the instance runs (recorded: `yield-cancelled`).
        result.timers.push({ instanceId, executionId, timerId: decision.id, fireAt: decision.fireAt });
        break;
      case 'CreateSubOrchestration':
        createChild(turn, decision, result);
        break;
      case 'SendEvent':
        sendEvent(turn, decision, result);
        break;
      case 'CallEntity':
      case 'SignalEntity':
      case 'LockEntities':
      case 'UnlockEntity':
        addressEntity(turn, decision, result);
        break;
    }
  }
  // A continued generation brings its OrchestratorCompleted with it; only what it schedules gets another.
  if (result.events.length > 0 || turn.newEvents.at(-1)?.EventType !== 'OrchestratorCompleted') {
    result.events.push({ EventType: 'OrchestratorCompleted', EventId: -1, IsPlayed: false, Timestamp: now });
  }
  return result;
}

/** The row of the same work that has no answer yet. */
function sameUnderWay(generation: Generation, decision: Exclude<Decision, CompleteOrchestration>): ScheduledRow | undefined {
  if (!generation.open.has(decision.id)) return undefined;
  return generation.events.find(
    (event): event is ScheduledRow => isScheduledRow(event) && event.EventId === decision.id && agrees(event, decision),
  );
}

/** An activity's input that arrives as `True` or `False`. */
function isBooleanAlone(input: string): boolean {
  return input.length < 20 && /^\s*\[\s*(?:true|false)\s*\]\s*$/.test(input);
}

/** The first events of the generation that follows a continue-as-new, in commit order (spec/engine.md 2.8; the odd OC is meant). */
export function nextGenerationEvents(
  row: InstanceRow,
  before: ExecutionStarted,
  completion: CompleteOrchestration,
  executionId: string,
  now: string,
): HistoryEvent[] {
  const dropped = completion.droppedEvents ?? [];
  const started: ExecutionStarted = inbound(now, {
    EventType: 'ExecutionStarted',
    OrchestrationInstance: { InstanceId: row.instanceId, ExecutionId: executionId },
    ParentInstance: before.ParentInstance ?? null,
    Name: before.Name,
    Version: completion.newVersion ?? before.Version,
    Input: completion.result,
    Tags: before.Tags ?? null,
    ...(profileOf(row) === 'A' ? {} : { Generation: row.generation }),
    ...(dropped.length === 0 ? {} : { Note: `${engineNotes.eventsDropped} ${dropped.join(', ')}` as const }),
  });
  return [
    { EventType: 'OrchestratorStarted', EventId: -1, IsPlayed: false, Timestamp: now },
    started,
    // Copies: the originals are rows of the generation before.
    ...(completion.carryoverEvents ?? []).map((event) => ({ ...event, IsPlayed: false })),
    // In profile A it has been walked by the time it is stored.
    { EventType: 'OrchestratorCompleted', EventId: -1, IsPlayed: profileOf(row) === 'A', Timestamp: now },
  ];
}

function complete(turn: TurnInput, decision: CompleteOrchestration, result: TurnResult): void {
  let completion = decision;
  if (decision.status === 'ContinuedAsNew') {
    const terminated = turn.newEvents.find((event): event is ExecutionTerminated => event.EventType === 'ExecutionTerminated');
    if (terminated === undefined) {
      result.completion = { ...decision, id: releaseLocks(turn, decision.id, result) };
      return;
    }
    completion = { type: 'CompleteOrchestration', id: decision.id, status: 'Terminated', result: terminated.Input }; // T3
  }
  const keepsLocks = completion.status === 'Terminated' || (completion.status === 'Failed' && profileOf(turn.row) === 'A');
  if (!keepsLocks) completion = { ...completion, id: releaseLocks(turn, completion.id, result) }; // T4
  const completed: ExecutionCompleted = {
    EventType: 'ExecutionCompleted',
    EventId: completion.id,
    IsPlayed: false,
    Timestamp: turn.now,
    OrchestrationStatus: completion.status,
    Result: completion.result,
    FailureDetails: completion.failureDetails ?? null,
  };
  result.completion = completion;
  result.events.push(completed);
  const answer = answerToParent(turn.row, turn.started, completed, completion.details ?? detailsOf(turn.row, completed));
  if (answer !== null) result.messages.push(answer);
}

function sendEvent({ now }: TurnInput, { id, instanceId, name, input }: SendEvent, result: TurnResult): void {
  result.events.push({
    EventType: 'EventSent',
    EventId: id,
    IsPlayed: false,
    Timestamp: now,
    InstanceId: instanceId,
    Name: name,
    Input: input,
  });
  const raised: EventRaised = inbound(now, { EventType: 'EventRaised', Name: name, Input: input });
  result.messages.push({ instanceId: addressOf(instanceId), executionId: null, event: raised });
}

/** Returns the next free id, `id` when nothing is locked. */
function releaseLocks(turn: TurnInput, id: number, result: TurnResult): number {
  const { generation, newEvents } = turn;
  const isConcerned = (event: HistoryEvent): boolean => HeldLocks.concerns(event);
  if (generation.locks === null && !newEvents.some(isConcerned) && !result.events.some(isConcerned)) return id;
  const locks = new HeldLocks(generation.locks?.all());
  for (const event of newEvents) locks.note(event);
  for (const event of result.events) locks.note(event);
  let next = id;
  for (const section of locks.all()) {
    if (!section.isGranted) continue;
    for (const instanceId of section.entities) {
      const decision: UnlockEntity = { type: 'UnlockEntity', id: next++, criticalSectionId: section.id, instanceId };
      if (section.form === 'native') addressEntity(turn, decision, result);
      else {
        const text = profileOf(turn.row) === 'A' ? typedReleaseText : releaseText;
        const input = text(turn.row.instanceId, section.id);
        sendEvent(turn, { type: 'SendEvent', id: decision.id, instanceId, name: releaseName, input }, result);
      }
    }
  }
  return next;
}

/** Longer inputs are not kept beside the history: a fan-out of thousands would hold them all in memory. */
const mostKept = 32 * 1024;

/** The input that the history does not store, beside it for people's eyes. */
function keptInput({ storeInputs }: TurnInput, input: string | null): string | undefined {
  return storeInputs || input === null || input.length > mostKept ? undefined : input;
}

function createChild(turn: TurnInput, decision: CreateSubOrchestration, result: TurnResult): void {
  const { row, now } = turn;
  const { id, name, input, instanceId } = decision;
  const version = decision.version ?? turn.defaultVersion;
  const profile = profileOf(row);
  // Worker-replayed SDKs send the tags that the child is to have.
  const tags = profile === 'A' ? childTags(decision.tags, row.tags) : (decision.tags ?? null);
  const traceContext = decision.traceContext === undefined ? {} : { ParentTraceContext: decision.traceContext };
  const executionId = turn.newId();
  const kept = keptInput(turn, input);
  result.events.push({
    EventType: 'SubOrchestrationInstanceCreated',
    EventId: id,
    IsPlayed: false,
    Timestamp: now,
    Name: name,
    Version: version,
    InstanceId: instanceId,
    Input: turn.storeInputs ? input : null,
    ...(kept === undefined ? {} : { KeptInput: kept }),
    ...(tags === null ? {} : { Tags: tags }),
    ...traceContext,
  });
  const started: ExecutionStarted = inbound(now, {
    EventType: 'ExecutionStarted',
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    ParentInstance: {
      Name: row.name,
      Version: row.version,
      TaskScheduleId: id,
      OrchestrationInstance: { InstanceId: row.instanceId, ExecutionId: row.executionId },
    },
    Name: name,
    Version: version,
    Input: input,
    Tags: tags,
    ...(profile === 'A' ? {} : { Generation: 0 }),
    ...traceContext,
  });
  const child = pendingRow({
    instanceId,
    executionId,
    name,
    version,
    input,
    createdTime: now,
    parentInstanceId: row.instanceId,
    tags,
    profile,
  });
  result.children.push({ taskId: id, row: child, started });
}

/** Whether the id's work has failed and may be tried again. While suspended the worker cannot know what it has scheduled (G9). */
function isRetry({ row, generation, newEvents }: TurnInput, id: number): boolean {
  if (profileOf(row) === 'A') return false;
  const isSuspended = newEvents.reduce(
    (is, { EventType }) => (EventType === 'ExecutionSuspended' ? true : EventType === 'ExecutionResumed' ? false : is),
    generation.isSuspended,
  );
  return !isSuspended && (generation.hasFailed(id) || newEvents.some((event) => failedId(event) === id));
}

/** Entity decisions of worker-replayed SDKs: a row of their own kind, and the message that every entity understands. */
function addressEntity({ row, now }: TurnInput, decision: EntityDecision, result: TurnResult): void {
  const envelope = { EventId: decision.id, IsPlayed: false, Timestamp: now };
  const from = { parent: row.instanceId, parentExecution: row.executionId };
  const say = (instanceId: string, Name: string, Input: string): void => {
    const event: EventRaised = inbound(now, { EventType: 'EventRaised', Name, Input });
    result.messages.push({ instanceId: addressOf(instanceId), executionId: null, event });
  };
  switch (decision.type) {
    case 'CallEntity':
    case 'SignalEntity': {
      const { requestId: id, instanceId, operation, input, scheduledTime } = decision;
      const isSignal = decision.type === 'SignalEntity';
      result.events.push({
        EventType: isSignal ? 'EntityOperationSignaled' : 'EntityOperationCalled',
        ...envelope,
        RequestId: id,
        Operation: operation,
        Input: input,
        TargetInstanceId: instanceId,
        ...(scheduledTime === undefined ? {} : { ScheduledTime: scheduledTime }),
      });
      const due = scheduledTime === undefined ? {} : { due: scheduledTime };
      const request = {
        id,
        op: operation,
        ...(isSignal ? { signal: true } : {}),
        ...(input === null ? {} : { input }),
        ...from,
        ...due,
      };
      say(instanceId, requestEventName(scheduledTime), requestText(request));
      break;
    }
    case 'LockEntities': {
      const lockSet = lockOrder(decision.lockSet);
      const id = decision.criticalSectionId;
      result.events.push({ EventType: 'EntityLockRequested', ...envelope, CriticalSectionId: id, LockSet: lockSet, Position: 0 });
      const lockset = lockSet.flatMap((one) => parseEntityId(one) ?? []);
      const first = lockset[0];
      if (first !== undefined)
        say(entityInstanceId(first), requestEventName(undefined), requestText({ id, ...from, lockset, pos: 0 }));
      break;
    }
    case 'UnlockEntity': {
      const { criticalSectionId, instanceId } = decision;
      result.events.push({
        EventType: 'EntityUnlockSent',
        ...envelope,
        CriticalSectionId: criticalSectionId,
        TargetInstanceId: instanceId,
      });
      say(instanceId, releaseName, releaseText(row.instanceId, criticalSectionId));
      break;
    }
  }
}
