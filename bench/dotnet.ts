/**
 * What the host of C# apps costs, beside a bare one that speaks nothing but the handshake: `npx tsx bench/dotnet.ts [ROUNDS]`. Needs the .NET
 * SDK; the app is the fixture of the tests.
 *
 * From the start of the process to the loaded app (in turns, milliseconds), a call of an activity (microseconds, one at a time and 32 at once),
 * and the memory of both processes afterwards (MiB).
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { DotnetWorker } from '../src/workers/rpc/dotnet/dotnet-worker';
import { FunctionRpcService, type StreamingMessage } from '../src/wire/generated/function-rpc';
import { builtApp } from '../test/support/built-dotnet-app';

const rounds = Number(process.argv[2] ?? '9');
const calls = 2_000;
const mega = 1024 * 1024;

/** Milliseconds. */
async function bare(dir: string): Promise<number> {
  const server = new Server();
  const startedAt = performance.now();
  const port = await new Promise<number>((resolve, reject) => {
    const eventStream = (call: ServerDuplexStream<StreamingMessage, StreamingMessage>): void => {
      let waiting = 0;
      const say = (content: NonNullable<StreamingMessage['content']>): void => void call.write({ requestId: '', content });
      call.on('data', ({ content }: StreamingMessage) => {
        if (content?.$case === 'startStream') {
          const value = { hostVersion: '4.1000.0', capabilities: {}, workerDirectory: dir, functionAppDirectory: dir };
          say({ $case: 'workerInitRequest', value });
        } else if (content?.$case === 'workerInitResponse') {
          say({ $case: 'functionsMetadataRequest', value: { functionAppDirectory: dir } });
        } else if (content?.$case === 'functionMetadataResponse') {
          for (const metadata of content.value.functionMetadataResults) {
            waiting++;
            const { functionId } = metadata;
            say({ $case: 'functionLoadRequest', value: { functionId, metadata, managedDependencyEnabled: false } });
          }
        } else if (content?.$case === 'functionLoadResponse' && --waiting === 0) loaded();
      });
      call.on('error', () => undefined);
    };
    server.addService(FunctionRpcService, { eventStream });
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  let loaded = (): void => undefined;
  const isLoaded = new Promise<void>((resolve) => (loaded = resolve));
  const uri = `http://127.0.0.1:${port}/`;
  const args = ['--functions-uri', uri, '--functions-worker-id', 'w', '--functions-request-id', 'r'];
  const child = spawn(
    'dotnet',
    [path.join(dir, 'dotnet-app.dll'), ...args, '--functions-grpc-max-message-length', '2147483647'],
    {
      cwd: dir,
      stdio: 'ignore',
      env: { ...process.env, FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated', FUNCTIONS_APPLICATION_DIRECTORY: dir },
    },
  );
  await isLoaded;
  const took = performance.now() - startedAt;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  server.forceShutdown();
  await gone;
  return took;
}

async function ours(dir: string): Promise<{ took: number; worker: DotnetWorker }> {
  const startedAt = performance.now();
  const worker = await DotnetWorker.start({ appDir: dir, clientBinding: () => '{}', watch: false, log: () => undefined });
  return { took: performance.now() - startedAt, worker };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
}

async function main(): Promise<void> {
  const built = await builtApp('bench of C# apps', path.resolve(__dirname, '../test/fixtures/apps/dotnet'));
  if (built === null) return;
  const dir = path.join(built, 'bin/Debug/net10.0');
  const times = { bare: [] as number[], ours: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const alone = await bare(dir);
    const { took, worker } = await ours(dir);
    await worker.stop();
    // The first of each reads the disk.
    if (round === 0) continue;
    times.bare.push(alone);
    times.ours.push(took);
  }
  const { worker } = await ours(dir);
  const call = async (taskId: number): Promise<number> => {
    const startedAt = performance.now();
    await worker.runActivity({ instanceId: 'i', executionId: 'e', taskId, name: 'Square', input: '[7]' });
    return (performance.now() - startedAt) * 1000;
  };
  for (let at = 0; at < calls; at++) await call(at);
  const single: number[] = [];
  for (let at = 0; at < calls; at++) single.push(await call(at));
  const many: number[] = [];
  for (let at = 0; at < calls; at += 32) many.push(...(await Promise.all(Array.from({ length: 32 }, (_, i) => call(at + i)))));
  const [loadedBare, loadedOurs] = [median(times.bare), median(times.ours)];
  console.log(
    JSON.stringify({
      loadedBareMs: Math.round(loadedBare),
      loadedOursMs: Math.round(loadedOurs),
      ratio: Number((loadedOurs / loadedBare).toFixed(2)),
      activityP50Us: Math.round(median(single)),
      activity32P50Us: Math.round(median(many)),
      hostMiB: Math.round(process.memoryUsage().rss / mega),
      appMiB: Math.round(residentMiB(worker.pid ?? process.pid)),
    }),
  );
  await worker.stop();
}

void main();
