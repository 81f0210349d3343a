/** `npx tsx bench/testing.ts`, after a build: what a test hub costs, the first one and those after it, each with an orchestration of three activities. */
import path from 'node:path';
import { startTestHub } from '../dist/testing.js';

async function main(): Promise<void> {
  const app = path.join(__dirname, '..', 'examples', 'hello-cities');
  const took: number[] = [];
  const runs: number[] = [];
  for (let count = 0; count < 201; count++) {
    const from = performance.now();
    const hub = await startTestHub({ app });
    took.push(performance.now() - from);
    await hub.run('HelloCities');
    await hub.stop();
    runs.push(performance.now() - from);
  }
  const after = (list: readonly number[], share: number): string =>
    (list.slice(1).sort((a, b) => a - b)[Math.floor(200 * share)] ?? 0).toFixed(1);
  console.log(`the first hub       ${took[0]?.toFixed(0)} ms`);
  console.log(`each after it       p50 ${after(took, 0.5)} ms, p95 ${after(took, 0.95)} ms`);
  console.log(`with HelloCities    p50 ${after(runs, 0.5)} ms, p95 ${after(runs, 0.95)} ms, until it has stopped`);
}

void main();
