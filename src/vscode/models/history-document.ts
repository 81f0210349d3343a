import { createHash } from 'node:crypto';
import type { HistoryEvent } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';

export interface DocumentLimits {
  /** Characters of the document. The editor takes some 50 MB at most, and is slow long before. */
  document: number;
  /** Characters of one payload that is not written out: its beginning is there. */
  payload: number;
}

export const documentLimits: DocumentLimits = { document: 16 * 1024 * 1024, payload: 256 * 1024 };

/** A longer payload is a string, not written out: as lines it may be many times as long. */
const longestWrittenOut = 64 * 1024;
/** Rows of one question at most. */
const mostRows = 1000;
/** Characters of an answer from which the next one asks for fewer rows. */
const enoughChars = 2 * 1024 * 1024;

/**
 * An instance and its history as a JSON text to read: payloads that are JSON themselves are written out, not as strings of strings. `read`
 * gives `count` rows from `from` on; what is beyond `limits` is not asked for, and the text says so at its beginning.
 */
export async function historyDocument(
  row: InstanceRow,
  read: (from: number, count: number) => Promise<readonly HistoryEvent[]>,
  limits = documentLimits,
): Promise<string> {
  const cuts = { payloads: 0 };
  const instance = indented(opened(row, instanceTexts, limits, cuts), 1);
  const rows: string[] = [];
  let { length } = instance;
  let isCut = false;
  // From few on: nobody knows how long a row is before it is there.
  for (let count = 1; rows.length < row.historyLength && !isCut;) {
    const events = await read(rows.length, Math.min(count, row.historyLength - rows.length));
    if (events.length === 0) break;
    let chars = 0;
    for (const event of events) {
      const text = indented(opened(event, eventTexts, limits, cuts), 2);
      isCut = length + text.length > limits.document;
      if (isCut) break;
      rows.push(text);
      length += text.length;
      chars += text.length;
    }
    count = chars > enoughChars ? Math.max(1, count >> 2) : Math.min(mostRows, count * 2);
  }
  const note = noteOf(row, rows.length, isCut, cuts.payloads);
  const first = note === null ? '' : `  "note": ${JSON.stringify(note)},\n`;
  const history = rows.length === 0 ? '[]' : `[\n    ${rows.join(',\n    ')}\n  ]`;
  return `{\n${first}  "instance": ${instance},\n  "history": ${history}\n}\n`;
}

/** A title as the name of a document: two titles never have one name. */
export function documentName(title: string): string {
  const name = title.replaceAll(/[\\/:*?"<>|\s]+/g, '-');
  return name === title ? name : `${name}-${createHash('sha256').update(title).digest('hex').slice(0, 8)}`;
}

/** A text as a document: of one that is too long its beginning, which says so in its last line. */
export function documentText(text: string, limit = 2 * documentLimits.document): string {
  if (text.length <= limit) return text;
  const all = text.length.toLocaleString('en');
  return `${text.slice(0, limit)}\n… These are the first ${limit.toLocaleString('en')} of ${all} characters. Export the instance to have all of it.\n`;
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

function opened(
  value: object,
  texts: ReadonlySet<string>,
  limits: DocumentLimits,
  cuts: { payloads: number },
): Record<string, unknown> {
  const shown = (name: string, each: unknown): unknown => {
    if (typeof each !== 'string') return withShortTexts(each, limits, cuts);
    if (each.length > limits.payload) return shortened(each, limits, cuts);
    return texts.has(name) && each.length <= longestWrittenOut ? parsed(each) : each;
  };
  return Object.fromEntries(Object.entries(value).map(([name, each]: [string, unknown]) => [name, shown(name, each)]));
}

function shortened(text: string, limits: DocumentLimits, cuts: { payloads: number }): string {
  cuts.payloads++;
  return `${text.slice(0, limits.payload)}… (${text.length.toLocaleString('en')} characters)`;
}

/** Details of failures, tags. */
function withShortTexts(value: unknown, limits: DocumentLimits, cuts: { payloads: number }): unknown {
  if (typeof value === 'string') return value.length > limits.payload ? shortened(value, limits, cuts) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => withShortTexts(each, limits, cuts));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withShortTexts(each, limits, cuts)]));
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
