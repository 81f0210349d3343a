/**
 * What still reaches a fork, in the order in which it comes: answers, events and timers after the cut that have their cause before it, or
 * none (fork.ts, F2 and F3).
 */
import type { EventRaised, ExecutionStarted, HistoryEvent } from '../history/history';
import { movedTime } from '../values/time';
import type { ForkOrigin } from './fork-origin';
import type { Generation } from './generation';

/** The row as which it comes: -1 for what comes before all others. */
export interface Arrival {
  event: HistoryEvent;
  index: number;
}

export class ForkArrivals {
  /** True: a call of an entity is under way, and the record has no answer to it. */
  readonly lacksAnswer: boolean;

  readonly #history: readonly HistoryEvent[];
  readonly #cut: number;
  /** Of the step that is run anew. */
  readonly #end: number;
  readonly #list: Arrival[] = [];

  /** `cut`: index of the first row that is not kept; `before`: what is. */
  constructor(origin: ForkOrigin, cut: number, before: Generation) {
    const { history } = origin;
    this.#history = history;
    this.#cut = cut;
    this.#end = cut < history.length ? origin.nextStart(cut) : cut;
    const answered = this.#collect(origin, before);
    this.lacksAnswer = [...before.entityRequests.keys()].some((id) => !answered.has(id));
  }

  get list(): readonly Arrival[] {
    return this.#list;
  }

  /** Ids whose answer comes by itself. */
  answeredIds(): ReadonlySet<number> {
    const ids = new Set<number>();
    for (const { event } of this.#list) {
      if ('TaskScheduledId' in event) ids.add(event.TaskScheduledId);
      else if (event.EventType === 'TimerFired') ids.add(event.TimerId);
    }
    return ids;
  }

  /** It belongs to the step that is run anew. */
  isNow({ index }: Arrival): boolean {
    return index < this.#end;
  }

  has(event: HistoryEvent): boolean {
    return this.#placeOf(event) >= 0;
  }

  /** In the step that is run anew, with nothing but the start before it. */
  isFirst(event: HistoryEvent): boolean {
    const place = this.#placeOf(event);
    const found = this.#list[place];
    const before = this.#list.slice(0, Math.max(place, 0));
    return found !== undefined && before.every((each) => each.event.EventType === 'ExecutionStarted') && this.isNow(found);
  }

  /** The answer to what was asked for under that id. */
  answerTo(taskId: number): HistoryEvent | undefined {
    return this.#list.find(({ event }) => 'TaskScheduledId' in event && event.TaskScheduledId === taskId)?.event;
  }

  startWith(input: string | null): void {
    const start = this.#list.find(({ event }) => event.EventType === 'ExecutionStarted');
    if (start !== undefined) start.event = { ...(start.event as ExecutionStarted), Input: input };
  }

  /** Before all others, but for the start; taken from its place where it has one. */
  putFirst(event: HistoryEvent): void {
    const place = this.#placeOf(event);
    if (place >= 0) this.#list.splice(place, 1);
    const start = this.#list[0]?.event.EventType === 'ExecutionStarted' ? 1 : 0;
    const Timestamp = this.#history[this.#cut]?.Timestamp ?? event.Timestamp;
    this.#list.splice(start, 0, { event: { ...event, Timestamp }, index: -1 });
  }

  /** False, and nothing is changed: that row has no effect. Null: it does not come. */
  replace(index: number, event: HistoryEvent | null): boolean {
    const place = this.#list.findIndex((each) => each.index === index);
    if (place < 0) return false;
    if (event === null) this.#list.splice(place, 1);
    else this.#list[place] = { event, index };
    return true;
  }

  /** The event of one row behind everything that had come by another. */
  postpone(index: number, after: number): void {
    const event = this.#history[index] as EventRaised;
    const other = this.#history[after] as HistoryEvent;
    this.replace(index, null);
    let place = this.#list.findIndex((each) => each.index > after);
    if (place < 0) place = this.#list.length;
    // A moment later: what comes at the very time of that row comes before it.
    this.#list.splice(place, 0, { event: { ...event, Timestamp: movedTime(other.Timestamp, 1) }, index: after });
  }

  #placeOf(event: HistoryEvent): number {
    return this.#list.findIndex((each) => each.event === event);
  }

  /** Answers the ids of the entity calls that are answered. */
  #collect(origin: ForkOrigin, before: Generation): ReadonlySet<string> {
    const { open, entityRequests, isEmpty } = before;
    const taken = new Set<number>();
    const answered = new Set<string>();
    const end = origin.nextStart(this.#cut);
    let resumes = before.isSuspended;
    for (let index = this.#cut; index < this.#history.length; index++) {
      const event = this.#history[index] as HistoryEvent;
      switch (event.EventType) {
        case 'ExecutionStarted':
          if (isEmpty && index < end) this.#list.push({ event, index });
          break;
        case 'TaskCompleted':
        case 'TaskFailed':
        case 'SubOrchestrationInstanceCompleted':
        case 'SubOrchestrationInstanceFailed': {
          const work = event.EventType.startsWith('Task') ? 'activity' : 'child';
          if (open.get(event.TaskScheduledId) !== work || taken.has(event.TaskScheduledId)) break;
          taken.add(event.TaskScheduledId);
          this.#list.push({ event, index });
          break;
        }
        case 'TimerFired':
          // One that fires later is set again, with its time.
          if (open.get(event.TimerId) === 'timer' && index < end) this.#list.push({ event, index });
          break;
        case 'EventRaised':
          if (origin.requestIds.has(event.Name)) {
            if (!entityRequests.has(event.Name) || answered.has(event.Name)) break;
            answered.add(event.Name);
          }
          this.#list.push({ event, index });
          break;
        case 'ExecutionResumed':
          if (resumes) this.#list.push({ event, index });
          resumes = false;
          break;
        default:
      }
    }
    return answered;
  }
}
