/** Test scripts on the real durable-functions package: what of `ScriptContext` a JavaScript app can do too. */
import type { Retry, Script, ScriptContext, Task } from '../support/script-types';

/** As much of `context.df` and of the package as is needed. */
interface Df {
  instanceId: string;
  parentInstanceId: string | undefined;
  currentUtcDateTime: Date;
  isReplaying: boolean;
  getInput(): unknown;
  callActivity(name: string, input?: unknown): SdkTask;
  callActivityWithRetry(name: string, retry: object, input?: unknown): SdkTask;
  callSubOrchestrator(name: string, input?: unknown, instanceId?: string): SdkTask;
  callSubOrchestratorWithRetry(name: string, retry: object, input?: unknown, instanceId?: string): SdkTask;
  createTimer(fireAt: Date): SdkTask;
  waitForExternalEvent(name: string): SdkTask;
  callEntity(id: object, operation: string, input?: unknown): SdkTask;
  signalEntity(id: object, operation: string, input?: unknown): void;
  setCustomStatus(value: unknown): void;
  continueAsNew(input: unknown): void;
  newGuid(value: string): string;
  Task: { all(tasks: readonly unknown[]): SdkTask; any(tasks: readonly unknown[]): SdkTask };
}
type SdkTask = Task;
export interface Package {
  RetryOptions: new (firstMs: number, attempts: number) => Record<string, unknown>;
  EntityId: new (name: string, key: string) => object;
}

/** The marker by which a test knows that a scenario is none for a JavaScript app. */
export const notInJavaScript = 'not in JavaScript';

export function runOnSdk(script: Script, { df }: { df: Df }, { RetryOptions, EntityId }: Package): ReturnType<Script> {
  const unsupported = (what: string): never => {
    throw new Error(`${notInJavaScript}: ${what}`);
  };
  /** Scripts only wait for tasks and compare them. */
  const task = (made: SdkTask): Task => made;
  const retry = ({ handler, ...policy }: Retry): object => {
    if (handler !== undefined) unsupported('retry handlers');
    const options = new RetryOptions(policy.firstRetryIntervalMs, policy.maxNumberOfAttempts);
    if (policy.backoffCoefficient !== undefined) options['backoffCoefficient'] = policy.backoffCoefficient;
    if (policy.maxRetryIntervalMs !== undefined) options['maxRetryIntervalInMilliseconds'] = policy.maxRetryIntervalMs;
    if (policy.retryTimeoutMs !== undefined) options['retryTimeoutInMilliseconds'] = policy.retryTimeoutMs;
    return options;
  };
  const entity = (id: string): object => {
    const [, name = '', key = ''] = /^@([^@]*)@(.*)$/.exec(id) ?? [];
    return new EntityId(name, key);
  };
  const context: ScriptContext = {
    instanceId: df.instanceId,
    executionId: '',
    parentInstanceId: df.parentInstanceId ?? null,
    get input() {
      return df.getInput();
    },
    get nowMs() {
      return df.currentUtcDateTime.getTime();
    },
    get isReplaying() {
      return df.isReplaying;
    },
    activity: (name, input) => task(df.callActivity(name, input)),
    activityWithRetry: (name, policy, input) => task(df.callActivityWithRetry(name, retry(policy), input)),
    child: (name, input, options) => task(df.callSubOrchestrator(name, input, options?.instanceId)),
    childWithRetry: (name, policy, input, options) =>
      task(df.callSubOrchestratorWithRetry(name, retry(policy), input, options?.instanceId)),
    startAndForget: () => unsupported('fire and forget'),
    timer: (fireAtMs) => task(df.createTimer(new Date(fireAtMs))) as ReturnType<ScriptContext['timer']>,
    waitEvent: (name) => task(df.waitForExternalEvent(name)),
    waitEventFor: () => unsupported('a wait with a time-out'),
    sendEvent: () => unsupported('sending events'),
    all: (tasks) => task(df.Task.all(tasks)),
    any: (tasks) => task(df.Task.any(tasks)),
    callEntity: (id, operation, input) => task(df.callEntity(entity(id), operation, input)),
    signalEntity: (id, operation, input, scheduledTime) =>
      scheduledTime === undefined ? df.signalEntity(entity(id), operation, input) : unsupported('scheduled signals'),
    lock: () => unsupported('this form of locks'),
    release: () => unsupported('this form of locks'),
    setStatus: (value) => df.setCustomStatus(value),
    newGuid: () => df.newGuid('guid'),
    continueAsNew: (input, options) =>
      options === undefined ? df.continueAsNew(input) : unsupported('options of continueAsNew'),
  };
  return script(context);
}
