import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopeError } from '../../src/core/values/errors';
import { SystemClock } from '../../src/emulator/time/system-clock';
import { hubOfApp } from '../../src/hubs/app-hub';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { hubTarget } from '../../src/hubs/hub-target';
import { openHub } from '../../src/hubs/open-hub';
import { Azurite, ofHub } from './azurite';
import { goldenRows, type TypedRow } from './golden-hub';

describe('several task hubs in one account, and hubs that share their tables (spec/attach.md 1.1)', () => {
  let azurite: Azurite;
  let other: Azurite;
  let folder: string;
  const hubs: AttachedHub[] = [];
  const opened = async (hub: Promise<AttachedHub>): Promise<AttachedHub> => {
    hubs.push(await hub);
    return hub;
  };
  const open = (connection: string, name: string | null = null): Promise<AttachedHub> =>
    opened(openHub(hubTarget(connection, name), { clock: new SystemClock() }));
  const ofApp = async (host: object, values: object, env: Record<string, string> = {}): Promise<AttachedHub> => {
    await writeFile(path.join(folder, 'host.json'), JSON.stringify(host));
    await writeFile(path.join(folder, 'local.settings.json'), JSON.stringify({ Values: values }));
    return opened(openHub(await hubOfApp(folder, env), { clock: new SystemClock() }));
  };
  const idsOf = async (hub: AttachedHub): Promise<string[]> =>
    (await hub.query({})).instances.map(({ instanceId }) => instanceId);
  const named = (id: string, hub: string): TypedRow =>
    ofHub(goldenRows('Instances').find(({ partitionKey }) => partitionKey === id) ?? assert.fail(id), hub);
  const historyOf = (id: string): TypedRow[] => goldenRows('History').filter(({ partitionKey }) => partitionKey === id);
  const refused = (promise: Promise<unknown>, message: RegExp): Promise<void> =>
    assert.rejects(promise, (error) => DurascopeError.is(error, 'HubNotFound') && message.test(error.message));
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-shared-'));
    [azurite, other] = await Promise.all([Azurite.start(), Azurite.start()]);
    await azurite.putGoldenHub('Alone');
    await azurite.putGoldenHub('alone2');
    // The tracking store of two apps, in the other account.
    await other.put('DurableTaskInstances', [
      ...['hello', 'parent', 'parent-child'].map((id) => named(id, 'Shop')),
      named('terminate', 'Billing'),
    ]);
    await other.put('DurableTaskHistory', ['hello', 'parent', 'parent-child', 'terminate'].flatMap(historyOf));
    await azurite.queues.getQueueClient('shop-control-00').create();
  });
  after(async () => {
    hubs.forEach((hub) => hub.dispose());
    await Promise.all([azurite.stop(), other.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('are found and chosen by their names', async () => {
    await refused(open(azurite.connection), /several task hubs in devstoreaccount1: name one of .*Alone, alone2|alone2, Alone/);
    assert.equal((await idsOf(await open(azurite.connection, 'alone'))).length, 26);
    await refused(open(azurite.connection, 'Alon'), /Did you mean 'Alone'\? It has Alone, alone2|alone2, Alone/);
  });

  it('are told apart where they share a tracking store: lists, counts, single instances', async () => {
    await refused(open(other.connection), /several task hubs in devstoreaccount1: name one of Shop, Billing/);
    await refused(open(other.connection, 'DurableTask'), /have the instances of several task hubs: name one of Shop, Billing/);
    await refused(open(other.connection, 'Shup'), /Did you mean 'Shop'\?/);
    const shop = await open(other.connection, 'shop');
    assert.match(shop.label, /^Shop in Azurite at .*, tables DurableTask$/);
    assert.deepEqual(await idsOf(shop), ['hello', 'parent', 'parent-child']);
    assert.deepEqual(await shop.countByStatus(), { Completed: 3 });
    assert.deepEqual((await shop.query({ statuses: ['Terminated'] })).instances, []);
    assert.equal(await shop.get('terminate'), undefined);
    assert.ok((await shop.history('hello')).length > 5);
    assert.deepEqual(await idsOf(await open(other.connection, 'Billing')), ['terminate']);
  });

  it('are read where host.json puts them: the tables in one account, the queues in another', async () => {
    const values = { AzureWebJobsStorage: azurite.connection, Track: other.connection };
    const provider = { trackingStoreConnectionName: 'Track' };
    const hub = await ofApp(
      { version: '2.0', extensions: { durableTask: { hubName: 'Shop', storageProvider: provider } } },
      values,
    );
    assert.deepEqual(await idsOf(hub), ['hello', 'parent', 'parent-child']);
    assert.deepEqual(
      (await hub.facts()).queues?.map(({ name }) => name),
      ['shop-control-00'],
    );
    await refused(
      ofApp(
        {
          extensions: {
            durableTask: { hubName: 'Shop', storageProvider: { ...provider, trackingStoreNamePrefix: 'Elsewhere' } },
          },
        },
        values,
      ),
      /There is no task hub 'Shop' in devstoreaccount1/,
    );
  });

  for (const [form, host, values, env] of [
    ['of version 1', { durableTask: { HubName: 'Alone', AzureStorageConnectionStringName: 'Store' } }, {}, {}],
    [
      'without a storage provider',
      { extensions: { durableTask: { hubName: 'Alone', azureStorageConnectionStringName: 'Store' } } },
      {},
      {},
    ],
    [
      'with settings in its names',
      { extensions: { durableTask: { hubName: '%Name%', storageProvider: { connectionStringName: '%Where%' } } } },
      { Name: 'Alone', Where: 'Store' },
      {},
    ],
    [
      'that settings override',
      { extensions: { durableTask: { hubName: 'Nothing', storageProvider: { connectionName: 'Nothing' } } } },
      { AzureFunctionsJobHost__extensions__durableTask__hubName: 'Alone' },
      { AZUREFUNCTIONSJOBHOST__extensions__durableTask__storageProvider__connectionName: 'Store' },
    ],
  ] as const) {
    it(`are found by a host.json ${form}`, async () => {
      const hub = await ofApp(host, { ...values, Store: azurite.connection }, env);
      assert.equal(hub.name, 'Alone');
    });
  }

  it('have the name that an app of version 1 has without one', async () => {
    await writeFile(path.join(folder, 'host.json'), '{ "durableTask": {} }');
    await writeFile(
      path.join(folder, 'local.settings.json'),
      '{ "Values": { "AzureWebJobsStorage": "UseDevelopmentStorage=true" } }',
    );
    const target = await hubOfApp(folder, {});
    assert.equal(target.kind === 'azureStorage' && target.hubName, 'DurableFunctionsHub');
  });
});
