import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { HttpFixture, type FixtureOptions } from './http-fixture';

async function withApp(options: FixtureOptions, act: (http: HttpFixture) => Promise<void>): Promise<void> {
  const http = await HttpFixture.open(options);
  try {
    await act(http);
  } finally {
    await http.dispose();
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the app's HTTP triggers", () => {
  it('hands over method, URL, headers, query, parameters and the body as bytes', () =>
    withApp({ httpFunctions: [{ name: 'Echo', route: 'things/{id}/{*rest}', methods: ['POST'] }] }, async (http) => {
      const body = new Uint8Array([0, 255, 1, 13, 10]);
      await http.raw('POST', '/api/Things/a%20b/c/d?x=1&X=2&x=%263&y&__proto__=p', {
        body,
        headers: { 'X-Custom': 'v', host: 'localhost:7071' },
      });
      const { name, request } = http.calls[0] ?? assert.fail('not called');
      assert.equal(name, 'Echo');
      assert.equal(request.method, 'POST');
      assert.equal(request.url, 'http://localhost:7071/api/Things/a%20b/c/d?x=1&X=2&x=%263&y&__proto__=p');
      assert.equal(request.headers['x-custom'], 'v');
      assert.deepEqual(Object.entries(request.query), [
        ['x', '1,&3'],
        ['X', '2'],
        ['y', ''],
        ['__proto__', 'p'],
      ]);
      assert.deepEqual(request.params, { id: 'a b', rest: 'c/d' });
      assert.deepEqual([...(request.body ?? [])], [...body]);
    }));

  it('no body is null', () =>
    withApp({ httpFunctions: [{ name: 'Echo' }] }, async (http) => {
      await http.raw('GET', '/api/echo');
      assert.equal(http.calls[0]?.request.body, null);
    }));

  it('passes status, headers and body on, several cookies too', () =>
    withApp(
      {
        httpFunctions: [{ name: 'Reply' }],
        http: {
          Reply: () => ({
            status: 418,
            headers: [
              ['Set-Cookie', 'a=1; Path=/'],
              ['Set-Cookie', 'b=2'],
              ['Content-Type', 'image/png'],
              ['Connection', 'close'],
            ],
            body: bytes('teapot'),
          }),
        },
      },
      async (http) => {
        const answer = await http.raw('GET', '/api/reply');
        assert.equal(answer.status, 418);
        assert.deepEqual(answer.headers.getSetCookie(), ['a=1; Path=/', 'b=2']);
        assert.equal(answer.headers.get('content-type'), 'image/png');
        assert.equal(answer.headers.get('connection'), null);
        assert.equal(answer.text, 'teapot');
      },
    ));

  it('a reply that HTTP has no words for becomes a 500 that says why', () =>
    withApp(
      {
        httpFunctions: [{ name: 'BadStatus' }, { name: 'BadHeader' }, { name: 'Empty' }],
        http: {
          BadStatus: () => ({ status: 42 }),
          BadHeader: () => ({ headers: [['X-Bad', 'a\nb']] }),
          Empty: () => ({ status: 204, body: bytes('not allowed here') }),
        },
      },
      async (http) => {
        const status = await http.raw('GET', '/api/badstatus');
        assert.deepEqual([status.status, /status 42/.test(status.text)], [500, true]);
        assert.equal((await http.raw('GET', '/api/badheader')).status, 500);
        assert.deepEqual(await http.raw('GET', '/api/empty').then(({ status: code, text }) => [code, text]), [204, '']);
      },
    ));

  it('a path or a method that no function has is a 404 that lists what there is', () =>
    withApp({ httpFunctions: [{ name: 'Hello', route: 'hello/{name}', methods: ['GET'] }] }, async (http) => {
      for (const [method, path] of [
        ['GET', '/api/nothing'],
        ['POST', '/api/hello/x'],
        ['HEAD', '/api/hello/x'],
        ['OPTIONS', '/api/hello/x'],
      ] as const) {
        const answer = await http.raw(method, path);
        assert.equal(answer.status, 404, `${method} ${path}`);
        if (method !== 'HEAD') assert.match(answer.text, /GET \/api\/hello\/\{name\} {2}\(Hello\)/);
      }
      assert.equal(http.calls.length, 0);
    }));

  it('without a prefix the app has every path but ours, and the page stands at / unless the app answers there', () =>
    withApp({ settings: { routePrefix: '' }, httpFunctions: [{ name: 'Hello' }] }, async (http) => {
      await http.raw('GET', '/hello');
      assert.equal(http.calls.length, 1);
      assert.match((await http.raw('GET', '/')).text, /Durascope is running/);
      assert.equal((await http.raw('GET', '/other')).status, 404);
      assert.equal((await http.raw('GET', '/durascope/info')).status, 200);
      const whole = await HttpFixture.open({ settings: { routePrefix: '' }, httpFunctions: [{ name: 'All', route: '{*rest}' }] });
      await whole.raw('GET', '/');
      await whole.raw('GET', '/a/b');
      assert.deepEqual(
        whole.calls.map((each) => each.request.params),
        [{}, { rest: 'a/b' }],
      );
      assert.equal((await whole.raw('GET', '/durascope/info')).status, 200);
      await whole.dispose();
    }));

  const rejections: [error: Error, status: number][] = [
    [new DurascopeError('WorkerExited', 'The worker process ended (code 1).'), 502],
    [new DurascopeError('WorkerHung', 'The function Hello blocks.'), 503],
    [new DurascopeError('Stopped', 'Going down.'), 503],
    [new DurascopeError('UnknownFunction', 'Just removed.'), 404],
  ];
  for (const [error, status] of rejections) {
    it(`a call that ends with "${error.message}" is a ${status} with that message`, () =>
      withApp({ httpFunctions: [{ name: 'Hello' }], http: { Hello: () => Promise.reject(error) } }, async (http) => {
        const answer = await http.raw('GET', '/api/hello');
        assert.deepEqual([answer.status, answer.text], [status, `${error.message}\n`]);
      }));
  }

  it('an unexpected rejection is a 502, and is logged', () =>
    withApp(
      { httpFunctions: [{ name: 'Hello' }], http: { Hello: () => Promise.reject(new TypeError('a bug')) } },
      async (http) => {
        const answer = await http.raw('GET', '/api/hello');
        assert.equal(answer.status, 502);
        assert.match(answer.text, /a bug/);
        assert.match(http.logs.splice(0)[0]?.message ?? '', /a bug/);
      },
    ));

  describe('while the worker starts', () => {
    let ready: () => void;
    const starting = () => {
      let waiting: Promise<void> | null = new Promise((resolve) => {
        ready = () => {
          waiting = null;
          resolve();
        };
      });
      return () => waiting;
    };

    it('requests wait, and are answered by what is there then', () =>
      withApp({ httpFunctions: [{ name: 'Hello' }], app: { readiness: starting() } }, async (http) => {
        const answers = [
          http.raw('GET', '/api/hello'),
          http.call('POST', '/orchestrators/Waits/one'),
          http.raw('GET', '/api/none'),
        ];
        await http.hub.quiet();
        assert.equal(http.calls.length, 0);
        ready();
        assert.deepEqual(
          (await Promise.all(answers)).map((each) => each.status),
          [200, 202, 404],
        );
      }));

    it('reading the management API does not wait', () =>
      withApp({ app: { readiness: starting() } }, async (http) => {
        assert.equal((await http.call('GET', '/instances')).status, 200);
      }));

    it('after the bound they get a 503 with Retry-After', () =>
      withApp({ httpFunctions: [{ name: 'Hello' }], app: { readiness: starting() } }, async (http) => {
        const answer = http.raw('GET', '/api/hello');
        http.hub.clock.advance(30_000);
        const { status, headers, text } = await answer;
        assert.deepEqual([status, headers.get('retry-after')], [503, '5']);
        assert.match(text, /not ready after 30 seconds/);
      }));
  });

  describe('CORS', () => {
    const allowed = { allowedOrigins: ['https://app.example'], supportCredentials: true };
    const hello: FixtureOptions = { httpFunctions: [{ name: 'Hello', methods: ['GET', 'POST'] }], settings: { cors: allowed } };

    it('an allowed origin may read, and its preflight is answered for it', () =>
      withApp(hello, async (http) => {
        const origin = 'https://app.example';
        const answer = await http.raw('GET', '/api/hello', { headers: { origin } });
        assert.equal(answer.headers.get('access-control-allow-origin'), origin);
        assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
        assert.equal(answer.headers.get('vary'), 'Origin');
        const preflight = await http.raw('OPTIONS', '/api/hello', {
          headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-a' },
        });
        assert.equal(preflight.status, 204);
        assert.equal(preflight.headers.get('access-control-allow-methods'), 'POST');
        assert.equal(preflight.headers.get('access-control-allow-headers'), 'content-type,x-a');
        assert.equal(http.calls.length, 1);
      }));

    it('a foreign origin that is not allowed is refused with the way to allow it', () =>
      withApp(hello, async (http) => {
        for (const origin of ['https://evil.example', 'null', 'https://app.example.evil.example']) {
          const answer = await http.raw('POST', '/api/hello', { headers: { origin } });
          assert.equal(answer.status, 403);
          assert.match(answer.text, /Host.*CORS/);
        }
        assert.equal(http.calls.length, 0);
      }));

    it('pages of this machine reach the app as they do with the real host, without CORS headers of ours', () =>
      withApp(hello, async (http) => {
        const answer = await http.raw('GET', '/api/hello', { headers: { origin: 'http://localhost:3000' } });
        assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [200, null]);
      }));

    it('a star allows everybody, and the functions own headers give way', () =>
      withApp(
        {
          httpFunctions: [{ name: 'Hello' }],
          settings: { cors: { allowedOrigins: ['*'], supportCredentials: false } },
          http: { Hello: () => ({ headers: [['access-control-allow-origin', 'https://other.example']] }) },
        },
        async (http) => {
          const answer = await http.raw('GET', '/api/hello', { headers: { origin: 'https://any.example' } });
          assert.equal(answer.headers.get('access-control-allow-origin'), '*');
        },
      ));

    it('a function that lists OPTIONS answers it when Host.CORS says nothing', () =>
      withApp(
        { httpFunctions: [{ name: 'Hello', methods: ['OPTIONS'] }], http: { Hello: () => ({ status: 204 }) } },
        async (http) => {
          const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'GET' };
          assert.equal((await http.raw('OPTIONS', '/api/hello', { headers })).status, 204);
          assert.equal(http.calls.length, 1);
        },
      ));
  });
});
