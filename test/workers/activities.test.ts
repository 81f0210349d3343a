import assert from 'node:assert/strict';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { WorkerFixture, type RunningApp } from './worker-fixture';

describe('activities of programming model v4', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  before(async () => {
    app = await fixture.start('commonjs');
  });
  after(() => fixture.cleanUp());

  it('get their input out of the array and give their result as JSON', async () => {
    assert.deepEqual(await app.activity('sayHello', 'Tokyo'), { ok: true, result: '"Hello, Tokyo!"' });
  });

  it('keep the type of every input', async () => {
    for (const [input, seen] of [
      ['123', 'string "123"'],
      ['{"a":1}', 'string "{\\"a\\":1}"'],
      [123, 'number 123'],
      [true, 'boolean true'],
      [[1, 'a'], 'object [1,"a"]'],
      [{ a: { b: null } }, 'object {"a":{"b":null}}'],
      ['', 'string ""'],
      [0, 'number 0'],
      ['ä€𝄞\u2028', 'string "ä€𝄞\u2028"'],
    ] as const) {
      assert.equal(await app.result('typeOf', input), seen);
    }
    assert.equal(await app.result('typeOf', null), 'undefined undefined');
  });

  it('(d) keep falsy results', async () => {
    for (const value of [0, '', false, [], {}]) {
      assert.deepEqual(await app.activity('echo', value), { ok: true, result: JSON.stringify(value) });
    }
    assert.deepEqual(await app.activity('nothing'), { ok: true, result: null });
  });

  it('give bytes as base64 text', async () => {
    assert.deepEqual(await app.activity('bytes'), { ok: true, result: '"YWJj"' });
  });

  it('fail with the reason and details that the history shows', async () => {
    const outcome = await app.activity('fails', 'boom');
    assert(!outcome.ok);
    assert.equal(outcome.reason, "Activity function 'fails' failed:  boom");
    const details = JSON.parse(outcome.details) as Record<string, string>;
    assert.equal(details['Type'], 'RangeError');
    assert.equal(details['Message'], 'boom');
    assert.match(details['StackTrace'] ?? '', /activities\.js:\d+/);
    assert.equal(outcome.failureDetails, undefined);
  });

  it('may throw what is not an error', async () => {
    const outcome = await app.activity('throwsText');
    assert(!outcome.ok);
    assert.equal(outcome.reason, "Activity function 'throwsText' failed:  just text");
  });

  it('that are not there fail by the name of those that are', async () => {
    const outcome = await app.activity('helloCities');
    assert(!outcome.ok);
    assert.match(outcome.reason, /^The function 'helloCities' doesn't exist, is disabled, or is not an activity function\./);
    assert.match(outcome.reason, /The following are the known activity functions: 'sayHello', 'echo'/);
  });

  it('are found ignoring case', async () => {
    assert.equal(await app.result('SAYHELLO', 'you'), 'Hello, you!');
  });

  it('see their instance in the trigger metadata', async () => {
    const facts = (await app.result('contextFacts', { Some: { Key: 1 } })) as Record<string, unknown>;
    assert.equal(facts['functionName'], 'contextFacts');
    assert.equal(facts['trigger'], 'activityTrigger');
    const metadata = facts['triggerMetadata'] as Record<string, unknown>;
    assert.equal(metadata['instanceId'], 'instance');
    assert.deepEqual(metadata['data'], { some: { key: 1 } });
  });

  it('see the settings of the app, and nothing of the handshake', async () => {
    const dir = await realpath(app.dir);
    assert.deepEqual(await app.result('environment'), {
      cwd: dir,
      setting: 'from local settings',
      hostname: 'localhost:7099',
      runtime: 'node',
      environment: 'Development',
      root: app.dir,
      loadOrder: ['index', 'activities', 'http', 'orchestrations'],
    });
  });

  it('get a durable client that knows the URLs', async () => {
    assert.match(String(await app.result('withClient')), /instances\/abc\/statusQueryGetUri$/);
  });

  it('log under their name and instance, whether through the context or the console', async () => {
    await app.activity('logs', 'text');
    await app.logged('written');
    const lines = app.logs.filter((entry) => entry.functionName === 'logs');
    assert.deepEqual(
      lines.map(({ level, message, category, instanceId }) => [level, message, category, instanceId]),
      [
        ['information', 'log text { a: 1 }', 'user', 'instance'],
        ['trace', 'trace', 'user', 'instance'],
        ['debug', 'debug', 'user', 'instance'],
        ['information', 'info', 'user', 'instance'],
        ['warning', 'warn', 'user', 'instance'],
        ['error', 'error', 'user', 'instance'],
        ['information', 'printed 42', 'user', 'instance'],
        ['warning', 'printed warning', 'user', 'instance'],
        ['information', 'written', 'user', 'instance'],
      ],
    );
  });

  it('are listed with the file and the line that register them', () => {
    const fn = app.worker.functions().find(({ name }) => name === 'sayHello');
    assert.equal(path.basename(fn?.file ?? ''), 'activities.js');
    assert.equal(fn?.line, 5);
    assert.equal(fn.type, 'activity');
  });
});
