/**
 * `npm run bench [-- FRESH W1 W4] [--durability strict] [--quick] [--rounds 3] [--base DIST] [--load W2]`: the loads in fresh processes, in turns with
 * the in-memory backend of the Durable Task SDK for JavaScript (fresh.ts; only by name: W3 E1 E2 E3, and of the started program HTTP GRPC MEMORY
 * IDLE, and OPEN with `--hub DIR`; `--base floor --load W1`: two processes that only exchange the messages); then the loads W1 to W6 and those of entities (E1 to E3) on a
 * warm emulator, through the real SDK in its own process and with the journal on. Prints one JSON line a figure and a table at the end.
 * Ratios of the second table stand against the best engines among the peers measured on such a machine (2 cores), see `peers`. On Linux
 * each figure carries the processor time per operation of both processes, which tells more than the clock where the machine has other
 * work as well.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { TaskHubClient } from '../src/core/ports/task-hub-client';
import { isTerminal } from '../src/core/values/status';
import { type Emulator, startEmulator } from '../src/emulator/emulator';
import { benchFresh } from './fresh';
import type { Ready } from './program-loads';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    durability: { type: 'string', default: 'interval' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    base: { type: 'string', multiple: true, default: [] },
    load: { type: 'string', multiple: true, default: [] },
    hub: { type: 'string', default: '' },
  },
});
const durability = values.durability === 'strict' ? 'strict' : 'interval';
const wanted = new Set(positionals.map((p) => p.toUpperCase()));
// This file runs as bench/dist/main.js.
const appDir = path.join(__dirname, '..', 'app');
const cli = path.join(__dirname, '..', '..', 'dist', 'cli.js');

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
  /** Milliseconds of processor time per operation. */
  engineCpuMs?: number;
  workerCpuMs?: number;
}
const figures: Figure[] = [];

function report(load: string, variant: string, value: number, unit: string, cpu: Partial<Figure> = {}): void {
  const figure = { load, variant, value: rounded(value), unit, durability, ...cpu };
  figures.push(figure);
  console.log(JSON.stringify(figure));
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Runs a load of `operations` and tells its processor time per operation. */
async function measured(
  emulator: Emulator,
  operations: number,
  run: () => Promise<void>,
): Promise<[seconds: number, Partial<Figure>]> {
  const worker = await processorMs(emulator.workerPid);
  const engine = process.cpuUsage();
  const started = performance.now();
  await run();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(engine);
  const workerMs = (await processorMs(emulator.workerPid)) - worker;
  return [
    seconds,
    {
      engineCpuMs: rounded((user + system) / 1000 / operations),
      ...(Number.isNaN(workerMs) ? {} : { workerCpuMs: rounded(workerMs / operations) }),
    },
  ];
}

/** NaN where there is no /proc. */
async function processorMs(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function whenFinished(hub: TaskHubClient, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const subscription = hub.subscribe((changes) => {
      for (const change of changes) if (change.type === 'instance' && isTerminal(change.row.runtimeStatus)) left--;
      if (left > 0) return;
      subscription.dispose();
      resolve();
    });
  });
}

