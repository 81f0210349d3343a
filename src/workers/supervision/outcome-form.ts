/**
 * Whether what came out of a process with user code is an outcome at all: everything that the engine relies on, checked by hand because
 * thousands of them come in a second. Each answers what is wrong, in words, or null.
 */
import { fromTimestamp } from '../../core/values/time';

type Fields = Readonly<Record<string, unknown>>;

/** An `EpisodeOutcome` of profile A. */
export function episodeOutcomeProblem(value: unknown): string | null {
  if (!isObject(value)) return 'the outcome is missing';
  const { decisions, customStatus, awaitedEvents, stuck, waits, astray } = value;
  if (!Array.isArray(decisions)) return 'the decisions are no list';
  let highest = -1;
  for (let index = 0; index < decisions.length; index++) {
    const decision: unknown = decisions[index];
    if (!isObject(decision)) return `decision ${index} is no object`;
    const { id } = decision;
    if (!isId(id) || id <= highest) return `decision ${index} has no id above the one before`;
    highest = id;
    const problem = decisionProblem(decision);
    if (problem !== null) return `decision ${index} ${problem}`;
    if (decision['type'] === 'CompleteOrchestration' && index !== decisions.length - 1)
      return 'a decision follows the completion';
  }
  if (!isTextOrNull(customStatus)) return 'the custom status is no text';
  if (!isAbsentOr(stuck, 'string')) return 'why it is stuck is no text';
  if (waits !== undefined && !(isObject(waits) && isWaitFacts(waits))) return 'what is known of the waits is not as expected';
  if (astray !== undefined && !(Array.isArray(astray) && astray.every(isRowNote)))
    return 'what has gone astray is not as expected';
  return isTextList(awaitedEvents) ? null : 'the awaited events are no list of names';
}

function isWaitFacts({ retries, unawaited, codeEnded }: Fields): boolean {
  const isRetry = (entry: unknown): boolean =>
    Array.isArray(entry) && entry.length === 3 && entry.every((each) => Number.isSafeInteger(each));
  return (
    (retries === undefined || (Array.isArray(retries) && retries.every(isRetry))) &&
    (unawaited === undefined || isTextList(unawaited)) &&
    (codeEnded === undefined || codeEnded === true)
  );
}

function isRowNote(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isId(value[0]) && typeof value[1] === 'string';
}

function decisionProblem(decision: Fields): string | null {
  const { version, tags } = decision;
  switch (decision['type']) {
    case 'ScheduleTask':
      if (!isName(decision['name'])) return 'names no activity';
      if (!isTextOrNull(decision['input'])) return 'has an input that is no text';
      break;
    case 'CreateTimer':
      if (!isTime(decision['fireAt'])) return 'has no time to fire at';
      return isAbsentOr(decision['isCanceled'], 'boolean') ? null : 'is neither cancelled nor not';
    case 'CreateSubOrchestration':
      if (!isName(decision['name'])) return 'names no orchestrator';
      if (!isName(decision['instanceId'])) return 'has no instance id';
      if (!isTextOrNull(decision['input'])) return 'has an input that is no text';
      break;
    case 'SendEvent':
      if (!isName(decision['instanceId'])) return 'names no receiver';
      if (typeof decision['name'] !== 'string') return 'has no event name';
      return isTextOrNull(decision['input']) ? null : 'has an input that is no text';
    case 'CompleteOrchestration':
      return completionProblem(decision);
    default:
      return 'is of no known type';
  }
  if (!isAbsentOr(version, 'string')) return 'has a version that is no text';
  return tags === undefined || (isObject(tags) && Object.values(tags).every((tag) => typeof tag === 'string'))
    ? null
    : 'has tags that are no texts';
}

const ends: readonly unknown[] = ['Completed', 'Failed', 'Terminated', 'ContinuedAsNew'];

