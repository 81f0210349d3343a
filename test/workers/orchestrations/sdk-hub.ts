/** The real engine and store on one side, the real SDKs on the other, in one process. */
import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../../src/core/history/history';
import type { DurableHttpHost } from '../../../src/core/ports/durable-http';
import type {
  ActivityOutcome,
  ActivityRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionWorker,
} from '../../../src/core/ports/function-worker';
import { Engine } from '../../../src/engine/engine';
import type { EngineOptions } from '../../../src/engine/engine-options';
import { SqlJsHistoryStore } from '../../../src/store/sql-js-history-store';
import type { EpisodeSlice } from '../../../src/workers/node/child/orchestrations/orchestration-runner';
import type { SdkOrchestrationRunner } from '../../../src/workers/node/child/orchestrations/sdk-orchestration-runner';
import { ManualClock } from '../../support/manual-clock';
import { toSequence } from '../../support/sequence';
import { newRunner } from './scenario';
import type { Orchestrator, Sdk } from './sdks';

type Activity = (input: unknown) => unknown;

/** Hands over what the runner has not seen, as the parent of the child process does. */
class InProcessWorker implements FunctionWorker {
  readonly profile = 'A';
  private readonly known = new Map<string, { executionId: string; events: readonly HistoryEvent[] }>();

  constructor(
    private readonly runner: SdkOrchestrationRunner,
    private readonly activities: Readonly<Record<string, Activity>>,
    private readonly orchestrators: readonly string[],
  ) {}

  functions() {
    return [
      ...this.orchestrators.map((name) => ({ name, type: 'orchestrator' as const, triggerType: 'orchestrationTrigger' })),
      ...Object.keys(this.activities).map((name) => ({ name, type: 'activity' as const, triggerType: 'activityTrigger' })),
    ];
  }

  async runEpisode({ instanceId, executionId, name, history, newEvents }: EpisodeRequest): Promise<EpisodeOutcome> {
    const all = [...history, ...newEvents];
    const known = this.known.get(instanceId);
    const isContinued = known?.executionId === executionId && known.events.every((event, index) => isSame(event, history[index]));
    const slice = (knownLength: number): EpisodeSlice => ({
      instanceId,
      executionId,
      name,
      knownLength,
      events: all.slice(knownLength),
    });
    this.known.set(instanceId, { executionId, events: all });
    let reply = await this.runner.run(slice(isContinued ? known.events.length : 0));
    if (reply === 'needHistory') reply = await this.runner.run(slice(0));
    assert.notEqual(reply, 'needHistory');
    return reply as EpisodeOutcome;
  }

  async runActivity({ name, input }: ActivityRequest): Promise<ActivityOutcome> {
    try {
      const [value] = JSON.parse(input ?? '[]') as unknown[];
      const result = await this.activities[name]?.(value);
      return { ok: true, result: JSON.stringify(result ?? null) };
    } catch (error) {
      return {
        ok: false,
        reason: `Activity function '${name}' failed:  ${error instanceof Error ? error.message : ''}`,
        details: '',
      };
    }
  }

  forget(instanceId: string): void {
    this.known.delete(instanceId);
    this.runner.forget(instanceId);
  }
}

function isSame(one: HistoryEvent, other: HistoryEvent | undefined): boolean {
  return (
    other !== undefined && one.EventType === other.EventType && one.Timestamp === other.Timestamp && one.EventId === other.EventId
  );
}

export interface SdkHub {
  engine: Engine;
  clock: ManualClock;
  store: SqlJsHistoryStore;
  sequence: (instanceId: string) => string;
}

export async function withSdkHub(
  sdk: Sdk,
  orchestrators: Readonly<Record<string, Orchestrator>>,
  activities: Readonly<Record<string, Activity>>,
  script: (hub: SdkHub) => Promise<void>,
  options: { http?: DurableHttpHost; engine?: Partial<EngineOptions> } = {},
): Promise<void> {
  const names = { activity: Object.keys(activities), orchestrator: Object.keys(orchestrators), entity: [] };
  const runner = newRunner(sdk, orchestrators, sdk.isV1 ? 'cold' : 'warm', { functionNames: (type) => names[type] });
  const clock = new ManualClock();
  const log = (): void => undefined;
  const store = new SqlJsHistoryStore({ dir: null, log });
  let ids = 0;
  const newId = (): string => (++ids).toString(16).padStart(32, '0');
  const engine = new Engine(
    { store, clock, log, newId, ...(options.http === undefined ? {} : { http: options.http }) },
    { oneMessagePerEpisode: true, ...options.engine },
  );
  try {
    await engine.open();
    engine.setWorker(new InProcessWorker(runner, activities, names.orchestrator));
    await script({ engine, clock, store, sequence: (id) => toSequence(store.history(id)) });
  } finally {
    await engine.stop();
    runner.dispose();
  }
}
