/**
 * Replays of the hub's instances for panels in a browser, in a process of their own that is started with the first one.
 *
 *   I1. One that nobody has looked at for a while is closed; with many, the one that was looked at longest ago goes first.
 *   I2. After a change of the app's code the next replay is opened with the new code.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock, Disposable } from '../../core/ports/clock';
import type { ConnectedReplays } from '../../core/ports/connected-replays';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { InstanceReplays } from '../../core/ports/instance-replays';
import type { Logger } from '../../core/ports/logger';
import type { ReplayRequest, ReplayWorker } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { profileOf } from '../../core/instances/instance';
import { ConnectedReplayWorker } from '../../replay/connected-replay-worker';
import { openReplay } from '../../replay/open-replay';
import { ReplayView } from '../../replay/replay-view';
import { NodeReplayWorker } from '../../workers/node/node-replay-worker';
import { appKind } from '../app/app-kind';
import { powerShellReplayWorker } from './app-program-replays';
import { findChildScript } from '../app/child-script';
import { replayRequestOf } from './replay-request';

export interface HubInstanceReplaysOptions {
  hub: TaskHubClient;
  /** Of profile G: by the program that runs them. */
  replays: ConnectedReplays;
  functions: () => readonly FunctionDescriptor[];
  clock: Clock;
  log: Logger;
  appDir: string;
  nodePath?: string;
  env?: Readonly<Record<string, string>>;
  watchdogMs?: number;
}

export const idleViewMs = 10 * 60_000;
const mostOpen = 20;

interface Open {
  view: ReplayView;
  limit: Disposable;
}

export class HubInstanceReplays implements InstanceReplays {
  /** The one that was looked at longest ago first. */
  readonly #open = new Map<string, Open>();
  #worker: Promise<ReplayWorker & { reload(): Promise<void>; dispose(): Promise<void> }> | undefined;
  #isStale = false;

  constructor(private readonly options: HubInstanceReplaysOptions) {}

  async open(instanceId: string): Promise<{ id: string; overview: unknown }> {
    const { hub } = this.options;
    const request = await replayRequestOf(hub, instanceId);
    const row = await hub.get(instanceId);
    const worker = row !== undefined && profileOf(row) === 'G' ? this.#connected() : await this.#own();
    const timeline = await openReplay(request, worker);
    const view = new ReplayView(timeline, (file) => readFile(file, 'utf8').catch(() => undefined));
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= mostOpen) await this.close(oldest); // I1
    const id = randomUUID();
    this.#open.set(id, { view, limit: this.#limit(id) });
    return { id, overview: await view.overview() };
  }

  async moment(id: string, step: number): Promise<unknown> {
    const view = this.#look(id);
    await view.prepare(step);
    return view.moment(step);
  }

  async variables(id: string, reference: string, start: number, count: number): Promise<unknown> {
    return this.#look(id).variables(reference, start, count);
  }

  async close(id: string): Promise<void> {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    open.limit.dispose();
    await open.view.timeline.dispose();
  }

  /** The app's code has changed. */
  reload(): void {
    this.#isStale = true; // I2
  }

  async dispose(): Promise<void> {
    for (const id of [...this.#open.keys()]) await this.close(id);
    await (await this.#worker)?.dispose();
  }

  #look(id: string): ReplayView {
    const open = this.#open.get(id);
    if (open === undefined) throw new DurascopeError('Stopped', 'This replay is closed. Open it again.');
    open.limit.dispose();
    this.#open.delete(id);
    this.#open.set(id, { ...open, limit: this.#limit(id) });
    return open.view;
  }

  #limit(id: string): Disposable {
    return this.options.clock.after(idleViewMs, () => void this.close(id));
  }

  async #own(): Promise<ReplayWorker> {
    this.#worker ??= this.#workerOfApp();
    const worker = await this.#worker;
    if (this.#isStale) {
      this.#isStale = false;
      await worker.reload();
    }
    return worker;
  }

  async #workerOfApp() {
    const { appDir, log, nodePath, env, watchdogMs } = this.options;
    const common = {
      ...{ appDir, log },
      ...(env === undefined ? {} : { env }),
      ...(watchdogMs === undefined ? {} : { watchdogMs }),
    };
    if ((await appKind(appDir)) === 'powershell') return powerShellReplayWorker(common);
    return new NodeReplayWorker({ ...common, childScript: findChildScript(), ...(nodePath === undefined ? {} : { nodePath }) });
  }

  #connected(): ReplayWorker {
    return new ConnectedReplayWorker({
      replays: this.options.replays,
      functionNames: () => null,
      findSource: async (name) => {
        const own = this.options.functions().find((each) => each.type === 'orchestrator' && sameName(each.name, name));
        if (own?.file === undefined) return null;
        const text = await readFile(own.file, 'utf8').catch(() => '');
        return { place: { file: own.file, line: own.line ?? 1, column: 1 }, text };
      },
    });
  }
}

function sameName(a: string, b: ReplayRequest['functionName']): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
