/**
 * What production does that puzzles, and what it means: Durascope does the same, and says so wherever an instance is looked at. One list, told
 * by an instance's row and history alone; each meaning is a paragraph of docs/meanings.md. `production-store.ts` is about what Durascope does
 * otherwise than a store.
 */
import { saysNonDeterministic } from '../decisions/non-determinism';
import { readRequest } from '../entities/entity-messages';
import { HeldLocks } from '../entities/held-locks';
import {
  engineNotes,
  type HistoryEvent,
  type SubOrchestrationInstanceCreated,
  type SubOrchestrationInstanceFailed,
} from '../history/history';
import { httpActivityName, httpAdvice } from '../values/http-activity';
import { unreadableAnswer } from '../values/unreadable-answer';
import { profileOf, type InstanceRow } from './instance';
import { hasNothingOpen } from './nothing-open';

export type MeaningId =
  | 'eventAgain'
  | 'suspendedEnded'
  | 'childReplaced'
  | 'booleanAsText'
  | 'eventCase'
  | 'terminatedChild'
  | 'noState'
  | 'rewoundRetry'
  | 'rewoundPending'
  | 'nonDeterministic'
  | 'eventsDropped'
  | 'unawaitedEvent'
  | 'openTimers'
  | 'lateResult'
  | 'httpRefused'
  | 'unreadable'
  | 'locksKept'
  | 'locksGivenBack'
  | 'nothingOpen';

export interface Meaning {
  id: MeaningId;
  /** A few words: the heading of its paragraph. */
  title: string;
  /** Sentences for people. */
  message: string;
  /** Page and paragraph, as in `docs/meanings.md#an-event-comes-again`. */
  docs: string;
  /** Position in the history; null where it is about the instance as a whole. */
  event: number | null;
}

/** What is looked at of a row. `failureStack`: what the code threw. */
export type MeaningRow = Pick<
  InstanceRow,
  'instanceId' | 'runtimeStatus' | 'output' | 'awaitedEvents' | 'profile' | 'failureStack' | 'waits' | 'stuck'
> & {
  /** By which a whole history is told from a part of one. */
  historyLength?: number;
};

/** Headings of docs/meanings.md as Markdown viewers name them. */
const paragraphs: Readonly<Record<MeaningId, string>> = {
  eventAgain: 'an-event-comes-again',
  suspendedEnded: 'a-suspended-instance-ends',
  childReplaced: 'a-child-replaces-a-running-instance',
  booleanAsText: 'a-boolean-arrives-as-text',
  eventCase: 'an-event-under-another-case',
  terminatedChild: 'a-terminated-child-cannot-be-caught',
  noState: 'a-failure-without-a-state',
  rewoundRetry: 'a-rewind-after-a-retry',
  rewoundPending: 'a-rewound-instance-stays-pending',
  nonDeterministic: 'non-deterministic-in-the-engines-words',
  eventsDropped: 'an-event-is-dropped-by-continueasnew',
  unawaitedEvent: 'an-event-that-nobody-waits-for',
  openTimers: 'the-code-has-returned-and-the-instance-runs-on',
  lateResult: 'a-result-that-comes-too-late',
  httpRefused: 'a-request-that-callhttp-does-not-send',
  unreadable: 'what-the-engine-cannot-read',
  locksKept: 'locks-that-nobody-gives-back',
  locksGivenBack: 'locks-given-back-by-a-failure',
  nothingOpen: 'running-and-nothing-is-open',
};

/** Headings of docs/meanings.md. */
const titles: Readonly<Record<MeaningId, string>> = {
  eventAgain: 'An event comes again',
  suspendedEnded: 'A suspended instance ends',
  childReplaced: 'A child replaces a running instance',
  booleanAsText: 'A boolean arrives as text',
  eventCase: 'An event under another case',
  terminatedChild: 'A terminated child cannot be caught',
  noState: 'A failure without a state',
  rewoundRetry: 'A rewind after a retry',
  rewoundPending: 'A rewound instance stays Pending',
  nonDeterministic: "Non-deterministic, in the engine's words",
  eventsDropped: 'An event is dropped by continueAsNew',
  unawaitedEvent: 'An event that nobody waits for',
  openTimers: 'The code has returned, and the instance runs on',
  lateResult: 'A result that comes too late',
  httpRefused: 'A request that callHttp does not send',
  unreadable: 'What the engine cannot read',
  locksKept: 'Locks that nobody gives back',
  locksGivenBack: 'Locks given back by a failure',
  nothingOpen: 'Running, and nothing is open',
};

