/**
 * What a person feels who starts the emulator and runs a few instances: every load in a fresh process, in turns with the in-memory
 * backend of the Durable Task SDK for JavaScript and, with `--base`, with other builds. Prints medians and their ratios.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Figures } from './program-loads';

export interface FreshOptions {
  rounds: number;
  /** `dist` folders of other builds. */
  bases: readonly string[];
  durability: 'interval' | 'strict';
  /** Those of contender.ts and program-loads.ts, and START; empty: the first ones that a person feels. */
  loads: readonly string[];
  /** A hub that load-hub.ts made, for OPEN. */
  hub: string;
  /** For data folders. */
  folder: string;
}

const allLoads = ['START', 'W1', 'W2', 'W4', 'W5'];

/** Ratios stand against the first contender: below 1 it needs less. */
export async function benchFresh(options: FreshOptions): Promise<void> {
  const { rounds, bases, durability } = options;
  // This file runs from bench/dist.
  const contenders: [label: string, which: string][] = [
    ['Durascope', path.join(__dirname, '..', '..', 'dist')],
    ['durabletask-js in memory', 'memory'],
    ...bases.map((dist): [string, string] => [dist, dist === 'floor' ? dist : path.resolve(dist)]),
  ];
  const loads = options.loads.length === 0 ? allLoads : options.loads;
  const collected = contenders.map((): Record<string, number[]> => ({}));
  for (let round = 0; round < rounds; round++) {
    for (const load of loads) {
      for (const [at, [, which]] of contenders.entries()) {
        for (const [name, value] of Object.entries(await measure(which, load, options))) {
          ((collected[at] ??= {})[name] ??= []).push(value);
        }
      }
    }
  }
  console.log(
    `\n| fresh process, medians of ${rounds}, ms (${durability}) | ${contenders.map(([label]) => label).join(' | ')} | ratios |`,
  );
  console.log(`| --- |${' ---: |'.repeat(contenders.length + 1)}`);
  for (const name of Object.keys(collected[0] ?? {})) {
    const medians = collected.map((figures) => median(figures[name] ?? []));
    const [own = Number.NaN, ...others] = medians;
    const ratios = others.map((other) => (Number.isNaN(other) ? '-' : (own / other).toFixed(2))).join(' / ');
    console.log(`| ${name} | ${medians.map((value) => Number(value.toPrecision(3))).join(' | ')} | ${ratios} |`);
  }
}

async function measure(which: string, load: string, { folder, durability, hub }: FreshOptions): Promise<Figures> {
  const data = await mkdtemp(path.join(folder, 'fresh-'));
  if (load === 'START') return { 'ready after start (in memory: Node.js with the SDK alone)': await startUp(which, data) };
  const contender = path.join(__dirname, 'contender.js');
  const { stdout } = await promisify(execFile)(process.execPath, [contender, which, load, data, durability, hub]);
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Figures;
}

/** Milliseconds from the start of the program until it says that it is ready. */
async function startUp(which: string, data: string): Promise<number> {
  const appDir = path.join(__dirname, '..', 'app');
  const began = performance.now();
  if (which === 'memory') {
    await promisify(execFile)(process.execPath, ['-e', "require('durable-functions')"], { cwd: appDir });
    return performance.now() - began;
  }
  const args = [path.join(which, 'cli.js'), 'start', appDir, '--port', '0', '--grpc-port', '0', '--data', data, '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) if ((JSON.parse(line) as { event?: string }).event === 'ready') break;
  const ms = performance.now() - began;
  child.kill('SIGTERM');
  await ended;
  return ms;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
