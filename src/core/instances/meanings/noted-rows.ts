/** What rows say by themselves: notes that the engine has left on them, and ends that nobody noted. */
import { countText } from '../../../base/count-text';
import { saysNonDeterministic } from '../../decisions/non-determinism';
import { engineNotes, type HistoryEvent } from '../../history/history';
import type { Found, MeaningRow, Said } from './meaning';

/** What the engine has noted on the row. */
export function noted(event: HistoryEvent): Said | null {
  if (event.Note === undefined) return null;
  if (event.Note.startsWith(engineNotes.eventsDropped)) {
    const names = event.Note.slice(engineNotes.eventsDropped.length + 1);
    return {
      id: 'eventsDropped',
      message: `continueAsNew has dropped events that had come and that the code had not waited for: ${names}. Wait for them before it, or put what is to be remembered into the input of the next generation.`,
    };
  }
  switch (event.Note) {
    case engineNotes.eventAgain:
      return {
        id: 'eventAgain',
        message: `The event '${nameOf(event)}' is carried over, and was received before: it won a race against a cancelled timer, and the generation before continued as new without waiting for anything else in between. The real engine then hands it on once more. Wait for an activity between the race and continueAsNew.`,
      };
    case engineNotes.suspendedEnded:
      return suspendedEnded;
    case engineNotes.childReplaced:
      return {
        id: 'childReplaced',
        message:
          event.EventType === 'SubOrchestrationInstanceCreated'
            ? `The child '${event.InstanceId}' replaced a running instance of its id, as in the real engine: what that one waited for is gone. Give the child an id of its own if that is not meant.`
            : 'This instance was called as a child under the id of a running one, and replaced it, as in the real engine: what that one waited for is gone.',
      };
    case engineNotes.booleanAsText:
      return {
        id: 'booleanAsText',
        message: `The activity '${nameOf(event)}' is called with a boolean alone. It arrives as the text 'True' or 'False', as .NET writes it, and both are true in JavaScript. Wrap it in an object.`,
      };
    default:
      // Of another version of Durascope, or of somebody else.
      return null;
  }
}

const suspendedEnded: Said = {
  id: 'suspendedEnded',
  message:
    'The instance was suspended and ended all the same, without a resume: its code returned after a race that an event had won against a cancelled timer, and the real engine does not hold that back. Where an activity follows the race, it waits.',
};

export const rewoundPending: Found = {
  id: 'rewoundPending',
  message:
    'The instance was rewound and runs. In Azure Storage its status stays Pending all the same, and the output is that of its failure, until it ends, continues as new or is suspended and resumed.',
  event: null,
};

/** In a history that others have written. */
export function suspendedEnd(events: readonly HistoryEvent[]): Found[] {
  let isSuspended = false;
  for (const [index, event] of events.entries()) {
    if (event.EventType === 'ExecutionSuspended') isSuspended = true;
    else if (event.EventType === 'ExecutionResumed') isSuspended = false;
    else if (
      event.EventType === 'ExecutionCompleted' &&
      isSuspended &&
      event.OrchestrationStatus !== 'Terminated' &&
      !(event.OrchestrationStatus === 'Failed' && saysNonDeterministic(event.Result))
    ) {
      return [{ ...suspendedEnded, event: index }];
    }
  }
  return [];
}

/** All of them together, at the first: what follows it has its cause. */
export function astrayResults({ runtimeStatus }: Pick<MeaningRow, 'runtimeStatus'>, events: readonly HistoryEvent[]): Found[] {
  const rows = events.flatMap(({ Note }, index) => (Note?.startsWith(engineNotes.astray) === true ? [index] : []));
  const [first] = rows;
  if (first === undefined) return [];
  const event = events[first];
  const text = event?.Note?.slice(engineNotes.astray.length + 1) ?? '';
  const others =
    rows.length === 1
      ? ''
      : `, and ${countText(rows.length - 1, 'other result', 'other results')} went elsewhere too, as the notes in the history say`;
  const end = runtimeStatus === 'Completed' ? 'returned' : runtimeStatus === 'Failed' ? 'failed with' : null;
  const outcome = end === null ? '' : ` What the instance ${end} may come of that.`;
  const message =
    event?.EventType === 'EventRaised'
      ? `The event '${event.Name}' was ${text}, whose number is its name${others}: durable-functions looks among the calls first, in Azure too.${outcome} Give events names that are no numbers.`
      : `A result has gone astray, as in Azure: it was ${text}${others}. The code went on from a Task.all or Task.any while a task with retries in it was not over, or grouped running tasks anew, and from then on durable-functions and the engine number calls otherwise.${outcome} Put a task with retries into a sub-orchestration, or wait for it before anything else is called.`;
  return [{ id: 'astray', message, event: first }];
}

function nameOf(event: HistoryEvent): string {
  return 'Name' in event ? event.Name : '';
}
