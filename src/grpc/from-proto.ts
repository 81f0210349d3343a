/** What workers and clients send, in the core's form (spec/grpc.md 2.2). */
import type { CompleteOrchestration, Decision, EntityDecision } from '../core/decisions/decisions';
import type { EventRaised, FailureDetails, Tags, TraceContext } from '../core/history/history';
import type { EntityAction, EntityBatchOutcome, EntityOperationResult, EpisodeOutcome } from '../core/ports/function-worker';
import { toTimestamp } from '../core/values/time';
import {
  type EntityBatchResult,
  type HistoryEvent as ProtoEvent,
  type OperationAction,
  type OperationResult,
  type SendEntityMessageAction,
  type OrchestratorAction,
  type OrchestratorResponse,
  OrchestrationStatus,
  type TaskFailureDetails,
  type TraceContext as ProtoTraceContext,
} from '../wire/generated/task-hub-sidecar';
import { historyTime } from './proto-time';

export interface TerminateOther {
  instanceId: string;
  reason: string | null;
  recursive: boolean;
}

export interface WorkerDecisions {
  /** Ascending by id, the completion last. */
  decisions: Decision[];
  terminations: TerminateOther[];
}

/** What an episode came to, and what else the worker asks for. */
export function episodeOutcome(
  { actions, customStatus }: Pick<OrchestratorResponse, 'actions' | 'customStatus'>,
  instanceId: string,
): { outcome: EpisodeOutcome; terminations: TerminateOther[] } {
  const { decisions, terminations } = decisionsOf(actions, instanceId);
  // Java says "none" with an empty text; the others leave the field out.
  const status = customStatus === undefined || customStatus === '' ? null : customStatus;
  return { outcome: { decisions, customStatus: status, awaitedEvents: [] }, terminations };
}

/** `executionId` is the parent's, for children that were given no id. */
export function decisionsOf(actions: readonly OrchestratorAction[], parentInstanceId: string): WorkerDecisions {
  const result: WorkerDecisions = { decisions: [], terminations: [] };
  let completion: CompleteOrchestration | null = null;
  for (const action of actions) {
    const { id } = action;
    const type = action.orchestratorActionType;
    switch (type?.$case) {
      case 'scheduleTask': {
        const { name, version, input, tags, parentTraceContext } = type.value;
        result.decisions.push({
          type: 'ScheduleTask',
          id,
          name,
          version: version ?? '',
          input: input ?? null,
          ...tagsOf(tags),
          ...traceOf(parentTraceContext),
        });
        break;
      }
      case 'createTimer':
        result.decisions.push({
          type: 'CreateTimer',
          id,
          fireAt: type.value.fireAt === undefined ? toTimestamp(0) : historyTime(type.value.fireAt),
        });
        break;
      case 'createSubOrchestration': {
        const { instanceId, name, version, input, tags, parentTraceContext } = type.value;
        result.decisions.push({
          type: 'CreateSubOrchestration',
          id,
          name,
          version: version ?? '',
          instanceId: instanceId === '' ? `${parentInstanceId}:${id.toString(16).padStart(4, '0')}` : instanceId,
          input: input ?? null,
          ...tagsOf(tags),
          ...traceOf(parentTraceContext),
        });
        break;
      }
      case 'sendEvent': {
        const { instance, name, data } = type.value;
        result.decisions.push({
          type: 'SendEvent',
          id,
          instanceId: instance?.instanceId ?? '',
          name,
          input: data ?? null,
        });
        break;
      }
      case 'terminateOrchestration': {
        const { instanceId, reason, recurse } = type.value;
        result.terminations.push({ instanceId, reason: reason ?? null, recursive: recurse });
        break;
      }
      case 'sendEntityMessage': {
        const decision = entityDecision(id, type.value.EntityMessageType);
        if (decision === null) completion = unknownAction(id, 'sendEntityMessage of no known type');
        else result.decisions.push(decision);
        break;
      }
      case 'completeOrchestration':
        completion ??= completionOf(id, type.value);
        break;
      default:
        completion = unknownAction(id, type?.$case);
    }
  }
  result.decisions.sort((a, b) => a.id - b.id);
  if (completion !== null) result.decisions.push(completion);
  return result;
}

function entityDecision(id: number, message: SendEntityMessageAction['EntityMessageType']): EntityDecision | null {
  switch (message?.$case) {
    case 'entityOperationSignaled':
    case 'entityOperationCalled': {
      const { requestId, operation, input, scheduledTime, targetInstanceId } = message.value;
      return {
        type: message.$case === 'entityOperationCalled' ? 'CallEntity' : 'SignalEntity',
        id,
        requestId,
        instanceId: targetInstanceId ?? '',
        operation,
        input: input ?? null,
        ...(scheduledTime === undefined ? {} : { scheduledTime: historyTime(scheduledTime) }),
      };
    }
    case 'entityLockRequested':
      return {
        type: 'LockEntities',
        id,
        criticalSectionId: message.value.criticalSectionId,
        lockSet: message.value.lockSet,
      };
    case 'entityUnlockSent':
      return {
        type: 'UnlockEntity',
        id,
        criticalSectionId: message.value.criticalSectionId,
        instanceId: message.value.targetInstanceId ?? '',
      };
    default:
      return null;
  }
}

