import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { WorkerFixture, type RunningApp } from './worker-fixture';
import { letTimePass } from '../support/let-time-pass';
import { ManualClock } from '../support/manual-clock';

const df = "const df = require('durable-functions'); const { app } = require('@azure/functions');\n";
const sound = `
df.app.activity('fine', { handler: (x) => x ?? 'fine' });
df.app.activity('later', { handler: async (x) => { await null; return x ?? 'fine'; } });
df.app.orchestration('calls', function* (context) { return yield context.df.callActivity('fine', [1]); });
df.app.entity('counter', (context) => { context.df.setState((context.df.getState(() => 0)) + 1); context.df.return(context.df.getState()); });
app.http('page', { handler: async () => ({ jsonBody: { a: [1] } }) });
`;

/** Code that runs before the functions are registered, and in them. */
const practices: Readonly<Record<string, string>> = {
  'replaces global.Promise by another one': `
    const Native = Promise;
    class Other { constructor(run) { this.inner = new Native(run); } then(a, b) { return new Other((ok, no) => this.inner.then(a, b).then(ok, no)); } catch(f) { return this.then(undefined, f); } finally(f) { return this.then((v) => (f(), v), (e) => { f(); throw e; }); } }
    for (const name of ['resolve', 'reject', 'all', 'race', 'allSettled', 'any']) Other[name] = (...args) => { const p = Native[name](...args); return new Other((ok, no) => p.then(ok, no)); };
    global.Promise = Other;`,
  'subclasses global.Promise': 'global.Promise = class extends Promise {};',
  'gives arrays a toJSON, as Prototype.js does':
    'Array.prototype.toJSON = function () { return JSON.stringify(Array.from(this)) + "!"; };',
  'gives every object a toJSON':
    'Object.defineProperty(Object.prototype, "toJSON", { value() { return 7; }, configurable: true, writable: true });',
  'replaces JSON.stringify by one that answers nothing': 'JSON.stringify = () => undefined;',
  'replaces JSON.parse by one that throws':
    'const parse = JSON.parse; setImmediate(() => { JSON.parse = () => { throw new Error("no"); }; setTimeout(() => { JSON.parse = parse; }, 50); });',
  'adds enumerable names to every prototype':
    'Object.prototype.extra = 1; Array.prototype.last = function () { return this[this.length - 1]; };',
  'replaces setImmediate and timers': 'global.setImmediate = () => 0;',
  'replaces process.exit': 'process.exit = () => { throw new Error("not now"); };',
  'removes every listener of its process': 'process.removeAllListeners();',
  'replaces Map and Set': 'global.Map = class {}; global.Set = class {};',
};

async function isSound(app: RunningApp): Promise<void> {
  const outcome = await app.firstEpisode('calls');
  assert.equal(outcome.decisions.length, 1);
  assert.equal((await app.activity('fine')).ok, true);
  assert.equal((await app.activity('later')).ok, true);
  assert.equal((await app.http('page')).status, 200);
  const batch = await app.worker.runEntityBatch({
    instanceId: '@counter@k',
    executionId: 'e',
    name: 'counter',
    key: 'k',
    state: null,
    exists: false,
    operations: [{ name: 'add', input: null, isSignal: false, requestId: 'r', parentInstanceId: null, parentExecutionId: null }],
  });
  assert.equal(batch.results.length, 1);
}

describe('an app that changes what JavaScript brings', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  for (const [practice, code] of Object.entries(practices)) {
    it(`is understood when it ${practice}`, async () => {
      const files = {
        'package.json': '{"main": "a.js"}',
        // After its packages are loaded: what those make of it is theirs.
        'a.js': `${df}require('durable-functions'); ${sound}\n(() => { ${code} })();`,
      };
      const app = await fixture.start(null, { files });
      const { pid } = app.worker;
      // What the packages do with it may fail, but is an answer.
      if (/stringify|toJSON|Map|JSON\.parse/.test(practice + code)) {
        const outcome = await app.activity('fine').catch((error: unknown) => error);
        assert(outcome !== undefined);
        await Promise.allSettled([app.firstEpisode('calls'), app.http('page'), app.activity('later')]);
      } else {
        await isSound(app);
      }
      assert.equal(app.worker.pid, pid, 'the process lives');
    });
  }

  it('has its own way with values where it replaces JSON.stringify by a better one', async () => {
    const better =
      'const real = JSON.stringify; JSON.stringify = (v, r, s) => real(v, (k, x) => (typeof x === "bigint" ? `${x}n` : x), s);';
    const files = {
      'package.json': '{"main": "a.js"}',
      'a.js': `${df}${better} df.app.activity('big', { handler: () => ({ n: 12n }) });`,
    };
    const app = await fixture.start(null, { files });
    assert.deepEqual(await app.activity('big'), { ok: true, result: '{"n":"12n"}' });
  });
});

