/**
 * Histories as they go to workers, encoded once: an episode sends all that was before, which only ever grows, so each event would
 * otherwise be encoded as many times as there are episodes after it.
 */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { HistoryEvent } from '../core/history';
import { HistoryEvent as ProtoHistoryEvent } from './generated/task-hub-sidecar';
import { protoEvent } from './to-proto';

interface Encoded {
  executionId: string;
  /** Events of the history that are in `bytes`. */
  count: number;
  bytes: Uint8Array;
  length: number;
}

/** Field 3 of OrchestratorRequest and its wire type, length-delimited. */
export const pastEventsTag = (3 << 3) | 2;

/** How an event is told; null: not at all. `history` holds at least what was before it. */
type ToProto = (
  event: HistoryEvent,
  history: readonly HistoryEvent[],
  of: { instanceId: string; executionId: string },
) => ProtoHistoryEvent | null;

export class HistoryBytes {
  readonly #byInstance = new Map<string, Encoded>();
  #size = 0;

  constructor(
    private readonly toProto: ToProto = protoEvent,
    private readonly maxSize = 64 * 1024 * 1024,
  ) {}

  /** The field `pastEvents` of an OrchestratorRequest for `history`. Valid until the next call. */
  pastEvents(instanceId: string, executionId: string, history: readonly HistoryEvent[]): Uint8Array {
    let encoded = this.#byInstance.get(instanceId);
    if (encoded !== undefined && (encoded.executionId !== executionId || encoded.count > history.length)) {
      this.forget(instanceId);
      encoded = undefined;
    }
    encoded ??= { executionId, count: 0, bytes: new Uint8Array(0), length: 0 };
    if (encoded.count < history.length) this.#append(encoded, history, instanceId);
    // To the end of the map, which is the last to go.
    this.#byInstance.delete(instanceId);
    this.#byInstance.set(instanceId, encoded);
    this.#shrink(instanceId);
    return encoded.bytes.subarray(0, encoded.length);
  }

  forget(instanceId: string): void {
    const encoded = this.#byInstance.get(instanceId);
    if (encoded === undefined) return;
    this.#byInstance.delete(instanceId);
    this.#size -= encoded.bytes.length;
  }

  #append(encoded: Encoded, history: readonly HistoryEvent[], instanceId: string): void {
    const writer = new BinaryWriter();
    const { executionId } = encoded;
    for (let i = encoded.count; i < history.length; i++) {
      const event = this.toProto(history[i] as HistoryEvent, history, { instanceId, executionId });
      if (event === null) continue;
      ProtoHistoryEvent.encode(event, writer.uint32(pastEventsTag).fork()).join();
    }
    const more = writer.finish();
    const length = encoded.length + more.length;
    if (length > encoded.bytes.length) {
      const bytes = new Uint8Array(Math.max(length, encoded.bytes.length * 2));
      bytes.set(encoded.bytes.subarray(0, encoded.length));
      this.#size += bytes.length - encoded.bytes.length;
      encoded.bytes = bytes;
    }
    encoded.bytes.set(more, encoded.length);
    encoded.length = length;
    encoded.count = history.length;
  }

  #shrink(but: string): void {
    for (const id of this.#byInstance.keys()) {
      if (this.#size <= this.maxSize || id === but) return;
      this.forget(id);
    }
  }
}
