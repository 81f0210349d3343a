/**
 * The app's own copies of durable-functions 2.x and 3.x, opened at one place: `TaskOrchestrationExecutor.prototype.execute`. An invocation
 * that somebody waits for here is handed over instead of being run to its end, so that its executor can be fed event by event.
 * A copy whose shape is not the one this was written for is left alone: its orchestrations run cold.
 */

import { throwingErrors } from './thrown-errors';

/** A task of the SDK. `isPlayed` feeds `context.df.isReplaying` when the code resumes on it. */
export interface SdkTask {
  /** A number for scheduled work, a name for an event; of others false or missing. */
  id?: unknown;
  isPlayed: boolean;
  hasResult: boolean;
  /** What it asks for; `noOp` where the engine asks for it by itself, as for all but the first attempt of a retry. */
  action?: unknown;
  parent?: SdkTask;
  /** Of a group. */
  children?: readonly SdkTask[];
  setValue(isError: boolean, value: unknown, executor?: unknown): void;
}

/** `context.df` of an orchestrator function. */
export interface SdkOrchestrationContext {
  instanceId: string;
  parentInstanceId: string | undefined;
  currentUtcDateTime: Date;
  isReplaying: boolean;
  customStatus?: unknown;
  longRunningTimerIntervalDuration: unknown;
  maximumShortTimerDuration: unknown;
  defaultHttpAsyncRequestSleepTimeMillseconds: number;
}

export interface SdkInvocationContext {
  df: SdkOrchestrationContext;
  /** SDK 2.x only. */
  done?: (error?: unknown, result?: unknown) => void;
  suppressAsyncDoneError?: boolean;
}

type OrchestratorFunction = (context: SdkInvocationContext) => unknown;

export interface SdkExecutor {
  schemaVersion: number;
  context: SdkOrchestrationContext;
  generator: unknown;
  actions: unknown[];
  /** By the number of the call; an event of that name is taken for its answer. */
  openTasks: Readonly<Record<string, SdkTask | undefined>>;
  /** What the code waits for. */
  currentTask: SdkTask;
  output: unknown;
  exception: unknown;
  orchestratorReturned: boolean;
  willContinueAsNew: boolean;
  _isReplaying?: boolean;
  processEvent(event: object): void;
  isDoneExecuting(): boolean;
  constructor: unknown;
}

/** One orchestrator invocation, ready to be fed. */
export interface SdkRun {
  executor: SdkExecutor;
  context: SdkInvocationContext;
  schemaVersion: number;
  orchestrator: OrchestratorFunction;
  /** 3.x leaves every falsy custom status out of its answer, 2.x only null and undefined. */
  dropsFalsyStatus: boolean;
}

interface ExecutorPrototype {
  execute(
    this: SdkExecutor,
    context: SdkInvocationContext,
    history: unknown,
    schemaVersion: number,
    fn: OrchestratorFunction,
  ): Promise<unknown>;
}

interface Undo {
  restore(): void;
}

export class SdkHooks {
  private readonly expected = new Map<string, (run: SdkRun) => void>();
  private readonly patched = new Map<object, Undo>();
  private readonly completed: SdkTask[] = [];
  private collecting: SdkTask[] | null = null;

  /** Opens every copy of the SDK among the loaded modules (`require.cache`) that is not open yet. Returns how many are open. */
  attach(modules: Readonly<Record<string, { exports?: unknown } | undefined>>): number {
    for (const [file, module] of Object.entries(modules)) {
      if (!/taskorchestrationexecutor\.js$/i.test(file)) continue;
      const executorClass = (module?.exports as { TaskOrchestrationExecutor?: unknown } | undefined)?.TaskOrchestrationExecutor;
      if (typeof executorClass === 'function' && !this.patched.has(executorClass))
        this.open(executorClass as new () => SdkExecutor);
    }
    return this.patched.size;
  }

