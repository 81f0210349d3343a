import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { openFunctionsHost } from '../../src/hubs/functions-host/open-functions-host';
import { eventually, HttpFixture } from '../http/http-fixture';
import { counter } from '../support/entity-script';
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
    const url = await http.listen();
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

  it('is only asked with GET, and never with the name of a hub; whatever would change something is refused', async () => {
    await hub.query({});
    await hub.get('c d&e');
    await assert.rejects(hub.terminate('a', null), (error) => DurascopeError.is(error, 'NotSupported'));
    assert.ok(asked.length >= 2);
    assert.ok(asked.every(({ method, url }) => method === 'GET' && !/taskHub=/i.test(url)));
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
