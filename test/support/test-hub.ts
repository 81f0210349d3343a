import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import type { InstanceRow } from '../../src/core/instances/instance';
import type { HistoryEvent, InboundEvent } from '../../src/core/history/history';
import type { Clock } from '../../src/core/ports/clock';
import type { DurableHttpHost } from '../../src/core/ports/durable-http';
import type { HistoryStore } from '../../src/core/ports/history-store';
import type { LogEntry, Logger } from '../../src/core/ports/logger';
import type { StartOptions } from '../../src/core/ports/task-hub-client';
import { toTimestamp } from '../../src/core/values/time';
import type { EngineOptions } from '../../src/engine/engine-options';
import { Engine } from '../../src/engine/engine';
import { SqlJsHistoryStore } from '../../src/store/sql-js-history-store';
import { ManualClock } from './manual-clock';
import { ScriptedWorker, type ActivityScript } from './scripted-worker';
import type { EntityScript } from './entity-script';
import type { Script } from './script-types';
import { toSequence } from './sequence';

export interface TestHubOptions {
  scripts: Record<string, Script>;
  activities?: Record<string, ActivityScript>;
  entities?: Record<string, EntityScript>;
  profile?: 'A' | 'G';
  engine?: Partial<EngineOptions>;
  /** Default: the real store, in memory. `folder`: the real store on disk, so that it can be killed. */
  store?: 'memory' | 'folder' | HistoryStore;
  clock?: ManualClock;
  /** The hub's time, made of the computer's clock. Default: that itself. */
  time?: (computer: ManualClock) => Clock;
  durableHttp?: DurableHttpHost;
  /** Default: a scripted worker in this process. The hub closes what has a `close`. */
  openWorker?: (facts: WorkerFacts) => Promise<ScriptedWorker>;
}

export interface WorkerFacts {
  engine: Engine;
  clock: ManualClock;
  log: Logger;
  newId: () => string;
  options: TestHubOptions;
}

/** The real engine over a store, a scripted worker and a clock that stands still. */
export class TestHub {
  /** Instead of a commit, when it returns something: fault injection. */
  beforeCommit: (checkpoints: readonly Checkpoint[]) => Promise<void> | undefined = () => undefined;

  private constructor(
    readonly engine: Engine,
    readonly store: HistoryStore,
    readonly worker: ScriptedWorker,
    readonly clock: ManualClock,
    readonly logs: readonly LogEntry[],
    private readonly options: TestHubOptions,
    private readonly folder: string | null,
  ) {}

  static async open(options: TestHubOptions): Promise<TestHub> {
    const folder = options.store === 'folder' ? await mkdtemp(path.join(tmpdir(), 'durascope-engine-')) : null;
    return TestHub.#open(options, folder, options.clock ?? new ManualClock());
  }

