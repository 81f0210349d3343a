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
import { workKey, type InstanceRow } from '../core/instances/instance';

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
      result[place] = joined(before, checkpoint);
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

function joined(before: Checkpoint, step: Step): Checkpoint {
  const { executionId, mode, from, events } = before.history ?? step.history;
  const activities = settled(before.activities, step.finishedActivities, ({ executionId, taskId }) =>
    workKey(executionId, taskId),
  );
  const timers = settled(before.timers, step.finishedTimers, ({ executionId, timerId }) => workKey(executionId, timerId));
  return {
    instanceId: step.instanceId,
    instance: step.instance,
    history: { executionId, mode, from, events: events.concat(step.history.events) },
    messages: both(before.messages, step.messages),
    consumedMessages: before.consumedMessages ?? none,
    activities: both(activities.left, step.activities),
    finishedActivities: both(before.finishedActivities, activities.finished),
    timers: both(timers.left, step.timers),
    finishedTimers: both(before.finishedTimers, timers.finished),
  };
}

const none: readonly never[] = [];

function both<T>(before: readonly T[] = none, then: readonly T[] = none): readonly T[] {
  return then.length === 0 ? before : before.length === 0 ? then : before.concat(then);
}

/** What of `work` is left when `finished` is over, and what of `finished` was begun before. */
function settled<T>(
  work: readonly T[] = none,
  finished: readonly string[] = none,
  keyOf: (item: T) => string,
): { left: readonly T[]; finished: readonly string[] } {
  if (work.length === 0 || finished.length === 0) return { left: work, finished };
  const begun = new Set(work.map(keyOf));
  const over = new Set(finished.filter((key) => begun.has(key)));
  if (over.size === 0) return { left: work, finished };
  return { left: work.filter((item) => !over.has(keyOf(item))), finished: finished.filter((key) => !over.has(key)) };
}
