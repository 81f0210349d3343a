/** Times and durations as a person reads them. */
import { durationText } from '../../base/duration-text';

export { durationText };

/** Counts down in whole seconds, rounded up so that it reads 1 s until it is due: `12 s`, `1 m 30 s`; `due` at and after zero. */
export function countdownText(remainingMs: number): string {
  if (remainingMs <= 0) return 'due';
  const seconds = Math.ceil(remainingMs / 1000);
  return seconds < 60 ? `${seconds} s` : durationText(seconds * 1000);
}

/** The history's time form to the millisecond, `2024-01-01T00:00:00.100Z`; other text as it is. */
export function shortTimestamp(text: string): string {
  return text.replace(/(\.\d{3})\d*Z$/, '$1Z');
}

/** `14:03:07.120` of a timestamp in the viewer's time zone, or in UTC. */
export function clockText(epochMs: number, zone: 'local' | 'utc' = 'local'): string {
  if (Number.isNaN(epochMs)) return '';
  const date = new Date(epochMs);
  const [hours, minutes, seconds, ms] =
    zone === 'utc'
      ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds()]
      : [date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds()];
  return `${pad(hours)}:${pad(minutes)}:${pad(seconds)}.${String(ms).padStart(3, '0')}`;
}

/** Date and time in the viewer's zone, to the second: `2024-01-31 14:03:07`. */
export function dateTimeText(epochMs: number): string {
  if (Number.isNaN(epochMs)) return '';
  const date = new Date(epochMs);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${clockText(epochMs).slice(0, 8)}`;
}

/** The day of a moment in the viewer's zone, where the row beside it in a list is of another one; else empty. */
export function changedDay(epochMs: number, besideMs: number | undefined): string {
  const day = dateTimeText(epochMs).slice(0, 10);
  return besideMs === undefined || dateTimeText(besideMs).startsWith(day) ? '' : day;
}

/** A mark on a time axis whose marks are `stepMs` apart, in the viewer's zone: as much of the time as tells them apart. */
export function axisText(epochMs: number, stepMs: number): string {
  if (stepMs < 1000) return clockText(epochMs);
  if (stepMs < 60_000) return clockText(epochMs).slice(0, 8);
  const whole = dateTimeText(epochMs);
  if (stepMs >= 86_400_000) return whole.slice(0, 10);
  return whole.endsWith('00:00:00') ? whole.slice(5, 10) : whole.slice(11, 16);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
