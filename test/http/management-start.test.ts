import assert from 'node:assert/strict';
import { base, eventually, HttpFixture, jsonBody, key, rpcToken } from './http-fixture';

describe('management API: start', () => {
  let http: HttpFixture;
  beforeEach(async () => {
    http = await HttpFixture.open();
  });
  afterEach(() => http.dispose());

  it('http 3.5: answers 202 with links in the order of the extension, Location and Retry-After 10', async () => {
    const answer = await http.call('POST', '/orchestrators/Waits/my-id', jsonBody({ a: 1 }));
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(answer.headers.get('retry-after'), '10');
    const query = 'taskHub=TestHubName&connection=Storage&code=test-key%2B%2F%3D';
    const instance = `http://localhost${base}/instances/my-id`;
    assert.equal(answer.headers.get('location'), `${instance}?${query}`);
    assert.equal(
      answer.text,
      JSON.stringify({
        id: 'my-id',
        statusQueryGetUri: `${instance}?${query}`,
        sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
        terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
        purgeHistoryDeleteUri: `${instance}?${query}`,
        restartPostUri: `${instance}/restart?${query}`,
        suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
        resumePostUri: `${instance}/resume?reason={text}&${query}`,
      }),
    );
  });

  it('http 3.3: gives an id of 32 hexadecimal digits when none is chosen', async () => {
    for (const target of ['/orchestrators/Waits', '/orchestrators/Waits/']) {
      const { id } = (await http.call('POST', target)).json as { id: string };
      assert.match(id, /^[0-9a-f]{32}$/);
      assert.equal(http.hub.row(id).name, 'Waits');
    }
  });

  const bodies: [what: string, body: string | undefined, input: string | null][] = [
    ['no body', undefined, null],
    ['an empty body', '', null],
    ['null', 'null', 'null'],
    ['a string', '"x"', '"x"'],
    ['the empty string', '""', '""'],
    ['an object', '{}', '{}'],
    ['JSON with blanks', ' { "a b" : [ 1 , "x \\" y" ] }\n', ' { "a b" : [ 1 , "x \\" y" ] }\n'],
    ['a number with more digits than a double has', '12345678901234567890.5', '12345678901234567890.5'],
  ];
  for (const [what, body, input] of bodies) {
    it(`http 10.1: takes ${what} as the input ${String(input)}`, async () => {
      const init = body === undefined ? {} : { body, headers: { 'content-type': 'text/plain' } };
      assert.equal((await http.call('POST', '/orchestrators/Waits/one', init)).status, 202);
      assert.equal(http.hub.row('one').input, input);
    });
  }

  it('http 10.1: refuses a body that is not JSON and starts nothing', async () => {
    for (const body of ['not json', '   ', '{"a":1', '1 2']) {
      const answer = await http.call('POST', '/orchestrators/Waits/one', { body });
      assert.equal(answer.status, 400);
      const error = answer.json as Record<string, string>;
      assert.deepEqual(Object.keys(error), ['Message', 'ExceptionMessage', 'ExceptionType', 'StackTrace']);
      assert.equal(error['Message'], 'Invalid JSON content');
    }
    assert.equal(await http.hub.engine.get('one'), undefined);
  });

  it('http 3.2: matches the function name ignoring case, and takes one that is not there: the instance tells', async () => {
    assert.equal((await http.call('POST', '/ORCHESTRATORS/wAITS/one')).status, 202);
    assert.equal((await http.call('POST', '/orchestrators/Hello/two')).status, 202);
    assert.equal(http.hub.row('two').name, 'Hello');
  });

  it('http 3.3: refuses ids that are too long, start with @ or hold a forbidden character', async () => {
    for (const id of ['a%5Cb', 'a%23b', 'a%3Fb', 'a%00b', 'a%0Ab', '@a', '%40a@b']) {
      const answer = await http.call('POST', `/orchestrators/Waits/${id}`);
      assert.equal(answer.status, 400, id);
      assert.match((answer.json as { ExceptionMessage: string }).ExceptionMessage, /^instanceId \(Parameter '.+'\)$/);
    }
    const long = await http.call('POST', `/orchestrators/Waits/${'x'.repeat(257)}`);
    assert.equal(long.status, 400);
    assert.equal(
      (long.json as { ExceptionMessage: string }).ExceptionMessage,
      'Instance ID lengths must not exceed 256 characters.',
    );
  });

  it('http 3.4: an id in use by an unfinished instance is a 409, by a finished one it is used again', async () => {
    await http.call('POST', '/orchestrators/Waits/one');
    const answer = await http.call('POST', '/orchestrators/Waits/one');
    assert.equal(answer.status, 409);
    assert.deepEqual(answer.json, { Message: 'An Orchestration instance with the status Running already exists.' });
    await http.hub.terminate('one');
    assert.equal((await http.call('POST', '/orchestrators/Waits/one')).status, 202);
    assert.equal(http.hub.row('one').runtimeStatus, 'Running');
  });

  it('http 3.7: waits with timeout and pollingInterval, not with one of the two', async () => {
    const both = 'timeout=10&pollingInterval=1';
    const answer = await http.call('POST', `/orchestrators/Echo?${both}`, jsonBody('x'));
    assert.deepEqual([answer.status, answer.text], [200, '"x"']);
    assert.equal((await http.call('POST', '/orchestrators/Echo?timeout=10', jsonBody('x'))).status, 202);
    const none = await http.call('POST', `/orchestrators/Echo?${both}`, jsonBody(null));
    assert.equal(none.text, 'null');
  });

  it('http 3.7: a failed instance in time is answered with its status payload and 200', async () => {
    const answer = await http.call('POST', '/orchestrators/Fails/one?timeout=10&pollingInterval=1');
    assert.equal(answer.status, 200);
    assert.equal((answer.json as { runtimeStatus: string }).runtimeStatus, 'Failed');
  });

  it('http 3.7: answers with the links once the time is over', async () => {
    const pending = http.app.request(
      `${base}/orchestrators/Waits/one?timeout=10&pollingInterval=1&code=${encodeURIComponent(key)}`,
      {
        method: 'POST',
      },
    );
    await http.hub.quiet();
    await eventually(() => http.hub.clock.armed > 0);
    http.hub.clock.advance(10_000);
    const answer = await pending;
    assert.equal(answer.status, 202);
    assert.equal(((await answer.json()) as { id: string }).id, 'one');
  });

  it('http 3.7: a pollingInterval above the timeout is refused after the start; alone it means no waiting', async () => {
    const answer = await http.call('POST', '/orchestrators/Waits/one?timeout=1&pollingInterval=2');
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.json, { Message: 'Total timeout 1 should be bigger than retry timeout 2' });
    assert.equal(http.hub.row('one').runtimeStatus, 'Running');
    assert.equal((await http.call('POST', '/orchestrators/Waits/two?pollingInterval=2')).status, 202);
  });

  it('http 2: a version is passed on', async () => {
    await http.call('POST', '/orchestrators/Waits/one?version=2.1');
    assert.equal(http.hub.row('one').version, '2.1');
  });

  it('http 10.2: an id with blank, percent, colon and other letters survives the round trip through every link', async () => {
    const id = "a b%c d:e~f'g (é) 日本";
    const started = await http.call('POST', `/orchestrators/Waits/${encodeURIComponent(id)}`);
    assert.equal(started.status, 202);
    const links = started.json as Record<string, string>;
    assert.equal(links['id'], id);
    const get = (await http.raw('GET', links['statusQueryGetUri'] ?? '')).json as { instanceId: string };
    assert.equal(get.instanceId, id);
    const post = (name: string, init?: RequestInit) =>
      http.raw('POST', (links[name] ?? '').replace('{eventName}', 'Other').replace('{text}', 'why%20not'), init);
    assert.equal((await post('sendEventPostUri', jsonBody(1))).status, 202);
    assert.equal((await post('suspendPostUri')).status, 202);
    assert.equal((await post('resumePostUri')).status, 202);
    assert.equal((await post('restartPostUri')).status, 202);
    assert.equal((await post('terminatePostUri')).status, 202);
    assert.equal(http.hub.row(id).output, 'why not');
    assert.equal((await http.raw('DELETE', links['purgeHistoryDeleteUri'] ?? '')).status, 200);
  });

  it('http 1.3: a plus sign in an address is a blank however it is escaped, twice escaped a plus sign; a slash ends a segment', async () => {
    const ids: unknown[] = [];
    for (const sent of ['a+1', 'a%2B2', 'a%252B3', 'a%25204', 'a%2520%25205', 'a%2F6', 'a%252F7']) {
      const answer = await http.call('POST', `/orchestrators/Waits/${sent}`);
      ids.push(answer.status === 202 ? (answer.json as { id: string }).id : answer.status);
    }
    assert.deepEqual(ids, ['a 1', 'a 2', 'a+3', 'a 4', 'a  5', 404, 404]);
    const unknown = await http.call('GET', '/instances/a%2B3');
    assert.equal(unknown.status, 404);
    assert.equal(
      unknown.headers.get('x-durascope-note'),
      'The extension reads a plus sign in an address as a blank. For a%2B3 write %252B.',
    );
    assert.equal((await http.call('GET', '/instances/a%252B3')).status, 202);
    assert.equal((await http.call('GET', '/instances/nobody+3')).headers.get('x-durascope-note'), null);
  });

  it("what the app's own process asks reaches the hub that is named for it", async () => {
    const other = await HttpFixture.open();
    const both = await HttpFixture.open({ app: { appHub: other.hub.engine } });
    assert.equal((await both.raw('POST', `/rpc/${rpcToken}/orchestrators/Waits/of-the-app`)).status, 202);
    assert.equal((await both.call('POST', '/orchestrators/Waits/of-a-client')).status, 202);
    const ids = async (hub: HttpFixture): Promise<string[]> =>
      (await hub.hub.engine.query({ pageSize: 10 })).instances.map(({ instanceId }) => instanceId);
    assert.deepEqual([await ids(other), await ids(both)], [['of-the-app'], ['of-a-client']]);
    await both.dispose();
    await other.dispose();
  });

  it('http 10.11: all bases answer the same, slashes at the ends do not count, and links name the webhook base', async () => {
    const bases = [base, '/admin/extensions/DurableTaskExtension', base.toUpperCase(), `/rpc/${rpcToken}`];
    for (const each of bases) {
      const headers = each.startsWith('/rpc') ? {} : { 'x-functions-key': key };
      const started = await http.raw('POST', `${each}//orchestrators/Waits/`, { headers });
      assert.equal(started.status, 202, each);
      const { id, statusQueryGetUri } = started.json as { id: string; statusQueryGetUri: string };
      assert.ok(statusQueryGetUri.startsWith(`http://localhost${base}/instances/${id}?`), statusQueryGetUri);
      assert.equal((await http.raw('GET', `${each}//instances/${id}/`)).status, 202);
      assert.equal((await http.raw('GET', `${each}//instances`)).status, 200);
      for (const [method, target] of [
        ['PUT', `/instances/${id}`],
        ['OPTIONS', '/instances'],
        ['GET', `/instances/${id}/terminate`],
        ['POST', `/instances/${id}/raiseEvent`],
        ['POST', `/instances/${id}/nothing`],
        ['GET', '/orchestrators/Waits'],
        ['GET', '/'],
        ['GET', '/nothing'],
      ] as const) {
        const answer = await http.raw(method, `${each}${target}`, { headers });
        assert.deepEqual([answer.status, answer.text], [404, ''], `${method} ${each}${target}`);
      }
    }
  });

  it('golden start-entity-id: by the rules of the engine any id is taken, and works wherever ids do', async () => {
    await http.dispose();
    http = await HttpFixture.open({ engine: { clientIdRules: 'engine' }, settings: { clientIdRules: 'engine' } });
    const ids = ['@x', 'l'.repeat(257), 'start#hash', 'start?question', 'start\\back', 'start\ttab'];
    for (const id of ids) {
      const started = await http.call('POST', `/orchestrators/Waits/${encodeURIComponent(id)}`);
      assert.equal(started.status, 202, id);
      const links = started.json as Record<string, string>;
      await http.hub.quiet();
      const get = (await http.raw('GET', links['statusQueryGetUri'] ?? '')).json as { instanceId: string; runtimeStatus: string };
      assert.deepEqual([get.instanceId, get.runtimeStatus], [id, 'Running']);
      const suspended = await http.raw('POST', (links['suspendPostUri'] ?? '').replace('{text}', 'hold'));
      assert.equal(suspended.status, 202, id);
      await http.hub.quiet();
      assert.equal(http.hub.row(id).runtimeStatus, 'Suspended');
      await http.raw('POST', (links['terminatePostUri'] ?? '').replace('{text}', 'enough'));
      await http.hub.quiet();
      assert.equal(http.hub.row(id).runtimeStatus, 'Terminated');
    }
    const listed = (await http.call('GET', '/instances?top=100')).json as { instanceId: string }[];
    assert.deepEqual(listed.map(({ instanceId }) => instanceId).sort(), [...ids].sort());
    assert.equal((await http.call('DELETE', '/instances/%40x')).status, 200);
    assert.equal((await http.call('POST', '/orchestrators/Waits/%40a%40b')).status, 400);
  });
});
