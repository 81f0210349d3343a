import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { openAzureStorageHub } from '../../src/hubs/azure-storage/open-azure-storage-hub';
import { storageConnection } from '../../src/hubs/azure-storage/storage-connection';
import { readHistories } from '../../src/replay/imported-history';
import { SystemClock } from '../../src/emulator/time/system-clock';
import { Azurite } from './azurite';
import { goldenRows } from './golden-hub';

describe('a task hub in Azure Storage (spec/attach.md 1)', () => {
  let azurite: Azurite;
  let hub: AttachedHub;
  const hubs: AttachedHub[] = [];
  const open = async (hubName: string | null = 'GoldenHub', connection = azurite.connection): Promise<AttachedHub> => {
    const opened = await openAzureStorageHub(storageConnection(connection), {
      clock: new SystemClock(),
      hubName,
      retryDelayMs: 1,
    });
    hubs.push(opened);
    return opened;
  };
  before(async () => {
    azurite = await Azurite.start();
    await azurite.putGoldenHub();
    hub = await open();
  });
  after(async () => {
    hubs.forEach((each) => each.dispose());
    await azurite.stop();
  });
  const instances = goldenRows('Instances');
  const typed = readHistories(JSON.stringify(goldenRows('History')));

  it('lists all instances by pages, in the order of their ids, with nothing large in them', async () => {
    const ids: string[] = [];
    let continuationToken: string | undefined;
    do {
      const page = await hub.query({ pageSize: 10, ...(continuationToken === undefined ? {} : { continuationToken }) });
      assert.ok(page.instances.length > 0 && page.instances.length <= 10);
      assert.ok(page.instances.every((row) => row.input === null && (row.output === null || row.runtimeStatus === 'Failed')));
      ids.push(...page.instances.map(({ instanceId }) => instanceId));
      ({ continuationToken } = page);
    } while (continuationToken !== undefined);
    assert.deepEqual(
      ids,
      typed.map(({ instanceId }) => instanceId),
    );
  });

  it('puts as many as fit one answer into any order, and the newest first', async () => {
    const page = await hub.query({ orderBy: 'createdTime', descending: true, pageSize: 5 });
    const newest = instances
      .map((row) => (row['CreatedTime'] as { value: string }).value)
      .sort()
      .reverse();
    assert.deepEqual(
      page.instances.map(({ createdTime }) => createdTime),
      newest.slice(0, 5),
    );
    assert.equal(page.orderedBy, undefined);
    const token = page.continuationToken ?? '';
    const next = await hub.query({ orderBy: 'createdTime', descending: true, pageSize: 5, continuationToken: token });
    assert.deepEqual(
      next.instances.map(({ createdTime }) => createdTime),
      newest.slice(5, 10),
    );
  });

  it('filters by status, name, prefix, time, entity, text, parent and ids', async () => {
    const idsOf = async (query: Parameters<AttachedHub['query']>[0]): Promise<string[]> =>
      (await hub.query(query)).instances.map(({ instanceId }) => instanceId);
    assert.deepEqual(await idsOf({ statuses: ['Terminated'] }), ['terminate']);
    assert.deepEqual(await idsOf({ instanceIdPrefix: 'start' }), ['start\\back', 'start#hash', 'start?question']);
    assert.deepEqual(await idsOf({ instanceIdPrefix: 'start#' }), ['start#hash']);
    assert.deepEqual(await idsOf({ entities: 'only' }), ['@counter@call-entity']);
    assert.ok(!(await idsOf({ entities: 'exclude' })).includes('@counter@call-entity'));
    assert.deepEqual(await idsOf({ parentInstanceId: 'parent' }), ['parent-child']);
    assert.ok((await idsOf({ rootsOnly: true })).includes('parent'));
    assert.ok(!(await idsOf({ rootsOnly: true })).includes('parent-child'));
    assert.deepEqual(await idsOf({ text: 'HASH' }), ['start#hash']);
    assert.deepEqual(await idsOf({ instanceIds: ['hello', 'nobody', 'start?question'] }), ['hello', 'start?question']);
    const hello = await hub.get('hello');
    const sameTime = { createdTimeFrom: hello?.createdTime ?? '', createdTimeTo: hello?.createdTime ?? '' };
    assert.deepEqual(await idsOf(sameTime), ['hello']);
    assert.deepEqual(await idsOf({ ...sameTime, statuses: ['Failed'] }), []);
    assert.deepEqual(await idsOf({ names: ["no'body"] }), []);
  });

  it('counts by status, with progress, and can be called off', async () => {
    const expected = new Map<string, number>();
    for (const row of instances) {
      const { value } = row['RuntimeStatus'] as { value: string };
      expected.set(value, (expected.get(value) ?? 0) + 1);
    }
    const told: unknown[] = [];
    assert.deepEqual(await hub.count({}, { progress: (counts) => told.push(counts) }), Object.fromEntries(expected));
    assert.deepEqual(told.at(-1), Object.fromEntries(expected));
    await assert.rejects(hub.count({}, { signal: AbortSignal.abort() }), (error) => DurascopeError.is(error, 'Stopped'));
  });

  it('gives every instance and its history as the tables have them', async () => {
    for (const { instanceId, executionId, history } of typed) {
      const row = await hub.get(instanceId);
      assert.equal(row?.executionId, executionId);
      assert.equal(row.historyLength, history.length);
      const read = await hub.historyWithNotes(instanceId);
      if (instanceId === 'big-output') continue;
      assert.deepEqual(read, { ...read, events: history, notes: [] });
      assert.deepEqual(await hub.history(instanceId, 1, 2), history.slice(1, 3));
    }
    assert.equal((await hub.get('parent-child'))?.parentInstanceId, 'parent');
    assert.equal(await hub.get('nobody'), undefined);
    assert.deepEqual(await hub.history('nobody'), []);
  });

  it('reads large values from their blobs', async () => {
    const row = await hub.get('big-output');
    assert.equal(row?.output?.length, 100_002);
    const completed = (await hub.history('big-output')).find(({ EventType }) => EventType === 'TaskCompleted');
    assert.equal(completed?.EventType === 'TaskCompleted' && completed.Result, row.output);
  });

  it('has entities with their state', async () => {
    const entity = await hub.getEntity('@counter@call-entity');
    assert.equal(entity?.state, '7');
    assert.equal(entity.exists, true);
    const { entities } = await hub.queryEntities({ name: 'Counter', includeState: true });
    assert.deepEqual(
      entities.map(({ instanceId, state }) => [instanceId, state]),
      [['@counter@call-entity', '7']],
    );
  });

  it('says what instances wait for, as far as the history does', async () => {
    assert.deepEqual(await hub.waitingFor('hello'), { activities: [], timers: [], events: [], children: [] });
    await assert.rejects(hub.waitingFor('nobody'), (error) => DurascopeError.is(error, 'InstanceNotFound'));
  });

  it('knows its queues and who holds which partition', async () => {
    const facts = await hub.facts();
    assert.deepEqual(
      facts.queues?.map(({ name }) => name),
      ['goldenhub-control-00', 'goldenhub-control-01', 'goldenhub-control-02', 'goldenhub-control-03', 'goldenhub-workitems'],
    );
    assert.equal(facts.partitions?.length, 4);
    assert.ok(facts.partitions.every(({ owner, isExpired }) => owner === 'vm' && isExpired));
    assert.ok(facts.notes.some((note) => note.includes('no host works on this hub')));
  });

  it('refuses whatever would change something, and says where it can be done', async () => {
    for (const act of [
      () => hub.terminate('hello', null),
      () => hub.start({ name: 'Hello' }),
      () => hub.purge('hello'),
      () => hub.raiseEvent('hello', 'Go', null),
      () => hub.signalEntity('@counter@a', 'add'),
      () => hub.importInstances([], 'skip'),
    ]) {
      await assert.rejects(act, (error) => DurascopeError.is(error, 'NotSupported') && error.message.includes('its own host'));
    }
    assert.ok(hub.capabilities.readOnly?.includes('only looked at'));
  });

  it('writes nothing: tags, leases, messages and their counts stay as they were, and a mistyped hub creates nothing', async () => {
    const queue = azurite.queues.getQueueClient('goldenhub-control-00');
    await queue.sendMessage('one');
    await queue.sendMessage('two');
    const before = await azurite.everything();
    const own = await open();
    for (const { instanceId } of (await own.query({ pageSize: 1000 })).instances) {
      await own.get(instanceId);
      await own.history(instanceId);
      await own.waitingFor(instanceId);
      await own.customStatusChanges(instanceId);
      await own.getEntity(instanceId);
    }
    await own.query({ orderBy: 'createdTime', text: 'e', statuses: ['Completed'] });
    await own.queryEntities({ includeState: true });
    await own.countByStatus();
    await own.facts();
    await assert.rejects(own.terminate('hello', 'no'));
    await assert.rejects(open('GoldenHob'));
    await assert.rejects(open('Nothing'));
    assert.ok(own.requests > 100);
    assert.deepEqual(await azurite.everything(), before);
  });

  it('says which hubs there are where the name is wrong or missing', async () => {
    const refused = async (hubName: string | null, text: RegExp): Promise<void> =>
      assert.rejects(open(hubName), (error) => DurascopeError.is(error, 'HubNotFound') && text.test(error.message));
    await refused('GoldenHob', /Did you mean 'GoldenHub'\?/);
    await refused('x', /3 to 45 letters/);
    assert.equal((await open(null)).label, `GoldenHub in Azurite at 127.0.0.1:${azurite.ports.table}`);
  });

  it('reads a history anew once its last row was written again, and only then', async () => {
    const rows = goldenRows('History').filter(({ partitionKey }) => partitionKey === 'hello');
    const isLast = ({ rowKey }: { rowKey: string }): boolean => rowKey === 'sentinel';
    await azurite.put(
      'GrowingInstances',
      goldenRows('Instances').filter(({ partitionKey }) => partitionKey === 'hello'),
    );
    await azurite.put('GrowingHistory', [...rows.slice(0, 4), ...rows.filter(isLast)]);
    const own = await open('Growing');
    assert.equal((await own.history('hello')).length, 4);
    const before = own.requests;
    assert.equal((await own.history('hello')).length, 4);
    assert.equal(own.requests - before, 1);
    await azurite.add('GrowingHistory', [...rows.slice(4).filter((row) => !isLast(row)), ...rows.filter(isLast)]);
    assert.equal((await own.history('hello')).length, rows.length - 1);
  });
});
