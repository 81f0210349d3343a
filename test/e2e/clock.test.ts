/** The hub's clock, set on the command line and over HTTP, over a kill. */
import { type OrchestrationContext, type Task, TaskHubGrpcClient, TaskHubGrpcWorker } from '@microsoft/durabletask-js';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandInProcess } from '../support/command-in-process';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';

const patterns = path.join(projectRoot, 'examples', 'patterns');
const day = 86_400_000;
const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

interface ClockState {
  mode: string;
  now: string;
  next: { dueAt: string; instanceId: string } | null;
}

describe("the clock of the emulator's hubs", () => {
  let folder = '';
  let programs: DurascopePrograms;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-clock-'));
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') }, cwd: folder });
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const start = (data: string, ...more: string[]): Promise<Serving> =>
    programs.start([patterns, '--data', path.join(folder, data), '--no-grpc', ...more]);

  async function cli(serving: Serving, ...args: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await commandInProcess([...args, '--json'], serving.ready);
    assert.equal(code, 0, stderr + stdout);
    return JSON.parse(stdout) as Record<string, unknown>;
  }
  const clock = async (serving: Serving, ...change: string[]): Promise<ClockState> =>
    (await cli(serving, 'clock', ...change)) as unknown as ClockState;

  it('auto: three days of approval, a monitor of thirty days and a timer of seven days end at once, in histories of that time', async () => {
    const serving = await start('auto', '--clock', 'auto');
    const before = Date.now();
    const ended = await Promise.all([
      cli(serving, 'start-instance', 'ApprovalWorkflow', '--wait'),
      cli(serving, 'start-instance', 'SendReminders', '--input', '{"times":1440,"milliseconds":1800000}', '--wait'),
      cli(serving, 'start-instance', 'SendReminders', '--input', '{"times":1,"milliseconds":604800000}', '--wait'),
    ]);
    assert.deepEqual(
      ended.map(({ runtimeStatus }) => runtimeStatus),
      ['Completed', 'Completed', 'Completed'],
    );
    assert.equal(ended[0].output, 'Escalated: A new chair');
    const { now, mode } = await clock(serving);
    assert.equal(mode, 'auto');
    assert.ok(Date.parse(now) - before >= 30 * day, now);
    await serving.stop();
  });

  it('the timers of a connected program jump as well', async () => {
    const serving = await programs.start([folder, '--memory', '--grpc-port', '0', '--clock', 'auto']);
    const { port } = (serving.ready as unknown as { grpc: { port: number } }).grpc;
    const hostAddress = `127.0.0.1:${port}`;
    const worker = new TaskHubGrpcWorker({ hostAddress, logger: silent });
    // eslint-disable-next-line @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield
    worker.addNamedOrchestrator('Week', async function* (context: OrchestrationContext): AsyncGenerator<Task<unknown>, string> {
      yield context.createTimer(7 * 86_400);
      return context.currentUtcDateTime.toISOString();
    });
    await worker.start();
    const client = new TaskHubGrpcClient({ hostAddress, logger: silent });
    const before = Date.now();
    const state = await client.waitForOrchestrationCompletion(await client.scheduleNewOrchestration('Week'), true, 120);
    const ended = JSON.parse(state?.serializedOutput ?? 'null') as string;
    assert.ok(Date.parse(ended) - before >= 7 * day - 1000, ended);
    await client.stop();
    await worker.stop();
    await serving.stop();
  });

  it('is set while it runs, is kept over a kill, and says what is wrong', async () => {
    let serving = await start('kept', '--clock', 'paused');
    const { instanceId } = await cli(serving, 'start-instance', 'ApprovalWorkflow', '--id', 'waits');
    assert.equal(instanceId, 'waits');
    await until(async () => (await clock(serving)).next !== null);
    const ahead = await clock(serving, '+1d');
    await serving.kill();

    serving = await start('kept');
    const after = await clock(serving);
    assert.deepEqual([after.now, after.mode, after.next?.instanceId], [ahead.now, 'paused', 'waits']);
    await clock(serving, 'next');
    await until(async () => (await cli(serving, 'show', 'waits'))['runtimeStatus'] === 'Completed');

    const wrong = await programs.run(['clock', 'tomorrow', '--url', serving.ready.url]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /cannot be set to 'tomorrow'\. Say one of: real, run, pause, auto, next, \+DURATION/);
    const back = await programs.run(['clock', '2020-01-01', '--url', serving.ready.url]);
    assert.notEqual(back.code, 0);
    assert.match(back.stderr, /goes forward only: it shows 20/);

    const url = `${serving.ready.url}/durascope/clock`;
    const keyless = await fetch(url, { method: 'POST', body: '{"set":"auto"}' });
    assert.equal(keyless.status, 401);
    const malformed = await fetch(`${url}?code=${serving.ready.key}`, { method: 'POST', body: '{"set":7}' });
    assert.equal(malformed.status, 400);
    assert.equal(((await (await fetch(url)).json()) as ClockState).mode, 'paused');
    assert.equal((await programs.run(['clock', '--url', serving.ready.url])).code, 0);
    await serving.stop();
  });

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
