/** `context.df` as the package makes it, for code that runs without being invoked. */
import type { SdkExecutor, SdkOrchestrationContext } from './sdk-hooks';

/** What the package takes out of a trigger, and what comes with it. */
export interface ContextParts {
  /** Of the trigger's history. The SDK reads the version off ExecutionStarted and nothing else. */
  state: unknown[];
  instanceId: string;
  now: Date;
  isReplaying: boolean;
  /** The trigger's, which has null for none. */
  parentInstanceId: string | null | undefined;
  schemaVersion: number;
  /** With its times as Dates, and nobody else's. */
  input: unknown;
}

/** A context, or what of one others are made like. */
export type ContextModel = Pick<
  SdkOrchestrationContext,
  'longRunningTimerIntervalDuration' | 'maximumShortTimerDuration' | 'defaultHttpAsyncRequestSleepTimeMillseconds'
> & { constructor: unknown };

type ContextClass = new (
  state: unknown[],
  instanceId: string,
  now: Date,
  isReplaying: boolean,
  parentInstanceId: string | null | undefined,
  longTimerInterval: unknown,
  maximumShortTimer: unknown,
  httpSleepMs: number,
  schemaVersion: number,
  input: unknown,
  executor: SdkExecutor,
) => SdkOrchestrationContext;

/** Of the same class, and with the same limits of timers, as `like`. */
export function newContext(like: ContextModel, parts: ContextParts, executor: SdkExecutor): SdkOrchestrationContext {
  return new (like.constructor as ContextClass)(
    parts.state,
    parts.instanceId,
    parts.now,
    parts.isReplaying,
    parts.parentInstanceId,
    like.longRunningTimerIntervalDuration,
    like.maximumShortTimerDuration,
    like.defaultHttpAsyncRequestSleepTimeMillseconds,
    parts.schemaVersion,
    parts.input,
    executor,
  );
}
