/**
 * One batch of an entity, decided: its answer becomes the next generation, three rows `OS ES OC` (spec/engine.md 5.2), and messages.
 * Nothing that entities send leaves a row.
 */
import { addressOf, parseEntityId } from '../values/entity-id';
import type { EntityAnswer, EntityRequest } from '../entities/entity-messages';
import { continueName, requestEventName, requestText, sortedRequestText, typedAnswerText } from '../entities/entity-messages';
import {
  canRun,
  grantLock,
  noteSending,
  schedulerStatus,
  schedulerText,
  type EntityBatch,
  type EntityScheduler,
} from '../entities/entity-scheduler';
import type { EventRaised, ExecutionStarted, HistoryEvent } from '../history/history';
import { profileOf, type InstanceRow } from '../instances/instance';
import { pendingRow } from '../instances/instance-rows';
import type { EntityAction, EntityBatchOutcome, EntityOperation, EntityOperationResult } from '../ports/function-worker';
import { fireAndForgetTag } from '../history/tags';
import type { OutgoingMessage } from './messages';
import type { ChildStart } from './turn';

export interface EntityTurnInput {
  row: InstanceRow;
  /** After the messages were taken in and the batch was taken out; changed in place to what it is after the batch. */
  scheduler: EntityScheduler;
  /** Requests whose time has not come. */
  early: readonly EntityRequest[];
  batch: EntityBatch;
  /** Null when no operation was to run. */
  outcome: EntityBatchOutcome | null;
  /** Of the generation that begins. */
  executionId: string;
  /** The history's time form. */
  now: string;
  defaultVersion: string;
  newId: () => string;
}

export interface EntityTurnResult {
  row: InstanceRow;
  events: HistoryEvent[];
  messages: OutgoingMessage[];
  children: ChildStart[];
  /** Operations that ran, with what came of them. */
  ran: { request: EntityRequest; result: EntityOperationResult }[];
}

/** In the words of DurableTask.Core; nobody reads them. */
const grantedText = '{"result":"Lock Acquisition Completed"}';

export function toOperation(request: EntityRequest): EntityOperation {
  return {
    name: request.op ?? '',
    input: request.input ?? null,
    isSignal: request.signal === true,
    requestId: request.id,
    parentInstanceId: request.parent ?? null,
    parentExecutionId: request.parentExecution ?? null,
  };
}

export function finishBatch(turn: EntityTurnInput): EntityTurnResult {
  const { row, scheduler, batch, outcome, now } = turn;
  const self = row.instanceId;
  const result: EntityTurnResult = { row, events: [], messages: [], children: [], ran: [] };
  const say = (instanceId: string, executionId: string | null, Name: string, Input: string | null): void => {
    result.messages.push({ instanceId, executionId, event: raised(now, Name, Input) });
  };
  const isTyped = profileOf(row) === 'A';
  if (isTyped) scheduler.sorter ??= {};
  for (const request of turn.early) say(self, null, requestEventName(request.due), requestText(request));

  const done = outcome === null ? 0 : Math.min(outcome.results.length, batch.operations.length);
  if (outcome !== null) {
    scheduler.state = outcome.state;
    scheduler.exists = outcome.exists ?? outcome.state !== null;
    for (let at = 0; at < done; at++) {
      const request = batch.operations[at] as EntityRequest;
      const answer = outcome.results[at] as EntityOperationResult;
      result.ran.push({ request, result: answer });
      if (request.signal === true || request.parent === undefined) continue;
      const text = answerText(answer);
      say(request.parent, request.parentExecution ?? null, request.id, isTyped ? typedAnswerText(text) : text);
    }
    for (const action of outcome.actions) act(turn, action, result, say);
  }
  const left = batch.operations.slice(done);
  let lock = batch.lock;
  if (left.length > 0) {
    // The worker stopped early: what it has not run is first in the queue again.
    scheduler.queue = lock === null ? [...left, ...scheduler.queue] : [...left, lock, ...scheduler.queue];
    lock = null;
  }
  if (lock !== null) {
    const forwarded = grantLock(scheduler, lock);
    if (forwarded !== null) say(forwarded.next, null, requestEventName(undefined), requestText(forwarded.request));
    else if (lock.parent !== undefined)
      say(lock.parent, lock.parentExecution ?? null, lock.id, isTyped ? typedAnswerText(grantedText) : grantedText);
  }
  if (!scheduler.suspended && canRun(scheduler)) {
    scheduler.suspended = true;
    say(self, null, continueName, null);
  }
  const input = schedulerText(scheduler);
  result.events = generationOf(turn, input);
  result.row = {
    ...row,
    executionId: turn.executionId,
    runtimeStatus: 'Running',
    input,
    customStatus: schedulerStatus(scheduler),
    createdTime: now,
    lastUpdatedTime: now,
    historyLength: result.events.length,
  };
  return result;
}

