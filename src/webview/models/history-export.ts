/** A history as text for other tools. */
import type { HistoryEvent } from '../../core/history/history';
import { charsOf } from '../../base/short-texts';
import { cellText, durationColumn, type HistoryColumn } from './history-columns';

/** One field by RFC 4180: quoted when it holds a comma, a quote or a line break. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What a panel hands over at once to be saved. */
export const maxSavedChars = 128 * 1024 * 1024;

/** Why these rows cannot be saved out of the panel, and what to do instead. */
export function savingProblem(events: readonly HistoryEvent[], rows: readonly number[], shortened: number): string | null {
  const instead = 'Use "Export Instances…", or durascope export, which writes the whole instance.';
  if (shortened > 0) return `Of long payloads only the beginning is in this panel. ${instead}`;
  let chars = 0;
  for (const at of rows) {
    chars += charsOf(events[at]);
    if (chars > maxSavedChars)
      return `These rows have more than ${maxSavedChars.toLocaleString('en')} characters, too many to be saved from here. ${instead}`;
  }
  return null;
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
