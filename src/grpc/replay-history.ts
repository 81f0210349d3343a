/** A history as replays send it to a connected program (spec/grpc.md 2.1). */
import type { HistoryEvent, OrchestratorStarted } from '../core/history/history';
import { isScheduledRow } from '../core/decisions/non-determinism';
import { HistoryEvent as ProtoHistoryEvent } from '../wire/generated/task-hub-sidecar';
import { pastEventsTag } from './history-bytes';
import { encoded } from '../base/shared-writer';
import { protoEvent } from './to-proto';

/**
 * The field `pastEvents` of every prefix, encoded once. Left out are ends, which SDKs refuse in a past: the code is asked what it does
 * without them.
 */
export class ReplayHistory {
  readonly #bytes: Uint8Array;
  /** After each row. */
  readonly #ends: number[] = [];

  constructor(
    private readonly history: readonly HistoryEvent[],
    withScheduled: boolean,
    toProto: (row: HistoryEvent) => ProtoHistoryEvent | null = protoEvent,
  ) {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (const row of history) {
      const event = isLeftOut(row, withScheduled) ? null : toProto(row);
      if (event !== null) {
        const part = encoded((writer) => ProtoHistoryEvent.encode(event, writer.uint32(pastEventsTag).fork()).join());
        parts.push(part);
        length += part.length;
      }
      this.#ends.push(length);
    }
    this.#bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      this.#bytes.set(part, at);
      at += part.length;
    }
  }

  pastEvents(rows: number): Uint8Array {
    return this.#bytes.subarray(0, this.#ends[rows - 1] ?? 0);
  }

  /** The one new event: workers want one, and with all others in the past the code runs as in any replay, without logging anew. */
  newEvent(rows: number): OrchestratorStarted {
    const last = this.history.slice(0, rows).findLast((event) => event.EventType === 'OrchestratorStarted') ?? this.history[0];
    return { EventType: 'OrchestratorStarted', EventId: -1, IsPlayed: false, Timestamp: last?.Timestamp ?? '' };
  }
}

function isLeftOut(row: HistoryEvent, withScheduled: boolean): boolean {
  switch (row.EventType) {
    case 'ExecutionCompleted':
    case 'ExecutionTerminated':
      return true;
    // Python finds out by them what an answer of an entity answers.
    case 'EntityOperationCalled':
    case 'EntityLockRequested':
      return false;
    case 'EntityOperationSignaled':
    case 'EntityUnlockSent':
      return !withScheduled;
    default:
      return !withScheduled && isScheduledRow(row);
  }
}
