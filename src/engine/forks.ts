/** Begins another run in the middle of one that was recorded (docs/fork.md), all in one batch; the origin is only read. */
import type { ExecutionStarted, HistoryEvent, SubOrchestrationInstanceCreated, TaskScheduled } from '../core/history/history';
import { importCheckpoints } from '../core/instances/exported-instance';
import type { ForkOrigin, ForkRequest } from '../core/instances/forks';
import {
  profileOf,
  type CustomStatusChange,
  type InboxMessage,
  type InstanceRow,
  type PendingActivity,
  type PendingTimer,
} from '../core/instances/instance';
import type { BehaviourProfile } from '../core/values/behaviour-profile';
import { pendingRow } from '../core/instances/instance-rows';
import { planFork, type ForkPlan } from '../core/turns/fork';
import { DurascopeError } from '../core/values/errors';
import { defaultChildInstanceId, instanceIdProblem, isEntityId } from '../core/values/instance-id';
import { isTerminal } from '../core/values/status';
import { movedTime, toTimestamp } from '../core/values/time';
import type { EngineCore } from './engine-core';
import { freeId } from './free-id';
import type { LiveInstance } from './live-instance';
import { startChild, type OpenCheckpoint } from './outgoing';
import { alreadyExists, assertValue, notFound, notForEntities } from './refusals';

/**
 * Puts the fork into the turn's batch. InstanceNotFound; InvalidArgument for a change that does not fit its row; InstanceWrongState where a fork
 * cannot begin; InstanceExists for a taken id.
 */
export function gatherFork(
  core: EngineCore,
  originId: string,
  request: ForkRequest,
  executionIdOf: (profile: BehaviourProfile) => string,
): { instanceId: string; executionId: string } {
  if (isEntityId(originId)) throw notForEntities(originId, 'fork');
  const origin = core.lives.rowOf(originId) ?? notFound(originId);
  assertValues(core, request);
  const history = historyOf(core, originId);
  if (history.length === 0) {
    throw new DurascopeError(
      'InstanceWrongState',
      `'${originId}' is ${origin.runtimeStatus} and has no history to fork. Start its orchestrator instead.`,
      { details: { instanceId: originId } },
    );
  }
  const profile = profileOf(origin);
  const nowMs = core.world.clock.now();
  const plan = planFork({
    profile,
    history,
    row: request.row,
    change: request.change,
    isOver: isTerminal(origin.runtimeStatus),
    nowMs,
    keepTimes: request.keepTimes === true,
  });
  const instanceId = newId(core, originId, request.newInstanceId);
  const executionId = executionIdOf(profile);
  const started = history.find((event) => event.EventType === 'ExecutionStarted') ?? null;
  if (started === null)
    throw new DurascopeError('InstanceWrongState', `The history of '${originId}' has no ExecutionStarted: it cannot be forked.`);
  gather(core, { origin, plan, started, instanceId, executionId, request });
  return { instanceId, executionId };
}

interface Facts {
  origin: InstanceRow;
  plan: ForkPlan;
  started: ExecutionStarted;
  instanceId: string;
  executionId: string;
  request: ForkRequest;
}

function gather(core: EngineCore, { origin, plan, started, instanceId, executionId, request }: Facts): void {
  const { generation } = plan;
  const identity = { InstanceId: instanceId, ExecutionId: executionId };
  for (const event of generation.events) if (event.EventType === 'ExecutionStarted') event.OrchestrationInstance = identity;
  const input = request.change?.type === 'input' ? request.change.value : (started.Input ?? origin.input);
  const forkedFrom: ForkOrigin = {
    instanceId: origin.instanceId,
    executionId: origin.executionId,
    row: request.row,
    change: request.change,
    ...(request.dry === true ? { dry: true } : {}),
  };
  const row: InstanceRow = {
    ...pendingRow({
      instanceId,
      executionId,
      name: started.Name,
      version: started.Version,
      input,
      createdTime: profileOf(origin) === 'G' ? core.exactNow() : core.now(),
      tags: origin.tags,
      profile: profileOf(origin),
    }),
    runtimeStatus: generation.isEmpty ? 'Pending' : generation.isSuspended ? 'Suspended' : 'Running',
    historyLength: generation.events.length,
    forkedFrom,
  };
  const changes = statusChangesBefore(core, origin.instanceId, plan);
  row.customStatus = changes.at(-1)?.value ?? null;
  const live = core.lives.begin(row);
  live.generation = generation;
  const batch = core.gather();
  for (const checkpoint of importCheckpoints(
    { instance: row, history: generation.events, customStatusChanges: changes },
    false,
  )) {
    batch.checkpoints.push(checkpoint);
  }
  batch.changes.push({ type: 'instance', row, newEvents: generation.events, historyReplaced: true });
  batch.pin(live);

  const messages: InboxMessage[] = [];
  for (const { event, visibleAtMs } of plan.messages) {
    const own =
      event.EventType === 'ExecutionStarted' ? { ...event, OrchestrationInstance: identity, ScheduledStartTime: null } : event;
    // Events are for whatever generation is current by then.
    const to = event.EventType === 'EventRaised' ? null : executionId;
    core.accept(messages, live, to, own, visibleAtMs === 0 ? null : toTimestamp(visibleAtMs));
  }
  // What it waits for is found out at once, and whether its code goes this way.
  if (messages.every(({ visibleAt }) => visibleAt !== null)) {
    core.accept(messages, live, executionId, { ...core.inbound(), EventType: 'ExecutionRewound', Reason: null });
  }
  const activities = plan.activities.map((event) => activityOf(core, row, origin.instanceId, event));
  const timers: PendingTimer[] = plan.timers.map((timer) => ({ instanceId, executionId, ...timer }));
  const checkpoint: OpenCheckpoint = { instanceId, messages, activities, timers };
  for (const event of plan.children) startAgain(core, checkpoint, live, row, origin, event);
  batch.checkpoints.push(checkpoint);
  batch.activities.push(...activities);
  batch.timers.push(...timers);
}

