/**
 * A worker that speaks FunctionRpc and runs nothing: it answers as it is told, or says what no worker should. It lives in this process, so that
 * a test of the host takes milliseconds.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import type { LogEntry } from '../../src/core/ports/logger';
import type { LaunchedProcess, LaunchSpec } from '../../src/workers/supervision/launch';
import type { AppWorkerEvent } from '../../src/workers/supervision/app-worker';
import { DotnetWorker, type DotnetWorkerOptions } from '../../src/workers/rpc/dotnet/dotnet-worker';
import {
  type InvocationRequest,
  type InvocationResponse,
  type RpcFunctionMetadata,
  StatusResult_Status,
  StreamingMessage,
  type TypedData,
} from '../../src/wire/generated/function-rpc';
import type { Content } from '../../src/workers/rpc/stream/rpc-listener';

export const success = { status: StatusResult_Status.Success, result: '', exception: undefined };

export function failure(message: string, type = 'System.Exception'): InvocationResponse['result'] {
  const exception = { message, type, stackTrace: '', source: '', isUserException: true };
  return { status: StatusResult_Status.Failure, result: '', exception };
}

export function stubFunction(functionId: string, name: string, type: string, more: object = {}): RpcFunctionMetadata {
  const trigger = { name: 'trigger', type, direction: 'In', ...more };
  return {
    functionId,
    name,
    directory: '',
    scriptFile: 'app.dll',
    entryPoint: `App.${name}`,
    language: 'dotnet-isolated',
    properties: {},
    bindings: {},
    rawBindings: [JSON.stringify(trigger)],
  };
}

const functions = [
  stubFunction('1', 'Square', 'activityTrigger'),
  stubFunction('2', 'Chain', 'orchestrationTrigger'),
  stubFunction('3', 'Page', 'httpTrigger', { authLevel: 'Anonymous', methods: ['get'] }),
  stubFunction('4', 'Counter', 'entityTrigger'),
  stubFunction('5', 'Nightly', 'timerTrigger', { schedule: '0 0 3 * * *' }),
];

/** True: it was answered, or is not to be. */
export type Behaviour = (worker: StubProcess, said: Content, app: StubApp) => boolean;

export class StubProcess implements LaunchedProcess {
  static count = 0;
  readonly pid = 900_000 + ++StubProcess.count;
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly exited: LaunchedProcess['exited'];
  readonly heard: Content[] = [];
  readonly port: number;
  readonly workerId: string;
  capabilities: Record<string, string> = { HandlesInvocationCancelMessage: 'True' };
  functions = functions;
  isGone = false;
  #exit!: (end: { code: number | null; signal: string | null }) => void;
  #clients: Client[] = [];
  #stream: ClientDuplexStream<Buffer, Buffer> | null = null;

