/** Instance rows as panels are sent them. */
import type { InstanceRow } from '../core/instances/instance';
import { readableFailure } from '../core/values/serialised-exception';
import type { FailureDetails } from '../core/history/history';
import type { FailureValue, InstanceDetails, InstanceSummary, SourceLocation } from './panel-values';
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
): InstanceDetails {
  return {
    ...toInstanceSummary(row),
    customStatus: row.customStatus,
    executionId: row.executionId,
    input: row.input,
    output: row.runtimeStatus === 'Failed' && row.output !== null ? readableFailure(row.output) : row.output,
    generation: row.generation,
    tags: row.tags === null ? null : { ...row.tags },
    failureDetails: row.failureDetails === null ? null : toFailureValue(row.failureDetails),
    failureStack: row.failureStack ?? null,
    failureLocation: locations.failure,
    codeLocation: locations.code,
  };
}

function toFailureValue(failure: FailureDetails): FailureValue {
  return {
    ErrorType: failure.ErrorType,
    ErrorMessage: failure.ErrorMessage,
    IsNonRetriable: failure.IsNonRetriable,
    ...(failure.StackTrace === undefined ? {} : { StackTrace: failure.StackTrace }),
    ...(failure.InnerFailure ? { InnerFailure: toFailureValue(failure.InnerFailure) } : {}),
  };
}

function failureLine(row: InstanceRow): string {
  const whole = row.failureDetails?.ErrorMessage ?? readableFailure(row.output ?? 'Failed without a message');
  return whole.split('\n', 1)[0] ?? '';
}

function cut(value: string | null): string | null {
  if (value === null || value.length <= summaryTextLimit) return value;
  return `${value.slice(0, summaryTextLimit - 1)}…`;
}
