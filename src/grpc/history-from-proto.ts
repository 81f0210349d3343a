/** Histories and instances as servers of the protocol tell them, in the core's form (spec/attach.md 3): the other way round than `to-proto.ts`. */
import { countText } from '../base/count-text';
import type { EntityInfo } from '../core/entities/entity-views';
import type {
  EntityOperationCalled,
  EntityOperationSignaled,
  EventBase,
  ExecutionStarted,
  FailureDetails,
  HistoryEvent,
  Tags,
  TraceContext,
} from '../core/history/history';
import type { InstanceRow } from '../core/instances/instance';
import { parseEntityId } from '../core/values/entity-id';
import { isTerminal } from '../core/values/status';
import { coreFailure, tagsOf, traceOf } from './from-proto';
import type {
  EntityMetadata,
  ExecutionStartedEvent,
  HistoryEvent as ProtoEvent,
  OrchestrationState,
  ParentInstanceInfo,
  TaskFailureDetails,
  TraceContext as ProtoTraceContext,
} from '../wire/generated/task-hub-sidecar';
import type { Timestamp } from '../wire/generated/google/protobuf/timestamp';
import { coreStatus, historyTime } from './proto-time';

/** Stands for a time that is not told. */
const unknownTime = '0001-01-01T00:00:00.0000000Z';

/**
 * The rows of one execution, whole: servers leave out where episodes end, and one tells the completion after the end of its episode. A time
 * that is missing is that of the row before. Whole sentences say what was made up.
 */
export function coreHistory(events: readonly ProtoEvent[]): { events: HistoryEvent[]; notes: string[] } {
  const rows: HistoryEvent[] = [];
  let unknown = 0;
  let timeless = 0;
  let lastTime = unknownTime;
  for (const event of events) {
    const row = coreEvent(event);
    if (row === null) {
      unknown += 1;
      continue;
    }
    if (row.Timestamp === unknownTime) {
      timeless += 1;
      row.Timestamp = lastTime;
    } else lastTime = row.Timestamp;
    rows.push(row);
  }
  const notes: string[] = [];
  if (unknown > 0) notes.push(`${countText(unknown, 'event of an unknown type was', 'events of unknown types were')} left out.`);
  if (timeless > 0)
    notes.push(`${countText(timeless, 'event has', 'events have')} no time: shown with that of the event before.`);
  return { events: withEpisodeEnds(rows), notes };
}

function withEpisodeEnds(rows: readonly HistoryEvent[]): HistoryEvent[] {
  const ended: HistoryEvent[] = [];
  let isOpen = false;
  const end = (): void => {
    const last = ended.at(-1);
    if (isOpen && last !== undefined) {
      ended.push({ EventType: 'OrchestratorCompleted', EventId: -1, IsPlayed: false, Timestamp: last.Timestamp });
    }
    isOpen = false;
  };
  for (const row of rows) {
    if (row.EventType === 'OrchestratorStarted') {
      end();
      isOpen = true;
    } else if (row.EventType === 'OrchestratorCompleted') {
      isOpen = false;
    } else if (row.EventType === 'ExecutionCompleted' && !isOpen && ended.at(-1)?.EventType === 'OrchestratorCompleted') {
      ended.splice(-1, 0, row);
      continue;
    }
    ended.push(row);
  }
  end();
  return ended;
}

