/** Where replay and history part, in words: what was recorded, what the code does now, and what evidence says about the cause. */
import { isRequestName, readRequest, releaseName } from '../core/entities/entity-messages';
import { adviceFor } from '../core/history/cause-advice';
import type { DeterminismCause, Divergence } from '../core/history/divergence';
import type { ExecutionCompleted, HistoryEvent } from '../core/history/history';
import {
  type EntityRow,
  isEntityRow,
  isScheduledRow,
  saysNonDeterministic,
  type ScheduledRow,
  type WorkDecision,
} from '../core/decisions/non-determinism';
import type { ImpureUse, ReplayRun } from '../core/ports/replay-worker';
import { isEntityId } from '../core/values/instance-id';
import type { SourcePlace } from '../core/values/source-place';

/** What both sides are compared by. */
interface Call {
  kind: 'activity' | 'timer' | 'sub-orchestration' | 'event' | 'entity call' | 'entity signal' | 'entity lock' | 'entity release';
  /** Null for timers. */
  name: string | null;
  id: number;
}

interface Difference {
  rowIndex: number | null;
  recorded: Call | null;
  recordedText: string;
  actual: Call | null;
  actualText: string;
  place: SourcePlace | null;
}

/** Null when the code still replays the history. `functionNames`: what the app has now. */
export function explainDivergence(
  history: readonly HistoryEvent[],
  run: ReplayRun,
  functionNames: readonly string[],
): Divergence | null {
  const difference = firstDifference(history, run) ?? recordedDifference(history, run);
  if (difference === null) return null;
  const { rowIndex, recorded, recordedText, actual, actualText } = difference;
  const { cause, use } = likelyCause(difference, history, run, functionNames);
  const row = rowIndex === null ? '' : ` (row ${rowIndex + 1})`;
  const why = causeSentence(cause, use, recorded, actual);
  const place = use?.place ?? difference.place;
  return {
    rowIndex,
    recorded: recorded === null ? null : callText(recorded),
    actual: actual === null ? null : callText(actual),
    place,
    cause,
    message: [
      `The code no longer replays this history: recorded${row} is ${recordedText}, but now the code ${actualText}.`,
      why,
      ...(isOfEdit.has(cause) ? [writtenBy(history, rowIndex)] : []),
      adviceFor(cause, place?.file ?? null),
    ].join(' '),
  };
}

/** Causes that say that the code is another one than that which wrote the history. */
const isOfEdit: ReadonlySet<DeterminismCause> = new Set([
  'renamedCall',
  'reorderedCalls',
  'addedCall',
  'removedCall',
  'changedKind',
]);

/** Which code that may have been: the row's time, and the version with which the orchestrator was started where it has one. */
function writtenBy(history: readonly HistoryEvent[], rowIndex: number | null): string {
  const started = history.find((event) => event.EventType === 'ExecutionStarted');
  const at = (history[rowIndex ?? history.length - 1] ?? started)?.Timestamp ?? '';
  const version = started?.Version === undefined || started.Version === '' ? '' : `, started as version ${started.Version}`;
  return `It was written ${at.slice(0, 19).replace('T', ' ')} UTC${version}, by the code that was deployed then.`;
}

function firstDifference(history: readonly HistoryEvent[], run: ReplayRun): Difference | null {
  const { disagreement, end } = run;
  if (disagreement !== null) {
    const { rowIndex, row, found } = disagreement;
    const recorded = callOfRow(row);
    const actual = found === null ? null : callOf(found);
    return {
      rowIndex,
      recorded,
      recordedText: callText(recorded),
      actual,
      actualText: actual === null ? absenceText(run) : `asks for ${callText(actual)}`,
      place: placeOf(run, found),
    };
  }
  const endRow = history.findLastIndex((event) => event.EventType === 'ExecutionCompleted');
  const completed = history[endRow] as ExecutionCompleted | undefined;
  if (completed === undefined || isNonDeterminism(completed) || isHostsRefusal(completed)) return null;
  const { OrchestrationStatus: status } = completed;
  if (status !== 'Completed' && status !== 'Failed') return null;
  if (status === 'Completed' && end.type === 'waiting') {
    const extra = unrecorded(history, run);
    const actual = extra === null ? null : callOf(extra);
    return {
      rowIndex: endRow,
      recorded: null,
      recordedText: 'the end of the orchestration',
      actual,
      actualText: actual === null ? waitText(run) : `asks for ${callText(actual)}`,
      place: placeOf(run, extra),
    };
  }
  if (status === 'Completed' && end.type === 'failed') {
    return {
      rowIndex: endRow,
      recorded: null,
      recordedText: 'the end of the orchestration',
      actual: null,
      actualText: `fails: ${end.reason}`,
      place: placeOf(run, null),
    };
  }
  if (status === 'Failed' && (end.type === 'completed' || end.type === 'continuedAsNew')) {
    return {
      rowIndex: endRow,
      recorded: null,
      recordedText: `a failure (${firstLine(completed.FailureDetails?.ErrorMessage ?? completed.Result ?? '')})`,
      actual: null,
      actualText: end.type === 'completed' ? 'completes' : 'continues as new',
      place: placeOf(run, null),
    };
  }
  return null;
}

