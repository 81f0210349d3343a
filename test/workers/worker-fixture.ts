/** Starts workers on the fixture apps (each on a copy of its own, so that tests may change files) and ends what they started. */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HistoryEvent } from '../../src/core/history/history';
import type { ActivityOutcome, EpisodeOutcome } from '../../src/core/ports/function-worker';
import type { HttpTriggerRequest } from '../../src/core/ports/http-trigger';
import type { LogEntry } from '../../src/core/ports/logger';
import type { StartOptions } from '../../src/core/ports/task-hub-client';
import type { AppWorkerEvent } from '../../src/workers/supervision/app-worker';
import { NodeWorker, type NodeWorkerOptions } from '../../src/workers/node/node-worker';
import { buildChild } from '../support/build-child';

const apps = path.join(__dirname, '../fixtures/apps');
const nodeModules = path.join(__dirname, '../../node_modules');

export const clientBinding = JSON.stringify({
  taskHubName: 'Fixture',
  connectionName: null,
  creationUrls: {
    createNewInstancePostUri: 'http://localhost:7099/x/orchestrators/{functionName}[/{instanceId}]?code=k',
    createAndWaitOnNewInstancePostUri: 'http://localhost:7099/x/orchestrators/{functionName}[/{instanceId}]?code=k',
  },
  managementUrls: Object.fromEntries([
    ['id', 'INSTANCEID'],
    ...[
      'statusQueryGetUri',
      'sendEventPostUri',
      'terminatePostUri',
      'rewindPostUri',
      'purgeHistoryDeleteUri',
      'restartPostUri',
      'suspendPostUri',
      'resumePostUri',
    ].map((name) => [name, `http://localhost:7099/x/instances/INSTANCEID/${name}`]),
  ]) as Record<string, string>,
  baseUrl: 'http://localhost:7099/x',
  requiredQueryStringParameters: 'code=k',
  rpcBaseUrl: 'http://127.0.0.1:7099/rpc/',
  httpBaseUrl: null,
  maxGrpcMessageSizeInBytes: null,
  grpcHttpClientTimeout: null,
});

export class RunningApp {
  readonly logs: LogEntry[] = [];
  readonly events: AppWorkerEvent[] = [];
  readonly starts: StartOptions[] = [];
  worker!: NodeWorker;
  private readonly waiters = new Set<() => void>();

  constructor(readonly dir: string) {}

  heard(): void {
    for (const waiter of [...this.waiters]) waiter();
  }

  /** Resolves with the first event of the type, one that was before or one to come. */
  async event(type: AppWorkerEvent['type']): Promise<{ message?: string; file?: string; line?: number }> {
    return this.until(() => this.events.find((event) => event.type === type)) as Promise<{
      message?: string;
      file?: string;
      line?: number;
    }>;
  }

  async logged(text: string): Promise<LogEntry> {
    return this.until(() => this.logs.find((entry) => entry.message.includes(text)));
  }

  /** A line of its own, not among the last words of a process. */
  async printed(line: string): Promise<LogEntry> {
    return this.until(() => this.logs.find(({ message }) => message === line));
  }

  activity(name: string, input?: unknown, instanceId = 'instance'): Promise<ActivityOutcome> {
    const json = input === undefined ? null : JSON.stringify([input]);
    return this.worker.runActivity({ instanceId, executionId: 'execution', taskId: 0, name, input: json });
  }

  /** The activity's result, parsed. */
  async result(name: string, input?: unknown): Promise<unknown> {
    const outcome = await this.activity(name, input);
    if (!outcome.ok) throw new Error(outcome.reason);
    return outcome.result === null ? null : (JSON.parse(outcome.result) as unknown);
  }

  firstEpisode(name: string, input: unknown = null, instanceId = 'instance'): Promise<EpisodeOutcome> {
    const newEvents = firstEvents(name, input, instanceId);
    return this.worker.runEpisode({ instanceId, executionId: `e-${instanceId}`, name, history: [], newEvents });
  }

