import { parseDuration } from '../../base/duration-text';

/** When to start: null for at once (blank text), after a time to wait (`10m`), or at a moment (ISO-8601; local time without a zone). */
export function parseStartTime(text: string, nowMs: number): { atMs: number | null } | { problem: string } {
  const given = text.trim();
  if (given === '') return { atMs: null };
  const waitMs = parseDuration(given);
  if (!Number.isNaN(waitMs)) return { atMs: nowMs + Math.round(waitMs) };
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(atMs)) return { problem: 'Write a time to wait (30s, 10m, 2h) or a moment (2030-01-31T08:00).' };
  if (atMs <= nowMs) return { problem: 'That moment is over.' };
  return { atMs };
}