/** The live run failed because of a difference that this replay happens not to show. */
function recordedDifference(history: readonly HistoryEvent[], run: ReplayRun): Difference | null {
  const endRow = history.findLastIndex((event) => event.EventType === 'ExecutionCompleted');
  const completed = history[endRow] as ExecutionCompleted | undefined;
  if (completed === undefined || !isNonDeterminism(completed)) return null;
  return {
    rowIndex: endRow,
    recorded: null,
    recordedText: `a failure for not being deterministic (${firstLine(completed.Result ?? '')})`,
    actual: null,
    actualText: 'happens to go the recorded way',
    place: placeOf(run, null),
  };
}

/** The host ended it without asking the code. */
function isHostsRefusal({ FailureDetails: details }: ExecutionCompleted): boolean {
  return details?.ErrorType === 'VersionMismatch';
}

function isNonDeterminism({ OrchestrationStatus: status, Result: result }: ExecutionCompleted): boolean {
  return status === 'Failed' && saysNonDeterministic(result);
}

function likelyCause(
  difference: Difference,
  history: readonly HistoryEvent[],
  run: ReplayRun,
  functionNames: readonly string[],
): { cause: DeterminismCause; use: ImpureUse | null } {
  const { recorded, actual } = difference;
  const isGone = hasFunction(recorded) && !functionNames.some((name) => sameText(name, recorded.name));
  const [use] = run.impureUses;
  // What is not there any more was edited: no chance is needed to explain that.
  if (use !== undefined && !isGone) return { cause: use.cause, use };
  if (run.changesWhenRepeated) return { cause: 'globalState', use: null };
  if (recorded === null) return { cause: actual === null ? 'unknown' : 'addedCall', use: null };
  if (actual === null) return { cause: 'removedCall', use: null };
  return { cause: structuralCause(recorded, actual, isGone, laterCalls(history, difference), run), use: null };
}

function structuralCause(
  recorded: Call,
  actual: Call,
  isGone: boolean,
  later: readonly Call[],
  run: ReplayRun,
): DeterminismCause {
  if (recorded.kind !== actual.kind && recorded.name !== null && sameText(recorded.name, actual.name)) return 'changedKind';
  const asked = run.moments
    .flatMap((moment) => moment.decisions)
    .flatMap((decision) => (decision.type === 'CompleteOrchestration' ? [] : [callOf(decision)]));
  const comesLaterInCode = asked.some((call) => call.id > actual.id && same(call, recorded));
  const isStillCalled = comesLaterInCode || (!isGone && mentions(run.sourceText ?? '', recorded));
  if (later.some((call) => same(call, actual))) return isStillCalled ? 'reorderedCalls' : 'removedCall';
  if (isStillCalled) return 'addedCall';
  return recorded.kind === actual.kind ? 'renamedCall' : 'changedKind';
}

function laterCalls(history: readonly HistoryEvent[], { rowIndex }: Difference): Call[] {
  return history
    .slice((rowIndex ?? 0) + 1)
    .flatMap((event) => (isScheduledRow(event) || isEntityRow(event) ? [callOfRow(event)] : []));
}

/** The first thing the code asked for that no row tells of. */
function unrecorded(history: readonly HistoryEvent[], run: ReplayRun): WorkDecision | null {
  const rows = new Set(history.flatMap((event) => (isScheduledRow(event) || isEntityRow(event) ? [event.EventId] : [])));
  for (const { decisions } of run.moments) {
    for (const decision of decisions) {
      if (decision.type !== 'CompleteOrchestration' && !rows.has(decision.id)) return decision;
    }
  }
  return null;
}

/** Where the code waited when it had asked for the work; without any, where it was last seen waiting. */
function placeOf({ moments }: ReplayRun, decision: WorkDecision | null): SourcePlace | null {
  const at = decision === null ? -1 : moments.findIndex(({ decisions }) => decisions.some((one) => one.id === decision.id));
  const upTo = at < 0 ? moments.length - 1 : at;
  for (let index = upTo; index >= 0; index--) {
    const place = moments[index]?.frames[0]?.place;
    if (place != null) return place;
  }
  return null;
}

function absenceText(run: ReplayRun): string {
  switch (run.end.type) {
    case 'completed':
      return 'has completed by then';
    case 'continuedAsNew':
      return 'continues as new instead';
    case 'failed':
      return `fails before that: ${run.end.reason}`;
    default: {
      const last = run.moments.at(-1);
      return last?.frames.length === 0 ? 'has ended by then' : `asks for nothing there and ${waitText(run)}`;
    }
  }
}

