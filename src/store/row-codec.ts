/** Instance rows and queued work as JSON arrays: no field names on disk. A new field goes to the end of its list. */
import type { HistoryEvent } from '../core/history';
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer } from '../core/instance';
import { decodeEvents, encodeEvents } from './event-codec';
import { decodeTime, encodeTime } from './time-codec';

/** Epoch milliseconds, or text where that would lose something. */
type Time = number | string;

type RowTuple = [
  instanceId: string,
  executionId: string,
  name: string,
  version: string,
  runtimeStatus: InstanceRow['runtimeStatus'],
  input: string | null,
  output: string | null,
  customStatus: string | null,
  createdTime: Time,
  lastUpdatedTime: Time,
  completedTime: Time | null,
  scheduledStartTime: Time | null,
  parentInstanceId: string | null,
  generation: number,
  tags: InstanceRow['tags'],
  failureDetails: InstanceRow['failureDetails'],
  awaitedEvents: readonly string[],
  historyLength: number,
];

export function encodeRow(row: InstanceRow): string {
  const tuple: RowTuple = [
    row.instanceId,
    row.executionId,
    row.name,
    row.version,
    row.runtimeStatus,
    row.input,
    row.output,
    row.customStatus,
    encodeTime(row.createdTime),
    encodeTime(row.lastUpdatedTime),
    row.completedTime === null ? null : encodeTime(row.completedTime),
    row.scheduledStartTime === null ? null : encodeTime(row.scheduledStartTime),
    row.parentInstanceId,
    row.generation,
    row.tags,
    row.failureDetails,
    row.awaitedEvents,
    row.historyLength,
  ];
  return JSON.stringify(tuple);
}

export function decodeRow(text: string): InstanceRow {
  const tuple = JSON.parse(text) as RowTuple;
  // A literal with every field named: a field added to InstanceRow does not compile until it is stored too.
  const row: Required<InstanceRow> = {
    instanceId: tuple[0],
    executionId: tuple[1],
    name: tuple[2],
    version: tuple[3],
    runtimeStatus: tuple[4],
    input: tuple[5],
    output: tuple[6],
    customStatus: tuple[7],
    createdTime: decodeTime(tuple[8]),
    lastUpdatedTime: decodeTime(tuple[9]),
    completedTime: tuple[10] === null ? null : decodeTime(tuple[10]),
    scheduledStartTime: tuple[11] === null ? null : decodeTime(tuple[11]),
    parentInstanceId: tuple[12],
    generation: tuple[13],
    tags: tuple[14],
    failureDetails: tuple[15],
    awaitedEvents: tuple[16],
    historyLength: tuple[17],
  };
  return row;
}

type MessageTuple = [seq: number, instanceId: string, executionId: string | null, visibleAt: string | null, event: string];

export function encodeMessages(messages: readonly InboxMessage[]): string {
  return JSON.stringify(
    messages.map((m): MessageTuple => [m.seq, m.instanceId, m.executionId, m.visibleAt, encodeEvents([m.event as HistoryEvent])]),
  );
}

export function decodeMessages(text: string): InboxMessage[] {
  return (JSON.parse(text) as MessageTuple[]).map(([seq, instanceId, executionId, visibleAt, event]) => ({
    seq,
    instanceId,
    executionId,
    event: decodeEvents(event)[0] as InboxMessage['event'],
    visibleAt,
  }));
}

type ActivityTuple = [
  instanceId: string,
  executionId: string,
  taskId: number,
  name: string,
  version: string,
  input: string | null,
  scheduledAt: string,
];

export function encodeActivities(activities: readonly PendingActivity[]): string {
  return JSON.stringify(
    activities.map((a): ActivityTuple => [a.instanceId, a.executionId, a.taskId, a.name, a.version, a.input, a.scheduledAt]),
  );
}

export function decodeActivities(text: string): PendingActivity[] {
  return (JSON.parse(text) as ActivityTuple[]).map(
    ([instanceId, executionId, taskId, name, version, input, scheduledAt]): Required<PendingActivity> => ({
      instanceId,
      executionId,
      taskId,
      name,
      version,
      input,
      scheduledAt,
    }),
  );
}

type TimerTuple = [instanceId: string, executionId: string, timerId: number, fireAt: string];

export function encodeTimers(timers: readonly PendingTimer[]): string {
  return JSON.stringify(timers.map((t): TimerTuple => [t.instanceId, t.executionId, t.timerId, t.fireAt]));
}

export function decodeTimers(text: string): PendingTimer[] {
  return (JSON.parse(text) as TimerTuple[]).map(([instanceId, executionId, timerId, fireAt]): Required<PendingTimer> => ({
    instanceId,
    executionId,
    timerId,
    fireAt,
  }));
}
