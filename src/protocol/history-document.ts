import type { HistoryEvent } from '../core/history/history';
import { shortText, withShortTexts, type Shortened } from '../base/short-texts';
import type { InstanceRow } from '../core/instances/instance';
import { historyInParts } from '../core/history/history-in-parts';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { DurascopeError } from '../core/values/errors';

export interface DocumentLimits {
  /** Characters of the document. The editor takes some 50 MB at most, and is slow long before. */
  document: number;
  /** Characters of one payload that is not written out: its beginning is there. */
  payload: number;
}

export const documentLimits: DocumentLimits = { document: 16 * 1024 * 1024, payload: 256 * 1024 };

/** A longer payload is a string, not written out: as lines it may be many times as long. */
const longestWrittenOut = 64 * 1024;

/**
 * An instance and its history as a JSON text to read: payloads that are JSON themselves are written out, not as strings of strings. `read`
 * gives `count` rows from `from` on; what is beyond `limits` is not asked for, and the text says so at its beginning.
 */
export async function historyDocument(
  row: InstanceRow,
  read: (from: number, count: number) => Promise<readonly HistoryEvent[]>,
  limits = documentLimits,
): Promise<string> {
  const cuts: Shortened = { texts: 0 };
  const instance = indented(opened(row, instanceTexts, limits, cuts), 1);
  const rows: string[] = [];
  let { length } = instance;
  let isCut = false;
  for await (const events of historyInParts(read, 0, row.historyLength)) {
    for (const event of events) {
      const text = indented(opened(event, eventTexts, limits, cuts), 2);
      isCut = length + text.length > limits.document;
      if (isCut) break;
      rows.push(text);
      length += text.length;
    }
    if (isCut) break;
  }
  const note = noteOf(row, rows.length, isCut, cuts.texts);
  const first = note === null ? '' : `  "note": ${JSON.stringify(note)},\n`;
  const history = rows.length === 0 ? '[]' : `[\n    ${rows.join(',\n    ')}\n  ]`;
  return `{\n${first}  "instance": ${instance},\n  "history": ${history}\n}\n`;
}

/** The same of an instance of a hub. Rejects with `InstanceNotFound`. */
export async function documentOf(hub: Pick<TaskHubClient, 'get' | 'history'>, instanceId: string): Promise<string> {
  const row = await hub.get(instanceId);
  if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
  return historyDocument(row, (from, count) => hub.history(instanceId, from, count));
}

function noteOf(row: InstanceRow, shown: number, isCut: boolean, payloads: number): string | null {
  const parts: string[] = [];
  const number = (count: number): string => count.toLocaleString('en');
  if (isCut)
    parts.push(
      `These are the first ${number(shown)} of ${number(row.historyLength)} rows: all of them are too long for one document.`,
    );
  if (payloads > 0)
    parts.push(`Of ${number(payloads)} long ${payloads === 1 ? 'payload' : 'payloads'} only the beginning is here.`);
  if (parts.length === 0) return null;
  const id = JSON.stringify(row.instanceId);
  return [...parts, `To have all of it, use "Export Instances…", or durascope export ${id} --out FILE.`].join(' ');
}

const instanceTexts: ReadonlySet<string> = new Set(['input', 'output', 'customStatus']);
const eventTexts: ReadonlySet<string> = new Set(['Input', 'Result', 'Data']);

function opened(value: object, texts: ReadonlySet<string>, limits: DocumentLimits, cuts: Shortened): Record<string, unknown> {
  const shown = (name: string, each: unknown): unknown => {
    if (typeof each !== 'string') return withShortTexts(each, limits.payload, cuts);
    if (each.length > limits.payload) return shortText(each, limits.payload, cuts);
    return texts.has(name) && each.length <= longestWrittenOut ? parsed(each) : each;
  };
  return Object.fromEntries(Object.entries(value).map(([name, each]: [string, unknown]) => [name, shown(name, each)]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // A reason or a message: raw text.
  }
}

function indented(value: unknown, depth: number): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${'  '.repeat(depth)}`);
}
