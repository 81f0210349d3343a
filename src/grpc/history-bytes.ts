/**
 * Histories as they go to workers, encoded once: an episode sends all that was before, which only ever grows, so each event would
 * otherwise be encoded as many times as there are episodes after it.
 */
import { Room } from '../base/room';
import type { HistoryEvent } from '../core/history/history';
import { HistoryEvent as ProtoHistoryEvent } from '../wire/generated/task-hub-sidecar';
import { encoded } from '../base/shared-writer';
import { protoEvent } from './to-proto';

interface Encoded {
  executionId: string;
  /** Events of the history that are in `bytes`. */
  count: number;
  /** Its first `length` bytes, and behind them what came last, which is part of the history by the next time. */
  bytes: Uint8Array;
  length: number;
  ahead: { events: readonly HistoryEvent[]; end: number };
}

const nothingAhead: Encoded['ahead'] = { events: [], end: 0 };

/** Most histories fit. */
const leastBytes = 1024;

/** Fields 3 and 4 of OrchestratorRequest and their wire type, length-delimited: one byte each. */
export const pastEventsTag = (3 << 3) | 2;
const newEventsTag = (4 << 3) | 2;

/** How an event is told; null: not at all. `history` holds at least what was before it. */
type ToProto = (
  event: HistoryEvent,
  history: readonly HistoryEvent[],
  of: { instanceId: string; executionId: string },
) => ProtoHistoryEvent | null;

export class HistoryBytes {
  readonly #byInstance: Room<Encoded>;

  constructor(
    private readonly toProto: ToProto = protoEvent,
    maxSize = 64 * 1024 * 1024,
  ) {
    // So many bytes are encoded again in the time of an episode.
    this.#byInstance = new Room({ entries: Infinity, weight: maxSize, weightPerUse: 20_000 });
  }

  /** The fields `pastEvents` and `newEvents`, which is encoded once for the next time too. Valid until the next call. */
  told(
    instanceId: string,
    executionId: string,
    history: readonly HistoryEvent[],
    newEvents: readonly HistoryEvent[],
  ): { past: Uint8Array; added: Uint8Array } {
    const known = this.#upTo(instanceId, executionId, history);
    const { length } = known;
    const end = put(known, length, this.#encoded(newEvents, newEventsTag, history, { instanceId, executionId }));
    known.ahead = { events: newEvents, end };
    this.#keep(instanceId, known);
    return { past: known.bytes.subarray(0, length), added: known.bytes.subarray(length, end) };
  }

  forget(instanceId: string): void {
    this.#byInstance.delete(instanceId);
  }

  #upTo(instanceId: string, executionId: string, history: readonly HistoryEvent[]): Encoded {
    let known = this.#byInstance.get(instanceId);
    if (known !== undefined && (known.executionId !== executionId || known.count > history.length)) {
      this.forget(instanceId);
      known = undefined;
    }
    known ??= { executionId, count: 0, bytes: new Uint8Array(0), length: 0, ahead: nothingAhead };
    if (known.count < history.length) {
      takeAhead(known, history);
      const rest = history.slice(known.count);
      known.length = put(known, known.length, this.#encoded(rest, pastEventsTag, history, { instanceId, executionId }));
      known.count = history.length;
    }
    return known;
  }

  #encoded(
    events: readonly HistoryEvent[],
    tag: number,
    history: readonly HistoryEvent[],
    of: { instanceId: string; executionId: string },
  ): Uint8Array {
    return encoded((writer) => {
      for (const event of events) {
        const proto = this.toProto(event, history, of);
        if (proto !== null) ProtoHistoryEvent.encode(proto, writer.uint32(tag).fork()).join();
      }
    });
  }

  #keep(instanceId: string, known: Encoded): void {
    this.#byInstance.put(instanceId, known, known.bytes.length);
  }
}

/** What came last has become the history's next rows, or it has not: then it is encoded anew. */
function takeAhead(known: Encoded, history: readonly HistoryEvent[]): void {
  const { events, end } = known.ahead;
  known.ahead = nothingAhead;
  if (events.length === 0 || !events.every((event, i) => event === history[known.count + i])) return;
  const { bytes } = known;
  for (let at = known.length; at < end; at = endOfField(bytes, at)) bytes[at] = pastEventsTag;
  known.length = end;
  known.count += events.length;
}

/** Of one that begins at `at` with a tag of one byte and its length. */
function endOfField(bytes: Uint8Array, at: number): number {
  let length = 0;
  let place = at + 1;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[place++] ?? 0;
    length += (byte & 0x7f) * factor;
    if (byte < 0x80) return place + length;
  }
}

/** Answers where it ends. */
function put(known: Encoded, at: number, more: Uint8Array): number {
  const end = at + more.length;
  if (end > known.bytes.length) {
    const bytes = new Uint8Array(Math.max(end, known.bytes.length * 2, leastBytes));
    bytes.set(known.bytes.subarray(0, at));
    known.bytes = bytes;
  }
  known.bytes.set(more, at);
  return end;
}
