/** What an instance waits for, one line each, in the order in which a user would look: events (they can act), timers, work. */
import type { WaitingForValue } from '../../protocol/panel-values';
import { fromTimestamp } from '../../core/time';
import { countdownText, durationText } from './time-text';

export type WaitingLine =
  | { kind: 'event'; key: string; name: string }
  | { kind: 'timer'; key: string; dueMs: number; countdown: string }
  | { kind: 'activity'; key: string; name: string; attempt: number; isQueued: boolean; sinceText: string }
  | { kind: 'child'; key: string; name: string; instanceId: string };

export function waitingLines(waiting: WaitingForValue, nowMs: number): WaitingLine[] {
  const events = waiting.events.map((name, at): WaitingLine => ({ kind: 'event', key: `event-${at}`, name }));
  const timers = [...waiting.timers]
    .sort((a, b) => (a.fireAt < b.fireAt ? -1 : a.fireAt > b.fireAt ? 1 : a.timerId - b.timerId))
    .map((timer): WaitingLine => {
      const dueMs = fromTimestamp(timer.fireAt);
      return { kind: 'timer', key: `timer-${timer.timerId}`, dueMs, countdown: countdownText(dueMs - nowMs) };
    });
  const activities = waiting.activities.map((activity): WaitingLine => ({
    kind: 'activity',
    key: `activity-${activity.taskId}`,
    name: activity.name,
    attempt: activity.attempt,
    isQueued: activity.startedAt === undefined,
    sinceText: durationText(nowMs - fromTimestamp(activity.startedAt ?? activity.scheduledAt)),
  }));
  const children = waiting.children.map((child): WaitingLine => ({
    kind: 'child',
    key: `child-${child.taskId}`,
    name: child.name,
    instanceId: child.instanceId,
  }));
  return [...events, ...timers, ...activities, ...children];
}

/** True when a line changes by the clock alone. */
export function needsClock(lines: readonly WaitingLine[]): boolean {
  return lines.some((line) => line.kind === 'timer' || line.kind === 'activity');
}
