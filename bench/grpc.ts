/**
 * `npm run bench:grpc [-- W1 W4] [--rounds 3]`: the loads W1 to W5 through the Durable Task SDK for JavaScript over gRPC, with the journal
 * on, beside a backend that does nothing but the protocol (bare-sidecar.ts), in turns. Prints medians as JSON lines, and their ratio: 1 is
 * as fast as the protocol allows.
 */
import { TaskHubGrpcClient } from '@microsoft/durabletask-js';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '3' } } });
const wanted = new Set(positionals.map((each) => each.toUpperCase()));
// This file runs as bench/dist/grpc.js.
const cli = path.join(__dirname, '..', '..', 'dist', 'cli.js');
const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

async function one(client: TaskHubGrpcClient, name: string, input?: number): Promise<number> {
  const began = performance.now();
  const id = await client.scheduleNewOrchestration(name, input);
  const state = await client.waitForOrchestrationCompletion(id, true, 300);
  if (Number(state?.runtimeStatus) !== 1) throw new Error(`${name} ended ${String(state?.runtimeStatus)}`);
  return performance.now() - began;
}

interface Load {
  unit: string;
  run: (client: TaskHubGrpcClient) => Promise<number>;
  /** So many times, once here and once there: what takes milliseconds varies with the machine more than with who is measured. */
  turns?: number;
}

const loads: Readonly<Record<string, Load>> = {
  W1: {
    unit: 'instances/s, 300 HelloCities5 at once',
    async run(client) {
      const began = performance.now();
      await Promise.all(Array.from({ length: 300 }, () => one(client, 'HelloCities5')));
      return 300_000 / (performance.now() - began);
    },
  },
  W2: { unit: 'ms, HelloCities5 alone, p50', run: (client) => one(client, 'HelloCities5'), turns: 60 },
  W3: { unit: 'ms, fan-out of 1,000', run: (client) => one(client, 'FanOut', 1000) },
  W4: { unit: 'ms, chain of 500', run: (client) => one(client, 'Chain', 500) },
  W5: {
    unit: 'instances/s, 200 waiters raised at once',
    async run(client) {
      const ids = await Promise.all(Array.from({ length: 200 }, () => client.scheduleNewOrchestration('Waiter')));
      await Promise.all(ids.map((id) => client.waitForOrchestrationStart(id, false, 60)));
      const began = performance.now();
      await Promise.all(
        ids.map(async (id) => {
          await client.raiseOrchestrationEvent(id, 'Go', 1);
          await client.waitForOrchestrationCompletion(id, false, 60);
        }),
      );
      return 200_000 / (performance.now() - began);
    },
  },
};

interface Launched {
  child: ChildProcess;
  ready: { grpc?: { port: number } };
}

function launch(args: readonly string[]): Promise<Launched> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args[0] ?? ''} ended with ${String(code)}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as { event: string; grpc?: { port: number } };
      if (message.event === 'ready') resolve({ child, ready: message });
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => resolve());
    child.kill();
  });
}

interface Opened {
  client: TaskHubGrpcClient;
  close: () => Promise<void>;
}

/** A fresh backend and a fresh worker, so that nothing of an earlier figure is left in them. */
async function open(backend: readonly string[]): Promise<Opened> {
  const server = await launch(backend);
  const address = `127.0.0.1:${server.ready.grpc?.port ?? 0}`;
  const worker = await launch([path.join(__dirname, 'sdk-worker.js'), address]);
  const client = new TaskHubGrpcClient({ hostAddress: address, logger: silent });
  // Warm, as a worker is after its first minute.
  for (let i = 0; i < 20; i++) await one(client, 'HelloCities5');
  await one(client, 'FanOut', 100);
  return {
    client,
    close: async () => {
      await client.stop();
      await end(worker.child);
      await end(server.child);
    },
  };
}

/** The figure of each backend. */
async function measure({ run, turns }: Load, backends: readonly (readonly string[])[]): Promise<number[]> {
  const figures: number[] = [];
  if (turns === undefined) {
    for (const backend of backends) {
      const { client, close } = await open(backend);
      figures.push(await run(client).finally(close));
    }
    return figures;
  }
  const opened: Opened[] = [];
  try {
    for (const backend of backends) opened.push(await open(backend));
    const times: number[][] = backends.map(() => []);
    for (let i = 0; i < turns; i++) for (const [at, { client }] of opened.entries()) times[at]?.push(await run(client));
    return times.map(median);
  } finally {
    for (const { close } of opened) await close();
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'durascope-bench-'));
  try {
    for (const [name, load] of Object.entries(loads)) {
      if (wanted.size > 0 && !wanted.has(name)) continue;
      const bare: number[] = [];
      const emulator: number[] = [];
      for (let round = 0; round < Number(values.rounds); round++) {
        const data = path.join(folder, `${name}-${round}`);
        const [theirs = Number.NaN, ours = Number.NaN] = await measure(load, [
          [path.join(__dirname, 'bare-sidecar.js')],
          [cli, 'start', folder, '--port', '0', '--grpc-port', '0', '--data', data, '--json'],
        ]);
        bare.push(theirs);
        emulator.push(ours);
      }
      const ours = median(emulator);
      const theirs = median(bare);
      const ratio = load.unit.startsWith('ms') ? theirs / ours : ours / theirs;
      const round = (value: number): number => Number(value.toPrecision(4));
      console.log(
        JSON.stringify({ load: name, unit: load.unit, emulator: round(ours), bareSidecar: round(theirs), ratio: round(ratio) }),
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
