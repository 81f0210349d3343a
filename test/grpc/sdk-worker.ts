/** The functions of a test hub in a worker of the Durable Task SDK for JavaScript, which is connected over a real port. */
import { type ActivityContext, TaskHubGrpcWorker } from '@microsoft/durabletask-js';
import type { ActivityOutcome, ActivityRequest, EpisodeOutcome, EpisodeRequest } from '../../src/core/ports/function-worker';
import type { ConnectedWorker } from '../../src/core/ports/connected-worker';
import { type GrpcServer, startGrpcServer } from '../../src/grpc/grpc-server';
import { GrpcWorker } from '../../src/grpc/grpc-worker';
import { InstanceWaiters } from '../../src/grpc/instance-waiters';
import { type ActivityCall, ScriptedWorker } from '../support/scripted-worker';
import type { WorkerFacts } from '../support/test-hub';
import { sdkOrchestrator } from './sdk-script';

const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

export class SdkWorker extends ScriptedWorker {
  /** Activities that were handed out and neither ended nor stand in the test's hands. */
  readonly #onTheirWay = new Set<string>();
  #settled: (() => void)[] = [];

  private constructor(
    facts: WorkerFacts,
    private readonly remote: GrpcWorker,
    private readonly server: GrpcServer,
    private readonly sdk: TaskHubGrpcWorker,
  ) {
    super('G', facts.options);
  }

  static async open(facts: WorkerFacts): Promise<SdkWorker> {
    const { engine, clock, log, newId, options } = facts;
    let connected = (): void => undefined;
    const remote: GrpcWorker = new GrpcWorker({
      hubName: 'default',
      clock,
      log,
      newId,
      changed: () => connected(),
      terminate: ({ instanceId, reason, recursive }) => void engine.terminate(instanceId, reason, { recursive }),
    });
    const hub = { client: engine, worker: remote, waiters: new InstanceWaiters(engine, clock) };
    const hubs = { find: () => hub, create: () => Promise.resolve(), delete: () => Promise.resolve() };
    const server = await startGrpcServer({ port: 0, orAnyOther: false, hubs, clock, log, dashboard: () => '' });
    const sdk = new TaskHubGrpcWorker({ hostAddress: `127.0.0.1:${server.port}`, logger: quiet });
    const worker = new SdkWorker(facts, remote, server, sdk);
    for (const [name, first] of Object.entries(options.scripts)) {
      sdk.addNamedOrchestrator(
        name,
        sdkOrchestrator(() => worker.scripts[name] ?? first),
      );
    }
    for (const [name, activity] of Object.entries(options.activities ?? {})) {
      sdk.addNamedActivity(name, (context, input: unknown) =>
        activity === 'manual' ? worker.#waitForTest(name, context) : activity(input),
      );
    }
    const there = new Promise<void>((resolve) => (connected = resolve));
    await sdk.start();
    await there;
    return worker;
  }

  accepts(kind: 'orchestrator' | 'activity' | 'entity', name: string, version: string): boolean {
    return this.remote.accepts(kind, name, version);
  }

  connected(): readonly ConnectedWorker[] {
    return this.remote.connected();
  }

  override runEpisode(request: EpisodeRequest): Promise<EpisodeOutcome> {
    return this.intercept(request) ?? this.remote.runEpisode(request);
  }

  override runActivity(request: ActivityRequest): Promise<ActivityOutcome> {
    const { name, instanceId, taskId } = request;
    this.callCounts[name] = (this.callCounts[name] ?? 0) + 1;
    const key = keyOf(instanceId, taskId);
    this.#onTheirWay.add(key);
    const ended = this.remote.runActivity(request);
    const arrived = (): void => this.#arrived(key);
    void ended.then(arrived, arrived);
    return ended;
  }

  override async settled(): Promise<boolean> {
    if (this.#onTheirWay.size === 0) return false;
    await new Promise<void>((resolve) => this.#settled.push(resolve));
    return true;
  }

  override forget(instanceId: string): void {
    this.remote.forget(instanceId);
  }

  override async close(): Promise<void> {
    for (const call of [...this.calls]) call.complete(null);
    // It sleeps for a second at the end, which no test needs to wait for.
    void this.sdk.stop();
    await this.server.stop();
  }

  #arrived(key: string): void {
    this.#onTheirWay.delete(key);
    if (this.#onTheirWay.size === 0) for (const resolve of this.#settled.splice(0)) resolve();
  }

  #waitForTest(name: string, { orchestrationId, taskId }: ActivityContext): Promise<unknown> {
    const key = keyOf(orchestrationId, taskId);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.calls.splice(this.calls.indexOf(call), 1);
        this.#onTheirWay.add(key);
      };
      const call: ActivityCall = {
        instanceId: orchestrationId,
        executionId: '',
        taskId,
        name,
        input: null,
        complete: (value) => {
          end();
          resolve(value);
        },
        fail: (message) => {
          end();
          reject(new Error(message));
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      this.calls.push(call);
      this.#arrived(key);
    });
  }
}

function keyOf(instanceId: string, taskId: number): string {
  return `${taskId}:${instanceId}`;
}
