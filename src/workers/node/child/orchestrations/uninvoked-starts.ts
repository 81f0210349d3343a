/**
 * Orchestrations that begin without an invocation, where the package puts nothing around their code but what is made here as well: an executor and
 * `context.df`. The rest of an invocation (four promises, the trigger read and searched once more) would be paid for by every instance.
 *
 *   U1. The first instance of a function is invoked, and what its code is given is the model for the others.
 *   U2. Nothing is begun here unless a context that is made here is like the one that the package has made.
 */
import { newContext, type ContextModel } from './sdk-context';
import { withDates } from './sdk-events';
import type { SdkExecutor, SdkInvocationContext, SdkOrchestrationContext, SdkRun } from './sdk-hooks';

interface Model extends Pick<SdkRun, 'schemaVersion' | 'orchestrator' | 'dropsFalsyStatus'> {
  context: ContextModel;
  newExecutor: new () => SdkExecutor;
}

/** Of the trigger, what the package hands on. */
interface Trigger {
  history: { EventType: number; Timestamp: Date }[];
  input: unknown;
  instanceId: string;
  isReplaying: boolean;
  parentInstanceId: string | null;
}

const orchestratorStarted = 12;

export class UninvokedStarts {
  readonly #models = new Map<string, Model>();
  /** U2, by class of contexts. */
  readonly #isLike = new Map<unknown, boolean>();

  /** U1. `run`: before its code has been given anything; `trigger`: the text that the function was invoked with. */
  learn(functionName: string, run: SdkRun, trigger: string): void {
    if (this.#models.has(functionName)) return;
    const { executor, schemaVersion, orchestrator, dropsFalsyStatus } = run;
    const { df } = run.context;
    const model: Model = {
      schemaVersion,
      orchestrator,
      dropsFalsyStatus,
      newExecutor: executor.constructor as new () => SdkExecutor,
      context: {
        constructor: df.constructor,
        longRunningTimerIntervalDuration: df.longRunningTimerIntervalDuration,
        maximumShortTimerDuration: df.maximumShortTimerDuration,
        defaultHttpAsyncRequestSleepTimeMillseconds: df.defaultHttpAsyncRequestSleepTimeMillseconds,
      },
    };
    let isLike = this.#isLike.get(df.constructor);
    if (isLike === undefined) {
      isLike = isLikeMade(df, model, trigger);
      this.#isLike.set(df.constructor, isLike);
    }
    if (isLike) this.#models.set(functionName, model);
  }

  knows(functionName: string): boolean {
    return this.#models.has(functionName);
  }

  /** `trigger`: parsed, for this alone; `context`: of an invocation, and of this alone. Null: it is to be invoked. */
  begin(functionName: string, trigger: unknown, context: object): SdkRun | null {
    const model = this.#models.get(functionName);
    const made = model === undefined ? null : makeContext(model, trigger as Trigger);
    if (model === undefined || made === null) return null;
    const { schemaVersion, orchestrator, dropsFalsyStatus } = model;
    const given = context as SdkInvocationContext;
    given.df = made.df;
    return { executor: made.executor, context: given, schemaVersion, orchestrator, dropsFalsyStatus };
  }

  clear(): void {
    this.#models.clear();
    this.#isLike.clear();
  }
}

function makeContext(model: Model, trigger: Trigger): { df: SdkOrchestrationContext; executor: SdkExecutor } | null {
  const { history, input, instanceId, isReplaying, parentInstanceId } = withDates(trigger);
  const first = history.find(({ EventType }) => EventType === orchestratorStarted);
  if (first === undefined) return null;
  const executor = new model.newExecutor();
  const now = new Date(first.Timestamp);
  const parts = { state: history, instanceId, now, isReplaying, parentInstanceId, schemaVersion: model.schemaVersion, input };
  return { df: newContext(model.context, parts, executor), executor };
}

function isLikeMade(df: SdkOrchestrationContext, model: Model, trigger: string): boolean {
  try {
    const made = makeContext(model, JSON.parse(trigger) as Trigger)?.df;
    return made !== undefined && sameText(Object.keys(df), Object.keys(made)) && sameText(df, made);
  } catch {
    // A class that is made in another way, or holds what has no JSON form.
    return false;
  }
}

function sameText(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