/** The meanings of `events`, the history or what was added to it, in their order; those of the instance as a whole come first. */
export function meanings(row: MeaningRow, events: readonly HistoryEvent[]): Meaning[] {
  const found: Found[] = [];
  const failure = profileOf(row as InstanceRow) === 'A' ? failureMeaning(row, events) : terminatedInDotnet(row, events);
  if (failure !== null) found.push(failure);
  if (row.runtimeStatus === 'Pending' && events.some(({ EventType }) => EventType === 'GenericEvent')) found.push(rewoundPending);
  for (const [index, event] of events.entries()) {
    const meaning = noted(event) ?? (profileOf(row as InstanceRow) === 'A' ? misspelt(event, row.awaitedEvents) : null);
    if (meaning !== null) found.push({ ...meaning, docs: docsOf(meaning.id), event: index });
  }
  if (!found.some(({ id }) => id === 'suspendedEnded')) found.push(...suspendedEnd(events));
  if (isIdle(row, events)) found.push(nothingOpen(row));
  found.push(...httpRefusals(events));
  found.push(...waitMeanings(row, events), ...(failure === null ? lateResults(row, events) : []), ...lockMeanings(row, events));
  return found.map((meaning) => ({ ...meaning, title: titles[meaning.id] }));
}

/** Of workers that tell what the code wants and not what it waits for. */
function isIdle(row: MeaningRow, events: readonly HistoryEvent[]): boolean {
  if (row.runtimeStatus !== 'Running' || profileOf(row as InstanceRow) !== 'G' || events.length !== row.historyLength)
    return false;
  return events.at(-1)?.EventType === 'OrchestratorCompleted' && hasNothingOpen(events);
}

function nothingOpen({ stuck }: MeaningRow): Found {
  return {
    id: 'nothingOpen',
    message:
      stuck === undefined
        ? 'Its code has asked for nothing that is still to come. Either it waits for an external event, whose name its worker does not tell, or it awaits something that is not of its context (Task.Delay, HttpClient …), and nothing ever wakes it.'
        : 'An orchestrator that awaits what is not of its context stays Running for ever, in production too.',
    docs: docsOf('nothingOpen'),
    event: null,
  };
}

type Said = Pick<Meaning, 'id' | 'message'>;
type Found = Omit<Meaning, 'title'>;

function docsOf(id: MeaningId): string {
  return `docs/meanings.md#${paragraphs[id]}`;
}

/** What the engine has noted on the row. */
function noted(event: HistoryEvent): Said | null {
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

const rewoundPending: Found = {
  id: 'rewoundPending',
  message:
    'The instance was rewound and runs. In Azure Storage its status stays Pending all the same, and the output is that of its failure, until it ends, continues as new or is suspended and resumed.',
  docs: docsOf('rewoundPending'),
  event: null,
};

/** In a history that others have written. */
function suspendedEnd(events: readonly HistoryEvent[]): Found[] {
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
      return [{ ...suspendedEnded, docs: docsOf('suspendedEnded'), event: index }];
    }
  }
  return [];
}

/** The spelling that the code waits for, when an event's name differs from it in case only; null when it does not. */
export function awaitedSpelling(name: string, awaited: readonly string[]): string | null {
  if (awaited.includes(name)) return null;
  return awaited.find((each) => each.toLowerCase() === name.toLowerCase()) ?? null;
}

/** What to say of an event that is raised under a name which differs in case only from an awaited one. */
export function misspeltEventText(name: string, meant: string): string {
  return `The event '${name}' does not wake the instance, which waits for '${meant}': names of events are compared exactly. Did you mean '${meant}'?`;
}

function misspelt(event: HistoryEvent, awaited: readonly string[]): Said | null {
  if (event.EventType !== 'EventRaised') return null;
  const meant = awaitedSpelling(event.Name, awaited);
  return meant === null ? null : { id: 'eventCase', message: misspeltEventText(event.Name, meant) };
}

/** Part of the output. */
const noStateText = 'One or more errors occurred. (Result: Failure';

