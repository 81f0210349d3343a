/** Functions called by hand over HTTP: Durascope's own endpoint, and the host's. */
import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { HttpTaskHubClient } from '../../src/http/client/http-task-hub-client';
import { ManualClock } from '../support/manual-clock';
import { eventually, HttpFixture, jsonBody, key, withCode } from './http-fixture';

describe('functions called by hand over HTTP', () => {
  const calls: unknown[] = [];
  let fixture: HttpFixture;
  beforeEach(async () => {
    calls.length = 0;
    fixture = await HttpFixture.open({
      app: {
        invoke: (...args) => {
          calls.push(args);
          if (args[1] === '"bad"') return Promise.reject(new DurascopeError('FunctionFailed', "Function 'Manual' failed: bad"));
          return Promise.resolve(args[1]);
        },
      },
    });
  });
  afterEach(async () => {
    // The host's endpoint logs what it does not answer.
    fixture.logs.length = 0;
    await fixture.dispose();
  });

  it("a client gets the result, or the function's error with its code", async () => {
    const hub = await HttpTaskHubClient.connect({ url: await fixture.listen(), key, clock: new ManualClock() });
    assert.equal(await hub.invokeFunction('Manual', '{"a":1}', { Id: '7' }), '{"a":1}');
    await assert.rejects(hub.invokeFunction('Manual', '"bad"'), {
      code: 'FunctionFailed',
      message: "Function 'Manual' failed: bad",
    });
    assert.deepEqual(calls[0], ['Manual', '{"a":1}', { Id: '7' }]);
    hub.dispose();
  });

  it("the host's admin endpoint accepts at once: text and JSON as input, or nothing", async () => {
    const post = (body: RequestInit, name = 'manual') => fixture.raw('POST', withCode(`/admin/functions/${name}`), body);
    assert.equal((await post(jsonBody({ input: 'text' }))).status, 202);
    assert.equal((await post(jsonBody({ input: { a: 1 } }))).status, 202);
    assert.equal((await post(jsonBody({}))).status, 202);
    assert.equal((await post({})).status, 202);
    assert.deepEqual(
      calls.map((call) => (call as unknown[]).slice(0, 2)),
      [
        ['Manual', 'text'],
        ['Manual', '{"a":1}'],
        ['Manual', null],
        ['Manual', null],
      ],
    );
    assert.equal((await post(jsonBody({ input: '"bad"' }))).status, 202);
    await eventually(() => fixture.logs.some((entry) => entry.message === "Function 'Manual' failed: bad"));
    assert.equal((await post(jsonBody({}), 'nobody')).status, 404);
    assert.equal((await post({ body: 'no JSON' })).status, 400);
  });

  it('needs the key, as whatever changes something', async () => {
    assert.equal((await fixture.raw('POST', '/admin/functions/Manual', jsonBody({}))).status, 401);
    assert.equal((await fixture.raw('POST', '/durascope/functions/Manual/invoke', jsonBody({}))).status, 401);
    assert.deepEqual(calls, []);
  });
});
