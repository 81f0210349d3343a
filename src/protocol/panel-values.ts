/**
 * Values that messages between an editor (or a server) and its panels are made of. Field names are the history's and the
 * instance row's own; times are the history's text form; payloads are JSON text or null.
 */
import * as z from 'zod';
import type { HistoryEvent } from '../core/history/history';
import { productionStores } from '../core/instances/production-store';
import { orchestrationStatusNumbers, type OrchestrationStatus } from '../core/values/status';

const text = z.string();
export const textOrNull = z.string().nullable();
const count = z.number().int().nonnegative();

export const orchestrationStatus = z.enum(Object.keys(orchestrationStatusNumbers) as [OrchestrationStatus]);

/** One line of a list of instances: everything a row shows, nothing that can be large. */
export const instanceSummary = z.object({
  instanceId: text,
  name: text,
  version: text,
  runtimeStatus: orchestrationStatus,
  createdTime: text,
  lastUpdatedTime: text,
  completedTime: textOrNull,
  scheduledStartTime: textOrNull,
  parentInstanceId: textOrNull,
  /** JSON text cut to `summaryTextLimit` characters, so not always parseable. */
  customStatus: textOrNull,
  /** One line: what failed, cut to `summaryTextLimit` characters. Null unless Failed. */
  failure: textOrNull,
  historyLength: count,
});
export type InstanceSummary = z.infer<typeof instanceSummary>;
export const summaryTextLimit = 200;

/** A position in a file of the app, 1-based. `file` is absolute. */
export const sourceLocation = z.object({ file: text, line1: count, column1: count.exactOptional() });
export type SourceLocation = z.infer<typeof sourceLocation>;

const failureDetailsValue: z.ZodType<FailureValue> = z.lazy(() =>
  z.object({
    ErrorType: text,
    ErrorMessage: text,
    StackTrace: textOrNull.exactOptional(),
    InnerFailure: failureDetailsValue.nullable().exactOptional(),
    IsNonRetriable: z.boolean(),
  }),
);
export interface FailureValue {
  ErrorType: string;
  ErrorMessage: string;
  StackTrace?: string | null;
  InnerFailure?: FailureValue | null;
  IsNonRetriable: boolean;
}

/** Why an instance failed, one level of it (core/ports/failure-chain.ts), and where in the app's code where that is known. */
export const failureLink = z.object({
  kind: z.enum(['orchestration', 'activity', 'entity']),
  name: text,
  instanceId: text,
  errorType: textOrNull,
  message: text,
  outer: z.array(text).exactOptional(),
  stackTrace: textOrNull,
  input: textOrNull,
  attempt: count.nullable(),
  rowIndex: count.nullable(),
  location: sourceLocation.nullable(),
  /** The lines around `location`. */
  excerpt: z.object({ firstLine1: count, lines: z.array(text) }).nullable(),
});
export type FailureLinkValue = z.infer<typeof failureLink>;

/** The instance itself as the panel's header shows it. */
export const instanceDetails = z.object({
  ...instanceSummary.shape,
  executionId: text,
  /** The whole JSON text, not cut. */
  customStatus: textOrNull,
  input: textOrNull,
  output: textOrNull,
  generation: count,
  tags: z.record(text, text).nullable(),
  failureDetails: failureDetailsValue.nullable(),
  /** Stack of the orchestrator's own exception, where it is known. */
  failureStack: textOrNull,
  /** Absent for instances of the function app. */
  profile: z.enum(['A', 'G']).exactOptional(),
  /** Where the user's code threw, where that could be found. */
  failureLocation: sourceLocation.nullable(),
  /** Where the orchestrator is written, where known. */
  codeLocation: sourceLocation.nullable(),
  /** It began in the middle of another run. */
  fork: z.object({ instanceId: text, row: count, change: text, isDry: z.boolean() }).exactOptional(),
  /** Of one that failed: itself first, the root cause last. */
  failureChain: z.array(failureLink).exactOptional(),
});
export type InstanceDetails = z.infer<typeof instanceDetails>;

export const customStatusChange = z.object({ at: text, value: textOrNull });

