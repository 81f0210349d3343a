/**
 * What production does that puzzles, and what it means: Durascope does the same, and says so wherever an instance is looked at. One list, told
 * by an instance's row and history alone; each meaning is a paragraph of docs/meanings.md. `production-store.ts` is about what Durascope does
 * otherwise than a store.
 */
import type { HistoryEvent } from '../../history/history';
import { profileOf, type InstanceRow } from '../instance';
import { misspelt } from './event-spelling';
import { failureMeaning, httpRefusals, terminatedInDotnet } from './failure-meanings';
import { lockMeanings } from './lock-meanings';
import { type Found, type Meaning, type MeaningRow, withTitle } from './meaning';
import { astrayResults, noted, rewoundPending, suspendedEnd } from './noted-rows';
import { isIdle, lateResults, nothingOpen, waitMeanings } from './open-work';

/** The meanings of `events`, the history or what was added to it, in their order; those of the instance as a whole come first. */
export function meanings(row: MeaningRow, events: readonly HistoryEvent[]): Meaning[] {
  const found: Found[] = [];
  const failure = profileOf(row as InstanceRow) === 'A' ? failureMeaning(row, events) : terminatedInDotnet(row, events);
  if (failure !== null) found.push(failure);
  if (row.runtimeStatus === 'Pending' && events.some(({ EventType }) => EventType === 'GenericEvent')) found.push(rewoundPending);
  for (const [index, event] of events.entries()) {
    const meaning = noted(event) ?? (profileOf(row as InstanceRow) === 'A' ? misspelt(event, row.awaitedEvents) : null);
    if (meaning !== null) found.push({ ...meaning, event: index });
  }
  found.push(...astrayResults(row, events));
  if (!found.some(({ id }) => id === 'suspendedEnded')) found.push(...suspendedEnd(events));
  if (isIdle(row, events)) found.push(nothingOpen(row));
  found.push(...httpRefusals(events));
  found.push(...waitMeanings(row, events), ...(failure === null ? lateResults(row, events) : []), ...lockMeanings(row, events));
  return found.map(withTitle);
}
