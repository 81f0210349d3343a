/** What a meaning is made of; the page docs/meanings.md has a paragraph for each. */
import type { InstanceRow } from '../instance';

/** Headings of docs/meanings.md. */
export const meaningTitles = {
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
  astray: 'A result goes to another call',
  httpRefused: 'A request that callHttp does not send',
  unreadable: 'What the engine cannot read',
  locksKept: 'Locks that nobody gives back',
  locksGivenBack: 'Locks given back by a failure',
  nothingOpen: 'Running, and nothing is open',
} as const;

export type MeaningId = keyof typeof meaningTitles;

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

export type Found = Pick<Meaning, 'id' | 'message' | 'event'>;

/** Of one row of the history. */
export type Said = Pick<Meaning, 'id' | 'message'>;

export function withTitle(found: Found): Meaning {
  const title = meaningTitles[found.id];
  return { ...found, title, docs: `docs/meanings.md#${paragraphOf(title)}` };
}

/** As Markdown viewers name a heading. */
function paragraphOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z -]/g, '')
    .replaceAll(' ', '-');
}
