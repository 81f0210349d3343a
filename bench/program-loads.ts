/**
 * Loads on the program as a user starts it, from outside: HTTP, gRPC, memory, idle time, opening of a large hub. `which` is a `dist` folder or
 * `memory`, which stands for a backend that does nothing but the protocol (GRPC) and for nothing (all others).
 */
import { TaskHubGrpcClient } from '@microsoft/durabletask-js';
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { processorMsOf } from './processor-ms';

/** Milliseconds, or what the name says. */
export type Figures = Record<string, number>;

export interface ProgramLoad {
  which: string;
  appDir: string;
  dataDir: string;
  durability: string;
  /** Made by load-hub.ts. */
  hubDir: string;
}

/** What the program says once it is ready. */
export interface Ready {
  event: string;
  url: string;
  managementUrl: string;
  key: string;
  pid: number;
  workerPid?: number;
  grpc?: { port: number };
}

interface Program {
  ready: Ready;
  readyAfterMs: number;
  /** Of the program and the app's process. */
  processorMs: () => number;
  end: () => Promise<void>;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a start leaves to do is done while a person reads that it is ready: a second, and longer where the machine has other work. */
export async function settled(processorMs: () => number): Promise<void> {
  await wait(1000);
  for (let i = 0; i < 30; i++) {
    const before = processorMs();
    await wait(500);
    if (!(processorMs() - before > 10)) return;
  }
}

async function launch(args: readonly string[]): Promise<Program> {
  const began = performance.now();
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args[0] ?? ''} ended with ${String(code)}`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Ready;
      if (message.event === 'ready') resolve(message);
    });
  });
  const readyAfterMs = performance.now() - began;
  return {
    ready,
    readyAfterMs,
    processorMs: () => processorMsOf(child.pid) + (ready.workerPid === undefined ? 0 : processorMsOf(ready.workerPid)),
    end: () => {
      child.removeAllListeners('exit');
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      return ended;
    },
  };
}

const started = ({ which, appDir, dataDir, durability }: ProgramLoad): Promise<Program> =>
  launch([
    path.join(which, 'cli.js'),
    ...['start', appDir, '--port', '0', '--data', dataDir, '--durability', durability, '--json'],
  ]);

async function startedAndAtRest(load: ProgramLoad): Promise<Program> {
  const program = await started(load);
  await settled(program.processorMs);
  return program;
}

/** 1,000 HelloCities5, started by 50 callers over connections that stay open; over when the counts say so. */
async function thousandOverHttp({ ready }: Program): Promise<void> {
  const url = `${ready.managementUrl}/orchestrators/HelloCities5?code=${ready.key}`;
  const completed = async (): Promise<number> => {
    const counts = (await (await fetch(`${ready.url}/durascope/counts`)).json()) as { Completed?: number };
    return counts.Completed ?? 0;
  };
  const wanted = (await completed()) + 1000;
  let begun = 0;
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      while (begun++ < 1000) await (await fetch(url, { method: 'POST' })).arrayBuffer();
    }),
  );
  while ((await completed()) < wanted) await wait(10);
}

/** Proportional set size: pages that several processes map are shared out among them. */
async function memoryMiB(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? Number.NaN) / 1024;
}

async function memory({ ready }: Program, when: string): Promise<Figures> {
  return {
    [`memory ${when}, emulator, MiB`]: await memoryMiB(ready.pid),
    [`memory ${when}, app's process, MiB`]: await memoryMiB(ready.workerPid),
  };
}

