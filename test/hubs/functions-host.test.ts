import assert from 'node:assert/strict';
import type { InstanceRow } from '../../src/core/instances/instance';
import { DurascopeError, type DurascopeErrorCode } from '../../src/core/values/errors';
import type { AttachedHub, HubReader } from '../../src/hubs/attached-hub';
import { openFunctionsHost } from '../../src/hubs/functions-host/open-functions-host';
import { checkSameHub } from '../../src/hubs/same-hub';
import { eventually, HttpFixture, key } from '../http/http-fixture';
import { counter } from '../support/entity-script';
import { instanceRow } from '../support/instance-row';
import type { Script } from '../support/script-types';

const parent: Script = function* (context) {
  const first = yield context.activity('Hello', 'Oslo');
  yield context.child('waits', null, { instanceId: `${context.instanceId}-child` });
  return first;
};
const waits: Script = function* (context) {
  return yield context.waitEvent('Go');
};

describe('a task hub behind a running Functions host (spec/attach.md 2)', () => {
  let http: HttpFixture;
  let hub: AttachedHub;
  let url: string;
  let asked: { method: string; url: string }[] = [];
  before(async () => {
    http = await HttpFixture.open({ scripts: { parent, waits }, entities: { Counter: counter } });
    const { engine } = http.hub;
    for (const instanceId of ['a', 'b', 'c d&e']) await engine.start({ name: 'parent', instanceId, input: '"in"' });
    await engine.signalEntity('@counter@one', 'add', { input: '5' });
    await eventually(() => http.hub.store.instance('b-child')?.awaitedEvents.includes('Go') === true);
    await eventually(() => http.hub.store.instance('a-child')?.awaitedEvents.includes('Go') === true);
    await engine.raiseEvent('a-child', 'Go', null);
    await engine.waitForCompletion('a', 10_000);
    url = await http.listen();
    hub = await openFunctionsHost({
      url,
      key: null,
      clock: http.hub.clock,
      fetch: (input, init) => {
        asked.push({ method: init?.method ?? 'GET', url: input instanceof Request ? input.url : input.toString() });
        return fetch(input, init);
      },
    });
  });
  beforeEach(() => (asked = []));
  after(() => http.dispose());

  it('has its instances by pages, filtered, sorted and counted', async () => {
    const { instances } = await hub.query({ entities: 'exclude', rootsOnly: false });
    assert.deepEqual(
      instances
        .map(({ instanceId }) => instanceId)
        .filter((id) => !id.includes('child'))
        .sort(),
      ['a', 'b', 'c d&e'],
    );
    assert.deepEqual(
      (await hub.query({ statuses: ['Completed'], names: ['parent'] })).instances.map(({ instanceId }) => instanceId),
      ['a'],
    );
    assert.deepEqual((await hub.query({ instanceIdPrefix: 'b' })).instances.map(({ instanceId }) => instanceId).sort(), [
      'b',
      'b-child',
    ]);
    const newest = await hub.query({ orderBy: 'createdTime', descending: true, pageSize: 2, entities: 'exclude' });
    assert.equal(newest.instances.length, 2);
    assert.ok(newest.continuationToken !== undefined);
    const counts = await hub.countByStatus({ entities: 'exclude' });
    assert.equal(counts.Completed, 2);
    assert.equal(counts.Running, 4);
  });

  it('has an instance with a history that is made whole, and says what it waits for', async () => {
    const row = await hub.get('a');
    assert.equal(row?.runtimeStatus, 'Completed');
    assert.equal(row.input, '"in"');
    assert.equal(row.output, '"Hello Oslo"');
    const own = await http.hub.engine.history('a');
    const kinds = (events: readonly { EventType: string }[]): string[] => events.map(({ EventType }) => EventType);
    assert.deepEqual(kinds(await hub.history('a')), kinds(own));
    assert.equal(row.historyLength, own.length);
    assert.equal(hub.capabilities.history, 'merged');
    assert.deepEqual(
      (await hub.waitingFor('b')).children.map(({ instanceId }) => instanceId),
      ['b-child'],
    );
    assert.equal(await hub.get('nobody'), undefined);
    assert.deepEqual(await hub.history('nobody'), []);
  });

  it('has entities with their state', async () => {
    assert.equal((await hub.getEntity('@counter@one'))?.state, '5');
    assert.equal(await hub.getEntity('@counter@none'), undefined);
    const { entities } = await hub.queryEntities({ name: 'Counter', includeState: true });
    assert.deepEqual(
      entities.map(({ instanceId, state }) => [instanceId, state]),
      [['@counter@one', '5']],
    );
  });

  it('is read where an instance was ended without a reason, for which the extension answers with what is no JSON', async () => {
    const { engine } = http.hub;
    await engine.start({ name: 'waits', instanceId: 'no-reason' });
    await engine.terminate('no-reason', 'undefined');
    await engine.waitForCompletion('no-reason', 10_000);
    const { instances } = await hub.query({ instanceIdPrefix: 'no-reason' });
    assert.deepEqual(
      [await hub.get('no-reason'), ...instances].map((row) => [row?.runtimeStatus, row?.output]),
      [
        ['Terminated', 'undefined'],
        ['Terminated', 'undefined'],
      ],
    );
    await engine.purge('no-reason');
  });

  it('is only asked with GET, and never with the name of a hub; whatever would change something is refused', async () => {
    await hub.query({});
    await hub.get('c d&e');
    await assert.rejects(hub.terminate('a', null), (error) => DurascopeError.is(error, 'NotSupported'));
    assert.ok(asked.length >= 2);
    assert.ok(asked.every(({ method, url }) => method === 'GET' && !/taskHub=/i.test(url)));
  });

  describe('that may be acted on', () => {
    let acting: AttachedHub;
    before(async () => {
      acting = await openFunctionsHost({
        url,
        key,
        clock: http.hub.clock,
        mayAct: true,
        fetch: (input, init) => {
          asked.push({ method: init?.method ?? 'GET', url: input instanceof Request ? input.url : input.toString() });
          return fetch(input, init);
        },
      });
    });

    it('takes events, suspend, resume, terminate, restart, start, signals and purges, and never the name of a hub', async () => {
      const { engine } = http.hub;
      const statusOf = async (id: string): Promise<string | undefined> => (await engine.get(id))?.runtimeStatus;
      assert.match(acting.capabilities.actsOn ?? '', /Functions host at .* through its management API/);
      const { instanceId } = await acting.start({ name: 'waits', instanceId: 'w 1&2', input: '{"x":1}' });
      assert.equal(instanceId, 'w 1&2');
      await eventually(() => http.hub.store.instance('w 1&2')?.awaitedEvents.includes('Go') === true);
      await acting.suspend('w 1&2', 'hold');
      await eventually(() => http.hub.store.instance('w 1&2')?.runtimeStatus === 'Suspended');
      await acting.resume('w 1&2', null);
      await acting.raiseEvent('w 1&2', 'Go', '{"n":1}');
      assert.equal((await engine.waitForCompletion('w 1&2', 10_000)).output, '{"n":1}');
      const again = await acting.restart('w 1&2');
      assert.notEqual(again.instanceId, 'w 1&2');
      await eventually(() => http.hub.store.instance(again.instanceId)?.awaitedEvents.includes('Go') === true);
      await acting.terminate(again.instanceId, 'enough');
      assert.equal((await engine.waitForCompletion(again.instanceId, 10_000)).output, 'enough');
      await acting.signalEntity('@counter@one', 'add', { input: '2' });
      await eventually(() => http.hub.store.instance('@counter@one')?.input?.includes('7') === true);
      assert.equal(await acting.purge('w 1&2'), 1);
      assert.equal(await statusOf('w 1&2'), undefined);
      assert.equal(await acting.purgeBy({ statuses: ['Terminated'] }), 1);
      assert.equal(await statusOf('b'), 'Running');
      assert.ok(asked.every(({ url }) => !/taskHub=/i.test(url)));
    });

    it('says what the host refuses, and never purges what runs', async () => {
      const refused = (promise: Promise<unknown>, code: DurascopeErrorCode): Promise<void> =>
        assert.rejects(promise, (error) => DurascopeError.is(error, code));
      await refused(acting.raiseEvent('nobody', 'Go', null), 'InstanceNotFound');
      await refused(acting.raiseEvent('a', 'Go', null), 'InstanceTerminal');
      await refused(acting.terminate('a', null), 'InstanceTerminal');
      await refused(acting.rewind('b', null), 'InstanceWrongState');
      await refused(acting.purge('b'), 'InstanceNotTerminal');
      assert.equal(await acting.purge('nobody'), 0);
      await refused(acting.purgeBy({ statuses: ['Running'] }), 'NotSupported');
      await refused(acting.purgeBy({ unfinished: true }), 'NotSupported');
      await refused(acting.restart('b', { newInstanceId: false }), 'InstanceExists');
      await refused(acting.start({ name: 'waits', tags: { a: 'b' } }), 'NotSupported');
      await refused(acting.terminate('..', null), 'InvalidInstanceId');
      await refused(acting.terminate('b', null, { recursive: true }), 'NotSupported');
      await refused(acting.importInstances([], 'skip'), 'NotSupported');
    });
  });

  it('is told from the host of another hub by what both have', async () => {
    const row = (instanceId: string, createdTime: string): InstanceRow => instanceRow({ instanceId, name: 'N', createdTime });
    const of = (label: string, rows: readonly InstanceRow[]): Pick<HubReader, 'query' | 'label'> => ({
      label,
      query: ({ instanceIds }) =>
        Promise.resolve({ instances: rows.filter((each) => instanceIds?.includes(each.instanceId) !== false) }),
    });
    const storage = of('Shop in Azurite', [row('a', '2026-01-31T08:00:00.1234567Z'), row('b', '2026-01-31T08:00:01.0000000Z')]);
    await checkSameHub(storage, of('host', [row('a', '2026-01-31T08:00:00.0000000Z')]));
    const isOther = (rows: readonly InstanceRow[], message: RegExp): Promise<void> =>
      assert.rejects(checkSameHub(storage, of('host', rows)), (error) => {
        assert.ok(DurascopeError.is(error, 'InvalidArgument'));
        assert.match(error.message, message);
        return true;
      });
    await isOther([], /has no instances, so that nobody can tell/);
    await isOther([row('a', '2026-01-31T08:00:02.0000000Z')], /is not the host of Shop in Azurite: its instance 'a'/);
    await isOther([row('c', '2026-01-31T08:00:00.0000000Z')], /its instance 'c'/);
  });

  it('is refused where no host answers, something else does, or the key is missing', async () => {
    const open = (url: string, answer?: () => Response): Promise<AttachedHub> =>
      openFunctionsHost({
        url,
        key: 'secret-key',
        clock: http.hub.clock,
        fetch: answer === undefined ? fetch : () => Promise.resolve(answer()),
      });
    const refused = (promise: Promise<unknown>, message: RegExp): Promise<void> =>
      assert.rejects(promise, (error) => {
        assert.ok(DurascopeError.is(error, 'HubUnreachable'));
        assert.match(error.message, message);
        assert.doesNotMatch(JSON.stringify([error.message, error.details]), /secret-key/);
        return true;
      });
    await refused(open('http://127.0.0.1:1'), /does not answer\. Start it \(func start\)/);
    await refused(
      open('http://x', () => new Response('<html>', { status: 200 })),
      /is no Functions host/,
    );
    await refused(
      open('http://x', () => new Response('', { status: 401 })),
      /refuses the key: give the system key/,
    );
  });
});
