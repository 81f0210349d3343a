/** What an instance waits for, one line each, in the order in which a user would look: events (they can act), timers, work. */
import type { SourceLocation, WaitingForValue } from '../../protocol/panel-values';
import { fromTimestamp } from '../../core/values/time';
import { countdownText, durationText } from './time-text';

export type WaitingLine =
  | { kind: 'event'; key: string; name: string }
  | {
      kind: 'timer';
      key: string;
      fireAt: string;
      dueMs: number;
      countdown: string;
      /** The call that is tried again then, and why: null where it is the code's own timer. */
      retry: { name: string; attemptText: string; lastError: string } | null;
      /** The code has returned and left it open. Without a place where that cannot be told. */
      leftOpen: { location: SourceLocation; cancelText: string } | 'somewhere' | null;
    }
  | {
      kind: 'activity';
      key: string;
      name: string;
      /** `attempt 2 of 5`; empty for the first of one. */
      attemptText: string;
      lastError: string | null;
      isQueued: boolean;
      sinceText: string;
    }
  | { kind: 'child'; key: string; name: string; instanceId: string }
  | {
      kind: 'call' | 'lock';
      key: string;
      /** Of a call. */
      operation: string;
      entities: readonly string[];
      /** The instance that has what is wanted; null: nobody, it is on its way. */
      holder: string | null;
      /** Why it never ends by itself; null: it may. */
      problem: string | null;
      sinceText: string;
    }
  /** Why none of the others lets the code go on. */
  | { kind: 'stuck'; key: string; text: string }
  /** Not waited for but had: what others wait for. */
  | { kind: 'holds'; key: string; entities: readonly string[] };

export function waitingLines(waiting: WaitingForValue, nowMs: number): WaitingLine[] {
  const events = waiting.events.map((name, at): WaitingLine => ({ kind: 'event', key: `event-${at}`, name }));
  const timers = [...waiting.timers]
    .sort((a, b) => (a.fireAt < b.fireAt ? -1 : a.fireAt > b.fireAt ? 1 : a.timerId - b.timerId))
    .map((timer): WaitingLine => {
      const dueMs = fromTimestamp(timer.fireAt);
      return {
        kind: 'timer',
        key: `timer-${timer.timerId}`,
        fireAt: timer.fireAt,
        dueMs,
        countdown: countdownText(dueMs - nowMs),
        retry:
          timer.retryOf === undefined
            ? null
            : {
                name: timer.retryOf.name,
                attemptText: attemptText(timer.retryOf.attempt, timer.retryOf.most),
                lastError: timer.retryOf.lastError,
              },
        leftOpen: timer.retryOf === undefined && waiting.codeEnded === true ? leftOpen(waiting.openTimer) : null,
      };
    });
  const activities = waiting.activities.map((activity): WaitingLine => ({
    kind: 'activity',
    key: `activity-${activity.taskId}`,
    name: activity.name,
    attemptText: activity.attempt === 1 && (activity.most ?? 1) === 1 ? '' : attemptText(activity.attempt, activity.most),
    lastError: activity.lastError ?? null,
    isQueued: activity.startedAt === undefined,
    sinceText: durationText(nowMs - fromTimestamp(activity.startedAt ?? activity.scheduledAt)),
  }));
  const children = waiting.children.map((child): WaitingLine => ({
    kind: 'child',
    key: `child-${child.taskId}`,
    name: child.name,
    instanceId: child.instanceId,
  }));
  const entities = (waiting.entities ?? []).map((wait): WaitingLine => ({
    kind: wait.kind,
    key: `entity-${wait.requestId}`,
    operation: wait.operation ?? '',
    entities: wait.entities.map((each) => each.instanceId),
    holder: wait.orphanedBy ?? wait.entities.find((each) => each.lockedBy !== null)?.lockedBy ?? null,
    problem: problemOf(wait),
    sinceText: durationText(nowMs - fromTimestamp(wait.since)),
  }));
  const holds = waiting.holds ?? [];
  const held: WaitingLine[] = holds.length === 0 ? [] : [{ kind: 'holds', key: 'holds', entities: holds }];
  const stuck: WaitingLine[] = waiting.stuck === undefined ? [] : [{ kind: 'stuck', key: 'stuck', text: waiting.stuck }];
  return [...stuck, ...events, ...entities, ...timers, ...activities, ...children, ...held];
}

function leftOpen(place: WaitingForValue['openTimer']): Extract<WaitingLine, { kind: 'timer' }>['leftOpen'] {
  return place === undefined ? 'somewhere' : { location: place.location, cancelText: `${place.variable ?? 'timer'}.cancel()` };
}

function attemptText(attempt: number, most: number | undefined): string {
  return most === undefined ? `attempt ${attempt}` : `attempt ${attempt} of ${most}`;
}

function problemOf({ orphanedBy, cycle }: NonNullable<WaitingForValue['entities']>[number]): string | null {
  if (orphanedBy !== undefined)
    return `Orphaned lock: ${orphanedBy} has ended without giving it back. Clean the entity storage to go on.`;
  return cycle === undefined ? null : `Deadlock: ${cycle.join(' → ')}. Each waits for the next, for ever.`;
}

/** True when a line changes by the clock alone. */
export function needsClock(lines: readonly WaitingLine[]): boolean {
  return lines.some((line) => line.kind === 'timer' || line.kind === 'activity' || line.kind === 'call' || line.kind === 'lock');
}
