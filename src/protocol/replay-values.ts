/**
 * What the instance panel is told of a replay.
 *
 *   V1. Steps, rows and frames count from 0, lines and columns from 1. Rows are those of the panel's own history, in the order of commit.
 *   V2. A panel asks for one thing at a time and drops answers to what it no longer asks.
 */
import * as z from 'zod';
import { sourceLocation } from './panel-values';

const text = z.string();
const textOrNull = z.string().nullable();
const count = z.number().int().nonnegative();

export const replayStepKind = z.enum([
  'started',
  'resumed',
  'waiting',
  'completed',
  'failed',
  'continuedAsNew',
  'terminated',
  'diverged',
]);
export type ReplayStepKindValue = z.infer<typeof replayStepKind>;

/** One stop of the slider: enough to show where it stands before its details are asked for. */
export const replayStepValue = z.object({
  /** Rows consumed by arriving here: `[from, to)`. */
  from: count,
  to: count,
  kind: replayStepKind,
  /** Index in `files`; null when the place is not known or the code has ended. */
  file: count.nullable(),
  line1: count.nullable(),
  /** Scheduling numbers of the work that the code asked for on the way here. */
  tasks: z.array(z.number().int()),
});
export type ReplayStepValue = z.infer<typeof replayStepValue>;

export const replayDivergence = z.object({
  /** Null: the history has no row for what the code did. */
  row: count.nullable(),
  recorded: textOrNull,
  actual: textOrNull,
  place: sourceLocation.nullable(),
  /** The line's text, where it could be read. */
  sourceLine: textOrNull,
  /** A few words: `Current time`. */
  causeTitle: text,
  /** What to do instead. */
  causeExplanation: text,
  message: text,
});
export type ReplayDivergenceValue = z.infer<typeof replayDivergence>;

export const replayOverview = z.object({
  functionName: text,
  executionId: text,
  /** Rows of the history that was replayed. */
  rows: count,
  steps: z.array(replayStepValue).min(1),
  /** Absolute paths. */
  files: z.array(text),
  /** What is missing or could not be shown. */
  notes: z.array(text),
  /** What runs the code and shows nothing of its inside, `connected Python program`: there are no variables, and no code to debug here. */
  program: text.exactOptional(),
  divergence: replayDivergence.nullable(),
});
export type ReplayOverview = z.infer<typeof replayOverview>;

export const replayVariable = z.object({
  name: text,
  /** One line. */
  value: text,
  type: text,
  /** For `openVariable`; null when there is nothing inside. */
  reference: textOrNull,
  /** Elements, when there may be too many to ask for at once. */
  indexedCount: count.exactOptional(),
});
export type ReplayVariable = z.infer<typeof replayVariable>;

/** `place`: where the code wrote it. */
const loggedLine = z.object({ level: text, message: text, place: sourceLocation.nullable() });

export const replayMoment = z.object({
  step: count,
  currentUtcDateTime: text,
  isReplaying: z.boolean(),
  /** JSON texts. */
  customStatus: textOrNull,
  output: textOrNull,
  /** One line. */
  failure: textOrNull,
  /** Innermost first. */
  frames: z.array(z.object({ name: text, place: sourceLocation.nullable(), note: textOrNull })),
  /** Lines around the place where the code waits. */
  snippet: z.object({ file: text, firstLine1: count, line1: count, lines: z.array(text) }).nullable(),
  scopes: z.array(z.object({ name: text, reference: text, isOpen: z.boolean(), variables: z.array(replayVariable) })),
  /** Scheduled and not finished; `isNew`: on the way here. */
  pending: z.array(z.object({ text, attempt: count, sinceRow: count.nullable(), instanceId: textOrNull, isNew: z.boolean() })),
  logs: z.array(loggedLine),
  /** Lines logged in the steps before. */
  earlierLogs: z.array(loggedLine),
});
export type ReplayMomentValue = z.infer<typeof replayMoment>;

export const toPanelReplay = [
  z.object({ type: z.literal('replayOpened'), requestId: count, overview: replayOverview }),
  z.object({ type: z.literal('replayMoment'), requestId: count, moment: replayMoment }),
  z.object({ type: z.literal('replayVariables'), requestId: count, variables: z.array(replayVariable) }),
  /** The answer to any of the questions about a replay that cannot be answered; `message` says why and what to do. */
  z.object({ type: z.literal('replayRefused'), requestId: count, message: text }),
  /** A debugger that steps through the same instance stands there. */
  z.object({ type: z.literal('replayAt'), step: count }),
  /** The user put the cursor on a line on which the orchestrator waits; null: elsewhere. */
  z.object({ type: z.literal('replayLine'), location: sourceLocation.nullable() }),
] as const;

export const fromPanelReplay = [
  /** Runs the replay, anew if there is one: code or history may have changed. */
  z.object({ type: z.literal('openReplay'), requestId: count }),
  z.object({ type: z.literal('showMoment'), requestId: count, step: count, reveal: z.boolean() }),
  z.object({ type: z.literal('openVariable'), requestId: count, reference: text, start: count, count }),
  /** Opens the debugger at this step; `code`: the ordinary JavaScript debugger over the same replay. */
  z.object({ type: z.literal('debugReplay'), step: count, how: z.enum(['steps', 'code']) }),
  /** The tab is not looked at any more. */
  z.object({ type: z.literal('hideReplay') }),
] as const;