  /**
   * Copies that a bundler has put into a file of the app are no modules that could be found afterwards, but each still gives its class to its
   * exports under its name. What does so from now on is opened when the function returned is called, after which nothing is watched any more.
   */
  watchBundles(): () => void {
    const name = 'TaskOrchestrationExecutor';
    const found = new Set<new () => SdkExecutor>();
    const keep = (exported: object, value: unknown): void => {
      Object.defineProperty(exported, name, { value, configurable: true, enumerable: true, writable: true });
    };
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      get: () => undefined,
      set(this: object, first: unknown) {
        // TypeScript's modules begin with `exports.X = void 0`.
        if (first !== undefined) {
          keep(this, first);
          return;
        }
        const set = (value: unknown): void => {
          if (typeof value === 'function') found.add(value as new () => SdkExecutor);
          keep(this, value);
        };
        Object.defineProperty(this, name, { configurable: true, enumerable: true, get: () => undefined, set });
      },
    });
    return () => {
      Reflect.deleteProperty(Object.prototype, name);
      for (const executorClass of found) if (!this.patched.has(executorClass)) this.open(executorClass);
    };
  }

  /** Gives every copy back as it was. */
  detach(): void {
    for (const undo of this.patched.values()) undo.restore();
    this.patched.clear();
    this.expected.clear();
  }

  get isAttached(): boolean {
    return this.patched.size > 0;
  }

  /** The next execution for the instance is handed to `begin`; the invocation itself is over then, without a state. */
  expect(instanceId: string, begin: (run: SdkRun) => void): void {
    this.expected.set(instanceId, begin);
  }

  cancel(instanceId: string): void {
    this.expected.delete(instanceId);
  }

  /** Runs `feed`; afterwards every task that got its value in it counts as played, as it would when the history is replayed. */
  playing(feed: () => void): void {
    try {
      this.collect(this.completed, feed);
    } finally {
      countAsPlayed(this.completed);
    }
  }

  /** Runs `feed`; the tasks that get their value in it are added to `completed`, for `countAsPlayed` when their episode is over. */
  collect<T>(completed: SdkTask[], feed: () => T): T {
    const before = this.collecting;
    this.collecting = completed;
    try {
      return feed();
    } finally {
      this.collecting = before;
    }
  }

  private open(executorClass: new () => SdkExecutor): void {
    const shape = shapeOf(executorClass);
    if (shape === null) return;
    const { prototype, taskPrototype, dropsFalsyStatus } = shape;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the executor as `this` below
    const { execute } = prototype;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the task as `this` below
    const { setValue } = taskPrototype;
    const { expected } = this;
    const note = (task: SdkTask): void => {
      this.collecting?.push(task);
    };
    prototype.execute = function (context, history, schemaVersion, orchestrator) {
      const begin = expected.get(context.df.instanceId);
      if (begin === undefined) {
        return execute.call(this, context, history, schemaVersion, (given) => throwingErrors(() => orchestrator(given)));
      }
      expected.delete(context.df.instanceId);
      begin({ executor: this, context, schemaVersion, orchestrator, dropsFalsyStatus });
      endInvocation(context);
      return Promise.resolve(undefined);
    };
    taskPrototype.setValue = function (isError, value, executor) {
      note(this);
      setValue.call(this, isError, value, executor);
    };
    this.patched.set(executorClass, {
      restore() {
        prototype.execute = execute;
        taskPrototype.setValue = setValue;
      },
    });
  }
}

/** From now on these tasks count as played, as they would when the history is replayed. Empties the list. */
export function countAsPlayed(completed: SdkTask[]): void {
  for (const task of completed) {
    task.isPlayed = true;
    const { parent } = task;
    if (parent !== undefined && isPlayedByChild(parent)) parent.isPlayed = true;
  }
  completed.length = 0;
}

/**
 * Whether a task that goes on counts as played because one of its children does. In SDK 3.x it takes that from its children one by one;
 * in 2.x from all or some of them, which for retries and long timers, whose last child is still to come, are those that are over.
 */
function isPlayedByChild(task: SdkTask): boolean {
  if (!('trySetIsPlayed' in task)) return true;
  return 'isWaitingOnTimer' in task || 'maximumTimerDuration' in task || 'defaultHttpAsyncRequestSleepDuration' in task;
}

/** SDK 2.x ends its invocation by a callback, 3.x by returning. */
function endInvocation(context: SdkInvocationContext): void {
  if (typeof context.done !== 'function') return;
  context.suppressAsyncDoneError = true;
  context.done(undefined, undefined);
}

interface Shape {
  prototype: ExecutorPrototype;
  taskPrototype: SdkTask;
  dropsFalsyStatus: boolean;
}

const methods = [
  'processEvent',
  'isDoneExecuting',
  'hasCompletedSuccessfully',
  'setTaskValue',
  'tryResumingUserCode',
  'trackOpenTask',
  'addToActions',
];

/** The events with results, by number: the executor is given these, 0, 12 and 14, and passes over all others. */
const resultEvents = '5,6,8,9,11,15';

/** Null unless everything that is relied on is there. */
function shapeOf(executorClass: new () => SdkExecutor): Shape | null {
  const prototype = executorClass.prototype as Record<string, unknown> | undefined;
  if (prototype === undefined) return null;
  if (!methods.every((name) => typeof prototype[name] === 'function')) return null;
  if (typeof prototype['execute'] !== 'function' || prototype['execute'].length !== 4) return null;
  let fresh: Record<string, unknown>;
  try {
    fresh = new executorClass() as unknown as Record<string, unknown>;
  } catch {
    // A constructor that wants arguments is not the one known here.
    return null;
  }
  const taskPrototype = taskBaseOf(fresh['currentTask']);
  const hasState =
    Array.isArray(fresh['actions']) &&
    ['openTasks', 'openEvents', 'deferredTasks', 'eventToTaskValuePayload'].every((name) => typeof fresh[name] === 'object') &&
    ['orchestratorReturned', 'willContinueAsNew'].every((name) => fresh[name] === false) &&
    fresh['sequenceNumber'] === 0 &&
    Object.keys(fresh['eventToTaskValuePayload'] as object).join() === resultEvents;
  if (taskPrototype === null || !hasState) return null;
  return {
    prototype: prototype as unknown as ExecutorPrototype,
    taskPrototype,
    dropsFalsyStatus: '_isReplaying' in fresh || isVersion3(prototype),
  };
}

/** The prototype that every task of the SDK shares: the one with its own `setValue` above the executor's first task. */
function taskBaseOf(task: unknown): SdkTask | null {
  let prototype: unknown = task;
  while (typeof prototype === 'object' && prototype !== null) {
    if (Object.hasOwn(prototype, 'setValue') && Object.hasOwn(prototype, 'propagate')) return prototype as SdkTask;
    prototype = Object.getPrototypeOf(prototype);
  }
  return null;
}

/** 3.x returns its state, 2.x calls `context.done` with it. */
function isVersion3(prototype: Record<string, unknown>): boolean {
  return !String(prototype['execute']).includes('context.done');
}