function waitText({ moments }: ReplayRun): string {
  const awaited = moments.at(-1)?.awaitedEvents ?? [];
  return awaited.length === 0 ? 'still waits' : `waits for the event '${awaited.join("', '")}'`;
}

function causeSentence(cause: DeterminismCause, use: ImpureUse | null, recorded: Call | null, actual: Call | null): string {
  if (use !== null) return `Likely cause: the orchestrator uses ${use.what}, which differs from run to run.`;
  switch (cause) {
    case 'renamedCall':
      return `Likely cause: ${nameOf(recorded)} is called ${nameOf(actual)} now.`;
    case 'reorderedCalls':
      return `Likely cause: the order of the calls was changed, ${nameOf(actual)} now comes before ${nameOf(recorded)}.`;
    case 'addedCall':
      return `Likely cause: the call of ${nameOf(actual)} was added.`;
    case 'removedCall':
      return `Likely cause: the call of ${nameOf(recorded)} was removed.`;
    case 'changedKind':
      return `Likely cause: ${recorded === null ? 'a call' : callText(recorded)} became ${actual === null ? 'another' : callText(actual)}.`;
    case 'globalState':
      return 'Likely cause: run again over the same history, the code asks for other work, so it keeps something outside of the function.';
    default:
      return 'Nothing that the code asked for during the replay tells why.';
  }
}

function nameOf(call: Call | null): string {
  return call === null ? 'a call' : call.name === null ? `the ${call.kind}` : `'${call.name}'`;
}

/** In the words of a divergence. */
export function recordedCallText(row: ScheduledRow): string {
  return callText(callOfRow(row));
}

function callOfRow(row: ScheduledRow | EntityRow): Call {
  switch (row.EventType) {
    case 'TaskScheduled':
      return { kind: 'activity', name: row.Name, id: row.EventId };
    case 'TimerCreated':
      return { kind: 'timer', name: null, id: row.EventId };
    case 'SubOrchestrationInstanceCreated':
      return { kind: 'sub-orchestration', name: row.Name, id: row.EventId };
    case 'EventSent':
      return callOfEvent(row.EventId, row.InstanceId, row.Name, row.Input);
    case 'EntityOperationCalled':
      return { kind: 'entity call', name: row.Operation, id: row.EventId };
    case 'EntityOperationSignaled':
      return { kind: 'entity signal', name: row.Operation, id: row.EventId };
    case 'EntityLockRequested':
      return { kind: 'entity lock', name: null, id: row.EventId };
    case 'EntityUnlockSent':
      return { kind: 'entity release', name: null, id: row.EventId };
  }
}

function callOf(decision: WorkDecision): Call {
  const { id } = decision;
  switch (decision.type) {
    case 'ScheduleTask':
      return { kind: 'activity', name: decision.name, id };
    case 'CreateTimer':
      return { kind: 'timer', name: null, id };
    case 'CreateSubOrchestration':
      return { kind: 'sub-orchestration', name: decision.name, id };
    case 'SendEvent':
      return callOfEvent(id, decision.instanceId, decision.name, decision.input);
    case 'CallEntity':
      return { kind: 'entity call', name: decision.operation, id };
    case 'SignalEntity':
      return { kind: 'entity signal', name: decision.operation, id };
    case 'LockEntities':
      return { kind: 'entity lock', name: null, id };
    case 'UnlockEntity':
      return { kind: 'entity release', name: null, id };
  }
}

/** What Durable Functions sends to an entity is an event in its history. */
function callOfEvent(id: number, instanceId: string, name: string, input: string | null): Call {
  if (!isEntityId(instanceId)) return { kind: 'event', name, id };
  if (name === releaseName) return { kind: 'entity release', name: null, id };
  const request = isRequestName(name) ? readRequest(input) : null;
  if (request === null) return { kind: 'event', name, id };
  if (request.lockset !== undefined) return { kind: 'entity lock', name: null, id };
  return { kind: request.signal === true ? 'entity signal' : 'entity call', name: request.op ?? null, id };
}

function callText({ kind, name, id }: Call): string {
  return `${kind}${name === null ? '' : ` ${name}`} #${id}`;
}

function same(one: Call, other: Call): boolean {
  return one.kind === other.kind && sameText(one.name, other.name);
}

function sameText(one: string | null, other: string | null): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

function hasFunction(call: Call | null): call is Call & { name: string } {
  return call !== null && call.name !== null && (call.kind === 'activity' || call.kind === 'sub-orchestration');
}

/** Whether the text speaks of such a call. */
function mentions(source: string, { kind, name }: Call): boolean {
  return source.toLowerCase().includes((name ?? (kind === 'timer' ? 'createTimer' : kind)).toLowerCase());
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
