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
import type { Checkpoint } from '../core/instances/checkpoint';
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer } from '../core/instances/instance';
import { encodeEvents } from './event-codec';
import {
  decodeActivities,
  decodeMessages,
  decodeRow,
  decodeTimers,
  encodeActivities,
  encodeMessages,
  encodeRow,
  encodeTimers,
} from './row-codec';

/** A part of a checkpoint as the index takes it. Texts are kept because they are stored as they are. */
export type Change =
  | { type: 'purge'; instanceId: string }
  | { type: 'row'; row: InstanceRow; text: string }
  | {
      type: 'history';
      instanceId: string;
      executionId: string;
      replace: boolean;
      from: number;
      count: number;
      events: string;
    }
  | { type: 'messages'; messages: readonly InboxMessage[] }
  | { type: 'consumed'; seqs: readonly number[] }
  | { type: 'activities'; activities: readonly PendingActivity[] }
  | { type: 'finishedActivities'; keys: readonly string[] }
  | { type: 'timers'; timers: readonly PendingTimer[] }
  | { type: 'finishedTimers'; keys: readonly string[] };

export interface EncodedBatch {
  text: string;
  changes: Change[];
}

/** A piece is decoded whole, whichever of its events are asked for. */
const maxEventsPerPiece = 1000;

export function encodeCheckpoints(checkpoints: readonly Checkpoint[]): EncodedBatch {
  const changes: Change[] = [];
  let text = '';
  for (const checkpoint of checkpoints) {
    if (checkpoint.purged) {
      changes.push({ type: 'purge', instanceId: checkpoint.instanceId });
      text += `p${JSON.stringify(checkpoint.instanceId)}\n`;
    }
    if (checkpoint.history) {
      const { instanceId } = checkpoint;
      const { executionId, mode, from, events } = checkpoint.history;
      let at = 0;
      do {
        const piece = events.length <= maxEventsPerPiece ? events : events.slice(at, at + maxEventsPerPiece);
        const replace = mode === 'replace' && at === 0;
        const encoded = encodeEvents(piece);
        changes.push({
          type: 'history',
          instanceId,
          executionId,
          replace,
          from: from + at,
          count: piece.length,
          events: encoded,
        });
        text += `h${JSON.stringify([instanceId, executionId, replace ? 1 : 0, from + at, piece.length])}\t${encoded}\n`;
        at += maxEventsPerPiece;
      } while (at < events.length);
    }
    if (checkpoint.instance) text += rowLine(checkpoint.instance, changes);
    if (checkpoint.children) for (const child of checkpoint.children) text += rowLine(child, changes);
    if (checkpoint.messages?.length) {
      changes.push({ type: 'messages', messages: checkpoint.messages });
      text += `m${encodeMessages(checkpoint.messages)}\n`;
    }
    if (checkpoint.consumedMessages?.length) {
      changes.push({ type: 'consumed', seqs: checkpoint.consumedMessages });
      text += `k${JSON.stringify(checkpoint.consumedMessages)}\n`;
    }
    if (checkpoint.finishedActivities?.length) {
      changes.push({ type: 'finishedActivities', keys: checkpoint.finishedActivities });
      text += `d${JSON.stringify(checkpoint.finishedActivities)}\n`;
    }
    if (checkpoint.activities?.length) {
      changes.push({ type: 'activities', activities: checkpoint.activities });
      text += `a${encodeActivities(checkpoint.activities)}\n`;
    }
    if (checkpoint.finishedTimers?.length) {
      changes.push({ type: 'finishedTimers', keys: checkpoint.finishedTimers });
      text += `f${JSON.stringify(checkpoint.finishedTimers)}\n`;
    }
    if (checkpoint.timers?.length) {
      changes.push({ type: 'timers', timers: checkpoint.timers });
      text += `t${encodeTimers(checkpoint.timers)}\n`;
    }
  }
  return { text, changes };
}

function rowLine(row: InstanceRow, changes: Change[]): string {
  const text = encodeRow(row);
  changes.push({ type: 'row', row, text });
  return `i${text}\n`;
}

/** Inverse of {@link encodeCheckpoints}. Throws on text that it did not write: the checksum was right, so that is a version mix-up. */
export function decodeCheckpoints(text: string): Change[] {
  const changes: Change[] = [];
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    changes.push(decodeLine(text, start, end));
    start = end + 1;
  }
  return changes;
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
      return { type: 'row', row: decodeRow(json), text: json };
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
