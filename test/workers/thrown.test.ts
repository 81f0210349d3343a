import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { WorkerFixture, type RunningApp } from './worker-fixture';

/** Code of an expression whose value is thrown, and what its message must hold. */
const values: readonly [what: string, code: string, text: RegExp][] = [
  ['an Error', 'new RangeError("too far")', /too far/],
  ['a text', '"just text"', /just text/],
  ['undefined', 'undefined', /undefined|not an Error|Unknown error/],
  ['null', 'null', /null|not an Error|Unknown error/],
  ['zero', '0', /0/],
  ['a function', 'function named() {}', /the function named/],
  ['a symbol', 'Symbol("sign")', /Symbol\(sign\)/],
  ['a BigInt', '10n', /10/],
  ['a circular object', '(() => { const o = {}; o.self = o; return o; })()', /no JSON form/],
  ['an object without a prototype', 'Object.assign(Object.create(null), { why: "bare" })', /bare/],
  ['a proxy that throws', 'new Proxy({}, { get: boom, has: boom, getPrototypeOf: boom, ownKeys: boom })', /no JSON form/],
  ['an Error whose message throws', 'Object.defineProperty(new Error(), "message", { get: boom })', /cannot be read/],
  ['an Error whose stack throws', 'Object.defineProperty(new Error("kept"), "stack", { get: boom })', /kept/],
];
const head = `const df = require('durable-functions'); const { app } = require('@azure/functions');
function boom() { throw new Error('boom'); }\n`;
const thrower = values.map(([, code]) => `() => (${code})`).join(',\n');
const files = {
  'package.json': '{"main": "a.js"}',
  'a.js': `${head}
const values = [${thrower}];
df.app.activity('now', { handler: (n) => { throw values[n](); } });
df.app.activity('later', { handler: async (n) => { await null; throw values[n](); } });
df.app.activity('odd', { handler: (n) => ({ then: (_, no) => no(values[n]()) }) });
df.app.orchestration('early', function* (context) { throw values[context.df.getInput()](); });
df.app.orchestration('plain', function (context) { throw values[context.df.getInput()](); });
df.app.entity('e', (context) => { throw values[context.df.getInput()](); });
app.http('page', { handler: (request) => { throw values[Number(request.query.get('n'))](); } });
app.timer('tick', { schedule: '0 0 0 1 1 *', handler: () => { throw values[Number(process.env.N ?? 0)](); } });
df.app.activity('fine', { handler: () => 'fine' });
`,
};

describe('anything may be thrown', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  before(async () => {
    app = await fixture.start(null, { files });
  });
  after(() => fixture.cleanUp());

  for (const [index, [what, , text]] of values.entries()) {
    it(`by every kind of function: ${what}`, async () => {
      const { pid } = app.worker;
      for (const name of ['now', 'later', 'odd']) {
        const outcome = await app.activity(name, index);
        assert(!outcome.ok);
        assert.match(outcome.reason, text);
      }
      for (const name of ['early', 'plain']) {
        const { decisions } = await app.firstEpisode(name, index, `${name}-${index}`);
        const [end] = decisions;
        assert(end?.type === 'CompleteOrchestration', name);
        assert.equal(end.status, 'Failed');
        assert.match(end.thrown ?? end.result ?? '', text);
      }
      const batch = await app.worker.runEntityBatch({
        instanceId: '@e@k',
        executionId: 'x',
        name: 'e',
        key: 'k',
        state: null,
        exists: false,
        operations: [
          { name: 'op', input: String(index), isSignal: false, requestId: 'r', parentInstanceId: null, parentExecutionId: null },
        ],
      });
      assert.equal(batch.results[0]?.ok, false);
      assert.equal(
        (await app.http('page', { query: { n: String(index) }, url: `http://localhost/api/page?n=${index}` })).status,
        500,
      );
      assert.equal(await app.result('fine'), 'fine');
      assert.equal(app.worker.pid, pid);
    });

    it(`while the app is loaded, which then says so: ${what}`, async () => {
      const broken = { 'package.json': '{"main": "a.js"}', 'a.js': `${head} throw (${values[index]?.[1]});` };
      await assert.rejects(fixture.start(null, { files: broken }), (error) => {
        assert(DurascopeError.is(error, 'AppInvalid'));
        assert.match(error.message, /^a\.js cannot be loaded/);
        return true;
      });
    });
  }

  it('past everyone who could catch it: the process ends with the text, and starts again', async () => {
    const code = `${head} df.app.activity('throws', { handler: () => new Promise(() => setImmediate(() => { throw Object.create(null, { why: { value: 'bare', enumerable: true } }); })) });
df.app.activity('fine', { handler: () => 'fine' });`;
    const loose = await fixture.start(null, { files: { 'package.json': '{"main": "a.js"}', 'a.js': code } });
    await assert.rejects(loose.activity('throws'), (error) => {
      assert(DurascopeError.is(error, 'WorkerExited'));
      assert.match(error.message, /an exception that nobody caught while throws was running.*bare/s);
      return true;
    });
    assert.equal(await loose.result('fine'), 'fine');
  });
});
