/**
 * What 1,000 at once would cost two processes that only exchange its messages: no engine, no replay, no checks, no index. The child runs the
 * real SDK once over the whole history of an instance and its activities between; the parent makes ids, starts, a journal record for what one
 * frame brings, and wakes whoever waits. `node floor.js SOCKET` is the child.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';

interface Start {
  instanceId: string;
  executionId: string;
  events: readonly Row[];
}
type Row = Record<string, unknown>;
interface Done {
  instanceId: string;
  events: readonly Row[];
  output: string;
}

/** Frames of a length and JSON, one a turn, as on the real wire. */
function framesOf(socket: Socket, take: (messages: unknown) => void): (message: unknown) => void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE(0)) {
      const end = 4 + rest.readUInt32LE(0);
      take(JSON.parse(rest.toString('utf8', 4, end)));
      rest = rest.subarray(end);
    }
  });
  let said: unknown[] = [];
  return (message) => {
    if (said.push(message) > 1) return;
    setImmediate(() => {
      const json = Buffer.from(JSON.stringify(said));
      said = [];
      const head = Buffer.alloc(4);
      head.writeUInt32LE(json.length);
      socket.write(Buffer.concat([head, json]));
    });
  };
}

type Handler = (trigger: unknown, context: unknown) => Promise<{ isDone: boolean; output: unknown }>;

function child(address: string): void {
  const appRequire = createRequire(path.join(__dirname, '..', 'app', 'package.json'));
  const sdk = path.dirname(appRequire.resolve('durable-functions'));
  const { createOrchestrator } = appRequire(path.join(sdk, 'util', 'testingUtils.js')) as {
    createOrchestrator: (fn: unknown) => Handler;
  };
  interface Context {
    df: { callActivity: (name: string, input: unknown) => unknown };
  }
  const orchestrate = createOrchestrator(function* (context: Context): Generator<unknown, unknown, string> {
    const outputs: string[] = [];
    for (const city of ['Tokyo', 'Seattle', 'London', 'Cairo', 'Lima'])
      outputs.push(yield context.df.callActivity('SayHello', city));
    return outputs;
  });
  const sayHello = (city: string): string => `Hello ${city}!`;
  const socket = connect(address);
  const send = framesOf(socket, (messages) => {
    for (const message of messages as Start[]) void run(message);
  });
  const run = async ({ instanceId, executionId, events }: Start): Promise<void> => {
    const history = [...events];
    const at = new Date().toISOString();
    for (const [id, city] of ['Tokyo', 'Seattle', 'London', 'Cairo', 'Lima'].entries()) {
      const row = { IsPlayed: false, Timestamp: at };
      if (id > 0) history.push({ EventType: 12, EventId: -1, ...row });
      if (id > 0) history.push(done(id - 1, row, sayHello(city)));
      history.push({ EventType: 4, EventId: id, ...row, Name: 'SayHello', Version: '', Input: null });
      history.push({ EventType: 13, EventId: -1, ...row });
    }
    history.push({ EventType: 12, EventId: -1, IsPlayed: false, Timestamp: at });
    history.push(done(4, { IsPlayed: false, Timestamp: at }, sayHello('Lima')));
    const trigger = { history, input: null, instanceId, isReplaying: false, parentInstanceId: null, upperSchemaVersionNew: 4 };
    const info = { ...trigger, upperSchemaVersion: 3, longRunningTimerIntervalDuration: '3.00:00:00' };
    const { output } = await orchestrate(
      { ...info, maximumShortTimerDuration: '6.00:00:00', defaultHttpAsyncRequestSleepTimeMillseconds: 30_000 },
      { invocationId: executionId, functionName: 'HelloCities5' },
    );
    send({ instanceId, events: history.slice(events.length), output: JSON.stringify(output) });
  };
  socket.on('close', () => process.exit(0));
}

const done = (id: number, row: Row, result: string): Row => ({
  EventType: 5,
  EventId: -1,
  ...row,
  TaskScheduledId: id,
  Result: JSON.stringify(result),
});

export interface Floor {
  run: () => Promise<void>;
  pid: number | undefined;
  stop: () => Promise<void>;
}

export async function floor(): Promise<Floor> {
  const folder = mkdtempSync(path.join(tmpdir(), 'durascope-floor-'));
  const journal = openSync(path.join(folder, 'journal'), 'w');
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(folder)}` : path.join(folder, 'socket');
  const server = createServer().listen(address);
  const runner: ChildProcess = spawn(process.execPath, ['--max-semi-space-size=4', path.join(__dirname, 'floor.js'), address], {
    stdio: 'inherit',
  });
  const [socket] = (await once(server, 'connection')) as [Socket];
  const waiting = new Map<string, { executionId: string; createdMs: number; resolve: () => void }>();
  const send = framesOf(socket, (told) => {
    const messages = told as Done[];
    let record = '';
    for (const { instanceId, events, output } of messages) {
      const { executionId, createdMs } = waiting.get(instanceId) ?? { executionId: '', createdMs: 0 };
      const rows = events.map(({ EventType, EventId, IsPlayed, Timestamp, ...rest }) =>
        JSON.stringify([EventType, EventId, IsPlayed, Date.parse(Timestamp as string), ...Object.values(rest)]),
      );
      record += `h["${instanceId}","${executionId}",0,0,${events.length}]\t${rows.join(',')}\n`;
      record += `i["${instanceId}","${executionId}","HelloCities5","","Completed",null,${JSON.stringify(output)},null,${createdMs},${Date.now()},${Date.now()},null,null,0,null,null,[],${events.length}]\n`;
    }
    write(record);
    for (const { instanceId, output } of messages) {
      if (!output.endsWith('"Hello Lima!"]')) throw new Error(`It ended with ${output}`);
      waiting.get(instanceId)?.resolve();
      waiting.delete(instanceId);
    }
  });
  const write = (record: string): void => {
    const bytes = Buffer.from(record);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(bytes.length, 0);
    head.writeUInt32LE(crc32(bytes), 4);
    writeSync(journal, Buffer.concat([head, bytes]));
  };
  let starts = '';
  const run = (): Promise<void> =>
    new Promise((resolve) => {
      const instanceId = randomBytes(16).toString('hex');
      const executionId = randomBytes(16).toString('hex');
      const Timestamp = new Date().toISOString();
      waiting.set(instanceId, { executionId, createdMs: Date.now(), resolve });
      const row = { EventId: -1, IsPlayed: false, Timestamp };
      const instance = { InstanceId: instanceId, ExecutionId: executionId };
      const begun = { EventType: 0, ...row, OrchestrationInstance: instance, Name: 'HelloCities5', Version: '', Input: null };
      if (starts === '')
        queueMicrotask(() => {
          write(starts);
          starts = '';
        });
      starts += `i["${instanceId}","${executionId}","HelloCities5","","Pending",null,null,null,${Date.now()},0,null,null,null,0,null,null,[],0]\nm${JSON.stringify(begun)}\n`;
      send({ instanceId, executionId, events: [{ EventType: 12, ...row }, begun] } satisfies Start);
    });
  return {
    run,
    pid: runner.pid,
    stop: async () => {
      socket.destroy();
      server.close();
      await once(runner, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const [address] = process.argv.slice(2);
if (path.basename(process.argv[1] ?? '') === 'floor.js' && address !== undefined) child(address);
