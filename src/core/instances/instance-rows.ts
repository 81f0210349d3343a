/** How an instance's row follows from what happens to it (spec/engine.md 6). */
import type { BehaviourProfile } from '../values/behaviour-profile';
import type { ExecutionCompleted, ExecutionStarted, FailureDetails, HistoryEvent, Tags } from '../history/history';
import type { ForkOrigin } from './forks';
import type { InstanceRow, WaitFacts } from './instance';
import { isTerminal } from '../values/status';

export interface NewInstance {
  instanceId: string;
  executionId: string;
  name: string;
  version: string;
  input: string | null;
  createdTime: string;
  scheduledStartTime?: string | null;
  parentInstanceId?: string | null;
  generation?: number;
  tags?: Tags | null;
  profile?: BehaviourProfile;
}

/** The row of an instance that has not run yet. */
export function pendingRow(start: NewInstance): InstanceRow {
  return {
    instanceId: start.instanceId,
    executionId: start.executionId,
    name: start.name,
    version: start.version,
    runtimeStatus: 'Pending',
    input: start.input,
    output: null,
    customStatus: null,
    createdTime: start.createdTime,
    lastUpdatedTime: start.createdTime,
    completedTime: null,
    scheduledStartTime: start.scheduledStartTime ?? null,
    parentInstanceId: start.parentInstanceId ?? null,
    generation: start.generation ?? 0,
    tags: start.tags ?? null,
    failureDetails: null,
    awaitedEvents: noNames,
    historyLength: 0,
    ...(start.profile === undefined || start.profile === 'A' ? {} : { profile: start.profile }),
  };
}

/** The row of an entity that has run nothing yet. Entities are always Running, and named by their id (spec/engine.md 5.2). */
export function entityRow(instanceId: string, executionId: string, now: string, profile: BehaviourProfile): InstanceRow {
  const row = pendingRow({ instanceId, executionId, name: instanceId, version: '', input: null, createdTime: now, profile });
  return { ...row, runtimeStatus: 'Running' };
}

/** The row of the generation that `started` begins by continue-as-new; it replaces the row before it at the next commit. */
export function continuedRow(row: InstanceRow, started: ExecutionStarted): InstanceRow {
  return {
    ...row,
    executionId: started.OrchestrationInstance.ExecutionId,
    version: started.Version,
    // Merged into the instance's row, which a column without a value leaves as it is.
    input: started.Input ?? row.input,
    createdTime: started.Timestamp,
    historyLength: 0,
    ...(row.forkedFrom === undefined ? {} : { forkedFrom: laterGeneration(row.forkedFrom) }),
  };
}

/** The record is that of one generation. */
function laterGeneration(origin: ForkOrigin): ForkOrigin {
  const later = { ...origin };
  delete later.dry;
  return later;
}

export interface EpisodeFacts {
  /** What the episode appended, at least one event. */
  events: readonly HistoryEvent[];
  isSuspended: boolean;
  customStatus: string | null;
  awaitedEvents: readonly string[];
  stuck: string | undefined;
  waits?: WaitFacts | undefined;
  failureStack: string | undefined;
}

/** The row after an episode's commit. */
export function rowAfterEpisode(row: InstanceRow, facts: EpisodeFacts): InstanceRow {
  let output = row.output;
  let completion: ExecutionCompleted | null = null;
  for (const event of facts.events) {
    // As on Azure Storage, the reason of a suspend or resume is shown as output until something else is.
    if (event.EventType === 'ExecutionSuspended' || event.EventType === 'ExecutionResumed') output = event.Reason;
    else if (event.EventType === 'ExecutionCompleted') completion ??= event;
  }
  const lastUpdatedTime = facts.events.at(-1)?.Timestamp ?? row.lastUpdatedTime;
  const status = completion?.OrchestrationStatus ?? (facts.isSuspended ? 'Suspended' : goingOn(row, facts.events));
  const isOver = isTerminal(status);
  const after: InstanceRow = {
    instanceId: row.instanceId,
    executionId: row.executionId,
    name: row.name,
    version: row.version,
    runtimeStatus: status,
    input: row.input,
    // A result that is none leaves the column as it is (recorded: `suspend-null`).
    output: (completion === null ? null : outputOf(completion)) ?? output,
    customStatus: facts.customStatus,
    createdTime: row.createdTime,
    lastUpdatedTime,
    completedTime: isOver ? lastUpdatedTime : null,
    scheduledStartTime: row.scheduledStartTime,
    parentInstanceId: row.parentInstanceId,
    generation: row.generation,
    tags: row.tags,
    failureDetails: completion?.FailureDetails ?? null,
    awaitedEvents: isOver ? noNames : facts.awaitedEvents,
    historyLength: row.historyLength + facts.events.length,
  };
  if (row.profile !== undefined) after.profile = row.profile;
  if (facts.stuck !== undefined && !isOver) after.stuck = facts.stuck;
  if (facts.waits !== undefined && !isOver) after.waits = facts.waits;
  if (facts.failureStack !== undefined) after.failureStack = facts.failureStack;
  if (row.forkedFrom !== undefined) after.forkedFrom = row.forkedFrom;
  return after;
}

/**
 * The status of what has not ended: on Azure Storage only a start, a suspend or a resume writes it, so what was rewound stays Pending, with
 * the output of its failure, however much it does (recorded: `rewound-waits`).
 */
function goingOn(row: InstanceRow, events: readonly HistoryEvent[]): 'Pending' | 'Running' {
  if (row.runtimeStatus !== 'Pending') return 'Running';
  return events.some(({ EventType }) => EventType === 'ExecutionStarted' || EventType === 'ExecutionResumed')
    ? 'Running'
    : 'Pending';
}

/** The row of an instance that was terminated before it ever ran: it has no history. */
export function terminatedBeforeStart(row: InstanceRow, reason: string | null, at: string): InstanceRow {
  return { ...row, runtimeStatus: 'Terminated', output: reason, lastUpdatedTime: at, completedTime: at, awaitedEvents: noNames };
}

/** `ErrorType: ErrorMessage`. */
function failureText(failure: FailureDetails): string {
  return `${failure.ErrorType}: ${failure.ErrorMessage}`;
}

/** The row of a failed instance whose history has been rewound to `events`. */
export function rewoundRow(
  row: InstanceRow,
  facts: { executionId: string; events: readonly HistoryEvent[]; status: 'Pending' | 'Running'; now: string },
): InstanceRow {
  const rewound: InstanceRow = {
    ...row,
    executionId: facts.executionId,
    runtimeStatus: facts.status,
    // In the old scheme the column stays as it was until something else is written.
    ...(facts.status === 'Pending' ? {} : { output: null }),
    failureDetails: null,
    lastUpdatedTime: facts.now,
    completedTime: null,
    historyLength: facts.events.length,
  };
  delete rewound.failureStack;
  return rewound;
}

const noNames: readonly string[] = [];

function outputOf(completion: ExecutionCompleted): string | null {
  if (completion.OrchestrationStatus === 'Failed' && completion.FailureDetails != null)
    return failureText(completion.FailureDetails);
  return completion.Result;
}

/** What Durable Functions says to a purge of one instance that has not ended, over HTTP and gRPC alike. */
export function notPurgeableText({ instanceId, runtimeStatus }: Pick<InstanceRow, 'instanceId' | 'runtimeStatus'>): string {
  return `Only orchestrations in a terminal state can be purged, but the orchestration with instance ID ${instanceId} has status ${runtimeStatus}`;
}
