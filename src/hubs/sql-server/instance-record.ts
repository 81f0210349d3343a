/** A row of the provider's Instances table as the instance that it tells of. */
import type { FailureDetails, Tags } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import { isTerminal, type OrchestrationStatus, orchestrationStatusNumbers } from '../../core/values/status';
import { unknownTime } from '../../replay/canonical-event';
import type { InstanceRecord } from './statements';

export function instanceOf(record: InstanceRecord): InstanceRow {
  const { status, note } = statusOf(record.RuntimeStatus);
  const createdTime = record.CreatedTime ?? unknownTime;
  const failureDetails = status === 'Failed' ? failureIn(record.Output) : null;
  return {
    instanceId: record.InstanceID,
    executionId: record.ExecutionID,
    name: record.Name,
    version: record.Version ?? '',
    runtimeStatus: status,
    input: record.Input ?? null,
    output: record.Output,
    customStatus: record.CustomStatus === '' || record.CustomStatus === 'null' ? null : record.CustomStatus,
    createdTime,
    lastUpdatedTime: record.LastUpdatedTime ?? createdTime,
    completedTime: isTerminal(status) ? record.CompletedTime : null,
    scheduledStartTime: null,
    parentInstanceId: record.ParentInstanceID || null,
    generation: 0,
    tags: tagsIn(record.Tags ?? null),
    failureDetails,
    awaitedEvents: [],
    historyLength: record.HistoryLength ?? 0,
    ...(note === undefined ? {} : { stuck: note }),
  };
}

/** What the provider writes where a failure is told in details: they, as JSON. Null for any other text. */
export function failureIn(text: string | null): FailureDetails | null {
  if (text?.startsWith('{') !== true) return null;
  try {
    const given = JSON.parse(text) as Partial<FailureDetails>;
    return typeof given.ErrorType === 'string' ? failureOf(given) : null;
  } catch {
    // A message that begins so, or one that was cut off: it is shown as it is.
    return null;
  }
}

/** What is empty is left out of the JSON. */
function failureOf(given: Partial<FailureDetails>): FailureDetails {
  return {
    ErrorType: given.ErrorType ?? '',
    ErrorMessage: given.ErrorMessage ?? '',
    StackTrace: given.StackTrace ?? null,
    InnerFailure: given.InnerFailure == null ? null : failureOf(given.InnerFailure),
    IsNonRetriable: given.IsNonRetriable === true,
    ...(given.Properties == null ? {} : { Properties: given.Properties }),
  };
}

/** A status that is not known here does not hide the instance: it is shown as running, with a word. */
function statusOf(text: string): { status: OrchestrationStatus; note?: string } {
  if (Object.hasOwn(orchestrationStatusNumbers, text)) return { status: text as OrchestrationStatus };
  return {
    status: 'Running',
    note: `The table says '${text}' for its runtime status, which Durascope does not know; it is shown as Running.`,
  };
}

function tagsIn(text: string | null): Tags | null {
  if (text === null || text === '') return null;
  try {
    const tags: unknown = JSON.parse(text);
    return typeof tags === 'object' && tags !== null ? (tags as Tags) : null;
  } catch {
    // Written by hand: an instance without tags is better than none.
    return null;
  }
}
