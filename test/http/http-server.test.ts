import assert from 'node:assert/strict';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { DurascopeError } from '../../src/core/values/errors';
import { startHttpServer } from '../../src/http/http-server';
import { base, HttpFixture, key, withCode } from './http-fixture';

/** Sends the text as it is and resolves with all that came until the other side closed. */
function rawExchange(origin: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', () => socket.write(text));
    let all = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => (all += String(chunk)));
    socket.on('close', () => resolve(all));
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve(all) : reject(error)));
  });
}

function open(origin: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest(`${origin}${path}`, resolve).on('error', reject).end();
  });
}

const settled = () => {
  let resolve: (value?: unknown) => void = () => undefined;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
};

describe('the server on its sockets', () => {
  it('answers on localhost, 127.0.0.1 and, where there is one, ::1', async () => {
    const http = await HttpFixture.open();
    const { port } = new URL(await http.listen());
    for (const host of ['localhost', '127.0.0.1']) {
      assert.equal((await fetch(`http://${host}:${port}${base}/instances`)).status, 200);
    }
    const ipv6 = await fetch(`http://[::1]:${port}${base}/instances`).catch(() => null);
    if (ipv6 !== null) assert.equal(ipv6.status, 200);
    await http.dispose();
  });

  it('starts an instance over a socket as through the Fetch API', async () => {
    const http = await HttpFixture.open();
    const origin = await http.listen();
    const answer = await fetch(`${origin}${withCode(`${base}/orchestrators/Echo/one?timeout=10&pollingInterval=1`)}`, {
      method: 'POST',
      body: '{"a":1}',
    });
    assert.deepEqual([answer.status, await answer.text()], [200, '{"a":1}']);
    const status = await fetch(`${origin}${base}/instances/one`);
    assert.equal(status.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(((await status.json()) as { runtimeStatus: string }).runtimeStatus, 'Completed');
    await http.dispose();
  });

  it('a port in use is a PortTaken that names the port and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const http = await HttpFixture.open();
    await assert.rejects(startHttpServer(http.app, { port, host: '127.0.0.1' }), (error) => {
      assert.ok(DurascopeError.is(error, 'PortTaken'));
      assert.match(error.message, new RegExp(`${port}.*--port`));
      assert.equal(error.details['port'], port);
      return true;
    });
    await new Promise((resolve) => other.close(resolve));
    await http.dispose();
  });

  it('stops twice, and while connections are open', async () => {
    const http = await HttpFixture.open();
    const server = await startHttpServer(http.app, { port: 0, host: '127.0.0.1' });
    const events = await open(`http://127.0.0.1:${server.port}`, '/durascope/events');
    const closed = new Promise((resolve) => events.once('close', resolve));
    events.on('error', () => undefined);
    await Promise.all([server.stop(), server.stop()]);
    await closed;
    await http.dispose();
  });

  it('a streamed reply arrives piece by piece', async () => {
    const next = [settled(), settled()];
    const http = await HttpFixture.open({
      httpFunctions: [{ name: 'Stream' }],
      http: {
        Stream: () => ({
          headers: [['Content-Type', 'text/plain']],
          body: new ReadableStream<Uint8Array>({
            async start(controller) {
              for (const [index, each] of next.entries()) {
                controller.enqueue(new TextEncoder().encode(`piece ${index}`));
                await each.promise;
              }
              controller.close();
            },
          }),
        }),
      },
    });
    const reader = (await fetch(`${await http.listen()}/api/stream`)).body?.getReader() ?? assert.fail('no body');
    for (const [index, each] of next.entries()) {
      assert.equal(new TextDecoder().decode((await reader.read()).value), `piece ${index}`);
      each.resolve();
    }
    assert.equal((await reader.read()).done, true);
    await http.dispose();
  });

  it('a stream is read no faster than the caller takes it, and cancelled when the caller leaves', async () => {
    const cancelled = settled();
    const enough = settled();
    let pulled = 0;
    const http = await HttpFixture.open({
      httpFunctions: [{ name: 'Endless' }],
      http: {
        Endless: () => ({
          body: new ReadableStream<Uint8Array>(
            {
              pull: (controller) => {
                pulled++;
                if (pulled === 20) enough.resolve();
                controller.enqueue(new Uint8Array(1024 * 1024));
              },
              cancel: () => cancelled.resolve(),
            },
            { highWaterMark: 0 },
          ),
        }),
      },
    });
    const response = await open(await http.listen(), '/api/endless');
    // Nothing is read: the socket's buffers fill and the source rests.
    let before = -1;
    while (pulled !== before) {
      before = pulled;
      for (let i = 0; i < 50; i++) await new Promise(setImmediate);
    }
    assert.ok(pulled < 40, `${pulled} MiB were read for a caller that takes nothing`);
    response.resume();
    await enough.promise;
    response.destroy();
    await cancelled.promise;
    await http.dispose();
  });

  it('the call is aborted when the caller leaves before the answer', async () => {
    const called = settled();
    const aborted = settled();
    const http = await HttpFixture.open({
      httpFunctions: [{ name: 'Slow' }],
      http: {
        Slow: (_request, signal) => {
          signal?.addEventListener('abort', aborted.resolve);
          called.resolve();
          return aborted.promise.then(() => ({}));
        },
      },
    });
    const request = httpRequest(`${await http.listen()}/api/slow`).on('error', () => undefined);
    request.end();
    await called.promise;
    request.destroy();
    await aborted.promise;
    await http.dispose();
  });

  it('a stream that breaks ends the connection, so that half a reply does not look like a whole one', async () => {
    const http = await HttpFixture.open({
      httpFunctions: [{ name: 'Breaks' }],
      http: {
        Breaks: () => ({
          body: new ReadableStream<Uint8Array>({
            start: (controller) => controller.enqueue(new Uint8Array(10)),
            pull: (controller) => controller.error(new Error('torn')),
          }),
        }),
      },
    });
    const origin = await http.listen();
    await assert.rejects(fetch(`${origin}/api/breaks`).then((answer) => answer.text()));
    await http.dispose();
  });

  it('several cookies, a HEAD that the app lists, and a header that HTTP does not allow', async () => {
    const http = await HttpFixture.open({
      httpFunctions: [{ name: 'Cookies', methods: ['GET', 'HEAD'] }, { name: 'Bad' }],
      http: {
        Cookies: () => ({
          headers: [
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2'],
            ['Content-Length', '999'],
          ],
          body: new TextEncoder().encode('body'),
        }),
        Bad: () => ({ headers: [['X-Bad', 'a\u0000b']] }),
      },
    });
    const origin = await http.listen();
    const answer = await fetch(`${origin}/api/cookies`);
    assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2']);
    assert.equal(await answer.text(), 'body');
    assert.equal(await fetch(`${origin}/api/cookies`, { method: 'HEAD' }).then((head) => head.text()), '');
    const bad = await fetch(`${origin}/api/bad`);
    assert.equal(bad.status, 500);
    assert.match(await bad.text(), /X-Bad/);
    await http.dispose();
  });

  const oddities: [what: string, text: string, status: RegExp][] = [
    ['no Host header', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 400/],
    ['a foreign Host', 'GET / HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 403/],
    ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', /^HTTP\/1.1 403/],
    ['no HTTP at all', '\u0000\u0001\r\n\r\n', /^HTTP\/1.1 400/],
    [
      'a whole URL as its target',
      `GET http://localhost${base}/instances HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1.1 200/,
    ],
    [
      'a whole URL for another host than the Host header',
      `GET http://evil${base}/instances HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1.1 400/,
    ],
    ['a star as its target', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 400/],
    ['the method TRACE', 'TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 404/],
    ['a header of 40 KB', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, /^HTTP\/1.1 431/],
    [
      'broken escapes',
      `GET ${base}/instances/%E0%A4%A HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1.1 404/,
    ],
    [
      'broken escapes for our own routes',
      'GET /durascope/instances/%E0%A4%A HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 404/,
    ],
    [
      'a null byte in an id',
      `GET ${base}/instances/a%00b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1.1 404/,
    ],
    [
      'a body above the limit, declared',
      `POST ${base}/orchestrators/Echo?code=${encodeURIComponent(key)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n`,
      /^HTTP\/1.1 413/,
    ],
    ['a port that cannot be', 'GET / HTTP/1.1\r\nHost: localhost:99999\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 200/],
  ];
  for (const [what, text, status] of oddities) {
    it(`a request with ${what} gets its answer and harms nothing`, async () => {
      const http = await HttpFixture.open();
      const origin = await http.listen();
      assert.match(await rawExchange(origin, text), status);
      assert.equal((await fetch(`${origin}${base}/instances`)).status, 200);
      await http.dispose();
    });
  }

  it('a request whose body does not come is ended after a while, and the others are served', async () => {
    const http = await HttpFixture.open();
    for (const onForeign of [undefined, () => undefined]) {
      const server = await startHttpServer(http.app, {
        port: 0,
        host: '127.0.0.1',
        requestTimeoutMs: 200,
        ...(onForeign !== undefined && { onForeign }),
      });
      const origin = `http://localhost:${server.port}`;
      const head = `POST ${withCode(`${base}/orchestrators/Echo/slow`)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"a":`;
      assert.match(await rawExchange(origin, head), /^HTTP\/1.1 408/);
      assert.match(await rawExchange(origin, 'GET / HTTP/1.1\r\nHost: local'), /^HTTP\/1.1 408/);
      assert.equal((await fetch(`${origin}${base}/instances/slow`)).status, 404);
      await server.stop();
    }
    await http.dispose();
  });

  it('a caller who leaves in the middle of a body harms nothing', async () => {
    const http = await HttpFixture.open();
    const origin = await http.listen();
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    const head = `POST ${withCode(`${base}/orchestrators/Echo/one`)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"a":`;
    await new Promise((resolve) => socket.write(head, resolve));
    socket.destroy();
    assert.equal((await fetch(`${origin}${base}/instances/one`)).status, 404);
    await http.dispose();
  });
});
