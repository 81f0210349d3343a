/** A row of an Instances table as the instance that it tells of (spec/attach.md 1.2). */
import type { Tags } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import { type OrchestrationStatus, orchestrationStatusNumbers } from '../../core/values/status';
import { unescapeKey } from '../../core/values/table-key';
import { timestamp, unknownTime } from '../../replay/canonical-event';
import type { TableRow } from '../../replay/typed-rows';

/** Of lists: values that may be large are left on the server. */
export const listColumns = [
  'PartitionKey',
  'RowKey',
  'ExecutionId',
  'Name',
  'Version',
  'RuntimeStatus',
  'CustomStatus',
  'CreatedTime',
  'LastUpdatedTime',
  'CompletedTime',
  'ScheduledStartTime',
  'Generation',
  'Tags',
  'ParentInstanceId',
] as const;

/** Whether the row is one of an Instances table. */
export function isInstanceRow(row: TableRow): boolean {
  return typeof row['RuntimeStatus'] === 'string' && typeof row['PartitionKey'] === 'string';
}

/** `input` and `output` as they stand in the row: they may be addresses of blobs. */
export function instanceOf(row: TableRow): InstanceRow {
  const status = statusOf(row['RuntimeStatus']);
  const createdTime = timestamp(row['CreatedTime']) ?? timestamp(row['LastUpdatedTime']) ?? unknownTime;
  return {
    instanceId: unescapeKey(textOf(row['PartitionKey']) ?? ''),
    executionId: textOf(row['ExecutionId']) ?? '',
    name: textOf(row['Name']) ?? '',
    version: textOf(row['Version']) ?? '',
    runtimeStatus: status.status,
    input: textOf(row['Input']) ?? null,
    output: textOf(row['Output']) ?? null,
    // "No status" is the JSON text `null`.
    customStatus: jsonText(row['CustomStatus']),
    createdTime,
    lastUpdatedTime: timestamp(row['LastUpdatedTime']) ?? createdTime,
    completedTime: timestamp(row['CompletedTime']) ?? null,
    scheduledStartTime: timestamp(row['ScheduledStartTime']) ?? null,
    parentInstanceId: textOf(row['ParentInstanceId']) || null,
    generation: typeof row['Generation'] === 'number' ? row['Generation'] : 0,
    tags: tagsOf(row['Tags']),
    failureDetails: null,
    awaitedEvents: [],
    historyLength: 0,
    ...(status.note === undefined ? {} : { stuck: status.note }),
  };
}

/** A status that is not known here does not hide the instance: it is shown as running, with a word. */
function statusOf(value: unknown): { status: OrchestrationStatus; note?: string } {
  if (typeof value === 'string' && Object.hasOwn(orchestrationStatusNumbers, value))
    return { status: value as OrchestrationStatus };
  return {
    status: 'Running',
    note: `The table says '${String(value)}' for its runtime status, which Durascope does not know; it is shown as Running.`,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function jsonText(value: unknown): string | null {
  return typeof value !== 'string' || value === '' || value === 'null' ? null : value;
}

function tagsOf(value: unknown): Tags | null {
  const text = jsonText(value);
  if (text === null) return null;
  try {
    const tags: unknown = JSON.parse(text);
    return typeof tags === 'object' && tags !== null ? (tags as Tags) : null;
  } catch {
    // Written by hand: an instance without tags is better than none.
    return null;
  }
}
