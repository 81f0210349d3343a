/** History and instances in the protocol's form (spec/grpc.md 2.1). */
import type { EntityInfo } from '../core/entities/entity-views';
import type { ExecutionStarted, FailureDetails, HistoryEvent, Tags, TraceContext } from '../core/history/history';
import type { InstanceRow } from '../core/instances/instance';
import { isTerminal } from '../core/values/status';
import type {
  EntityMetadata,
  HistoryEvent as ProtoEvent,
  OrchestrationState,
  ParentInstanceInfo,
  TaskFailureDetails,
  TraceContext as ProtoTraceContext,
} from '../wire/generated/task-hub-sidecar';
import { protoStatus, protoTime } from './proto-time';

/** Null for rows that the protocol's histories do not have: it knows no OrchestratorCompleted, and its workers throw on some others. */
export function protoEvent(event: HistoryEvent): ProtoEvent | null {
  const eventType = protoEventType(event);
  return eventType === null ? null : { eventId: protoEventId(event), timestamp: protoTime(event.Timestamp), eventType };
}

/** As the extension tells it to apps of Durable Functions: the rows as they are stored, the ends of episodes too. */
export function storedEvent(event: HistoryEvent): ProtoEvent | null {
  const timestamp = protoTime(event.Timestamp);
  if (event.EventType === 'OrchestratorCompleted') {
    return { eventId: event.EventId, timestamp, eventType: { $case: 'orchestratorCompleted', value: {} } };
  }
  const eventType = protoEventType(event);
  return eventType === null ? null : { eventId: event.EventId, timestamp, eventType };
}

/** Where Durable Functions writes -1 for the start, the Durable Task Scheduler has 0 (its JavaScript suite wants it in an export). */
function protoEventId({ EventType, EventId }: HistoryEvent): number {
  return EventType === 'ExecutionStarted' ? 0 : EventId;
}

function protoEventType(event: HistoryEvent): ProtoEvent['eventType'] | null {
  switch (event.EventType) {
    case 'OrchestratorStarted':
      return { $case: 'orchestratorStarted', value: {} };
    case 'ExecutionStarted':
      return { $case: 'executionStarted', value: protoStarted(event) };
    case 'ExecutionCompleted':
      return {
        $case: 'executionCompleted',
        value: {
          orchestrationStatus: protoStatus(event.OrchestrationStatus),
          result: event.Result ?? undefined,
          failureDetails: event.FailureDetails == null ? undefined : protoFailure(event.FailureDetails),
        },
      };
    case 'ExecutionTerminated':
      return { $case: 'executionTerminated', value: { input: event.Input ?? undefined, recurse: event.Recurse === true } };
    case 'TaskScheduled':
      return {
        $case: 'taskScheduled',
        value: {
          name: event.Name,
          version: optional(event.Version),
          input: event.Input ?? undefined,
          parentTraceContext: protoTrace(event.ParentTraceContext),
          tags: protoTags(event.Tags),
        },
      };
    case 'TaskCompleted':
      return {
        $case: 'taskCompleted',
        value: { taskScheduledId: event.TaskScheduledId, result: event.Result ?? undefined },
      };
    case 'TaskFailed':
      return {
        $case: 'taskFailed',
        value: { taskScheduledId: event.TaskScheduledId, failureDetails: failureOf(event) },
      };
    case 'SubOrchestrationInstanceCreated':
      return {
        $case: 'subOrchestrationInstanceCreated',
        value: {
          instanceId: event.InstanceId,
          name: event.Name,
          version: optional(event.Version),
          input: event.Input ?? undefined,
          parentTraceContext: protoTrace(event.ParentTraceContext),
          tags: protoTags(event.Tags),
        },
      };
    case 'SubOrchestrationInstanceCompleted':
      return {
        $case: 'subOrchestrationInstanceCompleted',
        value: { taskScheduledId: event.TaskScheduledId, result: event.Result ?? undefined },
      };
    case 'SubOrchestrationInstanceFailed':
      return {
        $case: 'subOrchestrationInstanceFailed',
        value: { taskScheduledId: event.TaskScheduledId, failureDetails: failureOf(event) },
      };
    case 'TimerCreated':
      return { $case: 'timerCreated', value: { fireAt: protoTime(event.FireAt) } };
    case 'TimerFired':
      return { $case: 'timerFired', value: { fireAt: protoTime(event.FireAt), timerId: event.TimerId } };
    case 'EventSent':
      return {
        $case: 'eventSent',
        value: { instanceId: event.InstanceId, name: event.Name, input: event.Input ?? undefined },
      };
    case 'EventRaised':
      return { $case: 'eventRaised', value: { name: event.Name, input: event.Input ?? undefined } };
    case 'ExecutionSuspended':
      return { $case: 'executionSuspended', value: { input: event.Reason ?? undefined } };
    case 'ExecutionResumed':
      return { $case: 'executionResumed', value: { input: event.Reason ?? undefined } };
    case 'EntityOperationCalled':
    case 'EntityOperationSignaled': {
      const value = {
        requestId: event.RequestId,
        operation: event.Operation,
        scheduledTime: event.ScheduledTime == null ? undefined : protoTime(event.ScheduledTime),
        input: event.Input ?? undefined,
        targetInstanceId: event.TargetInstanceId,
      };
      return event.EventType === 'EntityOperationSignaled'
        ? { $case: 'entityOperationSignaled', value }
        : { $case: 'entityOperationCalled', value: { ...value, parentInstanceId: undefined, parentExecutionId: undefined } };
    }
    case 'EntityOperationCompleted':
      return { $case: 'entityOperationCompleted', value: { requestId: event.RequestId, output: event.Output ?? undefined } };
    case 'EntityOperationFailed':
      return {
        $case: 'entityOperationFailed',
        value: { requestId: event.RequestId, failureDetails: protoFailure(event.FailureDetails) },
      };
    case 'EntityLockRequested':
      return {
        $case: 'entityLockRequested',
        value: {
          criticalSectionId: event.CriticalSectionId,
          lockSet: [...event.LockSet],
          position: event.Position,
          parentInstanceId: undefined,
        },
      };
    case 'EntityLockGranted':
      return { $case: 'entityLockGranted', value: { criticalSectionId: event.CriticalSectionId } };
    case 'EntityUnlockSent':
      return {
        $case: 'entityUnlockSent',
        value: {
          criticalSectionId: event.CriticalSectionId,
          parentInstanceId: undefined,
          targetInstanceId: event.TargetInstanceId,
        },
      };
    case 'OrchestratorCompleted':
    case 'ContinueAsNew':
    case 'GenericEvent':
    case 'ExecutionRewound':
      return null;
  }
}

