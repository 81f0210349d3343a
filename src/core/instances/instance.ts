/** The instance row and the queued work around it: what a store keeps besides history (spec/engine.md 6). */
import type { BehaviourProfile } from '../values/behaviour-profile';
import type { FailureDetails, InboundEvent, Tags, TraceContext } from '../history/history';
import type { OrchestrationStatus } from '../values/status';
import type { ForkOrigin } from './forks';

export interface InstanceRow {
  instanceId: string;
  /** 32 lower-case hex digits; a new one for each generation. */
  executionId: string;
  name: string;
  version: string;
  runtimeStatus: OrchestrationStatus;
  /** Text as given at the start of the current generation. */
  input: string | null;
  output: string | null;
  /** JSON text. */
  customStatus: string | null;
  createdTime: string;
  lastUpdatedTime: string;
  completedTime: string | null;
  scheduledStartTime: string | null;
  parentInstanceId: string | null;
  /** 0 for a new id, one more each time the id is started again. */
  generation: number;
  tags: Tags | null;
  failureDetails: FailureDetails | null;
  /** Where the orchestrator's own exception was thrown, as V8 writes stacks: for the user's eyes, and no part of any history. */
  failureStack?: string;
  /** Names of the external events that the code waits for now, in the order of the waits. */
  awaitedEvents: readonly string[];
  /** Why the code will not go on by what it waits for, in a sentence; absent while it may. */
  stuck?: string;
  /** What is known of the waits beyond the history; absent: nothing. */
  waits?: WaitFacts;
  /** Number of stored history events of the current generation. */
  historyLength: number;
  /** Which kind of worker runs it, from its start to its end; absent for A, the function app. */
  profile?: BehaviourProfile;
  /** Present: it began in the middle of another run. */
  forkedFrom?: ForkOrigin;
}

/** What whoever runs the code knows of its waits and no history says; for the user's eyes, and nothing depends on it. */
export interface WaitFacts {
  /** Calls with a retry policy: the id of what is under way (the attempt, or the timer before the next), which attempt it is or was, of how many. */
  retries?: readonly (readonly [id: number, attempt: number, most: number])[];
  /** Names of events that have come and that the code does not wait for, or not yet. */
  unawaited?: readonly string[];
  /** The code has ended: what it has left open keeps the instance Running. */
  codeEnded?: true;
}

export function profileOf(row: InstanceRow): BehaviourProfile {
  return row.profile ?? 'A';
}

export interface InboxMessage {
  /** Unique in the hub and ascending in the order of acceptance. */
  seq: number;
  instanceId: string;
  /** Null: for whatever generation is current. */
  executionId: string | null;
  event: InboundEvent;
  /** Null: visible at once. */
  visibleAt: string | null;
}

export interface PendingActivity {
  instanceId: string;
  executionId: string;
  taskId: number;
  name: string;
  version: string;
  input: string | null;
  scheduledAt: string;
  tags?: Tags;
  traceContext?: TraceContext;
}

export interface PendingTimer {
  instanceId: string;
  executionId: string;
  timerId: number;
  fireAt: string;
}

/** Activities and timers are known by generation and scheduling id. */
export function workKey(executionId: string, id: number): string {
  return `${executionId}:${String(id)}`;
}

export interface CustomStatusChange {
  at: string;
  /** JSON text. */
  value: string | null;
}
