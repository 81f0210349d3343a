/**
 * Entity traffic as Durable Functions keeps it (spec/grpc.md 2.5, last point): EventSent and EventRaised rows whose input is JSON text
 * (core/entity-messages.ts), where the Durable Task Scheduler has rows and messages of kinds of their own.
 *
 *   L1. What an orchestrator sends becomes a SendEvent, whether it was said by `sendEntityMessage` (Java, JavaScript, Python) or by
 *       `sendEvent` (.NET): the engine treats both alike, and the history is that of production.
 *   L2. How its events are told depends on the SDK. Those that say `sendEntityMessage` read the answer to a call out of an EventRaised, but
 *       know the grant of a lock by its own kind only; those that say `sendEvent` know EventSent and EventRaised and nothing else.
 */
import type { Decision, EntityDecision, SendEvent } from '../core/decisions/decisions';
import { lockOrder, parseEntityId } from '../core/values/entity-id';
import {
  type EntityAnswer,
  type EntityRequest,
  readRequest,
  releaseName,
  releaseText,
  requestEventName,
  requestText,
} from '../core/entities/entity-messages';
import type { EventRaised, HistoryEvent } from '../core/history/history';
import type { EntityForm } from '../core/ports/passthrough-host';
import { saysUnknownFunction } from '../core/values/unknown-function';
import { isEntityId } from '../core/values/instance-id';
import type { HistoryEvent as ProtoEvent } from '../wire/generated/task-hub-sidecar';
import { protoEvent } from './to-proto';

interface Sender {
  instanceId: string;
  executionId: string;
}

/** L1. Everything else stays as it is. */
export function legacyDecisions(decisions: readonly Decision[], from: Sender): Decision[] {
  return decisions.map((decision) => (isEntityDecision(decision) ? legacyDecision(decision, from) : decision));
}

function isEntityDecision(decision: Decision): decision is EntityDecision {
  const { type } = decision;
  return type === 'CallEntity' || type === 'SignalEntity' || type === 'LockEntities' || type === 'UnlockEntity';
}

function legacyDecision(decision: EntityDecision, { instanceId: parent, executionId: parentExecution }: Sender): SendEvent {
  const { id } = decision;
  const send = (instanceId: string, name: string, input: string): SendEvent => ({
    type: 'SendEvent',
    id,
    instanceId,
    name,
    input,
  });
  switch (decision.type) {
    case 'CallEntity':
    case 'SignalEntity': {
      const { requestId, instanceId, operation, input, scheduledTime } = decision;
      const request: EntityRequest = {
        id: requestId,
        op: operation,
        ...(decision.type === 'SignalEntity' ? { signal: true } : {}),
        ...(input === null ? {} : { input }),
        parent,
        parentExecution,
        ...(scheduledTime === undefined ? {} : { due: scheduledTime }),
      };
      return send(instanceId, requestEventName(scheduledTime), requestText(request));
    }
    case 'LockEntities': {
      const lockset = lockOrder(decision.lockSet).flatMap((one) => parseEntityId(one) ?? []);
      const request: EntityRequest = { id: decision.criticalSectionId, parent, parentExecution, lockset, pos: 0 };
      return send(lockOrder(decision.lockSet)[0] ?? '', requestEventName(undefined), requestText(request));
    }
    case 'UnlockEntity':
      return send(decision.instanceId, releaseName, releaseText(parent, decision.criticalSectionId));
  }
}

/** L2. `before` are the rows of the generation, up to the event or further. Null: not told. */
export function eventInForm(
  form: EntityForm,
  event: HistoryEvent,
  before: readonly HistoryEvent[],
  from: Sender,
): ProtoEvent | null {
  if (form === 'event') return withoutDetails(event, protoEvent(legacyEvent(event, from)));
  if (event.EventType === 'EventRaised' && isLockRequest(event.Name, before)) {
    const { EventId, IsPlayed, Timestamp, Name } = event;
    return protoEvent({ EventType: 'EntityLockGranted', EventId, IsPlayed, Timestamp, CriticalSectionId: Name });
  }
  return protoEvent(event);
}

/**
 * L3. The extension tells .NET of a failure that has no FailureDetails (a child that was terminated, a durable HTTP call) without them, which its
 * package takes as it can (recorded). An unknown function is named all the same.
 */
function withoutDetails(event: HistoryEvent, told: ProtoEvent | null): ProtoEvent | null {
  if (event.EventType !== 'TaskFailed' && event.EventType !== 'SubOrchestrationInstanceFailed') return told;
  if (event.FailureDetails != null || saysUnknownFunction(event.Reason)) return told;
  const type = told?.eventType;
  if (type?.$case === 'taskFailed' || type?.$case === 'subOrchestrationInstanceFailed') type.value.failureDetails = undefined;
  return told;
}

/** A row of the scheduler's kinds as Durable Functions has it; every other is returned as it is. */
export function legacyEvent(event: HistoryEvent, from: Sender): HistoryEvent {
  const { EventId, IsPlayed, Timestamp } = event;
  const sent = (decision: EntityDecision): HistoryEvent => {
    const { instanceId: InstanceId, name: Name, input: Input } = legacyDecision(decision, from);
    return { EventType: 'EventSent', EventId, IsPlayed, Timestamp, InstanceId, Name, Input };
  };
  const raised = (Name: string, answer: EntityAnswer): EventRaised => ({
    EventType: 'EventRaised',
    EventId,
    IsPlayed,
    Timestamp,
    Name,
    Input: JSON.stringify(answer),
  });
  switch (event.EventType) {
    case 'EntityOperationCalled':
    case 'EntityOperationSignaled': {
      const { RequestId: requestId, TargetInstanceId: instanceId, Operation: operation, Input: input, ScheduledTime } = event;
      return sent({
        type: event.EventType === 'EntityOperationCalled' ? 'CallEntity' : 'SignalEntity',
        id: EventId,
        requestId,
        instanceId,
        operation,
        input,
        ...(ScheduledTime == null ? {} : { scheduledTime: ScheduledTime }),
      });
    }
    case 'EntityLockRequested':
      return sent({ type: 'LockEntities', id: EventId, criticalSectionId: event.CriticalSectionId, lockSet: event.LockSet });
    case 'EntityUnlockSent': {
      const { CriticalSectionId: criticalSectionId, TargetInstanceId: instanceId } = event;
      return sent({ type: 'UnlockEntity', id: EventId, criticalSectionId, instanceId });
    }
    case 'EntityOperationCompleted':
      return raised(event.RequestId, { result: event.Output });
    case 'EntityOperationFailed': {
      const { RequestId, FailureDetails: failureDetails } = event;
      return raised(RequestId, { result: null, exceptionType: failureDetails.ErrorMessage, failureDetails });
    }
    case 'EntityLockGranted':
      return raised(event.CriticalSectionId, { result: null });
    default:
      return event;
  }
}

function isLockRequest(id: string, events: readonly HistoryEvent[]): boolean {
  return events.some(
    (event) =>
      event.EventType === 'EventSent' &&
      isEntityId(event.InstanceId) &&
      event.Input?.includes(id) === true &&
      readRequest(event.Input)?.id === id &&
      readRequest(event.Input)?.lockset !== undefined,
  );
}
