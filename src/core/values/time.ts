let lastMs = Number.NaN;
let lastText = '';
/** The second of `lastMs` as text, and when it began: most times are near the one before. */
let secondMs = Number.NaN;
let secondText = '';

/** Epoch milliseconds to the history's text form: UTC, ISO-8601, seven fraction digits. RangeError when it is not a time. */
export function toTimestamp(epochMs: number): string {
  if (epochMs !== lastMs) {
    const rest = epochMs - secondMs;
    if (rest >= 0 && rest < 1000 && Number.isInteger(rest)) {
      lastText = `${secondText}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}0000Z`;
    } else {
      const text = new Date(epochMs).toISOString();
      secondText = text.slice(0, -4);
      secondMs = Math.floor(epochMs / 1000) * 1000;
      lastText = `${text.slice(0, -1)}0000Z`;
    }
    lastMs = epochMs;
  }
  return lastText;
}

/** With `ticks` of 100 ns (0 to 9999) beyond the millisecond. */
export function toExactTimestamp(epochMs: number, ticks: number): string {
  return `${toTimestamp(epochMs).slice(0, 23)}${String(ticks).padStart(4, '0')}Z`;
}

/** The history's text form (or any ISO-8601 text) to epoch milliseconds; NaN when it is not a time. */
export function fromTimestamp(text: string): number {
  return Date.parse(text);
}

/** Of .NET: the years 1 to 9999. Epoch milliseconds. */
const leastMs = -62_135_596_800_000;
const mostMs = 253_402_300_799_999;

/** As `fromTimestamp`, NaN also outside of the years 1 to 9999: near the ends of what JavaScript has, no other time can be reckoned from it. */
export function fromDotnetTimestamp(text: string): number {
  const ms = Date.parse(text);
  return ms >= leastMs && ms <= mostMs ? ms : Number.NaN;
}

/** With the fraction below the millisecond as it was. */
export function movedTime(time: string, byMs: number): string {
  const ms = fromTimestamp(time);
  return Number.isNaN(ms) ? time : toExactTimestamp(ms + byMs, Number(time.slice(23, 27)));
}

/** `exact`: when the code asked for it. `engine`: up to a second early, since Azure Storage's queues know delays of whole seconds only. */
export type DurableTimers = 'exact' | 'engine';

export const durableTimers: readonly DurableTimers[] = ['exact', 'engine'];

/** When a timer that is set at `nowMs` comes due. Epoch milliseconds. */
export function timerDueMs(fireAtMs: number, nowMs: number, timers: DurableTimers): number {
  if (timers === 'exact' || fireAtMs <= nowMs) return fireAtMs;
  return nowMs + Math.floor((fireAtMs - nowMs) / 1000) * 1000;
}