describe('an app that writes where it has no business', () => {
  const noFrames = {
    'what is no frame': 'socket.write("GET / HTTP/1.1\\r\\n\\r\\n");',
    'a frame without JSON': 'send("nope!");',
    'a frame that is no list': 'send({ type: "pong" });',
    'a list of no messages': 'send([1, null]);',
    'a message of no known type': 'send([{ type: "hug" }]);',
    'a message that announces bytes it has not': 'send([{ type: "pong", bytes: 12 }]);',
  };
  const noAnswers = {
    'no outcome': { type: 'activityDone' },
    'another outcome': { type: 'activityDone', outcome: { ok: true, result: {} } },
    'the answer to something else': { type: 'episodeDone', outcome: { decisions: [], customStatus: null, awaitedEvents: [] } },
    'an episode that is none': { type: 'episodeDone', outcome: {} },
  };
  const writes: Readonly<Record<string, string>> = {
    ...noFrames,
    ...Object.fromEntries(
      Object.entries(noAnswers).map(([what, given]) => [what, `send([{ ...${JSON.stringify(given)}, id }]);`]),
    ),
    'bytes without end':
      'require("node:fs").writeSync(1, "begins\\n"); for (;;) { try { require("node:fs").writeSync(socket._handle.fd, Buffer.alloc(1)); } catch {} }',
  };
  const code = `${df}${sound}
const findSocket = () => process._getActiveHandles().find((one) => one.constructor.name === 'Socket' && one.writable && !one.isTTY && one.remoteAddress === undefined && one.fd !== 1 && one.fd !== 2);
// Of the work that was asked for last.
let id = 0;
df.app.activity('listens', { handler: () => void findSocket().on('data', (bytes) => { for (const [, found] of String(bytes).matchAll(/"id":(\\d+)/g)) id = Number(found); }) });
df.app.activity('evil', { handler: async (what) => {
  const socket = findSocket();
  const send = (messages) => { const json = Buffer.from(typeof messages === 'string' ? messages : JSON.stringify(messages)); const head = Buffer.alloc(8); head.writeUInt32LE(json.length, 0); socket.write(Buffer.concat([head, json])); };
  switch (what) {
${Object.entries(writes)
  .map(([what, text]) => `    case ${JSON.stringify(what)}: { ${text} break; }`)
  .join('\n')}
  }
  await new Promise(() => {});
} });`;

  const fixture = new WorkerFixture();
  const clock = new ManualClock();
  let running: RunningApp;
  before(async () => {
    const files = { 'package.json': '{"main": "a.js"}', 'a.js': code };
    running = await fixture.start(null, { files, watchdogTime: clock });
  });
  after(() => fixture.cleanUp());

  for (const what of Object.keys(noAnswers)) {
    it(`fails the invocation by name when it answers it with ${what}`, async () => {
      const { pid } = running.worker;
      await running.activity('listens');
      await assert.rejects(running.activity('evil', what), (error) => {
        assert(DurascopeError.is(error, 'WorkFailed'));
        assert.match(error.message, /The answer of the activity 'evil' was not understood/);
        return true;
      });
      await isSound(running);
      assert.equal(running.worker.pid, pid);
    });
  }

  for (const what of Object.keys(noFrames)) {
    it(`is started again, and told so, when it writes ${what}`, async () => {
      const { pid } = running.worker;
      await assert.rejects(running.activity('evil', what), (error) => {
        assert(DurascopeError.is(error, 'WorkerExited'));
        assert.match(error.message, /was ended and is started again, because what came over its connection/);
        return true;
      });
      await isSound(running);
      assert.notEqual(running.worker.pid, pid);
    });
  }

  it('does not count as alive for what it writes', async () => {
    const evil = running.activity('evil', 'bytes without end');
    evil.catch(() => undefined);
    await running.logged('begins');
    await assert.rejects(letTimePass(clock, evil), (error) => DurascopeError.is(error));
    await isSound(running);
  });
});
