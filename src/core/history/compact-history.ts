/**
 * A history as its operations: one for each activity with its retries, sub-orchestration, timer, event, entity call and what was done to
 * the instance. Marks of turns and the delays between attempts are not among them. Kept up as rows arrive.
 *
 *   K1. An operation stands where its first row is; its later rows change it in place and raise its `version`.
 *   K2. An attempt joins the operation before it when it is a retry by its trace: a failure, a timer of the same turn, the same name again.
 */
import type { FailureDetails, HistoryEvent } from './history';
import { isEntityId } from '../values/instance-id';
import { rootCauseLine } from '../values/failure-text';
import { firstThrownIn } from '../values/serialised-exception';
import { fromTimestamp } from '../values/time';
import { answeredId } from './history-links';

export type OperationKind = 'start' | 'activity' | 'child' | 'timer' | 'event' | 'entity' | 'sent' | 'control' | 'end';
export type OperationState = 'open' | 'completed' | 'failed' | 'abandoned';

export interface Operation {
  /** Its rows' positions in the commit order, the first one first; of a retried activity those of all attempts and the delays between. */
  rows: number[];
  kind: OperationKind;
  name: string;
  state: OperationState;
  /** JSON text. */
  input: string | null;
  /** The stored history has no such input. */
  isInputKept: boolean;
  /** JSON text of what it gave, of an event its data; of a failure its root cause in one line. */
  result: string | null;
  /** What was stored of a failure, whole. */
  failure: string | null;
  startMs: number;
  /** Of the last attempt: how long no worker had it, and how long it took from then on. Null: not known (yet). */
  queuedMs: number | null;
  runMs: number | null;
  attempts: number;
  /** The sub-orchestration, the parent of a start, or whom something was sent to. */
  instanceId: string | null;
  /** Of a timer, epoch milliseconds. */
  dueMs: number | null;
  /** What the engine has noted on its rows; null: nothing. */
  note: string | null;
  version: number;
}

export class CompactHistory {
  readonly #all: Operation[] = [];
  #key = '';
  #seen = 0;
  #open = new Map<number, { operation: Operation; startMs: number }>();
  /** Calls of entities by their request id. */
  readonly #requests = new Map<string, Operation>();
  /** What failed in this turn, or whose delay has just passed: its next attempt joins it. */
  #chains: Operation[] = [];
  readonly #delays = new Map<number, Operation>();
  /** Whose row was the last one. */
  #last: Operation | null = null;

  /** Of the execution's start; 0 before there is one. */
  startMs = 0;

