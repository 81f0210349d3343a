/** Instance rows and queued work as JSON arrays: no field names on disk. A new field goes to the end of its list. */
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer } from '../core/instances/instance';
import { decodeEventList, encodeEvents, maxPieceLength } from './event-codec';
import { textOf, weightOf, type KeptText } from './journal-text';
import { jsonOf, quote } from './json-text';
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
  profile?: InstanceRow['profile'] | null,
  failureStack?: string | null,
  stuck?: string | null,
  forkedFrom?: InstanceRow['forkedFrom'] | null,
  waits?: InstanceRow['waits'],
];

type OptionalField = 'profile' | 'failureStack' | 'stuck' | 'forkedFrom' | 'waits';

/** A {@link RowTuple}. */
export function encodeRow(row: InstanceRow): string {
  return (
    `[${quote(row.instanceId)},${quote(row.executionId)},${quote(row.name)},${quote(row.version)},${quote(row.runtimeStatus)},` +
    `${jsonOf(row.input)},${jsonOf(row.output)},${jsonOf(row.customStatus)},` +
    `${timeText(row.createdTime)},${timeText(row.lastUpdatedTime)},${timeText(row.completedTime)},${timeText(row.scheduledStartTime)},` +
    `${jsonOf(row.parentInstanceId)},${row.generation},${jsonOf(row.tags)},${jsonOf(row.failureDetails)},` +
    `${row.awaitedEvents.length === 0 ? '[]' : JSON.stringify(row.awaitedEvents)},${row.historyLength}${optionalText(row)}]`
  );
}

function optionalText({ profile, failureStack, stuck, forkedFrom, waits }: InstanceRow): string {
  if (waits !== undefined) {
    return `,${jsonOf(profile ?? null)},${jsonOf(failureStack ?? null)},${jsonOf(stuck ?? null)},${jsonOf(forkedFrom ?? null)},${jsonOf(waits)}`;
  }
  if (forkedFrom !== undefined) {
    return `,${jsonOf(profile ?? null)},${jsonOf(failureStack ?? null)},${jsonOf(stuck ?? null)},${jsonOf(forkedFrom)}`;
  }
  if (stuck !== undefined) return `,${jsonOf(profile ?? null)},${jsonOf(failureStack ?? null)},${quote(stuck)}`;
  if (failureStack !== undefined) return `,${jsonOf(profile ?? null)},${quote(failureStack)}`;
  return profile === undefined ? '' : `,"${profile}"`;
}

function timeText(time: string | null): string {
  return time === null ? 'null' : jsonOf(encodeTime(time));
}

/** What is asked of a row while a journal is read. */
export interface RowHead {
  instanceId: string;
  executionId: string;
  runtimeStatus: InstanceRow['runtimeStatus'];
  customStatus: string | null;
  lastUpdatedTime: Time;
}

/** A row out of a journal, of which most are replaced before anybody looks at the rest of them. */
export class UnreadRow {
  /** As decodeTime takes it. */
  readonly updated: Time;
  readonly instanceId: string;
  readonly executionId: string;
  readonly runtimeStatus: InstanceRow['runtimeStatus'];
  readonly customStatus: string | null;

  constructor(
    head: RowHead,
    readonly text: KeptText,
  ) {
    this.instanceId = head.instanceId;
    this.executionId = head.executionId;
    this.runtimeStatus = head.runtimeStatus;
    this.customStatus = head.customStatus;
    this.updated = head.lastUpdatedTime;
  }

  get lastUpdatedTime(): string {
    return decodeTime(this.updated);
  }

  read(): InstanceRow {
    return decodeRow(textOf(this.text));
  }
}

/** Of a {@link RowTuple} in text. */
export function rowHead(text: string): RowHead {
  const tuple = JSON.parse(text) as RowTuple;
  return {
    instanceId: tuple[0],
    executionId: tuple[1],
    runtimeStatus: tuple[4],
    customStatus: tuple[7],
    lastUpdatedTime: tuple[9],
  };
}

export function wholeRow(row: InstanceRow | UnreadRow): InstanceRow {
  return row instanceof UnreadRow ? row.read() : row;
}

/** Characters of a row without its texts, about. */
const bareRowWeight = 200;

/** Characters in memory, about; always the same of one row. */
export function rowWeight(row: InstanceRow | UnreadRow): number {
  if (row instanceof UnreadRow) return weightOf(row.text);
  const { input, output, customStatus, failureStack } = row;
  return bareRowWeight + lengthOf(input) + lengthOf(output) + lengthOf(customStatus) + lengthOf(failureStack);
}

function lengthOf(text: string | null | undefined): number {
  return text?.length ?? 0;
}

export function decodeRow(text: string): InstanceRow {
  return rowOf(JSON.parse(text) as RowTuple);
}

