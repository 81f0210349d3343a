/** Locks of instances that failed or were terminated. */
import { readRequest } from '../../entities/entity-messages';
import { HeldLocks } from '../../entities/held-locks';
import type { HistoryEvent } from '../../history/history';
import type { Found, MeaningId, MeaningRow } from './meaning';

/** What an end that was none of the code's own does with locks (spec/engine.md 5.5). */
export function lockMeanings(row: MeaningRow, events: readonly HistoryEvent[]): Found[] {
  const { runtimeStatus } = row;
  if (runtimeStatus !== 'Failed' && runtimeStatus !== 'Terminated') return [];
  const how = runtimeStatus === 'Failed' ? 'failed' : 'was terminated';
  const found: Found[] = [];
  const tell = (id: MeaningId, message: string, event: number): void => {
    found.push({ id, message, event });
  };
  const locks = new HeldLocks();
  for (const event of events) locks.note(event);
  for (const { id, entities, isGranted } of locks.all()) {
    const asked = events.findLastIndex((event) => isLockRequest(event, id));
    tell(
      'locksKept',
      isGranted
        ? `The instance ${how} within a critical section, and nobody gives back its locks: ${entities.join(', ')} ${waitFor(entities)}. "Clean Entity Storage" releases them.`
        : `The instance ${how} while it waited for locks. They are given to it all the same, and nobody gives them back: ${entities.join(', ')} ${waitFor(entities)}. "Clean Entity Storage" releases them.`,
      asked,
    );
  }
  const released = runtimeStatus === 'Failed' ? releasedByEnd(events) : [];
  if (released.length > 0) {
    const ids = released.map(({ instanceId }) => instanceId).join(', ');
    tell(
      'locksGivenBack',
      `The instance failed within a critical section, and its locks were given back with its end: ${ids}. What it had changed under them stays as it was then.`,
      released[0]?.index ?? -1,
    );
  }
  return found;
}

const waitFor = (entities: readonly string[]): string =>
  entities.length === 1 ? 'takes no message of anybody else any more' : 'take no messages of anybody else any more';

function isLockRequest(event: HistoryEvent, id: string): boolean {
  if (event.EventType === 'EntityLockRequested') return event.CriticalSectionId === id;
  if (event.EventType !== 'EventSent') return false;
  const request = readRequest(event.Input);
  return request?.lockset !== undefined && request.id === id;
}

/** What the last episode gave back right before its end; only the Durable Task SDKs do that for an instance that fails. */
function releasedByEnd(events: readonly HistoryEvent[]): { instanceId: string; index: number }[] {
  const end = events.findLastIndex(({ EventType }) => EventType === 'ExecutionCompleted');
  const released = [];
  for (let index = end - 1; index >= 0; index--) {
    const event = events[index];
    if (event?.EventType !== 'EntityUnlockSent') break;
    released.unshift({ instanceId: event.TargetInstanceId, index });
  }
  return released;
}
