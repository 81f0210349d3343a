/** The app as a replay needs it: its orchestrators, begun one by one. */
import type { ExecutionStarted } from '../../../../core/history/history';
import type { SdkHooks, SdkRun } from '../orchestrations/sdk-hooks';
import type { StepwiseHooks } from './stepwise-run';
import type { GeneratorWatch } from './generator-watch';
import type { SealedWorld, WorldState } from './sealed-world';
import type { LogSink } from './log-sink';
import type { ValueInspector } from './value-inspector';

export interface ReplayApp {
  readonly watch: GeneratorWatch;
  readonly world: SealedWorld;
  readonly inspector: ValueInspector;
  readonly hooks: SdkHooks;
  readonly stepwise: StepwiseHooks;
  readonly logs: LogSink;
  readonly maxActions: number;
  readonly httpPollDelayMs: number;
  names(type: 'activity' | 'orchestrator' | 'entity'): readonly string[];
  /** Its package runs its code by itself (durable-functions 4): a replay cannot look inside. */
  requiresGrpc(functionName: string): boolean;
  /** Resolves or rejects with what the invocation comes to. `state`: the world while it begins. */
  invoke(functionName: string, instanceId: string, triggerJson: string, state: WorldState): Promise<unknown>;
}

/** What a run is begun with. */
export interface RunStart {
  functionName: string;
  instanceId: string;
  started: ExecutionStarted;
}

/** Null when the invocation ended without having come through an SDK that is open. */
export function beginExecutor(app: ReplayApp, start: RunStart, triggerJson: string, state: WorldState): Promise<SdkRun | null> {
  const { functionName, instanceId } = start;
  return new Promise((resolve) => {
    app.hooks.expect(instanceId, resolve);
    const uncaught = (): void => {
      app.hooks.cancel(instanceId);
      resolve(null);
    };
    app.invoke(functionName, instanceId, triggerJson, state).then(uncaught, uncaught);
  });
}
