/** The timer of an instance that comes due next, as `show` tells it. */
import { countText } from '../base/count-text';
import { durationText } from '../base/duration-text';
import type { WaitingFor } from '../core/ports/task-hub-client';
import { fromTimestamp } from '../core/values/time';

export interface NextTimer {
  dueAt: string;
  /** `retry`: before the next attempt of a call; `timeout`: beside events; `timer`: beside other work; `delay`: alone; `open`: its code has returned. */
  kind: 'retry' | 'timeout' | 'timer' | 'delay' | 'open';
  /** In words. */
  for: string;
  /** How many come due after it. */
  more: number;
}

export function nextTimer({ timers, events, activities, children, entities = [], codeEnded }: WaitingFor): NextTimer | null {
  const [first, ...others] = [...timers].sort((a, b) =>
    a.fireAt < b.fireAt ? -1 : a.fireAt > b.fireAt ? 1 : a.timerId - b.timerId,
  );
  if (first === undefined) return null;
  const named = { dueAt: first.fireAt, more: others.length };
  const { retryOf } = first;
  if (retryOf !== undefined) {
    const { name, attempt, most, lastError } = retryOf;
    return { ...named, kind: 'retry', for: `retry of ${name}: attempt ${attempt} of ${most} failed (${lastError})` };
  }
  if (codeEnded === true) return { ...named, kind: 'open', for: 'left open by code that has returned' };
  const beside = [
    ...events,
    ...activities.map(({ name }) => name),
    ...children.map(({ name }) => name),
    ...entities.flatMap((wait) => wait.entities.map(({ instanceId }) => instanceId)),
  ];
  const what = [...new Set(beside)];
  if (what.length === 0) return { ...named, kind: 'delay', for: 'delay: the code waits for nothing else' };
  const shown = what.slice(0, 3).join(', ');
  const kind = events.length > 0 ? 'timeout' : 'timer';
  return {
    ...named,
    kind,
    for: `${kind} beside ${shown}${what.length > 3 ? ` and ${what.length - 3} more` : ''}`,
  };
}

/** `in 2 m 30 s (2026-01-31T08:00:00Z), retry of Ship: …`. */
export function nextTimerText({ dueAt, for: purpose, more }: NextTimer, nowMs: number): string {
  const inMs = fromTimestamp(dueAt) - nowMs;
  const rest = more === 0 ? '' : `; ${countText(more, 'timer')} after it`;
  return `${inMs > 0 ? `in ${durationText(inMs)}` : 'due'} (${dueAt}), ${purpose}${rest}`;
}
