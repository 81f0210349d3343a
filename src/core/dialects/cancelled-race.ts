/** What follows for the host from a race whose timer the code has cancelled: it is over before the event that won has been met. */
import { isTypedAnswer } from '../entities/entity-messages';
import { engineNotes, type EventRaised, type HistoryEvent } from '../history/history';
import { actionName, actionTypes, childActions, type ActionList, type DurableAction } from '../values/durable-action';

export function isRaceWithCancelledTimer(entry: DurableAction | readonly DurableAction[]): boolean {
  if (Array.isArray(entry)) return false;
  const action = entry as DurableAction;
  if (action.actionType !== actionTypes.WhenAny) return false;
  return childActions(action).some((child) => child.actionType === actionTypes.CreateTimer && child['isCanceled'] === true);
}

/** The events that are carried over; those that the code had received say so: of each name as many as it has waited for, the first ones. */
export function notedAsReceived(
  carried: readonly EventRaised[],
  events: readonly HistoryEvent[],
  actions: ActionList,
): EventRaised[] {
  const waits = new Map<string, number>();
  const count = (entry: DurableAction | readonly DurableAction[]): void => {
    if (Array.isArray(entry)) (entry as readonly DurableAction[]).forEach(count);
    else {
      const action = entry as DurableAction;
      const name = action.actionType === actionTypes.WaitForExternalEvent ? actionName(action) : null;
      if (name !== null) waits.set(name, (waits.get(name) ?? 0) + 1);
      childActions(action).forEach(count);
    }
  };
  actions.forEach(count);
  const received = new Set<HistoryEvent>();
  for (const event of events) {
    if (event.EventType !== 'EventRaised') continue;
    const left = waits.get(event.Name) ?? 0;
    if (left > 0 || isTypedAnswer(event.Input)) received.add(event);
    waits.set(event.Name, left - 1);
  }
  return carried.map((event) => {
    const plain = { ...event };
    delete plain.Note;
    return received.has(event) ? { ...plain, Note: engineNotes.eventAgain } : plain;
  });
}
