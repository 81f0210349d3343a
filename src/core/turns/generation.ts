/** What the engine must know of one generation's history to take in the next message, kept up to date event by event. */
import { awaitedRequestId } from '../entities/entity-messages';
import { HeldLocks } from '../entities/held-locks';
import type { ExecutionStarted, HistoryEvent } from '../history/history';
import { isEntityId } from '../values/instance-id';

export type OpenWork = 'activity' | 'timer' | 'child';

/** How an entity's answer is written into this history: as EventRaised, or as a row of its own kind. */
export type OpenEntityRequest = 'event' | 'call' | 'lock';

const noRequests: ReadonlyMap<string, OpenEntityRequest> = new Map();

export class Generation {
  /** Stored events, commit order. */
  readonly events: HistoryEvent[] = [];
  /** Scheduling ids without a result, and what they are. Fire-and-forget children are never open. */
  readonly open = new Map<number, OpenWork>();
  started: ExecutionStarted | null = null;
  isSuspended = false;
  /** Timestamp of the last OrchestratorStarted; empty at first. */
  lastStarted = '';
  /** Highest id given to an event so far. */
  highestId = -1;
  readonly #scheduled = new Set<number>();
  #failed: Set<number> | null = null;
  #entityRequests: Map<string, OpenEntityRequest> | null = null;
  #locks: HeldLocks | null = null;

  constructor(events: readonly HistoryEvent[] = []) {
    this.append(events);
  }

  get isEmpty(): boolean {
    return this.events.length === 0;
  }

  /** Whether a scheduling event of this generation bears the id. */
  hasScheduled(id: number): boolean {
    return this.#scheduled.has(id);
  }

  /** Whether the last answer to the id was a failure. */
  hasFailed(id: number): boolean {
    return this.#failed?.has(id) === true;
  }

  /** Calls of entities and lock requests without an answer, by request id. */
  get entityRequests(): ReadonlyMap<string, OpenEntityRequest> {
    return this.#entityRequests ?? noRequests;
  }

  /** Critical sections that were asked for and not given back; null: none ever. */
  get locks(): HeldLocks | null {
    return this.#locks;
  }

  append(events: readonly HistoryEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      if (event.EventId > this.highestId) this.highestId = event.EventId;
      if (this.#locks !== null || HeldLocks.concerns(event)) (this.#locks ??= new HeldLocks()).note(event);
      switch (event.EventType) {
        case 'TaskScheduled':
          this.#schedule(event.EventId, 'activity');
          break;
        case 'TimerCreated':
          this.#schedule(event.EventId, 'timer');
          break;
        case 'SubOrchestrationInstanceCreated':
          this.#schedule(event.EventId, event.Tags?.['FireAndForget'] === undefined ? 'child' : null);
          break;
        case 'EventSent':
          this.#schedule(event.EventId, null);
          if (isEntityId(event.InstanceId)) this.#awaitEntity(awaitedRequestId(event.Name, event.Input), 'event');
          break;
        case 'EntityOperationCalled':
          this.#schedule(event.EventId, null);
          this.#awaitEntity(event.RequestId, 'call');
          break;
        case 'EntityLockRequested':
          this.#schedule(event.EventId, null);
          this.#awaitEntity(event.CriticalSectionId, 'lock');
          break;
        case 'EntityOperationSignaled':
        case 'EntityUnlockSent':
          this.#schedule(event.EventId, null);
          break;
        case 'EntityOperationCompleted':
        case 'EntityOperationFailed':
          this.#entityRequests?.delete(event.RequestId);
          break;
        case 'EntityLockGranted':
          this.#entityRequests?.delete(event.CriticalSectionId);
          break;
        case 'EventRaised':
          this.#entityRequests?.delete(event.Name);
          break;
        case 'TaskCompleted':
        case 'SubOrchestrationInstanceCompleted':
          this.open.delete(event.TaskScheduledId);
          break;
        case 'TaskFailed':
        case 'SubOrchestrationInstanceFailed':
          this.open.delete(event.TaskScheduledId);
          (this.#failed ??= new Set()).add(event.TaskScheduledId);
          break;
        case 'TimerFired':
          this.open.delete(event.TimerId);
          break;
        case 'ExecutionStarted':
          this.started ??= event;
          break;
        case 'ExecutionSuspended':
          this.isSuspended = true;
          break;
        case 'ExecutionResumed':
          this.isSuspended = false;
          break;
        case 'OrchestratorStarted':
          this.lastStarted = event.Timestamp;
          break;
        case 'ExecutionCompleted':
        case 'ExecutionTerminated':
        case 'ExecutionRewound':
        case 'OrchestratorCompleted':
        case 'ContinueAsNew':
        case 'GenericEvent':
          break;
      }
    }
  }

  #awaitEntity(requestId: string | null, form: OpenEntityRequest): void {
    if (requestId !== null) (this.#entityRequests ??= new Map<string, OpenEntityRequest>()).set(requestId, form);
  }

  #schedule(id: number, work: OpenWork | null): void {
    this.#scheduled.add(id);
    this.#failed?.delete(id);
    if (work !== null) this.open.set(id, work);
  }
}

/** The scheduling id that the event says has failed. */
export function failedId(event: HistoryEvent): number | undefined {
  return event.EventType === 'TaskFailed' || event.EventType === 'SubOrchestrationInstanceFailed'
    ? event.TaskScheduledId
    : undefined;
}
