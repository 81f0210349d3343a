/** Who gets in, however the address is spelled: over real sockets, since every client of our own would put it right. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RouteTable } from '../../src/http/route-table';
import { base, key } from './http-fixture';
import { DoorFixture } from './door-fixture';
import { spellingsOf } from './spellings';

const foreign = { origin: 'https://evil.example', 'content-type': 'text/plain' };

describe('the door of the local server', () => {
  let door: DoorFixture;
  beforeEach(async () => {
    door = await DoorFixture.open();
  });
  afterEach(() => door.dispose());

  const aliases: [method: string, target: string][] = [
    ['POST', '/%64urascope/purge'],
    ['POST', '/./durascope/purge'],
    ['POST', '/x/../durascope/purge'],
    ['POST', '/x/..\\..\\durascope/purge'],
    ['POST', '/x/%2e%2e/durascope/purge'],
    ['POST', '//x/../durascope/purge'],
    ['POST', '/durascope/./purge'],
    ['POST', '/durascope/%70urge'],
    ['POST', '/DURASCOPE/purge'],
    ['POST', '/%61dmin/functions/Manual'],
    ['POST', '/admin/./functions/Manual'],
    ['POST', '/admin/%66unctions/Manual'],
    ['POST', 'http://evil.example/durascope/purge'],
    ['POST', `${base.replace('runtime', '%72untime')}/orchestrators/Waits/two`],
    ['POST', `/x/..${base}/orchestrators/Waits/two`],
    ['POST', `${base}/orchestrator%73/Waits/two`],
    ['DELETE', `${base}/../durabletask/instances/one`],
  ];
  for (const [method, target] of aliases) {
    it(`${method} ${target} changes nothing without the key, nor for a foreign page that has it`, async () => {
      for (const headers of [foreign, { 'content-type': 'text/plain' }, { ...foreign, 'x-functions-key': key }]) {
        const { status } = await door.caller.send({ method, target, headers, body: '{}' });
        assert.ok(status >= 400 && status < 500, `${status}`);
      }
      assert.deepEqual(door.changes, []);
    });
  }

  it('every route that changes something does so with the key, and only then', async () => {
    for (const { method, target } of door.changing) {
      const refused = await door.caller.send({ method, target, body: '{}' });
      assert.equal(refused.status, 401, `${method} ${target}`);
      assert.deepEqual(door.changes, []);
      const headers = { 'x-functions-key': key, 'content-type': 'application/json' };
      const answer = await door.caller.send({ method, target, headers, body: door.bodyFor(target) });
      // What came past the guard may be refused for what it asks.
      assert.ok(![401, 403, 404].includes(answer.status), `${method} ${target}: ${answer.status} ${answer.body}`);
      door.changes.length = 0;
    }
  });

  it('whatever the spelling of a route that changes something, it is refused without the key and for foreign pages', async () => {
    const call = fc
      .constantFrom(...door.changing)
      .chain(({ method, target }) => fc.tuple(fc.constant(method), spellingsOf(target)));
    const caller = fc.constantFrom<Record<string, string>>(
      {},
      foreign,
      { ...foreign, 'x-functions-key': key },
      { origin: 'null', 'x-functions-key': key },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'x-functions-key': key },
      { 'x-functions-key': `${key}x` },
      { 'x-http-method-override': 'DELETE', 'x-original-url': '/durascope/purge' },
    );
    await fc.assert(
      fc.asyncProperty(call, caller, async ([method, target], headers) => {
        const { status } = await door.caller.send({ method, target, headers, body: '{}' });
        // The app's own catch-all may answer what is none of ours.
        assert.ok(status >= 400 || door.calls.splice(0).length > 0, `${method} ${target}: ${status}`);
        assert.deepEqual(door.changes, []);
      }),
      { numRuns: 1500 },
    );
  });

  it('whatever the spelling of an address of the app, a page of another site reaches no function', async () => {
    const caller = fc.constantFrom<Record<string, string>>(
      foreign,
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' },
      { referer: 'https://evil.example/x', 'sec-fetch-site': 'cross-site' },
    );
    const target = fc.constantFrom('/api/start', '/api/any/thing', '/start').chain(spellingsOf);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST', 'HEAD'), target, caller, async (method, spelled, headers) => {
        await door.caller.send({ method, target: spelled, headers });
        assert.deepEqual(door.calls, [], spelled);
      }),
      { numRuns: 500 },
    );
  });

  it('a link to an address of the app that is followed is answered, and so is an image for a site that Host.CORS allows', async () => {
    const opened = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    assert.equal((await door.caller.send({ method: 'GET', target: '/api/start', headers: opened })).status, 200);
    assert.equal((await door.caller.send({ method: 'POST', target: '/api/start', headers: opened })).status, 403);
    const image = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
    const friend = { ...image, referer: 'https://friend.example/page' };
    assert.equal((await door.caller.send({ method: 'GET', target: '/api/start', headers: friend })).status, 200);
    const foe = { ...image, referer: 'https://friend.example.evil.example/' };
    const refused = await door.caller.send({ method: 'GET', target: '/api/start', headers: foe });
    assert.equal(refused.status, 403);
    assert.match(refused.body, /"CORS"/);
    // Programs and pages of this machine send no such thing, or another.
    assert.equal((await door.caller.send({ method: 'GET', target: '/api/start' })).status, 200);
    const local = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' };
    assert.equal((await door.caller.send({ method: 'GET', target: '/api/start', headers: local })).status, 200);
    assert.equal((await door.caller.send({ method: 'GET', target: `${base}/instances`, headers: local })).status, 403);
  });

  it('an address that is not in its normal form is told what that is', async () => {
    const answers: [target: string, what: RegExp][] = [
      ['/api/x/../start', /no segments '\.' and '\.\.'/],
      ['/api/%2E%2e/start', /no segments/],
      ['/api\\start', /%5C/],
      ['/api/start#x', /%23/],
      ['http://other.example/api/start', /host of the Host header/],
      ['/durascope/%69nfo', /written without escapes: \/durascope\/info/],
      ['/%64urascope/info', /written without escapes/],
    ];
    for (const [target, what] of answers) {
      const answer = await door.caller.send({ method: 'GET', target });
      assert.equal(answer.status, 400, target);
      assert.match(answer.body, what);
    }
  });

  it('a route that does not state who may ask it, or that changes something and is open, cannot be made', () => {
    const answer = () => ({ status: 200, headers: [], body: null });
    const unstated = { method: 'POST', path: '/x', answer } as unknown as ConstructorParameters<typeof RouteTable>[0][number];
    assert.throws(() => new RouteTable([unstated], { headAsGet: false }), /does not state who may ask it/);
    const open = { method: 'POST', path: '/x', access: 'read', answer } as const;
    assert.throws(() => new RouteTable([open], { headAsGet: false }), /needs the key/);
  });
});
