/** When a replay no longer fits its history (spec/engine.md 3.1 and 3.2): what is compared, and the words for it. */
import type { CompleteOrchestration, Decision } from './decisions';
import type {
  EntityLockRequested,
  EntityOperationCalled,
  EntityOperationSignaled,
  EntityUnlockSent,
  EventSent,
  SubOrchestrationInstanceCreated,
  TaskScheduled,
  TimerCreated,
} from '../history/history';

/** Rows that a decision leaves in the history. */
export type ScheduledRow = TaskScheduled | TimerCreated | SubOrchestrationInstanceCreated | EventSent;

/** The same for entities, where an SDK has rows of their own kind for them. */
export type EntityRow = EntityOperationCalled | EntityOperationSignaled | EntityLockRequested | EntityUnlockSent;

export type WorkDecision = Exclude<Decision, CompleteOrchestration>;

/** Entity rows of their own kind are worker-replayed SDKs' alone, which compare for themselves: no engine does. */
const rowTypeOf = {
  ScheduleTask: 'TaskScheduled',
  CreateTimer: 'TimerCreated',
  CreateSubOrchestration: 'SubOrchestrationInstanceCreated',
  SendEvent: 'EventSent',
  CallEntity: null,
  SignalEntity: null,
  LockEntities: null,
  UnlockEntity: null,
} as const satisfies Record<WorkDecision['type'], ScheduledRow['EventType'] | null>;

/** True for the four kinds of rows that carry the id of a decision. */
export function isScheduledRow(event: { EventType: string }): event is ScheduledRow {
  switch (event.EventType) {
    case 'TaskScheduled':
    case 'TimerCreated':
    case 'SubOrchestrationInstanceCreated':
    case 'EventSent':
      return true;
    default:
      return false;
  }
}

/** True for the four kinds of rows that an entity decision leaves in worker-replayed histories. */
export function isEntityRow(event: { EventType: string }): event is EntityRow {
  switch (event.EventType) {
    case 'EntityOperationCalled':
    case 'EntityOperationSignaled':
    case 'EntityLockRequested':
    case 'EntityUnlockSent':
      return true;
    default:
      return false;
  }
}

/** Same kind and, ignoring case, same name. Inputs, versions, times and targets are not compared. */
export function agrees(row: ScheduledRow, decision: WorkDecision): boolean {
  if (row.EventType !== rowTypeOf[decision.type]) return false;
  if (row.EventType === 'TimerCreated' || decision.type === 'CreateTimer') return true;
  if (!('name' in decision)) return false;
  return row.Name === decision.name || row.Name.toLowerCase() === decision.name.toLowerCase();
}

/** The same for rows of entities: same kind and, where there is one, same operation. */
export function agreesOnEntity(row: EntityRow, decision: WorkDecision): boolean {
  switch (row.EventType) {
    case 'EntityOperationCalled':
      return decision.type === 'CallEntity' && decision.operation === row.Operation;
    case 'EntityOperationSignaled':
      return decision.type === 'SignalEntity' && decision.operation === row.Operation;
    case 'EntityLockRequested':
      return decision.type === 'LockEntities';
    case 'EntityUnlockSent':
      return decision.type === 'UnlockEntity';
  }
}

/** The message of the failure. `found` is null when this run scheduled nothing with the row's id. */
export function nonDeterminismMessage(row: ScheduledRow, found: WorkDecision | null): string {
  const before = `an earlier run of this orchestration scheduled ${rowText(row)} with sequence number ${row.EventId}`;
  const now =
    found === null ? 'this run has not scheduled anything with that number' : `this run schedules ${decisionText(found)} there`;
  return nonDeterministic(`${before}, but ${now}.`);
}

/** Whether an orchestration failed with such a message, ours or that of another host. */
export function saysNonDeterministic(message: string | null): boolean {
  return message !== null && /non-deterministic/i.test(message);
}

/** The message for what two replays of one history disagree about. */
export function nonDeterministic(difference: string): string {
  return (
    `Non-Deterministic workflow detected: ${difference} Was the code changed after the instance started, ` +
    'or does it depend on the time, random numbers or anything else outside the orchestration?'
  );
}

function rowText(row: ScheduledRow): string {
  switch (row.EventType) {
    case 'TaskScheduled':
      return `the activity '${row.Name}'`;
    case 'SubOrchestrationInstanceCreated':
      return `the sub-orchestration '${row.Name}' (instance '${row.InstanceId}')`;
    case 'EventSent':
      return `the event '${row.Name}' to '${row.InstanceId}'`;
    case 'TimerCreated':
      return `a timer for ${row.FireAt}`;
  }
}

function decisionText(decision: WorkDecision): string {
  switch (decision.type) {
    case 'ScheduleTask':
      return `the activity '${decision.name}'`;
    case 'CreateSubOrchestration':
      return `the sub-orchestration '${decision.name}'`;
    case 'SendEvent':
      return `the event '${decision.name}' to '${decision.instanceId}'`;
    case 'CreateTimer':
      return `a timer for ${decision.fireAt}`;
    case 'CallEntity':
    case 'SignalEntity':
      return `the operation '${decision.operation}' of the entity '${decision.instanceId}'`;
    case 'LockEntities':
      return `a lock on ${decision.lockSet.map((id) => `'${id}'`).join(', ')}`;
    case 'UnlockEntity':
      return `the release of the entity '${decision.instanceId}'`;
  }
}
