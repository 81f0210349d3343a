/** Values of query parameters, read as leniently as the real service reads them: what does not parse is absent (spec/http-api.md 2). */
import { type OrchestrationStatus, orchestrationStatusNumbers } from '../core/values/status';
import { toTimestamp } from '../core/values/time';

/** `true` and `false` in any case, blanks around allowed; anything else is `fallback`. */
export function booleanValue(text: string | undefined, fallback: boolean): boolean {
  const word = text?.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : fallback;
}

export function integerValue(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*[+-]?\d{1,10}\s*$/.test(text)) return undefined;
  return Number(text);
}

/** Seconds, fractions allowed, as milliseconds. Negative ones are absent. */
export function secondsValue(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\+?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i.test(text)) return undefined;
  const ms = Number(text) * 1000;
  return Number.isFinite(ms) ? ms : undefined;
}

const statusByNumber = new Map<string, OrchestrationStatus>(
  Object.entries(orchestrationStatusNumbers).map(([name, number]) => [String(number), name as OrchestrationStatus]),
);

/**
 * Names (case matters) or numbers, comma separated. Undefined: the parameter is absent or blank. An empty array: it was given, and
 * nothing in it is a status.
 */
export function statusesValue(text: string | undefined): readonly OrchestrationStatus[] | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const found = new Set<OrchestrationStatus>();
  for (const item of text.split(',')) {
    const word = item.trim();
    if (Object.hasOwn(orchestrationStatusNumbers, word)) found.add(word as OrchestrationStatus);
    const byNumber = statusByNumber.get(word);
    if (byNumber !== undefined) found.add(byNumber);
  }
  return [...found];
}

/** A number that is no status is one that no instance has; Unknown is a member of the enumeration which the service then cannot turn into text. */
export function oddStatusesIn(text: string | undefined): 'none' | 'numbers' | 'unknown' {
  const words = (text ?? '').split(',').map((word) => word.trim());
  if (words.some((word) => word === 'Unknown' || /^-0*1$/.test(word))) return 'unknown';
  return words.some((word) => /^[+-]?\d{1,9}$/.test(word) && !statusByNumber.has(word)) ? 'numbers' : 'none';
}

const isoDate = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const localDate =
  /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*(AM|PM))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const wordDate = /^(?:[a-z]{3,9},?\s+)?\d{1,2}\s+[a-z]{3,9}\s+\d{4}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?(?:\s*(?:GMT|UTC|Z))?$/i;

/**
 * A date as .NET's lenient reader takes it, in the history's time form: ISO-8601, month/day/year and RFC 1123 forms. No zone means
 * UTC. The built-in parser alone would not do: it makes a date of almost any text that ends in a digit, and purge deletes by dates.
 */
export function dateValue(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  if (trimmed === undefined || trimmed === '') return undefined;
  const iso = isoDate.exec(trimmed);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso;
    return timestampOf([year, month, day, hour, minute, second], zone, fraction);
  }
  const local = localDate.exec(trimmed);
  if (local !== null) {
    const [, month, day, year, hour, minute, second, half, zone] = local;
    return timestampOf([year, month, day, hours24(hour, half), minute, second], zone, undefined);
  }
  if (!wordDate.test(trimmed)) return undefined;
  const ms = Date.parse(/(GMT|UTC|Z)$/i.test(trimmed) ? trimmed : `${trimmed} UTC`);
  return Number.isNaN(ms) ? undefined : toTimestamp(ms);
}

function hours24(hour: string | undefined, half: string | undefined): string | undefined {
  if (hour === undefined || half === undefined) return hour;
  const twelve = Number(hour) % 12;
  return String(half.toUpperCase() === 'PM' ? twelve + 12 : twelve);
}

function timestampOf(
  parts: readonly (string | undefined)[],
  zone: string | undefined,
  fraction: string | undefined,
): string | undefined {
  const [year = NaN, month = NaN, day = NaN, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    part === undefined ? undefined : Number(part),
  );
  if (year < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A day that the month does not have would roll over.
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second);
  const ms = date.getTime() - zoneMs(zone);
  // Text order is time order only with four-digit years.
  const earliest = -62_135_596_800_000;
  const latest = 253_402_300_799_000;
  const whole = toTimestamp(Math.min(Math.max(ms, earliest), latest));
  const digits = (fraction ?? '').padEnd(7, '0').slice(0, 7);
  return `${whole.slice(0, 20)}${digits}Z`;
}

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.replace(/[^\d]/g, '');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4))) * 60_000;
}
