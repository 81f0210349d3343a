/** Results and failures that a fork is given in place of recorded ones. */
import { typedAnswerText } from '../entities/entity-messages';
import type { FailureDetails, HistoryEvent } from '../history/history';
import type { ForkChange } from '../instances/forks';
import type { BehaviourProfile } from '../values/behaviour-profile';
import { DurascopeError } from '../values/errors';
import { serialisedException } from '../values/serialised-exception';

/** The answer to `cause` as the engine would have written it. */
export function answerTo(
  cause: HistoryEvent,
  change: Extract<ForkChange, { type: 'result' | 'failure' }>,
  { Timestamp }: Pick<HistoryEvent, 'Timestamp'>,
  profile: BehaviourProfile,
): HistoryEvent {
  const envelope = { EventId: -1, IsPlayed: false, Timestamp };
  if (change.type === 'failure') return failureAnswer(cause, change, envelope, profile);
  switch (cause.EventType) {
    case 'TaskScheduled':
      return { ...envelope, EventType: 'TaskCompleted', TaskScheduledId: cause.EventId, Result: change.value };
    case 'SubOrchestrationInstanceCreated':
      return {
        ...envelope,
        EventType: 'SubOrchestrationInstanceCompleted',
        TaskScheduledId: cause.EventId,
        Result: change.value,
      };
    case 'EventRaised':
      return {
        ...envelope,
        EventType: 'EventRaised',
        Name: cause.Name,
        Input: typedAnswerText(JSON.stringify({ result: change.value })),
      };
    default:
      throw new DurascopeError('InvalidArgument', `A ${cause.EventType} row has no result.`);
  }
}

function failureAnswer(
  cause: HistoryEvent,
  { errorType, message }: Extract<ForkChange, { type: 'failure' }>,
  envelope: Pick<HistoryEvent, 'EventId' | 'IsPlayed' | 'Timestamp'>,
  profile: BehaviourProfile,
): HistoryEvent {
  const details: FailureDetails = {
    ErrorType: errorType,
    ErrorMessage: message,
    StackTrace: null,
    InnerFailure: null,
    IsNonRetriable: false,
  };
  switch (cause.EventType) {
    case 'TaskScheduled': {
      const { EventId: TaskScheduledId, Name } = cause;
      const answer = { ...envelope, EventType: 'TaskFailed', TaskScheduledId } as const;
      if (profile === 'G') return { ...answer, Reason: message, Details: '', FailureDetails: details };
      // The host of the JSON protocol knows the message alone.
      const Reason = `Activity function '${Name}' failed:  ${message}`;
      return { ...answer, Reason, Details: serialisedException(message, `${errorType}: ${message}`), FailureDetails: null };
    }
    case 'SubOrchestrationInstanceCreated': {
      const { EventId: TaskScheduledId, Name } = cause;
      const answer = { ...envelope, EventType: 'SubOrchestrationInstanceFailed', TaskScheduledId } as const;
      if (profile === 'G') return { ...answer, Reason: message, Details: '', FailureDetails: details };
      const Details = `Message: ${message}, StackTrace: ${errorType}: ${message}`;
      return {
        ...answer,
        Reason: `Orchestrator function '${Name}' failed: ${message} \n ${Details}`,
        Details,
        FailureDetails: null,
      };
    }
    case 'EventRaised': {
      const answer = { result: JSON.stringify(message), exceptionType: 'Error' };
      return { ...envelope, EventType: 'EventRaised', Name: cause.Name, Input: typedAnswerText(JSON.stringify(answer)) };
    }
    default:
      throw new DurascopeError('InvalidArgument', `A ${cause.EventType} row cannot fail.`);
  }
}