/** `startNewOrchestration` without an id is given one by the engine. */
export function entityOutcome(result: EntityBatchResult): EntityBatchOutcome {
  return {
    state: result.entityState ?? null,
    results: result.results.map(operationResult),
    actions: result.actions.flatMap(entityAction),
  };
}

function operationResult({ resultType }: OperationResult): EntityOperationResult {
  if (resultType?.$case === 'success') return { ok: true, result: resultType.value.result ?? null };
  const details = resultType?.value.failureDetails;
  const message = details?.errorMessage ?? 'The operation failed, and the worker does not say why.';
  return { ok: false, result: null, message, ...(details === undefined ? {} : { failureDetails: coreFailure(details) }) };
}

function entityAction({ operationActionType: type }: OperationAction): EntityAction[] {
  switch (type?.$case) {
    case 'sendSignal': {
      const { instanceId, name, input, scheduledTime } = type.value;
      const time = scheduledTime === undefined ? {} : { scheduledTime: historyTime(scheduledTime) };
      return [{ type: 'SendSignal', instanceId, operation: name, input: input ?? null, ...time }];
    }
    case 'startNewOrchestration': {
      const { instanceId, name, version, input, scheduledTime } = type.value;
      const time = scheduledTime === undefined ? {} : { scheduledTime: historyTime(scheduledTime) };
      return [{ type: 'StartOrchestration', instanceId, name, version: version ?? '', input: input ?? null, ...time }];
    }
    case undefined:
      return [];
  }
}

type ProtoCompletion = Extract<OrchestratorAction['orchestratorActionType'], { $case: 'completeOrchestration' }>['value'];

function completionOf(id: number, action: ProtoCompletion): CompleteOrchestration {
  const { orchestrationStatus, result, details, newVersion, carryoverEvents, failureDetails } = action;
  const status = completionStatus(orchestrationStatus);
  if (status === undefined) return unknownAction(id, `completeOrchestration with status ${orchestrationStatus}`);
  return {
    type: 'CompleteOrchestration',
    id,
    status,
    result: result ?? null,
    ...(details === undefined ? {} : { details }),
    ...failureOf(status, failureDetails, result),
    ...(newVersion === undefined || newVersion === '' ? {} : { newVersion }),
    ...(carryoverEvents.length === 0 ? {} : { carryoverEvents: carryoverEvents.flatMap(carriedEvent) }),
  };
}

function completionStatus(status: OrchestrationStatus): CompleteOrchestration['status'] | undefined {
  switch (status) {
    case OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED:
      return 'Completed';
    case OrchestrationStatus.ORCHESTRATION_STATUS_FAILED:
    case OrchestrationStatus.ORCHESTRATION_STATUS_CANCELED:
      return 'Failed';
    case OrchestrationStatus.ORCHESTRATION_STATUS_TERMINATED:
      return 'Terminated';
    case OrchestrationStatus.ORCHESTRATION_STATUS_CONTINUED_AS_NEW:
      return 'ContinuedAsNew';
    default:
      return undefined;
  }
}

/** A failure always has details: what waits for it reads them. */
function failureOf(
  status: CompleteOrchestration['status'],
  details: TaskFailureDetails | undefined,
  result: string | undefined,
): { failureDetails?: FailureDetails } {
  if (status !== 'Failed') return {};
  if (details !== undefined) return { failureDetails: coreFailure(details) };
  return { failureDetails: { ErrorType: 'Error', ErrorMessage: result ?? '', IsNonRetriable: false } };
}

/** Left in flight it would be asked for ever: the orchestration fails and says why. */
function unknownAction(id: number, what: string | undefined): CompleteOrchestration {
  const ErrorMessage = `The worker sent an action that this version of Durascope does not know: ${what ?? 'of no known type'}.`;
  return {
    type: 'CompleteOrchestration',
    id,
    status: 'Failed',
    result: null,
    failureDetails: { ErrorType: 'UnknownAction', ErrorMessage, IsNonRetriable: true },
  };
}

function carriedEvent({ timestamp, eventType }: ProtoEvent): EventRaised[] {
  if (eventType?.$case !== 'eventRaised') return [];
  const { name, input } = eventType.value;
  const Timestamp = timestamp === undefined ? toTimestamp(0) : historyTime(timestamp);
  return [{ EventType: 'EventRaised', EventId: -1, IsPlayed: false, Timestamp, Name: name, Input: input ?? null }];
}

export function coreFailure(failure: TaskFailureDetails): FailureDetails {
  const { errorType, errorMessage, stackTrace, innerFailure, isNonRetriable, properties } = failure;
  return {
    ErrorType: errorType,
    ErrorMessage: errorMessage,
    StackTrace: stackTrace ?? null,
    InnerFailure: innerFailure === undefined ? null : coreFailure(innerFailure),
    IsNonRetriable: isNonRetriable,
    Properties: properties,
  };
}

export function tagsOf(tags: Record<string, string>): { tags?: Tags } {
  return Object.keys(tags).length === 0 ? {} : { tags };
}

export function traceOf(trace: ProtoTraceContext | undefined): { traceContext?: TraceContext } {
  if (trace === undefined || trace.traceParent === '') return {};
  const { traceParent, traceState } = trace;
  return { traceContext: { traceParent, ...(traceState === undefined ? {} : { traceState }) } };
}
