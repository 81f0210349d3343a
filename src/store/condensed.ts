/**
 * The steps of a batch that follow each other in one instance, as one step with the same effect: what a row was in between, and an activity
 * that was handed out and done within the batch, leave no trace in a record that is read whole or not at all.
 *
 *   C1. Only steps that append to one history, and while nobody's custom status changes: each of those is kept with its time.
 *   C2. A batch in which instances are purged or children begin is left as it is: there the order between instances counts.
 *       Nor is a step moved to the front that uses up a message, which another one may have brought.
 *   C3. A task or a timer of an execution is handed out again, by a rewind, only when it is over: so what begins and ends within the steps
 *       that are joined was not in the store before.
 */
import type { Checkpoint } from '../core/instances/checkpoint';
import type { HistoryEvent } from '../core/history/history';
import {
  workKey,
  type InboxMessage,
  type InstanceRow,
  type PendingActivity,
  type PendingTimer,
} from '../core/instances/instance';

type Step = Checkpoint & { instance: InstanceRow; history: NonNullable<Checkpoint['history']> };

/** `hasStatus`: whether the instance had a custom status before. Without anything to join it is the list that was given. */
export function condensed(checkpoints: readonly Checkpoint[], hasStatus: (id: string) => boolean): readonly Checkpoint[] {
  if (checkpoints.length < 2) return checkpoints;
  const places = new Map<string, number>();
  const withStatus = new Set<string>();
  const result: Checkpoint[] = [];
  for (const checkpoint of checkpoints) {
    const { instanceId, purged, children } = checkpoint;
    if (purged === true || children !== undefined) return checkpoints; // C2
    if (checkpoint.instance !== undefined && checkpoint.instance.customStatus !== null) withStatus.add(instanceId);
    const place = places.get(instanceId);
    const before = place === undefined ? undefined : result[place];
    if (
      place !== undefined &&
      before !== undefined &&
      follows(before, checkpoint) &&
      !withStatus.has(instanceId) &&
      !hasStatus(instanceId)
    ) {
      if (before instanceof Joined) before.add(checkpoint);
      else (result[place] = new Joined(before as Step)).add(checkpoint);
    } else {
      places.set(instanceId, result.length);
      result.push(checkpoint);
    }
  }
  return result.length === checkpoints.length ? checkpoints : result;
}

function follows(before: Checkpoint, step: Checkpoint): step is Step {
  const first = before.history;
  const then = step.history;
  return (
    before.instance !== undefined &&
    step.instance !== undefined &&
    first !== undefined &&
    then?.mode === 'append' &&
    then.executionId === first.executionId &&
    then.from === first.from + first.events.length &&
    (step.consumedMessages ?? none).length === 0
  );
}

/** What steps of this batch were joined to: its lists are its own, so that the next step is added to them. */
class Joined implements Checkpoint {
  readonly instanceId: string;
  instance: InstanceRow;
  readonly history: { executionId: string; mode: 'append' | 'replace'; from: number; events: HistoryEvent[] };
  readonly messages: InboxMessage[];
  readonly consumedMessages: readonly number[];
  activities: PendingActivity[];
  readonly finishedActivities: string[];
  timers: PendingTimer[];
  readonly finishedTimers: string[];

  constructor(first: Step) {
    const { executionId, mode, from, events } = first.history;
    this.instanceId = first.instanceId;
    this.instance = first.instance;
    this.history = { executionId, mode, from, events: events.slice() };
    this.messages = [...(first.messages ?? none)];
    this.consumedMessages = first.consumedMessages ?? none;
    this.activities = [...(first.activities ?? none)];
    this.finishedActivities = [...(first.finishedActivities ?? none)];
    this.timers = [...(first.timers ?? none)];
    this.finishedTimers = [...(first.finishedTimers ?? none)];
  }

  add({ instance, history, messages, activities, finishedActivities, timers, finishedTimers }: Step): void {
    this.instance = instance;
    addTo(this.history.events, history.events);
    addTo(this.messages, messages);
    if (finishedActivities !== undefined) {
      this.activities = left(this.activities, finishedActivities, keyOfActivity, this.finishedActivities);
    }
    addTo(this.activities, activities);
    if (finishedTimers !== undefined) this.timers = left(this.timers, finishedTimers, keyOfTimer, this.finishedTimers);
    addTo(this.timers, timers);
  }
}

const none: readonly never[] = [];

function addTo<T>(list: T[], more: readonly T[] = none): void {
  for (const each of more) list.push(each);
}

const keyOfActivity = ({ executionId, taskId }: PendingActivity): string => workKey(executionId, taskId);
const keyOfTimer = ({ executionId, timerId }: PendingTimer): string => workKey(executionId, timerId);

/** What of `work` is left when `finished` is over; what of that was begun before goes to `finishedBefore`. */
function left<T>(work: T[], finished: readonly string[], keyOf: (item: T) => string, finishedBefore: string[]): T[] {
  if (work.length === 0) {
    addTo(finishedBefore, finished);
    return work;
  }
  const begun = new Map(work.map((item) => [keyOf(item), item]));
  for (const key of finished) if (!begun.delete(key)) finishedBefore.push(key);
  return begun.size === work.length ? work : [...begun.values()];
}
