/** The hub's clock as the editor tells it. */
import { durationText } from '../../base/duration-text';
import type { HubClockState } from '../../core/ports/hub-clock';

/** True while there is nothing to say: it runs as the computer's does. */
export function isOrdinary({ mode, aheadMs }: HubClockState): boolean {
  return mode === 'running' && Math.abs(aheadMs) < 1000;
}

/** For the status bar: `paused`, `auto`, `3 d 4 h ahead`; empty where there is nothing to say. */
export function shortClockText(state: HubClockState): string {
  if (isOrdinary(state)) return '';
  if (state.goingTo !== null) return 'moving on';
  return state.mode === 'running' ? distance(state) : state.mode;
}

/** One line: how it goes and what it shows. */
export function clockLine(state: HubClockState): string {
  const { mode, now } = state;
  const how = mode === 'running' ? 'runs' : mode === 'paused' ? 'paused' : 'auto: jumps to what is due';
  return isOrdinary(state) ? "the computer's time" : `${how}, ${shortTime(now)} UTC, ${distance(state)}`;
}

/** What comes due next, or why time stands: for placeholders and tooltips. */
export function nextText(state: HubClockState): string {
  return `${dueText(state)} The app's own Date keeps the computer's time.`;
}

function dueText({ now, next, goingTo, busy }: HubClockState): string {
  if (goingTo !== null) return `On its way to ${shortTime(goingTo)} UTC. ${busy ?? ''}`.trimEnd();
  if (next === null) return 'Nothing waits for its time.';
  const ms = Date.parse(next.dueAt) - Date.parse(now);
  return `Next: ${next.kind === 'timer' ? 'a timer' : 'a message'} of ${next.instanceId} in ${durationText(ms)}.`;
}

function distance({ aheadMs }: HubClockState): string {
  if (Math.abs(aheadMs) < 1000) return "the computer's time";
  return `${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead' : 'behind'}`;
}

function shortTime(timestamp: string): string {
  return timestamp.slice(0, 19).replace('T', ' ');
}
