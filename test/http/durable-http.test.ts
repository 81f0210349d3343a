/** Durable HTTP calls against real servers on this machine. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DurableHttpResponse } from '../../src/core/dialects/durable-http';
import type { LogEntry } from '../../src/core/ports/logger';
import { DurableHttp, type DurableHttpOptions } from '../../src/http/durable-http';
import { type HttpStubs, httpStubsSchema } from '../../src/http/http-stubs';
import { eventually } from './http-fixture';
import { ManualClock } from '../support/manual-clock';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

describe('durable HTTP calls', () => {
  let server: Server;
  let origin = '';
  let answer: Answer = (_request, response) => response.end('ok');
  const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const clock = new ManualClock();
  const logs: LogEntry[] = [];
  let made: DurableHttp[] = [];

  before(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
        answer(request, response, body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    seen.length = logs.length = 0;
    answer = (_request, response) => response.end('ok');
  });
  afterEach(() => {
    for (const each of made) each.stop();
    made = [];
  });

  function caller(options: Partial<DurableHttpOptions> = {}): DurableHttp {
    const http = new DurableHttp({
      stubs: () => Promise.resolve(null),
      log: (entry) => logs.push(entry),
      clock,
      ...options,
    });
    made.push(http);
    return http;
  }

  function call(request: Record<string, unknown> | null, http = caller(), instanceId = 'one') {
    return http.call({ instanceId, taskId: 0, input: JSON.stringify([request]) });
  }

  async function ok(request: Record<string, unknown>, http = caller(), instanceId = 'one'): Promise<DurableHttpResponse> {
    const outcome = await call(request, http, instanceId);
    assert.ok(outcome.ok, JSON.stringify(outcome));
    return JSON.parse(outcome.result ?? '') as DurableHttpResponse;
  }

  async function failure(request: Record<string, unknown> | null, http = caller()): Promise<string> {
    const outcome = await call(request, http);
    assert.ok(!outcome.ok, JSON.stringify(outcome));
    return outcome.reason;
  }

  const stubs = (file: unknown): { stubs: () => Promise<HttpStubs> } => ({
    stubs: () => Promise.resolve({ ...httpStubsSchema.parse(file), source: 'durascope.http.json' }),
  });

  it('sends method, headers and content, and names itself', async () => {
    await ok({ method: 'put', uri: `${origin}/a?b=1`, headers: { 'x-one': '1', 'x-two': ['2', '3'] }, content: '{"ü":1}' });
    const [request] = seen;
    assert.deepEqual([request?.method, request?.url, request?.body], ['PUT', '/a?b=1', '{"ü":1}']);
    assert.deepEqual([request?.headers['x-one'], request?.headers['x-two']], ['1', '2, 3']);
    assert.equal(request?.headers['content-type'], 'text/plain');
    assert.match(request.headers['user-agent'] ?? '', /^Microsoft\.Azure\.WebJobs\.Extensions\.DurableTask\//);
  });

  it("keeps the content's own type, which has a charset for a form alone; none, no type", async () => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded', ''])
      await ok({ method: 'POST', uri: origin, headers: { 'Content-Type': type }, content: '1' });
    await ok({ method: 'GET', uri: origin, headers: { 'Content-Type': 'application/json; charset=utf-8' } });
    assert.deepEqual(
      seen.map(({ headers }) => headers['content-type']),
      ['application/json', 'application/x-www-form-urlencoded; charset=utf-8', 'text/plain', undefined],
    );
  });

  it('escapes a URL as .NET does: what must be, in capitals, and no more', async () => {
    await ok({ method: 'POST', uri: `${origin}/%6f%2f/%zz?a=%7e%c3%a9&b={|}`, content: false });
    assert.deepEqual([seen[0]?.url, seen[0]?.body], ['/o%2F/%25zz?a=~%C3%A9&b=%7B%7C%7D', 'False']);
  });

  it('any status is an answer; headers of the content are left out, those that .NET knows in its spelling, the others named as they were sent', async () => {
    answer = (_request, response) => {
      response.writeHead(503, {
        location: '/x',
        'retry-after': '7',
        'content-type': 'text/plain',
        'x-Custom': 'a',
        etag: '"1"',
        'set-cookie': ['a=1', 'b=2'],
      });
      response.end('later');
    };
    const { statusCode, headers, content } = await ok({ method: 'GET', uri: origin });
    assert.deepEqual([statusCode, content], [503, 'later']);
    delete (headers as Record<string, unknown>)['Date'];
    assert.deepEqual(headers, {
      Location: '/x',
      'Retry-After': '7',
      'x-Custom': 'a',
      ETag: '"1"',
      'Set-Cookie': ['a=1', 'b=2'],
      Connection: 'keep-alive',
      'Keep-Alive': 'timeout=5',
      'Transfer-Encoding': 'chunked',
    });
  });

  it('fails where the retry options of C# name the status, or none and it is an error: nobody retries', async () => {
    answer = (_request, response) => {
      response.writeHead(503);
      response.end();
    };
    const options = (...statusCodesToRetry: number[]) => ({
      method: 'GET',
      uri: origin,
      retryOptions: { maxNumberOfAttempts: 3, statusCodesToRetry },
    });
    assert.equal(await failure(options(500, 503)), 'Status code ServiceUnavailable received, retry requested.');
    assert.match(
      logs.at(-1)?.message ?? '',
      /answered with 503\. HttpRetryOptions ask for a retry at this answer\. Nobody retries it/,
    );
    assert.equal(await failure(options()), 'Status code ServiceUnavailable received, retry requested.');
    assert.equal((await ok(options(500))).statusCode, 503);
    answer = (_request, response) => response.end('fine');
    assert.equal((await ok(options())).content, 'fine');
  });

  it('reads the text in the charset of the answer', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from([0xfc]));
    assert.equal((await ok({ method: 'GET', uri: origin })).content, 'ü');
  });

  it('follows redirects: a POST becomes a GET, and no credentials go with it', async () => {
    answer = (request, response) => {
      if (request.url === '/from') response.writeHead(302, { location: '/to' }).end();
      else response.end('there');
    };
    const sent = { method: 'POST', uri: `${origin}/from`, headers: { Authorization: 'Bearer x', 'x-a': 'b' }, content: 'body' };
    assert.equal((await ok(sent)).content, 'there');
    const [, second] = seen;
    assert.deepEqual(
      [
        second?.method,
        second?.url,
        second?.body,
        second?.headers['authorization'],
        second?.headers['x-a'],
        second?.headers['content-type'],
      ],
      ['GET', '/to', '', undefined, 'b', undefined],
    );
  });

  it('keeps method and body where the status says so (307)', async () => {
    answer = (request, response) => {
      if (request.url === '/from') response.writeHead(307, { location: '/to' }).end();
      else response.end('there');
    };
    await ok({ method: 'POST', uri: `${origin}/from`, content: 'body' });
    assert.deepEqual([seen[1]?.method, seen[1]?.body], ['POST', 'body']);
  });

  it('gives up redirects that never end', async () => {
    answer = (_request, response) => response.writeHead(301, { location: '/again' }).end();
    assert.match(await failure({ method: 'GET', uri: origin }), /redirected more than 50 times, last to http.*\/again/);
  });

  it('refuses an answer without measure, and stops taking it in', async () => {
    let isCut = false;
    answer = (_request, response) => {
      const piece = Buffer.alloc(1024 * 1024);
      let sent = 0;
      const pour = (): void => {
        while (sent++ < 50) if (!response.write(piece)) return void response.once('drain', pour);
        response.end();
      };
      response.on('close', () => (isCut = !response.writableFinished));
      pour();
    };
    assert.match(
      await failure({ method: 'GET', uri: `${origin}/big?secret=1` }),
      /callHttp GET http.*\/big failed: the answer is longer than 16 MB/,
    );
    await eventually(() => isCut);
    answer = (_request, response) => response.writeHead(200, { 'content-length': String(50 * 1024 * 1024) }).flushHeaders();
    assert.match(await failure({ method: 'GET', uri: origin }), /longer than 16 MB/);
  });

  it('says so when nothing listens, or the connection breaks off', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    // The text that code catches is the text of .NET, with its exception as details; what it means is in the log.
    const refused = await call({ method: 'GET', uri: `http://127.0.0.1:${port}/x?code=secret` });
    assert.ok(!refused.ok);
    assert.equal(refused.reason, `Connection refused (127.0.0.1:${port})`);
    assert.match(
      refused.details,
      /^\{"\$type":"System\.Net\.Http\.HttpRequestException, System\.Net\.Http","HttpRequestError":2,/,
    );
    assert.equal(
      logs.at(-1)?.message,
      `callHttp GET http://127.0.0.1:${port}/x failed: nothing listens at 127.0.0.1:${port} (connection refused).`,
    );
    answer = (request) => request.socket.destroy();
    assert.equal(await failure({ method: 'GET', uri: origin }), 'An error occurred while sending the request.');
    assert.match(logs.at(-1)?.message ?? '', /broke the connection off/);
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    };
    assert.match(await failure({ method: 'GET', uri: origin }), /An error occurred while sending the request|aborted/);
  });

  it('ends a call without an answer after 240 s, or after its own time-out', async () => {
    let arrived: () => void = () => undefined;
    answer = () => arrived();
    const waits = async (request: Record<string, unknown>, ms: number): Promise<string> => {
      const there = new Promise<void>((resolve) => (arrived = resolve));
      const failed = failure(request);
      await there;
      clock.advance(ms);
      return failed;
    };
    assert.match(await waits({ method: 'GET', uri: origin }, 240_000), /no complete answer within 240 s/);
    assert.match(
      await waits({ method: 'GET', uri: origin, timeout: '00:00:05' }, 5_000),
      /Reached user specified timeout: 00:00:05\.$/,
    );
    assert.equal(clock.armed, 0);
  });

  it('a call under way ends when the emulator stops', async () => {
    const http = caller();
    const there = new Promise<void>((resolve) => (answer = () => resolve()));
    const failed = failure({ method: 'GET', uri: origin }, http);
    await there;
    http.stop();
    assert.match(await failed, /the emulator is stopping/);
  });

  it('says what is wrong with a request that cannot be sent', async () => {
    assert.match(await failure(null), /callHttp failed: .*without a request/);
    assert.match(await failure({ method: 'GET', uri: 5 }), /needs a url/);
    assert.match(await failure({ method: 'GET', uri: '/relative' }), /invalid request URI/);
    assert.equal(await failure({ method: 'GET', uri: 'ftp://x/y' }), "The 'ftp' scheme is not supported.");
    for (const uri of ['', null, undefined]) assert.match(await failure({ method: 'GET', uri }), /^An invalid request URI/);
    assert.match(await failure({ method: 'NO GOOD', uri: origin }), /The format of the HTTP method is invalid/);
    assert.match(
      await failure({ method: 'GET', uri: origin, headers: { 'a\nb': 'c' } }),
      /^The header name 'a\nb' has an invalid format/,
    );
    assert.match(
      await failure({ method: 'POST', uri: origin, headers: { 'content-type': 'multipart/form-data' }, content: 'x' }),
      /^Multipart content is not supported/,
    );
    const sent = (headers: Record<string, string>): Promise<string> =>
      failure({ method: 'POST', uri: origin, headers, content: '{}' });
    assert.match(
      await sent({ 'Content-Type': 'application/json; charset=utf-8' }),
      /^The format of value 'application\/json; charset=utf-8'/,
    );
    assert.match(logs.at(-1)?.message ?? '', /is not sent, in Azure neither: .* leave the charset of .* out/);
    assert.match(await sent({ 'Content-Length': '2' }), /^Misused header name, 'Content-Length'/);
    assert.match(await sent({ Date: 'today' }), /^The format of value 'today' is invalid/);
    assert.match(await sent({ 'X-Mine': 'é' }), /only ASCII characters/);
    assert.match(await sent({ 'X-Mine': 'a\nb' }), /^New-line or NUL/);
    assert.match(await sent({ '': 'a' }), /^The value cannot be an empty string/);
    assert.equal(seen.length, 0);
  });

  it('sends a fixed local token for a managed identity, and says so once', async () => {
    const http = caller({ token: 'local' });
    const request = { method: 'GET', uri: origin, tokenSource: { kind: 'AzureManagedIdentity', resource: 'https://graph' } };
    await ok(request, http);
    await ok(request, http);
    assert.equal(seen[0]?.headers['authorization'], 'Bearer local');
    assert.deepEqual(
      logs.filter((entry) => entry.level === 'information').map((entry) => entry.message),
      ["callHttp sends the fixed local token in place of a managed identity's for https://graph."],
    );
  });

  it('without a local token a call for one fails, and says where to give it', async () => {
    const request = { method: 'GET', uri: origin, tokenSource: { resource: 'https://graph' } };
    assert.match(
      await failure(request),
      /managed identity for https:\/\/graph.*never uses your own credentials.*"token" in durascope\.http\.json/,
    );
    assert.equal(seen.length, 0);
  });

  describe('stubs', () => {
    it('answer in their order for each instance, without a request', async () => {
      const http = caller(
        stubs({
          stubs: [
            {
              method: 'get',
              url: 'https://api.example.test/jobs/*',
              responses: [{ status: 202, headers: { location: '/jobs/1' } }, { body: { state: 'done' } }],
            },
          ],
        }),
      );
      const request = { method: 'GET', uri: 'https://API.example.test/jobs/1?x=y' };
      assert.deepEqual(await ok(request, http), { statusCode: 202, headers: { Location: '/jobs/1' }, content: '' });
      assert.deepEqual(await ok(request, http), { statusCode: 200, headers: {}, content: '{"state":"done"}' });
      assert.equal((await ok(request, http)).statusCode, 200);
      assert.equal((await ok(request, http, 'another')).statusCode, 202);
    });

    it('the first that fits answers; what none fits is sent, or refused where the file says so', async () => {
      const file = { stubs: [{ url: `${origin}/exact`, responses: [{ body: 'stub' }] }] };
      assert.equal((await ok({ method: 'GET', uri: `${origin}/exact` }, caller(stubs(file)))).content, 'stub');
      assert.equal((await ok({ method: 'GET', uri: `${origin}/exactly` }, caller(stubs(file)))).content, 'ok');
      assert.equal(seen.length, 1);
      const closed = caller(stubs({ ...file, otherRequests: 'refuse' }));
      assert.match(
        await failure({ method: 'GET', uri: `${origin}/other` }, closed),
        /no stub is for it, and durascope\.http\.json/,
      );
      assert.equal(seen.length, 1);
    });

    it('can fail, and take their time', async () => {
      const http = caller(
        stubs({ stubs: [{ url: '*', responses: [{ error: 'no such host' }, { delayMs: 3_000, body: 'slow' }] }] }),
      );
      assert.match(await failure({ method: 'GET', uri: 'http://x.test' }, http), /failed: no such host$/);
      const slow = ok({ method: 'GET', uri: 'http://x.test' }, http);
      await eventually(() => clock.armed === 2);
      clock.advance(3_000);
      assert.equal((await slow).content, 'slow');
    });

    it('need no token for a call that asks for one', async () => {
      const http = caller(stubs({ stubs: [{ url: 'https://graph/*', responses: [{ body: 1 }] }] }));
      assert.equal((await ok({ method: 'GET', uri: 'https://graph/me', tokenSource: { resource: 'r' } }, http)).content, '1');
    });

    it('a file that cannot be read fails the call with what is wrong', async () => {
      const http = caller({ stubs: () => Promise.reject(new Error('durascope.http.json is not valid JSON')) });
      assert.match(await failure({ method: 'GET', uri: origin }, http), /durascope\.http\.json is not valid JSON/);
    });
  });
});
