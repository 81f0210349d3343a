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
  ExecutionStarted,
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
import { fromTimestamp, toExactTimestamp } from '../values/time';
import { answerTo } from './fork-answers';
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

/** What reaches the fork, and the row as which it comes: -1 for what comes before all others. */
interface Coming {
  event: HistoryEvent;
  index: number;
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
  #coming: Coming[] = [];
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
    const answered = this.#answeredIds();
    return {
      generation,
      keptUntil: this.#history[this.#cut - 1]?.Timestamp ?? '',
      movedMs: this.#moveMs,
      messages: this.#coming.map((each) => this.#message(each)),
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
    this.#coming = this.#arrivals();
  }

  /** What comes after the cut and has its cause before it, or none: in recorded order. */
  #arrivals(): Coming[] {
    const { open, entityRequests, isSuspended } = this.#before;
    const taken = new Set<number>();
    const answered = new Set<string>();
    const requests = this.#origin.requestIds;
    const end = this.#origin.nextStart(this.#cut);
    const coming: Coming[] = [];
    let resumes = isSuspended;
    for (let index = this.#cut; index < this.#history.length; index++) {
      const event = this.#history[index] as HistoryEvent;
      switch (event.EventType) {
        case 'ExecutionStarted':
          if (this.#before.isEmpty && index < end) coming.push({ event, index });
          break;
        case 'TaskCompleted':
        case 'TaskFailed':
        case 'SubOrchestrationInstanceCompleted':
        case 'SubOrchestrationInstanceFailed': {
          const work = event.EventType.startsWith('Task') ? 'activity' : 'child';
          if (open.get(event.TaskScheduledId) !== work || taken.has(event.TaskScheduledId)) break;
          taken.add(event.TaskScheduledId);
          coming.push({ event, index });
          break;
        }
        case 'TimerFired':
          // One that fires later is set again, with its time.
          if (open.get(event.TimerId) === 'timer' && index < end) coming.push({ event, index });
          break;
        case 'EventRaised':
          if (requests.has(event.Name)) {
            if (!entityRequests.has(event.Name) || answered.has(event.Name)) break;
            answered.add(event.Name);
          }
          coming.push({ event, index });
          break;
        case 'ExecutionResumed':
          if (resumes) coming.push({ event, index });
          resumes = false;
          break;
        default:
      }
    }
    const unanswered = [...entityRequests.keys()].find((id) => !answered.has(id));
    if (unanswered !== undefined) {
      throw this.#cannot(
        'a call of an entity is under way there, and the record has no answer to it. Choose a row before the call, or one after its answer.',
      );
    }
    return coming;
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
        this.#putFirst({ ...this.#envelope(), EventType: 'EventRaised', Name: change.name, Input: change.data });
        return;
      case 'input': {
        const start = this.#coming.find(({ event }) => event.EventType === 'ExecutionStarted');
        if (start !== undefined) start.event = { ...(start.event as ExecutionStarted), Input: change.value };
        return;
      }
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
    if (target < 0) this.#putFirst(event);
    else this.#replace(target, event);
  }

  #first(index: number): void {
    const event = this.#history[index];
    if (event === undefined) throw this.#refused(`cannot be overtaken by row ${index + 1}: there is no such row.`);
    const wanted = this.#comingOf(event, index);
    const place = this.#placeOf(wanted);
    if (
      place >= 0 &&
      this.#coming.slice(0, place).every((each) => each.event.EventType === 'ExecutionStarted') &&
      this.#isNow(this.#coming[place])
    ) {
      throw this.#refused(`cannot be overtaken by row ${index + 1}: that comes first as it is.`);
    }
    if (place >= 0) this.#coming.splice(place, 1);
    this.#putFirst(wanted);
  }

  /** What comes first when `event` does: itself, or its answer. */
  #comingOf(event: HistoryEvent, index: number): HistoryEvent {
    const row = `row ${index + 1} (${event.EventType})`;
    if (index >= this.#cut) {
      if (event.EventType === 'TimerFired') {
        if (this.#before.open.get(event.TimerId) === 'timer') return event;
      } else if (event.EventType !== 'ExecutionStarted' && this.#placeOf(event) >= 0) return event;
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
        const answer = this.#coming.find(
          ({ event: each }) => 'TaskScheduledId' in each && each.TaskScheduledId === event.EventId,
        );
        if (answer !== undefined) return answer.event;
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
    const event = this.#history[at] as EventRaised;
    const other = this.#history[after];
    if (other === undefined || after <= at) {
      throw this.#refused(
        `cannot come after row ${after + 1}: that is ${other === undefined ? 'no row' : 'before it'}. Name a later row.`,
      );
    }
    const coming = this.#coming.filter(({ index }) => index !== at);
    // Behind everything that had come by then.
    let place = coming.findIndex(({ index }) => index > after);
    if (place < 0) place = coming.length;
    // A moment later: what comes at the very time of that row comes before it.
    coming.splice(place, 0, { event: { ...event, Timestamp: movedTime(other.Timestamp, 1) }, index: after });
    this.#coming = coming;
  }

  #placeOf(event: HistoryEvent): number {
    return this.#coming.findIndex((each) => each.event === event);
  }

  #replace(index: number, event: HistoryEvent | null): void {
    const place = this.#coming.findIndex((each) => each.index === index);
    if (place < 0) throw this.#refused('has had no effect: it came when it was not wanted any more.');
    if (event === null) this.#coming.splice(place, 1);
    else this.#coming[place] = { event, index };
  }

  /** Before all others, but for the start. */
  #putFirst(event: HistoryEvent): void {
    const start = this.#coming[0]?.event.EventType === 'ExecutionStarted' ? 1 : 0;
    const Timestamp = this.#cut < this.#history.length ? (this.#history[this.#cut] as HistoryEvent).Timestamp : event.Timestamp;
    this.#coming.splice(start, 0, { event: { ...event, Timestamp }, index: -1 });
  }

  /** Ids whose answer comes by itself. */
  #answeredIds(): ReadonlySet<number> {
    const ids = new Set<number>();
    for (const { event } of this.#coming) {
      if ('TaskScheduledId' in event) ids.add(event.TaskScheduledId);
      else if (event.EventType === 'TimerFired') ids.add(event.TimerId);
    }
    return ids;
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

  #message(coming: Coming): ForkPlan['messages'][number] {
    const { event } = coming;
    const { nowMs } = this.input;
    const dueMs = fromTimestamp(event.Timestamp) + nowMs - this.#momentMs();
    const moved = { ...this.#moved(event), IsPlayed: false } as InboundEvent;
    return { event: moved, visibleAtMs: this.#isNow(coming) || !(dueMs > nowMs) ? 0 : dueMs };
  }

  /** It belongs to the step that is run anew. */
  #isNow(coming: Coming | undefined): boolean {
    const end = this.#cut < this.#history.length ? this.#origin.nextStart(this.#cut) : this.#cut;
    return coming !== undefined && coming.index < end;
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

/** With the fraction below the millisecond as it was. */
export function movedTime(time: string, byMs: number): string {
  const ms = fromTimestamp(time);
  return Number.isNaN(ms) ? time : toExactTimestamp(ms + byMs, Number(time.slice(23, 27)));
}
