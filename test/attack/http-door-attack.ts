/**
 * Requests on the wire as somebody sends them who has no key, or a page of another site that has it: whatever the spelling, the method, the
 * headers and the body, nothing of ours is changed, every request is answered, and the server is there afterwards.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DoorFixture } from '../http/door-fixture';
import { base, key, rpcToken } from '../http/http-fixture';
import { RawCaller, type RawRequest } from '../http/raw-requests';
import { spellingsOf } from '../http/spellings';

const connections = 16;
const batchSize = 64;

function requests(door: DoorFixture): fc.Arbitrary<RawRequest> {
  const known = fc.constantFrom(...door.changing);
  const word = fc.string({
    unit: fc.constantFrom('%', '2', 'F', 'e', '.', '/', '\\', ';', '~', '@', 'a', '?', '&', '='),
    maxLength: 8,
  });
  const reading = fc.constantFrom(
    { method: 'GET', target: `${base}/instances/one?showHistory=true` },
    { method: 'GET', target: `${base}/entities/counter/a` },
    { method: 'GET', target: '/durascope/instances/one/history?from=0&count=5' },
    { method: 'GET', target: '/durascope/ui/panels.js' },
    { method: 'GET', target: '/admin/functions/Manual' },
    { method: 'POST', target: '/api/any/thing' },
    { method: 'POST', target: `/rpc/${rpcToken}x/instances/one/terminate` },
  );
  const call = fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: reading }).chain(({ method, target }) =>
    fc.record({
      method: fc.oneof(
        { weight: 3, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD') },
      ),
      target: fc.tuple(spellingsOf(target), fc.option(word)).map(([spelled, tail]) => spelled + (tail ?? '')),
    }),
  );
  const foreign = fc.constantFrom<Record<string, string>>(
    {},
    { 'x-functions-key': '' },
    { 'x-functions-key': `${key}x` },
    { 'x-functions-key': key.toUpperCase() },
    { origin: 'https://evil.example', 'x-functions-key': key },
    { origin: 'http://localhost.evil.example', 'x-functions-key': key },
    { origin: 'null', 'x-functions-key': key },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'x-functions-key': key },
    { Host: 'evil.example', 'x-functions-key': key },
    { 'x-forwarded-host': 'localhost', 'x-http-method-override': 'DELETE', 'x-original-url': '/durascope/purge' },
    { 'content-type': 'text/plain' },
    { expect: '100-continue' },
  );
  const body = fc.oneof(fc.constant('{}'), fc.json({ maxDepth: 2 }), fc.string({ unit: 'binary-ascii', maxLength: 30 }));
  return fc.record({ call, headers: foreign, body }).map(({ call: { method, target }, headers, body: text }) => ({
    method,
    // What ends the request line is no part of an address.
    target: target.replace(/[\s\u0000-\u001f]/g, '_'),
    headers,
    body: method === 'GET' || method === 'HEAD' ? '' : text,
  }));
}

/** Resolves with how many answers there were of each status. */
export async function attackDoor({ seed, numRuns }: { seed: number; numRuns: number }): Promise<Record<string, number>> {
  const door = await DoorFixture.open();
  const callers = Array.from({ length: connections }, () => new RawCaller(door.port));
  const counts: Record<string, number> = {};
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(requests(door), { minLength: batchSize, maxLength: batchSize }), async (batch) => {
        await Promise.all(
          callers.map(async (caller, index) => {
            for (let at = index; at < batch.length; at += connections) {
              const request = batch[at] ?? assert.fail();
              // The stream of events does not end.
              if (/events/i.test(decoded(request.target)) && request.method === 'GET') continue;
              const { status, body } = await caller.send(request);
              counts[status] = (counts[status] ?? 0) + 1;
              // What this hub does not have is refused by name.
              const isRefusal = status === 501 && (request.method === 'HEAD' || body.includes('"NotSupported"'));
              assert.ok(isRefusal || (status !== 0 && status < 500), `${request.method} ${request.target}: ${status} ${body}`);
            }
          }),
        );
        assert.deepEqual(door.changes, [], JSON.stringify(batch));
        door.calls.length = 0;
      }),
      { seed, numRuns: Math.ceil(numRuns / batchSize), endOnFailure: true },
    );
    const { status } = await door.caller.send({ method: 'GET', target: `${base}/instances` });
    assert.equal(status, 200);
  } finally {
    for (const caller of callers) caller.close();
    await door.dispose();
  }
  return counts;
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
