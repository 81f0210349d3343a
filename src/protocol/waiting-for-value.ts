/** What an instance waits for, as its panel is told. */
import type { EntityWait, WaitingFor } from '../core/ports/task-hub-client';
import type { WaitingForValue } from './panel-values';

type EntityWaitValue = NonNullable<WaitingForValue['entities']>[number];

/** `openTimer`: of code that has ended, the one that it left open. */
export function toWaitingForValue(waitingFor: WaitingFor, openTimer: WaitingForValue['openTimer']): WaitingForValue {
  return {
    activities: waitingFor.activities.map(({ taskId, name, scheduledAt, attempt, most, lastError, startedAt }) => ({
      taskId,
      name,
      scheduledAt,
      attempt,
      ...(most === undefined ? {} : { most }),
      ...(lastError === undefined ? {} : { lastError }),
      ...(startedAt === undefined ? {} : { startedAt }),
    })),
    timers: waitingFor.timers.map(({ timerId, fireAt, retryOf }) => ({
      timerId,
      fireAt,
      ...(retryOf === undefined ? {} : { retryOf: { ...retryOf } }),
    })),
    events: [...waitingFor.events],
    children: waitingFor.children.map((child) => ({ ...child })),
    ...(waitingFor.stuck === undefined ? {} : { stuck: waitingFor.stuck }),
    ...(waitingFor.entities === undefined ? {} : { entities: waitingFor.entities.map(entityWait) }),
    ...(waitingFor.unawaited === undefined ? {} : { unawaited: [...waitingFor.unawaited] }),
    ...(waitingFor.codeEnded === undefined ? {} : { codeEnded: true }),
    ...(openTimer === undefined ? {} : { openTimer }),
    ...(waitingFor.holds === undefined ? {} : { holds: [...waitingFor.holds] }),
  };
}

function entityWait({ cycle, orphanedBy, entities, ...wait }: EntityWait): EntityWaitValue {
  return {
    kind: wait.kind,
    requestId: wait.requestId,
    operation: wait.operation,
    since: wait.since,
    entities: entities.map((each) => ({ ...each })),
    ...(orphanedBy === undefined ? {} : { orphanedBy }),
    ...(cycle === undefined ? {} : { cycle: [...cycle] }),
  };
}
