/** The task hubs that clients of the gRPC port reach: the emulator's own, and others made when they are first named. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';
import type { Clock, Disposable } from '../core/ports/clock';
import type { AskedProgram } from '../core/ports/connected-replays';
import type { ConnectedWorker } from '../core/ports/connected-worker';
import type { Logger } from '../core/ports/logger';
import type { ReplayRequest } from '../core/ports/replay-worker';
import { Engine } from '../engine/engine';
import type { FunctionDescriptor, FunctionWorker } from '../core/ports/function-worker';
import type { PassthroughHost } from '../core/ports/passthrough-host';
import { GrpcWorker } from '../grpc/grpc-worker';
import { InstanceWaiters } from '../grpc/instance-waiters';
import { PassthroughWorker } from '../grpc/passthrough-worker';
import type { GrpcHub, GrpcHubs } from '../grpc/task-hub-service';
import type { TerminateOther } from '../grpc/from-proto';
import { SqlJsHistoryStore } from '../store/sql-js-history-store';
import { AppOrConnected } from './app-or-connected';

export interface TaskHubsOptions {
  /** The emulator's own. */
  engine: Engine;
  /** Names that mean the emulator's own, besides none at all. */
  ownNames: readonly string[];
  /** Where other hubs are kept; null: in memory. */
  dataDir: string | null;
  durability: 'interval' | 'strict';
  clock: Clock & { drive(hub: Engine): Disposable };
  /** For what is measured in time that passes. */
  computer: Clock;
  log: Logger;
  newId: () => string;
  /** Which workers are connected has changed. */
  workersChanged: () => void;
}

interface OtherHub extends GrpcHub {
  engine: Engine;
  clocked: Disposable;
}

