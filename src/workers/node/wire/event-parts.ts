import type { HistoryEvent } from '../../../core/history/history';

/** What one message carries at most, in characters of the texts that may be long; all of it is well under the limit of a message. */
const partChars = 16 * 1024 * 1024;

/** Events in parts that each fit into a message; nearly always there is only the last. One event is never split. */
export function inParts(events: readonly HistoryEvent[]): {
  parts: readonly (readonly HistoryEvent[])[];
  last: readonly HistoryEvent[];
} {
  const parts: (readonly HistoryEvent[])[] = [];
  let from = 0;
  let chars = 0;
  for (const [index, event] of events.entries()) {
    const size = sizeOf(event);
    if (chars + size > partChars && index > from) {
      parts.push(events.slice(from, index));
      from = index;
      chars = 0;
    }
    chars += size;
  }
  return { parts, last: from === 0 ? events : events.slice(from) };
}

function sizeOf(event: HistoryEvent): number {
  switch (event.EventType) {
    case 'TaskCompleted':
    case 'SubOrchestrationInstanceCompleted':
      return 100 + (event.Result?.length ?? 0);
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
      return 100 + lengthOf(event.Reason) + lengthOf(event.Details);
    case 'ExecutionStarted':
    case 'TaskScheduled':
    case 'SubOrchestrationInstanceCreated':
    case 'EventRaised':
    case 'EventSent':
      return 100 + (event.Input?.length ?? 0);
    default:
      return 100;
  }
}

/** Imported histories leave fields out. */
function lengthOf(text: string | null | undefined): number {
  return text?.length ?? 0;
}
