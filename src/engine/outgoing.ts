/** What a step of one instance sends to others, as parts of its checkpoint. */
import { engineNotes } from '../core/history/history';
import type { BehaviourProfile } from '../core/values/behaviour-profile';
import type { Checkpoint } from '../core/instances/checkpoint';
import { chosenEntityIdProblem, parseEntityId } from '../core/values/entity-id';
import { visibleAtMs } from '../core/entities/entity-messages';
import type { EventRaised } from '../core/history/history';
import { profileOf, type InboxMessage, type InstanceRow } from '../core/instances/instance';
import { entityRow } from '../core/instances/instance-rows';
import { isTerminal } from '../core/values/status';
import { fireAndForgetTag } from '../core/history/tags';
import { toTimestamp } from '../core/values/time';
import { childIdInUse, type OutgoingMessage } from '../core/turns/messages';
import type { ChildStart } from '../core/turns/turn';
import type { EngineCore } from './engine-core';
import { freeId } from './free-id';
import type { LiveInstance } from './live-instance';
import type { ChildAnswer } from './recorded-answers';

/** While it is being filled. */
export type OpenCheckpoint = Checkpoint & { children?: InstanceRow[]; messages?: InboxMessage[] };

export function startChild(core: EngineCore, checkpoint: OpenCheckpoint, parent: LiveInstance, child: ChildStart): void {
  const { row, started, taskId } = child;
  const call = checkpoint.history?.events.find(
    (event) => event.EventType === 'SubOrchestrationInstanceCreated' && event.EventId === taskId,
  );
  const recorded = core.recorded.child(parent.instanceId, taskId);
  if (recorded !== undefined && parent.row !== null && started.Tags?.[fireAndForgetTag] === undefined) {
    const event: ChildAnswer = { ...recorded, Note: engineNotes.recorded };
    send(core, checkpoint, { instanceId: parent.instanceId, executionId: parent.row.executionId, event });
    return;
  }
  if (belongsToAnother(core, parent.row, core.lives.rowOf(row.instanceId))) {
    // What a fork does leaves its origin and everybody else's instances as they are.
    row.instanceId = started.OrchestrationInstance.InstanceId = freeId(core, row.instanceId);
    if (call?.EventType === 'SubOrchestrationInstanceCreated') call.InstanceId = row.instanceId;
  }
  const existing = core.lives.rowOf(row.instanceId);
  const batch = core.gather();
  if (existing !== undefined && !isTerminal(existing.runtimeStatus)) {
    const hasBegun = existing.runtimeStatus !== 'Pending' || existing.historyLength > 0;
    if (profileOf(existing) === 'A' && hasBegun) {
      const text =
        `The child '${row.instanceId}' replaces an instance of the same id that was ${existing.runtimeStatus} ('${existing.name}'), as in Azure. ` +
        'Give the child an id of its own if that is not meant.';
      core.log('warning', text, parent.instanceId);
      for (const event of [call, started]) if (event !== undefined) event.Note = engineNotes.childReplaced;
    } else if (profileOf(existing) === 'A') {
      queueStart(core, checkpoint, parent, child);
      return;
    } else {
      const text = `Child '${row.instanceId}' cannot start: an instance of this id exists and is ${existing.runtimeStatus}.`;
      core.log('warning', text, parent.instanceId);
      if (started.Tags?.[fireAndForgetTag] !== undefined || parent.row === null) return;
      const event = childIdInUse(taskId, row.instanceId, existing.runtimeStatus, started.Timestamp);
      send(core, checkpoint, { instanceId: parent.instanceId, executionId: parent.row.executionId, event });
      return;
    }
  }
  if (existing !== undefined) {
    row.generation = profileOf(row) === 'A' ? existing.generation : existing.generation + 1;
    if (profileOf(row) !== 'A') started.Generation = row.generation;
    // The column of the run before stays until something else is written (recorded: `child-or-timer-new`).
    else if (isTerminal(existing.runtimeStatus)) row.output = existing.output;
    // Ahead of the parent's checkpoint: a crash between the two makes the parent decide again, and finds the id free.
    batch.checkpoints.push({ instanceId: row.instanceId, purged: true });
  }
  const live = core.lives.begin(row);
  batch.pin(live);
  (checkpoint.children ??= []).push(row);
  core.accept((checkpoint.messages ??= []), live, row.executionId, started, row.scheduledStartTime);
  batch.changes.push({ type: 'instance', row, newEvents: [], historyReplaced: existing !== undefined });
}

