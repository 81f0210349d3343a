/** Runs a script over a history, from the beginning, and says what it decided: the replay of spec/engine.md 2.4 and section 3. */
import { createHash } from 'node:crypto';
import type { CompleteOrchestration, CreateTimer, Decision } from '../../src/core/decisions/decisions';
import type { EventRaised, EventSent, ExecutionStarted, FailureDetails, HistoryEvent } from '../../src/core/history/history';
import type { EpisodeOutcome, EpisodeRequest } from '../../src/core/ports/function-worker';
import { parseEntityId } from '../../src/core/values/entity-id';
import { awaitedRequestId, readAnswer } from '../../src/core/entities/entity-messages';
import { nextRetry } from '../../src/core/values/retry';
import { fromTimestamp, toTimestamp } from '../../src/core/values/time';
import { unknownFunctionMessage } from '../../src/core/values/unknown-function';
import type { ChildOptions, Retry, Script, ScriptContext, Task, TimerTask } from './script-types';

export interface ScriptFacts {
  profile: 'A' | 'G';
  activityNames: readonly string[];
  entityNames?: readonly string[];
  script: Script;
}

class NonDeterminismError extends Error {}

export class ScriptFailure extends Error {
  constructor(
    message: string,
    readonly details?: FailureDetails | null,
  ) {
    super(message);
  }
}

type Scheduling = Exclude<Decision, CompleteOrchestration>;

export class ScriptRun implements ScriptContext {
  input: unknown;
  nowMs = 0;
  isReplaying = true;
  parentInstanceId: string | null = null;
  readonly instanceId: string;
  readonly executionId: string;
  #nextId: number;
  #guids = 0;
  #started: ExecutionStarted | undefined;
  #generator: Generator<Task, unknown, unknown> | undefined;
  #result: { value?: unknown; error?: Error } | undefined;
  #completion: CompleteOrchestration | undefined;
  #continued: { input: unknown; preserve: boolean; version?: string } | undefined;
  #carried: EventRaised[] = [];
  #pending = new Map<number, Scheduling>();
  #stashed = new Map<number, Scheduling>();
  readonly #open = new Map<number, { task: Task; kind: 'task' | 'timer' | 'child' }>();
  readonly #waiters: { name: string; task: Task }[] = [];
  readonly #buffered: EventRaised[] = [];
  readonly #requests = new Map<string, Task>();
  #locked: { id: string; lockSet: readonly string[] } | null = null;
  #isSuspended = false;
  #held: HistoryEvent[] = [];
  #status: string | null = null;

  constructor(
    private readonly facts: ScriptFacts,
    private readonly request: EpisodeRequest,
  ) {
    this.instanceId = request.instanceId;
    this.executionId = request.executionId;
    this.#nextId = facts.profile === 'A' ? 0 : 1;
  }

