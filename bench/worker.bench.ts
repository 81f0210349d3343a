/**
 * The worker alone: activities and episodes through the socket and the real SDK, no engine and no store.
 * `npx tsx bench/worker.bench.ts [seconds [only [argument for the child's Node.js ...]]]` prints one JSON line for each figure.
 */
import path from 'node:path';
import type { HistoryEvent } from '../src/core/history/history';
import { toTimestamp } from '../src/core/values/time';
import { NodeWorker } from '../src/workers/node/node-worker';
import { buildChild } from '../test/support/build-child';

const [, , seconds = '2', only = '', ...execArgv] = process.argv;
const runMs = Number(seconds) * 1000;

let worker: NodeWorker;

function print(figure: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ figure, value: Number(value.toFixed(1)), unit })}\n`);
}

/** Plays the engine for one instance of a sequence of activities. Times are the wall's, so that every row differs. */
async function runInstance(name: string, instanceId: string): Promise<number> {
  const history: HistoryEvent[] = [];
  const executionId = `e${instanceId}`;
  const at = (): string => toTimestamp(Date.now());
  const base = { EventId: -1, IsPlayed: false };
  let newEvents: HistoryEvent[] = [
    { ...base, Timestamp: at(), EventType: 'OrchestratorStarted' },
    {
      ...base,
      Timestamp: at(),
      EventType: 'ExecutionStarted',
      Name: name,
      Version: '',
      Input: null,
      OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    },
  ];
  for (let episodes = 1; ; episodes++) {
    const { decisions } = await worker.runEpisode({ instanceId, executionId, name, history, newEvents });
    history.push(...newEvents);
    const [decision] = decisions;
    if (decision?.type === 'CompleteOrchestration') {
      worker.forget(instanceId);
      return episodes;
    }
    if (decision?.type !== 'ScheduleTask') throw new Error(`not expected: ${JSON.stringify(decisions)}`);
    history.push(
      {
        EventId: decision.id,
        IsPlayed: false,
        Timestamp: at(),
        EventType: 'TaskScheduled',
        Name: decision.name,
        Version: '',
        Input: null,
      },
      { ...base, Timestamp: at(), EventType: 'OrchestratorCompleted' },
    );
    newEvents = [
      { ...base, Timestamp: at(), EventType: 'OrchestratorStarted' },
      { ...base, Timestamp: at(), EventType: 'TaskCompleted', TaskScheduledId: decision.id, Result: '"Hello, Tokyo!"' },
    ];
  }
}

/** CPU time of both processes, in microseconds. */
async function cpu(): Promise<{ parent: number; child: number }> {
  const outcome = await worker.runActivity({ instanceId: 'cpu', executionId: 'e', taskId: 0, name: 'cpu', input: null });
  const { user, system } = process.cpuUsage();
  return { parent: user + system, child: outcome.ok ? Number(outcome.result) : Number.NaN };
}

/** Keeps `width` of the work going until the time is over; how many were done a second. */
async function rate(figure: string, width: number, work: (n: number) => Promise<number>): Promise<void> {
  if (!figure.includes(only)) return;
  const before = await cpu();
  const start = performance.now();
  const end = start + runMs;
  let done = 0;
  let n = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (performance.now() < end) {
        const more = await work(n++);
        done += more;
      }
    }),
  );
  const elapsed = performance.now() - start;
  const after = await cpu();
  print(figure, (done * 1000) / elapsed, '1/s');
  // Wall time depends on who else uses the machine, CPU time hardly.
  print(`${figure}: CPU of the parent`, (after.parent - before.parent) / done, 'us each');
  print(`${figure}: CPU of the child`, (after.child - before.child) / done, 'us each');
}

async function main(): Promise<void> {
  const started = performance.now();
  worker = await NodeWorker.start({
    appDir: path.join(__dirname, '../test/fixtures/apps/bench'),
    childScript: await buildChild(),
    log: () => undefined,
    clientBinding: () => '{}',
    watch: false,
    execArgv,
  });
  print('start', performance.now() - started, 'ms');
  const activity = async (n: number): Promise<number> => {
    await worker.runActivity({ instanceId: `i${n}`, executionId: 'e', taskId: 0, name: 'sayHello', input: '["Tokyo"]' });
    return 1;
  };
  await rate('warming up', 100, activity);
  await rate('activities, 100 at once', 100, activity);
  await rate('activities, 1,000 at once', 1_000, activity);
  const times: number[] = [];
  await rate('activities, one at a time', 1, async (n) => {
    const before = performance.now();
    await activity(n);
    times.push(performance.now() - before);
    return 1;
  });
  if (times.length === 0) times.push(Number.NaN);
  times.sort((a, b) => a - b);
  print('activity round trip p50', (times[times.length >> 1] ?? 0) * 1000, 'us');
  print('activity round trip p99', (times[Math.floor(times.length * 0.99)] ?? 0) * 1000, 'us');
  await rate('episodes, 100 instances at once', 100, (n) => runInstance('five', `a${n}`));
  await rate('episodes, 1,000 instances at once', 1_000, (n) => runInstance('five', `b${n}`));
  await rate('episodes, one instance at a time', 1, (n) => runInstance('five', `c${n}`));
  await rate('episodes of long sequences, 100 at once', 100, (n) => runInstance('hundred', `d${n}`));
  await worker.stop();
}

void main();
