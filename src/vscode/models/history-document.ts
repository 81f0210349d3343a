import type { HistoryEvent } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';

/** An instance and its history as a JSON text to read: payloads that are JSON themselves are written out, not as strings of strings. */
export function historyDocument(row: InstanceRow, history: readonly HistoryEvent[]): string {
  return `${JSON.stringify({ instance: opened(row, instanceTexts), history: history.map((event) => opened(event, eventTexts)) }, null, 2)}\n`;
}

const instanceTexts: ReadonlySet<string> = new Set(['input', 'output', 'customStatus']);
const eventTexts: ReadonlySet<string> = new Set(['Input', 'Result', 'Data']);

function opened(value: object, texts: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [name, texts.has(name) ? parsed(each) : each]),
  );
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // A reason or a message: raw text.
  }
}
