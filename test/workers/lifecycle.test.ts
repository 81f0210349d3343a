import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isProcessAlive } from '../../src/base/process-identity';
import { DurascopeError } from '../../src/core/values/errors';
import type { LaunchSpec } from '../../src/workers/supervision/launch';
import { socketVariable, tokenVariable } from '../../src/workers/node/wire/messages';
import { freePort } from '../../src/vscode/emulators/free-port';
import { WorkerFixture } from './worker-fixture';
import { letTimePass } from '../support/let-time-pass';
import { ManualClock } from '../support/manual-clock';

const isGone = (pid: number): boolean => !isProcessAlive(pid);

const activity = (name: string, result = name) =>
  `require('durable-functions').app.activity('${name}', { handler: () => '${result}' });\n`;

describe('the life of the process that runs an app', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  it('ends with the worker, and stopping twice is stopping once', async () => {
    const app = await fixture.start('commonjs');
    const { pid } = app.worker;
    assert(pid !== undefined && !isGone(pid));
    await Promise.all([app.worker.stop(), app.worker.stop()]);
    assert(isGone(pid));
    await assert.rejects(app.activity('sayHello', 'x'), (error) => DurascopeError.is(error, 'Stopped'));
  });

  it('starts again after an exit; what ran is rejected with the exit code and the last words', async () => {
    const app = await fixture.start('commonjs');
    const { pid } = app.worker;
    const slow = app.activity('slow', 60_000);
    slow.catch(() => undefined);
    await app.activity('logs', 'about to leave');
    await assert.rejects(app.activity('exits', 7), (error) => {
      assert(DurascopeError.is(error, 'WorkerExited'));
      assert.match(error.message, /exit code 7.*Its last output:.*about to leave/s);
      return true;
    });
    await assert.rejects(slow, (error) => DurascopeError.is(error, 'WorkerExited'));
    // Waits for the next process.
    assert.equal(await app.result('sayHello', 'again'), 'Hello, again!');
    assert.notEqual(app.worker.pid, pid);
    assert.match((await app.event('workerExited')).message ?? '', /exit code 7/);
  });

  it('lets a debugger attach: a new process listens for it, and the old one ends what it has', async () => {
    const app = await fixture.start('commonjs');
    const { pid } = app.worker;
    const slow = app.activity('slow', 500);
    const port = await freePort();
    await app.worker.inspect(port);
    assert.notEqual(app.worker.pid, pid);
    const { Browser } = (await (await fetch(`http://127.0.0.1:${port}/json/version`)).json()) as { Browser: string };
    assert.match(Browser, /^node\.js/);
    assert.equal(await app.result('sayHello', 'again'), 'Hello, again!');
    await slow;
  });

  it('starts again after a kill from outside', async () => {
    const app = await fixture.start('commonjs');
    const pid = app.worker.pid ?? 0;
    const slow = app.activity('slow', 60_000);
    slow.catch(() => undefined);
    process.kill(pid, 'SIGKILL');
    await assert.rejects(slow, (error) => DurascopeError.is(error, 'WorkerExited'));
    assert.equal(await app.result('sayHello', 'again'), 'Hello, again!');
  });

  it('says of a killed one that a new one is started, and what becomes of what ran', async () => {
    const never = "{ handler: (_, context) => new Promise(() => (context ?? _).log('begun')) }";
    const files = {
      'package.json': '{"main": "a.js"}',
      'a.js': `require('durable-functions').app.activity('slow', ${never});\nrequire('@azure/functions').app.http('never', ${never});`,
    };
    const app = await fixture.start(null, { files });
    const running = [app.activity('slow'), app.activity('slow'), app.http('never')];
    for (const each of running) each.catch(() => undefined);
    await app.logged('begun');
    process.kill(app.worker.pid ?? 0, 'SIGKILL');
    const { message = '' } = await app.event('workerExited');
    assert.equal(
      message.split(' Its last output:')[0],
      'The process that runs the app ended (signal SIGKILL). A new one is started now, and the app goes on in it. ' +
        'The 2 activities that were running (slow × 2) run again from their beginning. ' +
        '1 call of other functions (never) is not repeated: send what is still wanted again.',
    );
    for (const each of running) await assert.rejects(each, (error) => DurascopeError.is(error, 'WorkerExited'));
  });

  it('says that none could be started, and why, where the code is broken by then', async () => {
    const files = { 'package.json': '{"main": "a.js"}', 'a.js': activity('one') };
    const app = await fixture.start(null, { files, watch: false });
    await writeFile(path.join(app.dir, 'a.js'), 'const = 1;');
    process.kill(app.worker.pid ?? 0, 'SIGKILL');
    const { file, line } = await app.event('appError');
    assert.deepEqual([file, line], [path.join(app.dir, 'a.js'), 1]);
    await app.logged('The app does not run: it is loaded as soon as a file of it changes.');
  });

  for (const [name, text] of [
    ['crashes', 'nobody catches this'],
    ['floats', 'floating'],
  ] as const) {
    it(`is reported with the running function when an exception ends it (${name})`, async () => {
      const app = await fixture.start('commonjs');
      await assert.rejects(app.activity(name), (error) => {
        assert(DurascopeError.is(error, 'WorkerExited'));
        assert.match(error.message, new RegExp(`threw an exception that nobody caught while ${name} was running.*${text}`, 's'));
        assert.match(error.message, /activities\.js:\d+/);
        return true;
      });
      assert.equal(await app.result('sayHello', 'again'), 'Hello, again!');
    });
  }

  it('asks for the whole history again after a restart', async () => {
    const app = await fixture.start('commonjs');
    const { firstEvents, timestamp } = await import('./worker-fixture');
    const started = firstEvents('waits', 'in', 'w');
    const run = () =>
      app.worker.runEpisode({ instanceId: 'w', executionId: 'e-w', name: 'waits', history: [], newEvents: started });
    assert.deepEqual((await run()).awaitedEvents, ['Go']);
    process.kill(app.worker.pid ?? 0, 'SIGKILL');
    await app.event('workerExited');
    const base = { EventId: -1, IsPlayed: false, Timestamp: timestamp(9) };
    const outcome = await app.worker.runEpisode({
      instanceId: 'w',
      executionId: 'e-w',
      name: 'waits',
      history: [...started, { ...base, Timestamp: timestamp(1), EventType: 'OrchestratorCompleted' }],
      newEvents: [
        { ...base, EventType: 'OrchestratorStarted' },
        { ...base, EventType: 'EventRaised', Name: 'Go', Input: '5' },
      ],
    });
    const [end] = outcome.decisions;
    assert(end?.type === 'CompleteOrchestration');
    assert.equal(end.result, '{"value":5,"input":"in"}');
  });

  it('is ended when an orchestrator blocks it: that one is named with its place, the others are to be asked again', async () => {
    const clock = new ManualClock();
    const app = await fixture.start('commonjs', { watchdogMs: 120_000, watchdogTime: clock });
    const waiting = app.activity('slow', 60_000);
    waiting.catch(() => undefined);
    await app.firstEpisode('helloCities', null, 'fine');
    const blocked = app.firstEpisode('blocks', 60_000, 'culprit');
    const behind = app.firstEpisode('helloCities', null, 'behind');
    for (const one of [blocked, behind]) one.catch(() => undefined);
    await app.logged('blocks begins');
    await assert.rejects(letTimePass(clock, blocked), (error) => {
      assert(DurascopeError.is(error, 'WorkerHung'));
      const said = `orchestrator "blocks" (instance culprit) has blocked the app's event loop for more than 120 s`;
      assert.ok(error.message.includes(said), error.message);
      if (process.platform !== 'win32') assert.match(error.message, /in .* \(src[\\/]functions[\\/]orchestrations\.js:2\d\)/);
      return true;
    });
    for (const one of [waiting, behind]) await assert.rejects(one, (error) => DurascopeError.is(error, 'WorkerExited'));
    assert.equal((await app.firstEpisode('helloCities', null, 'behind')).decisions.length, 1);
  });

  it('is ended when an activity blocks it too', async () => {
    const clock = new ManualClock();
    const app = await fixture.start('commonjs', { watchdogMs: 120_000, watchdogTime: clock });
    const blocked = app.activity('blocksToo', 60_000);
    blocked.catch(() => undefined);
    await app.logged('blocksToo begins');
    await assert.rejects(letTimePass(clock, blocked), (error) => {
      assert(DurascopeError.is(error, 'WorkerHung'));
      assert.match(error.message, /activity "blocksToo"/);
      return true;
    });
  });

  it('leaves no folder of its socket behind once it is connected', async () => {
    const own = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith(`durascope-app-${process.pid}-`));
    const before = await own();
    await fixture.start('commonjs');
    assert.deepEqual(await own(), before);
  });

  it('is left alone by the watchdog while it merely waits', async () => {
    const files = {
      'package.json': '{"main": "a.js"}',
      'a.js': `const { appendFileSync, existsSync } = require('node:fs');
require('durable-functions').app.activity('waits', { handler: () => new Promise((done) => {
  const timer = setInterval(() => {
    appendFileSync('turns', '.');
    if (!existsSync('enough')) return;
    clearInterval(timer);
    done(process.pid);
  }, 1);
}) });`,
    };
    const clock = new ManualClock();
    const app = await fixture.start(null, { files, watchdogMs: 120_000, watchdogTime: clock });
    const state = { isLeftAlone: true };
    const waiting = app.result('waits');
    waiting.catch(() => (state.isLeftAlone = false));
    const turns = async (): Promise<number> => (await stat(path.join(app.dir, 'turns')).catch(() => ({ size: 0 }))).size;
    // Three times what the watchdog bears, a quarter at a time. The process says nothing but what it is asked for: it has read that once it has turned.
    for (let quarter = 0; quarter < 12; quarter++) {
      clock.advance(30_000);
      const before = await turns();
      while (state.isLeftAlone && (await turns()) < before + 3) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await writeFile(path.join(app.dir, 'enough'), '');
    assert.equal(await waiting, app.worker.pid);
  });

  it('is not watched while a debugger may stop it', async () => {
    const clock = new ManualClock();
    const app = await fixture.start('commonjs', { watchdogMs: 120_000, watchdogTime: clock, inspectPort: true });
    const blocked = app.result('blocksToo', 300);
    await app.logged('blocksToo begins');
    assert.equal(clock.armed, 0);
    clock.advance(600_000);
    assert.equal(await blocked, null);
  });

  it('can be started by someone else, who is told all by the environment', async () => {
    let spec: LaunchSpec | undefined;
    const app = await fixture.start('commonjs', {
      launcher: (given) => {
        spec = given;
        const child = spawn(given.command, given.args, { cwd: given.cwd, env: given.env, stdio: 'ignore' });
        return {
          pid: undefined,
          stdout: null,
          stderr: null,
          exited: new Promise(() => undefined),
          kill: () => void child.kill('SIGKILL'),
        };
      },
    });
    assert(spec !== undefined);
    assert(spec.env[socketVariable] !== undefined && spec.env[tokenVariable] !== undefined);
    assert.equal(await app.result('sayHello', 'you'), 'Hello, you!');
  });

  it('is not taken from one who does not know the token', async () => {
    const app = await fixture.start('commonjs', {
      launcher: (given) => {
        const stranger = connect(given.env[socketVariable] ?? '');
        const json = Buffer.from(
          JSON.stringify([{ type: 'hello', token: 'x'.repeat(64), pid: 1, nodeVersion: '20.0.0', inspected: false }]),
        );
        const header = Buffer.alloc(8);
        header.writeUInt32LE(json.length, 0);
        stranger.write(Buffer.concat([header, json]));
        const refused = once(stranger, 'close');
        const child = refused.then(() => spawn(given.command, given.args, { cwd: given.cwd, env: given.env, stdio: 'ignore' }));
        return {
          pid: undefined,
          stdout: null,
          stderr: null,
          exited: new Promise(() => undefined),
          kill: () => void child.then((process_) => process_.kill('SIGKILL')),
        };
      },
    });
    assert.equal(await app.result('sayHello', 'you'), 'Hello, you!');
  });
});

