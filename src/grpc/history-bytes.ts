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
  bytes: Uint8Array;
  length: number;
}

/** Most histories fit. */
const leastBytes = 1024;

/** Field 3 of OrchestratorRequest and its wire type, length-delimited. */
export const pastEventsTag = (3 << 3) | 2;

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

  /** The field `pastEvents` of an OrchestratorRequest for `history`. Valid until the next call. */
  pastEvents(instanceId: string, executionId: string, history: readonly HistoryEvent[]): Uint8Array {
    let known = this.#byInstance.get(instanceId);
    if (known !== undefined && (known.executionId !== executionId || known.count > history.length)) {
      this.forget(instanceId);
      known = undefined;
    }
    known ??= { executionId, count: 0, bytes: new Uint8Array(0), length: 0 };
    if (known.count < history.length) this.#append(known, history, instanceId);
    this.#byInstance.put(instanceId, known, known.bytes.length);
    return known.bytes.subarray(0, known.length);
  }

  forget(instanceId: string): void {
    this.#byInstance.delete(instanceId);
  }

  #append(known: Encoded, history: readonly HistoryEvent[], instanceId: string): void {
    const { executionId } = known;
    const more = encoded((writer) => {
      for (let i = known.count; i < history.length; i++) {
        const event = this.toProto(history[i] as HistoryEvent, history, { instanceId, executionId });
        if (event !== null) ProtoHistoryEvent.encode(event, writer.uint32(pastEventsTag).fork()).join();
      }
    });
    const length = known.length + more.length;
    if (length > known.bytes.length) {
      const bytes = new Uint8Array(Math.max(length, known.bytes.length * 2, leastBytes));
      bytes.set(known.bytes.subarray(0, known.length));
      known.bytes = bytes;
    }
    known.bytes.set(more, known.length);
    known.length = length;
    known.count = history.length;
  }
}
