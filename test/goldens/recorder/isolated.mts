// A stand-in for the Functions host towards an app of the .NET isolated worker: starts what was built of it over FunctionRpc and calls its
// functions. What it is asked and answers is as in worker.cjs. Usage: node --import tsx isolated.mts OUTPUT-FOLDER
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { spawnGuarded } from '../../../src/workers/rpc/guarded-process';
import { RpcProcess } from '../../../src/workers/rpc/rpc-process';

const dir = path.resolve(process.argv[2] ?? '.');
const { description } = JSON.parse(readFileSync(path.join(dir, 'worker.config.json'), 'utf8')) as {
  description: { defaultWorkerPath: string };
};
const send = (message: unknown): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const env = { ...process.env, FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated', FUNCTIONS_APPLICATION_DIRECTORY: dir };
// The app is told where its clients reach the extension before the extension listens: what comes there is passed on.
let client: URL | undefined;
const door = createServer((socket) => {
  if (client === undefined) return void socket.destroy();
  const onward = connect(Number(client.port), client.hostname);
  socket.pipe(onward).pipe(socket);
  socket.on('error', () => onward.destroy());
  onward.on('error', () => socket.destroy());
});
await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
const clientBinding = JSON.stringify({
  rpcBaseUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
  taskHubName: process.env['RECORDER_HUB'],
  connectionName: 'AzureWebJobsStorage',
  maxGrpcMessageSizeInBytes: 4_194_304,
  grpcHttpClientTimeout: '"00:01:40"',
});
const app = await RpcProcess.start({
  launcher: spawnGuarded,
  launch: {
    command: 'dotnet',
    args: [path.join(dir, description.defaultWorkerPath)],
    cwd: dir,
    env: env,
  },
  appDir: dir,
  workerDir: dir,
  functions: null,
  profile: 'G',
  placeOf: () => ({}),
  clientBinding,
  functionTimeoutMs: null,
  concurrency: null,
  log: ({ message }) => void process.stderr.write(`${message}\n`),
  watchdogMs: 0,
  loadTimeoutMs: 60_000,
});
send({
  functions: app.functions.map(({ name, triggerType }) => ({ name, parameter: 'trigger', type: triggerType })),
});

for await (const line of readline.createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { id: number; fn: string; data: { string?: string }; client?: { address: string } };
  if (message.client === undefined) void answer(message);
  else client = new URL(message.client.address);
}
door.close();
await app.stop();

async function answer({ id, fn, data }: { id: number; fn: string; data: { string?: string } }): Promise<void> {
  if (process.env['RECORDER_TRACE']) process.stderr.write(`${fn} ${data.string ?? ''}\n`);
  try {
    const { result } = await app.invoke(fn, data.string === undefined ? null : JSON.stringify(data.string), {
      // The extension tells it to a function that asks for it, as tasks that are classes do.
      instanceId: '',
    });
    const value = result === null ? null : (JSON.parse(result) as unknown);
    if (process.env['RECORDER_TRACE']) process.stderr.write(`${fn} -> ${result ?? ''}\n`);
    send({ id, ...(value === null ? {} : { returnValue: typeof value === 'string' ? { string: value } : { json: result } }) });
  } catch (error) {
    const { message, stack } = error as Error;
    send({ id, error: { message, stack } });
  }
}
