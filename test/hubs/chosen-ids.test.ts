/** Ids that people and orchestrators choose, in hubs of real engines: read as they were written, by each way that leads to one. */
import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { escapeKey } from '../../src/core/values/table-key';
import { SystemClock } from '../../src/emulator/time/system-clock';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { openAzureStorageHub } from '../../src/hubs/azure-storage/open-azure-storage-hub';
import { storageConnection } from '../../src/hubs/azure-storage/storage-connection';
import { openFunctionsHost } from '../../src/hubs/functions-host/open-functions-host';
import { hubTarget } from '../../src/hubs/hub-target';
import { openHub } from '../../src/hubs/open-hub';
import { GrpcFixture } from '../grpc/grpc-fixture';
import { sdkOrchestrator } from '../grpc/sdk-script';
import { HttpFixture, key } from '../http/http-fixture';
import { idsOfClients, idsOfCode } from '../support/chosen-ids';
import type { EntityScript } from '../support/entity-script';
import type { Script } from '../support/script-types';
import { Azurite } from './azurite';
import { columns, goldenRows, type TypedRow } from './golden-hub';

const scripts: Record<string, Script> = {
  *leaf(context) {
    return context.instanceId;
  },
  *signals(context) {
    for (const key of context.input as string[]) context.signalEntity(`@cell@${key}`, 'set');
    yield* [];
  },
  *parent(context) {
    const ids = context.input as string[];
    return yield context.all(ids.map((id) => context.child('leaf', null, { instanceId: id })));
  },
};
const all = [...idsOfClients, ...idsOfCode];
/** An id has at most 1,024 characters. */
const keys = all.filter((id) => id.length <= 1000);
const shown = (id: string): string => JSON.stringify(id.slice(0, 30));

async function ofList(hub: AttachedHub): Promise<string[]> {
  const ids: string[] = [];
  let continuationToken: string | undefined;
  do {
    const page = await hub.query({ pageSize: 20, ...(continuationToken === undefined ? {} : { continuationToken }) });
    ids.push(...page.instances.map(({ instanceId }) => instanceId));
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  return ids;
}

describe('ids that people and code choose, behind a Functions host', () => {
  let http: HttpFixture;
  let hub: AttachedHub;
  let url = '';
  before(async () => {
    const cell: EntityScript = (entity) => void (entity.state = { value: entity.key });
    http = await HttpFixture.open({ scripts, entities: { cell } });
    await http.hub.start('parent', { instanceId: 'parent', json: all });
    await http.hub.start('signals', { instanceId: 'signals', json: keys });
    url = await http.listen();
    hub = await openFunctionsHost({ url, key: null, clock: http.hub.clock });
  });
  after(() => http.dispose());

  it('are in the list', async () => {
    const entities = keys.map((each) => `@cell@${each}`);
    assert.deepEqual((await ofList(hub)).sort(), ['parent', 'signals', ...all, ...entities].sort());
  });

  for (const id of all) {
    it(`are asked for and found: ${shown(id)}`, async () => {
      const row = await hub.get(id);
      assert.equal(row?.instanceId, id);
      assert.equal(row.output, JSON.stringify(id));
      const { instances } = await hub.query({ instanceIdPrefix: id, entities: 'exclude' });
      assert.ok(instances.some(({ instanceId }) => instanceId === id));
      const { events, notes } = await hub.historyWithNotes(id);
      if (events.length === 0) assert.match(notes.join(), /cannot be asked about an instance with the id/);
      else assert.ok(events.some(({ EventType }) => EventType === 'ExecutionCompleted'));
      if (keys.includes(id)) assert.equal((await hub.getEntity(`@cell@${id}`))?.state, JSON.stringify({ value: id }));
    });
  }

  it('are acted on, or refused by name: never another instance', async () => {
    const acting = await openFunctionsHost({ url, key, clock: http.hub.clock, mayAct: true });
    const purged: string[] = [];
    for (const id of all) {
      const deleted = await acting.purge(id).catch((error: unknown) => {
        assert.ok(DurascopeError.is(error, 'InvalidInstanceId'), String(error));
        return 0;
      });
      if (deleted > 0) purged.push(id);
      assert.deepEqual(
        all.filter((each) => http.hub.store.instance(each) === undefined),
        purged,
      );
    }
    assert.deepEqual(
      all.filter((id) => !purged.includes(id)),
      ['.', '..', 'a/b', 'a/b/c', '/'],
    );
  });
});

describe('ids that people and code choose, behind a Durable Task server', () => {
  let fixture: GrpcFixture;
  let hub: AttachedHub;
  before(async () => {
    fixture = await GrpcFixture.start();
    await fixture.worker((worker) => {
      for (const [name, script] of Object.entries(scripts))
        worker.addNamedOrchestrator(
          name,
          sdkOrchestrator(() => script),
        );
    });
    const own = fixture.emulator.hub;
    await own.start({ name: 'parent', instanceId: 'parent', input: JSON.stringify(all), profile: 'G' });
    assert.equal((await own.waitForCompletion('parent', 30_000)).runtimeStatus, 'Completed');
    hub = await openHub(hubTarget(`grpc://${fixture.address}`), { clock: new SystemClock() });
  });
  after(async () => {
    hub.dispose();
    await fixture.stop();
  });

  it('are in the list', async () => {
    assert.deepEqual((await ofList(hub)).sort(), ['parent', ...all].sort());
  });

  for (const id of all) {
    it(`are asked for and found, with their histories: ${shown(id)}`, async () => {
      assert.equal((await hub.get(id))?.instanceId, id);
      assert.ok((await hub.history(id)).some(({ EventType }) => EventType === 'ExecutionCompleted'));
    });
  }
});

describe('ids that people and code choose, in Azure Storage', () => {
  let azurite: Azurite;
  let hub: AttachedHub;
  // A key of a table has at most 512 characters.
  const ids = all.filter((id) => escapeKey(id).length <= 512);
  before(async () => {
    azurite = await Azurite.start();
    await azurite.putGoldenHub();
    const [instance] = goldenRows('Instances').filter((row) => columns(row).some(([, { value }]) => value === 'Completed'));
    assert.ok(instance !== undefined);
    const history = goldenRows('History').filter(({ partitionKey }) => partitionKey === instance.partitionKey);
    const renamed = (row: TypedRow, id: string): TypedRow => ({ ...row, partitionKey: escapeKey(id) });
    for (const id of ids) {
      await azurite.add('GoldenHubInstances', [renamed(instance, id)]);
      await azurite.add(
        'GoldenHubHistory',
        history.map((row) => renamed(row, id)),
      );
    }
    hub = await openAzureStorageHub(storageConnection(azurite.connection), { clock: new SystemClock(), hubName: 'GoldenHub' });
  });
  after(async () => {
    hub.dispose();
    await azurite.stop();
  });

  it('are in the list', async () => {
    const listed = new Set(await ofList(hub));
    assert.deepEqual(
      ids.filter((id) => !listed.has(id)),
      [],
    );
  });

  for (const id of ids) {
    it(`are asked for and found, with their histories: ${shown(id)}`, async () => {
      assert.equal((await hub.get(id))?.instanceId, id);
      assert.ok((await hub.history(id)).length > 0);
      const { instances } = await hub.query({ instanceIdPrefix: id });
      assert.ok(instances.some(({ instanceId }) => instanceId === id));
    });
  }
});