  static async #open(options: TestHubOptions, folder: string | null, clock: ManualClock): Promise<TestHub> {
    const logs: LogEntry[] = [];
    const log = (entry: LogEntry): void => void logs.push(entry);
    const store = typeof options.store === 'object' ? options.store : new SqlJsHistoryStore({ dir: folder, log });
    const engine = new Engine(
      {
        store,
        clock: options.time?.(clock) ?? clock,
        log,
        newId,
        ...(options.durableHttp === undefined ? {} : { http: options.durableHttp }),
      },
      { oneMessagePerEpisode: true, ...options.engine },
    );
    const worker =
      (await options.openWorker?.({ engine, clock, log, newId, options })) ?? new ScriptedWorker(options.profile ?? 'A', options);
    const hub = new TestHub(engine, store, worker, clock, logs, options, folder);
    const commit = store.commit.bind(store);
    store.commit = (checkpoints) => hub.beforeCommit(checkpoints) ?? commit(checkpoints);
    await engine.open();
    engine.setWorker(worker);
    await engine.whenQuiet();
    return hub;
  }

  /** Starts and lets everything happen that can without the test doing something. */
  async start(name: string, options: Partial<StartOptions> & { json?: unknown } = {}): Promise<string> {
    const { json, ...rest } = options;
    const { instanceId } = await this.engine.start({
      name,
      ...(json === undefined ? {} : { input: JSON.stringify(json) }),
      ...rest,
    });
    await this.quiet();
    return instanceId;
  }

  async quiet(): Promise<void> {
    do await this.engine.whenQuiet();
    while (await this.worker.settled());
  }

  async raise(id: string, name: string, data: unknown = null): Promise<void> {
    await this.engine.raiseEvent(id, name, JSON.stringify(data));
    await this.quiet();
  }

  async signal(entityId: string, operation: string, input?: unknown, scheduledTime?: string): Promise<void> {
    await this.engine.signalEntity(entityId, operation, {
      ...(input === undefined ? {} : { input: JSON.stringify(input) }),
      ...(scheduledTime === undefined ? {} : { scheduledTime }),
    });
    await this.quiet();
  }

  /** The parsed state of an entity; undefined when it does not exist. */
  async state(entityId: string): Promise<unknown> {
    const text = (await this.engine.getEntity(entityId))?.state;
    return text == null ? undefined : JSON.parse(text);
  }

  async terminate(id: string, reason: string | null = 'enough', recursive = false): Promise<void> {
    await this.engine.terminate(id, reason, { recursive });
    await this.quiet();
  }

  async suspend(id: string): Promise<void> {
    await this.engine.suspend(id, 'pause');
    await this.quiet();
  }

  async resume(id: string): Promise<void> {
    await this.engine.resume(id, 'go on');
    await this.quiet();
  }

  async complete(activity: string, value: unknown, taskId?: number): Promise<void> {
    this.worker.call(activity, taskId).complete(value);
    await this.quiet();
  }

  async fail(activity: string, message = 'boom', taskId?: number): Promise<void> {
    this.worker.call(activity, taskId).fail(message);
    await this.quiet();
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.quiet();
  }

  /** What is done in `act` reaches instances together, in the order done: all visible messages make one episode. */
  async together(act: () => Promise<void>): Promise<void> {
    this.engine.configure({ oneMessagePerEpisode: false, maxConcurrentEpisodes: 0 });
    await act();
    this.engine.configure({ maxConcurrentEpisodes: 256 });
    await this.quiet();
    this.engine.configure({ oneMessagePerEpisode: true });
  }

  /** Past the client's checks. */
  async send(id: string, event: InboundEvent, executionId: string | null = null): Promise<void> {
    await this.engine.send(id, event, executionId);
    await this.quiet();
  }

  inbound(): { EventId: number; IsPlayed: boolean; Timestamp: string } {
    return { EventId: -1, IsPlayed: false, Timestamp: toTimestamp(this.clock.now()) };
  }

  row(id: string): InstanceRow {
    const row = this.store.instance(id);
    assert.ok(row, `there is no instance ${id}`);
    return row;
  }

  history(id: string): readonly HistoryEvent[] {
    return this.store.history(id);
  }

  sequence(id: string): string {
    return toSequence(this.history(id));
  }

  /** Status and output, as the rows of the specification give them after ⇒. */
  outcome(id: string): string {
    const { runtimeStatus, output } = this.row(id);
    return output === null ? runtimeStatus : `${runtimeStatus} ${output}`;
  }

  /** The history is `sequence`; where given, the instance ended (or stands) as `outcome` says. */
  expect(id: string, sequence: string, outcome?: string): void {
    assert.equal(this.sequence(id), sequence);
    if (outcome !== undefined) assert.equal(this.outcome(id), outcome);
  }

  /** The process is gone, whatever it was doing; another begins on what is on disk. */
  async kill(options: Partial<TestHubOptions> = {}): Promise<TestHub> {
    assert.ok(this.folder !== null, 'only a hub on a folder can be killed');
    this.beforeCommit = () => new Promise(() => undefined);
    const image = await mkdtemp(path.join(tmpdir(), 'durascope-engine-'));
    await cp(this.folder, image, { recursive: true, filter: (file) => !path.basename(file).includes('lock') });
    await this.store.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    return TestHub.#open({ ...this.options, ...options }, image, options.clock ?? this.clock);
  }

  async dispose(): Promise<void> {
    await this.worker.close();
    await this.engine.stop();
    if (this.folder !== null) await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

let ids = 0;

/** In the order of their making, so that a failing test shows the same ids each time. */
function newId(): string {
  return (++ids).toString(16).padStart(32, '0');
}

/** A hub for one test, gone when that is over, however it ends. */
export async function withTestHub(options: TestHubOptions, test: (hub: TestHub) => Promise<void>): Promise<void> {
  const hub = await TestHub.open(options);
  try {
    await test(hub);
  } finally {
    await hub.dispose();
  }
}