  async http(name: string, request: Partial<HttpTriggerRequest> = {}) {
    const { status, headers, body } = await this.worker.invokeHttp(name, {
      method: 'GET',
      url: `http://localhost:7099/api/${name}`,
      headers: {},
      query: {},
      params: {},
      body: null,
      ...request,
    });
    const text = body === null ? '' : body instanceof Uint8Array ? Buffer.from(body).toString() : await new Response(body).text();
    return {
      status,
      headers: [...headers],
      header: (name_: string) => headers.find(([key]) => key.toLowerCase() === name_)?.[1],
      text,
    };
  }

  private until<V>(look: () => V | undefined): Promise<V> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        this.waiters.delete(check);
        resolve(found);
      };
      this.waiters.add(check);
      check();
    });
  }
}

export const timestamp = (second: number): string => `2024-01-01T00:00:${String(second).padStart(2, '0')}.0000000Z`;

export function firstEvents(name: string, input: unknown, instanceId: string): HistoryEvent[] {
  const base = { EventId: -1, IsPlayed: false, Timestamp: timestamp(0) };
  return [
    { ...base, EventType: 'OrchestratorStarted' },
    {
      ...base,
      EventType: 'ExecutionStarted',
      Name: name,
      Version: '',
      Input: JSON.stringify(input),
      OrchestrationInstance: { InstanceId: instanceId, ExecutionId: `e-${instanceId}` },
    },
  ];
}

export interface AppOptions extends Partial<Omit<NodeWorkerOptions, 'appDir' | 'log'>> {
  /** Files written over the copy of the fixture, by relative path. */
  files?: Readonly<Record<string, string>>;
  /** What `durable-functions` resolves to in the app. Default 3.x. */
  durableFunctions?: 'durable-functions-v1' | 'durable-functions-v2';
  /** What else it finds among its packages. */
  packages?: readonly string[];
}

/** What the tests of one file started; `cleanUp` belongs into afterEach. */
export class WorkerFixture {
  private readonly started: RunningApp[] = [];
  private readonly folders: string[] = [];

  /** A copy of the fixture app (null: an empty folder), its packages linked. */
  async copy(fixture: string | null, { files = {}, durableFunctions, packages: more = [] }: AppOptions = {}): Promise<string> {
    const dir = await mkdtemp(path.join(tmpdir(), 'durascope-app-'));
    this.folders.push(dir);
    if (fixture !== null) await cp(path.join(apps, fixture), dir, { recursive: true });
    const packages = path.join(dir, 'node_modules');
    await mkdir(packages, { recursive: true });
    const link = (from: string, to: string) => symlink(path.join(nodeModules, from), path.join(packages, to), 'junction');
    await link('@azure', '@azure');
    for (const name of more) await link(name, name);
    await link(durableFunctions ?? 'durable-functions', 'durable-functions');
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
      await writeFile(path.join(dir, name), text);
    }
    return dir;
  }

  async start(fixture: string | null, options: AppOptions = {}): Promise<RunningApp> {
    return this.startAt(await this.copy(fixture, options), options);
  }

  /** The app of a folder, as it is. */
  async startAt(dir: string, options: AppOptions = {}): Promise<RunningApp> {
    const app = new RunningApp(dir);
    app.worker = await NodeWorker.start({
      appDir: dir,
      childScript: await buildChild(),
      clientBinding: () => clientBinding,
      env: { WEBSITE_HOSTNAME: 'localhost:7099' },
      watch: false,
      startInstance: (start) => {
        app.starts.push(start);
        return Promise.resolve();
      },
      ...options,
      log: (entry) => {
        app.logs.push(entry);
        app.heard();
      },
    });
    this.started.push(app);
    app.worker.onEvent((event) => {
      app.events.push(event);
      app.heard();
    });
    return app;
  }

  async cleanUp(): Promise<void> {
    await Promise.all(this.started.splice(0).map((app) => app.worker.stop()));
    await Promise.all(this.folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
  }
}
