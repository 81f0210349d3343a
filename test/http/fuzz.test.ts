import assert from 'node:assert/strict';
import fc from 'fast-check';
import { base, HttpFixture, key, rpcToken } from './http-fixture';

const known = new Set([200, 202, 204, 400, 401, 403, 404, 405, 409, 410, 412, 413, 501]);

describe('the server and whatever may come', () => {
  let http: HttpFixture;
  beforeEach(async () => {
    http = await HttpFixture.open({ httpFunctions: [{ name: 'Any', route: '{*rest}' }] });
    await http.hub.start('Waits', { instanceId: 'one' });
  });
  afterEach(() => http.dispose());

  const bases = fc.constantFrom(base, `/rpc/${rpcToken}`, '/durascope', '/admin', '/api', '');
  const word = fc.oneof(
    fc.constantFrom(
      'instances',
      'orchestrators',
      'Waits',
      'one',
      'raiseEvent',
      'terminate',
      'restart',
      'entities',
      'history',
      '',
      '..',
      '%',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }).map((text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '?'))),
    fc.string({ unit: fc.constantFrom('%', '0', 'E', 'F', '+', '@', '/', ':', ';', '=', '&'), maxLength: 12 }),
  );
  const parameter = fc.tuple(
    fc.constantFrom(
      'top',
      'runtimeStatus',
      'createdTimeFrom',
      'showHistory',
      'showInput',
      'reason',
      'query',
      'from',
      'count',
      'version',
      'taskHub',
    ),
    word,
  );
  const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS');
  const body = fc.oneof(fc.constant(undefined), fc.json(), fc.string(), fc.uint8Array({ maxLength: 30 }));

  it('every request gets an answer of the kinds there are, and nothing is logged as unexpected', async () => {
    await fc.assert(
      fc.asyncProperty(
        method,
        bases,
        fc.array(word, { maxLength: 5 }),
        fc.array(parameter, { maxLength: 3 }),
        body,
        async (verb, start, words, query, payload) => {
          const path = [start, ...words].join('/');
          // The event stream does not end, and has tests of its own.
          fc.pre(!/^\/durascope\/+events/.test(path));
          const target = `${path === '' ? '/' : path}?${query.map((pair) => pair.join('=')).join('&')}`;
          const hasBody = verb !== 'GET' && verb !== 'HEAD' && payload !== undefined;
          const answer = await http.raw(verb, `http://localhost${target.startsWith('/') ? '' : '/'}${target}`, {
            headers: { 'x-functions-key': key, 'content-type': 'application/json' },
            ...(hasBody && { body: payload as NonNullable<RequestInit['body']> }),
          });
          // An operation in the wrong state is a 500 of the real service's, with its own words.
          if (answer.status === 500)
            assert.equal(
              (answer.json as { ExceptionType?: string }).ExceptionType,
              'System.InvalidOperationException',
              answer.text,
            );
          else assert.ok(known.has(answer.status), `${verb} ${target}: ${answer.status} ${answer.text}`);
        },
      ),
      { numRuns: 1500 },
    );
    assert.equal((await http.call('GET', '/instances')).status, 200);
  });

  it('an input and an event come back as the JSON they were', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const id = `json-${++count}`;
        await http.call('POST', `/orchestrators/Waits/${id}`, { body: ` ${text} ` });
        await http.call('POST', `/instances/${id}/raiseEvent/Go`, {
          body: text,
          headers: { 'content-type': 'application/json' },
        });
        const status = (await http.call('GET', `/instances/${id}`)).json as { input: unknown; output: unknown };
        assert.deepEqual(status.input, JSON.parse(text));
        assert.deepEqual(status.output, JSON.parse(text));
      }),
      { numRuns: 60 },
    );
  });

  it('any id that may be chosen comes back through the links and through our own routes', async () => {
    const id = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      // The real service reads escapes and plus signs of an address again (http 1.3).
      .filter((text) => !/^@|^\.{1,2}$|[+%/\\#?\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u.test(text));
    await fc.assert(
      fc.asyncProperty(id, async (chosen) => {
        const started = await http.call('POST', `/orchestrators/Echo/${encodeURIComponent(chosen)}`);
        assert.equal(started.status, 202, started.text);
        const { statusQueryGetUri } = started.json as { statusQueryGetUri: string };
        assert.equal(((await http.raw('GET', statusQueryGetUri)).json as { instanceId: string }).instanceId, chosen);
        const own = await http.raw('GET', `/durascope/instances/${encodeURIComponent(chosen)}`);
        assert.equal((own.json as { instanceId: string }).instanceId, chosen);
      }),
      { numRuns: 200 },
    );
  });
});