export const programLoads: Readonly<Record<string, (load: ProgramLoad) => Promise<Figures>>> = {
  async HTTP(load) {
    if (load.which === 'memory') return {};
    const program = await startedAndAtRest(load);
    const figures: Figures = {};
    for (const name of ['HTTP W1, 50 callers, fresh', 'HTTP the second 1,000']) {
      const [began, processor, app, own] = [
        performance.now(),
        program.processorMs(),
        processorMsOf(program.ready.workerPid),
        process.cpuUsage(),
      ];
      await thousandOverHttp(program);
      const { user, system } = process.cpuUsage(own);
      figures[name] = performance.now() - began;
      figures[`${name}, processor time of both processes`] = program.processorMs() - processor;
      figures[`${name}, of the app's process`] = processorMsOf(program.ready.workerPid) - app;
      figures[`${name}, of the callers`] = (user + system) / 1000;
    }
    await program.end();
    return figures;
  },
  async MEMORY(load) {
    if (load.which === 'memory') return {};
    const program = await startedAndAtRest(load);
    const figures = await memory(program, 'after the start');
    await wait(15_000);
    Object.assign(figures, await memory(program, '15 s later'));
    await thousandOverHttp(program);
    Object.assign(figures, await memory(program, 'after W1 over HTTP'));
    await wait(15_000);
    Object.assign(figures, await memory(program, '15 s after W1'));
    await program.end();
    return figures;
  },
  async IDLE(load) {
    if (load.which === 'memory') return {};
    const program = await startedAndAtRest(load);
    await wait(15_000);
    const before = program.processorMs();
    await wait(30_000);
    const idle = program.processorMs() - before;
    await thousandOverHttp(program);
    await wait(15_000);
    const after = program.processorMs();
    await wait(30_000);
    const figures = { 'IDLE 30 s, processor time': idle, 'IDLE 30 s after 1,000 instances': program.processorMs() - after };
    await program.end();
    return figures;
  },
  /** A copy of `hubDir` is opened; over with the first answer about its instances. */
  async OPEN(load) {
    if (load.which === 'memory') return {};
    if (load.hubDir === '') throw new Error('OPEN needs --hub DIR, a hub that bench/load-hub.ts made.');
    await cp(load.hubDir, load.dataDir, { recursive: true });
    const program = await started(load);
    const counts = await (await fetch(`${program.ready.url}/durascope/counts`)).text();
    const figures = {
      'OPEN to ready': program.readyAfterMs,
      'OPEN to the first counts, processor time of the emulator': processorMsOf(program.ready.pid),
      'OPEN memory of the emulator, MiB': await memoryMiB(program.ready.pid),
    };
    if (!/Completed/.test(counts)) throw new Error(`No counts: ${counts}`);
    await program.end();
    return figures;
  },
  async GRPC(load) {
    const { which, dataDir, durability } = load;
    const server = await launch(
      which === 'memory'
        ? [path.join(__dirname, 'bare-sidecar.js')]
        : [
            path.join(which, 'cli.js'),
            ...['start', dataDir, '--port', '0', '--grpc-port', '0', '--data', path.join(dataDir, 'data')],
            ...['--durability', durability, '--json'],
          ],
    );
    const address = `127.0.0.1:${server.ready.grpc?.port ?? 0}`;
    const worker = await launch([path.join(__dirname, 'sdk-worker.js'), address]);
    const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
    const client = new TaskHubGrpcClient({ hostAddress: address, logger: silent });
    const one = async (): Promise<number> => {
      const began = performance.now();
      const id = await client.scheduleNewOrchestration('HelloCities5');
      const state = await client.waitForOrchestrationCompletion(id, true, 300);
      if (Number(state?.runtimeStatus) !== 1) throw new Error(`It ended ${String(state?.runtimeStatus)}`);
      return performance.now() - began;
    };
    await settled(server.processorMs);
    const figures: Figures = { 'GRPC W2 first instance': await one() };
    const take = async (name: string, run: () => Promise<unknown>): Promise<void> => {
      const [began, processor] = [performance.now(), server.processorMs()];
      await run();
      figures[name] = performance.now() - began;
      figures[`${name}, processor time of the backend`] = server.processorMs() - processor;
    };
    await take('GRPC W2 200 one at a time', async () => {
      for (let i = 0; i < 200; i++) await one();
    });
    await take('GRPC W1 300 at once', () => Promise.all(Array.from({ length: 300 }, one)));
    await take('GRPC W1 the second 300', () => Promise.all(Array.from({ length: 300 }, one)));
    await client.stop();
    await worker.end();
    await server.end();
    return figures;
  },
};
