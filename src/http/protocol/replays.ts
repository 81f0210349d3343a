/** Replays by connected programs. */
import { historyEventSchema } from './instances';
import { logEntrySchema } from './emulator';
import * as z from 'zod';

/** A replay by a connected program (core/ports/connected-replays.ts). */
export const replayRequestSchema = z.strictObject({
  instanceId: z.string().min(1),
  executionId: z.string(),
  functionName: z.string().min(1),
  history: z.array(historyEventSchema),
});
export const variablesSchema = z.strictObject({
  reference: z.string(),
  start: z.int().min(0),
  count: z.int().min(0).max(10_000),
});
export const momentIndexSchema = z.strictObject({ index: z.int().min(0) });
const decisionSchema = z.looseObject({ type: z.string(), id: z.int() });
export const replayMomentSchema = z.looseObject({
  rows: z.int(),
  frames: z.array(z.looseObject({ name: z.string() })),
  currentUtcDateTime: z.string(),
  isReplaying: z.boolean(),
  customStatus: z.string().nullable(),
  decisions: z.array(decisionSchema),
  awaitedEvents: z.array(z.string()),
  logs: z.array(logEntrySchema),
});
export const openedReplaySchema = z.object({
  id: z.string(),
  run: z.looseObject({
    moments: z.array(replayMomentSchema).min(1),
    end: z.looseObject({ type: z.enum(['waiting', 'completed', 'continuedAsNew', 'failed']) }),
    disagreement: z.looseObject({ rowIndex: z.int(), row: historyEventSchema, found: decisionSchema.nullable() }).nullable(),
    sourceText: z.string().nullable(),
    changesWhenRepeated: z.boolean(),
    impureUses: z.array(z.looseObject({ cause: z.string() })),
    notes: z.array(z.string()),
    program: z.string().exactOptional(),
  }),
});
