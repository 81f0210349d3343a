/**
 * The instance panel's messages.
 *
 *   P1. The panel sends `ready`; the host answers with `connection`, `instance` and then the whole history in `history` chunks.
 *   P2. From then on the host sends a new `instance` when anything but history changed (at most one per frame), and the
 *       history's new events.
 *   P3. A `history` chunk says where it belongs: `executionId` and `from`. `from: 0` starts over. Chunks come in order and
 *       without gaps, so a panel that sees a gap or another execution id at `from > 0` asks again with `ready`.
 */
import * as z from 'zod';
import {
  actionResult,
  capabilities,
  commonRequests,
  connectionState,
  customStatusChange,
  historyEvents,
  instanceAction,
  instanceDetails,
  instanceSummary,
  textOrNull,
  waitingForValue,
} from './panel-values';
import { fromPanelReplay, toPanelReplay } from './replay-values';

const text = z.string();
const count = z.number().int().nonnegative();

export const instanceSnapshot = z.object({
  type: z.literal('instance'),
  /** The sender's clock, the history's time form: countdowns and ages count from here. */
  now: text,
  instanceId: text,
  /** Null when the hub does not know the id (purged, or not yet there). */
  instance: instanceDetails.nullable(),
  parent: instanceSummary.nullable(),
  /** Sub-orchestrations, oldest first, the first 200; `childCount` is all of them. */
  children: z.array(instanceSummary),
  childCount: count,
  /** Every value the custom status has had, oldest first. */
  customStatusChanges: z.array(customStatusChange),
  waitingFor: waitingForValue,
  /** Names for completion: awaited now first, then those found in the code. */
  knownEventNames: z.array(text),
  capabilities,
  /** The hub's clock can be set: what is due may be brought about. */
  canSetClock: z.boolean().exactOptional(),
  /** The hub's clock is paused: countdowns stand still. */
  isClockPaused: z.boolean().exactOptional(),
  /** The host asks what is to be changed at a row, and forks. */
  canFork: z.boolean().exactOptional(),
  canSaveTest: z.boolean().exactOptional(),
  /** The instance that this one is compared with, because somebody asked for it. */
  comparesWith: text.exactOptional(),
  /** That one is out of a file. */
  comparesWithImported: z.literal(true).exactOptional(),
  /** The host asks what to compare with. */
  canCompare: z.literal(true).exactOptional(),
  /** The host can replay instances (replay-values.ts). */
  canReplay: z.boolean().exactOptional(),
  /** What the instance logs is kept: the panel has a part for it. */
  hasLog: z.boolean().exactOptional(),
  /** The panel was opened for the replay: it begins with that tab. */
  opensReplay: z.boolean().exactOptional(),
  /** The history is out of a file: of no hub here, and nothing can be done to the instance. */
  isImported: z.boolean().exactOptional(),
});
export type InstanceSnapshot = z.infer<typeof instanceSnapshot>;

export const historyChunk = z.object({
  type: z.literal('history'),
  executionId: text,
  from: count,
  /** Stored events at the time of sending; the history is whole when `from + events.length` reaches it. */
  total: count,
  events: historyEvents,
  /** Texts in them of which only the beginning is here: all of them are too long for a panel. */
  shortened: count.exactOptional(),
});
export type HistoryChunk = z.infer<typeof historyChunk>;

/** The history of a sub-orchestration that the panel watches, from its start; sent again when it has grown. */
export const childHistory = z.object({
  type: z.literal('childHistory'),
  instanceId: text,
  /** The hub does not know it: purged, or not there yet. */
  isKnown: z.boolean(),
  /** Rows there are, of which so many are sent as a panel can show. */
  total: count,
  events: historyEvents,
});
export type ChildHistory = z.infer<typeof childHistory>;

/** Lines that the instance has logged, in their order; those from `from` on, by their numbers, replace what the panel has of them. */
export const logLines = z.object({
  type: z.literal('log'),
  from: count,
  lines: z.array(
    z.object({
      number: count,
      at: text.nullable(),
      level: z.enum(['trace', 'debug', 'information', 'warning', 'error', 'critical']),
      functionName: text.nullable(),
      message: text,
      run: text.nullable(),
      place: z.object({ file: text, line: count, column: count }).nullable(),
    }),
  ),
});
const comparedSide = z
  .object({
    text,
    input: textOrNull,
    result: text,
    /** Milliseconds that it took; null: not known, or nothing that takes time. */
    tookMs: z.number().nullable(),
    /** Position in the commit order of its first row. */
    row: count,
  })
  .nullable();
const comparedValue = z.object({ left: textOrNull, right: textOrNull, likeness: z.enum(['same', 'incidental', 'other']) });

/** An instance beside another one, or a fork beside the run that it comes from (core/instances/compare-runs.ts); sent again when either has gone on. */
export const comparison = z.object({
  type: z.literal('comparison'),
  originId: text,
  /** The origin is gone: nothing else is told. */
  isGone: z.boolean(),
  /** `left` is the origin's. The first rows, so many as a panel can show; `total` is all of them. */
  rows: z.array(z.object({ left: comparedSide, right: comparedSide, differences: z.array(text), isIncidental: z.boolean() })),
  total: count,
  /** Where the two part first. */
  first: count.nullable(),
  status: comparedValue,
  output: comparedValue,
  customStatuses: z.array(comparedValue),
  isSame: z.boolean(),
});
export type Comparison = z.infer<typeof comparison>;

export const toInstancePanel = z.discriminatedUnion('type', [
  connectionState,
  instanceSnapshot,
  historyChunk,
  childHistory,
  logLines,
  comparison,
  actionResult,
  ...toPanelReplay,
]);
export type ToInstancePanel = z.infer<typeof toInstancePanel>;

export const fromInstancePanel = z.discriminatedUnion('type', [
  ...commonRequests,
  /** `data` is JSON text; the host refuses text that does not parse. Null: no data. */
  z.object({ type: z.literal('raiseEvent'), requestId: count, name: text.min(1), data: text.nullable() }),
  z.object({ type: z.literal('act'), requestId: count, action: instanceAction, reason: text.nullable() }),
  /** Moves the hub's clock on to that moment, the history's time form; what is due before it comes before it. */
  z.object({ type: z.literal('moveClockTo'), requestId: count, at: text.min(1) }),
  /** From now on the panel is sent the history of this child too, or not any more. */
  z.object({ type: z.literal('watchChild'), instanceId: text, isOn: z.boolean() }),
  /** The whole history as a document in the editor. */
  z.object({ type: z.literal('openHistory') }),
  ...fromPanelReplay,
  /** The replay debugger of an instance, where this row (from 0, commit order) has just been consumed; null: at its end. */
  z.object({ type: z.literal('stepTo'), instanceId: text, row: count.nullable() }),
  /** "What if…" at this row, from 1 in commit order. */
  z.object({ type: z.literal('whatIf'), row: count.min(1) }),
  /** Asks what to compare the instance with. */
  z.object({ type: z.literal('compareWith') }),
  /** Opens the editor's own dialog for starting an instance, with this one's orchestrator and input. */
  z.object({ type: z.literal('startAgain') }),
  /** The run as a test of the project. */
  z.object({ type: z.literal('saveTest') }),
]);
export type FromInstancePanel = z.infer<typeof fromInstancePanel>;
