import assert from 'node:assert/strict';
import { base, HttpFixture, jsonBody, key, rpcToken, withCode } from './http-fixture';

describe('security of the local server', () => {
  let http: HttpFixture;
  beforeEach(async () => {
    http = await HttpFixture.open({
      httpFunctions: [{ name: 'Hello', methods: ['GET', 'POST'] }],
      settings: { allowedHosts: ['host.docker.internal'], masterKey: 'the-master' },
    });
    await http.hub.start('Waits', { instanceId: 'one' });
  });
  afterEach(() => http.dispose());

  const hosts: [host: string, isServed: boolean][] = [
    ['localhost', true],
    ['localhost:7071', true],
    ['LOCALHOST:1', true],
    ['127.0.0.1:7071', true],
    ['[::1]:7071', true],
    ['host.docker.internal:7071', true],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example:7071', false],
    ['localhost:7071.evil.example', false],
    ['10.0.0.1', false],
    ['', false],
  ];
  for (const [host, isServed] of hosts) {
    it(`the host '${host}' is ${isServed ? 'served' : 'refused on every route'}`, async () => {
      for (const path of [
        `${base}/instances`,
        '/durascope/info',
        '/api/hello',
        '/',
        '/admin/functions',
        `/rpc/${rpcToken}/instances`,
      ]) {
        const answer = await http.raw('GET', path, { headers: { host } });
        assert.equal(answer.status, isServed ? 200 : 403, path);
      }
    });
  }

  const closedPaths = [
    `${base}/instances`,
    '/durascope/info',
    '/durascope/events',
    `/rpc/${rpcToken}/instances`,
    '/admin/functions',
  ];

  it('a foreign origin, another port and an opaque one get nothing from the management API and our own routes', async () => {
    for (const origin of ['https://evil.example', 'http://localhost:3000', 'null', 'vscode-webview://abc']) {
      for (const path of closedPaths) {
        const answer = await http.raw('GET', path, { headers: { origin } });
        assert.equal(answer.status, 403, `${origin} ${path}`);
        assert.equal(answer.headers.get('access-control-allow-origin'), null);
      }
      const started = await http.call('POST', '/orchestrators/Waits/two', { headers: { origin } });
      assert.equal(started.status, 403);
    }
    assert.equal(await http.hub.engine.get('two'), undefined);
  });

  it('a request that a browser sends for another site without an Origin gets nothing, a link that is followed does', async () => {
    const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    assert.equal((await http.raw('GET', `${base}/instances`, { headers: crossSite })).status, 403);
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    assert.equal((await http.raw('GET', `${base}/instances`, { headers: followed })).status, 200);
  });

  it('the own origin is served', async () => {
    const headers = { origin: 'http://localhost:7071', host: 'localhost:7071' };
    assert.equal((await http.raw('GET', `${base}/instances`, { headers })).status, 200);
    assert.equal((await http.raw('GET', '/durascope/info', { headers })).status, 200);
  });

  const changes: [method: string, path: string, init: RequestInit][] = [
    ['POST', `${base}/orchestrators/Waits/two`, {}],
    ['POST', `${base}/instances/one/terminate`, {}],
    ['POST', `${base}/instances/one/raiseEvent/Go`, jsonBody(1)],
    ['DELETE', `${base}/instances/one`, {}],
    ['DELETE', `${base}/instances?createdTimeFrom=2000-01-01`, {}],
    ['POST', '/admin/extensions/DurableTaskExtension/orchestrators/Waits/two', {}],
    ['POST', '/durascope/instances', jsonBody({ name: 'Waits', instanceId: 'two' })],
    ['POST', '/durascope/instances/one/terminate', jsonBody({ reason: null })],
    ['DELETE', '/durascope/instances/one', {}],
    ['POST', '/durascope/purge', jsonBody({})],
  ];
  for (const [method, path, init] of changes) {
    it(`${method} ${path} without the key, or with a wrong one, is a 401 that says where the key is`, async () => {
      const headers = init.headers as Record<string, string> | undefined;
      for (const wrong of [undefined, '', 'x', `${key}x`, key.slice(0, -1)]) {
        const answer = await http.raw(method, path, {
          ...init,
          headers: { ...headers, ...(wrong !== undefined && { 'x-functions-key': wrong }) },
        });
        assert.equal(answer.status, 401);
        assert.match((answer.json as { Message: string }).Message, /prints when it starts/);
      }
      assert.equal(http.hub.row('one').runtimeStatus, 'Running');
      assert.equal(await http.hub.engine.get('two'), undefined);
    });
  }

  it('the key is taken from code, from the header, and the master key does as well', async () => {
    assert.equal((await http.raw('POST', withCode(`${base}/instances/one/suspend`))).status, 202);
    const header = (value: string) => ({ headers: { 'X-Functions-Key': value } });
    assert.equal((await http.raw('POST', `${base}/instances/one/resume`, header(key))).status, 202);
    assert.equal((await http.raw('POST', `${base}/instances/one/suspend`, header('the-master'))).status, 202);
  });

  it('the keyless base answers its own token only', async () => {
    assert.equal((await http.raw('POST', `/rpc/${rpcToken}/instances/one/suspend`)).status, 202);
    for (const token of ['', 'x', rpcToken.toUpperCase(), `${rpcToken}x`]) {
      assert.equal((await http.raw('GET', `/rpc/${token}/instances`)).status, 404);
    }
  });

  it('bodies over the limit are a 413, whether their length is declared or not', async () => {
    const small = await HttpFixture.open({
      httpFunctions: [{ name: 'Hello' }],
      settings: { limits: { managementBodyBytes: 100, appBodyBytes: 200 } },
    });
    const body = (bytes: number) => ({
      body: JSON.stringify('x'.repeat(bytes - 2)),
      headers: { 'content-type': 'application/json' },
    });
    const chunked = (bytes: number) => ({ body: new Blob(['1'.repeat(bytes)]).stream(), duplex: 'half' }) as RequestInit;
    for (const [path, limit] of [
      [withCode(`${base}/orchestrators/Waits`), 100],
      [withCode('/durascope/instances'), 100],
      [`/rpc/${rpcToken}/orchestrators/Waits`, 200],
      ['/api/hello', 200],
    ] as const) {
      assert.notEqual((await small.raw('POST', path, body(limit))).status, 413, path);
      assert.equal((await small.raw('POST', path, body(limit + 1))).status, 413, path);
      assert.equal((await small.raw('POST', path, chunked(limit + 1))).status, 413, path);
    }
    await small.dispose();
  });

  it("the page at / runs no scripts, may not be framed, and shows the app's texts as texts", async () => {
    const answer = await http.raw('GET', '/');
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.doesNotMatch(answer.text, /<script/i);
    assert.match(answer.text, /GET, POST \/api\/Hello/);
    const evil = await HttpFixture.open({ httpFunctions: [{ name: 'X', route: '<img src=x onerror=alert(1)>' }] });
    assert.doesNotMatch((await evil.raw('GET', '/')).text, /<img/);
    await evil.dispose();
  });
});
