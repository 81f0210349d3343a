/** What the durable client makes of ids, names, reasons and addresses: where the package differs from what one would guess. */
import assert from 'node:assert/strict';
import * as df3 from 'durable-functions';
import { durableClientBinding } from '../../../src/http/management-urls';
import { workerEnvironment } from '../../../src/workers/supervision/worker-environment';
import { HttpFixture, key, rpcToken } from '../../http/http-fixture';
import { WorkerFixture } from '../worker-fixture';

interface Client {
  startNew(name: string, options?: { instanceId?: string; input?: unknown }): Promise<string>;
  getStatus(instanceId: string): Promise<{ instanceId: string; runtimeStatus: string }>;
  terminate(instanceId: string, reason: string): Promise<void>;
  raiseEvent(instanceId: string, name: string, data: unknown): Promise<void>;
  purgeInstanceHistory(instanceId: string): Promise<{ instancesDeleted: number }>;
  createHttpManagementPayload(instanceId: string): Record<string, string>;
}

describe('the client of durable-functions 3.5.0 is not what one would guess', () => {
  let http: HttpFixture;
  let origin: string;
  let client: Client;
  let hostname: string | undefined;

  const makeClient = (): Client => {
    const binding = JSON.parse(
      durableClientBinding({
        origin,
        hubName: 'TestHubName',
        key,
        rpcBaseUrl: `${origin.replace('localhost', '127.0.0.1')}/rpc/${rpcToken}`,
      }),
    ) as unknown;
    const getClient = df3.getClient as unknown as (context: unknown) => Client;
    return getClient({ options: { extraInputs: [df3.input.durableClient()] }, extraInputs: { get: () => binding } });
  };
  const waiting = async (instanceId: string): Promise<void> => {
    await client.startNew('Waits', { instanceId });
    await http.hub.quiet();
  };

  beforeEach(async () => {
    http = await HttpFixture.open();
    origin = await http.listen();
    hostname = process.env['WEBSITE_HOSTNAME'];
    process.env['WEBSITE_HOSTNAME'] = new URL(origin).host;
    client = makeClient();
  });
  afterEach(async () => {
    if (hostname === undefined) delete process.env['WEBSITE_HOSTNAME'];
    else process.env['WEBSITE_HOSTNAME'] = hostname;
    await http.dispose();
  });

  it('a start without an input sends an empty text, which is the input then; null is sent as null', async () => {
    const bodies: unknown[] = [];
    for (const options of [{}, { input: null }, { input: '' }]) {
      const id = await client.startNew('Echo', options);
      await http.hub.quiet();
      bodies.push(http.hub.row(id).input);
    }
    assert.deepEqual(bodies, ['""', 'null', '""']);
  });

  for (const [sent, kept] of [
    ['costs & risks', 'costs '],
    ['ticket #5', 'ticket '],
    ['50% of it', '50% of it'],
    ['a+b', 'a b'],
  ] as const) {
    it(`the reason '${sent}' of a terminate arrives as '${kept}'`, async () => {
      await waiting('one');
      await client.terminate('one', sent);
      await http.hub.quiet();
      assert.equal(http.hub.row('one').output, kept);
    });
  }

  it('ids are not escaped: what is behind # or ? is left out, and another instance is read or purged', async () => {
    await waiting('order');
    await assert.rejects(client.terminate('order#7', 'done'), /No instance with ID 'order#7' found/);
    await client.terminate('order', 'done');
    await http.hub.quiet();
    assert.equal((await client.getStatus('order?7')).instanceId, 'order');
    assert.deepEqual(await client.purgeInstanceHistory('order#7').then((found) => found.instancesDeleted), 1);
    await assert.rejects(client.getStatus('order'), /404/);
  });

  it('event names are not escaped: a slash makes the instance unknown, a question mark cuts the name', async () => {
    await waiting('one');
    await assert.rejects(client.raiseEvent('one', 'paid/now', 1), /No instance with ID 'one' found/);
    await client.raiseEvent('one', 'Go?fast', 'here');
    await http.hub.quiet();
    assert.equal(http.hub.row('one').output, '"here"');
  });

  it('an event for a finished instance is refused with 410, which the client keeps to itself', async () => {
    await client.startNew('Echo', { instanceId: 'over' });
    await http.hub.quiet();
    await client.raiseEvent('over', 'Go', 1);
    const answer = await http.call('POST', '/instances/over/raiseEvent/Go', {
      body: '1',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(answer.status, 410);
  });

  it('addresses are on port 7071 without WEBSITE_HOSTNAME, which the workers therefore have', () => {
    assert.equal(new URL(client.createHttpManagementPayload('x')['statusQueryGetUri'] ?? '').origin, origin);
    for (const value of [undefined, '0.0.0.0:80']) {
      if (value === undefined) delete process.env['WEBSITE_HOSTNAME'];
      else process.env['WEBSITE_HOSTNAME'] = value;
      const payload = makeClient().createHttpManagementPayload('x');
      assert.equal(new URL(payload['statusQueryGetUri'] ?? '').origin, 'http://localhost:7071');
    }
  });
});

describe('WEBSITE_HOSTNAME is what the emulator listens on, whatever local.settings.json or the environment have', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  it('for an app in JavaScript', async () => {
    const app = await fixture.start(null, {
      env: { WEBSITE_HOSTNAME: 'localhost:54321' },
      files: {
        'package.json': '{"main": "a.js"}',
        'local.settings.json': '{"Values": {"WEBSITE_HOSTNAME": "0.0.0.0:80"}}',
        'a.js': "require('durable-functions').app.activity('hostname', { handler: () => process.env.WEBSITE_HOSTNAME });",
      },
    });
    assert.equal(await app.result('hostname'), 'localhost:54321');
  });

  it('for an app in C# or PowerShell', () => {
    const env = workerEnvironment({ WEBSITE_HOSTNAME: '0.0.0.0:80' }, { WEBSITE_HOSTNAME: 'localhost:54321' }, {});
    assert.equal(env['WEBSITE_HOSTNAME'], 'localhost:54321');
  });
});
