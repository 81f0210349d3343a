/**
 * History events by the names and fields of the Durable Task history (spec/engine.md 1.1 and 1.2).
 *
 * In memory and at rest an event is exactly what a row of the history table shows: PascalCase fields, `EventType` as text.
 * The numeric form exists only on the wire to a JSON-protocol worker (`eventTypeNumbers`).
 *
 * Texts called `Input`, `Result` and `Data` hold JSON text or null; times are UTC, ISO-8601 with seven fraction digits
 * (`2024-01-01T00:00:00.1000000Z`), so that text order is time order.
 */
import type { OrchestrationStatus } from '../values/status';

export interface EventBase {
  /** Sequence number for events that schedule work and for the completion; -1 for everything else. */
  EventId: number;
  IsPlayed: boolean;
  Timestamp: string;
  /** What the engine knows of the row beyond what the real one writes (core/instances/meanings). No protocol has it. */
  Note?: EngineNote;
}

/** Words for people, as they stand in tables. */
export const engineNotes = {
  eventAgain: 'carried over, received before',
  suspendedEnded: 'ended while suspended',
  childReplaced: 'replaced a running instance',
  booleanAsText: 'a boolean that arrives as text',
  recorded: 'from the recorded run',
  /** Followed by their names. */
  eventsDropped: 'events dropped by continueAsNew:',
  /** Of a result that the package gave to another call. Followed by which, as in `given to 'C' instead of 'B'`. */
  astray: 'gone astray:',
} as const;
type LongNote = typeof engineNotes.eventsDropped | typeof engineNotes.astray;
export type EngineNote = Exclude<(typeof engineNotes)[keyof typeof engineNotes], LongNote> | `${LongNote} ${string}`;

export interface OrchestrationInstance {
  InstanceId: string;
  ExecutionId: string;
}

export interface ParentInstance {
  Name: string;
  Version: string;
  TaskScheduleId: number;
  OrchestrationInstance: OrchestrationInstance;
}

export interface FailureDetails {
  ErrorType: string;
  ErrorMessage: string;
  StackTrace?: string | null;
  InnerFailure?: FailureDetails | null;
  IsNonRetriable: boolean;
  Properties?: Record<string, unknown> | null;
}

export type Tags = Readonly<Record<string, string>>;

/** W3C trace context, handed on as it came. */
export interface TraceContext {
  traceParent: string;
  traceState?: string | null;
}

export interface ExecutionStarted extends EventBase {
  EventType: 'ExecutionStarted';
  OrchestrationInstance: OrchestrationInstance;
  ParentInstance?: ParentInstance | null;
  Name: string;
  Version: string;
  Input: string | null;
  Tags?: Tags | null;
  ScheduledStartTime?: string | null;
  Generation?: number;
  ParentTraceContext?: TraceContext | null;
}
export interface ExecutionCompleted extends EventBase {
  EventType: 'ExecutionCompleted';
  OrchestrationStatus: OrchestrationStatus;
  Result: string | null;
  FailureDetails?: FailureDetails | null;
}
export interface ExecutionTerminated extends EventBase {
  EventType: 'ExecutionTerminated';
  /** The reason, raw text. */
  Input: string | null;
  Recurse?: boolean;
}
/** A note of the engine's that no row shows. */
interface InputNote {
  /** The input where the stored history has none (host.json's `storeInputsInOrchestrationHistory`); absent for inputs that are large. */
  KeptInput?: string;
}
export interface TaskScheduled extends EventBase, InputNote {
  EventType: 'TaskScheduled';
  Name: string;
  Version: string;
  Input: string | null;
  Tags?: Tags | null;
  ParentTraceContext?: TraceContext | null;
}
/** A note of the engine's that no row shows. */
interface QueueNote {
  /** Milliseconds from the TaskScheduled event until a worker took the activity; absent for less than one. */
  QueuedMs?: number;
}
export interface TaskCompleted extends EventBase, QueueNote {
  EventType: 'TaskCompleted';
  TaskScheduledId: number;
  Result: string | null;
}
export interface TaskFailed extends EventBase, QueueNote {
  EventType: 'TaskFailed';
  TaskScheduledId: number;
  Reason: string;
  Details: string;
  FailureDetails?: FailureDetails | null;
}
export interface SubOrchestrationInstanceCreated extends EventBase, InputNote {
  EventType: 'SubOrchestrationInstanceCreated';
  Name: string;
  Version: string;
  InstanceId: string;
  Input: string | null;
  Tags?: Tags | null;
  ParentTraceContext?: TraceContext | null;
  /** Marks a child that was rewound with its parent. */
  Reason?: string | null;
}
export interface SubOrchestrationInstanceCompleted extends EventBase {
  EventType: 'SubOrchestrationInstanceCompleted';
  TaskScheduledId: number;
  Result: string | null;
}
export interface SubOrchestrationInstanceFailed extends EventBase {
  EventType: 'SubOrchestrationInstanceFailed';
  TaskScheduledId: number;
  Reason: string;
  /** Null: the child was terminated. */
  Details: string | null;
  FailureDetails?: FailureDetails | null;
}
export interface TimerCreated extends EventBase {
  EventType: 'TimerCreated';
  FireAt: string;
}
export interface TimerFired extends EventBase {
  EventType: 'TimerFired';
  TimerId: number;
  FireAt: string;
}
export interface OrchestratorStarted extends EventBase {
  EventType: 'OrchestratorStarted';
}
export interface OrchestratorCompleted extends EventBase {
  EventType: 'OrchestratorCompleted';
}
export interface EventSent extends EventBase {
  EventType: 'EventSent';
  InstanceId: string;
  Name: string;
  Input: string | null;
}
export interface EventRaised extends EventBase {
  EventType: 'EventRaised';
  Name: string;
  Input: string | null;
}
export interface ContinueAsNew extends EventBase {
  EventType: 'ContinueAsNew';
  OrchestrationStatus: OrchestrationStatus;
  Result: string | null;
}
export interface GenericEvent extends EventBase {
  EventType: 'GenericEvent';
  Data: string | null;
  Reason?: string | null;
}
export interface ExecutionSuspended extends EventBase {
  EventType: 'ExecutionSuspended';
  Reason: string | null;
}
export interface ExecutionResumed extends EventBase {
  EventType: 'ExecutionResumed';
  Reason: string | null;
}
export interface ExecutionRewound extends EventBase {
  EventType: 'ExecutionRewound';
  Reason: string | null;
  ParentExecutionId?: string | null;
  InstanceId?: string | null;
}

