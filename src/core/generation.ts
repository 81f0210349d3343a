/** What the engine must know of one generation's history to take in the next message, kept up to date event by event. */
import type { ExecutionStarted, HistoryEvent } from './history';

export type OpenWork = 'activity' | 'timer' | 'child';

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
  readonly #failed = new Set<number>();

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
    return this.#failed.has(id);
  }

  append(events: readonly HistoryEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      if (event.EventId > this.highestId) this.highestId = event.EventId;
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
          break;
        case 'TaskCompleted':
        case 'SubOrchestrationInstanceCompleted':
          this.open.delete(event.TaskScheduledId);
          break;
        case 'TaskFailed':
        case 'SubOrchestrationInstanceFailed':
          this.open.delete(event.TaskScheduledId);
          this.#failed.add(event.TaskScheduledId);
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
        case 'EventRaised':
        case 'ContinueAsNew':
        case 'GenericEvent':
          break;
      }
    }
  }

  #schedule(id: number, work: OpenWork | null): void {
    this.#scheduled.add(id);
    this.#failed.delete(id);
    if (work !== null) this.open.set(id, work);
  }
}

/** The scheduling id that the event says has failed. */
export function failedId(event: HistoryEvent): number | undefined {
  return event.EventType === 'TaskFailed' || event.EventType === 'SubOrchestrationInstanceFailed'
    ? event.TaskScheduledId
    : undefined;
}