describe('stopping while the app is being loaded', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  it('does not wait for the app to finish', async () => {
    const files = { 'package.json': '{"main": "a.js"}', 'a.js': activity('one') };
    const app = await fixture.start(null, { files });
    await writeFile(path.join(app.dir, 'package.json'), '{"main": "b.mjs"}');
    await writeFile(path.join(app.dir, 'b.mjs'), 'await new Promise((done) => setTimeout(done, 60_000));');
    const reload = app.worker.reload();
    await app.event('workerStarting');
    await app.worker.stop();
    await reload;
  });

  it('tries again when the process is killed meanwhile: that says nothing about the app', async () => {
    const files = {
      'package.json': '{"main": "a.mjs"}',
      'a.mjs': `import { existsSync, writeFileSync } from 'node:fs';
import * as df from 'durable-functions';
if (existsSync('once')) process.kill(process.pid, 'SIGKILL');
df.app.activity('kills', { handler: () => { writeFileSync('once', ''); process.kill(process.pid, 'SIGKILL'); } });
df.app.activity('one', { handler: () => 1 });`,
    };
    const app = await fixture.start(null, { files });
    await assert.rejects(app.activity('kills'), (error) => DurascopeError.is(error, 'WorkerExited'));
    const waiting = app.result('one');
    const deaths = (): number => app.events.filter(({ type }) => type === 'workerExited').length;
    await new Promise<void>((resolve) => {
      const subscription = app.worker.onEvent(() => {
        if (deaths() < 2) return;
        subscription.dispose();
        resolve();
      });
    });
    await unlink(path.join(app.dir, 'once'));
    assert.equal(await waiting, 1);
  });
});