function protoStarted(event: ExecutionStarted): Extract<ProtoEvent['eventType'], { $case: 'executionStarted' }>['value'] {
  const { InstanceId, ExecutionId } = event.OrchestrationInstance;
  return {
    name: event.Name,
    version: optional(event.Version),
    input: event.Input ?? undefined,
    orchestrationInstance: { instanceId: InstanceId, executionId: ExecutionId },
    parentInstance: event.ParentInstance == null ? undefined : protoParent(event.ParentInstance),
    scheduledStartTimestamp: event.ScheduledStartTime == null ? undefined : protoTime(event.ScheduledStartTime),
    parentTraceContext: protoTrace(event.ParentTraceContext),
    orchestrationSpanID: undefined,
    tags: protoTags(event.Tags),
  };
}

function protoParent(parent: NonNullable<ExecutionStarted['ParentInstance']>): ParentInstanceInfo {
  const { InstanceId, ExecutionId } = parent.OrchestrationInstance;
  return {
    taskScheduledId: parent.TaskScheduleId,
    name: parent.Name,
    version: optional(parent.Version),
    orchestrationInstance: { instanceId: InstanceId, executionId: ExecutionId },
  };
}

/** The details, or what stands in their place in an event of a worker that has none. */
function failureOf(event: {
  FailureDetails?: FailureDetails | null;
  Reason: string;
  Details: string | null;
}): TaskFailureDetails {
  return protoFailure(
    event.FailureDetails ?? {
      ErrorType: 'Error',
      ErrorMessage: event.Reason,
      StackTrace: event.Details === '' ? null : event.Details,
      IsNonRetriable: false,
    },
  );
}

export function protoFailure(failure: FailureDetails): TaskFailureDetails {
  return {
    errorType: failure.ErrorType,
    errorMessage: failure.ErrorMessage,
    stackTrace: failure.StackTrace ?? undefined,
    innerFailure: failure.InnerFailure == null ? undefined : protoFailure(failure.InnerFailure),
    isNonRetriable: failure.IsNonRetriable,
    properties: { ...failure.Properties },
  };
}

export function protoTrace(trace: TraceContext | null | undefined): ProtoTraceContext | undefined {
  if (trace == null) return undefined;
  return { traceParent: trace.traceParent, spanID: '', traceState: trace.traceState ?? undefined };
}

const noTags: Record<string, string> = {};

export function protoTags(tags: Tags | null | undefined): Record<string, string> {
  return tags == null ? noTags : { ...tags };
}

/** Absent and empty versions are the same (spec/grpc.md 2.6). */
function optional(version: string): string | undefined {
  return version === '' ? undefined : version;
}

/**
 * `asStored`: as the extension tells it to apps of Durable Functions, whose storage has no failure details but their text, `null` where no custom
 * status was set, and outputs in lists whether they are asked for or not.
 */
export function protoState(row: InstanceRow, withPayloads: boolean, asStored?: 'one' | 'listed'): OrchestrationState {
  // Suspending shows its reason as output, and a failure its text: neither is an output to the SDKs.
  const hasOutput = asStored !== undefined || (isTerminal(row.runtimeStatus) && row.failureDetails === null);
  const failure = withPayloads && asStored === undefined ? row.failureDetails : null;
  const customStatus = row.customStatus ?? (asStored !== undefined && row.runtimeStatus !== 'Pending' ? 'null' : undefined);
  const withOutput = withPayloads || asStored === 'listed';
  return {
    instanceId: row.instanceId,
    name: row.name,
    version: optional(row.version),
    orchestrationStatus: protoStatus(row.runtimeStatus),
    scheduledStartTimestamp: row.scheduledStartTime === null ? undefined : protoTime(row.scheduledStartTime),
    createdTimestamp: protoTime(row.createdTime),
    lastUpdatedTimestamp: protoTime(row.lastUpdatedTime),
    input: withPayloads ? (row.input ?? undefined) : undefined,
    output: withOutput && hasOutput ? (row.output ?? undefined) : undefined,
    customStatus: withOutput ? customStatus : undefined,
    failureDetails: failure === null ? undefined : protoFailure(failure),
    executionId: row.executionId,
    completedTimestamp: row.completedTime === null ? undefined : protoTime(row.completedTime),
    parentInstanceId: row.parentInstanceId ?? undefined,
    tags: protoTags(row.tags),
  };
}

export function protoEntity(entity: EntityInfo, withState: boolean): EntityMetadata {
  return {
    instanceId: entity.instanceId,
    lastModifiedTime: protoTime(entity.lastOperationTime),
    backlogQueueSize: entity.queueSize,
    lockedBy: entity.lockedBy ?? undefined,
    serializedState: withState ? (entity.state ?? undefined) : undefined,
  };
}