function completionProblem({ status, result, details, failureDetails, newVersion, carryoverEvents }: Fields): string | null {
  if (!ends.includes(status)) return 'ends the orchestration in no known way';
  if (!isTextOrNull(result)) return 'has a result that is no text';
  if (!isAbsentOr(details, 'string') || !isAbsentOr(newVersion, 'string')) return 'has details that are no text';
  if (failureDetails !== undefined && !areFailureDetails(failureDetails)) return 'has failure details of another form';
  if (carryoverEvents === undefined) return null;
  return Array.isArray(carryoverEvents) && carryoverEvents.every(isRaisedEvent) ? null : 'carries what are no events';
}

function isRaisedEvent(value: unknown): boolean {
  return (
    isObject(value) &&
    value['EventType'] === 'EventRaised' &&
    typeof value['Name'] === 'string' &&
    isTextOrNull(value['Input']) &&
    typeof value['EventId'] === 'number' &&
    typeof value['IsPlayed'] === 'boolean' &&
    isTime(value['Timestamp'])
  );
}

/** An `ActivityOutcome`. */
export function activityOutcomeProblem(value: unknown): string | null {
  if (!isObject(value)) return 'the outcome is missing';
  const { ok, result, reason, details, failureDetails } = value;
  if (ok === true) return isTextOrNull(result) ? null : 'the result is no text';
  if (ok !== false) return 'the outcome is neither a success nor a failure';
  if (typeof reason !== 'string' || typeof details !== 'string') return 'the failure has no reason';
  return failureDetails === undefined || failureDetails === null || areFailureDetails(failureDetails)
    ? null
    : 'the failure has details of another form';
}

/** An `EntityBatchOutcome` for a batch of so many operations. */
export function entityOutcomeProblem(value: unknown): string | null {
  if (!isObject(value)) return 'the outcome is missing';
  const { state, exists, results, actions } = value;
  if (!isTextOrNull(state)) return 'the state is no text';
  if (!isAbsentOr(exists, 'boolean')) return 'the entity neither exists nor does not';
  if (!Array.isArray(results)) return 'the results are no list';
  for (let index = 0; index < results.length; index++) {
    const result: unknown = results[index];
    if (!isObject(result) || !isTextOrNull(result['result'])) return `result ${index} is none`;
    if (result['ok'] === true) continue;
    if (result['ok'] !== false || typeof result['message'] !== 'string') return `result ${index} is none`;
    if (result['failureDetails'] !== undefined && !areFailureDetails(result['failureDetails'])) {
      return `result ${index} has failure details of another form`;
    }
  }
  if (!Array.isArray(actions)) return 'the actions are no list';
  const strange = actions.findIndex((action) => !isEntityAction(action));
  return strange < 0 ? null : `action ${strange} is of no known form`;
}

function isEntityAction(value: unknown): boolean {
  if (!isObject(value) || !isTextOrNull(value['input'])) return false;
  const { type, scheduledTime } = value;
  if (scheduledTime !== undefined && !isTime(scheduledTime)) return false;
  if (type === 'SendSignal') return isName(value['instanceId']) && typeof value['operation'] === 'string';
  return type === 'StartOrchestration' && isName(value['name']) && isAbsentOr(value['instanceId'], 'string');
}

const deepestFailure = 100;

function areFailureDetails(value: unknown, depth = 0): boolean {
  if (!isObject(value) || depth > deepestFailure) return false;
  const { ErrorType, ErrorMessage, StackTrace, InnerFailure, IsNonRetriable, Properties } = value;
  return (
    typeof ErrorType === 'string' &&
    typeof ErrorMessage === 'string' &&
    typeof IsNonRetriable === 'boolean' &&
    (StackTrace === undefined || isTextOrNull(StackTrace)) &&
    (InnerFailure === undefined || InnerFailure === null || areFailureDetails(InnerFailure, depth + 1)) &&
    (Properties === undefined || Properties === null || isObject(Properties))
  );
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTextOrNull(value: unknown): value is string | null {
  return typeof value === 'string' || value === null;
}

export function isAbsentOr(value: unknown, type: 'string' | 'boolean'): boolean {
  return value === undefined || typeof value === type;
}

function isTextList(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (let index = 0; index < value.length; index++) if (typeof value[index] !== 'string') return false;
  return true;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(fromTimestamp(value));
}
