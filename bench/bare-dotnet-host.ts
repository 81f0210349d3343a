/**
 * The least that a host of C# apps can take for HelloCities5 and Chain: `tsx bench/bare-dotnet-host.ts APP_OUTPUT [sessions]`. It speaks the handshake,
 * and then sends the invocations of an instance (eleven, two hundred and one), encoded beforehand, each when the one before has been answered. No
 * engine, no history, no storage, nothing of an answer is read. `sessions`: extended sessions, that is each event is told once. Input and output as of rate-of.ts; `ms` besides: milliseconds of an invocation, episodes and activities apart.
 */
import { spawn } from 'node:child_process';
import { constants, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { HistoryEvent } from '../src/core/history/history';
import { orchestratorRequest, protoEvents } from '../src/grpc/work-item-bytes';
import { HistoryEvent as ProtoEvent } from '../src/wire/generated/task-hub-sidecar';
import { pastEventsTag } from '../src/grpc/history-bytes';
import { type RpcFunctionMetadata, StreamingMessage, type TypedData } from '../src/wire/generated/function-rpc';
import { FrameReader, framesOf } from '../src/workers/rpc/stream/rpc-frames';
import { processorMsOf } from './processor-ms';
import type { Rate } from './rate-of';

export interface BareRate extends Rate {
  /** Milliseconds of one invocation. */
  ms: { episode: number; activity: number };
}

type Content = NonNullable<StreamingMessage['content']>;

const marks = { EventId: -1, IsPlayed: false, Timestamp: '2026-01-01T00:00:00.000000Z' };
const text = (value: string): TypedData => ({ data: { $case: 'string', value } });

interface Program {
  name: string;
  input: string | null;
  activity: string;
  /** Of each activity, JSON: what it is given and what comes of it. */
  steps: { given: string; result: string }[];
}

const cities = ['Tokyo', 'Seattle', 'London', 'Cairo', 'Lima'];
const programs: readonly Program[] = [
  {
    name: 'HelloCities5',
    input: null,
    activity: 'SayHello',
    steps: cities.map((city) => ({ given: JSON.stringify(city), result: JSON.stringify(`Hello ${city}!`) })),
  },
  {
    name: 'Chain',
    input: '100',
    activity: 'Square',
    steps: Array.from({ length: 100 }, (_, n) => ({ given: String(n), result: String(n * n) })),
  },
];

/** What the orchestrator is told in its episodes, in order. */
function episodes({ name, input, activity, steps }: Program, instanceId: string, hasSessions: boolean): string[] {
  const id = { instanceId, executionId: 'e' };
  const OrchestrationInstance = { InstanceId: instanceId, ExecutionId: 'e' };
  const started: HistoryEvent = {
    ...marks,
    ...{
      EventType: 'ExecutionStarted',
      OrchestrationInstance,
      ParentInstance: null,
      Name: name,
      Version: '',
      Input: input,
      Tags: null,
    },
  };
  const history: HistoryEvent[] = [];
  let added: HistoryEvent[] = [{ ...marks, EventType: 'OrchestratorStarted' }, started];
  return ['', ...steps.map(({ result }) => result)].map((_, at) => {
    const isKept = hasSessions && at > 0;
    const past = new BinaryWriter();
    for (const event of isKept ? [] : protoEvents(history)) {
      ProtoEvent.encode(event, past.uint32(pastEventsTag).fork()).join();
    }
    const properties = { IsExtendedSession: true, ExtendedSessionIdleTimeoutInSeconds: 30, IncludeState: !isKept };
    const request = orchestratorRequest(id, protoEvents(added), past.finish(), hasSessions ? properties : {});
    history.push(...added, { ...marks, EventType: 'TaskScheduled', EventId: at, Name: activity, Version: '', Input: null });
    added = [
      { ...marks, EventType: 'OrchestratorStarted' },
      { ...marks, EventType: 'TaskCompleted', TaskScheduledId: at, Result: steps[at]?.result ?? null },
    ];
    return Buffer.from(request).toString('base64');
  });
}

class Connection {
  /** By invocation. */
  readonly waiting = new Map<string, () => void>();
  #functions: readonly RpcFunctionMetadata[] = [];
  #unloaded = 0;
  readonly #reader = new FrameReader(128 * 1024 * 1024);

  constructor(
    private readonly stream: ServerHttp2Stream,
    private readonly dir: string,
    private readonly loaded: (connection: Connection) => void,
  ) {
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => void this.#reader.read(chunk, (bytes) => this.#take(bytes)));
  }

  invoke(name: string, input: string): Promise<void> {
    const metadata = this.#functions.find((each) => each.name === name);
    if (metadata === undefined) throw new Error(`no function ${name}`);
    const trigger = JSON.parse(metadata.rawBindings[0] ?? '') as { name: string };
    const invocationId = `i${++lastId}`;
    return new Promise((resolve) => {
      this.waiting.set(invocationId, resolve);
      this.#say({
        $case: 'invocationRequest',
        value: {
          invocationId,
          functionId: metadata.functionId,
          inputData: [{ name: trigger.name, data: text(input) }],
          triggerMetadata: { instanceId: text('i') },
          traceContext: { traceParent: '', traceState: '', attributes: {} },
        },
      });
    });
  }

  #say(content: Content): void {
    if (!this.stream.headersSent) this.stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    for (const buffer of framesOf([StreamingMessage.encode({ requestId: '', content }).finish()])) this.stream.write(buffer);
  }

  #take(bytes: Buffer): void {
    const { content } = StreamingMessage.decode(bytes);
    const { dir } = this;
    if (content?.$case === 'invocationResponse') {
      const { invocationId, result } = content.value;
      if (result?.status !== 1) throw new Error(result?.exception?.message ?? 'it failed');
      this.waiting.get(invocationId)?.();
      this.waiting.delete(invocationId);
    } else if (content?.$case === 'startStream') {
      const value = { hostVersion: '4.1000.0', capabilities: {}, workerDirectory: dir, functionAppDirectory: dir };
      this.#say({ $case: 'workerInitRequest', value });
    } else if (content?.$case === 'workerInitResponse') {
      this.#say({ $case: 'functionsMetadataRequest', value: { functionAppDirectory: dir } });
    } else if (content?.$case === 'functionMetadataResponse') {
      this.#functions = content.value.functionMetadataResults;
      this.#unloaded = this.#functions.length;
      for (const metadata of this.#functions) {
        const { functionId } = metadata;
        this.#say({ $case: 'functionLoadRequest', value: { functionId, metadata, managedDependencyEnabled: false } });
      }
    } else if (content?.$case === 'functionLoadResponse' && --this.#unloaded === 0) this.loaded(this);
  }
}

