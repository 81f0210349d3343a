/**
 * Schedules of timer triggers as the host reads them: NCRONTAB with six fields (five: second 0), a TimeSpan for every so long, and
 * `%NAME%` for an app setting.
 */
import { Cron } from 'croner';
import { findIana } from 'windows-iana';
import { DurascopeError } from '../../core/values/errors';

export interface TimerSchedule {
  /** Epoch milliseconds of the first occurrence after `fromMs`; null when there is none any more. */
  next(fromMs: number): number | null;
  /** Shortest distance of two occurrences as far as it is known: what is monitored runs once a minute at most. */
  readonly isMonitored: boolean;
}

/** `timeZone`: IANA name. Errors: `InvalidArgument` that says what the schedule should look like. */
export function parseSchedule(text: string, timeZone: string): TimerSchedule {
  const everyMs = timeSpanMs(text.trim());
  if (everyMs !== null) {
    if (everyMs <= 0) throw wrong(text, 'the time span must be above 0');
    return { isMonitored: everyMs >= 60_000, next: (fromMs) => fromMs + everyMs };
  }
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    throw wrong(
      text,
      `an NCRONTAB expression has 6 fields ({second} {minute} {hour} {day} {month} {day of week}), not ${fields.length}`,
    );
  }
  const all = fields.length === 5 ? ['0', ...fields] : fields;
  const pattern = all.map((field, index) => fieldText(text, field, units[index] as Unit)).join(' ');
  let cron: Cron;
  try {
    // Day and day of week must both fit, unlike with Unix cron.
    cron = new Cron(pattern, { timezone: timeZone, domAndDow: true, paused: true });
  } catch (error) {
    throw wrong(text, (error as Error).message);
  }
  return {
    isMonitored: /^\d+$/.test(all[0] ?? ''),
    next: (fromMs) => cron.nextRun(new Date(fromMs))?.getTime() ?? null,
  };
}

/** The IANA name for WEBSITE_TIME_ZONE, which Windows names differently; UTC for none. Errors: `InvalidArgument`. */
export function timeZoneOf(setting: string | undefined): string {
  if (setting === undefined || setting.trim() === '') return 'UTC';
  const name = setting.trim();
  for (const candidate of [name, ...findIana(name)]) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: candidate });
      return candidate;
    } catch {
      // Not known under this name.
    }
  }
  throw new DurascopeError('InvalidArgument', `WEBSITE_TIME_ZONE '${name}' is no time zone; write it like Europe/Berlin.`);
}

/** .NET: `[d.]hh:mm[:ss[.f]]`; three numbers with more than 24 first are days, hours and minutes. */
function timeSpanMs(text: string): number | null {
  const match = /^(?:(\d+)\.)?(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d{1,7})?))?$/.exec(text);
  if (match === null) return null;
  const [, days, first, second, third] = match;
  const [d, h, m, s] =
    days === undefined && third !== undefined && Number(first) > 23
      ? [Number(first), Number(second), Number(third), 0]
      : [Number(days ?? 0), Number(first), Number(second), Number(third ?? 0)];
  return (((d * 24 + h) * 60 + m) * 60 + s) * 1000;
}

interface Unit {
  name: string;
  min: number;
  max: number;
  names?: readonly string[];
}
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const units: readonly Unit[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: months },
  { name: 'day of week', min: 0, max: 6, names: weekdays },
];

/** The field in the form that the library takes; NCRONTAB knows `*`, numbers, names, `a-b`, lists, and steps also after one number. */
function fieldText(schedule: string, field: string, unit: Unit): string {
  return field
    .split(',')
    .map((part) => {
      const match = /^(\*|[a-z\d]+)(?:-([a-z\d]+))?(?:\/(\d+))?$/i.exec(part);
      if (match === null) throw wrong(schedule, `'${part}' is no ${unit.name}`);
      const [, from = '', to, step] = match;
      if (from === '*') {
        if (to !== undefined) throw wrong(schedule, `'${part}' is no ${unit.name}`);
        return step === undefined ? '*' : `*/${positive(schedule, step, unit)}`;
      }
      const first = value(schedule, from, unit);
      const last = to === undefined ? (step === undefined ? first : unit.max) : value(schedule, to, unit);
      if (last < first) throw wrong(schedule, `'${part}' ends before it begins`);
      const range = first === last ? String(first) : `${first}-${last}`;
      return step === undefined || first === last ? range : `${range}/${positive(schedule, step, unit)}`;
    })
    .join(',');
}

function positive(schedule: string, step: string, unit: Unit): number {
  const number = Number(step);
  if (number < 1) throw wrong(schedule, `the step of the ${unit.name} must be above 0`);
  return Math.min(number, unit.max - unit.min + 1);
}

function value(schedule: string, text: string, { name, min, max, names }: Unit): number {
  const named = names?.findIndex((each) => text.toLowerCase().startsWith(each)) ?? -1;
  const number = named >= 0 ? named + min : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw wrong(schedule, `the ${name} '${text}' is not between ${min} and ${max}`);
}

function wrong(schedule: string, why: string): DurascopeError {
  return new DurascopeError(
    'InvalidArgument',
    `'${schedule}' is no schedule: ${why}. Write it like "0 */5 * * * *" or "00:05:00".`,
  );
}
