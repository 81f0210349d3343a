/**
 * The one vocabulary for what makes an orchestrator fail to replay its history: used where replay and history disagree, for findings in
 * source text, and for the check on save.
 */
import type { SourcePlace } from '../values/source-place';

export type DeterminismCause =
  | 'currentTime'
  | 'random'
  | 'uuid'
  | 'environment'
  | 'timer'
  | 'network'
  | 'fileSystem'
  | 'process'
  | 'awaitNonDurable'
  | 'asyncOrchestrator'
  | 'yieldNonTask'
  | 'missingYield'
  | 'globalState'
  | 'replayFlag'
  | 'changedClock'
  | 'oneByOne'
  | 'groupedAgain'
  | 'retryLeftBehind'
  | 'booleanAsText'
  | 'eventAgain'
  | 'leftContext'
  | 'blocked'
  | 'dateWithoutZone'
  | 'renamedCall'
  | 'reorderedCalls'
  | 'addedCall'
  | 'removedCall'
  | 'changedKind'
  | 'unknown';

export interface CauseText {
  /** A few words for a list. */
  title: string;
  /** A sentence that says why a replay comes to something else. */
  reason: string;
  /** A sentence that says what to do instead. */
  explanation: string;
}

/** One place at which the code went another way than the history. */
export interface Divergence {
  /** Index in the history, in the order of commit; null when the history simply has no row for what the code did. */
  rowIndex: number | null;
  /** What the history says: `activity SayHello #1`. Null: nothing. */
  recorded: string | null;
  /** What the code did now, in the same words. Null: nothing. */
  actual: string | null;
  /** Where the code stood. */
  place: SourcePlace | null;
  cause: DeterminismCause;
  /** Whole sentences for a user: what was recorded, what happens now, the likely cause, what to do. */
  message: string;
}

const letThemEnd =
  'let the running instances end first, or give the changed orchestrator a new name and keep the old one beside it.';

