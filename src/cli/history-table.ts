import type { HistoryRow } from '../core/history/history-rows';
import { type Column, tableLines } from './table';
import type { Style, Terminal } from './terminal';

/** The table of the document "Durable orchestrations", and further columns for what a history holds beyond it. */
export function printHistory(rows: readonly HistoryRow[], terminal: Terminal): void {
  for (const line of tableLines(rows, columns, terminal.columns, terminal.style)) terminal.print(line);
}

const field =
  (...names: string[]) =>
  (row: HistoryRow): string => {
    for (const name of names) {
      const value = row[name];
      if (value !== undefined && value !== null) return typeof value === 'string' ? value : JSON.stringify(value);
    }
    return '';
  };

const columns: readonly Column<HistoryRow>[] = [
  { header: 'EventType', cell: (row) => row.EventType, paint: paintType },
  {
    header: 'Timestamp',
    cell: (row) => row.Timestamp.replace(/(\.\d{3})\d*Z$/, '$1Z'),
    paint: (text, _row, style) => style.dim(text),
  },
  // The document shows the missing input of a start as null.
  {
    header: 'Input',
    cell: (row) => (row.EventType === 'ExecutionStarted' ? field('Input')(row) || 'null' : field('Input', 'Data')(row)),
    minWidth: 10,
  },
  { header: 'Name', cell: field('Name'), minWidth: 10 },
  { header: 'Result', cell: field('Result'), minWidth: 12 },
  { header: 'Status', cell: field('OrchestrationStatus'), paint: paintStatus },
  { header: 'EventId', cell: (row) => (row.EventId < 0 ? '' : String(row.EventId)) },
  // From 1 in the order of writing: as people count, and as a fork takes it.
  {
    header: 'Row',
    cell: (row) => String(Number.parseInt(row.RowKey, 16) + 1),
    paint: (text, _row, style) => style.dim(text),
  },
  { header: 'Answers', cell: field('TaskScheduledId', 'TimerId'), optional: true },
  { header: 'FireAt', cell: (row) => field('FireAt')(row).replace(/(\.\d{3})\d*Z$/, '$1Z'), optional: true },
  { header: 'InstanceId', cell: field('InstanceId'), optional: true, minWidth: 12 },
  { header: 'Note', cell: field('Note'), optional: true, minWidth: 12 },
  { header: 'Reason', cell: field('Reason'), optional: true, minWidth: 12 },
];

function paintType(text: string, row: HistoryRow, style: Style): string {
  if (row.EventType.endsWith('Failed')) return style.red(text);
  if (row.EventType === 'OrchestratorStarted' || row.EventType === 'OrchestratorCompleted') return style.dim(text);
  return text;
}

function paintStatus(text: string, _row: HistoryRow, style: Style): string {
  return paintRuntimeStatus(text, style);
}

/** Keeps the padding of a cell. */
export function paintRuntimeStatus(text: string, style: Style): string {
  switch (text.trim()) {
    case 'Completed':
      return style.green(text);
    case 'Failed':
    case 'Terminated':
      return style.red(text);
    case 'Suspended':
    case 'Pending':
      return style.yellow(text);
    default:
      return style.cyan(text);
  }
}