/** Null for a type that is not known, and for the state of a whole instance, which is no event of its run. */
export function coreEvent({ eventId, timestamp, eventType }: ProtoEvent): HistoryEvent | null {
  if (eventType === undefined) return null;
  const base: EventBase = { EventId: eventId, IsPlayed: false, Timestamp: timeOf(timestamp) };
  switch (eventType.$case) {
    case 'executionStarted':
      return startedEvent(base, eventType.value);
    case 'executionCompleted': {
      const { orchestrationStatus, result, failureDetails } = eventType.value;
      return {
        ...base,
        EventType: 'ExecutionCompleted',
        OrchestrationStatus: coreStatus(orchestrationStatus) ?? 'Completed',
        Result: result ?? null,
        ...failureFields(failureDetails),
      };
    }
    case 'executionTerminated': {
      const { input, recurse } = eventType.value;
      return { ...base, EventType: 'ExecutionTerminated', Input: input ?? null, ...(recurse ? { Recurse: true } : {}) };
    }
    case 'taskScheduled': {
      const { name, version, input, tags, parentTraceContext } = eventType.value;
      return {
        ...base,
        EventType: 'TaskScheduled',
        Name: name,
        Version: version ?? '',
        Input: input ?? null,
        ...tagFields(tags),
        ...traceFields(parentTraceContext),
      };
    }
    case 'taskCompleted':
    case 'subOrchestrationInstanceCompleted': {
      const { taskScheduledId, result } = eventType.value;
      const fields = { TaskScheduledId: taskScheduledId, Result: result ?? null };
      return eventType.$case === 'taskCompleted'
        ? { ...base, EventType: 'TaskCompleted', ...fields }
        : { ...base, EventType: 'SubOrchestrationInstanceCompleted', ...fields };
    }
    case 'taskFailed': {
      const { taskScheduledId, failureDetails } = eventType.value;
      return { ...base, EventType: 'TaskFailed', TaskScheduledId: taskScheduledId, ...reasonFields(failureDetails) };
    }
    case 'subOrchestrationInstanceFailed': {
      const { taskScheduledId, failureDetails } = eventType.value;
      const fields = reasonFields(failureDetails);
      return { ...base, EventType: 'SubOrchestrationInstanceFailed', TaskScheduledId: taskScheduledId, ...fields };
    }
    case 'subOrchestrationInstanceCreated': {
      const { instanceId, name, version, input, tags, parentTraceContext } = eventType.value;
      return {
        ...base,
        EventType: 'SubOrchestrationInstanceCreated',
        Name: name,
        Version: version ?? '',
        InstanceId: instanceId,
        Input: input ?? null,
        ...tagFields(tags),
        ...traceFields(parentTraceContext),
      };
    }
    case 'timerCreated':
      return { ...base, EventType: 'TimerCreated', FireAt: timeOf(eventType.value.fireAt) };
    case 'timerFired':
      return { ...base, EventType: 'TimerFired', TimerId: eventType.value.timerId, FireAt: timeOf(eventType.value.fireAt) };
    case 'orchestratorStarted':
      return { ...base, EventType: 'OrchestratorStarted' };
    case 'orchestratorCompleted':
      return { ...base, EventType: 'OrchestratorCompleted' };
    case 'eventSent': {
      const { instanceId, name, input } = eventType.value;
      return { ...base, EventType: 'EventSent', InstanceId: instanceId, Name: name, Input: input ?? null };
    }
    case 'eventRaised':
      return { ...base, EventType: 'EventRaised', Name: eventType.value.name, Input: eventType.value.input ?? null };
    case 'genericEvent':
      return { ...base, EventType: 'GenericEvent', Data: eventType.value.data ?? null };
    case 'continueAsNew':
      return {
        ...base,
        EventType: 'ContinueAsNew',
        OrchestrationStatus: 'ContinuedAsNew',
        Result: eventType.value.input ?? null,
      };
    case 'executionSuspended':
      return { ...base, EventType: 'ExecutionSuspended', Reason: eventType.value.input ?? null };
    case 'executionResumed':
      return { ...base, EventType: 'ExecutionResumed', Reason: eventType.value.input ?? null };
    case 'executionRewound': {
      const { reason, parentExecutionId, instanceId } = eventType.value;
      return {
        ...base,
        EventType: 'ExecutionRewound',
        Reason: reason ?? null,
        ...(parentExecutionId === undefined ? {} : { ParentExecutionId: parentExecutionId }),
        ...(instanceId === undefined ? {} : { InstanceId: instanceId }),
      };
    }
    case 'entityOperationCalled':
    case 'entityOperationSignaled': {
      const { requestId, operation, input, targetInstanceId, scheduledTime } = eventType.value;
      const fields: Pick<
        EntityOperationCalled & Omit<EntityOperationSignaled, 'EventType'>,
        'RequestId' | 'Operation' | 'Input' | 'TargetInstanceId' | 'ScheduledTime'
      > = {
        RequestId: requestId,
        Operation: operation,
        Input: input ?? null,
        TargetInstanceId: targetInstanceId ?? '',
        ...(scheduledTime === undefined ? {} : { ScheduledTime: timeOf(scheduledTime) }),
      };
      return eventType.$case === 'entityOperationCalled'
        ? { ...base, EventType: 'EntityOperationCalled', ...fields }
        : { ...base, EventType: 'EntityOperationSignaled', ...fields };
    }
    case 'entityOperationCompleted':
      return {
        ...base,
        EventType: 'EntityOperationCompleted',
        RequestId: eventType.value.requestId,
        Output: eventType.value.output ?? null,
      };
    case 'entityOperationFailed': {
      const { requestId, failureDetails } = eventType.value;
      return { ...base, EventType: 'EntityOperationFailed', RequestId: requestId, FailureDetails: failure(failureDetails) };
    }
    case 'entityLockRequested': {
      const { criticalSectionId, lockSet, position } = eventType.value;
      const fields = { CriticalSectionId: criticalSectionId, LockSet: lockSet, Position: position };
      return { ...base, EventType: 'EntityLockRequested', ...fields };
    }
    case 'entityLockGranted':
      return { ...base, EventType: 'EntityLockGranted', CriticalSectionId: eventType.value.criticalSectionId };
    case 'entityUnlockSent': {
      const { criticalSectionId, targetInstanceId } = eventType.value;
      const fields = { CriticalSectionId: criticalSectionId, TargetInstanceId: targetInstanceId ?? '' };
      return { ...base, EventType: 'EntityUnlockSent', ...fields };
    }
    case 'historyState':
      return null;
  }
}

