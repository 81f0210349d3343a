/** Instance rows as panels are sent them. */
import { type ForkOrigin, forkChangeText } from '../core/instances/forks';
import type { InstanceRow } from '../core/instances/instance';
import { rootCauseLine } from '../core/values/failure-text';
import { readableFailure } from '../core/values/serialised-exception';
import type { FailureDetails } from '../core/history/history';
import type { FailureLinkValue, FailureValue, InstanceDetails, InstanceSummary, SourceLocation } from './panel-values';
import { summaryTextLimit } from './panel-values';

export function toInstanceSummary(row: InstanceRow): InstanceSummary {
  return {
    instanceId: row.instanceId,
    name: row.name,
    version: row.version,
    runtimeStatus: row.runtimeStatus,
    createdTime: row.createdTime,
    lastUpdatedTime: row.lastUpdatedTime,
    completedTime: row.completedTime,
    scheduledStartTime: row.scheduledStartTime,
    parentInstanceId: row.parentInstanceId,
    customStatus: cut(row.customStatus),
    failure: row.runtimeStatus === 'Failed' ? cut(failureLine(row)) : null,
    historyLength: row.historyLength,
  };
}

export function toInstanceDetails(
  row: InstanceRow,
  locations: { failure: SourceLocation | null; code: SourceLocation | null },
  failureChain?: readonly FailureLinkValue[],
): InstanceDetails {
  return {
    ...toInstanceSummary(row),
    customStatus: row.customStatus,
    executionId: row.executionId,
    input: row.input,
    output: mayTellOfFailure(row.runtimeStatus) && row.output !== null ? readableFailure(row.output) : row.output,
    generation: row.generation,
    tags: row.tags === null ? null : { ...row.tags },
    failureDetails: row.failureDetails === null ? null : toFailureValue(row.failureDetails),
    failureStack: row.failureStack ?? null,
    ...(row.profile === undefined ? {} : { profile: row.profile }),
    ...(row.forkedFrom === undefined ? {} : { fork: forkOf(row.forkedFrom) }),
    failureLocation: locations.failure,
    codeLocation: locations.code,
    ...(failureChain === undefined ? {} : { failureChain: [...failureChain] }),
  };
}

/** Of what was rewound the failure's output stands until it ends. */
function mayTellOfFailure(status: InstanceRow['runtimeStatus']): boolean {
  return status === 'Failed' || status === 'Pending';
}

function forkOf({ instanceId, row, change, dry }: ForkOrigin): NonNullable<InstanceDetails['fork']> {
  return { instanceId, row, change: forkChangeText(change), isDry: dry === true };
}

function toFailureValue(failure: FailureDetails): FailureValue {
  return {
    ErrorType: failure.ErrorType,
    ErrorMessage: readableFailure(failure.ErrorMessage),
    IsNonRetriable: failure.IsNonRetriable,
    ...(failure.StackTrace === undefined ? {} : { StackTrace: failure.StackTrace }),
    ...(failure.InnerFailure ? { InnerFailure: toFailureValue(failure.InnerFailure) } : {}),
  };
}

/** The root cause in one line: what a list shows. */
export function failureLine(row: InstanceRow): string {
  let details = row.failureDetails;
  while (details?.InnerFailure != null) details = details.InnerFailure;
  return rootCauseLine(details?.ErrorMessage ?? row.output ?? 'Failed without a message');
}

function cut(value: string | null): string | null {
  if (value === null || value.length <= summaryTextLimit) return value;
  return `${value.slice(0, summaryTextLimit - 1)}…`;
}
