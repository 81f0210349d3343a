/**
 * A batch of checkpoints as the text of one journal record: one line a change, a tag character and JSON (which never holds a raw
 * line break). Lines are applied in order, so a record is read without taking histories apart.
 *
 *   p"id"                                  purge the instance
 *   i[row]                                 instance row, also of a child
 *   h[id,executionId,replace,from,count]\t events   history appended (replace 0) or put in place of the old one (replace 1)
 *   m[messages] k[seqs]                    inbox messages accepted, consumed
 *   a[activities] d[keys]                  activities handed out, done
 *   t[timers] f[keys]                      timers created, over
 */
import { messageOf } from '../base/error-message';
import type { Checkpoint } from '../core/instances/checkpoint';
import type { InstanceRow } from '../core/instances/instance';
import type { Change } from './change';
import { encodeSome, maxPieceLength } from './event-codec';
import { quote } from './json-text';
import type { RecordPlace } from './lines-in-place';
import { TextParts } from './text-parts';
import {
  decodeActivities,
  decodeMessages,
  decodeTimers,
  encodeActivities,
  encodeMessages,
  encodeRow,
  encodeTimers,
  rowHead,
  UnreadRow,
} from './row-codec';

export interface EncodedBatch {
  /** Records in pieces, each of whole lines; none when nothing changes, more than one when one would be longer than the journal's can be. */
  records: readonly (readonly string[])[];
  changes: Change[];
}

/** Characters from which another checkpoint begins another record, and the most that one of them may have: at most 3 bytes each. */
export const recordChars = 512 * 1024 * 1024;

/** The checkpoint at `index` can never be kept. */
export class CheckpointTooLong extends Error {
  constructor(
    readonly index: number,
    readonly instanceId: string,
    cause: unknown,
  ) {
    super(`A step of '${instanceId}' cannot be kept: ${messageOf(cause)}`, { cause });
    this.name = 'CheckpointTooLong';
  }
}

/** A piece is decoded whole, whichever of its events are asked for. */
const maxEventsPerPiece = 1000;

/** Throws `CheckpointTooLong` when a line of one is longer than a text can be, or all of it longer than a record can be. */
export function encodeCheckpoints(checkpoints: readonly Checkpoint[], most = recordChars): EncodedBatch {
  const changes: Change[] = [];
  const records: (readonly string[])[] = [];
  let parts = new TextParts();
  for (let index = 0; index < checkpoints.length; index++) {
    const checkpoint = checkpoints[index] as Checkpoint;
    if (parts.length > most) {
      records.push(parts.end());
      parts = new TextParts();
    }
    const before = parts.length;
    try {
      encodeCheckpoint(checkpoint, parts, changes);
      const length = parts.length - before;
      if (length > 2 * most) throw new RangeError(`it has ${length} characters, and a record has at most ${2 * most}`);
    } catch (error) {
      throw new CheckpointTooLong(index, checkpoint.instanceId, error);
    }
  }
  const last = parts.end();
  if (last.length > 0) records.push(last);
  return { records, changes };
}

function encodeCheckpoint(checkpoint: Checkpoint, parts: TextParts, changes: Change[]): void {
  if (checkpoint.purged) {
    changes.push({ type: 'purge', instanceId: checkpoint.instanceId });
    parts.add(`p${JSON.stringify(checkpoint.instanceId)}\n`);
  }
  if (checkpoint.history) {
    const { instanceId } = checkpoint;
    const { executionId, mode, from, events } = checkpoint.history;
    let at = 0;
    do {
      const replace = mode === 'replace' && at === 0;
      const { text, count } = encodeSome(events, at, maxEventsPerPiece, maxPieceLength);
      changes.push({ type: 'history', instanceId, executionId, replace, from: from + at, count, events: text });
      parts.add(`h[${quote(instanceId)},${quote(executionId)},${replace ? 1 : 0},${from + at},${count}]\t${text}\n`);
      at += count;
    } while (at < events.length);
  }
  if (checkpoint.instance) parts.add(rowLine(checkpoint.instance, changes));
  if (checkpoint.children) for (const child of checkpoint.children) parts.add(rowLine(child, changes));
  if (checkpoint.messages?.length) {
    changes.push({ type: 'messages', messages: checkpoint.messages });
    for (const list of encodeMessages(checkpoint.messages)) parts.add(`m${list}\n`);
  }
  if (checkpoint.consumedMessages?.length) {
    changes.push({ type: 'consumed', seqs: checkpoint.consumedMessages });
    parts.add(`k${JSON.stringify(checkpoint.consumedMessages)}\n`);
  }
  if (checkpoint.finishedActivities?.length) {
    changes.push({ type: 'finishedActivities', keys: checkpoint.finishedActivities });
    parts.add(`d${JSON.stringify(checkpoint.finishedActivities)}\n`);
  }
  if (checkpoint.activities?.length) {
    changes.push({ type: 'activities', activities: checkpoint.activities });
    for (const list of encodeActivities(checkpoint.activities)) parts.add(`a${list}\n`);
  }
  if (checkpoint.finishedTimers?.length) {
    changes.push({ type: 'finishedTimers', keys: checkpoint.finishedTimers });
    parts.add(`f${JSON.stringify(checkpoint.finishedTimers)}\n`);
  }
  if (checkpoint.timers?.length) {
    changes.push({ type: 'timers', timers: checkpoint.timers });
    for (const list of encodeTimers(checkpoint.timers)) parts.add(`t${list}\n`);
  }
}

