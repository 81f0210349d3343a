/** A history as text for other tools. */
import type { HistoryEvent } from '../../core/history/history';
import { cellText, durationColumn, type HistoryColumn } from './history-columns';

/** One field by RFC 4180: quoted when it holds a comma, a quote or a line break. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** CSV with a header line and CRLF, one line a row, of what is stored. `rows` are positions in the commit order. */
export function historyCsv(
  events: readonly HistoryEvent[],
  rows: readonly number[],
  shown: readonly HistoryColumn[],
  instanceId: string,
): string {
  const columns = shown.filter(({ id }) => id !== durationColumn);
  const lines = [columns.map((column) => csvField(column.title)).join(',')];
  for (const at of rows) {
    const event = events[at];
    if (event === undefined) continue;
    lines.push(columns.map((column) => csvField(cellText(event, column.id, instanceId))).join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** JSON array of the rows as they are stored, indented by two; `withKept`: with the inputs that are kept beside the history. */
export function historyJson(events: readonly HistoryEvent[], rows: readonly number[], withKept = false): string {
  return `${JSON.stringify(
    rows.map((at) => events[at]),
    (key, value: unknown) => (key === 'KeptInput' && !withKept ? undefined : value),
    2,
  )}\n`;
}
