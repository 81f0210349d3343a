/** Instances: what is asked of them, and what the client accepts. */
import { instanceOrders } from '../../core/instances/instance-search';
import { statusSchema, tagsSchema, timestamp, payload } from './values';
import * as z from 'zod';

export const instanceQuerySchema = z.strictObject({
  instanceIdPrefix: z.string().exactOptional(),
  instanceIds: z.array(z.string()).exactOptional(),
  text: z.string().exactOptional(),
  names: z.array(z.string()).exactOptional(),
  statuses: z.array(statusSchema).exactOptional(),
  parentInstanceId: z.string().exactOptional(),
  rootsOnly: z.boolean().exactOptional(),
  entities: z.enum(['include', 'exclude', 'only']).exactOptional(),
  createdTimeFrom: timestamp.exactOptional(),
  createdTimeTo: timestamp.exactOptional(),
  lastUpdatedFrom: timestamp.exactOptional(),
  lastUpdatedTo: timestamp.exactOptional(),
  orderBy: z.enum(instanceOrders).exactOptional(),
  now: timestamp.exactOptional(),
  descending: z.boolean().exactOptional(),
  pageSize: z.int().min(1).max(10_000).exactOptional(),
  continuationToken: z.string().exactOptional(),
});

export const startSchema = z.strictObject({
  name: z.string().min(1),
  instanceId: z.string().min(1).exactOptional(),
  input: payload.exactOptional(),
  version: z.string().exactOptional(),
  scheduledStartTime: timestamp.exactOptional(),
  tags: tagsSchema.exactOptional(),
});

export const eventSchema = z.strictObject({ name: z.string().min(1), data: payload });
export const reasonSchema = z.strictObject({ reason: z.string().nullable() });
export const terminateSchema = z.strictObject({ reason: z.string().nullable(), recursive: z.boolean().exactOptional() });
export const restartSchema = z.strictObject({ newInstanceId: z.boolean().exactOptional() });
const forkChangeSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('result'), value: payload }),
  z.strictObject({ type: z.literal('failure'), errorType: z.string().min(1), message: z.string() }),
  z.strictObject({ type: z.literal('payload'), value: payload }),
  z.strictObject({ type: z.literal('never') }),
  z.strictObject({ type: z.literal('later'), row: z.int().min(1) }),
  z.strictObject({ type: z.literal('first'), row: z.int().min(1) }),
  z.strictObject({ type: z.literal('fires') }),
  z.strictObject({ type: z.literal('raise'), name: z.string().min(1), data: payload }),
  z.strictObject({ type: z.literal('input'), value: payload }),
]);
export const forkSchema = z.strictObject({
  newInstanceId: z.string().min(1).exactOptional(),
  row: z.int().min(1),
  change: forkChangeSchema.nullable().default(null),
  dry: z.boolean().exactOptional(),
  keepTimes: z.boolean().exactOptional(),
});
export const purgeFilterSchema = z.strictObject({
  createdTimeFrom: timestamp.exactOptional(),
  createdTimeTo: timestamp.exactOptional(),
  statuses: z.array(statusSchema).exactOptional(),
});

// What the client accepts. Newer servers may add fields.
export const startedSchema = z.object({ instanceId: z.string(), executionId: z.string() });
export const purgedSchema = z.object({ count: z.int() });

const failureDetailsSchema = z.looseObject({ ErrorType: z.string(), ErrorMessage: z.string(), IsNonRetriable: z.boolean() });

export const instanceRowSchema = z.looseObject({
  instanceId: z.string(),
  executionId: z.string(),
  name: z.string(),
  version: z.string(),
  runtimeStatus: statusSchema,
  input: z.string().nullable(),
  output: z.string().nullable(),
  customStatus: z.string().nullable(),
  createdTime: z.string(),
  lastUpdatedTime: z.string(),
  completedTime: z.string().nullable(),
  scheduledStartTime: z.string().nullable(),
  parentInstanceId: z.string().nullable(),
  generation: z.int(),
  tags: tagsSchema.nullable(),
  failureDetails: failureDetailsSchema.nullable(),
  awaitedEvents: z.array(z.string()),
  stuck: z.string().exactOptional(),
  waits: z
    .object({
      retries: z.array(z.tuple([z.int(), z.int(), z.int()])).exactOptional(),
      unawaited: z.array(z.string()).exactOptional(),
      codeEnded: z.literal(true).exactOptional(),
    })
    .exactOptional(),
  historyLength: z.int(),
  forkedFrom: z
    .strictObject({
      instanceId: z.string(),
      executionId: z.string(),
      row: z.int(),
      change: forkChangeSchema.nullable(),
      dry: z.literal(true).exactOptional(),
    })
    .exactOptional(),
});

/** Its facts are judged by the hub (`exportedInstanceProblem`). */
export const exportedInstanceSchema = z.object({
  instance: instanceRowSchema,
  history: z.array(z.lazy(() => historyEventSchema)),
  customStatusChanges: z.array(z.lazy(() => customStatusChangeSchema)),
});
export const importSchema = z.strictObject({
  instances: z.array(exportedInstanceSchema),
  onConflict: z.enum(['refuse', 'skip', 'replace']),
});
export const importOutcomeSchema = z.object({ imported: z.array(z.string()), skipped: z.array(z.string()) });

export const instancePageSchema = z.object({
  instances: z.array(instanceRowSchema),
  continuationToken: z.string().exactOptional(),
});

/** Types that are not known here are kept and shown, not dropped. */
export const historyEventSchema = z.looseObject({
  EventType: z.string(),
  EventId: z.int(),
  IsPlayed: z.boolean(),
  Timestamp: z.string(),
});

export const countsSchema = z.partialRecord(statusSchema, z.int());
export const customStatusChangeSchema = z.object({ at: z.string(), value: z.string().nullable() });

export const waitingForSchema = z.object({
  activities: z.array(
    z.looseObject({
      instanceId: z.string(),
      executionId: z.string(),
      taskId: z.int(),
      name: z.string(),
      version: z.string(),
      input: z.string().nullable(),
      scheduledAt: z.string(),
      attempt: z.int(),
      most: z.int().exactOptional(),
      lastError: z.string().exactOptional(),
      startedAt: z.string().exactOptional(),
    }),
  ),
  timers: z.array(
    z.looseObject({
      instanceId: z.string(),
      executionId: z.string(),
      timerId: z.int(),
      fireAt: z.string(),
      retryOf: z.object({ name: z.string(), attempt: z.int(), most: z.int(), lastError: z.string() }).exactOptional(),
    }),
  ),
  events: z.array(z.string()),
  children: z.array(z.looseObject({ instanceId: z.string(), name: z.string(), taskId: z.int() })),
  stuck: z.string().exactOptional(),
  entities: z
    .array(
      z.looseObject({
        kind: z.enum(['call', 'lock']),
        requestId: z.string(),
        operation: z.string().nullable(),
        since: z.string(),
        entities: z.array(z.looseObject({ instanceId: z.string(), lockedBy: z.string().nullable() })),
        orphanedBy: z.string().exactOptional(),
        cycle: z.array(z.string()).exactOptional(),
      }),
    )
    .exactOptional(),
  holds: z.array(z.string()).exactOptional(),
  unawaited: z.array(z.string()).exactOptional(),
  codeEnded: z.literal(true).exactOptional(),
});