/** What whoever runs the code knows of its waits. */
function waitMeanings({ waits, awaitedEvents }: MeaningRow, events: readonly HistoryEvent[]): Found[] {
  // Under another case it has a meaning of its own.
  const unawaited = (waits?.unawaited ?? []).filter((name) => awaitedSpelling(name, awaitedEvents) === null);
  const found = unawaited.map((name): Found => {
    const event = events.findLastIndex((each) => each.EventType === 'EventRaised' && each.Name === name);
    return {
      id: 'unawaitedEvent',
      message: `The event '${name}' has come, and the code does not wait for it, or not yet. It is kept until the code does; continueAsNew and the end drop it.`,
      docs: docsOf('unawaitedEvent'),
      event: event < 0 ? null : event,
    };
  });
  if (waits?.codeEnded === true) {
    found.unshift({
      id: 'openTimers',
      message:
        'The code has returned, but timers or calls that it left open keep the instance Running until they are over, as in Azure. Cancel a timer that is no longer wanted: timer.cancel().',
      docs: docsOf('openTimers'),
      event: openTimer(events),
    });
  }
  return found;
}

/** The newest timer that has not fired. */
function openTimer(events: readonly HistoryEvent[]): number | null {
  const fired = new Set<number>();
  for (const event of events) if (event.EventType === 'TimerFired') fired.add(event.TimerId);
  const index = events.findLastIndex((event) => event.EventType === 'TimerCreated' && !fired.has(event.EventId));
  return index < 0 ? null : index;
}

/** Activities that had not ended when the instance did: one meaning for each name, at its first. A failure that says more comes alone. */
function lateResults({ runtimeStatus }: MeaningRow, events: readonly HistoryEvent[]): Found[] {
  if (runtimeStatus !== 'Completed' && runtimeStatus !== 'Failed') return [];
  const open = new Map<number, { name: string; index: number }>();
  for (const [index, event] of events.entries()) {
    if (event.EventType === 'TaskScheduled') open.set(event.EventId, { name: event.Name, index });
    else if (event.EventType === 'TaskCompleted' || event.EventType === 'TaskFailed') open.delete(event.TaskScheduledId);
  }
  const first = new Map<string, { index: number; count: number }>();
  for (const { name, index } of open.values()) {
    const known = first.get(name);
    if (known === undefined) first.set(name, { index, count: 1 });
    else known.count++;
  }
  return [...first].map(([name, { index, count }]) => ({
    id: 'lateResult',
    message:
      count === 1
        ? `'${name}' had not ended when the instance did: its result comes too late, and nobody gets it.`
        : `${count} calls of '${name}' had not ended when the instance did: their results come too late, and nobody gets them.`,
    docs: docsOf('lateResult'),
    event: index,
  }));
}

function httpRefusals(events: readonly HistoryEvent[]): Found[] {
  const calls = new Set<number>();
  const found: Found[] = [];
  for (const [index, event] of events.entries()) {
    if (event.EventType === 'TaskScheduled' && event.Name === httpActivityName) calls.add(event.EventId);
    else if (event.EventType === 'TaskFailed' && calls.has(event.TaskScheduledId)) {
      const message = httpAdvice(event.Reason, event.Details);
      if (message !== null) found.push({ id: 'httpRefused', message, docs: docsOf('httpRefused'), event: index });
    }
  }
  return found;
}

/** What an end that was none of the code's own does with locks (spec/engine.md 5.5). */
function lockMeanings(row: MeaningRow, events: readonly HistoryEvent[]): Found[] {
  const { runtimeStatus } = row;
  if (runtimeStatus !== 'Failed' && runtimeStatus !== 'Terminated') return [];
  const how = runtimeStatus === 'Failed' ? 'failed' : 'was terminated';
  const found: Found[] = [];
  const tell = (id: MeaningId, message: string, event: number): void => {
    found.push({ id, message, docs: docsOf(id), event });
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

/** Why a failed instance says what it says. */
function failureMeaning(row: MeaningRow, events: readonly HistoryEvent[]): Found | null {
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
      docs: docsOf('terminatedChild'),
      event: index,
    };
  }
  const about = (id: MeaningId, message: string): Found => ({ id, message, docs: docsOf(id), event: null });
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
function terminatedInDotnet({ runtimeStatus, output }: MeaningRow, events: readonly HistoryEvent[]): Found | null {
  if (runtimeStatus !== 'Failed' || output?.startsWith('System.NullReferenceException') !== true) return null;
  const terminated = childWithoutDetails(events);
  if (terminated === null) return null;
  const { index, id } = terminated;
  return {
    id: 'terminatedChild',
    message: `The child${id === null ? '' : ` '${id}'`} was terminated. The .NET package cannot tell the code so: it ends the orchestration with a NullReferenceException of its own, which no catch takes. Let a child that has to stop end by itself, by an event that it waits for.`,
    docs: docsOf('terminatedChild'),
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

function nameOf(event: HistoryEvent): string {
  return 'Name' in event ? event.Name : '';
}
