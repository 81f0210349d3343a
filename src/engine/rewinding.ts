/** Takes a failed instance, and the failed children that it waits for, back to the moment before the failure: all in one batch. */
import type { Checkpoint } from '../core/instances/checkpoint';
import { DurascopeError } from '../core/values/errors';
import { releaseName } from '../core/entities/entity-messages';
import { Generation } from '../core/turns/generation';
import type {
  HistoryEvent,
  InboundEvent,
  SubOrchestrationInstanceCreated,
  TaskScheduled,
  TimerCreated,
} from '../core/history/history';
import {
  workKey,
  type InboxMessage,
  type InstanceRow,
  type PendingActivity,
  type PendingTimer,
} from '../core/instances/instance';
import { rewoundRow } from '../core/instances/instance-rows';
import { type ActivityFate, type ChildFate, markRewound, type OpenFates, removeFailures } from '../core/turns/rewind';
import { isTerminal } from '../core/values/status';
import type { EngineCore } from './engine-core';
import type { LiveInstance } from './live-instance';
import { notFound, notRewindable } from './refusals';

/**
 * Puts the checkpoints of the rewind into the turn's batch. InstanceNotFound; InstanceWrongState unless it has failed, or when a child
 * could not answer the rewound instance.
 */
export function rewind(core: EngineCore, instanceId: string, reason: string | null): void {
  const live = core.lives.find(instanceId) ?? notFound(instanceId);
  const { row } = live;
  if (row?.runtimeStatus !== 'Failed') throw notRewindable(instanceId, row?.runtimeStatus);
  const generation = core.lives.generationOf(live);
  if (generation.started === null) {
    throw new DurascopeError('InstanceWrongState', `'${instanceId}' has no history to rewind. Restart it instead.`);
  }
  assertRewindable(core, live, row);
  rewindTree(core, live, row, reason, null);
}

function rewindTree(
  core: EngineCore,
  live: LiveInstance,
  row: InstanceRow,
  reason: string | null,
  parentExecutionId: string | null,
): void {
  const before = core.lives.generationOf(live);
  const now = core.now();
  const isOldScheme = core.isOfExtension(row);
  const pending = core.world.store.pendingActivities(live.instanceId);
  const fates: OpenFates = {
    activity: (call) => (isOldScheme ? activityFate(row, pending, call) : 'create'),
    child: (call, isOutdated) => childFate(core, row, call, isOutdated),
  };
  const executionId = isOldScheme ? row.executionId : core.world.newId();
  const { events, children, activities } = isOldScheme
    ? markRewound(before.events, fates)
    : removeFailures(before.events, fates, { executionId, parentExecutionId, reason, now });
  const generation = new Generation(events);
  const next = rewoundRow(row, { executionId, events, status: isOldScheme ? 'Pending' : 'Running', now });

  const messages: InboxMessage[] = [];
  live.row = next;
  live.generation = generation;
  live.isHeld = false;
  live.exits = live.hangs = live.generationsInRow = 0;
  // Only the deepest begin: whoever is above them goes on when they answer.
  if (children.length === 0) core.accept(messages, live, executionId, wakingEvent(isOldScheme, reason, now));
  const timers = openTimers(generation, live.instanceId, executionId);
  const again = activities.map((call) => calledAgain(row, call, now));
  // With a new ExecutionId nobody takes what still runs.
  const finished = isOldScheme ? [] : pending;
  const checkpoint: Checkpoint = {
    instanceId: live.instanceId,
    instance: next,
    history: { executionId, mode: 'replace', from: 0, events },
    messages,
    ...(timers.length === 0 ? {} : { timers }),
    ...(again.length === 0 ? {} : { activities: again }),
    ...(finished.length === 0 ? {} : { finishedActivities: finished.map((each) => workKey(each.executionId, each.taskId)) }),
  };
  const batch = core.gather();
  batch.checkpoints.push(checkpoint);
  batch.timers.push(...timers);
  batch.activities.push(...again);
  batch.pin(live);
  batch.changes.push({ type: 'instance', row: next, newEvents: events, historyReplaced: true });
  for (const id of children) {
    const child = core.lives.find(id);
    const status = child?.row?.runtimeStatus;
    // As the real service: a child whose retries failed too is rewound, and woken, once for each of its calls (recorded:
    // `rewind-retried-child`).
    if (child?.row != null && (status === 'Failed' || (isOldScheme && status === 'Pending'))) {
      rewindTree(core, child, child.row, reason, isOldScheme ? null : executionId);
    }
  }
}

/** A generic event is a row of the history; the other only begins an episode. */
function wakingEvent(isOldScheme: boolean, reason: string | null, Timestamp: string): InboundEvent {
  const row = { EventId: -1, IsPlayed: false, Timestamp };
  return isOldScheme
    ? { ...row, EventType: 'GenericEvent', Data: reason }
    : { ...row, EventType: 'ExecutionRewound', Reason: null };
}

