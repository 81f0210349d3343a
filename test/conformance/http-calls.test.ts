/** Through the published packages: they make the calls, the engine and the rules for polls are ours. */
import assert from 'node:assert/strict';
import type { DurableHttpRequest } from '../../src/core/dialects/durable-http';
import type { DurableHttpHost } from '../../src/core/ports/durable-http';
import { withSdkHub } from '../workers/orchestrations/sdk-hub';
import { type Context, sdk1, sdk2, sdk3, type Sdk, type Task } from '../workers/orchestrations/sdks';

interface Answer {
  statusCode: number;
  headers?: Record<string, string>;
  content?: string;
}

/** Answers one after the other, and what was asked. */
function answering(...answers: Answer[]): { http: DurableHttpHost; requests: DurableHttpRequest[] } {
  const requests: DurableHttpRequest[] = [];
  const http: DurableHttpHost = ({ input }) => {
    requests.push((JSON.parse(input ?? '[]') as DurableHttpRequest[])[0] as DurableHttpRequest);
    const answer = answers[requests.length - 1] ?? { statusCode: 500 };
    return Promise.resolve({ ok: true, result: JSON.stringify({ headers: {}, content: '', ...answer }) });
  };
  return { http, requests };
}

function callHttp(
  { df }: Context,
  sdk: Sdk,
  request: { url: string; headers?: object; body?: string; enablePolling?: boolean },
): Task {
  const { url, headers, body, enablePolling } = request;
  if (sdk.version === '3.5.0') return df.callHttp({ method: 'POST', ...request });
  return df.callHttp('POST', url, body, headers, undefined, enablePolling);
}

const url = 'http://example.test/work?code=1';

