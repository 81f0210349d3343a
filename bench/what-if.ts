/**
 * `npx tsx bench/what-if.ts`, after a build: what time that jumps, forks, and many hubs cost, by the clock and by the processor time of all
 * processes of it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestHub } from '../dist/testing.js';
import { DurascopePrograms, projectRoot, type Serving } from '../test/support/durascope-program';
import { processorMsOf } from './processor-ms';

const examples = path.join(projectRoot, 'examples');
const rounds = 5;

interface Took {
  clockMs: number;
  processorMs: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function print(what: string, all: readonly Took[], note = ''): void {
  const of = (each: (took: Took) => number): string => median(all.map(each)).toFixed(0).padStart(6);
  const first = all[0]?.processorMs.toFixed(0) ?? '';
  console.log(
    `${what.padEnd(58)} ${of((took) => took.clockMs)} ms, processor ${of((took) => took.processorMs)} ms (first ${first})${note}`,
  );
}

class Hub {
  constructor(private readonly serving: Serving) {}

  async took(act: () => Promise<unknown>): Promise<Took> {
    const { ready } = this.serving;
    const { workerPid } = (await this.get('/durascope/info')) as { workerPid: number };
    const spent = (): number => processorMsOf(ready.pid) + processorMsOf(workerPid);
    const [from, before] = [performance.now(), spent()];
    await act();
    return { clockMs: performance.now() - from, processorMs: spent() - before };
  }

  async get(target: string): Promise<unknown> {
    return (await fetch(`${this.serving.ready.url}${target}`)).json();
  }

  async post(target: string, body: unknown): Promise<unknown> {
    const { url, key } = this.serving.ready;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}${target}?code=${key}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${target}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  start(name: string, id: string, input: unknown = null): Promise<unknown> {
    return this.post(`/runtime/webhooks/durabletask/orchestrators/${name}/${id}`, input);
  }

  async ended(id: string): Promise<void> {
    for (;;) {
      const { runtimeStatus } = (await this.get(`/durascope/instances/${id}`)) as { runtimeStatus: string };
      if (runtimeStatus === 'Completed') return;
      if (runtimeStatus !== 'Running' && runtimeStatus !== 'Pending') throw new Error(`${id} is ${runtimeStatus}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** The documents' approval with its 72 hours, a monitor of thirty days each half hour, a timer of seven days: all three at one time. */
async function autoSkip(hub: Hub): Promise<void> {
  const all: Took[] = [];
  for (let round = 0; round < rounds; round++) {
    const runs: [string, unknown?][] = [
      ['ApprovalWorkflow'],
      ['SendReminders', { times: 1440, milliseconds: 1_800_000 }],
      ['SendReminders', { times: 1, milliseconds: 604_800_000 }],
    ];
    const ids = runs.map(([name], at) => `${name}-${round}-${at}`);
    all.push(
      await hub.took(async () => {
        await Promise.all(runs.map(([name, input], at) => hub.start(name, ids[at] ?? '', input)));
        for (const id of ids) await hub.ended(id);
      }),
    );
  }
  print('auto-skip: 72 h, 1,440 timers in 30 days, 7 days, together', all);
}

/** Of 10,000 rows: asked until it is there, and until it has ended. */
async function forks(hub: Hub): Promise<void> {
  await hub.start('BackupSiteContent', 'large', 4990);
  await hub.ended('large');
  const opened: Took[] = [];
  const ended: Took[] = [];
  const { historyLength } = (await hub.get('/durascope/instances/large')) as { historyLength?: number };
  for (let round = 0; round < rounds; round++) {
    const id = `fork-${round}`;
    const ask = { row: 9990, change: { type: 'result', value: '7' }, newInstanceId: id };
    ended.push(
      await hub.took(async () => {
        opened.push(
          await hub.took(async () => {
            await hub.post('/durascope/instances/large/fork', ask);
            await hub.get(`/durascope/instances/${id}`);
          }),
        );
        await hub.ended(id);
      }),
    );
  }
  print('a fork near the end of 10,000 rows is there', opened, historyLength === undefined ? '' : ` (${historyLength} rows)`);
  print('the same, until it has ended', ended);
}

/** A hundred at one time in this process, each with an approval that is given or comes to its end in three days. */
async function hubs(): Promise<void> {
  const app = path.join(examples, 'patterns');
  const first = await startTestHub({ app });
  const one = async (at: number): Promise<void> => {
    const hub = await startTestHub({ app });
    const run = await hub.start('ApprovalWorkflow', null, { instanceId: 'same' });
    if (at % 2 === 0) await run.raiseEvent('ApprovalEvent', true);
    else await hub.advance('3d');
    await run.result();
    await hub.stop();
  };
  const all: Took[] = [];
  const memory: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [from, before] = [performance.now(), process.cpuUsage()];
    await Promise.all(Array.from({ length: 100 }, (_, at) => one(at)));
    const { user, system } = process.cpuUsage(before);
    all.push({ clockMs: performance.now() - from, processorMs: (user + system) / 1000 });
    memory.push(process.memoryUsage.rss() / 1024 / 1024);
  }
  await first.stop();
  const perHub = all.map(({ clockMs, processorMs }) => ({ clockMs: clockMs / 100, processorMs: processorMs / 100 }));
  print('a hundred test hubs at one time', all, `; MiB after each round ${memory.map((each) => each.toFixed(0)).join(', ')}`);
  print('the same, each', perHub);
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'durascope-bench-what-if-'));
  const programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') }, cwd: folder });
  try {
    const app = path.join(examples, 'patterns');
    const serving = await programs.start([app, '--data', path.join(folder, 'data'), '--no-grpc', '--clock', 'auto']);
    const hub = new Hub(serving);
    await autoSkip(hub);
    await forks(hub);
    await serving.stop();
    await hubs();
  } finally {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

void main();
