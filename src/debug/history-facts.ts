import { attemptsByRow } from '../core/history/attempts';
import type { HistoryEvent } from '../core/history/history';
import { payloadValue } from '../core/values/payload';
import type { ReplayTimeline } from '../replay/replay-timeline';
import type { Facts } from './history-condition';

/** `type` of the facts about a custom status that is not what it was in the step before. */
export const customStatusChange = 'CustomStatusChanged';

/** What conditions and breakpoints can ask about each history row: the event's own fields in lower case, and whom it concerns. */
export class HistoryFacts {
  readonly #attempts: ReadonlyMap<number, number>;
  readonly #scheduled = new Map<number, HistoryEvent>();

  constructor(private readonly timeline: ReplayTimeline) {
    this.#attempts = attemptsByRow(timeline.history);
    for (const event of timeline.history) {
      if (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated') {
        this.#scheduled.set(event.EventId, event);
      }
    }
  }

  /** Of the rows consumed by arriving at the step, and of a change of the custom status. */
  ofStep(index: number): Facts[] {
    const step = this.timeline.steps[index];
    if (step === undefined) return [];
    const facts: Facts[] = [];
    for (let row = step.rows.from; row < step.rows.to; row++) {
      const event = this.timeline.history[row];
      if (event !== undefined) facts.push(this.ofRow(event, row));
    }
    const previous = this.timeline.steps[index - 1]?.customStatus ?? null;
    if (step.customStatus !== previous) {
      const value = payloadValue(step.customStatus);
      facts.push({ type: customStatusChange, name: value, value, previous: payloadValue(previous), row: step.rows.to });
    }
    return facts;
  }

  ofRow(event: HistoryEvent, row: number): Facts {
    const own = Object.fromEntries(
      Object.entries(event).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), payloadOf(key, value)]),
    );
    const task = 'TaskScheduledId' in event ? event.TaskScheduledId : undefined;
    const scheduled = task === undefined ? undefined : this.#scheduled.get(task);
    const name = 'Name' in event ? event.Name : scheduled !== undefined && 'Name' in scheduled ? scheduled.Name : undefined;
    return {
      ...own,
      type: event.EventType,
      row: row + 1,
      ...(name === undefined ? {} : { name }),
      ...(task === undefined ? {} : { task, attempt: this.#attempts.get(row) ?? 1 }),
    };
  }
}

function payloadOf(field: string, value: unknown): unknown {
  return (field === 'Input' || field === 'Result' || field === 'Data') && typeof value === 'string' ? payloadValue(value) : value;
}

/** One line: `activity Charge failed at attempt 2: No funds.` */
export function describeFacts(facts: Facts): string {
  const name = typeof facts['name'] === 'string' ? facts['name'] : '';
  const attempt = typeof facts['attempt'] === 'number' && facts['attempt'] > 1 ? ` at attempt ${facts['attempt']}` : '';
  const reason = typeof facts['reason'] === 'string' && facts['reason'] !== '' ? `: ${facts['reason']}` : '';
  switch (facts['type']) {
    case 'TaskFailed':
      return `Activity ${name} failed${attempt}${reason}`;
    case 'SubOrchestrationInstanceFailed':
      return `Sub-orchestration ${name} failed${reason}`;
    case 'TaskCompleted':
      return `Activity ${name} finished${attempt}`;
    case 'SubOrchestrationInstanceCompleted':
      return `Sub-orchestration ${name} finished`;
    case 'EventRaised':
      return `Event ${name} raised`;
    case 'TimerFired':
      return 'Timer fired';
    case customStatusChange:
      return `Custom status is now ${JSON.stringify(facts['value'])}`;
    case 'ExecutionStarted':
      return `${name} started`;
    default:
      return String(facts['type']);
  }
}
