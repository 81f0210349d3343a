/** The tests' scripts as orchestrators of the Durable Task SDK for JavaScript. */
import {
  type OrchestrationContext,
  RetryPolicy,
  type Task as SdkTask,
  type TaskRetryOptions,
  type TimerTask as SdkTimer,
  type TOrchestrator,
  whenAll,
  whenAny,
} from '@microsoft/durabletask-js';
import type { ChildOptions, Retry, Script, ScriptContext, Task, TimerTask } from '../support/script-types';

/* eslint-disable @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield */
/** `script` is asked for at each replay: the code may have changed. */
export function sdkOrchestrator(script: () => Script): TOrchestrator {
  return async function* run(sdk: OrchestrationContext, input: unknown): AsyncGenerator<unknown, unknown, unknown> {
    const context = new SdkScriptContext(sdk, input);
    const generator = script()(context);
    let step = generator.next();
    while (step.done !== true) {
      let value: unknown;
      try {
        value = yield context.toSdk(step.value);
      } catch (error) {
        step = generator.throw(error);
        continue;
      }
      step = generator.next(context.fromSdk(value));
    }
    return step.value;
  } as TOrchestrator;
}
/* eslint-enable @typescript-eslint/require-await */

class SdkScriptContext implements ScriptContext {
  readonly #sdk = new Map<Task, SdkTask<unknown>>();
  readonly #ours = new Map<unknown, Task>();

  constructor(
    private readonly context: OrchestrationContext,
    readonly input: unknown,
  ) {}

  get instanceId(): string {
    return this.context.instanceId;
  }

  get executionId(): string {
    return notThere('executionId');
  }

  get parentInstanceId(): string | null {
    return this.context.parent?.instanceId ?? null;
  }

  get nowMs(): number {
    return this.context.currentUtcDateTime.getTime();
  }

  get isReplaying(): boolean {
    return this.context.isReplaying;
  }

  toSdk(task: Task): SdkTask<unknown> {
    return this.#sdk.get(task) ?? notThere('a task of another orchestrator');
  }

  fromSdk(value: unknown): unknown {
    return this.#ours.get(value) ?? value;
  }

  activity(name: string, input?: unknown): Task {
    return this.#wrap(this.context.callActivity(name, input));
  }

  activityWithRetry(name: string, retry: Retry, input?: unknown): Task {
    return this.#wrap(this.context.callActivity(name, input, { retry: sdkRetry(retry) }));
  }

  child(name: string, input?: unknown, options?: ChildOptions): Task {
    return this.#wrap(this.context.callSubOrchestrator(name, input, options));
  }

  childWithRetry(name: string, retry: Retry, input?: unknown, options?: ChildOptions): Task {
    return this.#wrap(this.context.callSubOrchestrator(name, input, { ...options, retry: sdkRetry(retry) }));
  }

  startAndForget(): void {
    notThere('startAndForget');
  }

  timer(fireAtMs: number): TimerTask {
    const timer: SdkTimer = this.context.createTimer(new Date(fireAtMs));
    const task: TimerTask = { isDone: false, cancel: () => timer.cancel() };
    return this.#link(task, timer);
  }

  waitEvent(name: string): Task {
    return this.#wrap(this.context.waitForExternalEvent(name));
  }

  waitEventFor(): Task {
    return notThere('waitEventFor');
  }

  sendEvent(instanceId: string, name: string, data: unknown): void {
    this.context.sendEvent(instanceId, name, data);
  }

  all(tasks: readonly Task[]): Task {
    return this.#wrap(whenAll(tasks.map((task) => this.toSdk(task))));
  }

  any(tasks: readonly Task[]): Task {
    return this.#wrap(whenAny(tasks.map((task) => this.toSdk(task))));
  }

  callEntity(): Task {
    return notThere('callEntity');
  }

  signalEntity(): void {
    notThere('signalEntity');
  }

  lock(): Task {
    return notThere('lock');
  }

  release(): void {
    notThere('release');
  }

  setStatus(value: unknown): void {
    this.context.setCustomStatus(value);
  }

  newGuid(): string {
    return this.context.newGuid();
  }

  continueAsNew(input: unknown, options: { preserve?: boolean } = {}): void {
    this.context.continueAsNew(input, options.preserve ?? false);
  }

  #wrap(task: SdkTask<unknown>): Task {
    return this.#link({ isDone: false }, task);
  }

  #link<T extends Task>(task: T, sdk: SdkTask<unknown>): T {
    Object.defineProperty(task, 'isDone', { get: () => sdk.isComplete });
    this.#sdk.set(task, sdk);
    this.#ours.set(sdk, task);
    return task;
  }
}

function sdkRetry({ handler, ...retry }: Retry): TaskRetryOptions {
  const { maxNumberOfAttempts, firstRetryIntervalMs, backoffCoefficient } = retry;
  if (handler !== undefined) {
    return ({ lastAttemptNumber, lastFailure }) =>
      lastAttemptNumber < maxNumberOfAttempts && handler(new Error(lastFailure.message));
  }
  return new RetryPolicy({
    maxNumberOfAttempts,
    firstRetryIntervalInMilliseconds: firstRetryIntervalMs,
    ...(backoffCoefficient === undefined ? {} : { backoffCoefficient }),
  });
}

function notThere(what: string): never {
  throw new Error(`The rows that run over gRPC have no use for ${what}.`);
}