/** `historyLength`: 0 where it is not known. */
export function coreInstance(state: OrchestrationState, historyLength: number): InstanceRow {
  const status = coreStatus(state.orchestrationStatus);
  const runtimeStatus = status ?? 'Running';
  const createdTime = timeOf(state.createdTimestamp);
  const updated = timeOf(state.lastUpdatedTimestamp);
  const lastUpdatedTime = updated === unknownTime ? createdTime : updated;
  const { failureDetails, scheduledStartTimestamp, completedTimestamp, executionId = '', parentInstanceId = '' } = state;
  return {
    instanceId: state.instanceId,
    executionId,
    name: state.name,
    version: state.version ?? '',
    runtimeStatus,
    input: state.input ?? null,
    output: state.output ?? null,
    customStatus: state.customStatus === undefined || state.customStatus === '' ? null : state.customStatus,
    createdTime,
    lastUpdatedTime,
    completedTime:
      completedTimestamp !== undefined && isTold(completedTimestamp)
        ? timeOf(completedTimestamp)
        : isTerminal(runtimeStatus)
          ? lastUpdatedTime
          : null,
    scheduledStartTime:
      scheduledStartTimestamp === undefined || !isTold(scheduledStartTimestamp) ? null : timeOf(scheduledStartTimestamp),
    parentInstanceId: parentInstanceId === '' ? null : parentInstanceId,
    generation: 0,
    tags: tagsOf(state.tags).tags ?? null,
    failureDetails: failureDetails === undefined ? null : coreFailure(failureDetails),
    awaitedEvents: [],
    historyLength,
    ...(status === undefined
      ? { stuck: `The server says ${String(state.orchestrationStatus)} for its status, which Durascope does not know.` }
      : {}),
  };
}

/** Null for what has no entity id. */
export function coreEntity(entity: EntityMetadata): EntityInfo | null {
  const id = parseEntityId(entity.instanceId);
  if (id === null) return null;
  const { instanceId, lastModifiedTime, backlogQueueSize, lockedBy, serializedState } = entity;
  return {
    instanceId,
    ...id,
    exists: true,
    state: serializedState ?? null,
    lastOperationTime: timeOf(lastModifiedTime),
    queueSize: backlogQueueSize,
    lockedBy: lockedBy === undefined || lockedBy === '' ? null : lockedBy,
  };
}

function startedEvent(base: EventBase, started: ExecutionStartedEvent): ExecutionStarted {
  const { name, version, input, orchestrationInstance, parentInstance, scheduledStartTimestamp, tags } = started;
  return {
    ...base,
    // The scheduler gives it a number, the tables of Durable Functions do not.
    EventId: -1,
    EventType: 'ExecutionStarted',
    OrchestrationInstance: {
      InstanceId: orchestrationInstance?.instanceId ?? '',
      ExecutionId: orchestrationInstance?.executionId ?? '',
    },
    ...(parentInstance === undefined ? {} : { ParentInstance: parentOf(parentInstance) }),
    Name: name,
    Version: version ?? '',
    Input: input ?? null,
    ...tagFields(tags),
    ...(scheduledStartTimestamp === undefined ? {} : { ScheduledStartTime: timeOf(scheduledStartTimestamp) }),
    ...traceFields(started.parentTraceContext),
  };
}

function parentOf({
  taskScheduledId,
  name,
  version,
  orchestrationInstance,
}: ParentInstanceInfo): NonNullable<ExecutionStarted['ParentInstance']> {
  return {
    Name: name ?? '',
    Version: version ?? '',
    TaskScheduleId: taskScheduledId,
    OrchestrationInstance: {
      InstanceId: orchestrationInstance?.instanceId ?? '',
      ExecutionId: orchestrationInstance?.executionId ?? '',
    },
  };
}

function reasonFields(details: TaskFailureDetails | undefined): {
  Reason: string;
  Details: string;
  FailureDetails: FailureDetails;
} {
  const known = failure(details);
  return { Reason: known.ErrorMessage, Details: known.StackTrace ?? '', FailureDetails: known };
}

function failureFields(details: TaskFailureDetails | undefined): { FailureDetails?: FailureDetails } {
  return details === undefined ? {} : { FailureDetails: coreFailure(details) };
}

function failure(details: TaskFailureDetails | undefined): FailureDetails {
  if (details !== undefined) return coreFailure(details);
  return { ErrorType: 'Error', ErrorMessage: 'The server does not say why it failed.', IsNonRetriable: false };
}

function tagFields(tags: Record<string, string>): { Tags?: Tags } {
  const { tags: known } = tagsOf(tags);
  return known === undefined ? {} : { Tags: known };
}

function traceFields(trace: ProtoTraceContext | undefined): { ParentTraceContext?: TraceContext } {
  const { traceContext } = traceOf(trace);
  return traceContext === undefined ? {} : { ParentTraceContext: traceContext };
}

/** A time of zero stands for none. */
function isTold({ seconds }: Timestamp): boolean {
  return seconds > 0;
}

function timeOf(time: Timestamp | undefined): string {
  return time === undefined || !isTold(time) ? unknownTime : historyTime(time);
}
