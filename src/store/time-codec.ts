/**
 * Times of the history's form as epoch milliseconds, which is half the bytes. Lossless: a text that is not exactly what its
 * milliseconds would be written as (more than three fraction digits in use, another zone, no time at all) stays text.
 */

// Most times are of the minute of the time before: only seconds and milliseconds are taken apart then.
let minute = '';
let minuteMs = 0;

const zero = 48;

export function encodeTime(text: string): number | string {
  if (text.length !== 28 || !text.endsWith('0000Z') || text[16] !== ':' || text[19] !== '.') return text;
  if (!text.startsWith(minute) || minute === '') {
    const ms = Date.parse(`${text.slice(0, 16)}:00.000Z`);
    // Date.parse is lenient (24:00, 30 February): only what it would write itself counts.
    if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 16) !== text.slice(0, 16)) return text;
    minute = text.slice(0, 16);
    minuteMs = ms;
  }
  const seconds = digit(text, 17) * 10 + digit(text, 18);
  const ms = digit(text, 20) * 100 + digit(text, 21) * 10 + digit(text, 22);
  return seconds < 60 && ms < 1000 ? minuteMs + seconds * 1000 + ms : text; // False for NaN too.
}

export function decodeTime(value: number | string): string {
  if (typeof value === 'string') return value;
  const inMinute = value - minuteMs;
  if (minute === '' || inMinute < 0 || inMinute >= 60_000) {
    minute = new Date(value).toISOString().slice(0, 16);
    minuteMs = Date.parse(`${minute}:00.000Z`);
    return decodeTime(value);
  }
  const seconds = Math.floor(inMinute / 1000);
  return `${minute}:${seconds < 10 ? '0' : ''}${seconds}.${String((inMinute % 1000) + 1000).slice(1)}0000Z`;
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - zero;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
