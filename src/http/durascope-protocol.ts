/** Durascope's own JSON endpoints under `/durascope`: what both sides of the connection agree on. */
import { instanceOrders } from '../core/instances/instance-search';
import * as z from 'zod';
import type { DurascopeErrorCode } from '../core/values/errors';
import { productionStores } from '../core/instances/production-store';
import { orchestrationStatusNumbers, type OrchestrationStatus } from '../core/values/status';

export const durascopePath = '/durascope';
/** First block of the event stream, a comment: from here on nothing is missed. */
export const listeningComment = 'listening';

const statusNames = Object.keys(orchestrationStatusNumbers) as [OrchestrationStatus, ...OrchestrationStatus[]];
export const statusSchema = z.enum(statusNames);
const tagsSchema = z.record(z.string(), z.string());
const timestamp = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/, 'a time such as 2024-01-01T00:00:00.0000000Z');
/** JSON as text, or null for none. */
const payload = z
  .string()
  .nullable()
  .refine((text) => text === null || isJson(text), 'JSON text');

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

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

// What the client accepts. Newer servers may add fields.
export const startedSchema = z.object({ instanceId: z.string(), executionId: z.string() });
export const purgedSchema = z.object({ count: z.int() });
export const errorSchema = z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) });

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

export const capabilitiesSchema = z.looseObject({
  rewind: z.boolean(),
  entities: z.boolean(),
  suspend: z.boolean(),
  productionStore: z.enum(productionStores).exactOptional(),
});

export const infoSchema = z.object({
  version: z.string(),
  pid: z.int(),
  workerPid: z.int().nullable(),
  appDir: z.string(),
  dataDir: z.string().nullable(),
  hubName: z.string(),
  url: z.string(),
  managementUrl: z.string(),
  startedAt: z.string(),
  capabilities: capabilitiesSchema,
});
export type EmulatorInfo = z.infer<typeof infoSchema>;

/** `input` is the text that the trigger brings; null: nothing. `result` is JSON text. */
export const invokeSchema = z.strictObject({
  input: z.string().nullable().default(null),
  metadata: z.record(z.string(), z.unknown()).default({}),
});
export const invokedSchema = z.object({ result: z.string().nullable() });

export const functionSchema = z.looseObject({
  name: z.string(),
  type: z.enum(['orchestrator', 'activity', 'entity', 'http', 'timer', 'other']),
  triggerType: z.string(),
  file: z.string().exactOptional(),
  route: z.string().exactOptional(),
  methods: z.array(z.string()).exactOptional(),
  authLevel: z.string().exactOptional(),
  schedule: z.string().exactOptional(),
  runOnStartup: z.boolean().exactOptional(),
  useMonitor: z.boolean().exactOptional(),
  hasDurableClient: z.boolean().exactOptional(),
});

/** What is wrong with the app (core/values/app-problem.ts). */
export const appProblemSchema = z.object({
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  file: z.string().exactOptional(),
  line: z.int().exactOptional(),
  column: z.int().exactOptional(),
  source: z.string(),
  code: z.string().exactOptional(),
});

/** Where programs with a Durable Task SDK connect, and which have (core/ports/connected-worker.ts). */
export const connectionsSchema = z.object({
  /** Null: nowhere. */
  grpc: z.object({ port: z.int(), connectionString: z.string() }).nullable(),
  workers: z.array(
    z.object({
      id: z.string(),
      language: z.string(),
      sdk: z.string().nullable(),
      workerId: z.string().nullable(),
      hubName: z.string(),
      connectedAt: z.string(),
      orchestrators: z.array(z.string()).readonly(),
      activities: z.array(z.string()).readonly(),
      entities: z.array(z.string()).readonly(),
      isAnnounced: z.boolean(),
    }),
  ),
});
export type Connections = z.infer<typeof connectionsSchema>;

export const hubChangeSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('instance'),
    row: instanceRowSchema,
    newEvents: z.array(historyEventSchema),
    historyReplaced: z.boolean(),
  }),
  z.object({ type: z.literal('purged'), instanceId: z.string() }),
  z.object({ type: z.literal('resync') }),
]);

export const logEntrySchema = z.object({
  level: z.enum(['trace', 'debug', 'information', 'warning', 'error', 'critical']),
  category: z.string(),
  message: z.string(),
  functionName: z.string().exactOptional(),
  instanceId: z.string().exactOptional(),
  invocationId: z.string().exactOptional(),
  place: z.object({ file: z.string(), line: z.int(), column: z.int() }).exactOptional(),
  at: z.string().exactOptional(),
});

/** Events of the emulator itself; each type has its own further fields. */
export const emulatorEventSchema = z.looseObject({ type: z.string() });
export type StreamedEmulatorEvent = z.infer<typeof emulatorEventSchema>;

/** The clock of the hubs (core/ports/hub-clock.ts). `set` is what a person writes (core/values/clock-change.ts). */
export const clockChangeSchema = z.union(
  [
    z.strictObject({ set: z.string() }),
    z.strictObject({ mode: z.enum(['running', 'paused', 'auto']) }),
    z.strictObject({ real: z.literal(true) }),
    z.strictObject({ next: z.literal(true) }),
    z.strictObject({ forwardMs: z.number().positive() }),
    z.strictObject({ to: z.number() }),
  ],
  'what the clock is to be: {"set": "auto"}, {"set": "+1h"} or {"set": "2026-12-31T09:00:00Z"}',
);
export const clockStateSchema = z.looseObject({
  mode: z.enum(['running', 'paused', 'auto']),
  now: z.string(),
  aheadMs: z.number(),
  next: z.looseObject({ dueAt: z.string(), instanceId: z.string(), kind: z.enum(['timer', 'message']) }).nullable(),
  goingTo: z.string().nullable(),
  busy: z.string().nullable(),
});

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

/** Every refusal, and the status it has under `/durascope`. */
export const durascopeStatusFor: Readonly<Record<DurascopeErrorCode, 400 | 404 | 409 | 410 | 500 | 501 | 502 | 503>> = {
  InstanceNotFound: 404,
  InstanceExists: 409,
  InstanceTerminal: 410,
  InstanceWrongState: 409,
  InstanceNotTerminal: 409,
  InvalidInstanceId: 400,
  InvalidArgument: 400,
  UnknownFunction: 400,
  NotSupported: 501,
  AppInvalid: 500,
  StoreLocked: 500,
  StoreTooNew: 500,
  StoreCorrupt: 500,
  StoreNotWritable: 500,
  PortTaken: 500,
  EmulatorNotFound: 500,
  HubNotFound: 500,
  HubUnreachable: 500,
  WorkerExited: 502,
  WorkReturned: 503,
  WorkFailed: 502,
  WorkerHung: 502,
  FunctionFailed: 502,
  Stopped: 503,
};
