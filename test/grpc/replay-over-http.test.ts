/* eslint-disable @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield */
import type { OrchestrationContext, TOrchestrator } from '@microsoft/durabletask-js';
import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { connectToEmulator } from '../../src/emulator/connect';
import { durascopePath } from '../../src/http/protocol/values';
import type { HttpTaskHubClient } from '../../src/http/client/http-task-hub-client';
import { GrpcFixture } from './grpc-fixture';
import { contentOf, lookBothWays, namesOf, openConnected } from './replay-helpers';

describe('replay by a connected program, over HTTP', () => {
  let fixture: GrpcFixture;
  let attached: HttpTaskHubClient;
  let instanceId = '';
  before(async () => {
    fixture = await GrpcFixture.start();
    const client = fixture.client();
    await fixture.worker((worker) => {
      worker.addNamedOrchestrator('Tour', async function* (context: OrchestrationContext) {
        const greetings: unknown[] = [];
        for (const city of ['Tokyo', 'Seattle']) {
          greetings.push(yield context.callActivity('SayHello', city));
          context.setCustomStatus(city);
        }
        return greetings;
      } as TOrchestrator);
      worker.addNamedActivity('SayHello', (_, city) => `Hello ${String(city)}!`);
    });
    instanceId = await client.scheduleNewOrchestration('Tour');
    await client.waitForOrchestrationCompletion(instanceId, true, 20);
    attached = await connectToEmulator(fixture.emulator.url, fixture.emulator.key);
  });
  after(async () => {
    attached.dispose();
    await fixture.stop();
  });

  const post = async (route: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${fixture.emulator.url}${durascopePath}${route}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'x-functions-key': fixture.emulator.key, ...headers },
    });
    const text = await response.text();
    return { status: response.status, text, json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
  };
  const request = async (functionName = 'Tour') => ({
    ...{ instanceId, executionId: 'e', functionName },
    history: await fixture.emulator.hub.history(instanceId),
  });

  it('shows the same as in the process of the emulator, there and back, and commits nothing', async () => {
    const before = await contentOf(fixture.emulator);
    const here = await openConnected(fixture.emulator, instanceId);
    const there = await openConnected({ hub: attached, replays: attached.replays }, instanceId);
    await lookBothWays(there);
    assert.deepEqual(namesOf(there), [['SayHello'], ['SayHello'], ['CompleteOrchestration']]);
    const shown = ({ steps, notes, divergence, program }: typeof here): unknown => ({
      ...{ notes, divergence, program },
      steps: steps.map(({ kind, rows, customStatus, decisions, pending, output }) => [
        kind,
        rows,
        customStatus,
        decisions,
        pending,
        output,
      ]),
    });
    assert.deepEqual(shown(there), shown(here));
    await there.dispose();
    await here.dispose();
    assert.equal(await contentOf(fixture.emulator), before);
  });

  it('wants the key, and nothing to do with pages from elsewhere', async () => {
    for (const [route, body] of [
      ['/replays', await request()],
      ['/replays/1/moment', { index: 0 }],
    ] as const) {
      assert.equal((await post(route, body, { 'x-functions-key': 'wrong' })).status, 401);
      assert.equal((await post(route, body, { origin: 'http://example.com' })).status, 403);
    }
  });

  it('says what is wrong with a question', async () => {
    const code = async (route: string, body: unknown) => {
      const { status, json } = await post(route, body);
      return [status, json['code']];
    };
    assert.deepEqual(await code('/replays', '{'), [400, 'InvalidArgument']);
    assert.deepEqual(await code('/replays', { instanceId }), [400, 'InvalidArgument']);
    assert.deepEqual(await code('/replays', { ...(await request()), history: [{ EventType: 1 }] }), [400, 'InvalidArgument']);
    assert.deepEqual(await code('/replays', { ...(await request()), history: [] }), [400, 'InvalidArgument']);
    const odd = { EventType: 'TaskScheduled', EventId: 1, IsPlayed: false, Timestamp: 'yesterday' };
    assert.deepEqual(await code('/replays', { ...(await request()), history: [odd] }), [400, 'InvalidArgument']);
    assert.deepEqual(await code('/replays', await request('Nobody')), [400, 'UnknownFunction']);
    assert.deepEqual(await code('/replays/gone/moment', { index: 0 }), [503, 'Stopped']);
    const { json } = await post('/replays', await request());
    const open = `/replays/${String(json['id'])}`;
    assert.deepEqual(await code(`${open}/moment`, { index: 99 }), [400, 'InvalidArgument']);
    assert.deepEqual(await code(`${open}/moment`, { index: -1 }), [400, 'InvalidArgument']);
    assert.deepEqual(await code(`${open}/moment`, {}), [400, 'InvalidArgument']);
    assert.equal((await post(`${open}/moment`, { index: 1 })).json['customStatus'], '"Tokyo"');
  });

  it('refuses with the same errors as in the process of the emulator', async () => {
    await assert.rejects(attached.replays.open(await request('Nobody')), (error) => DurascopeError.is(error, 'UnknownFunction'));
    await assert.rejects(attached.replays.moment('1000', 0), (error) => DurascopeError.is(error, 'Stopped'));
    await attached.replays.close('1000');
  });
});