export const waitingForValue = z.object({
  activities: z.array(
    z.object({
      taskId: z.number(),
      name: text,
      scheduledAt: text,
      attempt: count,
      /** Attempts at most. */
      most: count.exactOptional(),
      /** Of the attempt before. */
      lastError: text.exactOptional(),
      startedAt: text.exactOptional(),
    }),
  ),
  timers: z.array(
    z.object({
      timerId: z.number(),
      fireAt: text,
      /** The call that is tried again then. */
      retryOf: z.object({ name: text, attempt: count, most: count, lastError: text }).exactOptional(),
    }),
  ),
  events: z.array(text),
  children: z.array(z.object({ instanceId: text, name: text, taskId: z.number() })),
  /** Calls of entities and locks without an answer (task-hub-client.ts, `EntityWait`). */
  entities: z
    .array(
      z.object({
        kind: z.enum(['call', 'lock']),
        requestId: text,
        operation: textOrNull,
        since: text,
        entities: z.array(z.object({ instanceId: text, lockedBy: textOrNull })),
        orphanedBy: text.exactOptional(),
        cycle: z.array(text).exactOptional(),
      }),
    )
    .exactOptional(),
  /** Why none of it lets the code go on. */
  stuck: text.exactOptional(),
  /** Ids of the entities that it has locked. */
  holds: z.array(text).exactOptional(),
  /** Events that have come and that the code does not wait for. */
  unawaited: z.array(text).exactOptional(),
  /** The code has ended: what stands here was left open. */
  codeEnded: z.literal(true).exactOptional(),
  /** Of code that has ended: where the timer is made that it left open, and the variable that holds it; absent where that cannot be told. */
  openTimer: z.object({ location: sourceLocation, variable: textOrNull }).exactOptional(),
});
export type WaitingForValue = z.infer<typeof waitingForValue>;

/** What the task hub can do; a panel hides what it cannot. */
export const capabilities = z.object({
  rewind: z.boolean(),
  entities: z.boolean(),
  suspend: z.boolean(),
  productionStore: z.enum(productionStores).exactOptional(),
  /** Why nothing can be changed. */
  readOnly: text.exactOptional(),
  /** What is changed is a hub of a real engine. */
  actsOn: text.exactOptional(),
  history: z.literal('merged').exactOptional(),
  counts: z.literal('onRequest').exactOptional(),
});

/**
 * History events travel as they are stored. Only the three fields that every row has are looked at: unknown event types are
 * kept and shown, and a chunk of thousands is checked in microseconds each.
 */
export const historyEvents = z.custom<HistoryEvent[]>((value) => Array.isArray(value) && value.every(isEventShaped));

function isEventShaped(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { EventType, EventId, Timestamp } = value as Record<string, unknown>;
  return typeof EventType === 'string' && typeof EventId === 'number' && typeof Timestamp === 'string';
}

export const instanceAction = z.enum(['terminate', 'suspend', 'resume', 'rewind', 'restart', 'purge']);
export type InstanceAction = z.infer<typeof instanceAction>;

/** Answer to every request that carries a `requestId` and is no query: the message is made for the user's eyes. */
export const actionResult = z.object({
  type: z.literal('actionResult'),
  requestId: count,
  ok: z.boolean(),
  /** What happened or what to do next. Absent when there is nothing to say. */
  message: text.exactOptional(),
  /** Bulk: number of instances acted on, and those refused with the reason of each (the first 100). */
  done: count.exactOptional(),
  failed: z.array(z.object({ instanceId: text, message: text })).exactOptional(),
});
export type ActionResult = z.infer<typeof actionResult>;

/** Requests that all panels send. */
export const commonRequests = [
  /** The panel's script runs and listens. Sent once per load; the host answers with its whole state. */
  z.object({ type: z.literal('ready') }),
  /** `isPreview`: by a single click, in the tab that those share. */
  z.object({ type: z.literal('openInstance'), instanceId: text, isPreview: z.literal(true).exactOptional() }),
  z.object({ type: z.literal('openSource'), location: sourceLocation }),
  /** Opens a text beside the panel, JSON formatted. */
  z.object({ type: z.literal('openText'), title: text, text, language: z.enum(['json', 'csv', 'plaintext']) }),
  z.object({ type: z.literal('copyText'), text }),
  /** A paragraph of the documents, as `docs/meanings.md#an-event-comes-again`. */
  z.object({ type: z.literal('openDocs'), page: z.string().regex(/^docs\/[\w-]+\.md(?:#[\w-]+)?$/) }),
  /** Asks the user where to, and writes. `base64`: the text stands for bytes. */
  z.object({
    type: z.literal('saveText'),
    requestId: count,
    suggestedName: text,
    text,
    encoding: z.enum(['utf8', 'base64']).exactOptional(),
  }),
  /** Of the hub that the panel shows. */
  z.object({ type: z.literal('startEmulator') }),
  /** A choice that panels opened from now on begin with, JSON. */
  z.object({ type: z.literal('prefer'), key: text.min(1), value: z.json() }),
] as const;
export type CommonRequest = z.infer<(typeof commonRequests)[number]>;

/** Whether commands can work at all: shown as a line on top of the panel when not. */
export const connectionState = z.object({
  type: z.literal('connection'),
  connected: z.boolean(),
  /** Why not and what to do, for example "The emulator is stopped." */
  message: text.exactOptional(),
  /** The panel may ask for a start. */
  canStart: z.literal(true).exactOptional(),
});
export type ConnectionState = z.infer<typeof connectionState>;