async function allAtOnce(hub: TaskHubClient, name: string, count: number): Promise<void> {
  const finished = whenFinished(hub, count);
  for (let i = 0; i < count; i++) void hub.start({ name });
  await finished;
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
  async W1(emulator) {
    for (const count of values.quick ? [1000] : [1000, 5000]) {
      const [seconds, cpu] = await measured(emulator, count, () => allAtOnce(emulator.hub, 'HelloCities5', count));
      report('W1', `${count} at once`, count / seconds, 'instances/s', cpu);
    }
  },
  async W2(emulator) {
    const times: number[] = [];
    const count = values.quick ? 200 : 500;
    const [, cpu] = await measured(emulator, count, async () => {
      for (let i = 0; i < count; i++) times.push(await one(emulator.hub, 'HelloCities5', null));
    });
    times.sort((a, b) => a - b);
    report('W2', 'p50', percentile(times, 0.5), 'ms p50', cpu);
    report('W2', 'p99', percentile(times, 0.99), 'ms p99');
  },
  async W3(emulator) {
    for (const n of [1000, 5000]) {
      const [seconds, cpu] = await measured(emulator, n, async () => {
        await one(emulator.hub, 'FanOut', String(n));
      });
      report('W3', `fan-out ${n}`, n / seconds, 'activities/s', cpu);
    }
  },
  async W4(emulator) {
    for (const n of [500, 1000, 2000]) {
      const [seconds, cpu] = await measured(emulator, n, async () => {
        await one(emulator.hub, 'Chain', String(n));
      });
      report('W4', `chain ${n}`, n / seconds, 'activities/s', cpu);
    }
  },
  async W5(emulator) {
    const { hub } = emulator;
    // The first round warms up.
    for (const round of [1, 2]) {
      const ids = await Promise.all(Array.from({ length: 200 }, async () => (await hub.start({ name: 'Waiter' })).instanceId));
      for (;;) {
        const rows = await Promise.all(ids.map((id) => hub.get(id)));
        if (rows.every((row) => row?.runtimeStatus === 'Running')) break;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const [seconds, cpu] = await measured(emulator, ids.length, async () => {
        const finished = whenFinished(hub, ids.length);
        for (const id of ids) void hub.raiseEvent(id, 'Go', '1');
        await finished;
      });
      if (round === 2) report('W5', '200 raised at once', ids.length / seconds, 'instances/s', cpu);
    }
  },
  /** Signals, sent as fast as they are acknowledged, until the states show them all. */
  async E1(emulator) {
    const { hub } = emulator;
    const count = values.quick ? 2000 : 10_000;
    for (const entities of [1, 100]) {
      const [seconds, cpu] = await measured(emulator, count, async () => {
        await Promise.all(
          Array.from({ length: count }, (_, at) =>
            hub.signalEntity(`@counter@s${entities}-${at % entities}`, 'add', { input: '1' }),
          ),
        );
        for (;;) {
          const { entities: found } = await hub.queryEntities({ instanceIdPrefix: `@counter@s${entities}-`, includeState: true });
          if (found.reduce((sum, each) => sum + Number(each.state), 0) >= count) break;
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      });
      report('E1', `to ${entities === 1 ? 'one entity' : `${entities} entities`}`, count / seconds, 'signals/s', cpu);
    }
  },
  async E2(emulator) {
    const calls = values.quick ? 20 : 50;
    for (const callers of [1, 100]) {
      const [seconds, cpu] = await measured(emulator, callers * calls, async () => {
        const finished = whenFinished(emulator.hub, callers);
        for (let i = 0; i < callers; i++) void emulator.hub.start({ name: 'CallEntity', input: String(calls) });
        await finished;
      });
      report('E2', `${callers} callers, one after the other`, (callers * calls) / seconds, 'calls/s', cpu);
    }
  },
  async E3(emulator) {
    const count = values.quick ? 100 : 300;
    const [seconds, cpu] = await measured(emulator, count, () => allAtOnce(emulator.hub, 'CriticalSection', count));
    report('E3', `${count} want the same two locks`, count / seconds, 'sections/s', cpu);
  },
};

/** Resident memory; NaN where there is no /proc. Pages that both processes map are counted in both. */
async function residentMiB(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder)) bytes += (await stat(path.join(folder, entry))).size;
  return bytes;
}