/** As last decided, committed or not. */
function historyOf(core: EngineCore, instanceId: string): readonly HistoryEvent[] {
  const live = core.lives.isUncommitted(instanceId) ? core.lives.find(instanceId) : undefined;
  return live === undefined ? core.world.store.history(instanceId) : core.lives.generationOf(live).events;
}

/** Those of the kept steps: each has been set when its step ended. */
function statusChangesBefore(core: EngineCore, originId: string, { keptUntil, movedMs }: ForkPlan): CustomStatusChange[] {
  return core.world.store
    .customStatusChanges(originId)
    .filter(({ at }) => at <= keptUntil)
    .map(({ at, value }) => ({ at: movedTime(at, movedMs), value }));
}

/** An activity that was under way: it is run for the fork. */
function activityOf(core: EngineCore, row: InstanceRow, originId: string, event: TaskScheduled): PendingActivity {
  const { EventId: taskId, Name: name, Version: version, Input, KeptInput, Tags, ParentTraceContext } = event;
  const pending = core.world.store.pendingActivities(originId).find((each) => each.taskId === taskId);
  const input = pending?.input ?? Input ?? KeptInput ?? null;
  if (input === null && profileOf(row) === 'A') throw notKept(`the activity '${name}'`, taskId);
  return {
    instanceId: row.instanceId,
    executionId: row.executionId,
    taskId,
    name,
    version,
    input,
    scheduledAt: core.now(),
    ...(Tags == null ? {} : { tags: Tags }),
    ...(ParentTraceContext == null ? {} : { traceContext: ParentTraceContext }),
  };
}

/** A child that was under way: another is started for the fork, under an id of its own. */
function startAgain(
  core: EngineCore,
  checkpoint: OpenCheckpoint,
  live: LiveInstance,
  row: InstanceRow,
  origin: InstanceRow,
  event: SubOrchestrationInstanceCreated,
): void {
  const { EventId: taskId, Name: name, Version: version, InstanceId: originChild, Input, KeptInput, Tags } = event;
  const input = Input ?? KeptInput ?? core.lives.rowOf(originChild)?.input ?? null;
  if (input === null && profileOf(row) === 'A') throw notKept(`the sub-orchestration '${name}'`, taskId);
  const isDefault = originChild === defaultChildInstanceId(origin.executionId, taskId);
  const instanceId = isDefault ? defaultChildInstanceId(row.executionId, taskId) : freeId(core, originChild);
  event.InstanceId = instanceId;
  const executionId = core.world.newId();
  const profile = profileOf(row);
  const createdTime = core.now();
  const started: ExecutionStarted = {
    ...core.inbound(),
    EventType: 'ExecutionStarted',
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    ParentInstance: {
      Name: row.name,
      Version: row.version,
      TaskScheduleId: taskId,
      OrchestrationInstance: { InstanceId: row.instanceId, ExecutionId: row.executionId },
    },
    Name: name,
    Version: version,
    Input: input,
    Tags: Tags ?? null,
    ...(profile === 'A' ? {} : { Generation: 0 }),
  };
  const child = pendingRow({
    instanceId,
    executionId,
    name,
    version,
    input,
    createdTime,
    parentInstanceId: row.instanceId,
    tags: Tags ?? null,
    profile,
  });
  startChild(core, checkpoint, live, { taskId, row: child, started });
}

function notKept(what: string, taskId: number): DurascopeError {
  return new DurascopeError(
    'InstanceWrongState',
    `A fork cannot begin there: ${what} (id ${taskId}) was under way, and its input is not kept, so that it cannot run again. Choose a row before it was asked for, or one after its answer.`,
  );
}

function newId(core: EngineCore, originId: string, chosen: string | undefined): string {
  if (chosen === undefined) {
    const instanceId = freeId(core, originId);
    return instanceIdProblem(instanceId, core.options.clientIdRules) === null ? instanceId : core.world.newId();
  }
  const problem = instanceIdProblem(chosen, core.options.clientIdRules);
  if (problem !== null) throw new DurascopeError('InvalidInstanceId', problem);
  const existing = core.lives.rowOf(chosen);
  if (existing !== undefined) throw alreadyExists(chosen, existing.runtimeStatus);
  return chosen;
}

function assertValues(core: EngineCore, { change }: ForkRequest): void {
  if (change === null) return;
  const limit = core.options.maxValueChars;
  if ('value' in change) assertValue('What is put in its place', change.value, limit);
  else if (change.type === 'raise') assertValue(`The event '${change.name}'`, change.data, limit);
  else if (change.type === 'failure') assertValue('The text of the failure', change.message, limit);
}