const validName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export class TaskHubs implements GrpcHubs {
  readonly #own: GrpcHub;
  readonly #others = new Map<string, OtherHub | Promise<OtherHub>>();
  readonly #ownNames: ReadonlySet<string>;
  #isOpen = false;
  #letIn: (() => void)[] = [];
  #isStopped = false;
  #app: PassthroughWorker | null = null;

  constructor(private readonly options: TaskHubsOptions) {
    this.#ownNames = new Set(options.ownNames.map((name) => name.toLowerCase()));
    this.#own = this.#hub(options.engine, options.ownNames[0] ?? 'default', (worker) => this.#withApp(worker));
  }

  /** The emulator's own engine is open: who came before is let in now. */
  open(): void {
    this.#isOpen = true;
    this.options.engine.setWorker(this.#withApp(this.#own.worker));
    for (const letIn of this.#letIn.splice(0)) letIn();
  }

  /** The app's functions, of which those of profile G run beside connected programs; to be said again when they have changed. */
  useApp(host: PassthroughHost, functions: readonly FunctionDescriptor[]): void {
    const encoded = functions.filter((fn) => fn.profile === 'G');
    if (encoded.length === 0 && this.#app === null) return;
    const { engine, log } = this.options;
    const terminate = (other: TerminateOther): void => this.#terminate(engine, other);
    this.#app = encoded.length === 0 ? null : new PassthroughWorker(host, encoded, { log, terminate });
    engine.setWorker(this.#withApp(this.#own.worker));
  }

  /** Whether a program that is connected to the emulator's own hub takes it. */
  takes(type: 'orchestrator' | 'entity', name: string): boolean {
    return this.#own.worker.accepts(type, name, '');
  }

  #withApp(worker: GrpcWorker): FunctionWorker {
    return this.#app === null ? worker : new AppOrConnected(this.#app, worker);
  }

  find(name: string | null, canMake = true): GrpcHub | Promise<GrpcHub> {
    if (this.#isStopped) throw new DurascopeError('Stopped', 'The emulator is stopping: start it again to go on.');
    if (name === null || this.#ownNames.has(name.toLowerCase())) {
      return this.#isOpen ? this.#own : new Promise((resolve) => this.#letIn.push(() => resolve(this.#own)));
    }
    const key = name.toLowerCase();
    const known = this.#others.get(key);
    if (known !== undefined) return known;
    if (!validName.test(name)) {
      throw new DurascopeError(
        'InvalidArgument',
        `'${name}' cannot be the name of a task hub: letters, digits, '-', '_' and '.', at most 64 of them, the first a letter or digit.`,
      );
    }
    if (!canMake && !existsSync(this.#dirOf(name) ?? '')) {
      const names = [this.options.ownNames[0] ?? 'default', ...this.#others.keys()];
      throw new DurascopeError('HubNotFound', `There is no task hub '${name}' here. There are: ${names.join(', ')}.`);
    }
    const opening = this.#open(name);
    this.#others.set(key, opening);
    opening.then(
      (hub) => void this.#others.set(key, hub),
      () => void this.#others.delete(key),
    );
    return opening;
  }

  async create(name: string | null, recreate: boolean): Promise<void> {
    if (recreate) await this.delete(name);
    await this.find(name);
  }

  /** The emulator's own is emptied, others go. */
  async delete(name: string | null): Promise<void> {
    if (name === null || this.#ownNames.has(name.toLowerCase())) {
      await empty(this.options.engine);
      return;
    }
    const hub = await this.#others.get(name.toLowerCase());
    this.#others.delete(name.toLowerCase());
    if (hub !== undefined) await close(hub, `Task hub '${name}' was deleted.`);
    const dir = this.#dirOf(name);
    if (dir !== null) await rm(dir, { recursive: true, force: true });
  }

  /** A history laid before the programs of the emulator's own hub, or before the app where it has the orchestrator. */
  replay(request: ReplayRequest): AskedProgram {
    if (this.#app?.accepts('orchestrator', request.functionName) === true) return this.#app.program(request);
    return this.#own.worker.replays.program(request);
  }

  connected(): readonly ConnectedWorker[] {
    const workers = [...this.#own.worker.connected()];
    for (const hub of this.#others.values()) if (!(hub instanceof Promise)) workers.push(...hub.worker.connected());
    return workers;
  }

  /** Ends the streams and closes the hubs that were made here. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#own.worker.stop('The emulator stops.');
    this.#own.waiters.dispose();
    for (const opening of this.#others.values()) {
      const hub = await Promise.resolve(opening).catch(() => null);
      if (hub !== null) await close(hub, 'The emulator stops.');
    }
  }

  async #open(name: string): Promise<OtherHub> {
    const { clock, log, newId, durability } = this.options;
    const store = new SqlJsHistoryStore({ dir: this.#dirOf(name), durability, log });
    const engine = new Engine({ store, clock, newId, log }, remoteEngineOptions);
    await engine.open();
    log({
      level: 'information',
      category: 'grpc',
      message: `Task hub '${name}' is open. The editor and the dashboard show '${this.options.ownNames[0] ?? 'default'}'.`,
    });
    const hub = this.#hub(engine, name);
    engine.setWorker(hub.worker);
    return { engine, clocked: clock.drive(engine), ...hub };
  }

  #dirOf(name: string): string | null {
    return this.options.dataDir === null ? null : path.join(this.options.dataDir, 'hubs', name.toLowerCase());
  }

  #hub(engine: Engine, hubName: string, asWorker: (worker: GrpcWorker) => FunctionWorker = (worker) => worker): GrpcHub {
    const { clock, computer, log, newId, workersChanged } = this.options;
    const worker: GrpcWorker = new GrpcWorker({
      hubName,
      clock: computer,
      hubTime: clock,
      log,
      newId,
      changed: () => {
        engine.setWorker(asWorker(worker));
        workersChanged();
      },
      terminate: (other) => this.#terminate(engine, other),
    });
    return { client: engine, worker, waiters: new InstanceWaiters(engine, clock) };
  }

  #terminate(engine: Engine, { instanceId, reason, recursive }: TerminateOther): void {
    engine.terminate(instanceId, reason, { recursive }).catch((error: unknown) => {
      const message = `A worker asked to terminate '${instanceId}': ${messageOf(error)}`;
      this.options.log({ level: 'information', category: 'grpc', message, instanceId });
    });
  }
}

/** How much a hub hands to workers at a time: their own limits count, this one bounds what is held in memory. */
export const remoteEngineOptions = { maxConcurrentRemote: 2000, defaultProfile: 'G' } as const;

async function empty(engine: Engine): Promise<void> {
  for (;;) {
    const { instances } = await engine.query({ statuses: ['Running', 'Pending', 'Suspended'], pageSize: 1000 });
    if (instances.length === 0) break;
    await Promise.all(
      instances.map(({ instanceId }) => engine.terminate(instanceId, 'The task hub was deleted.').catch(() => undefined)),
    );
    await engine.whenQuiet();
  }
  await engine.purgeBy({});
}

async function close(hub: OtherHub, reason: string): Promise<void> {
  hub.worker.stop(reason);
  hub.waiters.dispose();
  hub.clocked.dispose();
  await hub.engine.stop();
}