/**
 * Under its id an instance waits for its start: both run, one after the other, the later one first, as mostly in the real engine, whose starts
 * race each other (recorded: `same-child-twice`).
 */
function queueStart(core: EngineCore, checkpoint: OpenCheckpoint, parent: LiveInstance, { row, started }: ChildStart): void {
  const text = `Two starts of '${row.instanceId}' come together: they run one after the other. Give each child an id of its own.`;
  core.log('warning', text, parent.instanceId);
  const messages = (checkpoint.messages ??= []);
  const waiting = core.lives.find(row.instanceId);
  if (waiting === undefined) return;
  if (waiting.isBusy) {
    core.accept(messages, waiting, row.executionId, started);
    return;
  }
  const others = waiting.inbox;
  const live = core.lives.begin(row);
  core.gather().pin(live);
  (checkpoint.children ??= []).push(row);
  core.accept(messages, live, row.executionId, started, row.scheduledStartTime);
  live.inbox.push(...others);
  core.gather().changes.push({ type: 'instance', row, newEvents: [], historyReplaced: true });
}

/** `existing` is in the way of a fork's child, and is no child of that fork itself. */
function belongsToAnother(core: EngineCore, parent: InstanceRow | null, existing: InstanceRow | undefined): boolean {
  if (parent === null || existing === undefined) return false;
  const fork = forkAbove(core, parent);
  return fork !== null && fork !== forkAbove(core, existing);
}

/** Id of the fork that the instance is, or is a descendant of. */
function forkAbove(core: EngineCore, row: InstanceRow): string | null {
  let each: InstanceRow | undefined = row;
  for (let depth = 0; each !== undefined && depth < 100; depth++) {
    if (each.forkedFrom !== undefined) return each.instanceId;
    each = each.parentInstanceId === null ? undefined : core.lives.rowOf(each.parentInstanceId);
  }
  return null;
}

export function send(core: EngineCore, checkpoint: OpenCheckpoint, message: OutgoingMessage): void {
  const { instanceId, executionId, event } = message;
  if (event.EventType === 'EventRaised' && parseEntityId(instanceId) !== null) {
    tellEntity(core, checkpoint, instanceId, event);
    return;
  }
  const row = core.lives.rowOf(instanceId);
  const to = row === undefined || isTerminal(row.runtimeStatus) ? undefined : core.lives.find(instanceId);
  if (to === undefined) {
    const why = row === undefined ? 'there is no such instance' : `it is ${row.runtimeStatus}`;
    core.log('information', `${event.EventType} is dropped: ${why}.`, instanceId);
    return;
  }
  core.accept((checkpoint.messages ??= []), to, executionId, event);
}

/** An entity begins to be with the first message to it (spec/engine.md 5.2). */
export function tellEntity(
  core: EngineCore,
  checkpoint: OpenCheckpoint,
  instanceId: string,
  event: EventRaised,
  profile?: BehaviourProfile,
): void {
  let to = core.lives.find(instanceId);
  if (to === undefined) {
    const id = parseEntityId(instanceId);
    const problem = id === null ? `'${instanceId}' is not the id of an entity.` : chosenEntityIdProblem(id);
    if (problem !== null) {
      core.log('warning', `A message for an entity is dropped. ${problem}`, instanceId.slice(0, 100));
      return;
    }
    const row = entityRow(instanceId, core.world.newId(), core.now(), profile ?? core.profileOfEntity(id?.name ?? ''));
    to = core.lives.begin(row);
    (checkpoint.children ??= []).push(row);
    core.gather().changes.push({ type: 'instance', row, newEvents: [], historyReplaced: false });
  }
  const dueMs = visibleAtMs(event.Name);
  const visibleAt = dueMs > core.world.clock.now() ? toTimestamp(dueMs) : null;
  core.accept((checkpoint.messages ??= []), to, null, event, visibleAt);
}