export const causeTexts: Readonly<Record<DeterminismCause, CauseText>> = {
  currentTime: {
    title: 'Current time',
    reason: 'Every replay reads the clock anew and gets a later time.',
    explanation: 'Use context.df.currentUtcDateTime: it comes from the history and is the same in every replay.',
  },
  random: {
    title: 'Random value',
    reason: 'Every replay draws another value.',
    explanation: 'Draw it in an activity and use the result, which the history keeps.',
  },
  uuid: {
    title: 'Random identifier',
    reason: 'Every replay makes another identifier.',
    explanation: 'Use context.df.newGuid(context.df.instanceId): it gives the same identifiers in every replay.',
  },
  environment: {
    title: 'Environment variable',
    reason: 'An environment variable may have changed by the time of a replay.',
    explanation: 'Read it in the function that starts the orchestration and pass it as input, or read it in an activity.',
  },
  timer: {
    title: 'Timer or sleep',
    reason:
      'A timer of the process is not in the history: it is lost with the process, and its callback runs outside of the replay.',
    explanation: 'Wait with yield context.df.createTimer(…).',
  },
  network: {
    title: 'Network access',
    reason: 'Every replay would send the request again and may get another answer.',
    explanation: 'Send it in an activity, or with yield context.df.callHttp(…), so that the history keeps the answer.',
  },
  fileSystem: {
    title: 'File access',
    reason: 'Every replay would touch the files again and may find something else there.',
    explanation: 'Read and write files in an activity.',
  },
  process: {
    title: 'Process or machine',
    reason: 'A replay may run in another process or on another machine.',
    explanation: 'Start processes and ask about the process or the machine in an activity.',
  },
  awaitNonDurable: {
    title: 'Await in an orchestrator',
    reason: 'A replay cannot wait for a promise: nothing of it is in the history.',
    explanation: 'Do the work in an activity and wait for that with yield context.df.callActivity(…).',
  },
  asyncOrchestrator: {
    title: 'Async orchestrator',
    reason: 'An orchestrator has to stop at each yield and go on when the history says so, which an async function cannot.',
    explanation: 'Make it a generator function: function* with yield in place of await.',
  },
  yieldNonTask: {
    title: 'Yield of something else than a task',
    reason: 'An orchestrator that yields anything but a durable task fails.',
    explanation: 'Yield only what the methods of context.df return; everything else needs no yield.',
  },
  missingYield: {
    title: 'Missing yield',
    reason: 'A task that is never yielded is never scheduled, and gives no result.',
    explanation: 'Put yield before the call, or keep the task and yield it later, alone or in context.df.Task.all or Task.any.',
  },
  globalState: {
    title: 'State outside of the orchestrator',
    reason: 'What is kept outside of it is shared by all instances and all replays of a process, and lost with it.',
    explanation: 'Keep state in variables of the orchestrator, in its input, or in an entity.',
  },
  replayFlag: {
    title: 'Work that depends on isReplaying',
    reason:
      'When code runs for the first time isReplaying is false, and in every replay it is true: the replay asks for other work.',
    explanation: 'Ask for the same work each time, and use context.df.isReplaying for logging only.',
  },
  changedClock: {
    title: 'Changed clock',
    reason: "The date is the orchestration's own clock: setting a part of it moves the time for all code that follows.",
    explanation: 'Set the parts of a copy: new Date(context.df.currentUtcDateTime).',
  },
  oneByOne: {
    title: 'One after the other',
    reason: 'Work begins when its task is yielded, not when the task is made, so that this waits for what is yielded before it.',
    explanation: 'Where it may run at the same time, yield the tasks together: yield context.df.Task.all([…]).',
  },
  groupedAgain: {
    title: 'Task grouped again',
    reason:
      'Azure schedules a task a second time when it comes into a second Task.any or Task.all, and from then on results may go to the wrong calls.',
    explanation: 'Put each task into one group only; what is left of a group can be yielded task by task.',
  },
  retryLeftBehind: {
    title: 'Retries left behind',
    reason:
      'Task.all fails with its first failure, while a task with retries in it may still be tried: durable-functions and Azure number calls otherwise from there, and what the code calls next may get the results of others.',
    explanation: 'Let a sub-orchestration do what has retries, or end the orchestration where the group fails.',
  },
  booleanAsText: {
    title: 'Boolean as text',
    reason: "A boolean that is an activity's whole input arrives as the text 'True' or 'False', and both are true in an if.",
    explanation: 'Wrap it in an object, { value: … }, and read its value in the activity.',
  },
  eventAgain: {
    title: 'Event received again',
    reason: 'An event that won against a timer, which is then cancelled, is handed on and received again by the next generation.',
    explanation:
      'Yield an activity, or a timer that is due at once, between the race and continueAsNew, or keep in the input what was received.',
  },
  leftContext: {
    title: 'Left the orchestrator',
    reason: 'What follows runs on a thread that the orchestrator knows nothing of: the instance is Running for ever.',
    explanation: 'Leave ConfigureAwait out, in the methods that the orchestrator calls as well.',
  },
  blocked: {
    title: 'Blocked orchestrator',
    reason: 'The thread that waits here is the one that would bring the result: the code does not come back.',
    explanation: 'Await the task.',
  },
  dateWithoutZone: {
    title: 'Date without a zone',
    reason: 'A timer takes it for the local time of the machine: right in the cloud, hours late or at once on another one.',
    explanation: 'Say that it is UTC, with DateTime.SpecifyKind(…, DateTimeKind.Utc), or reckon from context.CurrentUtcDateTime.',
  },
  renamedCall: {
    title: 'Renamed call',
    reason: 'The history knows the call by its former name.',
    explanation: `Before a called function is renamed, ${letThemEnd}`,
  },
  reorderedCalls: {
    title: 'Changed order of calls',
    reason: 'The history keeps the calls in the order in which they were made.',
    explanation: `Before the order of calls is changed, ${letThemEnd}`,
  },
  addedCall: {
    title: 'Added call',
    reason: 'The history knows nothing of the call and holds others where it now stands.',
    explanation: `Before a call is added, ${letThemEnd}`,
  },
  removedCall: {
    title: 'Removed call',
    reason: 'The history holds a call that the code no longer makes.',
    explanation: `Before a call is removed, ${letThemEnd}`,
  },
  changedKind: {
    title: 'Another kind of call',
    reason: 'The history holds a call of another kind there.',
    explanation: `Before a call is replaced by one of another kind, ${letThemEnd}`,
  },
  unknown: {
    title: 'Not deterministic',
    reason: 'The code went another way than the history.',
    explanation: 'See that the orchestrator depends on nothing but its input and the results of its tasks.',
  },
};
