/** An episode's results as checkpoints of the turn's batch. */
import { engineNotes } from '../core/history/history';
import { stackOf } from '../core/decisions/decisions';
import { Generation } from '../core/turns/generation';
import type { ExecutionCompleted, ExecutionStarted, ExecutionTerminated, HistoryEvent } from '../core/history/history';
import {
  workKey,
  type InboxMessage,
  type InstanceRow,
  type PendingActivity,
  type PendingTimer,
} from '../core/instances/instance';
import { rowAfterEpisode, terminatedBeforeStart } from '../core/instances/instance-rows';
import type { EpisodeOutcome } from '../core/ports/function-worker';
import { isTerminal } from '../core/values/status';
import { answerToParent, detailsOf, type OutgoingMessage } from '../core/turns/messages';
import type { ChildStart, TurnResult } from '../core/turns/turn';
import { terminationIn } from '../core/turns/outcome-checks';
import { consumptionOf, type EngineCore } from './engine-core';
import { send, startChild, type OpenCheckpoint } from './outgoing';
import type { Batch } from './committer';
import { nothingSent, type Episode } from './episode';
import type { LiveInstance } from './live-instance';

/** A step in the batch of this turn. */
export interface GatheredStep {
  readonly checkpoint: OpenCheckpoint;
  /** Its rows, in the checkpoint and in what is announced. */
  readonly events: HistoryEvent[];
  /** No custom status changes in it: each of those is kept with its time. */
  readonly mayGrow: boolean;
}

/** `before`: the step just gathered that it follows; where nothing but history and the work of the instance changes it becomes part of that. */
export function commitEpisode(
  core: EngineCore,
  episode: Episode,
  turn: TurnResult,
  shown: Pick<EpisodeOutcome, 'customStatus' | 'awaitedEvents' | 'stuck' | 'waits' | 'astray'>,
  /** The worker has begun the activities by itself. */
  areBegun = false,
  before: GatheredStep | null = null,
): GatheredStep {
  const { live, generation, newEvents } = episode;
  const stored = core.lives.generationOf(live);
  const isNewGeneration = stored !== generation;
  const events = newEvents.length === 0 ? turn.events : newEvents.concat(turn.events);
  if (episode.row.runtimeStatus === 'Suspended') noteEndWhileSuspended(events);
  for (const [at, text] of shown.astray ?? []) noteAstray(newEvents[at], text);
  const from = generation.events.length;
  generation.append(events);
  const row = rowAfterEpisode(episode.row, {
    events,
    isSuspended: generation.isSuspended,
    customStatus: shown.customStatus,
    awaitedEvents: shown.awaitedEvents,
    stuck: shown.stuck,
    waits: shown.waits,
    failureStack: stackOf(turn.completion),
  });
  const isOver = isTerminal(row.runtimeStatus);

  const batch = core.gather();
  if (before !== null && isPartOf(before, episode, turn, row)) {
    live.row = row;
    if (!areBegun) batch.activities.push(...turn.activities);
    addStep(batch, before, row, events, turn.activities);
    return before;
  }
  const checkpoint: OpenCheckpoint = {
    instanceId: live.instanceId,
    instance: row,
    history: { executionId: row.executionId, mode: isNewGeneration ? 'replace' : 'append', from, events },
  };
  const consumed = consumptionOf(episode.entries);
  if (consumed.consumedMessages !== undefined) checkpoint.consumedMessages = consumed.consumedMessages;
  if (consumed.finishedActivities !== undefined) checkpoint.finishedActivities = consumed.finishedActivities;

  let finishedTimers = consumed.finishedTimers;
  if (isNewGeneration) finishedTimers = cancelTimers(core, stored.open, live.row?.executionId ?? '', finishedTimers);
  if (isOver) finishedTimers = cancelTimers(core, generation.open, row.executionId, finishedTimers);
  if (finishedTimers !== undefined) checkpoint.finishedTimers = finishedTimers;

  const activities = join<PendingActivity>(episode.sentBefore.activities, turn.activities);
  if (activities.length > 0) {
    checkpoint.activities = activities;
    if (!areBegun) batch.activities.push(...activities);
  }
  const timers: PendingTimer[] = isOver ? [] : turn.timers;
  if (timers.length > 0) {
    checkpoint.timers = timers;
    batch.timers.push(...timers);
  }

  live.row = row;
  live.generation = generation;
  const children = join<ChildStart>(episode.sentBefore.children, turn.children);
  for (const child of children) startChild(core, checkpoint, live, child);
  const messages = join<OutgoingMessage>(episode.sentBefore.messages, turn.messages);
  for (const message of messages) send(core, checkpoint, message);
  if (row.runtimeStatus === 'Terminated') terminateChildren(core, checkpoint, newEvents, generation.events);

  batch.checkpoints.push(checkpoint);
  batch.unlock(live);
  batch.pin(live);
  batch.changes.push({ type: 'instance', row, newEvents: events, historyReplaced: isNewGeneration });
  const mayGrow = timers.length === 0 && row.customStatus === null && episode.row.customStatus === null;
  return { checkpoint, events, mayGrow };
}

