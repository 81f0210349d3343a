/**
 * How much an entity holds at rest. Its row is one text with the state and with every message that has arrived and cannot run yet, each of
 * them text within text: a quote of a state takes four characters of the row.
 *
 *   R1. A message that does not fit stays in the inbox, and those behind it too: nothing is refused, and the order of arrival stays.
 *   R2. Whatever lets the queue get shorter always fits: releases, and what can run at once.
 */
import { isRequestName, readRequest, releaseName, readRelease, type EntityRequest } from './entity-messages';
import type { EntityScheduler } from './entity-scheduler';
import { charsIn } from '../values/value-limit';
import type { EventRaised } from '../history/history';

/** Characters of an entity's row as it is stored; V8 has no text above 2^29 - 24, and SQLite none above 1,000,000,000 bytes. */
export const maxEntityChars = 300 * 1024 * 1024;

/** Names of members and punctuation of one message. */
const aroundRequest = 300;

/** Characters that the row takes, or somewhat more. `text`: the scheduler's. */
export function entityChars({ state, queue, lockedBy, sorter }: EntityScheduler, limit: number, text: string): number {
  // Everything that is counted below stands in it, so far from the limit nothing has to be looked at.
  const most = 4 * (text.length + queue.length * aroundRequest);
  if (most <= limit / 4) return most;
  // Nothing takes more than four characters for one: the exact count is for what is near the limit only.
  const rough =
    4 * ((state?.length ?? 0) + charsIn(queue) + charsIn(sorter) + (lockedBy?.length ?? 0) + queue.length * aroundRequest);
  if (rough <= limit) return rough;
  return storedChars(state ?? '') + queue.reduce((sum, request) => sum + requestChars(request), 0) + 4 * charsIn(sorter);
}

function requestChars(request: EntityRequest): number {
  return storedChars(request.input ?? '') + 4 * (charsIn({ ...request, input: '' }) + aroundRequest);
}

/** As text within text within text. */
function storedChars(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34 || code === 92) count += 3;
    else if (code < 32) count += 7;
  }
  return count;
}

/** Of `messages`, in the order of their arrival, those that may be taken in now (R1, R2). `text`: the scheduler's. */
export function fitting(scheduler: EntityScheduler, messages: readonly EventRaised[], limit: number, text: string): boolean[] {
  let used = entityChars(scheduler, limit, text);
  // Two characters of the row for one of a message, at most.
  const all = messages.reduce((sum, { Input }) => sum + 2 * ((Input?.length ?? 0) + aroundRequest), used);
  if (all <= limit) return messages.map(() => true);
  let { lockedBy, suspended } = scheduler;
  let isEmpty = scheduler.queue.length === 0;
  let isFull = false;
  let isHolderFull = false;
  return messages.map(({ Name, Input }) => {
    if (Name === releaseName) {
      // It must not overtake what its sender has said before.
      if (isHolderFull) return false;
      if (readRelease(Input)?.parent === lockedBy) lockedBy = null;
      return true;
    }
    if (!isRequestName(Name)) {
      suspended = false;
      return true;
    }
    const request = readRequest(Input);
    if (request === null) return true;
    const chars = requestChars(request);
    const isHolders = lockedBy !== null && request.parent === lockedBy;
    const runsAtOnce = !suspended && (isHolders ? !isHolderFull : isEmpty && lockedBy === null);
    const fits = runsAtOnce || (used + chars <= limit && !(isHolders ? isHolderFull : isFull));
    if (fits) {
      used += chars;
      isEmpty = false;
    } else if (isHolders) isHolderFull = true;
    else isFull = true;
    return fits;
  });
}
