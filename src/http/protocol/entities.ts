/** Entities: what is asked of them, and what the client accepts. */
import { timestamp, payload } from './values';
import * as z from 'zod';

export const signalSchema = z.strictObject({
  operation: z.string(),
  input: payload.exactOptional(),
  scheduledTime: timestamp.exactOptional(),
});
export const entityQuerySchema = z.strictObject({
  name: z.string().exactOptional(),
  instanceIdPrefix: z.string().exactOptional(),
  lastOperationFrom: timestamp.exactOptional(),
  lastOperationTo: timestamp.exactOptional(),
  includeState: z.boolean().exactOptional(),
  includeTransient: z.boolean().exactOptional(),
  pageSize: z.int().min(1).max(10_000).exactOptional(),
  continuationToken: z.string().exactOptional(),
});
export const cleanEntitiesSchema = z.strictObject({
  removeEmptyEntities: z.boolean().exactOptional(),
  releaseOrphanedLocks: z.boolean().exactOptional(),
});

const entityInfo = {
  instanceId: z.string(),
  name: z.string(),
  key: z.string(),
  exists: z.boolean(),
  state: z.string().nullable(),
  lastOperationTime: z.string(),
  queueSize: z.int(),
  lockedBy: z.string().nullable(),
};
const entityRequestSchema = z.looseObject({
  id: z.string(),
  op: z.string().exactOptional(),
  signal: z.boolean().exactOptional(),
  input: z.string().exactOptional(),
  parent: z.string().exactOptional(),
  parentExecution: z.string().exactOptional(),
  due: z.string().exactOptional(),
  lockset: z.array(z.looseObject({ name: z.string(), key: z.string() })).exactOptional(),
  pos: z.int().exactOptional(),
});
export const entityDetailsSchema = z.looseObject({ ...entityInfo, queue: z.array(entityRequestSchema) });
export const entityPageSchema = z.object({
  entities: z.array(z.looseObject(entityInfo)),
  continuationToken: z.string().exactOptional(),
});
export const entityBatchSchema = z.looseObject({
  at: z.string(),
  executionId: z.string(),
  stateBefore: z.string().nullable(),
  stateAfter: z.string().nullable(),
  operations: z.array(
    z.looseObject({
      name: z.string(),
      input: z.string().nullable(),
      isSignal: z.boolean(),
      requestId: z.string(),
      parentInstanceId: z.string().nullable(),
      ok: z.boolean(),
      result: z.string().nullable(),
    }),
  ),
  omitted: z.int(),
});
export const cleanedSchema = z.object({ emptyEntitiesRemoved: z.int(), orphanedLocksReleased: z.int() });