/** Start-up, memory and disk of the built program, as a user starts it. */
async function startUp(folder: string): Promise<void> {
  const data = path.join(folder, 'w6');
  const times: number[] = [];
  const loadTimes: number[] = [];
  for (let i = 0; i < 5; i++) {
    const load = performance.now();
    const app = spawn(process.execPath, ['-e', "require('durable-functions')"], { cwd: appDir, stdio: 'ignore' });
    await new Promise((resolve) => app.once('exit', resolve));
    loadTimes.push(performance.now() - load);
    const { child, readyAfterMs } = await launch(data);
    times.push(readyAfterMs);
    await end(child);
  }
  report(
    'W6',
    'ready after, median of 5',
    percentile(
      times.sort((a, b) => a - b),
      0.5,
    ),
    'ms',
  );
  report(
    'W6',
    'Node.js with the SDK alone',
    percentile(
      loadTimes.sort((a, b) => a - b),
      0.5,
    ),
    'ms',
  );
  const { child, ready } = await launch(data);
  report('W6', 'memory of the emulator, idle', await residentMiB(ready.pid), 'MiB');
  report('W6', 'memory of the worker, idle', await residentMiB(ready.workerPid), 'MiB');
  const started = performance.now();
  const count = 1000;
  let begun = 0;
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      const url = `${ready.managementUrl}/orchestrators/HelloCities5?code=${ready.key}`;
      while (begun++ < count) await (await fetch(url, { method: 'POST' })).arrayBuffer();
    }),
  );
  for (;;) {
    const counts = (await (await fetch(`${ready.url}/durascope/counts`)).json()) as { Completed?: number };
    if ((counts.Completed ?? 0) >= count) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  report('W6', '1000 over HTTP, 50 callers', count / ((performance.now() - started) / 1000), 'instances/s');
  report('W6', 'memory of the emulator, after 1000', await residentMiB(ready.pid), 'MiB');
  report('W6', 'memory of the worker, after 1000', await residentMiB(ready.workerPid), 'MiB');
  report('W6', 'on disk after 1000, per instance', (await bytesIn(data)) / count, 'bytes');
  await end(child);
}

async function launch(data: string): Promise<{ child: ChildProcess; ready: Ready; readyAfterMs: number }> {
  const started = performance.now();
  const child = spawn(process.execPath, [cli, 'start', appDir, '--port', '0', '--data', data, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = await new Promise<Ready>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Ready;
      if (message.event === 'ready') resolve(message);
    });
  });
  return { child, ready, readyAfterMs: performance.now() - started };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'durascope-bench-'));
  try {
    if (wanted.size === 0 || wanted.has('FRESH')) {
      const { base: bases, load: ofFresh, hub } = values;
      await benchFresh({
        rounds: Number(values.rounds),
        bases,
        durability,
        loads: ofFresh,
        folder,
        hub: hub === '' ? '' : path.resolve(hub),
      });
    }
    for (const [name, load] of Object.entries(loads)) {
      if (wanted.size > 0 && !wanted.has(name)) continue;
      const dataDir = path.join(folder, name);
      const emulator = await startEmulator({
        appDir,
        port: 0,
        dataDir,
        durability,
        logger: (entry) => {
          if (entry.level === 'error' || entry.level === 'critical') console.error(entry.message);
        },
      });
      for (let i = 0; i < 3; i++) await allAtOnce(emulator.hub, 'HelloCities5', 300);
      await load(emulator);
      report('W6', `memory of the worker, after ${name}`, await residentMiB(emulator.workerPid), 'MiB');
      await emulator.stop();
      report('W6', `on disk after ${name}`, (await bytesIn(dataDir)) / 1024, 'KiB');
    }
    if (wanted.size === 0 || wanted.has('W6')) await startUp(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  if (figures.length > 0) printTable();
}

function printTable(): void {
  console.log(`\n| load | variant | ${durability} | unit | engine CPU ms | worker CPU ms | best durable peer | best in memory |`);
  console.log('| --- | --- | ---: | --- | ---: | ---: | ---: | ---: |');
  for (const figure of figures) {
    const peer = peers[figure.load];
    const ratio = (other: number): string =>
      peer === undefined || peer.unit !== figure.unit
        ? ''
        : `${(peer.lowerIsBetter ? other / figure.value : figure.value / other).toFixed(2)}x`;
    const { load, variant, value, unit, engineCpuMs = '', workerCpuMs = '' } = figure;
    const cells = [load, variant, value, unit, engineCpuMs, workerCpuMs, ratio(peer?.durable ?? 0), ratio(peer?.memory ?? 0)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

void main();
