/**
 * Goes on with an orchestration without being asked (docs/decisions/0006-running-ahead.md): where an episode has scheduled one activity and
 * nothing else, the activity runs here at once, and the episode that takes its result after it.
 *
 *   A1. Only activities that have shown to be quick run ahead: what blocks or ends the process has been handed out by the parent, which
 *       knows then whom to blame; and those that take their time gain nothing. Nor do those with a durable client: they may look at what
 *       the orchestration has done, which is seen only once it is committed.
 *   A2. Whatever the parent says of an instance ends the running ahead of it.
 *   A3. At most `maxActivities` run at one time, those that the parent handed out included.
 *   A4. What goes wrong here is no answer: the parent is told the result alone, and asks again for the rest.
 *   A5. What does not run ahead waits for the parent to hand it out; then the episode that takes the result still runs at once, where the
 *       parent says that the instance waits for nothing else.
 */
import { httpActivityName } from '../../../../core/values/http-activity';
import type { HistoryEvent, TaskScheduled } from '../../../../core/history/history';
import type { ActivityOutcome } from '../../../../core/ports/function-worker';
import { resultEvent } from '../../../../core/turns/result-event';
import type { ActivityAsked, ChildMessage, EpisodeAsked, SentBegun, SentOutcome } from '../../wire/messages';
import { isThenable } from '../../../../base/thenable';
import type { EpisodeReply, EpisodeSlice } from '../orchestrations/orchestration-runner';
import type { OneByOne } from './one-by-one';
import { monotonicMs, timestampAhead } from './own-clock';

export interface RunAheadWorld {
  /** `chars`: about how long its texts are. */
  say(message: ChildMessage, chars?: number): void;
  /** Changes when what was said has gone out. */
  frameNumber(): number;
  run(slice: EpisodeSlice): EpisodeReply | Promise<EpisodeReply>;
  /** Never throws or rejects. */
  activity(name: string, instanceId: string, input: string | null): ActivityOutcome | Promise<ActivityOutcome>;
  /** It is handed a durable client. */
  hasClient(activityName: string): boolean;
  /** What is answered and the steps that follow go out together, until the turn is over. */
  turns: Pick<OneByOne, 'beginTurn' | 'isTurnOver'>;
}

/** What is gone on with, from one word of the parent's to the next. */
interface Lead {
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  /** Events that the orchestration was fed. */
  length: number;
  /** How many it may take by itself from an answer to the parent on, and how many of those are left. */
  steps: number;
  stepsLeft: number;
  readonly quickMs: number;
  readonly clockAheadMs: number;
  /** Of what was noted last. */
  at: string;
  /** The activity that it waits for. */
  scheduled: TaskScheduled | null;
}

interface Step {
  at: string;
  outcome: SentOutcome;
  /** What follows once that is said. */
  onward: Onward | null;
}

/** What is begun once it is said. */
interface Onward {
  lead: Lead;
  begun: SentBegun;
  /** In which `begun` is said. */
  frame: number;
  scheduled: TaskScheduled;
  input: string | null;
}

type GoOn = NonNullable<ActivityAsked['goOn']>;

interface End {
  result: ActivityOutcome;
  step: Step | null;
}

/** A1, in milliseconds, where the parent does not say. */
const defaultQuickMs = 20;
/** A longer result is told alone, so that it may be as large as a message can be. */
const longResultChars = 1024 * 1024;
/** A longer text is said in a message of its own. */
const shortChars = 10_000;

export class RunAhead {
  private readonly leads = new Map<string, Lead>();
  /** How long each activity function took the last time that it succeeded; infinite after a failure. */
  private readonly lastMs = new Map<string, number>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private maxActivities = Number.POSITIVE_INFINITY;
  private lastId = 0;

  constructor(private readonly world: RunAheadWorld) {}

  /** A2. */
  stop(instanceId: string): void {
    this.leads.delete(instanceId);
  }

