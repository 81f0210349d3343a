/**
 * Replays by connected programs: how long one takes to open, and a step in it, for a short history and for long ones, in every language
 * whose toolchain is here (test/support/sdk-toolchains.ts). `npx tsx bench/connected-replay.bench.ts` prints one JSON line for each figure.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GrpcFixture } from '../test/grpc/grpc-fixture';
import { openConnected } from '../test/grpc/replay-helpers';
import { buildProgram, SdkProgram } from '../test/support/sdk-program';
import { toolchains } from '../test/support/sdk-toolchains';

/** Activities of the chain: four rows each. */
const chains = [125, 500];

async function measure(language: string, { emulator }: GrpcFixture, hello: string): Promise<void> {
  for (const [name, input] of [[hello, null], ...chains.map((length) => ['Chain', String(length)] as const)] as const) {
    const { instanceId } = await emulator.hub.start({ name, ...(input === null ? {} : { input }) });
    await emulator.hub.waitForCompletion(instanceId, 300_000);
    const opens: number[] = [];
    const steps: number[] = [];
    let events = 0;
    for (let round = 0; round < 3; round++) {
      const from = performance.now();
      const timeline = await openConnected(emulator, instanceId);
      opens.push(performance.now() - from);
      events = timeline.history.length;
      for (const { index } of timeline.steps) {
        const before = performance.now();
        await timeline.complete?.(index);
        steps.push(performance.now() - before);
      }
      await timeline.dispose();
    }
    const mean = (times: number[]): number => times.reduce((sum, each) => sum + each, 0) / times.length;
    const rounded = (value: number): number => Number(value.toFixed(2));
    const figures = { open: rounded(mean(opens)), step: rounded(mean(steps)), slowestStep: rounded(Math.max(...steps)) };
    console.log(JSON.stringify({ language, name, events, steps: steps.length / opens.length, ...figures }));
  }
}

async function connected(fixture: GrpcFixture): Promise<void> {
  while (fixture.emulator.connectedWorkers().length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'durascope-bench-'));
  try {
    const fixture = await GrpcFixture.start();
    const worker = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'sdk-worker.ts'), fixture.address]);
    await connected(fixture);
    await measure('javascript', fixture, 'HelloCities5');
    worker.kill();
    await once(worker, 'exit');
    await fixture.stop();
    for (const toolchain of toolchains) {
      if (toolchain.name === 'csharp') continue;
      const source = path.join(folder, toolchain.name);
      await mkdir(source);
      const isHere = await buildProgram(toolchain, source).then(
        () => true,
        () => false,
      );
      if (!isHere) {
        console.log(`${toolchain.name} does not run here: it needs ${toolchain.needs}`);
        continue;
      }
      const own = await GrpcFixture.start();
      const program = new SdkProgram(toolchain, source, own.address);
      await connected(own);
      await measure(toolchain.name, own, 'HelloCities');
      await program.stop();
      await own.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

void main();
