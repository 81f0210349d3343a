/**
 * Replays of long histories: how long one takes to open, and a step in it, forwards and backwards, with scopes and variables read.
 * `npx tsx bench/replay.bench.ts [rows]` prints one JSON line for each figure. On Linux `cpu` is the replaying process's processor time,
 * which tells more than the clock where the machine has other work as well.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HistoryEvent } from '../src/core/history/history';
import { toTimestamp } from '../src/core/values/time';
import { openReplay } from '../src/replay/open-replay';
import { NodeReplayWorker } from '../src/workers/node/node-replay-worker';
import { buildChild } from '../test/support/build-child';

const rows = Number(process.argv[2] ?? '10000');
const source = `const df = require('durable-functions');
function* helper(context, i) { const doubled = i * 2; return yield context.df.callActivity('Work', doubled); }
df.app.orchestration('Loop', function* (context) {
  const results = [];
  let sum = 0;
  for (let i = 0; ; i++) {
    const result = i % 2 === 0 ? yield context.df.callActivity('Work', i) : yield* helper(context, i);
    results.push(result);
    sum += result.square;
    if (i % 100 === 0) context.df.setCustomStatus({ i, sum });
  }
});
df.app.orchestration('Events', function* (context) {
  const seen = [];
  for (;;) {
    const value = yield context.df.waitForExternalEvent('next');
    seen.push(value);
    if (value.n % 7 === 0) yield context.df.waitForExternalEvent('next');
  }
});
df.app.activity('Work', { handler: () => 0 });
`;

function historyOf(name: string): HistoryEvent[] {
  const history: HistoryEvent[] = [];
  const base = (second: number) => ({
    EventId: -1,
    IsPlayed: true,
    Timestamp: toTimestamp(Date.UTC(2024, 0, 1) + second * 1000),
  });
  history.push(
    { ...base(0), EventType: 'OrchestratorStarted' },
    {
      ...base(0),
      EventType: 'ExecutionStarted',
      Name: name,
      Version: '',
      Input: null,
      OrchestrationInstance: { InstanceId: 'bench', ExecutionId: 'bench' },
    },
  );
  for (let n = 0; history.length < rows; n++) {
    if (name === 'Loop')
      history.push({ ...base(n), EventType: 'TaskScheduled', EventId: n, Name: 'Work', Version: '', Input: null });
    history.push({ ...base(n), EventType: 'OrchestratorCompleted' }, { ...base(n + 1), EventType: 'OrchestratorStarted' });
    history.push(
      name === 'Loop'
        ? { ...base(n + 1), EventType: 'TaskCompleted', TaskScheduledId: n, Result: JSON.stringify({ n, square: n * n }) }
        : { ...base(n + 1), EventType: 'EventRaised', Name: 'next', Input: JSON.stringify({ n, text: 'x'.repeat(50) }) },
    );
  }
  return history;
}

function cpuMs(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function print(figure: string, values: Record<string, number>): void {
  const rounded = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toFixed(2))]));
  process.stdout.write(`${JSON.stringify({ figure, rows, ...rounded })}\n`);
}

async function main(): Promise<void> {
  const appDir = mkdtempSync(path.join(tmpdir(), 'durascope-bench-'));
  writeFileSync(path.join(appDir, 'package.json'), JSON.stringify({ main: 'index.js' }));
  writeFileSync(path.join(appDir, 'host.json'), '{"version":"2.0"}');
  writeFileSync(path.join(appDir, 'index.js'), source);
  symlinkSync(path.join(__dirname, '..', 'node_modules'), path.join(appDir, 'node_modules'), 'junction');
  const worker = new NodeReplayWorker({ appDir, childScript: await buildChild(), log: () => undefined });
  try {
    const before = performance.now();
    await worker.functions();
    print('process started and app loaded', { ms: performance.now() - before });
    for (const functionName of ['Loop', 'Events']) await measure(worker, functionName);
  } finally {
    await worker.dispose();
    rmSync(appDir, { recursive: true, force: true });
  }
}

async function measure(worker: NodeReplayWorker, functionName: string): Promise<void> {
  const history = historyOf(functionName);
  const pid = await worker.pid();
  const cpu = cpuMs(pid);
  const begin = performance.now();
  const timeline = await openReplay({ instanceId: 'bench', executionId: 'bench', functionName, history }, worker);
  print(`${functionName}: open`, { ms: performance.now() - begin, cpu: cpuMs(pid) - cpu, steps: timeline.steps.length });
  const last = timeline.steps.length - 1;
  const at = async (step: number): Promise<void> => {
    const [scope] = await timeline.scopes(step, 0);
    if (scope !== undefined) await timeline.variables(scope.reference);
  };
  const walk = async (figure: string, steps: number[]): Promise<void> => {
    const times: number[] = [];
    const cpuBefore = cpuMs(pid);
    for (const step of steps) {
      const from = performance.now();
      await at(step);
      times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    const p50 = times[Math.floor(times.length / 2)] ?? 0;
    print(`${functionName}: ${figure}`, { p50, worst: times.at(-1) ?? 0, cpu: (cpuMs(pid) - cpuBefore) / steps.length });
  };
  const count = 100;
  const upTo = Array.from({ length: count }, (_, index) => last - count + 1 + index);
  await walk('jump to the end', [last]);
  await walk(
    'step forwards at the start',
    Array.from({ length: count }, (_, index) => index),
  );
  await walk('step forwards at the end', upTo);
  await walk('step backwards at the end', upTo.toReversed());
  await walk(
    'jump anywhere',
    Array.from({ length: count }, (_, index) => (index * 7919) % (last + 1)),
  );
  await timeline.dispose();
}

void main();