function isPartOf({ mayGrow }: GatheredStep, { generation, sentBefore }: Episode, turn: TurnResult, row: InstanceRow): boolean {
  const { timers, children, messages, activities } = turn;
  return (
    mayGrow &&
    sentBefore === nothingSent &&
    timers.length + children.length + messages.length === 0 &&
    // What has ended waits for nothing else, so that nothing is to be cancelled.
    generation.open.size === activities.length &&
    row.runtimeStatus !== 'Terminated' &&
    row.customStatus === null
  );
}

/** The activity of the step before was its only one, and is over: neither its begin nor its end is written. */
function addStep(
  batch: Batch,
  { checkpoint, events: rows }: GatheredStep,
  row: InstanceRow,
  events: readonly HistoryEvent[],
  activities: PendingActivity[],
): void {
  for (const event of events) rows.push(event);
  checkpoint.instance = row;
  if (activities.length > 0) checkpoint.activities = activities;
  else delete checkpoint.activities;
  const last = batch.changes.length - 1;
  const change = batch.changes[last];
  if (change?.type === 'instance') batch.changes[last] = { ...change, row };
}

function noteAstray(event: HistoryEvent | undefined, text: string): void {
  if (event !== undefined) event.Note = `${engineNotes.astray} ${text}`;
}

/** `events`: of the episode of an instance that was suspended. */
function noteEndWhileSuspended(events: readonly HistoryEvent[]): void {
  if (events.some(({ EventType }) => EventType === 'ExecutionResumed')) return;
  const end = events.find((event) => event.EventType === 'ExecutionCompleted');
  if (end !== undefined && end.OrchestrationStatus !== 'Terminated') end.Note = engineNotes.suspendedEnded;
}

/**
 * A generation that has continued as new is over, and the next one begins as a work item of its own, from messages that are in the journal:
 * it can be seen, terminated and killed between the two. `episode` stands on the next generation already.
 */
