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
import type { Change } from './change';
import { encodeSome, maxPieceLength } from './event-codec';
import { textOf } from './journal-text';
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
  rowWeight,
  UnreadRow,
  wholeRow,
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
      const first = changes.length;
      addChanges(checkpoint, changes);
      for (let at = first; at < changes.length; at++) addLines(changes[at] as Change, parts);
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

/** Where nothing is written down. Throws `CheckpointTooLong` when something of one is longer than a text can be. */
export function changesAlone(checkpoints: readonly Checkpoint[]): EncodedBatch {
  const changes: Change[] = [];
  for (let index = 0; index < checkpoints.length; index++) {
    const checkpoint = checkpoints[index] as Checkpoint;
    const first = changes.length;
    try {
      addChanges(checkpoint, changes);
      for (let at = first; at < changes.length; at++) assertEncodable(changes[at] as Change);
    } catch (error) {
      throw new CheckpointTooLong(index, checkpoint.instanceId, error);
    }
  }
  return { records: [], changes };
}

/** Characters of a row that has room in a text, however much of it has to be escaped. */
const surelyEncodable = 64 * 1024 * 1024;

function assertEncodable(change: Change): void {
  if (change.type === 'row' && rowWeight(change.row) > surelyEncodable) encodeRow(wholeRow(change.row));
}

function addChanges(checkpoint: Checkpoint, changes: Change[]): void {
  const { instanceId, history, instance, children, messages, consumedMessages, activities, timers } = checkpoint;
  const { finishedActivities, finishedTimers } = checkpoint;
  if (checkpoint.purged) changes.push({ type: 'purge', instanceId });
  if (history) addHistory(instanceId, history, changes);
  if (instance) changes.push({ type: 'row', row: instance });
  if (children) for (const row of children) changes.push({ type: 'row', row });
  if (messages?.length) changes.push({ type: 'messages', messages });
  if (consumedMessages?.length) changes.push({ type: 'consumed', seqs: consumedMessages });
  if (finishedActivities?.length) changes.push({ type: 'finishedActivities', keys: finishedActivities });
  if (activities?.length) changes.push({ type: 'activities', activities });
  if (finishedTimers?.length) changes.push({ type: 'finishedTimers', keys: finishedTimers });
  if (timers?.length) changes.push({ type: 'timers', timers });
}

function addHistory(instanceId: string, history: NonNullable<Checkpoint['history']>, changes: Change[]): void {
  const { executionId, mode, from, events } = history;
  let at = 0;
  do {
    const replace = mode === 'replace' && at === 0;
    const { text, count } = encodeSome(events, at, maxEventsPerPiece, maxPieceLength);
    changes.push({ type: 'history', instanceId, executionId, replace, from: from + at, count, events: text });
    at += count;
  } while (at < events.length);
}

/** Of a change that comes of a step; what stays in a journal has its line there. */
function addLines(change: Change, parts: TextParts): void {
  switch (change.type) {
    case 'purge':
      parts.add(`p${JSON.stringify(change.instanceId)}\n`);
      return;
    case 'history': {
      const { instanceId, executionId, replace, from, count, events } = change;
      parts.add(`h[${quote(instanceId)},${quote(executionId)},${replace ? 1 : 0},${from},${count}]\t${textOf(events)}\n`);
      return;
    }
    case 'row':
      parts.add(`i${encodeRow(wholeRow(change.row))}\n`);
      return;
    case 'messages':
      for (const list of encodeMessages(change.messages)) parts.add(`m${list}\n`);
      return;
    case 'consumed':
      parts.add(`k${JSON.stringify(change.seqs)}\n`);
      return;
    case 'activities':
      for (const list of encodeActivities(change.activities)) parts.add(`a${list}\n`);
      return;
    case 'finishedActivities':
      parts.add(`d${JSON.stringify(change.keys)}\n`);
      return;
    case 'timers':
      for (const list of encodeTimers(change.timers)) parts.add(`t${list}\n`);
      return;
    case 'finishedTimers':
      parts.add(`f${JSON.stringify(change.keys)}\n`);
      return;
  }
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
      return { type: 'row', row: new UnreadRow(rowHead(json), json) };
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
