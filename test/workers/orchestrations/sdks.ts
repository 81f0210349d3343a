/** The three published generations of durable-functions, called as a worker process would call them. */
import { createRequire } from 'node:module';
import { InvocationContext } from '@azure/functions';
import type { OrchestratorInvocation } from '../../../src/workers/node/child/orchestrations/orchestration-runner';

const load = createRequire(__filename);

export type SdkVersion = '1.5.4' | '2.1.3' | '3.5.0';

/** What tests use of `context.df`; the same in all three where it exists. */
export interface Df {
  instanceId: string;
  parentInstanceId?: string;
  isReplaying: boolean;
  currentUtcDateTime: Date;
  getInput(): unknown;
  callActivity(name: string, input?: unknown): Task;
  callActivityWithRetry(name: string, retry: unknown, input?: unknown): Task;
  /** SDK 3.2 and later. */
  version?: string;
  callSubOrchestrator(name: string, input?: unknown, instanceId?: string, version?: string): Task;
  callSubOrchestratorWithRetry(name: string, retry: unknown, input?: unknown, instanceId?: string): Task;
  callHttp(...args: unknown[]): Task;
  callEntity(id: unknown, operation: string, input?: unknown): Task;
  signalEntity(id: unknown, operation: string, input?: unknown): void;
  createTimer(at: Date): TimerTask;
  waitForExternalEvent(name: string): Task;
  continueAsNew(input: unknown): unknown;
  setCustomStatus(value: unknown): void;
  newGuid(instanceId: string): string;
  Task: { all(tasks: Task[]): Task; any(tasks: Task[]): Task };
}
export interface Task {
  result?: unknown;
}
export interface TimerTask extends Task {
  cancel(): void;
}
export interface Context {
  df: Df;
  log(...args: unknown[]): void;
}
/** User code: nothing is known of what it yields, gets and returns. */
export type Orchestrator = (context: Context) => Generator<unknown, unknown, unknown>;

export interface Sdk {
  version: SdkVersion;
  isV1: boolean;
  retry(firstMs: number, attempts: number, more?: Record<string, number>): unknown;
  entityId(name: string, key: string): unknown;
  /** Registers nothing: gives back how to call the function, resolving with its answer. */
  register(orchestrator: Orchestrator, log?: (...args: unknown[]) => void): (call: OrchestratorInvocation) => Promise<unknown>;
  /** See `OrchestrationRunnerOptions.callInPlace`. */
  callInPlace?(call: OrchestratorInvocation, code: (trigger: unknown, context: object) => void, log?: Log): boolean;
}

type Log = (...args: unknown[]) => void;

interface Package {
  RetryOptions: new (firstMs: number, attempts: number) => object;
  EntityId: new (name: string, key: string) => object;
  orchestrator?(fn: Orchestrator): (context: unknown) => void;
}

interface TestingUtils {
  createOrchestrator: (fn: Orchestrator) => (trigger: unknown, context: unknown) => Promise<unknown>;
}

function sdk(version: SdkVersion, name: string, register: (df: Package) => Sdk['register']): Sdk {
  const df = load(name) as Package;
  return {
    version,
    isV1: version === '1.5.4',
    retry: (firstMs, attempts, more = {}) => Object.assign(new df.RetryOptions(firstMs, attempts), more),
    entityId: (entity, key) => new df.EntityId(entity, key),
    register: register(df),
  };
}

/** Programming model 3: the context carries the trigger as a binding and `done`. */
function model3(df: Package): Sdk['register'] {
  return (orchestrator, log = () => undefined) => {
    if (df.orchestrator === undefined) throw new Error('not an SDK for model 3');
    const listener = df.orchestrator(orchestrator);
    return ({ triggerJson }) =>
      new Promise((resolve, reject) => {
        const done = (error: unknown, result: unknown): void => {
          if (error instanceof Error) reject(error);
          else resolve(result);
        };
        listener({ bindings: { context: JSON.parse(triggerJson) as unknown }, done, log });
      });
  };
}

export const sdk1 = sdk('1.5.4', 'durable-functions-v1', model3);
export const sdk2 = sdk('2.1.3', 'durable-functions-v2', model3);
const context3 = (functionName: string, log?: Log): InvocationContext =>
  new InvocationContext({ functionName, invocationId: 'test', logHandler: (_level, ...args) => log?.(...args) });

export const sdk3: Sdk = {
  ...sdk('3.5.0', 'durable-functions', () => (orchestrator, log) => {
    const { createOrchestrator } = load('durable-functions/lib/src/util/testingUtils') as TestingUtils;
    const handler = createOrchestrator(orchestrator);
    return ({ functionName, triggerJson }) => handler(JSON.parse(triggerJson), context3(functionName, log));
  }),
  callInPlace: ({ functionName, triggerJson }, code, log) => {
    code(JSON.parse(triggerJson), context3(functionName, log));
    return true;
  },
};

export const sdks: readonly Sdk[] = [sdk1, sdk2, sdk3];

/** Loaded modules, where the runner finds the SDKs. */
export const loadedModules = load.cache;
