/** What an instance waits for, as far as its history alone says it: what was scheduled and has no answer. */
import { activityAttempts } from '../core/history/attempts';
import type { HistoryEvent } from '../core/history/history';
import { fireAndForgetTag } from '../core/history/tags';
import type { InstanceRow } from '../core/instances/instance';
import type { WaitingFor } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';

/** Events that the code waits for are not in a history: only a replay knows them. */
export function openWork({ instanceId, executionId, runtimeStatus }: InstanceRow, history: readonly HistoryEvent[]): WaitingFor {
  if (isTerminal(runtimeStatus)) return { activities: [], timers: [], events: [], children: [] };
  const answered = new Set<string>();
  for (const event of history) {
    if (event.EventType === 'TimerFired') answered.add(`timer ${event.TimerId}`);
    else if (event.EventType === 'TaskCompleted' || event.EventType === 'TaskFailed')
      answered.add(`task ${event.TaskScheduledId}`);
    else if (event.EventType === 'SubOrchestrationInstanceCompleted' || event.EventType === 'SubOrchestrationInstanceFailed') {
      answered.add(`child ${event.TaskScheduledId}`);
    }
  }
  const attempts = activityAttempts(history);
  const activities: WaitingFor['activities'][number][] = [];
  const timers: WaitingFor['timers'][number][] = [];
  const children: WaitingFor['children'][number][] = [];
  for (const event of history) {
    const taskId = event.EventId;
    if (event.EventType === 'TaskScheduled' && !answered.has(`task ${taskId}`)) {
      const { Name: name, Version: version, Input: input, Timestamp: scheduledAt } = event;
      const attempt = attempts.get(taskId) ?? 1;
      activities.push({ instanceId, executionId, taskId, name, version, input, scheduledAt, attempt });
    } else if (event.EventType === 'TimerCreated' && !answered.has(`timer ${taskId}`)) {
      timers.push({ instanceId, executionId, timerId: taskId, fireAt: event.FireAt });
    } else if (event.EventType === 'SubOrchestrationInstanceCreated' && !answered.has(`child ${taskId}`)) {
      if (event.Tags?.[fireAndForgetTag] === undefined) children.push({ instanceId: event.InstanceId, name: event.Name, taskId });
    }
  }
  return { activities, timers, events: [], children };
}
