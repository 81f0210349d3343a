/** The recorded history that a fork begins in: where its steps begin, and which row answers which. */
import { awaitedRequestId } from '../entities/entity-messages';
import type { HistoryEvent } from '../history/history';
import { isEntityId } from '../values/instance-id';

/** Rows are indices, from 0. */
export class ForkOrigin {
  #requests: ReadonlySet<string> | null = null;

  /** Commit order, of one generation. */
  constructor(readonly history: readonly HistoryEvent[]) {}

  /** Index of the OrchestratorStarted of the step that the row belongs to. */
  startOf(at: number): number {
    for (let index = at; index > 0; index--) if (this.history[index]?.EventType === 'OrchestratorStarted') return index;
    return 0;
  }

  /** Of the step after it; the number of rows where there is none. */
  nextStart(at: number): number {
    for (let index = at + 1; index < this.history.length; index++) {
      if (this.history[index]?.EventType === 'OrchestratorStarted') return index;
    }
    return this.history.length;
  }

  /** The row of the answer to what the row asks for, the row itself if it is an answer; -1: not answered; null: neither. */
  answerAt(at: number): number | null {
    const event = this.history[at];
    switch (event?.EventType) {
      case 'TaskCompleted':
      case 'TaskFailed':
      case 'SubOrchestrationInstanceCompleted':
      case 'SubOrchestrationInstanceFailed':
      case 'EntityOperationCompleted':
      case 'EntityOperationFailed':
        return at;
      case 'EventRaised':
        return this.requestIds.has(event.Name) && !this.#isLock(event.Name) ? at : null;
      case 'TaskScheduled':
      case 'SubOrchestrationInstanceCreated':
        return this.history.findIndex(
          (each, index) => index > at && 'TaskScheduledId' in each && each.TaskScheduledId === event.EventId,
        );
      case 'EventSent': {
        const id = isEntityId(event.InstanceId) ? awaitedRequestId(event.Name, event.Input) : null;
        if (id === null || this.#isLock(id)) return null;
        const answer = this.history.findIndex(
          (each, index) => index > at && each.EventType === 'EventRaised' && each.Name === id,
        );
        return answer < 0 ? null : answer;
      }
      default:
        return null;
    }
  }

  /** The row that asked for an answer, of those before `cut`; the answer of an entity is its own. */
  causeOf(answer: HistoryEvent, cut: number): HistoryEvent | undefined {
    if ('TaskScheduledId' in answer) {
      const id = answer.TaskScheduledId;
      return this.history.findLast(
        (event, index) =>
          index < cut &&
          event.EventId === id &&
          (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated'),
      );
    }
    return answer;
  }

  /** Of all calls of entities and lock requests, in rows of any form. */
  get requestIds(): ReadonlySet<string> {
    if (this.#requests !== null) return this.#requests;
    const ids = new Set<string>();
    for (const event of this.history) {
      if (event.EventType !== 'EventSent' || !isEntityId(event.InstanceId)) continue;
      const id = awaitedRequestId(event.Name, event.Input);
      if (id !== null) ids.add(id);
    }
    return (this.#requests = ids);
  }

  #isLock(requestId: string): boolean {
    return this.history.some(
      (event) =>
        event.EventType === 'EventSent' &&
        isEntityId(event.InstanceId) &&
        event.Input?.includes('"lockset"') === true &&
        awaitedRequestId(event.Name, event.Input) === requestId,
    );
  }

  /** Where the entities are asked for whose lock was requested at that time. */
  lockRequestAt(since: string): number {
    return this.history.findIndex(
      (event) => event.Timestamp === since && (event.EventType === 'EventSent' || event.EventType === 'EntityLockRequested'),
    );
  }
}

/** Entity rows of their own kind, and messages to entities. */
export function isEntityRow(event: HistoryEvent): boolean {
  switch (event.EventType) {
    case 'EntityOperationCalled':
    case 'EntityLockRequested':
      return true;
    case 'EventSent':
      return isEntityId(event.InstanceId) && awaitedRequestId(event.Name, event.Input) !== null;
    default:
      return false;
  }
}
