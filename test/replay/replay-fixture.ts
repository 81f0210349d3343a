/** Runs orchestrations of a real app with the real engine, then opens their replays in a process of its own. */
import assert from 'node:assert/strict';
import { Engine } from '../../src/engine/engine';
import type { HistoryEvent } from '../../src/core/history/history';
import type { InstanceRow } from '../../src/core/instances/instance';
import { isTerminal } from '../../src/core/values/status';
import type { LogEntry } from '../../src/core/ports/logger';
import type { ReplayRequest } from '../../src/core/ports/replay-worker';
import { openReplay } from '../../src/replay/open-replay';
import type { ReplayTimeline } from '../../src/replay/replay-timeline';
import { NodeReplayWorker, type NodeReplayWorkerOptions } from '../../src/workers/node/node-replay-worker';
import { buildChild } from '../support/build-child';
import { ManualClock } from '../support/manual-clock';
import { MemoryStore } from '../support/memory-store';
import { WorkerFixture, type AppOptions, type RunningApp } from '../workers/worker-fixture';

export interface LiveRun {
  row: InstanceRow;
  history: readonly HistoryEvent[];
}

export class ReplayFixture {
  readonly apps = new WorkerFixture();
  readonly logs: LogEntry[] = [];
  private readonly undo: (() => Promise<unknown>)[] = [];

  /** An app that runs, with an engine of its own. `source` is its index.js (programming model v4). */
  async live(source: string | null, options: AppOptions = {}): Promise<LiveApp> {
    const files = source === null ? options.files : { ...v4Files(source), ...options.files };
    return this.engineFor(await this.apps.start(null, { ...options, ...(files === undefined ? {} : { files }) }));
  }

  /** The app of a folder, as it is. */
  async liveAt(appDir: string): Promise<LiveApp> {
    return this.engineFor(await this.apps.startAt(appDir));
  }

  private async engineFor(app: RunningApp): Promise<LiveApp> {
    const clock = new ManualClock();
    let ids = 0;
    const engine = new Engine({
      store: new MemoryStore(),
      clock,
      newId: () => (++ids).toString(16).padStart(32, '0'),
      log: () => undefined,
    });
    await engine.open();
    engine.setWorker(app.worker);
    this.undo.push(() => engine.stop());
    return new LiveApp(app, engine, clock);
  }

  async replayWorker(appDir: string, options: Partial<NodeReplayWorkerOptions> = {}): Promise<NodeReplayWorker> {
    const worker = new NodeReplayWorker({
      appDir,
      childScript: await buildChild(),
      log: (entry) => this.logs.push(entry),
      ...options,
    });
    this.undo.push(() => worker.dispose());
    return worker;
  }

  /** The replay of an instance, against the app in the folder as it is now. */
  async open(appDir: string, { row, history }: LiveRun, changes: Partial<ReplayRequest> = {}): Promise<ReplayTimeline> {
    const { instanceId, executionId, name: functionName } = row;
    return openReplay({ instanceId, executionId, functionName, history, ...changes }, await this.replayWorker(appDir));
  }

  async cleanUp(): Promise<void> {
    for (const step of this.undo.splice(0).reverse()) await step();
    await this.apps.cleanUp();
    this.logs.length = 0;
  }
}

export class LiveApp {
  constructor(
    readonly app: RunningApp,
    readonly engine: Engine,
    readonly clock: ManualClock,
  ) {}

  get dir(): string {
    return this.app.dir;
  }

  async run(name: string, input: unknown = null, drive?: (instanceId: string) => Promise<void>): Promise<LiveRun> {
    const { instanceId } = await this.engine.start({ name, input: JSON.stringify(input) });
    await drive?.(instanceId);
    await this.engine.waitForCompletion(instanceId, 10_000);
    return this.now(instanceId);
  }