/** What a caller is told whose request the entity could not take; null for whom nobody waits. */
export function failedAnswer(request: EntityRequest, message: string, now: string): OutgoingMessage | null {
  if (request.signal === true || request.parent === undefined) return null;
  const text = answerText({ ok: false, result: null, message });
  return { instanceId: request.parent, executionId: request.parentExecution ?? null, event: raised(now, request.id, text) };
}

function generationOf({ row, executionId, now }: EntityTurnInput, input: string): HistoryEvent[] {
  const started: ExecutionStarted = {
    EventType: 'ExecutionStarted',
    EventId: -1,
    IsPlayed: profileOf(row) === 'A',
    Timestamp: now,
    OrchestrationInstance: { InstanceId: row.instanceId, ExecutionId: executionId },
    ParentInstance: null,
    Name: row.name,
    Version: row.version,
    Input: input,
    Tags: null,
    ...(profileOf(row) === 'A' ? {} : { Generation: row.generation }),
  };
  const mark = { EventId: -1, IsPlayed: false, Timestamp: now };
  // In profile A the second one has been walked by the time it is stored.
  const completed = { ...mark, IsPlayed: started.IsPlayed };
  return [{ EventType: 'OrchestratorStarted', ...mark }, started, { EventType: 'OrchestratorCompleted', ...completed }];
}

function answerText(result: EntityOperationResult): string {
  if (result.ok) return JSON.stringify({ result: result.result });
  // The JSON-protocol SDKs know a failure by its exceptionType, and take the message out of `result` (functions-worker.md 7); where there are
  // details, exceptionType is the message whatever its name says.
  const { failureDetails, message } = result;
  const answer: EntityAnswer = {
    result: result.result ?? JSON.stringify(message),
    exceptionType: failureDetails === undefined ? 'Error' : failureDetails.ErrorMessage,
    ...(failureDetails === undefined ? {} : { failureDetails }),
  };
  return JSON.stringify(answer);
}

function act(
  turn: EntityTurnInput,
  action: EntityAction,
  result: EntityTurnResult,
  say: (instanceId: string, executionId: string | null, name: string, input: string) => void,
): void {
  if (action.type === 'SendSignal') {
    const { instanceId, operation, input, scheduledTime: due } = action;
    if (parseEntityId(instanceId) === null) return;
    const request: EntityRequest = {
      id: turn.newId(),
      op: operation,
      signal: true,
      ...(input === null ? {} : { input }),
      parent: turn.row.instanceId,
      ...(due === undefined ? {} : { due }),
    };
    if (profileOf(turn.row) === 'A') {
      // To the name as the code spells it, which is another entity where that has capitals (recorded: `entity-tells`).
      const times = noteSending((turn.scheduler.sorter ??= {}), instanceId, turn.now);
      say(instanceId, null, requestEventName(due), sortedRequestText(request, times));
      return;
    }
    const text = requestText({ ...request, parentExecution: turn.row.executionId });
    say(addressOf(instanceId), null, requestEventName(due), text);
    return;
  }
  result.children.push(orchestrationStart(turn, action));
}

/** Fire and forget: nobody hears of its end (spec/engine.md 2.10.15). */
function orchestrationStart(turn: EntityTurnInput, action: EntityAction & { type: 'StartOrchestration' }): ChildStart {
  const { now } = turn;
  const executionId = turn.newId();
  const instanceId = action.instanceId === undefined || action.instanceId === '' ? turn.newId() : action.instanceId;
  const version = action.version ?? turn.defaultVersion;
  const tags = { ...action.tags, [fireAndForgetTag]: '' };
  const scheduledStartTime = action.scheduledTime ?? null;
  const row = pendingRow({
    instanceId,
    executionId,
    name: action.name,
    version,
    input: action.input,
    createdTime: now,
    scheduledStartTime,
    tags,
    profile: profileOf(turn.row),
  });
  const started: ExecutionStarted = {
    EventType: 'ExecutionStarted',
    EventId: -1,
    IsPlayed: false,
    Timestamp: now,
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    ParentInstance: null,
    Name: action.name,
    Version: version,
    Input: action.input,
    Tags: tags,
    ScheduledStartTime: scheduledStartTime,
    ...(profileOf(turn.row) === 'A' ? {} : { Generation: 0 }),
  };
  return { taskId: -1, row, started };
}

function raised(now: string, Name: string, Input: string | null): EventRaised {
  return { EventType: 'EventRaised', EventId: -1, IsPlayed: false, Timestamp: now, Name, Input };
}
