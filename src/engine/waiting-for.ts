import { activityAttempts } from '../core/history/attempts';
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
  const attempts = activityAttempts(history);
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
        const attempt = attempts.get(activity.taskId) ?? 1;
        return { ...activity, attempt, ...(startedAt === undefined ? {} : { startedAt }) };
      }),
    timers: store.pendingTimers(instanceId).filter((timer) => timer.executionId === row.executionId),
    events: row.awaitedEvents,
    children: [...children.values()],
    ...(row.stuck === undefined ? {} : { stuck: row.stuck }),
    ...entityWaits(store, instanceId, history),
  };
}
