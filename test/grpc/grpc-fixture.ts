import { TaskHubGrpcClient, TaskHubGrpcWorker, type Logger as SdkLogger } from '@microsoft/durabletask-js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LogEntry } from '../../src/core/ports/logger';
import { type Emulator, startEmulator } from '../../src/emulator/emulator';
import type { EmulatorOptions } from '../../src/emulator/emulator-types';
import { toSequence } from '../support/sequence';
import { StubClient } from './stub-worker';

/** Begins at once. Clients and workers of the SDK rest for a second once they have closed their channel, which nobody here needs to wait for. */
function stopped(one: TaskHubGrpcClient | TaskHubGrpcWorker): void {
  one.stop().catch(() => undefined);
}

const silent: SdkLogger = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

/** An emulator without a function app, and programs of the JavaScript SDK that are connected to it. */
export class GrpcFixture {
  readonly #undo: (() => unknown)[] = [];
  readonly #gone = new Set<TaskHubGrpcWorker>();

  private constructor(
    readonly emulator: Emulator,
    readonly logs: readonly LogEntry[],
    readonly folder: string,
  ) {}

  static async start(options: Partial<EmulatorOptions> = {}): Promise<GrpcFixture> {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-grpc-'));
    const logs: LogEntry[] = [];
    const emulator = await startEmulator({
      appDir: folder,
      app: false,
      port: 0,
      grpc: { port: 0 },
      memory: true,
      logger: (entry) => void logs.push(entry),
      ...options,
    }).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    return new GrpcFixture(emulator, logs, folder);
  }

  get address(): string {
    return `localhost:${this.emulator.grpc?.port ?? 0}`;
  }

  client(): TaskHubGrpcClient {
    const client = new TaskHubGrpcClient({ hostAddress: this.address, logger: silent });
    this.#undo.push(() => stopped(client));
    return client;
  }

  /** A client that says whatever a test wants it to say. */
  stub(headers: Record<string, string> = {}, address = this.address): StubClient {
    const client = new StubClient(address, headers);
    this.#undo.push(() => client.close());
    return client;
  }

  /** The rows of an instance's history as the specification writes them. */
  async sequence(instanceId: string): Promise<string> {
    return toSequence(await this.emulator.hub.history(instanceId));
  }

  /** Started and connected. */
  async worker(register: (worker: TaskHubGrpcWorker) => void): Promise<TaskHubGrpcWorker> {
    const worker = new TaskHubGrpcWorker({ hostAddress: this.address, logger: silent });
    register(worker);
    const before = this.emulator.connectedWorkers().length;
    const connected = new Promise<void>((resolve) => {
      const subscription = this.emulator.onEvent(() => {
        if (this.emulator.connectedWorkers().length <= before) return;
        subscription.dispose();
        resolve();
      });
    });
    await worker.start();
    await connected;
    this.#undo.push(() => {
      if (!this.#gone.has(worker)) stopped(worker);
    });
    return worker;
  }

  /** Stops the worker before the end and waits until the emulator knows. */
  async stopWorker(worker: TaskHubGrpcWorker): Promise<void> {
    this.#gone.add(worker);
    const before = this.emulator.connectedWorkers().length;
    const gone = new Promise<void>((resolve) => {
      const subscription = this.emulator.onEvent(() => {
        if (this.emulator.connectedWorkers().length >= before) return;
        subscription.dispose();
        resolve();
      });
    });
    stopped(worker);
    await gone;
  }

  async stop(): Promise<void> {
    try {
      for (const step of this.#undo.splice(0).reverse()) await step();
    } finally {
      await this.emulator.stop().finally(() => rm(this.folder, { recursive: true, force: true, maxRetries: 5 }));
    }
  }
}
