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

/** The message of the failure, in the words of DurableTask.Core. `found` is null when this run scheduled nothing with the row's id. */
export function nonDeterminismMessage(row: ScheduledRow, found: WorkDecision | null): string {
  return `${sentenceStart} A previous execution of this orchestration scheduled ${differenceText(row, found)} ${question}`;
}

const question = 'Was a change made to the orchestrator code after this instance had already started running?';
const sentenceStart = 'Non-Deterministic workflow detected:';

/** Whether the decision is the end that a replay finds which no longer fits its history. */
export function endsAsNonDeterministic(decision: Decision): boolean {
  return (
    decision.type === 'CompleteOrchestration' &&
    decision.status === 'Failed' &&
    decision.result?.startsWith(sentenceStart) === true
  );
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

function differenceText(row: ScheduledRow, found: WorkDecision | null): string {
  const id = row.EventId;
  const isOther = found !== null && (rowTypeOf[found.type] !== row.EventType || !('name' in found));
  const name = found !== null && 'name' in found ? found.name : '';
  const produced = found === null ? '' : `the current orchestration replay instead produced a ${actionNames[found.type]} action`;
  const missing = "the current replay execution hasn't (yet?) scheduled this task.";
  switch (row.EventType) {
    case 'TaskScheduled':
      if (found === null) {
        return `an activity task with sequence ID ${id} and name '${row.Name}' (version '${row.Version}'), but ${missing}`;
      }
      return isOther
        ? `an activity task with sequence number ${id} named '${row.Name}', but ${produced} with this sequence number.`
        : `an activity task with sequence number ${id} named '${row.Name}', but the current orchestration replay instead scheduled an activity task named '${name}' with this sequence number. `;
    case 'TimerCreated':
      return found === null
        ? `a timer task with sequence number ${id} but ${missing}`
        : `a timer task with sequence number ${id} named but ${produced} with this sequence number.`;
    case 'SubOrchestrationInstanceCreated': {
      const child = `a sub-orchestration task with sequence ID ${id} and name '${row.Name}' (version '${row.Version}', instance ID '${row.InstanceId}'), but`;
      if (found === null) return `${child} ${missing}`;
      return isOther
        ? `${child} ${produced} at this sequence number.`
        : `${child} the current orchestration replay instead scheduled a sub-orchestration task with name ${name} at this sequence number.`;
    }
    case 'EventSent': {
      const target = `name '${row.Name}', instance ID '${row.InstanceId}'`;
      const sent = `a send event task with sequence ID ${id}, type '${row.EventType}'`;
      if (found === null) return `${sent} ${target}, but ${missing}`;
      return isOther
        ? `${sent}, ${target}, but the current orchestration replay instead scheduled a ${actionNames[found.type]} task at this sequence number.`
        : `${sent}, ${target}), but the current orchestration replay instead scheduled a send event task with name ${name}at this sequence number.`;
    }
  }
}

/** Classes of DurableTask.Core. */
export const nonDeterminismException = 'DurableTask.Core.Exceptions.NonDeterministicOrchestrationException';
const actionNames: Readonly<Record<WorkDecision['type'], string>> = {
  ScheduleTask: 'ScheduleTaskOrchestratorAction',
  CreateTimer: 'CreateTimerOrchestratorAction',
  CreateSubOrchestration: 'CreateSubOrchestrationAction',
  SendEvent: 'SendEventOrchestratorAction',
  CallEntity: 'SendEventOrchestratorAction',
  SignalEntity: 'SendEventOrchestratorAction',
  LockEntities: 'SendEventOrchestratorAction',
  UnlockEntity: 'SendEventOrchestratorAction',
};
