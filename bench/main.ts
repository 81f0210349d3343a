/**
 * `npm run bench [-- W1 W4] [--durability strict] [--quick]`: the loads W1 to W6, through the real SDK in its own process and with the
 * journal on. Prints one JSON line a figure and a table at the end. Ratios stand against the best durable engine among the peers
 * measured on such a machine (2 cores), see `peers`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { TaskHubClient } from '../src/core/ports/task-hub-client';
import { isTerminal } from '../src/core/status';
import { type Emulator, startEmulator } from '../src/emulator/emulator';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { durability: { type: 'string', default: 'interval' }, quick: { type: 'boolean', default: false } },
});
const durability = values.durability === 'strict' ? 'strict' : 'interval';
const wanted = new Set(positionals.map((p) => p.toUpperCase()));
const appDir = path.join(__dirname, 'app');

/** What others reach on such a machine: best durable engine, best engine in memory. */
const peers: Readonly<Record<string, { durable: number; memory: number; unit: string; lowerIsBetter?: true }>> = {
  W1: { durable: 316, memory: 1766, unit: 'instances/s' },
  W2: { durable: 13, memory: 0.5, unit: 'ms p50', lowerIsBetter: true },
  W3: { durable: 757, memory: 1941, unit: 'activities/s' },
  W4: { durable: 949, memory: 1359, unit: 'activities/s' },
  W5: { durable: 234, memory: 6542, unit: 'instances/s' },
};

interface Figure {
  load: string;
  variant: string;
  value: number;
  unit: string;
  durability: string;
}
const figures: Figure[] = [];

function report(load: string, variant: string, value: number, unit: string): void {
  const figure = { load, variant, value: Number(value.toPrecision(5)), unit, durability };
  figures.push(figure);
  console.log(JSON.stringify(figure));
}

function whenFinished(hub: TaskHubClient, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const subscription = hub.subscribe((changes) => {
      for (const change of changes) if (change.type === 'instance' && isTerminal(change.row.runtimeStatus)) left--;
      if (left <= 0) {
        subscription.dispose();
        resolve();
      }
    });
  });
}

async function allAtOnce(hub: TaskHubClient, name: string, count: number): Promise<number> {
  const started = performance.now();
  const finished = whenFinished(hub, count);
  for (let i = 0; i < count; i++) void hub.start({ name });
  await finished;
  return (performance.now() - started) / 1000;
}

async function one(hub: TaskHubClient, name: string, input: string | null): Promise<number> {
  const started = performance.now();
  const { instanceId } = await hub.start({ name, input });
  const row = await hub.waitForCompletion(instanceId, 120_000);
  if (row.runtimeStatus !== 'Completed') throw new Error(`${name} ended ${row.runtimeStatus}: ${String(row.output)}`);
  return performance.now() - started;
}

function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

const loads: Readonly<Record<string, (emulator: Emulator) => Promise<void>>> = {
  async W1({ hub }) {
    for (const count of values.quick ? [1000] : [1000, 5000]) {
      const seconds = await allAtOnce(hub, 'HelloCities5', count);
      report('W1', `${count} at once`, count / seconds, 'instances/s');
    }
  },
  async W2({ hub }) {
    const times: number[] = [];
    for (let i = 0; i < (values.quick ? 200 : 500); i++) times.push(await one(hub, 'HelloCities5', null));
    times.sort((a, b) => a - b);
    report('W2', 'p50', percentile(times, 0.5), 'ms p50');
    report('W2', 'p99', percentile(times, 0.99), 'ms p99');
  },
  async W3({ hub }) {
    for (const n of [1000, 5000])
      report('W3', `fan-out ${n}`, n / ((await one(hub, 'FanOut', String(n))) / 1000), 'activities/s');
  },
  async W4({ hub }) {
    for (const n of [500, 1000, 2000])
      report('W4', `chain ${n}`, n / ((await one(hub, 'Chain', String(n))) / 1000), 'activities/s');
  },
  async W5({ hub }) {
    const ids = await Promise.all(Array.from({ length: 200 }, async () => (await hub.start({ name: 'Waiter' })).instanceId));
    for (;;) {
      const rows = await Promise.all(ids.map((id) => hub.get(id)));
      if (rows.every((row) => row?.runtimeStatus === 'Running')) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const started = performance.now();
    const finished = whenFinished(hub, ids.length);
    for (const id of ids) void hub.raiseEvent(id, 'Go', '1');
    await finished;
    report('W5', '200 raised at once', ids.length / ((performance.now() - started) / 1000), 'instances/s');
  },
};

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Start-up and memory of the built program, as a user starts it. */
async function startUp(folder: string): Promise<void> {
  const cli = path.join(__dirname, '..', 'dist', 'cli.js');
  const started = performance.now();
  const child: ChildProcess = spawn(
    process.execPath,
    [cli, 'start', appDir, '--port', '0', '--data', path.join(folder, 'w6'), '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (child.stdout === null) throw new Error('no output');
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise<{ managementUrl: string; key: string; pid: number; workerPid?: number }>((resolve) => {
    lines.on('line', (line) => {
      const message = JSON.parse(line) as { event: string };
      if (message.event === 'ready') resolve(message as never);
    });
  });
  report('W6', 'ready after', performance.now() - started, 'ms');
  const load = performance.now();
  await new Promise<void>((resolve, reject) => {
    const app = spawn(process.execPath, ['-e', "require('durable-functions')"], { cwd: appDir, stdio: 'ignore' });
    app.once('exit', () => resolve());
    app.once('error', reject);
  });
  report('W6', 'of that, node with the SDK alone', performance.now() - load, 'ms');
  const start = (): Promise<Response> =>
    fetch(`${ready.managementUrl}/orchestrators/HelloCities5?timeout=30&pollingInterval=1&code=${ready.key}`, { method: 'POST' });
  for (let i = 0; i < 20; i++) await start();
  report('W6', 'memory, engine', await residentMiB(ready.pid), 'MiB');
  if (ready.workerPid !== undefined) report('W6', 'memory, worker', await residentMiB(ready.workerPid), 'MiB');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'durascope-bench-'));
  try {
    for (const [name, load] of Object.entries(loads)) {
      if (wanted.size > 0 && !wanted.has(name)) continue;
      const emulator = await startEmulator({
        appDir,
        port: 0,
        dataDir: path.join(folder, name),
        durability,
        logger: (entry) => {
          if (entry.level === 'error' || entry.level === 'critical') console.error(entry.message);
        },
      });
      for (let i = 0; i < 3; i++) await allAtOnce(emulator.hub, 'HelloCities5', 200);
      await load(emulator);
      await emulator.stop();
    }
    if (wanted.size === 0 || wanted.has('W6')) await startUp(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  console.log(`\n| load | variant | ${durability} | unit | against the best durable peer | against the best in memory |`);
  console.log('| --- | --- | ---: | --- | ---: | ---: |');
  for (const figure of figures) {
    const peer = peers[figure.load];
    const ratio = (other: number): string =>
      peer === undefined || peer.unit !== figure.unit
        ? ''
        : `${(peer.lowerIsBetter ? other / figure.value : figure.value / other).toFixed(2)}x`;
    const cells = [figure.load, figure.variant, figure.value, figure.unit, ratio(peer?.durable ?? 0), ratio(peer?.memory ?? 0)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

void main();
