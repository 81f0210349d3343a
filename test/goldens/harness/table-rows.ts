/**
 * An instance of the emulator as DurableTask.AzureStorage would have stored it: the rows of its History and Instances tables. Columns that
 * the store writes whatever happened (Tags, ParentTraceContext …) are added, what it leaves out (nulls) is left out.
 */
import type { HistoryEvent, HistoryEventType } from '../../../src/core/history/history';
import type { InstanceRow } from '../../../src/core/instances/instance';
import type { InstanceTables, TableRow } from './recording';

/** Texts over so many bytes of UTF-16 go to blobs. */
const largestColumn = 60 * 1024;

/** Columns that hold an object as JSON text; `null` where there is none. */
const objectColumns: Partial<Record<HistoryEventType, readonly string[]>> = {
  ExecutionStarted: ['OrchestrationInstance', 'ParentInstance', 'Tags', 'ParentTraceContext'],
  ExecutionCompleted: ['FailureDetails'],
  TaskScheduled: ['Tags', 'ParentTraceContext'],
  TaskFailed: ['FailureDetails'],
  SubOrchestrationInstanceCreated: ['Tags'],
  SubOrchestrationInstanceFailed: ['FailureDetails'],
  EventRaised: ['ParentTraceContext'],
};

export function tablesOf(row: InstanceRow | undefined, history: readonly HistoryEvent[]): InstanceTables {
  if (row === undefined) return { History: [], Instances: [] };
  const { executionId } = row;
  const rows = history.map((event, index) => historyRow(row.instanceId, event, index, executionId));
  const sentinel = {
    RowKey: 'sentinel',
    ExecutionId: executionId,
    IsCheckpointComplete: true,
    CheckpointCompletedTimestamp: row.lastUpdatedTime,
  };
  return { History: rows.length === 0 ? [] : [...rows, sentinel], Instances: [instanceRow(row, rows)] };
}

function historyRow(instanceId: string, event: HistoryEvent, index: number, executionId: string): TableRow {
  const RowKey = index.toString(16).toUpperCase().padStart(16, '0');
  const { Timestamp, EventType, ...fields } = event as HistoryEvent & Record<string, unknown>;
  delete fields['QueuedMs'];
  delete fields['KeptInput'];
  const isEnd = 'OrchestrationStatus' in fields;
  const type = isEnd ? 'ExecutionCompleted' : event.EventType === 'GenericEvent' ? typeBefore(event.Reason) : EventType;
  delete fields['Note'];
  const row: TableRow = { RowKey, EventType, ExecutionId: executionId, _Timestamp: Timestamp };
  for (const column of objectColumns[type] ?? []) fields[column] ??= null;
  if (type === 'ExecutionStarted') fields['GenerateNewTrace'] ??= false;
  for (const [column, value] of Object.entries(fields)) {
    if (objectColumns[type]?.includes(column) === true) row[column] = JSON.stringify(value);
    else if (typeof value === 'string' && value.length * 2 > largestColumn) {
      row[column] = '';
      row[`${column}BlobName`] = `${instanceId}/history-${RowKey}-${EventType}-HASH-${column}.json.gz`;
    } else if (value !== null && value !== undefined) row[column] = value as string | number | boolean;
  }
  return row;
}

function instanceRow(row: InstanceRow, history: readonly TableRow[]): TableRow {
  const isEntity = row.instanceId.startsWith('@');
  const columns: Record<string, string | number | boolean | null> = {
    RowKey: '',
    Name: row.name,
    Version: row.version === '' && row.parentInstanceId === null && !isEntity ? null : row.version,
    Input: row.input,
    Output: row.output,
    CustomStatus: row.customStatus ?? 'null',
    CreatedTime: row.createdTime,
    LastUpdatedTime: row.lastUpdatedTime,
    // Of what was rewound, and of a child that runs again under its id, the time of the end before, until the next.
    CompletedTime: row.completedTime ?? rewoundEnd(history) ?? earlierEnd(row, history),
    ScheduledStartTime: row.scheduledStartTime,
    RuntimeStatus: row.runtimeStatus,
    TaskHubName: 'GoldenHub',
    ExecutionId: row.executionId,
    Generation: row.generation,
    Tags: JSON.stringify(row.tags),
    ParentInstanceId: row.parentInstanceId ?? '',
  };
  const blobs = { Output: ['ExecutionCompleted', 'ResultBlobName'], Input: ['ExecutionStarted', 'InputBlobName'] } as const;
  for (const [column, [type, name]] of Object.entries(blobs)) {
    const text = columns[column];
    if (typeof text !== 'string' || text.length * 2 <= largestColumn) continue;
    const event = history.findLast((each) => each['EventType'] === type);
    const blob = String(event?.[name]).split('/').map(encodeURIComponent).join('/');
    columns[column] = `http://HOST/devstoreaccount1/HUB-largemessages/${blob}`;
    // A client's start puts its input into a blob of its own first; the row that an end in a blob writes does not know of it. Entities are not started.
    if (
      column === 'Input' &&
      !row.instanceId.startsWith('@') &&
      event?.['Generation'] !== undefined &&
      !(columns['Output'] as string | null)?.startsWith('http')
    )
      columns['InputBlobName'] = `${row.instanceId}/history--Input-HASH-Input.json.gz`;
  }
  return Object.fromEntries(Object.entries(columns).filter((entry): entry is [string, string] => entry[1] !== null));
}

function rewoundEnd(history: readonly TableRow[]): string | null {
  const end = history.findLast((row) => row['EventType'] === 'GenericEvent' && 'OrchestrationStatus' in row);
  return end === undefined ? null : String(end['_Timestamp']);
}

/** With the output of the run before; the reason of a suspend or resume is an output too. */
function earlierEnd({ output, parentInstanceId, createdTime }: InstanceRow, history: readonly TableRow[]): string | null {
  if (output === null || parentInstanceId === null) return null;
  return history.some((row) => /^Execution(Suspended|Resumed)$/.test(String(row['EventType']))) ? null : createdTime;
}

/** A row that was rewound has the columns of what it was. */
function typeBefore(reason: string | null | undefined): HistoryEventType {
  return (/^Rewound: (\w+)$/.exec(reason ?? '')?.[1] as HistoryEventType | undefined) ?? 'GenericEvent';
}