function rowOf(tuple: RowTuple): InstanceRow {
  // A literal with every field named: a field added to InstanceRow does not compile until it is stored too.
  const row: Required<Omit<InstanceRow, OptionalField>> & Pick<InstanceRow, OptionalField> = {
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
    ...(tuple[18] == null ? {} : { profile: tuple[18] }),
    ...(tuple[19] == null ? {} : { failureStack: tuple[19] }),
    ...(tuple[20] == null ? {} : { stuck: tuple[20] }),
    ...(tuple[21] == null ? {} : { forkedFrom: tuple[21] }),
    ...(tuple[22] === undefined ? {} : { waits: tuple[22] }),
  };
  return row;
}

/** A message that stays in a journal: most are used up before anybody looks at them. */
export class UnreadMessage {
  constructor(
    readonly seq: number,
    readonly instanceId: string,
    private readonly text: KeptText,
  ) {}

  read(): InboxMessage {
    return decodeMessage(JSON.parse(textOf(this.text)) as MessageTuple);
  }
}

/** The same of an activity that is handed out. */
export class UnreadActivity {
  constructor(
    readonly instanceId: string,
    /** As `workKey` makes it. */
    readonly key: string,
    private readonly text: KeptText,
  ) {}

  read(): PendingActivity {
    return decodeActivity(JSON.parse(textOf(this.text)) as ActivityTuple);
  }
}

export function wholeMessage(message: InboxMessage | UnreadMessage): InboxMessage {
  return message instanceof UnreadMessage ? message.read() : message;
}

export function wholeActivity(activity: PendingActivity | UnreadActivity): PendingActivity {
  return activity instanceof UnreadActivity ? activity.read() : activity;
}

/** JSON arrays that hold the items one after the other: a single one, unless it would be long. */
function listsOf<T>(items: readonly T[], encode: (item: T) => string): string[] {
  const lists: string[] = [];
  let text = '';
  for (const item of items) {
    const one = encode(item);
    if (text !== '' && text.length + one.length > maxPieceLength) {
      lists.push(`[${text}]`);
      text = '';
    }
    text += text === '' ? one : `,${one}`;
  }
  lists.push(`[${text}]`);
  return lists;
}

type MessageTuple = [seq: number, instanceId: string, executionId: string | null, visibleAt: string | null, event: unknown];

export function encodeMessages(messages: readonly (InboxMessage | UnreadMessage)[]): string[] {
  return listsOf(messages, (message) => {
    const m = wholeMessage(message);
    return `[${m.seq},${quote(m.instanceId)},${jsonOf(m.executionId)},${jsonOf(m.visibleAt)},${encodeEvents([m.event])}]`;
  });
}

export function decodeMessages(text: string): InboxMessage[] {
  return (JSON.parse(text) as MessageTuple[]).map(decodeMessage);
}

function decodeMessage([seq, instanceId, executionId, visibleAt, event]: MessageTuple): InboxMessage {
  return { seq, instanceId, executionId, event: decodeEventList([event])[0] as InboxMessage['event'], visibleAt };
}

type ActivityTuple = [
  instanceId: string,
  executionId: string,
  taskId: number,
  name: string,
  version: string,
  input: string | null,
  scheduledAt: string,
  rest?: Pick<PendingActivity, 'tags' | 'traceContext'>,
];

export function encodeActivities(activities: readonly (PendingActivity | UnreadActivity)[]): string[] {
  return listsOf(activities, (activity) => {
    const a = wholeActivity(activity);
    return (
      `[${quote(a.instanceId)},${quote(a.executionId)},${a.taskId},${quote(a.name)},${quote(a.version)},` +
      `${jsonOf(a.input)},${quote(a.scheduledAt)}${comma(activityRestText(a))}]`
    );
  });
}

/** What most activities do not have, as a JSON object; null for nothing. */
export function activityRestText({ tags, traceContext }: PendingActivity): string | null {
  return tags === undefined && traceContext === undefined ? null : JSON.stringify({ tags, traceContext });
}

export function activityRest(text: string | null): Pick<PendingActivity, 'tags' | 'traceContext'> {
  return text === null ? {} : (JSON.parse(text) as Pick<PendingActivity, 'tags' | 'traceContext'>);
}

function comma(text: string | null): string {
  return text === null ? '' : `,${text}`;
}

export function decodeActivities(text: string): PendingActivity[] {
  return (JSON.parse(text) as ActivityTuple[]).map(decodeActivity);
}

function decodeActivity(tuple: ActivityTuple): PendingActivity {
  const [instanceId, executionId, taskId, name, version, input, scheduledAt, rest] = tuple;
  return { instanceId, executionId, taskId, name, version, input, scheduledAt, ...rest };
}

type TimerTuple = [instanceId: string, executionId: string, timerId: number, fireAt: string];

export function encodeTimers(timers: readonly PendingTimer[]): string[] {
  return listsOf(timers, (t) => `[${quote(t.instanceId)},${quote(t.executionId)},${t.timerId},${quote(t.fireAt)}]`);
}

export function decodeTimers(text: string): PendingTimer[] {
  return (JSON.parse(text) as TimerTuple[]).map(([instanceId, executionId, timerId, fireAt]): Required<PendingTimer> => ({
    instanceId,
    executionId,
    timerId,
    fireAt,
  }));
}
