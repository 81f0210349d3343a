/** Events under a name that differs in case only from one that is waited for. */
import type { HistoryEvent } from '../../history/history';
import type { Said } from './meaning';

/** The spelling that the code waits for, when an event's name differs from it in case only; null when it does not. */
export function awaitedSpelling(name: string, awaited: readonly string[]): string | null {
  if (awaited.includes(name)) return null;
  return awaited.find((each) => each.toLowerCase() === name.toLowerCase()) ?? null;
}

/** What to say of an event that is raised under a name which differs in case only from an awaited one. */
export function misspeltEventText(name: string, meant: string): string {
  return `The event '${name}' does not wake the instance, which waits for '${meant}': names of events are compared exactly. Did you mean '${meant}'?`;
}

export function misspelt(event: HistoryEvent, awaited: readonly string[]): Said | null {
  if (event.EventType !== 'EventRaised') return null;
  const meant = awaitedSpelling(event.Name, awaited);
  return meant === null ? null : { id: 'eventCase', message: misspeltEventText(event.Name, meant) };
}