describe('reloading an app', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());
  const files = { 'package.json': '{"main": "src/*.js"}', 'src/a.js': activity('one', 'old') };

  it('follows a change of a file; what runs is finished by the old process', async () => {
    const slow =
      "require('durable-functions').app.activity('slow', { handler: (ms) => new Promise((r) => setTimeout(r, ms, 'old')) });";
    const app = await fixture.start(null, { files: { ...files, 'src/b.js': slow }, watch: true, debounceMs: 50 });
    const running = app.result('slow', 1_500);
    await writeFile(path.join(app.dir, 'src', 'a.js'), activity('one', 'new'));
    await app.event('workerReady');
    assert.equal(await app.result('one'), 'new');
    assert.equal(await running, 'old');
  });

  it('announces functions that come and go', async () => {
    const app = await fixture.start(null, { files, watch: true, debounceMs: 50 });
    await writeFile(path.join(app.dir, 'src', 'c.js'), activity('two'));
    await app.event('functionsChanged');
    assert.deepEqual(
      app.worker
        .functions()
        .map(({ name }) => name)
        .sort(),
      ['one', 'two'],
    );
    app.events.length = 0;
    await unlink(path.join(app.dir, 'src', 'c.js'));
    await app.event('functionsChanged');
    assert.deepEqual(
      app.worker.functions().map(({ name }) => name),
      ['one'],
    );
  });

  it('follows the settings', async () => {
    const code = "require('durable-functions').app.activity('setting', { handler: () => process.env.A_SETTING ?? null });";
    const app = await fixture.start(null, { files: { ...files, 'src/s.js': code }, watch: true, debounceMs: 50 });
    assert.equal(await app.result('setting'), null);
    await writeFile(path.join(app.dir, 'local.settings.json'), '{"Values": {"A_SETTING": "on"}}');
    await app.event('workerReady');
    assert.equal(await app.result('setting'), 'on');
  });

  it('keeps the app as it was when the change does not load, and takes the next that does', async () => {
    const app = await fixture.start(null, { files, watch: true, debounceMs: 50 });
    const { pid } = app.worker;
    await writeFile(path.join(app.dir, 'src', 'a.js'), 'const = 1;');
    const error = await app.event('appError');
    assert.match(error.message ?? '', /SyntaxError/);
    assert.equal(error.file, path.join(app.dir, 'src', 'a.js'));
    assert.equal(error.line, 1);
    assert.equal(app.worker.pid, pid);
    assert.equal(await app.result('one'), 'old');
    await writeFile(path.join(app.dir, 'src', 'a.js'), activity('one', 'mended'));
    await app.event('workerReady');
    assert.equal(await app.result('one'), 'mended');
  });

  it('lets work wait when the app died and no longer loads, until it is mended', async () => {
    const app = await fixture.start(null, { files, watch: true, debounceMs: 50 });
    await writeFile(path.join(app.dir, 'src', 'a.js'), 'const = 1;');
    await app.event('appError');
    app.events.length = 0;
    process.kill(app.worker.pid ?? 0, 'SIGKILL');
    await app.event('appError');
    const waiting = app.result('one');
    await assert.rejects(app.http('any'), (error) => DurascopeError.is(error, 'AppInvalid'));
    await writeFile(path.join(app.dir, 'src', 'a.js'), activity('one', 'mended'));
    assert.equal(await waiting, 'mended');
  });
});
