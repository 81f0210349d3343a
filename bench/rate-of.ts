/**
 * One built emulator with one app in a process of its own: `tsx bench/rate-of.ts DIST APP`. Each line `NAME COUNT AT_ONCE` of its input runs so many
 * instances, so many of them under way at a time, and is answered with one JSON line: `Rate`.
 */
import path from 'node:path';
import { createInterface } from 'node:readline';
import type * as EmulatorProgram from '../src/emulator/emulator';
import { processorMsOf } from './processor-ms';

export interface Rate {
  perSecond: number;
  /** Milliseconds of processor time an instance. */
  engineMs: number;
  appMs: number;
}

async function main(): Promise<void> {
  const [dist = '', appDir = ''] = process.argv.slice(2);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- which build it is, is an argument
  const { startEmulator } = require(path.resolve(dist, 'emulator.js')) as typeof EmulatorProgram;
  const emulator = await startEmulator({ appDir, port: 0, memory: true, logger: () => undefined });
  const { hub } = emulator;
  const one = async (name: string): Promise<void> => {
    const { instanceId } = await hub.start({ name, input: name === 'HelloCities5' ? null : '100' });
    const { runtimeStatus } = await hub.waitForCompletion(instanceId, 120_000);
    if (runtimeStatus !== 'Completed') throw new Error(`${name} ended ${runtimeStatus}`);
  };
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const [name = '', count = '1', atOnce = '1'] = line.split(' ');
    if (name === 'end') break;
    const before = { engine: process.cpuUsage(), app: processorMsOf(emulator.workerPid) };
    const began = performance.now();
    let left = Number(count);
    await Promise.all(
      Array.from({ length: Number(atOnce) }, async () => {
        while (left-- > 0) await one(name);
      }),
    );
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(before.engine);
    const rate: Rate = {
      perSecond: (Number(count) * 1000) / ms,
      engineMs: (user + system) / 1000 / Number(count),
      appMs: (processorMsOf(emulator.workerPid) - before.app) / Number(count),
    };
    console.log(JSON.stringify(rate));
  }
  await emulator.stop();
}

void main().then(() => process.exit(0));