let lastId = 0;

async function main(): Promise<void> {
  const [dir = '', mode] = process.argv.slice(2);
  let resolveLoaded: (connection: Connection) => void = () => undefined;
  const loaded = new Promise<Connection>((resolve) => (resolveLoaded = resolve));
  const server = createServer({ settings: { initialWindowSize: 8 * 1024 * 1024 } });
  server.on('stream', (stream, headers) => {
    if (headers[':path']?.endsWith('/EventStream') === true) new Connection(stream, dir, resolveLoaded);
    else stream.close(constants.NGHTTP2_CANCEL);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const args = ['--functions-uri', uri, '--functions-worker-id', 'w', '--functions-request-id', 'r'];
  const child = spawn('dotnet', [path.join(dir, 'bench-app.dll'), ...args, '--functions-grpc-max-message-length', '2147483647'], {
    cwd: dir,
    stdio: 'ignore',
    env: {
      ...process.env,
      FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated',
      FUNCTIONS_APPLICATION_DIRECTORY: dir,
      // As the emulator has it: what is compared is the host.
      DOTNET_TieredPGO: '0',
      DOTNET_GCgen0size: '0x1000000',
      DOTNET_ThreadPool_UnfairSemaphoreSpinLimit: '0',
    },
  });
  const connection = await loaded;
  /** By program and the place of those under way, which are no longer than a session. */
  const encoded = new Map<string, string[]>();
  const requestsOf = (program: Program, place: number): string[] => {
    const id = `${program.name}${place}`;
    let found = encoded.get(id);
    if (found === undefined) encoded.set(id, (found = episodes(program, id, mode === 'sessions')));
    return found;
  };
  const took = { episodes: 0, activities: 0 };
  const one = async (program: Program, place: number): Promise<void> => {
    for (const [at, request] of requestsOf(program, place).entries()) {
      const began = performance.now();
      await connection.invoke(program.name, request);
      const between = performance.now();
      took.episodes += between - began;
      const step = program.steps[at];
      if (step === undefined) return;
      await connection.invoke(program.activity, step.given);
      took.activities += performance.now() - between;
    }
  };
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, count = '1', atOnce = '1'] = line.split(' ');
    if (line === 'end') break;
    const program = programs.find((each) => each.name === name);
    if (program === undefined) throw new Error(`no program ${String(name)}`);
    for (let place = 0; place < Number(atOnce); place++) requestsOf(program, place);
    took.episodes = took.activities = 0;
    const before = { engine: process.cpuUsage(), app: processorMsOf(child.pid) };
    const began = performance.now();
    let left = Number(count);
    await Promise.all(
      Array.from({ length: Number(atOnce) }, async (_, place) => {
        while (left-- > 0) await one(program, place);
      }),
    );
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(before.engine);
    const rate: BareRate = {
      perSecond: (Number(count) * 1000) / ms,
      engineMs: (user + system) / 1000 / Number(count),
      appMs: (processorMsOf(child.pid) - before.app) / Number(count),
      ms: {
        episode: took.episodes / Number(count) / (program.steps.length + 1),
        activity: took.activities / Number(count) / program.steps.length,
      },
    };
    console.log(JSON.stringify(rate));
  }
  child.kill('SIGKILL');
}

void main().then(() => process.exit(0));