  /** Resolves when the row is as wanted. */
  async until(instanceId: string, isWanted: (row: InstanceRow) => boolean | Promise<boolean>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        void (async () => {
          const row = await this.engine.get(instanceId);
          if (row === undefined || !(await isWanted(row))) return;
          subscription.dispose();
          resolve();
        })().catch(reject);
      };
      const subscription = this.engine.subscribe(look);
      look();
    });
  }

  /** Lets the time pass once the instance waits for a timer. */
  async advance(instanceId: string, ms: number): Promise<void> {
    await this.until(instanceId, async () => (await this.engine.waitingFor(instanceId)).timers.length > 0);
    this.clock.advance(ms);
  }

  /** Raises the event once the code waits for it. */
  async raise(instanceId: string, name: string, data: unknown = null): Promise<void> {
    await this.until(instanceId, (row) => row.awaitedEvents.includes(name));
    await this.engine.raiseEvent(instanceId, name, JSON.stringify(data));
  }

  /** Lets happen whatever the instance waits for until it has ended, or nothing happens any more. */
  async drive(instanceId: string): Promise<void> {
    for (let round = 0; round < 100; round++) {
      await this.until(instanceId, async (row) => {
        const { activities, children, timers, events } = await this.engine.waitingFor(instanceId);
        const waits = timers.length + events.length + children.length > 0;
        return isTerminal(row.runtimeStatus) || (activities.length === 0 && waits);
      });
      const row = await this.engine.get(instanceId);
      if (row === undefined || isTerminal(row.runtimeStatus)) return;
      const { timers, events, children } = await this.engine.waitingFor(instanceId);
      for (const child of children) await this.drive(child.instanceId);
      for (const name of events) await this.engine.raiseEvent(instanceId, name, 'true');
      if (timers.length > 0 && events.length === 0) this.clock.advance(3_600_000);
    }
  }

  async now(instanceId: string): Promise<LiveRun> {
    const row = await this.engine.get(instanceId);
    if (row === undefined) throw new Error(`There is no instance '${instanceId}'.`);
    return { row, history: await this.engine.history(instanceId) };
  }
}

export function v4Files(source: string): Record<string, string> {
  return {
    'package.json': JSON.stringify({ main: 'index.js' }),
    'host.json': '{"version":"2.0"}',
    'index.js': `const df = require('durable-functions');\n${source}`,
  };
}

/** The line (from 1) that holds the text, in index.js. */
export function lineOf(source: string, text: string): number {
  const at = source.split('\n').findIndex((line) => line.includes(text));
  if (at < 0) throw new Error(`No line holds ${text}.`);
  return at + 2;
}

/** Everything of a moment that a user can see, as plain data. */
export async function look(timeline: ReplayTimeline, step: number): Promise<unknown> {
  const shown = timeline.steps[step];
  assert.ok(shown);
  const { frames, customStatus, currentUtcDateTime, isReplaying, kind, rows, output, pending } = shown;
  const scopes: unknown[] = [];
  for (const [frame] of frames.entries()) {
    for (const scope of await timeline.scopes(step, frame)) {
      // What the file holds is not of the moment (docs/fidelity.md).
      if (scope.expensive || scope.name === 'File') continue;
      const variables = await timeline.variables(scope.reference);
      const inside = await Promise.all(
        variables.map(async ({ name, value, reference }) => [
          name,
          value,
          reference === null ? null : (await timeline.variables(reference)).map((inner) => [inner.name, inner.value]),
        ]),
      );
      scopes.push([frame, scope.name, inside]);
    }
  }
  return {
    places: frames.map(({ name, place, note }) => ({ name, place, note })),
    customStatus,
    currentUtcDateTime,
    isReplaying,
    kind,
    rows,
    output,
    pending,
    scopes,
  };
}

/** Name and value of the local variables of a frame. */
export async function locals(timeline: ReplayTimeline, step: number, frame = 0): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const scope of await timeline.scopes(step, frame)) {
    if (scope.name !== 'Local' && scope.name !== 'Block') continue;
    for (const { name, value } of await timeline.variables(scope.reference)) found[name] ??= value;
  }
  return found;
}
