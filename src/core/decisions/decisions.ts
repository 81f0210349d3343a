/**
 * What one run of an orchestrator decided (spec/engine.md 2.5). Ids are chosen by whoever replayed the code and are data
 * from then on: the engine never renumbers them. A list of decisions is in ascending id order and holds only new work.
 */
import type { EventRaised, FailureDetails, Tags, TraceContext } from '../history/history';

export interface ScheduleTask {
  type: 'ScheduleTask';
  id: number;
  name: string;
  version?: string;
  /** Text handed to the activity as it is: for JSON-protocol workers the JSON of an array of one, `["Tokyo"]`. */
  input: string | null;
  tags?: Tags;
  traceContext?: TraceContext;
}
export interface CreateTimer {
  type: 'CreateTimer';
  id: number;
  /** UTC, the history's time form. A time in the past fires at once. */
  fireAt: string;
  /** Recorded, but never fires: a timer cancelled in the turn that created it (spec/functions-worker.md 6.4). */
  isCanceled?: boolean;
}
export interface CreateSubOrchestration {
  type: 'CreateSubOrchestration';
  id: number;
  name: string;
  version?: string;
  instanceId: string;
  input: string | null;
  /** The key `FireAndForget` makes the child answer nobody. */
  tags?: Tags;
  traceContext?: TraceContext;
}
export interface SendEvent {
  type: 'SendEvent';
  id: number;
  instanceId: string;
  name: string;
  input: string | null;
}
export interface CompleteOrchestration {
  type: 'CompleteOrchestration';
  id: number;
  status: 'Completed' | 'Failed' | 'Terminated' | 'ContinuedAsNew';
  /** JSON text for Completed, raw text for Failed and Terminated, the next input for ContinuedAsNew. */
  result: string | null;
  details?: string;
  failureDetails?: FailureDetails;
  newVersion?: string;
  /** Events that the next generation starts with (spec/engine.md 2.10.5). */
  carryoverEvents?: readonly EventRaised[];
  /** Names of events that have come, nobody has waited for, and the next generation does not get: for the user's eyes alone. */
  droppedEvents?: readonly string[];
  /** What the code threw, with its stack, where `details` do not say so: for the user's eyes alone. */
  thrown?: string;
}

const stackMark = ', StackTrace: ';
const maxStackLength = 8_000;

/** The stack in the `details` of an orchestration that threw; undefined when it holds none. */
export function stackOf(completion: CompleteOrchestration | null): string | undefined {
  if (completion?.status !== 'Failed') return undefined;
  if (completion.thrown !== undefined) return completion.thrown.slice(0, maxStackLength);
  if (completion.details === undefined) return undefined;
  const at = completion.details.indexOf(stackMark);
  const stack = at < 0 ? '' : completion.details.slice(at + stackMark.length, at + stackMark.length + maxStackLength);
  return stack === '' ? undefined : stack;
}

/**
 * Entity decisions in the form of worker-replayed SDKs (`sendEntityMessage`): they leave EntityOperationCalled, EntityOperationSignaled,
 * EntityLockRequested and EntityUnlockSent rows, and are answered by EntityOperationCompleted or -Failed and EntityLockGranted. A worker of the
 * JSON protocol (and whoever else wants EventSent and EventRaised rows) sends the same messages as `SendEvent`s in the form of
 * entity-messages.ts; either way entities and their answers are the same. Ids of entities are `@name@key`.
 */
export interface CallEntity {
  type: 'CallEntity';
  id: number;
  /** Chosen by the orchestrator, unique in its generation; the answer bears it. */
  requestId: string;
  instanceId: string;
  operation: string;
  /** JSON text. */
  input: string | null;
  scheduledTime?: string;
}
export interface SignalEntity {
  type: 'SignalEntity';
  id: number;
  requestId: string;
  instanceId: string;
  operation: string;
  /** JSON text. */
  input: string | null;
  /** Not before this time. */
  scheduledTime?: string;
}
export interface LockEntities {
  type: 'LockEntities';
  id: number;
  criticalSectionId: string;
  /** Entity ids. The engine sorts them and leaves doubles out, so that two sections never wait for each other. */
  lockSet: readonly string[];
}
/** Fire and forget; one for each locked entity. */
export interface UnlockEntity {
  type: 'UnlockEntity';
  id: number;
  criticalSectionId: string;
  instanceId: string;
}
export type EntityDecision = CallEntity | SignalEntity | LockEntities | UnlockEntity;

export type Decision = EntityDecision | ScheduleTask | CreateTimer | CreateSubOrchestration | SendEvent | CompleteOrchestration;