describe('conformance 8.11, durable HTTP', () => {
  for (const sdk of [sdk2, sdk3]) {
    it(`H1: a 202 with a Location is asked about until it is something else (${sdk.version})`, async () => {
      const { http, requests } = answering(
        { statusCode: 202, headers: { Location: '/state/7', 'Retry-After': '5' } },
        { statusCode: 200, content: 'done' },
      );
      await withSdkHub(
        sdk,
        {
          *main(context) {
            const response = (yield callHttp(context, sdk, {
              url,
              body: 'x',
              headers: { 'x-functions-key': 'k', a: 'b' },
            })) as Answer;
            return [response.statusCode, response.content];
          },
        },
        {},
        async ({ engine, clock, sequence, store }) => {
          await engine.start({ name: 'main', instanceId: 'one' });
          await engine.whenQuiet();
          assert.equal(sequence('one'), 'OS ES TS#0 OC | OS TC→0 TmC#1 OC');
          clock.advance(4_999);
          await engine.whenQuiet();
          assert.equal(requests.length, 1);
          clock.advance(1);
          await engine.whenQuiet();
          assert.equal(sequence('one'), 'OS ES TS#0 OC | OS TC→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TC→2 EC#3[Completed] OC');
          assert.equal(store.instance('one')?.output, '[200,"done"]');
          const names = store.history('one').flatMap((event) => (event.EventType === 'TaskScheduled' ? [event.Name] : []));
          assert.deepEqual(names, ['BuiltIn::HttpActivity', 'BuiltIn::HttpActivity']);
          assert.deepEqual(
            requests.map(({ method, uri, headers, content }) => ({ method, uri, headers, content })),
            [
              { method: 'POST', uri: url, headers: { 'x-functions-key': 'k', a: 'b' }, content: 'x' },
              { method: 'GET', uri: 'http://example.test/state/7', headers: { a: 'b' }, content: undefined },
            ],
          );
        },
        { http },
      );
    });

    it(`H1: polls beside other work keep their numbers, and the pause of host.json stands in for Retry-After (${sdk.version})`, async () => {
      const pending = { statusCode: 202, headers: { location: url } };
      const { http } = answering(pending, pending, { statusCode: 404, content: 'gone' });
      await withSdkHub(
        sdk,
        {
          *main(context) {
            const call = callHttp(context, sdk, { url });
            const both = (yield context.df.Task.all([call, context.df.callActivity('SayHello', 'you')])) as [Answer, string];
            return [both[0].statusCode, both[1], yield context.df.callActivity('SayHello', 'again')];
          },
        },
        { SayHello: (name) => `Hello ${String(name)}` },
        async ({ engine, clock, sequence, store }) => {
          await engine.start({ name: 'main', instanceId: 'one' });
          await engine.whenQuiet();
          for (let polls = 0; polls < 2; polls++) {
            clock.advance(30_000);
            await engine.whenQuiet();
          }
          assert.equal(store.instance('one')?.output, '[404,"Hello you","Hello again"]');
          assert.match(
            sequence('one'),
            /^OS ES TS#0 TS#1 OC \| OS TC→. (TmC#2 )?OC \| OS TC→. (TmC#2 )?OC \| OS TmF→2 TS#3 OC \| OS TC→3 TmC#4 OC \| OS TmF→4 TS#5 OC \| OS TC→5 TS#6 OC \| OS TC→6 EC#7\[Completed\] OC$/,
          );
        },
        { http },
      );
    });

    it(`H2: polling switched off, the 202 is the answer (${sdk.version})`, async () => {
      const { http, requests } = answering({ statusCode: 202, headers: { Location: url, 'Retry-After': '5' } });
      await withSdkHub(
        sdk,
        {
          *main(context) {
            return ((yield callHttp(context, sdk, { url, enablePolling: false })) as Answer).statusCode;
          },
        },
        {},
        async ({ engine, sequence, store }) => {
          await engine.start({ name: 'main', instanceId: 'one' });
          await engine.whenQuiet();
          assert.equal(sequence('one'), 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
          assert.deepEqual([store.instance('one')?.output, requests.length], ['202', 1]);
        },
        { http },
      );
    });
  }

  it('H2: without a Location the 202 is the answer at once for the code, and after a timer for the host', async () => {
    for (const sdk of [sdk2, sdk3]) {
      const { http } = answering({ statusCode: 202, headers: { 'Retry-After': '7' } });
      await withSdkHub(
        sdk,
        {
          *main(context) {
            const first = ((yield callHttp(context, sdk, { url })) as Answer).statusCode;
            return [first, yield context.df.callActivity('SayHello', 'you')];
          },
        },
        { SayHello: (name) => `Hello ${String(name)}` },
        async ({ engine, clock, sequence, store }) => {
          await engine.start({ name: 'main', instanceId: 'one' });
          await engine.whenQuiet();
          assert.equal(sequence('one'), 'OS ES TS#0 OC | OS TC→0 TmC#1 OC');
          clock.advance(7_000);
          await engine.whenQuiet();
          assert.equal(sequence('one'), 'OS ES TS#0 OC | OS TC→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TC→2 EC#3[Completed] OC');
          // As recorded: the SDK counted the activity as 1, and takes the end of the host's timer for its result.
          assert.equal(store.instance('one')?.output, '[202,null]');
        },
        { http },
      );
    }
  });

  it('H2: in SDK 1.5.4 the 202 is always the answer', async () => {
    for (const [sdk, headers] of [[sdk1, { Location: url }]] as const) {
      const { http } = answering({ statusCode: 202, headers });
      await withSdkHub(
        sdk,
        {
          *main(context) {
            const first = ((yield callHttp(context, sdk, { url })) as Answer).statusCode;
            return [first, yield context.df.callActivity('SayHello', 'you')];
          },
        },
        { SayHello: (name) => `Hello ${String(name)}` },
        async ({ engine, sequence, store }) => {
          await engine.start({ name: 'main', instanceId: 'one' });
          await engine.whenQuiet();
          assert.equal(sequence('one'), 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 EC#2[Completed] OC');
          assert.equal(store.instance('one')?.output, '[202,"Hello you"]');
        },
        { http },
      );
    }
  });

  it('H2: a request that fails can be caught, and fails the orchestration otherwise', async () => {
    const http: DurableHttpHost = () =>
      Promise.resolve({ ok: false, reason: 'callHttp POST x failed: nobody there', details: '' });
    for (const sdk of [sdk1, sdk2, sdk3]) {
      await withSdkHub(
        sdk,
        {
          *catches(context) {
            try {
              yield callHttp(context, sdk, { url });
            } catch (error) {
              return error instanceof Error && error.message.includes('nobody there');
            }
          },
          *fails(context) {
            yield callHttp(context, sdk, { url });
          },
        },
        {},
        async ({ engine, store }) => {
          for (const name of ['catches', 'fails']) await engine.start({ name, instanceId: name });
          await engine.whenQuiet();
          assert.equal(store.instance('catches')?.output, 'true');
          assert.match(store.instance('fails')?.output ?? '', /^Orchestrator function 'fails' failed: .*nobody there/);
        },
        { http },
      );
    }
  });
});
