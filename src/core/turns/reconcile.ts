/** Which messages of an inbox become history (spec/engine.md 2.3 and 2.10.18). */
import type { Generation, OpenWork } from './generation';
import { failureOf, readAnswer } from '../entities/entity-messages';
import type { HistoryEvent, InboundEvent } from '../history/history';

export type Refusal =
  /** A second ExecutionStarted. */
  | 'startedBefore'
  /** Meant for a generation that is over. */
  | 'otherGeneration'
  /** Answers an id that this generation never scheduled. */
  | 'notScheduled'
  /** Answers an id that has its answer: the first one counts. */
  | 'answeredBefore';

/**
 * Null when `event` is to be appended to `generation`, whose ExecutionId is `current`. `executionId` is the message's; null means
 * whatever generation is current. `answered`: ids answered by messages taken before it in the same batch, if any are; the id is added.
 */
export function refusalOf(
  event: InboundEvent,
  executionId: string | null,
  current: string,
  generation: Generation,
  answered?: Set<number>,
): Refusal | null {
  if (executionId !== null && executionId !== current) return 'otherGeneration';
  switch (event.EventType) {
    case 'ExecutionStarted':
      if (event.OrchestrationInstance.ExecutionId !== current) return 'otherGeneration';
      return generation.isEmpty ? null : 'startedBefore';
    case 'TaskCompleted':
    case 'TaskFailed':
      return answer(event.TaskScheduledId, 'activity', generation, answered);
    case 'SubOrchestrationInstanceCompleted':
    case 'SubOrchestrationInstanceFailed':
      return answer(event.TaskScheduledId, 'child', generation, answered);
    case 'TimerFired':
      return answer(event.TimerId, 'timer', generation, answered);
    case 'EventRaised':
      // Addressed to one generation: the answer of an entity (entity-messages.ts M2).
      return executionId === null || generation.entityRequests.has(event.Name) ? null : 'notScheduled';
    case 'ExecutionTerminated':
    case 'ExecutionSuspended':
    case 'ExecutionResumed':
    case 'ExecutionRewound':
    case 'GenericEvent':
      return null;
  }
}

/**
 * The event as this history has it: the answer of an entity whose request stands there as a row of its own kind is one too
 * (worker-replayed SDKs); everything else is appended as it came.
 */
export function asHistory(event: InboundEvent, generation: Generation): HistoryEvent {
  if (event.EventType !== 'EventRaised') return event;
  const form = generation.entityRequests.get(event.Name);
  if (form === undefined || form === 'event') return event;
  const { EventId, IsPlayed, Timestamp, Name } = event;
  if (form === 'lock') return { EventType: 'EntityLockGranted', EventId, IsPlayed, Timestamp, CriticalSectionId: Name };
  const answer = readAnswer(event.Input);
  const failure = failureOf(answer);
  return failure === null
    ? { EventType: 'EntityOperationCompleted', EventId, IsPlayed, Timestamp, RequestId: Name, Output: answer.result }
    : { EventType: 'EntityOperationFailed', EventId, IsPlayed, Timestamp, RequestId: Name, FailureDetails: failure };
}

function answer(id: number, work: OpenWork, generation: Generation, answered: Set<number> | undefined): Refusal | null {
  if (generation.open.get(id) !== work) return generation.hasScheduled(id) ? 'answeredBefore' : 'notScheduled';
  if (answered?.has(id) === true) return 'answeredBefore';
  answered?.add(id);
  return null;
}
