/** Rows of an Azure Storage history table (spec/engine.md 1.4), exported as JSON or CSV. */
import { countText } from '../base/count-text';
import { unescapeKey } from '../core/values/table-key';
import { plainRow, type TableRow } from './typed-rows';

type Row = TableRow;

interface TableHistory {
  instanceId: string;
  events: Row[];
  notes: string[];
}

/** One history for each partition that has events. */
export function fromTableRows(rows: readonly Row[]): TableHistory[] {
  const partitions = new Map<string, Row[]>();
  for (const given of rows) {
    const row = plainRow(given);
    const key = text(row['PartitionKey']) ?? '';
    const partition = partitions.get(key);
    if (partition === undefined) partitions.set(key, [row]);
    else partition.push(row);
  }
  return [...partitions].flatMap(([key, partition]) => {
    const history = fromPartition(key, partition);
    return history === null ? [] : [history];
  });
}

function fromPartition(key: string, rows: readonly Row[]): TableHistory | null {
  const events = rows
    .filter((row) => (text(row['EventType']) ?? '') !== '')
    .sort((a, b) => compare(text(a['RowKey']) ?? '', text(b['RowKey']) ?? ''));
  if (events.length === 0) return null;
  const notes: string[] = [];
  // Rows of an earlier generation may lie behind those of the present one.
  const sentinel = rows.find((row) => text(row['RowKey']) === 'sentinel');
  const current = text(sentinel?.['ExecutionId']) ?? text(events[0]?.['ExecutionId']);
  const own = current === undefined ? events : events.filter((row) => (text(row['ExecutionId']) ?? current) === current);
  if (own.length < events.length)
    notes.push(
      `${countText(events.length - own.length, 'row of another generation is', 'rows of another generation are')} left out.`,
    );
  const blobs = own.flatMap((row, index) =>
    Object.keys(row)
      .filter((name) => name.endsWith('BlobName') && (text(row[name]) ?? '') !== '')
      .map((name) => `${name.slice(0, -'BlobName'.length)} of row ${index + 1}`),
  );
  if (blobs.length > 0) {
    notes.push(
      `Large values lie in blobs, which the export does not hold; the code is given null for them: ${blobs.join(', ')}.`,
    );
  }
  if (sentinel !== undefined && String(sentinel['IsCheckpointComplete']).toLowerCase() === 'false') {
    notes.push('The last episode was being written when this was read: rows of it may be missing.');
  }
  const instanceId = unescapeKey(key);
  return { instanceId, notes, events: own.map((row) => eventOfRow(row, instanceId, current)) };
}

/** The event in a plain row (typed-rows.ts). */
export function eventOfRow(row: Row, instanceId: string, executionId: string | undefined): Row {
  const event: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (bookkeeping.has(name)) continue;
    // An empty text stands where the value lies in a blob.
    event[name] = value === '' && (text(row[`${name}BlobName`]) ?? '') !== '' ? null : value;
  }
  event['Timestamp'] = row['_Timestamp'] ?? row['Timestamp'];
  delete event['_Timestamp'];
  if (event['EventType'] === 'ExecutionStarted') {
    event['Version'] ??= '';
    event['OrchestrationInstance'] ??= { InstanceId: instanceId, ExecutionId: executionId ?? '' };
  }
  return event;
}

const bookkeeping = new Set(['PartitionKey', 'RowKey', 'ExecutionId']);

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}