  /** Runs an activity that the parent handed out. */
  activity(name: string, instanceId: string, input: string | null): Promise<ActivityOutcome> {
    if (this.running < this.maxActivities) return this.timed(name, instanceId, input);
    return new Promise((resolve) => {
      this.waiting.push(() => void this.timed(name, instanceId, input).then(resolve));
    });
  }

  /** What to answer the parent, and what follows from it once that is said. */
  answer(asked: EpisodeAsked, outcome: SentOutcome): [SentOutcome, onward: Onward | null] {
    const { instanceId, executionId, name, knownLength, events, ahead } = asked;
    if (ahead === undefined) return [outcome, null];
    this.maxActivities = ahead.maxActivities;
    this.world.turns.beginTurn();
    const at = events.findLast((event) => event.EventType === 'OrchestratorStarted')?.Timestamp ?? '';
    const { steps, quickMs = defaultQuickMs, clockAheadMs = 0 } = ahead;
    const length = knownLength + events.length;
    const lead = { instanceId, executionId, name, length, steps, stepsLeft: steps, quickMs, clockAheadMs, at, scheduled: null };
    return this.next(lead, outcome);
  }

  private next(lead: Lead, outcome: SentOutcome): [SentOutcome, onward: Onward | null] {
    const [decision, ...others] = outcome.decisions;
    lead.at = laterOf(lead.at, timestampAhead(lead.clockAheadMs));
    if (decision?.type !== 'ScheduleTask' || others.length > 0 || decision.name === httpActivityName) {
      this.leads.delete(lead.instanceId);
      return [{ ...outcome, endedAt: lead.at }, null];
    }
    const { id: taskId, name, input } = decision;
    const scheduled: TaskScheduled = {
      EventType: 'TaskScheduled',
      EventId: taskId,
      IsPlayed: false,
      Timestamp: lead.at,
      Name: name,
      Version: decision.version ?? '',
      Input: null,
    };
    lead.scheduled = scheduled;
    this.leads.set(lead.instanceId, lead);
    const mayGoOn =
      lead.stepsLeft > 0 &&
      (this.lastMs.get(decision.name) ?? Number.POSITIVE_INFINITY) < lead.quickMs &&
      this.running < this.maxActivities &&
      !this.world.hasClient(decision.name);
    if (!mayGoOn) return [{ ...outcome, endedAt: lead.at }, null];
    lead.stepsLeft--;
    const begun: SentBegun = { id: --this.lastId, taskId, name };
    const frame = this.world.frameNumber();
    return [
      { ...outcome, endedAt: lead.at, begun },
      { lead, begun, frame, scheduled, input },
    ];
  }

  /** Once `first` is said. */
  async goOn(first: Onward): Promise<void> {
    const { world } = this;
    let onward: Onward | null = first;
    while (onward !== null) {
      const { lead, scheduled, input }: Onward = onward;
      const began = this.begin();
      const outcome = world.activity(scheduled.Name, lead.instanceId, input);
      const result: ActivityOutcome = isThenable(outcome) ? await outcome : outcome;
      this.ended(scheduled.Name, began, result);
      if (world.turns.isTurnOver) await immediate();
      const step = this.step(lead, scheduled, result);
      onward = this.tell(onward, result, isThenable(step) ? await step : step);
    }
  }

  private tell({ lead, begun, frame }: Onward, result: ActivityOutcome, step: Step | null): Onward | null {
    const { id } = begun;
    const { instanceId } = lead;
    if (step === null) {
      this.world.say({ type: 'ahead', id, instanceId, outcome: result, next: null }, charsOf(result));
      return null;
    }
    const { at, outcome, onward } = step;
    const next = { at, outcome };
    // What has not gone out yet takes along what followed.
    if (frame === this.world.frameNumber() && charsOf(result) <= shortChars && isShort(outcome))
      begun.end = { outcome: result, next };
    else this.world.say({ type: 'ahead', id, instanceId, outcome: result, next });
    return onward;
  }

