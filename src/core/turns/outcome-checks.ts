/** What the host makes of a worker's outcome before it becomes history. */
import { customStatusProblem } from '../values/custom-status';
import type { CompleteOrchestration, Decision } from '../decisions/decisions';
import type { ExecutionTerminated, FailureDetails, HistoryEvent } from '../history/history';
import { asideProblem, charsIn, maxAsideChars, maxValueChars, units, valueProblem } from '../values/value-limit';
import { chosenEntityIdProblem, parseEntityId } from '../values/entity-id';
import { childInstanceIdProblem } from '../values/instance-id';
import type { EpisodeOutcome } from '../ports/function-worker';

export interface OutcomeContext {
  /** Function name of the orchestrator. */
  name: string;
  newEvents: readonly HistoryEvent[];
  /** Custom status before the episode: what remains when the new one is refused. */
  customStatus: string | null;
  /** A free id at least as high as every id that the generation has used. */
  nextId: number;
  /** Default: `maxValueChars`. */
  maxValueChars?: number;
}

/**
 * The outcome with the host's own refusals in it: a custom status over the limit and the use of a feature that is not there fail
 * the orchestration, keeping what else it scheduled; a terminate ends it whatever the worker says.
 */
export function checkOutcome(answer: EpisodeOutcome, context: OutcomeContext): EpisodeOutcome {
  // For the user's eyes only: nothing is failed for them.
  const outcome =
    charsIn([answer.awaitedEvents, answer.stuck, answer.waits?.unawaited, answer.astray]) <= maxAsideChars
      ? answer
      : withoutNotes(answer);
  const tooLarge = customStatusProblem(outcome.customStatus);
  if (tooLarge !== null) {
    return failing({ ...outcome, customStatus: context.customStatus }, context, tooLarge, outcome.decisions);
  }
  const problemOf = (decision: Decision): string | null => misnames(decision) ?? tooLong(decision, context.maxValueChars);
  const refused = outcome.decisions.find((decision) => problemOf(decision) !== null);
  if (refused !== undefined) {
    return failing(
      outcome,
      context,
      problemOf(refused) ?? '',
      outcome.decisions.filter((decision) => problemOf(decision) === null),
    );
  }
  const terminated = terminationIn(context.newEvents);
  if (terminated === undefined || completionIn(outcome.decisions) !== undefined) return outcome;
  const id = nextIdAfter(outcome.decisions, context.nextId);
  return { ...outcome, decisions: [...outcome.decisions, termination(id, terminated)] };
}

export function terminationIn(events: readonly HistoryEvent[]): ExecutionTerminated | undefined {
  return events.find((event): event is ExecutionTerminated => event.EventType === 'ExecutionTerminated');
}

export function termination(id: number, terminated: ExecutionTerminated): CompleteOrchestration {
  return { type: 'CompleteOrchestration', id, status: 'Terminated', result: terminated.Input };
}

/** Failure by the host. Without `failureDetails` the text is what profile A hosts write. */
export function hostFailure(id: number, name: string, reason: string, failureDetails?: FailureDetails): CompleteOrchestration {
  return {
    type: 'CompleteOrchestration',
    id,
    status: 'Failed',
    result: failureDetails === undefined ? `Orchestrator function '${name}' failed: ${reason}` : failureDetails.ErrorMessage,
    ...(failureDetails === undefined ? {} : { failureDetails }),
  };
}

function withoutNotes(answer: EpisodeOutcome): EpisodeOutcome {
  const outcome: EpisodeOutcome = { ...answer, awaitedEvents: [] };
  delete outcome.stuck;
  delete outcome.waits;
  delete outcome.astray;
  return outcome;
}

function failing(
  outcome: EpisodeOutcome,
  context: OutcomeContext,
  reason: string,
  decisions: readonly Decision[],
): EpisodeOutcome {
  const kept = decisions.filter((decision) => decision.type !== 'CompleteOrchestration');
  const id = completionIn(decisions)?.id ?? nextIdAfter(outcome.decisions, context.nextId);
  return { ...outcome, decisions: [...kept, hostFailure(id, context.name, reason)] };
}

function completionIn(decisions: readonly Decision[]): CompleteOrchestration | undefined {
  return decisions.find((decision) => decision.type === 'CompleteOrchestration');
}

function nextIdAfter(decisions: readonly Decision[], nextId: number): number {
  return decisions.reduce((next, decision) => Math.max(next, decision.id + 1), nextId);
}

/** What is wrong with the entity that a decision names, or with its naming one; null when nothing is. */
function misnames(decision: Decision): string | null {
  switch (decision.type) {
    case 'CreateSubOrchestration':
      return childInstanceIdProblem(decision.instanceId);
    case 'SendEvent':
      return decision.instanceId.startsWith('@') ? noEntity(decision.instanceId) : null;
    case 'CallEntity':
    case 'SignalEntity':
    case 'UnlockEntity':
      return noEntity(decision.instanceId);
    case 'LockEntities':
      return decision.lockSet.length === 0
        ? 'A critical section needs at least one entity to lock.'
        : (decision.lockSet.map(noEntity).find((problem) => problem !== null) ?? null);
    default:
      return null;
  }
}

function tooLong(decision: Decision, limit: number = maxValueChars): string | null {
  switch (decision.type) {
    case 'ScheduleTask': {
      const { name, version, tags, traceContext } = decision;
      return (
        asideProblem('Name, version and tags of an activity', name, version, tags, traceContext) ??
        valueProblem(`The input of the activity '${name}'`, decision.input, limit)
      );
    }
    case 'CreateSubOrchestration': {
      const { name, version, tags, traceContext } = decision;
      return (
        asideProblem('Name, version and tags of a sub-orchestration', name, version, tags, traceContext) ??
        valueProblem(`The input of the sub-orchestration '${name}'`, decision.input, limit)
      );
    }
    case 'SendEvent':
      return (
        asideProblem('Name and receiver of an event', decision.name, decision.instanceId) ??
        valueProblem(`What is sent to '${decision.instanceId}'`, decision.input, limit)
      );
    case 'CallEntity':
    case 'SignalEntity':
      return (
        asideProblem('Operation and id of what an entity is sent', decision.operation, decision.requestId) ??
        valueProblem(`The input of the operation '${decision.operation}' of '${decision.instanceId}'`, decision.input, limit)
      );
    case 'LockEntities':
      return asideProblem('The entities of a critical section', decision.lockSet, decision.criticalSectionId);
    case 'CreateTimer':
      return asideProblem('Times of a timer', decision.fireAt);
    case 'CompleteOrchestration': {
      const what = decision.status === 'ContinuedAsNew' ? 'The input of the next generation' : 'The output';
      return (
        asideProblem('Versions', decision.newVersion) ??
        valueProblem(what, decision.result, limit) ??
        valueProblem('The text of the failure', decision.details, limit) ??
        detailsProblem(decision.failureDetails, limit)
      );
    }
    default:
      return null;
  }
}

/** Messages and stacks of a failure and of those inside it. */
export function detailsProblem(details: FailureDetails | null | undefined, limit: number): string | null {
  const count = charsIn(details);
  if (count <= limit) return null;
  return `The details of the failure have ${units(count)} characters, and there is room for ${units(limit)}. Throw an error with a shorter text.`;
}

function noEntity(instanceId: string): string | null {
  const id = parseEntityId(instanceId);
  if (id !== null) return chosenEntityIdProblem(id);
  return `'${instanceId}' is not the id of an entity: entities are addressed as '@name@key'.`;
}