export function commitNextGeneration(core: EngineCore, episode: Episode): void {
  const { live, started, newEvents, sentBefore } = episode;
  const stored = core.lives.generationOf(live);
  const consumed = consumptionOf(episode.entries);
  const finishedTimers = cancelTimers(core, stored.open, live.row?.executionId ?? '', consumed.finishedTimers);
  const row: InstanceRow = {
    ...episode.row,
    runtimeStatus: 'Running',
    customStatus: episode.carriedStatus,
    lastUpdatedTime: started.Timestamp,
    awaitedEvents: [],
  };
  delete row.stuck;
  delete row.waits;
  const messages: InboxMessage[] = [];
  const checkpoint: OpenCheckpoint = {
    instanceId: live.instanceId,
    instance: row,
    ...(stored.isEmpty ? {} : { history: { executionId: row.executionId, mode: 'replace', from: 0, events: [] } }),
    ...consumed,
    ...(finishedTimers === undefined ? {} : { finishedTimers }),
    ...(sentBefore.activities.length === 0 ? {} : { activities: sentBefore.activities }),
    messages,
  };
  const batch = core.gather();
  batch.activities.push(...sentBefore.activities);
  live.row = row;
  live.generation = new Generation();
  for (const child of sentBefore.children) startChild(core, checkpoint, live, child);
  // In front of what came meanwhile.
  const waiting = live.inbox;
  live.inbox = [];
  for (const event of newEvents) {
    // An event for one generation alone would be taken for an entity's answer.
    if (event.EventType === 'ExecutionStarted') core.accept(messages, live, row.executionId, event);
    else if (event.EventType === 'EventRaised') core.accept(messages, live, null, event);
  }
  live.inbox.push(...waiting);
  for (const message of sentBefore.messages) send(core, checkpoint, message);
  batch.checkpoints.push(checkpoint);
  batch.unlock(live);
  batch.pin(live);
  batch.changes.push({ type: 'instance', row, newEvents: [], historyReplaced: true });
}

/** Only the row changes; whatever waited for the start is used up (scenario X6). */
export function commitTerminationBeforeStart(core: EngineCore, live: LiveInstance, terminated: ExecutionTerminated): void {
  if (live.row === null) return;
  const entries = live.inbox;
  live.inbox = [];
  const row = terminatedBeforeStart(live.row, terminated.Input, terminated.Timestamp);
  live.row = row;
  const checkpoint: OpenCheckpoint = { instanceId: live.instanceId, instance: row, ...consumptionOf(entries) };
  const started = entries.find((entry) => entry.event.EventType === 'ExecutionStarted')?.event as ExecutionStarted | undefined;
  if (started !== undefined) {
    const completed: ExecutionCompleted = {
      EventType: 'ExecutionCompleted',
      EventId: -1,
      IsPlayed: false,
      Timestamp: core.now(),
      OrchestrationStatus: 'Terminated',
      Result: terminated.Input,
    };
    const answer = answerToParent(row, started, completed, detailsOf(row, completed));
    if (answer !== null) send(core, checkpoint, answer);
  }
  const batch = core.gather();
  batch.checkpoints.push(checkpoint);
  batch.pin(live);
  batch.changes.push({ type: 'instance', row, newEvents: [], historyReplaced: false });
}

/** A terminate with `Recurse` goes on to every child that the generation created. */
function terminateChildren(
  core: EngineCore,
  checkpoint: OpenCheckpoint,
  newEvents: readonly HistoryEvent[],
  history: readonly HistoryEvent[],
): void {
  const terminated = terminationIn(newEvents);
  if (terminated?.Recurse !== true) return;
  for (const event of history) {
    if (event.EventType !== 'SubOrchestrationInstanceCreated') continue;
    const again: ExecutionTerminated = { ...terminated, IsPlayed: false, Timestamp: core.now() };
    send(core, checkpoint, { instanceId: event.InstanceId, executionId: null, event: again });
  }
}

/** Timers that will never matter: not armed any more, and their keys added to `finished`. */
function cancelTimers(
  core: EngineCore,
  open: ReadonlyMap<number, string>,
  executionId: string,
  finished: string[] | undefined,
): string[] | undefined {
  let keys = finished;
  for (const [id, work] of open) {
    if (work !== 'timer') continue;
    const key = workKey(executionId, id);
    // One that has fired stands in the inbox, and is used up from there.
    if (core.due.cancel(key)) (keys ??= []).push(key);
  }
  return keys;
}

function join<T>(before: readonly T[], now: T[]): T[] {
  return before.length === 0 ? now : [...before, ...now];
}
