/** What one orchestration has asked of entities as the host keeps it: the requests without an answer, and the locks that it holds. */
import { awaitedRequestId } from '../entities/entity-messages';
import { lastOf } from '../entities/held-locks';
import type { SendEvent } from '../decisions/decisions';
import type { EventRaised, EventSent } from '../history/history';
import { entityInstanceId } from '../values/entity-id';
import type { EntityRequestNode } from './host-replay-nodes';

export class HostEntityRequests {
  /** By request id. */
  readonly #unanswered = new Map<string, EntityRequestNode>();
  /** `entities` in the order in which they are given back. */
  #lock: { id: string; entities: readonly string[] } | null = null;

  add(requestId: string, node: EntityRequestNode): void {
    this.#unanswered.set(requestId, node);
    if (node.lockSet.length > 0) this.#lock = { id: requestId, entities: node.lockSet.map(entityInstanceId) };
  }

  /** False: it answers none of them. */
  answer(event: EventRaised): boolean {
    const asked = this.#unanswered.get(event.Name);
    if (asked === undefined) return false;
    this.#unanswered.delete(event.Name);
    // What was called within a critical section is given back last.
    if (this.#lock !== null && asked.lockSet.length === 0) {
      this.#lock = { ...this.#lock, entities: lastOf(this.#lock.entities, asked.entity) };
    }
    asked.answered(event.Input);
    return true;
  }

  /** The id under which the answer comes is the one that was sent, whoever chose it. */
  adoptId(decision: SendEvent, row: EventSent): void {
    if (decision.input === row.Input) return;
    const made = awaitedRequestId(decision.name, decision.input);
    const sent = awaitedRequestId(row.Name, row.Input);
    const node = made === null ? undefined : this.#unanswered.get(made);
    if (made === null || sent === null || made === sent || node === undefined) return;
    this.#unanswered.delete(made);
    this.#unanswered.set(sent, node);
  }

  /** What the last lock request asked for; null when nothing is held. */
  takeLock(): { id: string; entities: readonly string[] } | null {
    const lock = this.#lock;
    this.#lock = null;
    return lock;
  }
}
