/** What an instance waits for, as far as its history alone says it: what was scheduled and has no answer. */
import { AttemptTrace } from '../core/history/attempts';
import type { HistoryEvent } from '../core/history/history';
import { fireAndForgetTag } from '../core/history/tags';
import type { InstanceRow } from '../core/instances/instance';
import type { WaitingFor } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';

type Activity = WaitingFor['activities'][number];
type Timer = WaitingFor['timers'][number];
type Child = WaitingFor['children'][number];

export const nothingOpen: WaitingFor = { activities: [], timers: [], events: [], children: [] };

/** Events that the code waits for are not in a history: only a replay knows them. */
export function openWork(row: InstanceRow, history: readonly HistoryEvent[]): WaitingFor {
  if (isTerminal(row.runtimeStatus)) return nothingOpen;
  const work = new OpenWork(row.instanceId, row.executionId);
  work.add(history);
  return work.waitingFor;
}

/** The same of a history that comes in parts, or grows: only what is open is held. */
export class OpenWork {
  readonly #attempts = new AttemptTrace();
  readonly #activities = new Map<number, Activity>();
  readonly #timers = new Map<number, Timer>();
  readonly #children = new Map<number, Child>();
  /** Rows seen. */
  rows = 0;

  constructor(
    readonly instanceId: string,
    readonly executionId: string,
  ) {}

  /** `rows`: of the hub's, where some are no events. */
  add(history: readonly HistoryEvent[], rows = history.length): void {
    this.rows += rows;
    for (const event of history) this.#addOne(event, this.#attempts.add(event) ?? 1);
  }

  get waitingFor(): WaitingFor {
    return {
      activities: [...this.#activities.values()],
      timers: [...this.#timers.values()],
      events: [],
      children: [...this.#children.values()],
    };
  }

  #addOne(event: HistoryEvent, attempt: number): void {
    const { instanceId, executionId } = this;
    const taskId = event.EventId;
    switch (event.EventType) {
      case 'TaskScheduled': {
        const { Name: name, Version: version, Input: input, Timestamp: scheduledAt } = event;
        this.#activities.set(taskId, { instanceId, executionId, taskId, name, version, input, scheduledAt, attempt });
        break;
      }
      case 'TimerCreated':
        this.#timers.set(taskId, { instanceId, executionId, timerId: taskId, fireAt: event.FireAt });
        break;
      case 'SubOrchestrationInstanceCreated':
        if (event.Tags?.[fireAndForgetTag] !== undefined) break;
        this.#children.set(taskId, { instanceId: event.InstanceId, name: event.Name, taskId });
        break;
      case 'TaskCompleted':
      case 'TaskFailed':
        this.#activities.delete(event.TaskScheduledId);
        break;
      case 'TimerFired':
        this.#timers.delete(event.TimerId);
        break;
      case 'SubOrchestrationInstanceCompleted':
      case 'SubOrchestrationInstanceFailed':
        this.#children.delete(event.TaskScheduledId);
        break;
      default:
        break;
    }
  }
}
