import assert from 'node:assert/strict';
import { DurascopeError, type DurascopeErrorCode } from '../../src/core/values/errors';
import { failureChain } from '../../src/core/ports/failure-chain';
import { SystemClock } from '../../src/emulator/time/system-clock';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { openAzureStorageHub, type OpenStorageOptions } from '../../src/hubs/azure-storage/open-azure-storage-hub';
import { storageConnection } from '../../src/hubs/azure-storage/storage-connection';
import { LongHistory } from './long-history';
import { type Answer, type Asked, isInRange, TableServer } from './table-server';

const instanceRow = (id: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  PartitionKey: id,
  RowKey: '',
  RuntimeStatus: 'Running',
  Name: 'Order',
  ExecutionId: 'e1',
  CreatedTime: '2026-11-29T10:00:00.0000000Z',
  LastUpdatedTime: '2026-11-29T10:00:00.0000000Z',
  ...more,
});

describe('a task hub under bad conditions', () => {
  let server: TableServer;
  const hubs: AttachedHub[] = [];
  before(async () => (server = await TableServer.start()));
  afterEach(() => {
    for (const hub of hubs.splice(0)) hub.dispose();
    server.reset();
  });
  after(() => server.stop());
  const open = async (more: Partial<OpenStorageOptions> = {}): Promise<AttachedHub> => {
    const hub = await openAzureStorageHub(storageConnection(server.connection), {
      clock: new SystemClock(),
      hubName: 'Shop',
      retryDelayMs: 1,
      ...more,
    });
    hubs.push(hub);
    return hub;
  };
  const refused = (promise: Promise<unknown>, code: DurascopeErrorCode, message: RegExp): Promise<void> =>
    assert.rejects(promise, (error) => {
      assert.ok(DurascopeError.is(error, code), String(error));
      assert.match(error.message, message);
      return true;
    });
  const ofInstances = ({ path }: Asked): boolean => path.startsWith('/ShopInstances');
  /** As `answer`, but only of each `every`th request the whole of it. */
  const breaking = (every: number, after: number, answer: (asked: Asked) => Answer): ((asked: Asked) => Answer) => {
    let n = 0;
    return (asked) => (++n % every === 0 ? answer(asked) : { ...answer(asked), dropAfter: after });
  };

  describe('whose connection breaks off in the middle of an answer', () => {
    for (const [where, after] of [
      ['before the first byte', 0],
      ['in the middle of a row', 300],
      ['before the last byte', -1],
    ] as const) {
      it(`${where}: the page is asked for again, and nothing is lost or twice`, async () => {
        const ids = Array.from({ length: 25 }, (_, n) => `id${String(n).padStart(3, '0')}`);
        const hub = await open();
        server.answer = breaking(3, after, ({ query }) => {
          const from = query.get('NextPartitionKey') ?? '';
          const rest = ids.filter((id) => id > from && isInRange(id, query.get('$filter') ?? ''));
          const rows = rest.slice(0, Number(query.get('$top') ?? 1000)).map((id) => instanceRow(id));
          return rows.length < rest.length ? { rows, next: { partitionKey: rest[rows.length - 1] ?? '', rowKey: '' } } : { rows };
        });
        const read: string[] = [];
        let token: string | undefined;
        do {
          const page = await hub.query({ pageSize: 10, ...(token === undefined ? {} : { continuationToken: token }) });
          read.push(...page.instances.map(({ instanceId }) => instanceId));
          token = page.continuationToken;
        } while (token !== undefined);
        assert.deepEqual(read, ids);
      });
    }

    it('reads a history of many pages whole, each page of which breaks off twice', async () => {
      const long = new LongHistory('long', 5000);
      const hub = await open();
      server.answer = breaking(3, 900, (asked) => long.answer(asked));
      const { events, notes } = await hub.historyWithNotes('long');
      assert.equal(events.length, 5000);
      assert.deepEqual(notes, []);
      assert.deepEqual(
        events.filter(({ EventType }) => EventType === 'TaskScheduled').map(({ EventId }) => EventId),
        Array.from({ length: 1250 }, (_, n) => n),
      );
    });

    it('reads a value from its blob that breaks off', async () => {
      const long = new LongHistory('long', 8, { inBlob: 1 });
      const hub = await open();
      server.answer = breaking(2, 10, (asked) => long.answer(asked));
      const { events, notes } = await hub.historyWithNotes('long');
      assert.deepEqual(notes, []);
      const [completed] = events.filter(({ EventType }) => EventType === 'TaskCompleted');
      assert.ok(completed?.EventType === 'TaskCompleted' && completed.Result === LongHistory.largeValue);
    });

    it('says so when it never ends otherwise', async () => {
      const hub = await open();
      server.answer = (asked) => ({ ...(ofInstances(asked) ? { rows: [instanceRow('a')] } : {}), dropAfter: 20 });
      await refused(hub.query({}), 'HubUnreachable', /broke the connection off each time that it was asked/);
      assert.ok(server.asked.length < 20);
    });
  });

  it('ends an answer that stops in the middle and goes on being silent', async () => {
    const hub = await open({ timeoutMs: 2_000 });
    server.answer = () => ({ rows: [instanceRow('a')], stopAfter: 20 });
    await refused(hub.query({}), 'HubUnreachable', /no answer in time/);
    await refused(
      hub.facts().then(({ notes }) => Promise.reject(new DurascopeError('HubUnreachable', notes.join(' ')))),
      'HubUnreachable',
      /queues cannot be read: .*no answer in time/,
    );
  });

  describe('that is too busy', () => {
    it('waits as long as it is asked to, and says so', async () => {
      const told: unknown[] = [];
      const hub = await open({ onWait: (wait) => told.push(wait) });
      const answers: Answer[] = [
        { status: 503, error: 'ServerBusy', headers: { 'retry-after': '0' } },
        { status: 429, error: 'TooManyRequests', headers: { 'x-ms-retry-after-ms': '7' } },
        { status: 503, error: 'ServerBusy' },
      ];
      server.answer = () => answers.shift() ?? { rows: [instanceRow('a')] };
      assert.equal((await hub.query({})).instances.length, 1);
      assert.deepEqual(told, [{ forMs: 0 }, { forMs: 7 }, { forMs: null }, 'over']);
    });

    it('is left alone where it asks for more than a minute, with a word', async () => {
      const hub = await open();
      server.answer = () => ({ status: 503, error: 'ServerBusy', headers: { 'retry-after': '3600' } });
      await refused(hub.query({}), 'HubUnreachable', /too busy and asks to be left alone for 3600 s/);
      const date = new Date(Date.now() + 7_200_000).toUTCString();
      server.answer = () => ({ status: 429, error: 'TooManyRequests', headers: { 'retry-after': date } });
      await refused(hub.query({}), 'HubUnreachable', /asks to be left alone for 7[12]\d\d s/);
    });

    it('is not waited for any longer once the counting is called off, or the hub closed', async () => {
      const calledOff = new AbortController();
      const hub = await open({
        onWait: () => calledOff.abort(),
      });
      server.answer = () => ({ status: 503, error: 'ServerBusy', headers: { 'retry-after': '50' } });
      await refused(hub.count({}, { signal: calledOff.signal }), 'Stopped', /called off/);
      server.reset();
      let isAsked = (): void => undefined;
      const asked = new Promise<void>((resolve) => (isAsked = resolve));
      const other = await open({ onWait: () => isAsked() });
      server.answer = () => ({ status: 503, error: 'ServerBusy', headers: { 'retry-after': '50' } });
      const reading = other.query({});
      const rejected = refused(reading, 'Stopped', /was closed meanwhile/);
      await asked;
      other.dispose();
      await rejected;
    });
  });

  it('says at once that its server on this machine has ended', async () => {
    const azurite = await TableServer.start();
    azurite.answer = () => ({ rows: [instanceRow('a')] });
    // Whoever asked again would wait for ever.
    const never = { clock: new SystemClock(), hubName: 'Shop', retryDelayMs: 1_000_000_000 };
    const hub = await openAzureStorageHub(storageConnection(azurite.connection), never);
    hubs.push(hub);
    assert.equal((await hub.query({ statuses: ['Running'] })).instances.length, 1);
    await azurite.stop();
    await refused(hub.query({}), 'HubUnreachable', /Nothing answers at .*Start Azurite/);
  });

  it('says that a table is gone when it vanishes between two pages', async () => {
    const hub = await open();
    const long = new LongHistory('long', 3000);
    server.answer = (asked) => (asked.query.has('NextRowKey') ? { status: 404, error: 'TableNotFound' } : long.answer(asked));
    await refused(hub.history('long'), 'HubNotFound', /has no table ShopHistory \(any more\): the hub was deleted/);
    server.answer = ({ query }) =>
      query.get('$filter')?.includes('PartitionKey') === true
        ? { status: 404, error: 'TableNotFound' }
        : { rows: [instanceRow('a')], next: { partitionKey: 'a', rowKey: '' } };
    await refused(hub.count({}), 'HubNotFound', /has no table ShopInstances \(any more\)/);
  });

  it('tells which leases have run out by the clock of the server, and that the clocks are apart', async () => {
    const hub = await open();
    const serverMs = Date.now() - 40 * 60_000;
    const lease = (name: string, ms: number): object => ({
      PartitionKey: '',
      RowKey: name,
      CurrentOwner: 'host',
      ExpiresAt: new Date(serverMs + ms).toISOString(),
      'ExpiresAt@odata.type': 'Edm.DateTime',
    });
    server.answer = ({ path }) => ({
      headers: { date: new Date(serverMs).toUTCString() },
      ...(path.startsWith('/ShopPartitions')
        ? { rows: [lease('shop-control-00', 30_000), lease('shop-control-01', -30_000)] as Record<string, unknown>[] }
        : { body: '<EnumerationResults><Queues /></EnumerationResults>' }),
    });
    const { partitions, notes } = await hub.facts();
    assert.deepEqual(
      partitions?.map(({ isExpired }) => isExpired),
      [false, true],
    );
    assert.match(notes.join(), /clock is 40 minutes ahead of the server's/);
    assert.doesNotMatch(notes.join(), /no host works/);
  });

  describe('with half a million rows in one history', function () {
    const rows = 500_000;
    const long = new LongHistory('long', rows);

    it('shows its length and its first rows at once', async () => {
      const hub = await open();
      server.answer = (asked) => long.answer(asked);
      const before = hub.requests;
      assert.equal((await hub.get('long'))?.historyLength, rows);
      assert.equal((await hub.history('long', 0, 100)).length, 100);
      assert.equal((await hub.history('long', rows - 50)).length, 50);
      assert.ok(hub.requests - before < 40, `${hub.requests - before} requests`);
      assert.ok(long.given < 2000, `${long.given} rows`);
    });

    it('finds why it failed without reading all of it', async () => {
      const hub = await open();
      const failed = new LongHistory('failed', rows, { failsWith: 'no stock' });
      server.answer = (asked) => failed.answer(asked);
      const chain = await failureChain(hub, 'failed');
      assert.deepEqual(
        chain.map(({ name, message, rowIndex }) => [name, message, rowIndex]),
        [
          ['Order', 'no stock', null],
          ['Step', 'no stock', rows - 2],
        ],
      );
      assert.ok(failed.given < 30_000, `${failed.given} rows`);
    });

    it('is followed by what is new in it only', async () => {
      const hub = await open();
      const growing = new LongHistory('long', 10_000, { open: [7, 2499, 2505] });
      server.answer = (asked) => growing.answer(asked);
      assert.equal((await hub.waitingFor('long')).activities.length, 2);
      const { given } = growing;
      growing.grow(40);
      assert.deepEqual(
        (await hub.waitingFor('long')).activities.map(({ taskId }) => taskId),
        [7, 2499, 2505],
      );
      assert.ok(growing.given - given <= 40, `${growing.given - given} rows`);
    });
  });
});
