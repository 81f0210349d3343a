/**
 * Runs orchestrator functions of the app with the durable-functions package out of the app's own node_modules
 * (JSON protocol: 1.x, 2.x, 3.x) and turns what they want into an `EpisodeOutcome`.
 *
 *   O1. At most one episode of an instance runs at a time; the caller sees to that.
 *   O2. Warm and cold give the same outcome: a warm orchestration is the SDK's own executor kept alive between episodes.
 *   O3. Nothing kept warm is needed: with `knownLength: 0` and all events any episode can be asked again, here or in a new process.
 */
import type { EpisodeOutcome } from '../../../../core/ports/function-worker';
import type { HistoryEvent } from '../../../../core/history/history';

export interface EpisodeSlice {
  instanceId: string;
  executionId: string;
  /** Function name as the instance was started. */
  name: string;
  /** How many events of this generation were handed over before; 0: `events` is everything from the first OrchestratorStarted on. */
  knownLength: number;
  /**
   * What follows, in commit order: the rows stored since (scheduled events, OrchestratorCompleted), then the new events. Everything
   * from the last OrchestratorStarted on is new. `IsPlayed` is not read: played is what comes before that.
   */
  events: readonly HistoryEvent[];
}

/** `needHistory`: the orchestration is not warm (any more), ask again with `knownLength: 0`. Never the answer to that. */
export type EpisodeReply = Omit<EpisodeOutcome, 'begun'> | 'needHistory';

export interface OrchestratorInvocation {
  functionName: string;
  instanceId: string;
  /** Text of the trigger input (spec/functions-worker.md 4): the ten-key object as JSON. */
  triggerJson: string;
}

export interface OrchestrationRunnerOptions {
  /**
   * Calls the registered function through the app's invocation model and hooks. Resolves with what the function returned (or gave to
   * `context.done`): the state as an object or as JSON text. Rejects with what it threw. An internal failure of SDK 1.x and 2.x shows only as
   * an unhandled rejection and never settles: whoever sees that rejection rejects this promise with it, and the orchestration fails.
   *
   * A warm orchestration goes on, and logs, after its first invocation has resolved (with nothing): see to it that the library
   * does not warn of that, by leaving the core context's `state` at 'postInvocationHooks'.
   */
  invoke(invocation: OrchestratorInvocation): Promise<unknown>;
  /**
   * Calls `code`, with the same arguments, in the place of a function that is nothing but the package's own wrapper of an orchestrator. False: it may
   * be more than that, and nothing was called. Default: it is.
   */
  callInPlace?(invocation: OrchestratorInvocation, code: (trigger: unknown, context: object) => void): boolean;
  /** Names of registered functions by trigger, as registered. Looked up ignoring case; asked once for each type. */
  functionNames(type: 'activity' | 'orchestrator' | 'entity'): readonly string[];
  /** Of a function that is there, but in no list. */
  isHidden?(name: string): boolean;
  /** False as soon as the app has preInvocation or postInvocation hooks: then every episode is a whole invocation. Default true. */
  canStayWarm?(): boolean;
  /** Runs a replay that is only a check: whatever the app logs meanwhile is to be dropped. Default: simply runs it. */
  quietly?<T>(run: () => T): T;
  /** Something the user should know about an orchestration that goes on: values that differ between two replays. */
  onWarning?(instanceId: string, message: string): void;
  /**
   * Replays from the start beside the warm run, to find code that is not deterministic: on completion and at episodes 2, 4, 8 ...
   * (whole work at most twice that of the episodes), each about as dear as a first episode. So of each function the first 200 instances
   * are watched, then every tenth.
   */
  determinismCheck?: {
    onCompletion?: boolean;
    atEpisodes?: (episode: number) => boolean;
    /** Whether to watch the function's instance number `index` (from 0) at all. */
    watches?: (index: number) => boolean;
  };
  /** `maxOrchestrationActions` of host.json. Default 100,000. */
  maxActions?: number;
  /** `defaultAsyncRequestSleepTimeMilliseconds` of host.json, above 0. Default 30,000. */
  httpPollDelayMs?: number;
  /** Bounds on what is kept warm. Defaults 2,000 orchestrations and 200,000 events in all. */
  maxWarm?: number;
  maxWarmEvents?: number;
}

export interface OrchestrationRunner {
  /** Answers at once when the orchestration is warm. Never throws or rejects. */
  run(slice: EpisodeSlice): EpisodeReply | Promise<EpisodeReply>;
  /** The generation is over, or the last episode was not committed. */
  forget(instanceId: string): void;
  /** Everything warm goes, for instance before the app is loaded again. */
  clear(): void;
}
