/** The emulator itself: what it is, its functions and connections, what it streams, its clock. */
import { productionStores } from '../../core/instances/production-store';
import { instanceRowSchema, historyEventSchema } from './instances';
import * as z from 'zod';

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
