import { retryTrace } from '../core/history/attempts';
import type { HistoryEvent } from '../core/history/history';
import { rootCauseLine } from '../core/values/failure-text';
import type { HistoryStore } from '../core/ports/history-store';
import type { WaitingFor } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';
import { isEntityId } from '../core/values/instance-id';
import { fireAndForgetTag } from '../core/history/tags';
import { entityWaits } from './entity-waits';

const waitsForNothing: WaitingFor = { activities: [], timers: [], events: [], children: [] };

/** What an instance waits for, from its history and queues in the store; undefined for an unknown id. */
export function waitingFor(
  store: HistoryStore,
  instanceId: string,
  startTimes: ReadonlyMap<number, string>,
): WaitingFor | undefined {
  const row = store.instance(instanceId);
  if (row === undefined) return undefined;
  if (isEntityId(instanceId)) return waitsForNothing;
  if (isTerminal(row.runtimeStatus)) {
    if (row.runtimeStatus !== 'Terminated') return waitsForNothing;
    // Who is terminated keeps what it has locked.
    const { holds } = entityWaits(store, instanceId, store.history(instanceId));
    return holds === undefined ? waitsForNothing : { ...waitsForNothing, holds };
  }
  const history = store.history(instanceId);
  const { attempts, before, failedBefore } = retryTrace(history);
  const retries = new Map((row.waits?.retries ?? []).map(([id, attempt, most]) => [id, { attempt, most }]));
  const failures = retries.size === 0 && before.size === 0 ? noFailures : failuresOf(history);
  const children = new Map<number, { instanceId: string; name: string; taskId: number }>();
  for (const event of history) {
    if (event.EventType === 'SubOrchestrationInstanceCreated' && event.Tags?.[fireAndForgetTag] === undefined) {
      children.set(event.EventId, { instanceId: event.InstanceId, name: event.Name, taskId: event.EventId });
    } else if (event.EventType === 'SubOrchestrationInstanceCompleted' || event.EventType === 'SubOrchestrationInstanceFailed') {
      children.delete(event.TaskScheduledId);
    }
  }
  return {
    activities: store
      .pendingActivities(instanceId)
      .filter((activity) => activity.executionId === row.executionId)
      .map((activity) => {
        const startedAt = startTimes.get(activity.taskId);
        const known = retries.get(activity.taskId);
        const attempt = known?.attempt ?? attempts.get(activity.taskId) ?? 1;
        const lastError = failures.get(before.get(activity.taskId) ?? -1)?.reason;
        return {
          ...activity,
          attempt,
          ...(known === undefined ? {} : { most: known.most }),
          ...(lastError === undefined ? {} : { lastError }),
          ...(startedAt === undefined ? {} : { startedAt }),
        };
      }),
    timers: store
      .pendingTimers(instanceId)
      .filter((timer) => timer.executionId === row.executionId)
      .map((timer) => {
        const known = retries.get(timer.timerId);
        const failed = failures.get(failedBefore.get(timer.timerId) ?? -1);
        if (known === undefined || failed === undefined) return timer;
        return { ...timer, retryOf: { name: failed.name, ...known, lastError: failed.reason } };
      }),
    events: row.awaitedEvents,
    children: [...children.values()],
    ...(row.stuck === undefined ? {} : { stuck: row.stuck }),
    ...(row.waits?.unawaited === undefined ? {} : { unawaited: row.waits.unawaited }),
    ...(row.waits?.codeEnded === undefined ? {} : { codeEnded: true }),
    ...entityWaits(store, instanceId, history),
  };
}

interface FailedCall {
  name: string;
  reason: string;
}

const noFailures: ReadonlyMap<number, FailedCall> = new Map();

/** Failed calls by their ids. */
function failuresOf(history: readonly HistoryEvent[]): Map<number, FailedCall> {
  const names = new Map<number, string>();
  const failures = new Map<number, FailedCall>();
  for (const event of history) {
    if (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated') {
      names.set(event.EventId, event.Name);
    } else if (event.EventType === 'TaskFailed' || event.EventType === 'SubOrchestrationInstanceFailed') {
      const reason = rootCauseLine(event.FailureDetails?.ErrorMessage ?? event.Reason);
      failures.set(event.TaskScheduledId, { name: names.get(event.TaskScheduledId) ?? '', reason });
    }
  }
  return failures;
}
