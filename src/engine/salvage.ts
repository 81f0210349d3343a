/**
 * The last resort for a step that the store can never keep, however much room the disk has: without it the same batch would be tried for
 * ever, and all work would stand still, also after the next start.
 */
import type { Checkpoint } from '../core/instances/checkpoint';
import type { ExecutionCompleted, ExecutionStarted } from '../core/history/history';
import type { InstanceRow } from '../core/instances/instance';
import { isEntityId } from '../core/values/instance-id';
import { answerToParent } from '../core/turns/messages';
import type { Batch } from './committer';
import { consumptionOf, type EngineCore } from './engine-core';
import type { InboxEntry, LiveInstance } from './live-instance';
import { send, type OpenCheckpoint } from './outgoing';

/**
 * Puts something short in the place of the checkpoint at `index`: an orchestration fails by name, and its parent is told; of an entity what it
 * was told is used up, and its state stays. What the step would have sent or begun has not happened.
 */
export function salvage(core: EngineCore, batch: Batch, index: number, reason: string): void {
  const checkpoint = batch.checkpoints[index];
  if (checkpoint === undefined) return;
  const { instanceId } = checkpoint;
  core.log('error', reason, instanceId);
  const short = shorten(core, batch, index, checkpoint);
  // Steps that were taken ahead of it build on it.
  for (const later of [batch, core.committer.batch]) {
    for (const [at, each] of later.checkpoints.entries()) {
      if ((later === batch && at <= index) || each.instanceId !== instanceId) continue;
      if (each.instance !== undefined || each.history !== undefined) shorten(core, later, at, each);
    }
  }
  const live = core.lives.find(instanceId);
  const stored = core.world.store.instance(instanceId);
  if (live === undefined) return;
  live.entity = null;
  live.generation = null;
  live.begun = null;
  live.life++; // What its worker is asked at this moment is void.
  if (isEntityId(instanceId)) {
    live.row = stored ?? null;
  } else {
    const row = failedRow(checkpoint.instance ?? stored ?? null, stored, reason, core.now());
    live.row = row;
    if (row !== null) {
      short.instance = row;
      tellParent(core, instanceId, startedIn(core, checkpoint), row);
    }
  }
  const { row } = live;
  for (const [at, change] of batch.changes.entries()) {
    if (change.type !== 'instance' || change.row.instanceId !== instanceId || row === null) continue;
    batch.changes[at] = { type: 'instance', row, newEvents: [], historyReplaced: true };
  }
}

/** The instance fails where not even a row of its end can be added to its history: its messages are used up, and its parent is told. */
export function failWithoutHistory(core: EngineCore, live: LiveInstance, entries: readonly InboxEntry[], reason: string): void {
  const { instanceId } = live;
  core.log('error', reason, instanceId);
  const row = failedRow(live.row, live.row ?? undefined, reason, core.now());
  live.isBusy = false;
  live.row = row;
  const batch = core.gather();
  const checkpoint: OpenCheckpoint = { instanceId, ...(row === null ? {} : { instance: row }), ...consumptionOf(entries) };
  batch.checkpoints.push(checkpoint);
  batch.pin(live);
  if (row === null) return;
  batch.changes.push({ type: 'instance', row, newEvents: [], historyReplaced: false });
  tellParent(core, instanceId, startedIn(core, checkpoint), row);
}

/** Of the step remains what it has used up. */
function shorten(core: EngineCore, batch: Batch, index: number, checkpoint: Checkpoint): OpenCheckpoint {
  forgetWork(core, batch, checkpoint);
  const short: OpenCheckpoint = { instanceId: checkpoint.instanceId };
  for (const key of ['purged', 'consumedMessages', 'finishedActivities', 'finishedTimers'] as const) {
    if (checkpoint[key] !== undefined) Object.assign(short, { [key]: checkpoint[key] });
  }
  batch.checkpoints[index] = short;
  return short;
}

/** Nothing that the step wanted comes about. */
function forgetWork(
  core: EngineCore,
  batch: Batch,
  { instanceId, messages = [], children = [], activities, timers }: Checkpoint,
): void {
  const seqs = new Set(messages.map(({ seq }) => seq));
  for (const { live, seq } of batch.entries) {
    if (seq !== null && seqs.has(seq)) live.inbox = live.inbox.filter((entry) => entry.seq !== seq);
  }
  keep(batch.entries, ({ seq }) => seq === null || !seqs.has(seq));
  keep(batch.activities, (activity) => activities?.includes(activity) !== true);
  keep(batch.timers, (timer) => timers?.includes(timer) !== true);
  const begun = new Set(children.map((row) => row.instanceId));
  for (const id of begun) core.lives.reset(id);
  keep(
    batch.changes,
    (change) => change.type !== 'instance' || change.row.instanceId === instanceId || !begun.has(change.row.instanceId),
  );
}

function keep<T>(list: T[], isKept: (item: T) => boolean): void {
  const kept = list.filter(isKept);
  list.length = 0;
  for (const item of kept) list.push(item);
}

function failedRow(row: InstanceRow | null, stored: InstanceRow | undefined, reason: string, now: string): InstanceRow | null {
  if (row === null) return null;
  const basis = stored ?? { ...row, input: null, tags: null, historyLength: 0 };
  return {
    ...basis,
    executionId: row.executionId,
    runtimeStatus: 'Failed',
    output: reason,
    failureDetails: null,
    lastUpdatedTime: now,
    completedTime: now,
    awaitedEvents: [],
  };
}

function startedIn(core: EngineCore, { instanceId, history }: Checkpoint): ExecutionStarted | undefined {
  const events =
    history?.mode === 'replace' ? history.events : [...core.world.store.history(instanceId), ...(history?.events ?? [])];
  return events.find((event): event is ExecutionStarted => event.EventType === 'ExecutionStarted');
}

function tellParent(core: EngineCore, instanceId: string, started: ExecutionStarted | undefined, row: InstanceRow): void {
  if (started === undefined) return;
  const completed: ExecutionCompleted = {
    EventType: 'ExecutionCompleted',
    EventId: -1,
    IsPlayed: false,
    Timestamp: row.lastUpdatedTime,
    OrchestrationStatus: 'Failed',
    Result: row.output,
  };
  const answer = answerToParent(row, started, completed, '');
  if (answer === null) return;
  const checkpoint: OpenCheckpoint = { instanceId };
  send(core, checkpoint, answer);
  core.gather().checkpoints.push(checkpoint);
}