  constructor(
    readonly spec: LaunchSpec,
    private readonly behaviour: (worker: StubProcess, said: Content) => boolean,
    private readonly onHeard: () => void,
  ) {
    this.exited = new Promise((resolve) => (this.#exit = resolve));
    const after = (flag: string): string => spec.args[spec.args.indexOf(flag) + 1] ?? '';
    this.port = Number(after('--port'));
    this.workerId = after('--workerId');
  }

  /** Opens a stream; the first one, or the newest, is what `say` speaks on. */
  connect(): ClientDuplexStream<Buffer, Buffer> {
    const client = new Client(`127.0.0.1:${this.port}`, credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
      'grpc.max_receive_message_length': -1,
    });
    const same = (bytes: Buffer): Buffer => bytes;
    const stream = client.makeBidiStreamRequest('/AzureFunctionsRpcMessages.FunctionRpc/EventStream', same, same);
    stream.on('data', (bytes: Buffer) => {
      const { content } = StreamingMessage.decode(bytes);
      if (content === undefined || this.isGone) return;
      this.heard.push(content);
      if (!this.behaviour(this, content)) this.answer(content);
      this.onHeard();
    });
    stream.on('error', () => undefined);
    this.#clients.push(client);
    this.#stream = stream;
    return stream;
  }

  hello(): void {
    this.connect();
    this.say({ $case: 'startStream', value: { workerId: this.workerId } });
  }

  say(content: Content): void {
    this.sayBytes(Buffer.from(StreamingMessage.encode({ requestId: '', content }).finish()));
  }

  sayBytes(bytes: Buffer): void {
    this.#stream?.write(bytes);
  }

  /** What a sound worker says to it. */
  answer(said: Content): void {
    switch (said.$case) {
      case 'workerInitRequest':
        this.say({
          $case: 'workerInitResponse',
          value: { workerVersion: 'stub', capabilities: this.capabilities, result: success },
        });
        break;
      case 'functionsMetadataRequest':
        this.say({
          $case: 'functionMetadataResponse',
          value: { functionMetadataResults: this.functions, result: success, useDefaultMetadataIndexing: false },
        });
        break;
      case 'functionLoadRequest':
        this.say({ $case: 'functionLoadResponse', value: { functionId: said.value.functionId, result: success } });
        break;
      case 'invocationRequest':
        this.returns(said.value, { data: { $case: 'json', value: '49' } });
        break;
      case 'workerStatusRequest':
        this.say({ $case: 'workerStatusResponse', value: {} });
        break;
      case 'workerTerminate':
        this.exit(0);
        break;
      default:
    }
  }

  returns({ invocationId }: InvocationRequest, returnValue: TypedData | undefined): void {
    this.say({ $case: 'invocationResponse', value: { invocationId, outputData: [], result: success, returnValue } });
  }

  fails({ invocationId }: Pick<InvocationRequest, 'invocationId'>, message: string, type?: string): void {
    const result = failure(message, type);
    this.say({ $case: 'invocationResponse', value: { invocationId, outputData: [], result, returnValue: undefined } });
  }

  exit(code: number | null, signal: string | null = null): void {
    if (this.isGone) return;
    this.isGone = true;
    this.stdout.end();
    this.stderr.end();
    for (const client of this.#clients) client.close();
    this.#stream?.cancel();
    this.#exit({ code, signal });
  }

  kill(): void {
    this.exit(null, 'SIGKILL');
  }
}

/** A C# app whose processes are stubs. */
export class StubApp {
  readonly processes: StubProcess[] = [];
  readonly logs: LogEntry[] = [];
  readonly events: AppWorkerEvent[] = [];
  worker!: DotnetWorker;
  readonly #waiters = new Set<() => void>();

  private constructor(readonly dir: string) {}

  /**
   * `begin`: what a process does when it is started; default: it says hello. `built`: the list of functions that the build has written. Rejects as
   * the worker's start does.
   */
  static async start(
    behaviour: Behaviour,
    {
      begin,
      host,
      built = '[]',
      ...options
    }: Partial<DotnetWorkerOptions> & { begin?: (process: StubProcess) => void; host?: object; built?: string } = {},
  ): Promise<StubApp> {
    const app = new StubApp(await mkdtemp(path.join(tmpdir(), 'durascope-stub-')));
    const config = { description: { defaultWorkerPath: 'app.dll' } };
    await writeFile(path.join(app.dir, 'worker.config.json'), JSON.stringify(config));
    await writeFile(path.join(app.dir, 'functions.metadata'), built);
    await writeFile(path.join(app.dir, 'host.json'), JSON.stringify({ version: '2.0', ...host }));
    await writeFile(path.join(app.dir, 'app.dll'), '');
    try {
      app.worker = await DotnetWorker.start({
        appDir: app.dir,
        clientBinding: () => '{}',
        watch: false,
        loadTimeoutMs: 60_000,
        ...options,
        log: (entry) => {
          app.logs.push(entry);
          app.#happened();
        },
        launcher: (spec) => {
          const process = new StubProcess(
            spec,
            (worker, said) => behaviour(worker, said, app),
            () => app.#happened(),
          );
          app.processes.push(process);
          setImmediate(() => (begin === undefined ? process.hello() : begin(process)));
          return process;
        },
      });
    } catch (error) {
      await app.stop();
      throw error;
    }
    app.worker.onEvent((event) => {
      app.events.push(event);
      app.#happened();
    });
    return app;
  }

  #happened(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** What `look` finds, asked again after every message to a process, every event and every line of the log. */
  async eventually<V>(look: () => V | undefined): Promise<V> {
    for (;;) {
      const next = new Promise<void>((resolve) => this.#waiters.add(resolve));
      const found = look();
      if (found !== undefined) return found;
      await next;
      this.#waiters.clear();
    }
  }

  /** The `at`-th invocation that any process was asked for. */
  invoked(at = 0): Promise<InvocationRequest> {
    return this.eventually(() => this.invocations()[at]);
  }

  invocations(): InvocationRequest[] {
    return this.processes.flatMap(({ heard }) =>
      heard.flatMap((said) => (said.$case === 'invocationRequest' ? [said.value] : [])),
    );
  }

  cancelled(): string[] {
    return this.processes.flatMap(({ heard }) =>
      heard.flatMap((said) => (said.$case === 'invocationCancel' ? [said.value.invocationId] : [])),
    );
  }

  square(input = 7, instanceId = 'instance'): ReturnType<DotnetWorker['runActivity']> {
    return this.worker.runActivity({ instanceId, executionId: 'e', taskId: 0, name: 'Square', input: `[${input}]` });
  }

  page(signal?: AbortSignal): ReturnType<DotnetWorker['invokeHttp']> {
    const request = { method: 'GET', url: 'http://localhost/api/Page', headers: {}, query: {}, params: {}, body: null };
    return this.worker.invokeHttp('Page', request, signal);
  }

  async stop(): Promise<void> {
    // Absent when the start failed.
    await (this.worker as DotnetWorker | undefined)?.stop();
    for (const process of this.processes) process.kill();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
