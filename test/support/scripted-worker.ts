import type { BehaviourProfile } from '../../src/core/values/behaviour-profile';
import type { FailureDetails } from '../../src/core/history/history';
import type {
  ActivityOutcome,
  ActivityRequest,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
  FunctionWorker,
} from '../../src/core/ports/function-worker';
import { unknownFunctionMessage } from '../../src/core/values/unknown-function';
import { runEntityScript, type EntityScript } from './entity-script';
import { ScriptRun } from './script-run';
import type { Script } from './script-types';

/** `manual`: the test says when and how each call ends (`ScriptedWorker.calls`). */
export type ActivityScript = 'manual' | ((input: unknown) => unknown);

export interface ActivityCall extends ActivityRequest {
  complete(value: unknown): void;
  fail(message: string, details?: Partial<FailureDetails>): void;
  /** As when the process dies or hangs. */
  reject(error: Error): void;
}

/** A worker in this process: scripts as orchestrators, activities under the test's control. */
export class ScriptedWorker implements FunctionWorker {
  readonly scripts: Record<string, Script>;
  readonly activities: Record<string, ActivityScript>;
  readonly entities: Record<string, EntityScript>;
  /** Every batch asked for. */
  readonly batches: EntityBatchRequest[] = [];
  /** Answers instead of the entity's script, when it returns something: fault injection. */
  interceptBatch: (request: EntityBatchRequest) => Promise<EntityBatchOutcome> | undefined = () => undefined;
  /** Manual activity calls that have not ended, oldest first. */
  readonly calls: ActivityCall[] = [];
  /** Number of calls by activity name. */
  readonly callCounts: Record<string, number> = {};
  /** Every episode asked for, as it was then. */
  readonly episodes: EpisodeRequest[] = [];
  readonly forgotten: string[] = [];
  /** Answers instead of the script, when it returns something: fault injection. */
  intercept: (request: EpisodeRequest) => Promise<EpisodeOutcome> | undefined = () => undefined;
  #paused: (() => void)[] | null = null;

  constructor(
    readonly profile: BehaviourProfile,
    app: {
      scripts: Record<string, Script>;
      activities?: Record<string, ActivityScript>;
      entities?: Record<string, EntityScript>;
    },
  ) {
    this.entities = app.entities ?? {};
    this.scripts = app.scripts;
    this.activities = app.activities ?? {};
  }

  functions(): readonly FunctionDescriptor[] {
    return [
      ...Object.keys(this.scripts).map((name) => ({ name, type: 'orchestrator' as const, triggerType: 'orchestrationTrigger' })),
      ...Object.keys(this.activities).map((name) => ({ name, type: 'activity' as const, triggerType: 'activityTrigger' })),
      ...Object.keys(this.entities).map((name) => ({ name, type: 'entity' as const, triggerType: 'entityTrigger' })),
    ];
  }

  /** Episodes are taken in but not answered until `resume`: their instances stay locked. */
  pause(): void {
    this.#paused ??= [];
  }

  resume(): void {
    const paused = this.#paused ?? [];
    this.#paused = null;
    for (const answer of paused) answer();
  }

  runEpisode(request: EpisodeRequest): Promise<EpisodeOutcome> {
    const asked = { ...request, history: structuredClone(request.history), newEvents: structuredClone(request.newEvents) };
    this.episodes.push(asked);
    const intercepted = this.intercept(request);
    if (intercepted !== undefined) return intercepted;
    if (this.#paused === null) return Promise.resolve().then(() => this.#run(asked));
    const paused = this.#paused;
    return new Promise((resolve) => {
      paused.push(() => resolve(this.#run(asked)));
    });
  }

  runActivity(request: ActivityRequest): Promise<ActivityOutcome> {
    const { name } = request;
    this.callCounts[name] = (this.callCounts[name] ?? 0) + 1;
    const script = find(this.activities, name);
    if (script === undefined) {
      const reason = `Activity function '${name}' failed: ${unknownFunctionMessage(name, 'activity', Object.keys(this.activities))}`;
      return Promise.resolve({ ok: false, reason, details: '' });
    }
    if (script === 'manual') {
      return new Promise((resolve, reject) => {
        const end = (): void => void this.calls.splice(this.calls.indexOf(call), 1);
        const call: ActivityCall = {
          ...request,
          complete: (value) => {
            end();
            resolve({ ok: true, result: JSON.stringify(value) });
          },
          fail: (message, details) => {
            end();
            resolve(failure(name, message, details));
          },
          reject: (error) => {
            end();
            reject(error);
          },
        };
        this.calls.push(call);
      });
    }
    const input: unknown = request.input === null ? null : JSON.parse(request.input);
    return Promise.resolve().then(() => {
      try {
        return { ok: true, result: JSON.stringify(script(this.profile === 'A' ? (input as unknown[])[0] : input) ?? null) };
      } catch (error) {
        return failure(name, (error as Error).message);
      }
    });
  }

  runEntityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome> {
    this.batches.push(structuredClone(request));
    const intercepted = this.interceptBatch(request);
    if (intercepted !== undefined) return intercepted;
    const script = find(this.entities, request.name);
    return Promise.resolve().then(() => runEntityScript(this.profile, request, script, Object.keys(this.entities)));
  }

  /** Resolves when nothing is on its way between engine and functions; true when something was. */
  settled(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  forget(instanceId: string): void {
    this.forgotten.push(instanceId);
  }

  /** The manual call of an activity; fails the test when there is none. */
  call(name: string, taskId?: number): ActivityCall {
    const found = this.calls.find((call) => call.name === name && (taskId === undefined || call.taskId === taskId));
    if (found === undefined) throw new Error(`no call of ${name} waits; there are ${JSON.stringify(this.calls)}`);
    return found;
  }

  #run(request: EpisodeRequest): EpisodeOutcome {
    const script = find(this.scripts, request.name);
    const unknown: Script = function* () {
      yield* [];
      throw new Error(unknownFunctionMessage(request.name, 'orchestrator', []));
    };
    const activityNames = Object.keys(this.activities).map((name) => name.toLowerCase());
    const entityNames = Object.keys(this.entities).map((name) => name.toLowerCase());
    return new ScriptRun({ profile: this.profile, activityNames, entityNames, script: script ?? unknown }, request).outcome();
  }
}

function failure(name: string, message: string, details?: Partial<FailureDetails>): ActivityOutcome {
  return {
    ok: false,
    reason: `Activity function '${name}' failed: ${message}`,
    details: message,
    failureDetails:
      details === undefined
        ? null
        : { ErrorType: 'Error', ErrorMessage: message, StackTrace: null, IsNonRetriable: false, ...details },
  };
}

function find<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.entries(record).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
