/**
 * The one vocabulary for what makes an orchestrator fail to replay its history: used where replay and history disagree, for findings in
 * source text, and for the check on save.
 */
import type { SourcePlace } from './source-place';

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
  | 'renamedCall'
  | 'reorderedCalls'
  | 'addedCall'
  | 'removedCall'
  | 'changedKind'
  | 'unknown';

export interface CauseText {
  /** A few words for a list. */
  title: string;
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

export const causeTexts: Readonly<Record<DeterminismCause, CauseText>> = {
  currentTime: {
    title: 'Current time',
    explanation: 'Take the time from context.df.currentUtcDateTime, which is the same in every replay.',
  },
  random: { title: 'Random number', explanation: 'Draw random numbers in an activity and use its result.' },
  uuid: { title: 'Random UUID', explanation: 'Use context.df.newGuid(…), which gives the same UUIDs in every replay.' },
  environment: { title: 'Environment', explanation: 'Read the environment in an activity, or hand it over as input.' },
  timer: { title: 'Timer', explanation: 'Wait with yield context.df.createTimer(…).' },
  network: { title: 'Network', explanation: 'Make the request in an activity or with context.df.callHttp(…).' },
  fileSystem: { title: 'File system', explanation: 'Read and write files in an activity.' },
  process: { title: 'Process', explanation: 'Ask about the process in an activity.' },
  awaitNonDurable: { title: 'Await of something not durable', explanation: 'Await it in an activity and yield the activity.' },
  asyncOrchestrator: {
    title: 'Async orchestrator',
    explanation: 'Make the orchestrator a generator function: function* with yield.',
  },
  yieldNonTask: { title: 'Yield of no task', explanation: 'Yield only tasks that context.df makes.' },
  missingYield: {
    title: 'Missing yield',
    explanation: 'Put yield before the call, or keep its task for a Task.all or Task.any.',
  },
  globalState: { title: 'Global state', explanation: 'Keep state in variables of the orchestrator function.' },
  renamedCall: {
    title: 'Renamed call',
    explanation: 'Let running instances end before a function is renamed, or register it under its old name too.',
  },
  reorderedCalls: {
    title: 'Changed order of calls',
    explanation:
      'Let running instances end before the order of calls is changed, or keep the old orchestrator beside the new one.',
  },
  addedCall: {
    title: 'Added call',
    explanation: 'Let running instances end before a call is added, or keep the old orchestrator beside the new one.',
  },
  removedCall: {
    title: 'Removed call',
    explanation: 'Let running instances end before a call is removed, or keep the old orchestrator beside the new one.',
  },
  changedKind: {
    title: 'Another kind of call',
    explanation:
      'Let running instances end before the kind of a call is changed, or keep the old orchestrator beside the new one.',
  },
  unknown: {
    title: 'Not deterministic',
    explanation: 'See that the orchestrator depends on nothing but its input and the results of its tasks.',
  },
};