/**
 * Entity rows of worker-replayed SDKs (protobuf only, spec/engine.md 1.2). Profile A has the same facts as EventSent and EventRaised.
 * `TargetInstanceId` and `LockSet` are entity ids, `@name@key`.
 */
export interface EntityOperationCalled extends EventBase {
  EventType: 'EntityOperationCalled';
  RequestId: string;
  Operation: string;
  Input: string | null;
  TargetInstanceId: string;
  ScheduledTime?: string | null;
}
export interface EntityOperationSignaled extends EventBase {
  EventType: 'EntityOperationSignaled';
  RequestId: string;
  Operation: string;
  Input: string | null;
  TargetInstanceId: string;
  ScheduledTime?: string | null;
}
export interface EntityOperationCompleted extends EventBase {
  EventType: 'EntityOperationCompleted';
  RequestId: string;
  Output: string | null;
}
export interface EntityOperationFailed extends EventBase {
  EventType: 'EntityOperationFailed';
  RequestId: string;
  FailureDetails: FailureDetails;
}
export interface EntityLockRequested extends EventBase {
  EventType: 'EntityLockRequested';
  CriticalSectionId: string;
  LockSet: readonly string[];
  Position: number;
}
export interface EntityLockGranted extends EventBase {
  EventType: 'EntityLockGranted';
  CriticalSectionId: string;
}
export interface EntityUnlockSent extends EventBase {
  EventType: 'EntityUnlockSent';
  CriticalSectionId: string;
  TargetInstanceId: string;
}

export type HistoryEvent =
  | ExecutionStarted
  | ExecutionCompleted
  | ExecutionTerminated
  | TaskScheduled
  | TaskCompleted
  | TaskFailed
  | SubOrchestrationInstanceCreated
  | SubOrchestrationInstanceCompleted
  | SubOrchestrationInstanceFailed
  | TimerCreated
  | TimerFired
  | OrchestratorStarted
  | OrchestratorCompleted
  | EventSent
  | EventRaised
  | ContinueAsNew
  | GenericEvent
  | ExecutionSuspended
  | ExecutionResumed
  | ExecutionRewound
  | EntityOperationCalled
  | EntityOperationSignaled
  | EntityOperationCompleted
  | EntityOperationFailed
  | EntityLockRequested
  | EntityLockGranted
  | EntityUnlockSent;

export type HistoryEventType = HistoryEvent['EventType'];

/** Events that reach an instance through its inbox. */
export type InboundEvent =
  | ExecutionStarted
  | ExecutionTerminated
  | TaskCompleted
  | TaskFailed
  | SubOrchestrationInstanceCompleted
  | SubOrchestrationInstanceFailed
  | TimerFired
  | EventRaised
  | GenericEvent
  | ExecutionSuspended
  | ExecutionResumed
  | ExecutionRewound;

/** The `EventType` numbers of the JSON protocol (spec/engine.md 1.2); entity rows, which it does not have, bear their protobuf numbers. */
export const eventTypeNumbers: Readonly<Record<HistoryEventType, number>> = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventSent: 14,
  EventRaised: 15,
  ContinueAsNew: 16,
  GenericEvent: 17,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
  ExecutionRewound: 21,
  EntityOperationSignaled: 23,
  EntityOperationCalled: 24,
  EntityOperationCompleted: 25,
  EntityOperationFailed: 26,
  EntityLockRequested: 27,
  EntityLockGranted: 28,
  EntityUnlockSent: 29,
};