function rowLine(row: InstanceRow, changes: Change[]): string {
  const text = encodeRow(row);
  changes.push({ type: 'row', row, text });
  return `i${text}\n`;
}

/**
 * Inverse of {@link encodeCheckpoints}. A long record is read line by line. With `place`, rows, histories and queued work stay in the journal where
 * that is possible. Throws on text that it did not write: the checksum was right, so that is a version mix-up.
 */
export function decodeCheckpoints(record: Buffer, place?: RecordPlace): Change[] {
  const changes: Change[] = [];
  if (place !== undefined) {
    decodeInPlace(record, place, changes);
    return changes;
  }
  for (let at = 0; at < record.length;) {
    let to = record.length;
    if (to - at > maxPieceLength) {
      const newline = record.indexOf(lineFeed, at + maxPieceLength);
      if (newline >= 0) to = newline + 1;
    }
    decodeLines(record, at, to, changes);
    at = to;
  }
  return changes;
}

const lineFeed = 10;

function decodeInPlace(record: Buffer, { lines, at }: RecordPlace, changes: Change[]): void {
  let start = 0;
  while (start < record.length) {
    let end = record.indexOf(lineFeed, start);
    if (end < 0) end = record.length;
    const change = lines.decode(record, at, start, end);
    if (change !== undefined) changes.push(change);
    else decodeLines(record, start, end, changes);
    start = end + 1;
  }
}

function decodeLines(record: Buffer, from: number, to: number, changes: Change[]): void {
  const lastLine = record.lastIndexOf(lineFeed, to - 2);
  // The last line may be as long as a text can be: whatever is before it is a text of its own.
  if (to - from > 2 * maxPieceLength && lastLine >= from) {
    decodeLines(record, from, lastLine + 1, changes);
    decodeLines(record, lastLine + 1, to, changes);
    return;
  }
  const text = record.toString('utf8', from, to);
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    changes.push(decodeLine(text, start, end));
    start = end + 1;
  }
}

function decodeLine(text: string, start: number, end: number): Change {
  const tag = text[start];
  if (tag === 'h') {
    const tab = text.indexOf('\t', start);
    const [instanceId, executionId, replace, from, count] = JSON.parse(text.slice(start + 1, tab)) as [
      string,
      string,
      number,
      number,
      number,
    ];
    return { type: 'history', instanceId, executionId, replace: replace === 1, from, count, events: text.slice(tab + 1, end) };
  }
  const json = text.slice(start + 1, end);
  switch (tag) {
    case 'p':
      return { type: 'purge', instanceId: JSON.parse(json) as string };
    case 'i':
      return { type: 'row', row: new UnreadRow(rowHead(json), json), text: json };
    case 'm':
      return { type: 'messages', messages: decodeMessages(json) };
    case 'k':
      return { type: 'consumed', seqs: JSON.parse(json) as number[] };
    case 'a':
      return { type: 'activities', activities: decodeActivities(json) };
    case 'd':
      return { type: 'finishedActivities', keys: JSON.parse(json) as string[] };
    case 't':
      return { type: 'timers', timers: decodeTimers(json) };
    case 'f':
      return { type: 'finishedTimers', keys: JSON.parse(json) as string[] };
    default:
      throw new Error(`Unknown line "${String(tag)}" in a journal record.`);
  }
}
