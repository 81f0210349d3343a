/** Why a failed instance says what it says. */
import { saysNonDeterministic } from '../../decisions/non-determinism';
import type { HistoryEvent, SubOrchestrationInstanceCreated, SubOrchestrationInstanceFailed } from '../../history/history';
import { httpActivityName, httpAdvice } from '../../values/http-activity';
import { unreadableAnswer } from '../../values/unreadable-answer';
import type { Found, MeaningId, MeaningRow } from './meaning';

/** Part of the output. */
const noStateText = 'One or more errors occurred. (Result: Failure';

/** Why a failed instance says what it says. */
export function failureMeaning(row: MeaningRow, events: readonly HistoryEvent[]): Found | null {
  const { runtimeStatus, output } = row;
  if (runtimeStatus !== 'Failed') return null;
  const isOther = saysNonDeterministic(output);
  const terminated = childWithoutDetails(events);
  const thrown = thrownIn(row);
  if (terminated !== null) {
    const { index, id } = terminated;
    return {
      id: 'terminatedChild',
      message: `The child${id === null ? '' : ` '${id}'`} was terminated. The durable-functions package cannot tell the code so: it throws and loses its state, so the engine finds no call of the child in its answer and ends the parent${isOther ? ' as non-deterministic' : ''}. A catch around the call does not help. Let a child that has to stop end by itself, by an event that it waits for.`,
      event: index,
    };
  }
  const about = (id: MeaningId, message: string): Found => ({ id, message, event: null });
  const unreadable = unreadableAnswer(output ?? '') ?? unreadableAnswer(thrown ?? '');
  if (unreadable !== null) {
    const sentence = isOther ? " The output is the engine's sentence for a step without its actions." : '';
    const message = `${unreadable} Of the code's step nothing else was done, and no catch around the call takes it.${sentence}`;
    return about('unreadable', message);
  }
  if (output?.includes(noStateText) === true || (isOther && thrown !== null)) {
    return about(
      'noState',
      `${thrown === null ? 'The code or the package threw' : `What was thrown: ${thrown}.`} The package's state was lost with it, so the engine saw a worker that failed, and no action of the code. The output is the engine's sentence for that, the cause is what was thrown. Throw an Error.`,
    );
  }
  if (!isOther) return null;
  if (events.some((event) => event.EventType === 'GenericEvent' && event.Reason === 'Rewound: ExecutionCompleted')) {
    return about(
      'rewoundRetry',
      'The instance was rewound, and the rewound run does not fit what is left of its history: the engine takes back failures alone, and keeps the timers of retries and the calls that came after a failure which the code had caught. Restart the instance instead.',
    );
  }
  return about(
    'nonDeterministic',
    `The output is the engine's own sentence. Step through Replay, or "durascope replay --instance ${row.instanceId}", shows history and code side by side: the row, the line and the likely cause.`,
  );
}

/** In the isolated worker the package fails by itself, past every catch of the code (findings/terminated-child-is-a-null-reference-in-csharp.sh). */
export function terminatedInDotnet({ runtimeStatus, output }: MeaningRow, events: readonly HistoryEvent[]): Found | null {
  if (runtimeStatus !== 'Failed' || output?.startsWith('System.NullReferenceException') !== true) return null;
  const terminated = childWithoutDetails(events);
  if (terminated === null) return null;
  const { index, id } = terminated;
  return {
    id: 'terminatedChild',
    message: `The child${id === null ? '' : ` '${id}'`} was terminated. The .NET package cannot tell the code so: it ends the orchestration with a NullReferenceException of its own, which no catch takes. Let a child that has to stop end by itself, by an event that it waits for.`,
    event: index,
  };
}

/** The answer of a child without Details, which only a terminated one gives, in the last episode. */
function childWithoutDetails(events: readonly HistoryEvent[]): { index: number; id: string | null } | null {
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index];
    if (event?.EventType === 'OrchestratorStarted') return null;
    if (event?.EventType !== 'SubOrchestrationInstanceFailed' || !isWithoutDetails(event)) continue;
    const call = events.find(
      (each): each is SubOrchestrationInstanceCreated =>
        each.EventType === 'SubOrchestrationInstanceCreated' && each.EventId === event.TaskScheduledId,
    );
    return { index, id: call?.InstanceId ?? null };
  }
  return null;
}

function isWithoutDetails({ Details, FailureDetails }: SubOrchestrationInstanceFailed): boolean {
  return ((Details as string | null | undefined) ?? '') === '' && FailureDetails == null;
}

/** First line and first place of what the code threw. */
function thrownIn({ failureStack, output }: MeaningRow): string | null {
  const stack = failureStack ?? /\nException: ([\s\S]*)$/.exec(output ?? '')?.[1] ?? null;
  if (stack === null) return null;
  const [first = '', ...frames] = stack.split('\n');
  const place = frames
    .map((frame) => /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+):\d+\)?\s*$/.exec(frame)?.[1])
    .find((each) => each !== undefined);
  return `${first.trim()}${place === undefined ? '' : ` at ${place}`}`;
}

export function httpRefusals(events: readonly HistoryEvent[]): Found[] {
  const calls = new Set<number>();
  const found: Found[] = [];
  for (const [index, event] of events.entries()) {
    if (event.EventType === 'TaskScheduled' && event.Name === httpActivityName) calls.add(event.EventId);
    else if (event.EventType === 'TaskFailed' && calls.has(event.TaskScheduledId)) {
      const message = httpAdvice(event.Reason, event.Details);
      if (message !== null) found.push({ id: 'httpRefused', message, event: index });
    }
  }
  return found;
}