  /** `key`: another one is another history. */
  update(key: string, events: readonly HistoryEvent[]): readonly Operation[] {
    if (key !== this.#key || events.length < this.#seen) this.#reset(key);
    for (; this.#seen < events.length; this.#seen++) {
      const event = events[this.#seen];
      if (event === undefined) continue;
      this.#take(event, this.#seen);
      if (event.Note !== undefined && this.#last?.rows.at(-1) === this.#seen) addNote(this.#last, event.Note);
    }
    return this.#all;
  }

  #reset(key: string): void {
    this.#key = key;
    this.#all.length = 0;
    this.#seen = 0;
    this.#open = new Map();
    this.#requests.clear();
    this.#chains = [];
    this.#delays.clear();
    this.#last = null;
    this.startMs = 0;
  }

  #take(event: HistoryEvent, at: number): void {
    const ms = fromTimestamp(event.Timestamp);
    const answered = answeredId(event);
    if (answered !== undefined) this.#close(event, answered, at, ms);
    switch (event.EventType) {
      case 'OrchestratorStarted':
        this.#chains = [];
        break;
      case 'ExecutionStarted': {
        this.startMs = ms;
        const parent = event.ParentInstance?.OrchestrationInstance.InstanceId ?? null;
        this.#add(at, ms, { kind: 'start', name: event.Name, input: event.Input, instanceId: parent });
        break;
      }
      case 'TaskScheduled':
      case 'SubOrchestrationInstanceCreated':
        this.#schedule(event, at, ms);
        break;
      case 'TimerCreated': {
        const retried = this.#chains.shift();
        if (retried === undefined) {
          const timer = this.#add(at, ms, { kind: 'timer', name: 'Timer', state: 'open', dueMs: fromTimestamp(event.FireAt) });
          this.#open.set(event.EventId, { operation: timer, startMs: ms });
        } else {
          this.#delays.set(event.EventId, retried);
          this.#touch(retried, at);
        }
        break;
      }
      case 'EventRaised': {
        const call = this.#requests.get(event.Name);
        if (call === undefined) this.#add(at, ms, { kind: 'event', name: event.Name, result: event.Input });
        else this.#answer(call, at, ms, answerOf(event.Input));
        break;
      }
      case 'EventSent':
        this.#send(event, at, ms);
        break;
      case 'EntityOperationCalled':
      case 'EntityOperationSignaled': {
        const isCall = event.EventType === 'EntityOperationCalled';
        const call = this.#add(at, ms, {
          kind: 'entity',
          name: event.Operation,
          state: isCall ? 'open' : 'completed',
          input: event.Input ?? null,
          instanceId: event.TargetInstanceId,
        });
        if (isCall) this.#requests.set(event.RequestId, call);
        break;
      }
      case 'EntityLockRequested':
        this.#requests.set(
          event.CriticalSectionId,
          this.#add(at, ms, { kind: 'entity', name: 'lock', state: 'open', input: JSON.stringify(event.LockSet) }),
        );
        break;
      case 'EntityOperationCompleted':
      case 'EntityOperationFailed':
      case 'EntityLockGranted': {
        const id = event.EventType === 'EntityLockGranted' ? event.CriticalSectionId : event.RequestId;
        const call = this.#requests.get(id);
        const failure = event.EventType === 'EntityOperationFailed' ? event.FailureDetails.ErrorMessage : null;
        const result = event.EventType === 'EntityOperationCompleted' ? (event.Output ?? null) : null;
        if (call !== undefined) this.#answer(call, at, ms, { result, failure });
        break;
      }
      case 'ExecutionCompleted':
      case 'ContinueAsNew': {
        const failed = event.OrchestrationStatus === 'Failed';
        this.#add(at, ms, {
          kind: 'end',
          name: event.EventType === 'ContinueAsNew' ? 'Continued as new' : event.OrchestrationStatus,
          state: failed ? 'failed' : 'completed',
          result: failed ? rootCauseLine(event.Result ?? '') : event.Result,
          failure: failed ? event.Result : null,
          runMs: this.startMs === 0 ? null : ms - this.startMs,
        });
        for (const { operation } of this.#open.values()) {
          operation.state = 'abandoned';
          operation.version++;
        }
        this.#open.clear();
        break;
      }
      case 'ExecutionTerminated':
        this.#add(at, ms, { kind: 'control', name: 'Terminated', state: 'failed', result: event.Input });
        break;
      case 'ExecutionSuspended':
      case 'ExecutionResumed':
      case 'ExecutionRewound':
        this.#add(at, ms, {
          kind: 'control',
          name: event.EventType.slice('Execution'.length),
          result: event.Reason,
        });
        break;
      case 'GenericEvent':
        this.#add(at, ms, { kind: 'control', name: 'Note', result: event.Data ?? null });
        break;
      default:
        break;
    }
  }

  #schedule(
    event: Extract<HistoryEvent, { EventType: 'TaskScheduled' | 'SubOrchestrationInstanceCreated' }>,
    at: number,
    ms: number,
  ): void {
    const isChild = event.EventType === 'SubOrchestrationInstanceCreated';
    const found = this.#chains.findIndex((chain) => chain.name === event.Name);
    const retried = found < 0 ? undefined : this.#chains.splice(found, 1)[0];
    if (retried !== undefined) {
      // K2
      retried.attempts++;
      retried.state = 'open';
      this.#touch(retried, at);
      if (isChild) retried.instanceId = event.InstanceId;
      this.#open.set(event.EventId, { operation: retried, startMs: ms });
      return;
    }
    const operation = this.#add(at, ms, {
      kind: isChild ? 'child' : 'activity',
      name: event.Name,
      state: 'open',
      input: event.Input ?? event.KeptInput ?? null,
      isInputKept: event.Input === null && event.KeptInput !== undefined,
      instanceId: isChild ? event.InstanceId : null,
    });
    this.#open.set(event.EventId, { operation, startMs: ms });
  }

  #send(event: Extract<HistoryEvent, { EventType: 'EventSent' }>, at: number, ms: number): void {
    if (!isEntityId(event.InstanceId)) {
      this.#add(at, ms, { kind: 'sent', name: event.Name, input: event.Input, instanceId: event.InstanceId });
      return;
    }
    const request = requestIn(event.Input);
    // What gives a lock back is no operation of the user's.
    if (request === undefined) return;
    const call = this.#add(at, ms, {
      kind: 'entity',
      name: request.op ?? 'lock',
      state: request.signal === true ? 'completed' : 'open',
      input: request.input ?? null,
      instanceId: event.InstanceId,
    });
    if (request.signal !== true && request.id !== undefined) this.#requests.set(request.id, call);
  }

  #close(event: HistoryEvent, id: number, at: number, ms: number): void {
    const retried = this.#delays.get(id);
    if (event.EventType === 'TimerFired' && retried !== undefined) {
      this.#delays.delete(id);
      this.#chains.push(retried);
      this.#touch(retried, at);
      return;
    }
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    const { operation } = open;
    const failed = event.EventType === 'TaskFailed' || event.EventType === 'SubOrchestrationInstanceFailed';
    const took = Math.max(0, ms - open.startMs);
    operation.queuedMs = 'QueuedMs' in event ? Math.min(took, event.QueuedMs) : operation.kind === 'activity' ? 0 : null;
    operation.runMs = took - (operation.queuedMs ?? 0);
    operation.state = failed ? 'failed' : 'completed';
    operation.result = failed ? failureOf(event) : textOf('Result' in event ? event.Result : null);
    operation.failure = failed
      ? (event.FailureDetails?.StackTrace ?? (event.Details === '' ? event.Reason : event.Details))
      : null;
    this.#touch(operation, at);
    if (failed) this.#chains.push(operation);
  }

  #answer(call: Operation, at: number, ms: number, { result, failure }: { result: string | null; failure: string | null }): void {
    call.state = failure === null ? 'completed' : 'failed';
    call.result = failure === null ? result : rootCauseLine(failure);
    call.failure = failure;
    call.runMs = Math.max(0, ms - call.startMs);
    this.#touch(call, at);
  }

  #touch(operation: Operation, at: number): void {
    operation.rows.push(at);
    operation.version++;
    this.#last = operation;
  }

  #add(at: number, startMs: number, given: Partial<Operation> & Pick<Operation, 'kind' | 'name'>): Operation {
    const operation: Operation = {
      rows: [at],
      state: 'completed',
      input: null,
      isInputKept: false,
      result: null,
      failure: null,
      startMs,
      queuedMs: null,
      runMs: null,
      attempts: 1,
      instanceId: null,
      dueMs: null,
      note: null,
      version: 0,
      ...given,
    };
    // An imported history may lack fields.
    operation.input = textOf(operation.input);
    operation.result = textOf(operation.result);
    this.#all.push(operation);
    this.#last = operation;
    return operation;
  }
}

