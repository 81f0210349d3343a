/**
 * The program under a small steady load for as long as is asked for: memory and handles of both processes must be flat.
 *
 *   tsx test/attack/soak.ts [--minutes 30] [--rate 10]
 *
 * Prints one line a minute and ends with 1 when the last third of the run needs more than the second.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { call, childrenOf, endAll, launch } from '../support/kill-load';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, rate: { type: 'string', default: '10' } },
});
const minutes = Number(values.minutes);
const rate = Number(values.rate);
const names = ['Sequence', 'FanOut', 'Timers', 'Parent'];

/** What is there at the end may be so much more than in the middle. */
const memorySlack = 1.15;
const handleSlack = 3;

interface Sample {
  /** MiB of proportional memory, and open handles: of the program, of the app's process. */
  memory: [number, number];
  handles: [number, number];
}

function sampleOf(pids: readonly number[]): Sample {
  const memory = (pid: number): number =>
    Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024;
  const handles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
  const both = (of: (pid: number) => number): [number, number] => [of(pids[0] ?? 0), of(pids[1] ?? 0)];
  return { memory: both(memory), handles: both(handles) };
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

async function main(): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'durascope-soak-'));
  const { ready } = await launch(path.resolve(__dirname, '../fixtures/apps/mixed-load'), data);
  const samples: Sample[] = [];
  let started = 0;
  let purged = 0;
  const endAt = performance.now() + minutes * 60_000;
  let sampleAt = performance.now() + 60_000;
  while (performance.now() < endAt) {
    const turn = performance.now();
    for (let i = 0; i < rate; i++) {
      const name = names[started % names.length] ?? 'Sequence';
      const answer = await call(
        ready,
        'POST',
        `${ready.managementUrl}/orchestrators/${name}/soak-${started++}`,
        2 + (started % 5),
      );
      if (answer.status !== 202) throw new Error(`start answered ${answer.status}`);
      await answer.arrayBuffer();
    }
    // What has ended goes, so that the hub itself does not grow.
    const purge = await call(
      ready,
      'DELETE',
      `${ready.managementUrl}/instances?createdTimeFrom=2020-01-01T00:00:00Z&runtimeStatus=Completed`,
    );
    const answer = await purge.text();
    // 404 and nothing else when there is none to purge.
    if (purge.ok) purged += (JSON.parse(answer) as { instancesDeleted: number }).instancesDeleted;
    if (performance.now() >= sampleAt) {
      sampleAt += 60_000;
      const sample = sampleOf([ready.pid, ...childrenOf(ready.pid)]);
      samples.push(sample);
      console.log(JSON.stringify({ minute: samples.length, started, purged, ...sample }));
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1000 - (performance.now() - turn))));
  }
  const third = Math.floor(samples.length / 3);
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)];
  for (const at of [0, 1] as const) {
    const before = median(middle.map((sample) => sample.memory[at]));
    const after = median(last.map((sample) => sample.memory[at]));
    const handles = [
      median(middle.map((sample) => sample.handles[at])),
      median(last.map((sample) => sample.handles[at])),
    ] as const;
    const isFlat = after <= before * memorySlack && handles[1] <= handles[0] + handleSlack;
    console.log(
      `${at === 0 ? 'program' : 'app'}: ${before.toFixed(0)} MiB, then ${after.toFixed(0)} MiB; ${handles.join(', then ')} handles: ` +
        (isFlat ? 'flat' : 'NOT FLAT'),
    );
    if (!isFlat) process.exitCode = 1;
  }
  await endAll();
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}

main().catch(async (error: unknown) => {
  console.error(error);
  await endAll();
  process.exitCode = 1;
});
