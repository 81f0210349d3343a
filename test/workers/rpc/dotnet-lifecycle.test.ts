/** The life of a C# app's process: crashes, hangs, floods, kills, rebuilds (spec/functionrpc-workers.md 1). */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isProcessAlive } from '../../../src/base/process-identity';
import { DurascopeError } from '../../../src/core/values/errors';
import { startEmulator } from '../../../src/emulator/emulator';
import { DurascopePrograms } from '../../support/durascope-program';
import { letTimePass } from '../../support/let-time-pass';
import { ManualClock } from '../../support/manual-clock';
import { dotnetAppOrSkip, RunningEmulator } from './dotnet-app';

describe('the process of a C# function app', function () {
  this.timeout(15 * 60_000);
  let dir: string;
  const started: RunningEmulator[] = [];
  const folders: string[] = [];

  const start = async (appDir: string, options: Parameters<typeof RunningEmulator.start>[1] = {}): Promise<RunningEmulator> => {
    const app = await RunningEmulator.start(appDir, options);
    started.push(app);
    return app;
  };
  /** A copy that may be changed, what was built of it included. */
  const copy = async (): Promise<string> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-dotnet-copy-'));
    folders.push(folder);
    await cp(dir, folder, { recursive: true, preserveTimestamps: true });
    return folder;
  };

  /** For all tests that need no other start than the usual one; its watchdog's time passes by hand. */
  const clock = new ManualClock();
  let shared: RunningEmulator | undefined;
  const usual = async (): Promise<RunningEmulator> =>
    (shared ??= await RunningEmulator.start(dir, { watchdogMs: 120_000, watchdogTime: clock }));

  before(async function () {
    dir = await dotnetAppOrSkip(this);
  });
  after(() => shared?.stop());
  afterEach(async () => {
    await Promise.all(started.splice(0).map((app) => app.stop()));
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
  });

  it('that crashes at its start is said with its last words', async () => {
    await assert.rejects(start(dir, { env: { CRASH_AT_START: 'yes' } }), (error: unknown) => {
      assert.ok(DurascopeError.is(error, 'AppInvalid'));
      assert.match(error.message, /no database configured/);
      return true;
    });
  });

  it('is started again when it ends by itself, is killed or is broken: what ran is run again', async () => {
    const app = await usual();
    const id = await app.start('Sleeping');
    const before = app.emulator.workerPid ?? 0;
    process.kill(before, 'SIGKILL');
    assert.equal((await app.ended(id)).output, '"awake"');
    const after = await app.eventually(() => (app.emulator.workerPid === before ? undefined : app.emulator.workerPid));
    assert.notEqual(after, before);
    const died = app.emulator.invoke('Die', '3');
    await assert.rejects(died, (error: unknown) => DurascopeError.is(error, 'WorkerExited') && /exit code 3/.test(error.message));
    assert.equal(await app.outputOf('FanOut', 2), 5);
  });

  it('is ended when an orchestrator hangs: that one fails by name, the others go on', async () => {
    const app = await usual();
    const id = await app.start('Looping');
    const row = await letTimePass(clock, app.ended(id));
    assert.equal(row.runtimeStatus, 'Failed');
    assert.match(row.output ?? '', /Looping/);
    assert.ok(app.logs.some(({ level, message }) => level === 'error' && /"Looping" .*has not come back/.test(message)));
    assert.equal(await app.outputOf('FanOut', 2), 5);
  });

  it('may flood its output and return large values', async () => {
    const app = await usual();
    assert.equal(await app.emulator.invoke('Flood', '20000'), '20000');
    await app.eventually(() => app.logs.find(({ message }) => message === 'line 19999 of a flood'));
    const large = JSON.parse((await app.emulator.invoke('Chaff', '6000000')) ?? '""') as string;
    assert.equal(large.length, 6_000_000);
  });

  it('has half of the machine’s memory unless it is told otherwise: what takes more fails, and nothing else', async () => {
    const app = await start(dir, { env: { DOTNET_GCHeapHardLimit: '0x10000000' } });
    const pid = app.emulator.workerPid;
    await assert.rejects(app.emulator.invoke('Hoard', '600'), /OutOfMemoryException/);
    assert.equal(await app.emulator.invoke('Hoard', '20'), '20');
    assert.equal(app.emulator.workerPid, pid);
  });

  it('waits at its start for a debugger where it is to, and says its id (spec/functionrpc-workers.md 6)', async () => {
    const waiting: number[] = [];
    const started = startEmulator({
      ...{ appDir: dir, port: 0, memory: true, timers: 'off', inspectPort: true, waitForDebugger: true },
      logger: ({ waitingProcess, message }) => {
        if (waitingProcess === undefined) return;
        waiting.push(waitingProcess);
        assert.match(message, /waits for a debugger/);
        // Nobody attaches here.
        process.kill(waitingProcess, 'SIGKILL');
      },
    });
    await assert.rejects(started, (error: unknown) => DurascopeError.is(error) && /SIGKILL/.test(error.message));
    assert.equal(waiting.length, 1);
  });

  it('does not outlive an emulator that is killed', async function () {
    if (process.platform === 'win32') this.skip();
    const home = await mkdtemp(path.join(tmpdir(), 'durascope-home-'));
    folders.push(home);
    const owner = await new DurascopePrograms({ env: { DURASCOPE_HOME: home } }).start([dir, '--memory', '--no-grpc']);
    const pid = owner.ready.workerPid ?? 0;
    assert.ok(isProcessAlive(pid));
    await owner.kill();
    const end = Date.now() + 20_000;
    while (isProcessAlive(pid)) {
      assert.ok(Date.now() < end, 'the worker is still there');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it('is built and replaced when a source changes; what does not compile is said with its place, and what ran goes on', async () => {
    const folder = await copy();
    const app = await start(folder);
    const file = path.join(folder, 'Activities.cs');
    const source = await readFile(file, 'utf8');

    // What a real host loads beside the app, built with it before.
    const extensions = path.join(folder, 'obj/Debug/net10.0/WorkerExtensions/bin/Release/net8.0/bin/extensions.json');
    const { mtimeMs } = await stat(extensions);

    const wrong = source.replace('=> number * number;', '=> nmber * number;').replace('=> !flag;', '=> !flg;');
    await writeFile(file, wrong);
    const error = await app.eventually(() => app.events.find((event) => event.type === 'appError'));
    assert.match(error.message, /Activities\.cs:\d+:\d+: CS0103/);
    const lineOf = (text: string): number => wrong.slice(0, wrong.indexOf(text)).split('\n').length;
    assert.deepEqual([error.file, error.line], [file, lineOf('nmber')]);
    assert.deepEqual(
      error.problems?.map((each) => [each.severity, each.code, each.source, each.file, each.line, typeof each.column]),
      ['nmber', 'flg'].map((text) => ['error', 'CS0103', 'dotnet build', file, lineOf(text), 'number']),
    );
    assert.equal(await app.emulator.invoke('Square', '3'), '9');

    const waiting = await app.start('Approval');
    await app.until(waiting, (row) => row.runtimeStatus === 'Running');
    await writeFile(file, source.replace('=> number * number;', '=> number * number * number;'));
    const orchestrators = path.join(folder, 'Orchestrators.cs');
    const own = await readFile(orchestrators, 'utf8');
    await writeFile(orchestrators, own.replace('return "awake";', 'return DateTime.UtcNow.Year > 2000 ? "awake" : "";'));
    const before = app.events.length;
    await app.eventually(() => app.events.slice(before).find((event) => event.type === 'workerReady'));
    assert.equal(await app.emulator.invoke('Square', '3'), '27');
    assert.equal((await stat(extensions)).mtimeMs, mtimeMs);
    await app.emulator.hub.raiseEvent(waiting, 'Approval', 'true');
    assert.equal((await app.ended(waiting)).output, '"approved"');

    // Where the exception in a line of the log was thrown.
    const failing = await app.start('Failing');
    await app.ended(failing);
    const thrown = await app.eventually(() =>
      app.logs.find(({ instanceId, place }) => instanceId === failing && place !== undefined),
    );
    const line = source.split('\n').findIndex((each) => each.includes('the reason')) + 1;
    assert.deepEqual(thrown.place, { file, line, column: 1 });

    // What analyzers warn of stays a problem, also of a start that builds nothing.
    const shown = app.emulator.appProblems.map((each) => [each.severity, each.code, each.source, path.basename(each.file ?? '')]);
    assert.deepEqual(
      shown,
      ['DURABLE0001', 'DURABLE0003'].map((code) => ['warning', code, 'dotnet build', 'Orchestrators.cs']),
    );
    await app.stop();
    const again = await start(folder);
    assert.ok(!again.logs.some(({ message }) => message.startsWith('Building')));
    assert.deepEqual(again.emulator.appProblems, app.emulator.appProblems);
  });

  it('is not built when nothing has changed since', async () => {
    const app = await usual();
    assert.ok(!app.logs.some(({ message }) => message.startsWith('Building')));
  });

  it('is told to stop what it runs when the emulator ends', async () => {
    const app = await usual();
    const invoked = app.emulator.invoke('Patient', null);
    invoked.catch(() => undefined);
    await app.eventually(() => app.logs.find(({ message }) => message === 'waiting to be told to stop'));
    await app.stop();
    assert.ok(app.logs.some(({ message }) => message === 'told to stop'));
    await assert.rejects(invoked);
  });
});
