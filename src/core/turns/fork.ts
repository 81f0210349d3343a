/**
 * A fork (docs/fork.md): what of a recorded history another run begins with, and what still reaches it.
 *
 *   F1. Whole episodes are kept; that of the chosen row is run anew, from the same messages with one of them changed.
 *   F2. What had been asked for before is not asked for again where the record has its answer: that comes as recorded, and so do events, each
 *       as long after the moment as it did. What the record has no answer for begins anew.
 *   F3. What was done to the instance by hand (terminate, suspend, rewind) is not done again; a resume is, where the fork begins suspended.
 *   F4. A fork answers nobody, and holds no lock: it cannot begin in a critical section.
 */
import { isArrival } from '../history/arrivals';
import type {
  EventRaised,
  HistoryEvent,
  InboundEvent,
  SubOrchestrationInstanceCreated,
  TaskScheduled,
  TimerCreated,
  TimerFired,
} from '../history/history';
import type { ForkChange } from '../instances/forks';
import type { BehaviourProfile } from '../values/behaviour-profile';
import { DurascopeError } from '../values/errors';
import { fromTimestamp, movedTime, toExactTimestamp } from '../values/time';
import { answerTo } from './fork-answers';
import { ForkArrivals, type Arrival } from './fork-arrivals';
import { ForkOrigin, isEntityRow } from './fork-origin';
import { Generation } from './generation';

export interface ForkInput {
  profile: BehaviourProfile;
  /** Commit order, of one generation. */
  history: readonly HistoryEvent[];
  /** From 1; the number of rows and one more is the end. */
  row: number;
  change: ForkChange | null;
  isOver: boolean;
  /** Epoch milliseconds. */
  nowMs: number;
  keepTimes: boolean;
}

export interface ForkPlan {
  /** What the fork has of the history; empty: it begins anew. */
  generation: Generation;
  /** When the last kept step ended, in the origin's time; empty: there is none. */
  keptUntil: string;
  /** By how much times were moved, in milliseconds. */
  movedMs: number;
  /** In the order in which they come. */
  messages: readonly { event: InboundEvent; visibleAtMs: number }[];
  timers: readonly { timerId: number; fireAt: string }[];
  /** Under way at the moment, and without an answer in the record. */
  activities: readonly TaskScheduled[];
  children: readonly SubOrchestrationInstanceCreated[];
}

/** InvalidArgument for a change that does not fit its row; InstanceWrongState where a fork cannot begin. */
export function planFork(input: ForkInput): ForkPlan {
  return new ForkPlanner(input).plan();
}

class ForkPlanner {
  readonly #origin: ForkOrigin;
  readonly #history: readonly HistoryEvent[];
  readonly #at: number;
  /** Index of the first row that is not kept. */
  #cut: number;
  #before: Generation;
  #arrivals: ForkArrivals;
  #moveMs = 0;

  constructor(private readonly input: ForkInput) {
    const { history, row } = input;
    if (!Number.isInteger(row) || row < 1 || row > history.length + 1) {
      throw new DurascopeError(
        'InvalidArgument',
        `There is no row ${row}: the history has the rows 1 to ${history.length}, and ${history.length + 1} is its end.`,
      );
    }
    this.#history = history;
    this.#origin = new ForkOrigin(history);
    this.#at = row - 1;
    this.#cut = this.#at >= history.length ? history.length : this.#origin.startOf(this.#at);
    this.#before = new Generation();
    this.#arrivals = new ForkArrivals(this.#origin, history.length, this.#before);
  }