  /** A5. As `activity`, and the step that follows; null: there is none. */
  async activityOn({ executionId, taskId }: GoOn, name: string, instanceId: string, input: string | null): Promise<End> {
    const lead = this.leads.get(instanceId);
    const result = await this.activity(name, instanceId, input);
    const scheduled = lead?.scheduled;
    if (lead?.executionId !== executionId || scheduled?.EventId !== taskId) return { result, step: null };
    if (this.world.turns.isTurnOver) await immediate();
    // What it was handed is committed, and so is all before it.
    lead.stepsLeft = lead.steps;
    const step = this.step(lead, scheduled, result);
    return { result, step: isThenable(step) ? await step : step };
  }

  /** The episode that takes the result. Null: it is not for here (A2, A4), and the lead is over. */
  private step(lead: Lead, scheduled: TaskScheduled, result: ActivityOutcome): Step | null | Promise<Step | null> {
    this.world.turns.beginTurn();
    if (this.leads.get(lead.instanceId) !== lead || lead.scheduled !== scheduled || isLong(result)) return this.over(lead);
    lead.scheduled = null;
    lead.at = laterOf(lead.at, timestampAhead(lead.clockAheadMs));
    const { at, length: knownLength, instanceId, executionId, name } = lead;
    const events: HistoryEvent[] = [
      scheduled,
      { EventType: 'OrchestratorCompleted', EventId: -1, IsPlayed: false, Timestamp: scheduled.Timestamp },
      { EventType: 'OrchestratorStarted', EventId: -1, IsPlayed: false, Timestamp: at },
      resultEvent(at, scheduled.EventId, result),
    ];
    lead.length += events.length;
    try {
      const reply = this.world.run({ instanceId, executionId, name, knownLength, events });
      return isThenable(reply) ? this.later(lead, at, reply) : this.ran(lead, at, reply);
    } catch {
      return this.over(lead);
    }
  }

  private async later(lead: Lead, at: string, reply: Promise<EpisodeReply>): Promise<Step | null> {
    try {
      return this.ran(lead, at, await reply);
    } catch {
      return this.over(lead);
    }
  }

  private ran(lead: Lead, at: string, reply: EpisodeReply): Step | null {
    if (reply === 'needHistory' || this.leads.get(lead.instanceId) !== lead) return this.over(lead);
    const [outcome, onward] = this.next(lead, reply);
    return { at, outcome, onward };
  }

  /** A4. */
  private over(lead: Lead): null {
    if (this.leads.get(lead.instanceId) === lead) this.leads.delete(lead.instanceId);
    return null;
  }

  private async timed(name: string, instanceId: string, input: string | null): Promise<ActivityOutcome> {
    const began = this.begin();
    const outcome = await this.world.activity(name, instanceId, input);
    this.ended(name, began, outcome);
    return outcome;
  }

  private begin(): number {
    this.running++;
    return monotonicMs();
  }

  private ended(name: string, began: number, { ok }: ActivityOutcome): void {
    this.lastMs.set(name, ok ? monotonicMs() - began : Number.POSITIVE_INFINITY);
    this.running--;
    if (this.waiting.length > 0 && this.running < this.maxActivities) this.waiting.shift()?.();
  }
}

function laterOf(one: string, other: string): string {
  return other > one ? other : one;
}

function isLong(result: ActivityOutcome): boolean {
  return charsOf(result) > longResultChars;
}

export function charsOf(outcome: ActivityOutcome): number {
  return outcome.ok ? (outcome.result?.length ?? 0) : outcome.reason.length + outcome.details.length;
}

/** Of a sequence, as most are, and no large message by itself. */
function isShort({ decisions, customStatus, awaitedEvents }: SentOutcome): boolean {
  const [decision] = decisions;
  if (decisions.length > 1 || awaitedEvents.length > 0 || (customStatus?.length ?? 0) > shortChars) return false;
  if (decision?.type === 'ScheduleTask') return (decision.input?.length ?? 0) <= shortChars;
  return (
    decision?.type === 'CompleteOrchestration' && decision.status === 'Completed' && (decision.result?.length ?? 0) <= shortChars
  );
}

function immediate(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
