import { charsOf } from '../../base/short-texts';
import type { HistoryEvent } from './history';

export interface PartsOptions {
  /** Of the first question. */
  first: number;
  /** Of one question at most. */
  most: number;
}

/** Characters of an answer from which the next one asks for fewer rows. */
const enoughChars = 2 * 1024 * 1024;

/**
 * The rows of a history from `from` on, up to `total`, a few at a time: nobody knows how long a row is before it is there, so how many are asked
 * for follows how long they were.
 */
export async function* historyInParts(
  read: (from: number, count: number) => Promise<readonly HistoryEvent[]>,
  from: number,
  total: number,
  { first, most }: PartsOptions = { first: 1, most: 1000 },
): AsyncGenerator<readonly HistoryEvent[]> {
  let count = first;
  for (let at = from; at < total;) {
    const events = await read(at, Math.min(count, total - at));
    if (events.length === 0) return;
    yield events;
    at += events.length;
    const chars = events.reduce((sum, event) => sum + charsOf(event), 0);
    count = chars > enoughChars ? Math.max(1, count >> 2) : Math.min(most, count * 2);
  }
}
