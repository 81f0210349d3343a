/** Loads that take too long: a busy machine may be the cause, so that nothing waits for ever and nothing has to be saved to go on. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DurascopeError } from '../../src/core/values/errors';
import { spawnProcess } from '../../src/workers/supervision/launch';
import { letTimePass } from '../support/let-time-pass';
import { ManualClock } from '../support/manual-clock';
import { type AppOptions, type RunningApp, WorkerFixture } from './worker-fixture';

const loads = `import { existsSync } from 'node:fs';
import { app } from '@azure/functions';
import * as df from 'durable-functions';
console.log('loading');
while (!existsSync('open')) await new Promise((done) => setTimeout(done, 5));
df.app.activity('one', { handler: () => 1 });
app.http('page', { handler: () => ({ body: 'here' }) });
`;
const files = { 'package.json': '{"main": "a.mjs"}', 'a.mjs': loads, open: '' };
const tooSlow = (seconds: number) => new RegExp(`^The app did not finish loading within ${seconds} s\\. Look for`);

describe('an app that takes too long to load', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  /** Of the process that has been loaded. */
  const forgetsLogs = async (app: RunningApp): Promise<void> => {
    await app.printed('loading');
    app.logs.length = 0;
  };
  const started = async (
    options: AppOptions = {},
  ): Promise<{ app: RunningApp; clock: ManualClock; dies: () => Promise<void> }> => {
    const clock = new ManualClock();
    const app = await fixture.start(null, { files, loadTime: clock, ...options });
    const dies = async (): Promise<void> => {
      await rm(path.join(app.dir, 'open'));
      await forgetsLogs(app);
      process.kill(app.worker.pid ?? 0, 'SIGKILL');
      await app.printed('loading');
    };
    return { app, clock, dies };
  };
  /** Until the next process has the app's code in it. */
  const loadsAgain = async (app: RunningApp, clock: ManualClock, seconds: number): Promise<void> => {
    await letTimePass(clock, app.logged(`The app did not finish loading within ${seconds} s.`));
    app.logs.length = 0;
  };
  const refused = (pattern: RegExp) => (error: unknown) => {
    assert(DurascopeError.is(error, 'AppInvalid'), String(error));
    assert.match(error.message, pattern);
    return true;
  };

  it('is loaded again with more time: calls that waited fail with the reason, work of instances goes on', async () => {
    const { app, clock, dies } = await started();
    await dies();
    const work = app.result('one');
    await assert.rejects(letTimePass(clock, app.http('page')), refused(tooSlow(60)));
    await app.logged('It is loaded again, and may take twice as long.');
    assert.match((await app.event('appError')).message ?? '', tooSlow(60));
    await assert.rejects(app.http('page'), refused(tooSlow(60)));
    await writeFile(path.join(app.dir, 'open'), '');
    assert.equal(await work, 1);
    assert.equal((await app.http('page')).text, 'here');
  });

  it('waits for a change after three loads, and runs then', async () => {
    const { app, clock, dies } = await started({ watch: true, debounceMs: 20 });
    await dies();
    const work = app.result('one');
    for (const seconds of [60, 120]) {
      await loadsAgain(app, clock, seconds);
      await app.printed('loading');
    }
    await letTimePass(clock, app.logged('within 240 s'));
    assert.match(
      (await app.logged('within 240 s')).message,
      /The app does not run: it is loaded as soon as a file of it changes\.$/,
    );
    await assert.rejects(app.http('page'), refused(tooSlow(240)));
    await writeFile(path.join(app.dir, 'a.mjs'), loads.replace(/^while.*$/m, ''));
    assert.equal(await work, 1);
  });

  it('is not waited for when a file changes meanwhile', async () => {
    const { app, clock, dies } = await started({ watch: true, debounceMs: 20 });
    await dies();
    const work = app.result('one');
    await loadsAgain(app, clock, 60);
    await app.printed('loading');
    await writeFile(path.join(app.dir, 'a.mjs'), loads.replace(/^while.*$/m, ''));
    assert.equal(await work, 1);
    assert.ok(app.logs.every(({ message }) => !message.includes('within 120 s')));
  });

  it('goes on as it was when that happens after a change, and is loaded again', async () => {
    const { app, clock } = await started();
    await rm(path.join(app.dir, 'open'));
    await forgetsLogs(app);
    const { pid } = app.worker;
    const reload = app.worker.reload();
    await app.printed('loading');
    await loadsAgain(app, clock, 60);
    assert.equal((await app.http('page')).text, 'here');
    assert.equal(app.worker.pid, pid);
    await writeFile(path.join(app.dir, 'open'), '');
    await reload;
    assert.notEqual(app.worker.pid, pid);
  });

  it('can be stopped meanwhile: whatever waits is told so', async () => {
    const { app, dies } = await started();
    await dies();
    const waiting = [app.result('one'), app.http('page')];
    for (const each of waiting) each.catch(() => undefined);
    await app.worker.stop();
    for (const each of waiting) await assert.rejects(each, (error) => DurascopeError.is(error, 'Stopped'));
  });
});

describe('calls that wait for an app', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  it('are refused when it turns out to be broken', async () => {
    const app = await fixture.start(null, { files });
    await writeFile(path.join(app.dir, 'a.mjs'), 'const = 1;');
    process.kill(app.worker.pid ?? 0, 'SIGKILL');
    await app.event('workerExited');
    const waiting = [app.http('page'), app.worker.invoke('page', null)];
    for (const each of waiting) await assert.rejects(each, (error) => DurascopeError.is(error, 'AppInvalid'));
  });

  it('are refused when the next process is killed too, while it loads', async () => {
    const kills = "import * as fs from 'node:fs';\nif (!fs.existsSync('open')) process.kill(process.pid, 'SIGKILL');\n";
    const app = await fixture.start(null, { files: { ...files, 'a.mjs': kills + loads } });
    await rm(path.join(app.dir, 'open'));
    process.kill(app.worker.pid ?? 0, 'SIGKILL');
    await app.event('workerExited');
    await assert.rejects(app.http('page'), (error) => DurascopeError.is(error, 'WorkerExited'));
    const work = app.result('one');
    await writeFile(path.join(app.dir, 'open'), '');
    assert.equal(await work, 1);
  });
});

describe('a process of whose end nothing is heard', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  it('is taken to be gone once it was ended', async () => {
    const silent = {
      pid: undefined,
      stdout: null,
      stderr: null,
      exited: new Promise<never>(() => undefined),
      kill: () => undefined,
    };
    const start = fixture.start(null, { files, launcher: () => silent, loadTimeoutMs: 20 });
    await assert.rejects(
      start,
      (error) => DurascopeError.is(error, 'AppInvalid') && /did not connect within/.test(error.message),
    );
  });

  it('has ended although a child of it holds its output open', async () => {
    const holds =
      "require('node:child_process').spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'inherit', 'inherit'] })";
    const script = `console.log(${holds}.pid); process.exit(3)`;
    const launched = spawnProcess({
      command: process.execPath,
      args: ['-e', script],
      cwd: process.cwd(),
      env: { ...process.env } as Record<string, string>,
    });
    assert.equal((await launched.exited).code, 3);
  });
});