  outcome(): EpisodeOutcome {
    try {
      for (const event of this.request.history) this.#process(event);
      this.isReplaying = false;
      for (const event of this.request.newEvents) this.#process(event);
      this.#finishA();
    } catch (error) {
      if (!(error instanceof NonDeterminismError)) throw error;
      this.#complete('Failed', this.#failureText(error.message), { ErrorType: 'NonDeterminismError', error });
    }
    const decisions: Decision[] = [...this.#pending.values()];
    if (this.#completion !== undefined) decisions.push(this.#completion);
    decisions.sort((a, b) => a.id - b.id);
    return { decisions, customStatus: this.#status, awaitedEvents: this.#waiters.map((waiter) => waiter.name) };
  }

  // --- what scripts call ---

  activity(name: string, input: unknown = null): Task {
    if (this.facts.profile === 'A' && !this.facts.activityNames.includes(name.toLowerCase())) {
      throw new Error(unknownFunctionMessage(name, 'activity', this.facts.activityNames));
    }
    const id = this.#nextId++;
    const text = this.facts.profile === 'A' ? JSON.stringify([input]) : JSON.stringify(input);
    return this.#schedule({ type: 'ScheduleTask', id, name, input: text }, 'task');
  }

  activityWithRetry(name: string, retry: Retry, input?: unknown): Task {
    return this.#retried(retry, () => this.activity(name, input));
  }

  child(name: string, input: unknown = null, options: ChildOptions = {}): Task {
    const id = this.#nextId;
    const instanceId = options.instanceId ?? this.#defaultChildId(id);
    if (instanceId === this.instanceId || instanceId === this.parentInstanceId) {
      throw new Error(`The child id '${instanceId}' is the orchestration's own id or its parent's.`);
    }
    this.#nextId++;
    const version = options.version === undefined ? {} : { version: options.version };
    const tags = options.tags === undefined ? {} : { tags: options.tags };
    return this.#schedule(
      { type: 'CreateSubOrchestration', id, name, instanceId, input: JSON.stringify(input), ...version, ...tags },
      options.tags?.['FireAndForget'] === undefined ? 'child' : null,
    );
  }

  childWithRetry(name: string, retry: Retry, input?: unknown, options?: ChildOptions): Task {
    return this.#retried(retry, () => this.child(name, input, options));
  }

  startAndForget(name: string, input?: unknown, options: ChildOptions = {}): void {
    this.child(name, input, { ...options, tags: { ...options.tags, FireAndForget: '' } });
  }

  timer(fireAtMs: number): TimerTask {
    const id = this.#nextId++;
    const decision: CreateTimer = { type: 'CreateTimer', id, fireAt: toTimestamp(fireAtMs) };
    const task = this.#schedule(decision, 'timer') as TimerTask;
    task.cancel = () => {
      this.#open.delete(id);
      if (this.facts.profile === 'G') this.#pending.delete(id);
    };
    return task;
  }

  waitEvent(name: string): Task {
    const task: Task = { isDone: false };
    const at = this.#buffered.findIndex((event) => sameName(event.Name, name));
    const event = at < 0 ? undefined : this.#buffered.splice(at, 1)[0];
    if (event === undefined) this.#waiters.push({ name, task });
    else settle(task, parse(event.Input));
    return task;
  }

  waitEventFor(name: string, timeoutMs: number): Task {
    const event = this.waitEvent(name);
    const timer = this.timer(this.nowMs + timeoutMs);
    const result: Task = { isDone: false };
    whenDone(event, () => {
      if (result.isDone) return;
      timer.cancel();
      settle(result, event.value);
    });
    whenDone(timer, () => {
      if (!result.isDone) settle(result, undefined, new Error(`Event '${name}' did not come in time.`));
    });
    return result;
  }

  sendEvent(instanceId: string, name: string, data: unknown): void {
    const id = this.#nextId++;
    this.#schedule({ type: 'SendEvent', id, instanceId, name, input: JSON.stringify(data) }, null);
  }

  callEntity(entityId: string, operation: string, input?: unknown): Task {
    this.#mayCall(entityId);
    const requestId = this.newGuid();
    const text = input === undefined ? null : JSON.stringify(input);
    return this.#request(requestId, (id) =>
      this.facts.profile === 'G'
        ? { type: 'CallEntity', id, requestId, instanceId: entityId, operation, input: text }
        : this.#toEntity(id, entityId, {
            id: requestId,
            op: operation,
            ...(text === null ? {} : { input: text }),
            ...this.#sender(),
          }),
    );
  }

  signalEntity(entityId: string, operation: string, input?: unknown, scheduledTime?: string): void {
    const requestId = this.newGuid();
    const id = this.#nextId++;
    const text = input === undefined ? null : JSON.stringify(input);
    const due = scheduledTime === undefined ? {} : { scheduledTime };
    const request = { id: requestId, op: operation, signal: true, ...(text === null ? {} : { input: text }), ...this.#sender() };
    this.#schedule(
      this.facts.profile === 'G'
        ? { type: 'SignalEntity', id, requestId, instanceId: entityId, operation, input: text, ...due }
        : this.#toEntity(id, entityId, scheduledTime === undefined ? request : { ...request, due: scheduledTime }, scheduledTime),
      null,
    );
  }

  lock(...entityIds: string[]): Task {
    const requestId = this.newGuid();
    const lockSet = [...new Set(entityIds)].sort();
    this.#locked = { id: requestId, lockSet };
    const lockset = lockSet.flatMap((one) => parseEntityId(one) ?? []);
    return this.#request(requestId, (id) =>
      this.facts.profile === 'G'
        ? { type: 'LockEntities', id, criticalSectionId: requestId, lockSet: entityIds }
        : this.#toEntity(id, lockSet[0] ?? '', { id: requestId, ...this.#sender(), lockset, pos: 0 }),
    );
  }

  release(): void {
    const locked = this.#locked;
    this.#locked = null;
    for (const instanceId of locked?.lockSet ?? []) {
      const criticalSectionId = locked?.id ?? '';
      const id = this.#nextId++;
      const input = JSON.stringify({ parent: this.instanceId, id: criticalSectionId });
      this.#schedule(
        this.facts.profile === 'G'
          ? { type: 'UnlockEntity', id, criticalSectionId, instanceId }
          : { type: 'SendEvent', id, instanceId, name: 'release', input },
        null,
      );
    }
  }

  #mayCall(entityId: string): void {
    const name = parseEntityId(entityId)?.name ?? '';
    if (this.facts.profile === 'A' && !(this.facts.entityNames ?? []).includes(name)) {
      throw new Error(unknownFunctionMessage(name, 'entity', this.facts.entityNames ?? []));
    }
    if (this.#locked !== null && !this.#locked.lockSet.includes(entityId)) {
      throw new Error('Must not call an entity from a critical section unless it is one of the locked ones.');
    }
  }

  #sender(): { parent: string; parentExecution: string } {
    return { parent: this.instanceId, parentExecution: this.executionId };
  }

  #toEntity(id: number, instanceId: string, request: object, due?: string): Scheduling {
    const name = due === undefined ? 'op' : `op@${due}`;
    return { type: 'SendEvent', id, instanceId, name, input: JSON.stringify(request) };
  }

  #request(requestId: string, decide: (id: number) => Scheduling): Task {
    const task: Task = { isDone: false };
    const decision = decide(this.#nextId++);
    this.#pending.set(decision.id, decision);
    this.#requests.set(requestId, task);
    return task;
  }

  #entityAnswered(requestId: string, text: string | null, failure?: string): boolean {
    const task = this.#requests.get(requestId);
    if (task === undefined) return false;
    this.#requests.delete(requestId);
    settle(task, text === null ? undefined : parse(text), failure === undefined ? undefined : new Error(failure));
    return true;
  }

  all(tasks: readonly Task[]): Task {
    const result: Task = { isDone: false };
    let left = tasks.length;
    const done = (): void => {
      if (--left > 0) return;
      const failed = tasks.find((task) => task.error !== undefined);
      settle(
        result,
        tasks.map((task) => task.value),
        failed?.error,
      );
    };
    if (left === 0) settle(result, []);
    for (const task of tasks) whenDone(task, done);
    return result;
  }

  any(tasks: readonly Task[]): Task {
    const result: Task = { isDone: false };
    for (const task of tasks) whenDone(task, () => (result.isDone ? undefined : settle(result, task)));
    return result;
  }

  setStatus(value: unknown): void {
    this.#status = value === undefined || value === null ? null : JSON.stringify(value);
  }

  /** The answer comes under the id that was sent, whoever chose it. */
  #adoptRequestId({ EventId, Name, Input }: EventSent): void {
    const decision = this.#pending.get(EventId);
    if (decision?.type !== 'SendEvent') return;
    const made = awaitedRequestId(decision.name, decision.input);
    const sent = awaitedRequestId(Name, Input);
    const task = made === null ? undefined : this.#requests.get(made);
    if (made === null || sent === null || task === undefined) return;
    this.#requests.delete(made);
    this.#requests.set(sent, task);
  }

  /** The .NET in-proc form of spec/engine.md 3.5. */
  newGuid(): string {
    const space = Buffer.from('9e952959-5e33-4daf-827f-2fa12937b875'.replaceAll('-', ''), 'hex');
    const hash = createHash('sha1')
      .update(space)
      .update(`${this.instanceId}_${toTimestamp(this.nowMs)}_${this.#guids++}`)
      .digest()
      .subarray(0, 16);
    hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
    hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
    const hex = hash.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  continueAsNew(input: unknown, options: { preserve?: boolean; version?: string } = {}): void {
    const version = options.version === undefined ? {} : { version: options.version };
    this.#continued = { input, preserve: options.preserve ?? false, ...version };
  }

  // --- replay ---

  #process(event: HistoryEvent): void {
    if (event.EventType === 'OrchestratorStarted') {
      this.nowMs = Math.max(this.nowMs, fromTimestamp(event.Timestamp));
      return;
    }
    if (this.facts.profile === 'G' && this.#completion !== undefined) return;
    const passes =
      event.EventType === 'ExecutionResumed' ||
      event.EventType === 'ExecutionTerminated' ||
      event.EventType === 'ExecutionSuspended' ||
      isScheduling(event);
    if (this.#isSuspended && !passes) {
      this.#held.push(event);
      return;
    }
    switch (event.EventType) {
      case 'ExecutionStarted':
        this.#started = event;
        this.input = parse(event.Input);
        this.parentInstanceId = event.ParentInstance?.OrchestrationInstance.InstanceId ?? null;
        this.#generator = this.facts.script(this);
        this.#step(undefined);
        break;
      case 'TaskScheduled':
        this.#confirm(event, 'ScheduleTask', event.Name);
        break;
      case 'TimerCreated':
        this.#confirm(event, 'CreateTimer', '');
        break;
      case 'SubOrchestrationInstanceCreated':
        this.#confirm(event, 'CreateSubOrchestration', event.Name);
        break;
      case 'EventSent':
        this.#adoptRequestId(event);
        this.#confirm(event, 'SendEvent', event.Name);
        break;
      case 'TaskCompleted':
      case 'SubOrchestrationInstanceCompleted':
        this.#answer(event.TaskScheduledId, parse(event.Result));
        break;
      case 'TaskFailed':
      case 'SubOrchestrationInstanceFailed':
        this.#answer(event.TaskScheduledId, undefined, new ScriptFailure(event.Reason, event.FailureDetails ?? null));
        break;
      case 'TimerFired':
        this.#answer(event.TimerId, undefined);
        break;
      case 'EventRaised': {
        const answer = this.#requests.has(event.Name) ? readAnswer(event.Input) : null;
        const failure = answer?.exceptionType === undefined ? undefined : String(parse(answer.result));
        // What a grant says is a text, and no JSON.
        const result = answer?.result === granted ? null : (answer?.result ?? null);
        if (!this.#entityAnswered(event.Name, result, failure)) this.#raise(event);
        break;
      }
      case 'EntityOperationCalled':
        this.#confirm(event, 'CallEntity', '');
        break;
      case 'EntityOperationSignaled':
        this.#confirm(event, 'SignalEntity', '');
        break;
      case 'EntityLockRequested':
        this.#confirm(event, 'LockEntities', '');
        break;
      case 'EntityUnlockSent':
        this.#confirm(event, 'UnlockEntity', '');
        break;
      case 'EntityOperationCompleted':
        this.#entityAnswered(event.RequestId, event.Output);
        break;
      case 'EntityOperationFailed':
        this.#entityAnswered(event.RequestId, null, event.FailureDetails.ErrorMessage);
        break;
      case 'EntityLockGranted':
        this.#entityAnswered(event.CriticalSectionId, null);
        break;
      case 'ExecutionSuspended':
        if (this.#isSuspended) break;
        this.#isSuspended = true;
        // durabletask-js does not hold back what is scheduled already.
        if (this.facts.profile === 'A') {
          this.#stashed = this.#pending;
          this.#pending = new Map();
        }
        break;
      case 'ExecutionResumed': {
        if (!this.#isSuspended) break;
        this.#isSuspended = false;
        if (this.facts.profile === 'A') this.#pending = new Map([...this.#stashed, ...this.#pending]);
        const held = this.#held;
        this.#held = [];
        for (const each of held) this.#process(each);
        break;
      }
      case 'ExecutionTerminated':
        this.#complete('Terminated', event.Input);
        break;
      case 'OrchestratorCompleted':
      case 'ExecutionCompleted':
      case 'ExecutionRewound':
      case 'ContinueAsNew':
      case 'GenericEvent':
        break;
    }
    if (this.facts.profile === 'G') this.#finish();
  }

  #step(value: unknown, error?: Error): void {
    if (this.#generator === undefined) return;
    try {
      const step = error === undefined ? this.#generator.next(value) : this.#generator.throw(error);
      if (step.done === true) {
        this.#result = { value: step.value };
        return;
      }
      const task = step.value;
      whenDone(task, () => this.#step(task.value, task.error));
    } catch (thrown) {
      this.#result = { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
    }
  }

  #schedule(decision: Scheduling, kind: 'task' | 'timer' | 'child' | null): Task {
    const task: Task = { isDone: false };
    this.#pending.set(decision.id, decision);
    if (kind === null) task.isDone = true;
    else this.#open.set(decision.id, { task, kind });
    return task;
  }

  #retried(retry: Retry, attempt: () => Task): Task {
    const result: Task = { isDone: false };
    const firstMs = this.nowMs;
    const run = (failures: number): void => {
      const task = attempt();
      whenDone(task, () => {
        const { error } = task;
        if (error === undefined) {
          settle(result, task.value);
          return;
        }
        const isLast = failures + 1 >= retry.maxNumberOfAttempts;
        const isFinal = error instanceof ScriptFailure && error.details?.IsNonRetriable === true;
        const refused = isFinal || (!isLast && retry.handler?.(error) === false);
        const next = refused ? null : nextRetry(retry, failures, firstMs, this.nowMs);
        // durabletask-js: a handler that says yes schedules again at once.
        if (this.facts.profile === 'G' && retry.handler !== undefined && !refused && !isLast) {
          run(failures + 1);
          return;
        }
        // Only the reference context sets the timer of no length after the last attempt.
        if (next === null || (!next.again && this.facts.profile === 'G')) {
          settle(result, undefined, error);
          return;
        }
        whenDone(this.timer(this.nowMs + next.delayMs), () =>
          next.again ? run(failures + 1) : settle(result, undefined, error),
        );
      });
    };
    run(0);
    return result;
  }

  #confirm(event: HistoryEvent, type: Scheduling['type'], name: string): void {
    const decision = this.#pending.get(event.EventId) ?? this.#stashed.get(event.EventId);
    const known = decision !== undefined && 'name' in decision ? decision.name : '';
    const isSame =
      decision?.type === type && (this.facts.profile === 'A' ? known.toLowerCase() === name.toLowerCase() : known === name);
    if (!isSame) {
      throw new NonDeterminismError(
        `Non-Deterministic workflow detected: an earlier execution scheduled ${event.EventType} ${name} with sequence number ${event.EventId}; ` +
          `this one ${decision === undefined ? 'has not' : `does ${decision.type} ${known}`}. Did the code change after the instance started?`,
      );
    }
    this.#pending.delete(event.EventId);
    this.#stashed.delete(event.EventId);
  }

  #answer(id: number, value: unknown, error?: Error): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    settle(open.task, value, error);
  }

  #raise(event: EventRaised): void {
    if (this.#continued !== undefined) {
      this.#carried.push(event);
      return;
    }
    const isMine = (waiter: { name: string }): boolean => sameName(waiter.name, event.Name);
    const at = this.facts.profile === 'A' ? this.#waiters.findLastIndex(isMine) : this.#waiters.findIndex(isMine);
    const waiter = at < 0 ? undefined : this.#waiters.splice(at, 1)[0];
    if (waiter === undefined) this.#buffered.push(event);
    else settle(waiter.task, parse(event.Input));
  }

  /** Profile A completes after the last event, and only when nothing is open. */
  #finishA(): void {
    if (this.facts.profile === 'A' && this.#open.size === 0) this.#finish();
  }

  #finish(): void {
    if (this.#result === undefined || this.#completion !== undefined) return;
    const { error, value } = this.#result;
    if (error !== undefined) {
      this.#complete('Failed', this.#failureText(error.message), { ErrorType: error.name, error });
    } else if (this.#continued === undefined) {
      this.#complete('Completed', value === undefined ? 'null' : JSON.stringify(value));
    } else {
      const { input, preserve, version } = this.#continued;
      if (preserve && this.facts.profile === 'A') {
        for (const event of this.#buffered) this.sendEvent(this.instanceId, event.Name, parse(event.Input));
      } else if (preserve) {
        this.#carried.unshift(...this.#buffered);
      }
      this.#completion = {
        type: 'CompleteOrchestration',
        id: this.#nextId++,
        status: 'ContinuedAsNew',
        result: JSON.stringify(input),
        ...(version === undefined ? {} : { newVersion: version }),
        carryoverEvents: this.#carried,
      };
    }
  }

  #complete(
    status: 'Completed' | 'Failed' | 'Terminated',
    result: string | null,
    failure?: { ErrorType: string; error: Error },
  ): void {
    if (this.#completion !== undefined) return;
    this.#completion = {
      type: 'CompleteOrchestration',
      id: this.#nextId++,
      status,
      result,
      ...(failure === undefined || this.facts.profile === 'A'
        ? {}
        : {
            failureDetails: {
              ErrorType: failure.ErrorType,
              ErrorMessage: failure.error.message,
              StackTrace: null,
              IsNonRetriable: false,
            },
          }),
    };
  }

  #failureText(message: string): string {
    return this.facts.profile === 'A' ? `Orchestrator function '${this.request.name}' failed: ${message}` : message;
  }

  #defaultChildId(id: number): string {
    const parent = this.#started?.OrchestrationInstance.ExecutionId ?? this.executionId;
    return this.facts.profile === 'A' ? `${parent}:${id}` : `${parent}:${id.toString(16).padStart(4, '0')}`;
  }
}

function isScheduling(event: HistoryEvent): boolean {
  return (
    event.EventType === 'TaskScheduled' ||
    event.EventType === 'TimerCreated' ||
    event.EventType === 'SubOrchestrationInstanceCreated' ||
    event.EventType === 'EventSent' ||
    event.EventType === 'EntityOperationCalled' ||
    event.EventType === 'EntityOperationSignaled' ||
    event.EventType === 'EntityLockRequested' ||
    event.EventType === 'EntityUnlockSent'
  );
}

function settle(task: Task, value: unknown, error?: Error): void {
  task.isDone = true;
  task.value = value;
  if (error !== undefined) task.error = error;
  for (const call of task.then ?? []) call();
}

function whenDone(task: Task, call: () => void): void {
  if (task.isDone) call();
  else (task.then ??= []).push(call);
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

const granted = 'Lock Acquisition Completed';

function parse(text: string | null): unknown {
  return text === null ? null : (JSON.parse(text) as unknown);
}