function addNote(operation: Operation, note: string): void {
  operation.note = operation.note === null ? note : `${operation.note}; ${note}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function failureOf({
  Reason,
  Details,
  FailureDetails: details,
}: Extract<HistoryEvent, { EventType: 'TaskFailed' | 'SubOrchestrationInstanceFailed' }>): string {
  const thrown = firstThrownIn(Details ?? '') === null ? Reason : (Details ?? '');
  return rootCauseLine(details == null ? thrown : innermostMessage(details));
}

function innermostMessage({ ErrorMessage, InnerFailure }: FailureDetails): string {
  return InnerFailure == null ? ErrorMessage : innermostMessage(InnerFailure);
}

interface EntityRequest {
  id?: string;
  op?: string;
  signal?: boolean;
  input?: string;
}

/** What is sent to an entity as an event; undefined for a lock that is given back, and for what is no request. */
function requestIn(text: string | null): EntityRequest | undefined {
  const value = parsed(text);
  if (value === undefined || (!('op' in value) && !('lockset' in value))) return undefined;
  return value;
}

/** The response of an entity: `{"result": …}` or with an exception. */
function answerOf(text: string | null): { result: string | null; failure: string | null } {
  const value = parsed(text) as
    { result?: unknown; exceptionType?: unknown; failureDetails?: { ErrorMessage?: unknown } } | undefined;
  if (value === undefined) return { result: text, failure: null };
  const result = typeof value.result === 'string' ? value.result : null;
  const detail = value.failureDetails?.ErrorMessage;
  if (typeof detail === 'string') return { result: null, failure: detail };
  if (value.exceptionType !== undefined && value.exceptionType !== null) return { result: null, failure: result ?? 'Failed' };
  return { result, failure: null };
}

function parsed(text: string | null): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