function activityFate(row: InstanceRow, pending: readonly PendingActivity[], call: TaskScheduled): ActivityFate {
  const isUnderWay = pending.some(({ taskId, executionId }) => taskId === call.EventId && executionId === row.executionId);
  if (isUnderWay) return 'keep';
  return (call.Input ?? call.KeptInput ?? null) === null ? 'create' : 'again';
}

function calledAgain({ instanceId, executionId }: InstanceRow, call: TaskScheduled, scheduledAt: string): PendingActivity {
  const { EventId: taskId, Name: name, Version: version, Tags: tags, ParentTraceContext: traceContext } = call;
  return {
    ...{ instanceId, executionId, taskId, name, version, scheduledAt },
    input: call.Input ?? call.KeptInput ?? null,
    ...(tags == null ? {} : { tags }),
    ...(traceContext == null ? {} : { traceContext }),
  };
}

function childFate(core: EngineCore, parent: InstanceRow, call: SubOrchestrationInstanceCreated, isOutdated: boolean): ChildFate {
  const row = core.lives.rowOf(call.InstanceId);
  const live = row === undefined ? undefined : core.lives.find(call.InstanceId);
  if (row === undefined || live === undefined) return 'create';
  const isCalledAgain = core.isOfExtension(parent) && row.runtimeStatus === 'Failed' && isChildOf(core, live, parent);
  // The attempts of a retried child share its id: an earlier one stays as it is, as in the real service (recorded: `rewind-retried-child-twice`).
  if (isOutdated && core.isOfExtension(parent) && !isCalledAgain && isChildOf(core, live, parent)) return 'keep';
  if (!isCalledAgain && !isAnswering(core, live, parent, call.EventId)) return 'create';
  if (!isTerminal(row.runtimeStatus)) return 'keep';
  if (row.runtimeStatus === 'Failed') return 'rewind';
  if (row.runtimeStatus === 'Terminated') {
    const text = `The child '${call.InstanceId}' was terminated and cannot answer any more: the rewind calls it anew. The real service waits for its answer for ever.`;
    core.log('warning', text, parent.instanceId);
  }
  return 'create';
}

/** Whether the instance still is the child of this very call; a restart under its id made it somebody else's. */
function isAnswering(core: EngineCore, child: LiveInstance, parent: InstanceRow, taskId: number): boolean {
  const called = core.lives.generationOf(child).started?.ParentInstance;
  if (called == null) return child.row?.runtimeStatus === 'Pending' && child.row.parentInstanceId === parent.instanceId;
  return called.TaskScheduleId === taskId && isChildOf(core, child, parent);
}

function isChildOf(core: EngineCore, child: LiveInstance, parent: InstanceRow): boolean {
  const called = core.lives.generationOf(child).started?.ParentInstance?.OrchestrationInstance;
  return called?.InstanceId === parent.instanceId && called.ExecutionId === parent.executionId;
}

function assertRewindable(core: EngineCore, live: LiveInstance, row: InstanceRow): void {
  const generation = core.lives.generationOf(live);
  if (gaveLocksBackAtEnd(generation.events)) {
    throw new DurascopeError(
      'InstanceWrongState',
      `'${live.instanceId}' cannot be rewound: it failed in a critical section, and its entities have been given back. Restart it instead.`,
      { details: { instanceId: live.instanceId } },
    );
  }
  for (const event of generation.events) {
    if (event.EventType !== 'SubOrchestrationInstanceCreated') continue;
    const child = core.lives.rowOf(event.InstanceId);
    if (child === undefined) continue;
    if (isTerminal(child.runtimeStatus)) {
      const its = child.runtimeStatus === 'Failed' ? core.lives.find(event.InstanceId) : undefined;
      if (its !== undefined && isAnswering(core, its, row, event.EventId)) assertRewindable(core, its, child);
      continue;
    }
    // With a new ExecutionId the parent would not take the answer of a child that knows the old one.
    if (core.isOfExtension(row) || generation.open.get(event.EventId) !== 'child') continue;
    throw new DurascopeError(
      'InstanceWrongState',
      `'${live.instanceId}' cannot be rewound while its child '${event.InstanceId}' is ${child.runtimeStatus}. Wait for its end, or terminate it first.`,
      { details: { instanceId: live.instanceId, child: event.InstanceId, status: child.runtimeStatus } },
    );
  }
}

/** Releases in the episode that failed: replay would still believe that the section is locked. */
function gaveLocksBackAtEnd(events: readonly HistoryEvent[]): boolean {
  const began = events.findLastIndex((event) => event.EventType === 'OrchestratorStarted');
  return events
    .slice(began + 1)
    .some((event) => event.EventType === 'EntityUnlockSent' || (event.EventType === 'EventSent' && event.Name === releaseName));
}

function openTimers(generation: Generation, instanceId: string, executionId: string): PendingTimer[] {
  return generation.events
    .filter((event): event is TimerCreated => event.EventType === 'TimerCreated' && generation.open.has(event.EventId))
    .map((event) => ({ instanceId, executionId, timerId: event.EventId, fireAt: event.FireAt }));
}