  plan(): ForkPlan {
    const { change } = this.input;
    const target = change === null ? null : this.#targetOf(change);
    this.#cutBefore();
    if (this.#cut === this.#history.length) this.#assertGoesOn();
    if (change !== null) this.#apply(change, target);
    const { nowMs, keepTimes } = this.input;
    this.#moveMs = keepTimes ? 0 : nowMs - this.#momentMs();
    const generation = new Generation(this.#before.events.map((event) => this.#moved(event)));
    const answered = this.#arrivals.answeredIds();
    return {
      generation,
      keptUntil: this.#history[this.#cut - 1]?.Timestamp ?? '',
      movedMs: this.#moveMs,
      messages: this.#arrivals.list.map((each) => this.#message(each)),
      timers: this.#openRows<TimerCreated>('TimerCreated', answered).map((event) => ({
        timerId: event.EventId,
        fireAt: this.#moved(event).FireAt,
      })),
      activities: this.#openRows<TaskScheduled>('TaskScheduled', answered),
      children: this.#openRows<SubOrchestrationInstanceCreated>('SubOrchestrationInstanceCreated', answered),
    };
  }

  /** Where the row is that the change is about: its own, or that which answers it; -1: there is none yet. Sets the cut. */
  #targetOf(change: ForkChange): number | null {
    const at = this.#at;
    switch (change.type) {
      case 'result':
      case 'failure': {
        const target = this.#origin.answerAt(at);
        if (target === null) {
          throw this.#refused(
            `is no result of an activity, a sub-orchestration or an entity, nor a row that asks for one, so that ${change.type === 'result' ? 'a result' : 'a failure'} cannot be put there. ${this.#whatFits()}`,
          );
        }
        this.#cut = target >= 0 ? this.#origin.startOf(target) : this.#origin.nextStart(at);
        return target;
      }
      case 'fires': {
        if (this.#history[at]?.EventType !== 'TimerCreated') {
          throw this.#refused(`sets no timer. ${this.#whatFits()}`);
        }
        this.#cut = this.#origin.nextStart(at);
        return at;
      }
      case 'input':
        if (this.#cut > 0)
          throw this.#refused('is past the start: another input is given at row 2, or any other of the first step.');
        return null;
      case 'payload':
      case 'never':
      case 'later':
        if (this.#history[at]?.EventType !== 'EventRaised' || this.#origin.requestIds.has(this.#history[at].Name)) {
          throw this.#refused(`is no event from outside. ${this.#whatFits()}`);
        }
        return at;
      case 'first':
      case 'raise':
        return null;
    }
  }

  #cutBefore(): void {
    const { profile } = this.input;
    const kept = this.#history.slice(0, this.#cut);
    this.#before = new Generation(kept);
    const { locks, started } = this.#before;
    if (started === null && this.#cut > 0) throw this.#cannot('its history has no ExecutionStarted.');
    if (locks !== null && !locks.isNone) {
      const asked = this.#origin.lockRequestAt(locks.all()[0]?.requestedAt ?? '');
      throw this.#cannot(
        `it is inside of a critical section, and the entities are locked by the origin. Choose row ${asked + 1}, where they are asked for, or one before it, or one after they are given back.`,
      );
    }
    const foreign = profile === 'A' ? undefined : kept.findIndex((event) => isEntityRow(event));
    if (foreign !== undefined && foreign >= 0) {
      throw this.#cannot(
        `the part that is kept calls an entity in row ${foreign + 1}, and a program names such calls after the id of its instance: it would not know the recorded answer. Choose that row, or one before it.`,
      );
    }
    this.#arrivals = new ForkArrivals(this.#origin, this.#cut, this.#before);
    if (this.#arrivals.lacksAnswer) {
      throw this.#cannot(
        'a call of an entity is under way there, and the record has no answer to it. Choose a row before the call, or one after its answer.',
      );
    }
  }

  #apply(change: ForkChange, target: number | null): void {
    const at = this.#at;
    switch (change.type) {
      case 'result':
      case 'failure':
        this.#answer(change, target ?? -1);
        return;
      case 'payload':
        this.#replace(at, { ...(this.#history[at] as EventRaised), Input: change.value });
        return;
      case 'never':
        this.#replace(at, null);
        return;
      case 'later':
        this.#later(at, change.row - 1);
        return;
      case 'fires':
      case 'first':
        this.#first(change.type === 'fires' ? at : change.row - 1);
        return;
      case 'raise':
        this.#arrivals.putFirst({ ...this.#envelope(), EventType: 'EventRaised', Name: change.name, Input: change.data });
        return;
      case 'input':
        this.#arrivals.startWith(change.value);
        return;
    }
  }

  #answer(change: Extract<ForkChange, { type: 'result' | 'failure' }>, target: number): void {
    const cause = target < 0 ? this.#history[this.#at] : this.#origin.causeOf(this.#history[target] as HistoryEvent, this.#cut);
    if (cause === undefined) throw this.#refused('answers nothing that this history asked for.');
    const event = answerTo(
      cause,
      change,
      target < 0 ? this.#envelope() : (this.#history[target] as HistoryEvent),
      this.input.profile,
    );
    if (target < 0) this.#arrivals.putFirst(event);
    else this.#replace(target, event);
  }

  #first(index: number): void {
    const event = this.#history[index];
    if (event === undefined) throw this.#refused(`cannot be overtaken by row ${index + 1}: there is no such row.`);
    const wanted = this.#comingOf(event, index);
    if (this.#arrivals.isFirst(wanted)) {
      throw this.#refused(`cannot be overtaken by row ${index + 1}: that comes first as it is.`);
    }
    this.#arrivals.putFirst(wanted);
  }

  /** What comes first when `event` does: itself, or its answer. */
  #comingOf(event: HistoryEvent, index: number): HistoryEvent {
    const row = `row ${index + 1} (${event.EventType})`;
    if (index >= this.#cut) {
      if (event.EventType === 'TimerFired') {
        if (this.#before.open.get(event.TimerId) === 'timer') return event;
      } else if (event.EventType !== 'ExecutionStarted' && this.#arrivals.has(event)) return event;
      else if (!isArrival(event)) {
        throw this.#refused(`cannot be overtaken by ${row}: it is no answer, no event and no timer.`);
      }
      throw this.#refused(
        `cannot be overtaken by ${row}: what it answers was asked for only after row ${this.#cut + 1}, where this step begins.`,
      );
    }
    switch (event.EventType) {
      case 'TimerCreated':
        if (this.#before.open.get(event.EventId) === 'timer') return this.#timerFired(event);
        break;
      case 'TaskScheduled':
      case 'SubOrchestrationInstanceCreated': {
        const answer = this.#arrivals.answerTo(event.EventId);
        if (answer !== undefined) return answer;
        if (!this.#before.open.has(event.EventId)) break;
        throw this.#refused(
          `cannot be overtaken by ${row}: the record has no answer to it. Give one at its row, as a result or a failure.`,
        );
      }
      default:
    }
    throw this.#refused(`cannot be overtaken by ${row}: that came before it as it is.`);
  }

  #timerFired({ EventId, FireAt }: TimerCreated): TimerFired {
    const recorded = this.#history.find((event) => event.EventType === 'TimerFired' && event.TimerId === EventId);
    if (recorded !== undefined) return recorded as TimerFired;
    return { ...this.#envelope(), EventType: 'TimerFired', TimerId: EventId, FireAt };
  }

  #later(at: number, after: number): void {
    const other = this.#history[after];
    if (other === undefined || after <= at) {
      throw this.#refused(
        `cannot come after row ${after + 1}: that is ${other === undefined ? 'no row' : 'before it'}. Name a later row.`,
      );
    }
    this.#arrivals.postpone(at, after);
  }

  #replace(index: number, event: HistoryEvent | null): void {
    if (!this.#arrivals.replace(index, event)) throw this.#refused('has had no effect: it came when it was not wanted any more.');
  }

  #openRows<T extends TimerCreated | TaskScheduled | SubOrchestrationInstanceCreated>(
    type: T['EventType'],
    answered: ReadonlySet<number>,
  ): T[] {
    const { open, events } = this.#before;
    if (open.size === 0) return [];
    return events.filter(
      (event): event is T => event.EventType === type && open.has(event.EventId) && !answered.has(event.EventId),
    );
  }

  #message(arrival: Arrival): ForkPlan['messages'][number] {
    const { event } = arrival;
    const { nowMs } = this.input;
    const dueMs = fromTimestamp(event.Timestamp) + nowMs - this.#momentMs();
    const moved = { ...this.#moved(event), IsPlayed: false } as InboundEvent;
    return { event: moved, visibleAtMs: this.#arrivals.isNow(arrival) || !(dueMs > nowMs) ? 0 : dueMs };
  }

  /** When the step began that is run anew. */
  #momentMs(): number {
    if (this.#cut < this.#history.length) return fromTimestamp((this.#history[this.#cut] as HistoryEvent).Timestamp);
    return this.input.nowMs;
  }

  #moved<T extends HistoryEvent>(event: T): T {
    if (this.#moveMs === 0) return { ...event };
    const moved = { ...event, Timestamp: movedTime(event.Timestamp, this.#moveMs) };
    if ('FireAt' in moved) return { ...moved, FireAt: movedTime(moved.FireAt, this.#moveMs) };
    return moved;
  }

  #envelope(): { EventId: number; IsPlayed: boolean; Timestamp: string } {
    return { EventId: -1, IsPlayed: false, Timestamp: toExactTimestamp(this.#momentMs(), 0) };
  }

  #assertGoesOn(): void {
    if (this.input.isOver) throw this.#cannot('the origin has ended there, and nothing is left to run. Choose an earlier row.');
  }

  #whatFits(): string {
    switch (this.#history[this.#at]?.EventType) {
      case 'EventRaised':
        return 'At this row fit: another payload, never, later, another one first.';
      case 'TimerCreated':
        return 'At this row fits: the timer fires at once.';
      case 'TaskScheduled':
      case 'TaskCompleted':
      case 'TaskFailed':
      case 'SubOrchestrationInstanceCreated':
      case 'SubOrchestrationInstanceCompleted':
      case 'SubOrchestrationInstanceFailed':
        return 'At this row fit: a result, a failure, another one first.';
      case 'ExecutionStarted':
        return 'At this row fits: another input.';
      default:
        return 'At this row fit: another one first, an event that comes.';
    }
  }

  #refused(what: string): DurascopeError {
    const event = this.#history[this.#at];
    const row = this.#at + 1;
    return new DurascopeError(
      'InvalidArgument',
      `Row ${row}${event === undefined ? ', the end,' : ` (${event.EventType})`} ${what}`,
    );
  }

  #cannot(why: string): DurascopeError {
    return new DurascopeError('InstanceWrongState', `A fork cannot begin at row ${this.#at + 1}: ${why}`);
  }
}
