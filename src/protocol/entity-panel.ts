/**
 * The entity panel's messages: it sends `ready`, the host answers with `connection` and `entity`, and with a new `entity` whenever
 * something of it has changed (at most one per frame).
 */
import * as z from 'zod';
import { actionResult, commonRequests, connectionState, instanceSummary } from './panel-values';

const text = z.string();
const textOrNull = text.nullable();
const count = z.number().int().nonnegative();

/** What waits for an entity. */
const queuedRequest = z.object({
  id: text,
  /** `lock`: somebody wants it for a critical section. */
  kind: z.enum(['operation', 'lock']),
  operation: text,
  input: textOrNull,
  isSignal: z.boolean(),
  /** Null: a client sent it. */
  parentInstanceId: textOrNull,
});
export type QueuedRequest = z.infer<typeof queuedRequest>;

const entityBatch = z.object({
  at: text,
  executionId: text,
  stateBefore: textOrNull,
  stateAfter: textOrNull,
  operations: z.array(
    z.object({
      name: text,
      input: textOrNull,
      isSignal: z.boolean(),
      requestId: text,
      parentInstanceId: textOrNull,
      ok: z.boolean(),
      result: textOrNull,
    }),
  ),
  /** Operations of the batch before those. */
  omitted: count,
});
export type EntityBatch = z.infer<typeof entityBatch>;

const entityDetails = z.object({
  name: text,
  key: text,
  exists: z.boolean(),
  /** JSON text. */
  state: textOrNull,
  lastOperationTime: text,
  lockedBy: textOrNull,
  /** The first 200; `queueSize` is all of them. */
  queue: z.array(queuedRequest),
  queueSize: count,
});

export const entitySnapshot = z.object({
  type: z.literal('entity'),
  now: text,
  instanceId: text,
  /** Null when nothing was ever sent to it, or it was removed. */
  entity: entityDetails.nullable(),
  /** Who holds the lock; null while nobody does, and when that instance is gone. */
  holder: instanceSummary.nullable(),
  /** The holder has ended or is gone: the lock is never given back. */
  isOrphaned: z.boolean(),
  /** The last ones that the hub remembers, newest first. */
  batches: z.array(entityBatch),
  /** Operations seen so far, for completion. */
  operations: z.array(text),
});
export type EntitySnapshot = z.infer<typeof entitySnapshot>;

export const toEntityPanel = z.discriminatedUnion('type', [connectionState, entitySnapshot, actionResult]);
export type ToEntityPanel = z.infer<typeof toEntityPanel>;

export const fromEntityPanel = z.discriminatedUnion('type', [
  ...commonRequests,
  /** `input` is JSON text. */
  z.object({ type: z.literal('signal'), requestId: count, operation: text, input: textOrNull }),
  /** Takes the lock from a holder that has ended. */
  z.object({ type: z.literal('releaseOrphan'), requestId: count }),
  z.object({ type: z.literal('remove'), requestId: count }),
]);
export type FromEntityPanel = z.infer<typeof fromEntityPanel>;
