import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateAccountSas } from './account-sas';
import { DurascopeError, type DurascopeErrorCode } from '../../src/core/values/errors';
import { SystemClock } from '../../src/emulator/time/system-clock';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { openAzureStorageHub } from '../../src/hubs/azure-storage/open-azure-storage-hub';
import { storageConnection } from '../../src/hubs/azure-storage/storage-connection';
import { hubTarget } from '../../src/hubs/hub-target';
import { storageFailure } from '../../src/hubs/azure-storage/storage-errors';
import { Azurite, ofHub } from './azurite';
import { columns, goldenRows, type TypedRow } from './golden-hub';

const text = (value: string): { value: string; type: string } => ({ value, type: 'String' });

describe('a task hub that is not as it should be', () => {
  let azurite: Azurite;
  const hubs: AttachedHub[] = [];
  const open = async (hubName: string | null, connection = azurite.connection): Promise<AttachedHub> => {
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
  });
  after(async () => {
    hubs.forEach((each) => each.dispose());
    await azurite.stop();
  });
  const refused = (promise: Promise<unknown>, code: DurascopeErrorCode, message: RegExp): Promise<void> =>
    assert.rejects(promise, (error) => {
      assert.ok(DurascopeError.is(error, code), String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /sig=|Eby8vd/);
      return true;
    });
  const rowsOf = (id: string): TypedRow[] => goldenRows('History').filter(({ partitionKey }) => partitionKey === id);
  const instance = (id: string): TypedRow =>
    goldenRows('Instances').find(({ partitionKey }) => partitionKey === id) ?? assert.fail(id);
  const put = async (hub: string, instances: readonly TypedRow[], history: readonly TypedRow[]): Promise<AttachedHub> => {
    await azurite.put(
      `${hub}Instances`,
      instances.map((row) => ofHub(row, hub)),
    );
    await azurite.put(`${hub}History`, history);
    return open(hub);
  };

  it('is refused where the table is none of a hub', async () => {
    await azurite.put('OtherInstances', [{ partitionKey: 'a', rowKey: '1', timestamp: '', Colour: text('red') }]);
    await azurite.put('OtherHistory', []);
    await refused(open('Other'), 'HubNotFound', /OtherInstances is not one of a task hub: its rows have no RuntimeStatus/);
  });

  it('shows instances with unknown statuses and columns, and passes over rows that are none', async () => {
    const hub = await put(
      'Odd',
      [
        {
          ...instance('hello'),
          RuntimeStatus: text('Dreaming'),
          Mood: text('odd'),
          Tags: text('{not json'),
        },
        { partitionKey: 'zzz', rowKey: '', timestamp: '', Colour: text('red') },
      ],
      rowsOf('hello'),
    );
    const { instances } = await hub.query({});
    assert.deepEqual(
      instances.map(({ instanceId, runtimeStatus }) => [instanceId, runtimeStatus]),
      [['hello', 'Running']],
    );
    assert.match((await hub.get('hello'))?.stuck ?? '', /says 'Dreaming' for its runtime status/);
    assert.deepEqual(await hub.countByStatus(), { Running: 1 });
  });

  it('says that an episode is half written, that the last row is missing, and that older rows lie behind', async () => {
    const rows = rowsOf('hello');
    const half = rows.map((row): TypedRow =>
      row.rowKey === 'sentinel' ? { ...row, IsCheckpointComplete: { value: 'false', type: 'Boolean' } } : row,
    );
    const notesOf = async (name: string, history: readonly TypedRow[]): Promise<string> => {
      const hub = await put(name, [instance('hello')], history);
      return (await hub.historyWithNotes('hello')).notes.join('\n');
    };
    assert.match(await notesOf('Half', half), /last episode is being written/);
    assert.match(
      await notesOf(
        'NoEnd',
        rows.filter(({ rowKey }) => rowKey !== 'sentinel'),
      ),
      /no last row/,
    );
    const old = { ...rows[2], rowKey: '00000000000000FF', ExecutionId: text('older') } as TypedRow;
    assert.match(
      await notesOf('Tail', [...rows.slice(0, -1), old, ...rows.slice(-1)]),
      /1 row of an earlier generation lies behind the history and is left out/,
    );
  });

  it('tells a generation that was half written when its host died', async () => {
    const rows = rowsOf('hello');
    const next = rows.slice(0, 2).map((row) => ({ ...row, ExecutionId: text('0'.repeat(32)) })) as TypedRow[];
    const hub = await put('Died', [instance('hello')], [...next, ...rows.slice(2)]);
    const { events, notes } = await hub.historyWithNotes('hello');
    assert.equal(events.length, 2);
    assert.match(notes.join(), /new generation is half written/);
  });

  it('gives null for values whose blob is missing or broken, and says so; addresses of others are texts', async () => {
    const hub = await put('NoBlob', [instance('big-output')], rowsOf('big-output'));
    const { events, notes } = await hub.historyWithNotes('big-output');
    assert.match(
      notes.join('\n'),
      /noblob-largemessages\/big-output\/history-.*Result\.json\.gz is not there.*Result of row 6 is shown as null/,
    );
    const completed = events.find(({ EventType }) => EventType === 'TaskCompleted');
    assert.equal(completed?.EventType === 'TaskCompleted' && completed.Result, null);
    // The address leads into the container of another hub: it is never fetched.
    assert.match((await hub.get('big-output'))?.output ?? '', /^http:\/\/.*goldenhub-largemessages/);
    const container = azurite.blobs.getContainerClient('noblob-largemessages');
    await container.create();
    const name =
      columns(rowsOf('big-output')[5] ?? assert.fail()).find(([column]) => column === 'ResultBlobName')?.[1].value ?? '';
    await container.getBlockBlobClient(name).uploadData(Buffer.from('not compressed'));
    const again = await open('NoBlob');
    assert.match((await again.historyWithNotes('big-output')).notes.join('\n'), /cannot be read: incorrect header check/);
  });

  it('is refused with its cause: keys that are wrong, signatures that have expired or may not read', async () => {
    await put('Locked', [instance('hello')], rowsOf('hello'));
    const wrong = azurite.connection.replace(/AccountKey=[^;]+/, `AccountKey=${Buffer.from('wrong').toString('base64')}`);
    await refused(
      open('Locked', wrong),
      'HubUnreachable',
      /refuses the account key: an Azurite knows its own key .*UseDevelopmentStorage=true.*AZURITE_ACCOUNTS(?!.*(firewall|portal|Access keys))/,
    );
    // Of an account in Azure the key is in the portal, and a firewall may be in the way.
    const shop = hubTarget('AccountName=shop;AccountKey=YWJj');
    assert.ok(shop.kind === 'azureStorage');
    const refusal = Object.assign(new Error('no'), { statusCode: 403, code: 'AuthenticationFailed' });
    assert.match(
      storageFailure(refusal, shop.connection).message,
      /refuses the account key: it is wrong or was changed.*clock is more than 15 minutes off.*firewall/,
    );
    const withSas = (sas: string): string =>
      `${azurite.connection.replace(/AccountKey=[^;]+;/, '')};SharedAccessSignature=${sas}`;
    const expired = generateAccountSas({ expiresOn: new Date(Date.now() - 3_600_000), permissions: 'rl' });
    await refused(open('Locked', withSas(expired)), 'HubUnreachable', /good until 20.*it has expired/);
    const coming = generateAccountSas({
      ...{ startsOn: new Date(Date.now() + 3_600_000), expiresOn: new Date(Date.now() + 7_200_000), permissions: 'rl' },
    });
    await refused(open('Locked', withSas(coming)), 'HubUnreachable', /is good until 20\S+: it is good from 20\S+ on only\. Make/);
    const add = generateAccountSas({ expiresOn: new Date(Date.now() + 3_600_000), permissions: 'a' });
    await refused(open('Locked', withSas(add)), 'HubUnreachable', /it may not read and list \(sp=a\)\. .*sp=rl/);
    const good = generateAccountSas({ expiresOn: new Date(Date.now() + 3_600_000), permissions: 'rl' });
    const hub = await open('Locked', withSas(good));
    assert.equal((await hub.query({})).instances.length, 1);
  });

  it('is read with a signature that may not list, once it is named', async () => {
    await put('NoList', [instance('hello')], rowsOf('hello'));
    const expiresOn = new Date(Date.now() + 3_600_000);
    const withSas = (more: { permissions: string; services?: string }): string =>
      `${azurite.connection.replace(/AccountKey=[^;]+;/, '')};SharedAccessSignature=${generateAccountSas({ expiresOn, ...more })}`;
    const readOnly = withSas({ permissions: 'r' });
    await refused(open(null, readOnly), 'HubUnreachable', /: it may not list \(sp=r\)\. Name the hub, or make a new one/);
    assert.deepEqual(await (await open('NoList', readOnly)).countByStatus(), { Completed: 1 });
    await refused(open('NoLits', readOnly), 'HubNotFound', /may not list the tables, so the others are not known/);
    const ofBlobs = withSas({ permissions: 'rl', services: 'b' });
    await refused(open('NoList', ofBlobs), 'HubUnreachable', /it is not for tables \(ss=b\)/);
  });

  it('is read without queues, and says what is not known then', async () => {
    await put('NoQueues', [instance('hello')], rowsOf('hello'));
    await azurite.put('NoQueuesPartitions', []);
    for (const connection of [
      azurite.connection.replace(/QueueEndpoint=[^;]+;?/, ''),
      // As where the service of the queues is not running.
      azurite.connection.replace(/QueueEndpoint=http:\/\/127\.0\.0\.1:\d+/, 'QueueEndpoint=http://127.0.0.1:9'),
    ]) {
      const hub = await open('NoQueues', connection);
      assert.deepEqual(await hub.countByStatus(), { Completed: 1 });
      assert.equal((await hub.history('hello')).length, rowsOf('hello').length - 1);
      const { queues, notes } = await hub.facts();
      assert.deepEqual(queues ?? [], []);
      assert.match(notes.join('\n'), /queues/i);
    }
  });

  it('that is deleted and made anew while it is looked at is read again, without what it had', async () => {
    const hub = await put('Anew', [instance('hello'), instance('big-output')], rowsOf('hello'));
    assert.equal((await hub.query({})).instances.length, 2);
    assert.equal((await hub.history('hello')).length, rowsOf('hello').length - 1);
    for (const table of ['AnewInstances', 'AnewHistory']) await azurite.table(table).deleteTable();
    await refused(hub.query({}), 'HubNotFound', /has no table AnewInstances \(any more\): the hub was deleted/);
    await refused(hub.history('hello'), 'HubNotFound', /no table Anew\w+ \(any more\)/);
    await azurite.put('AnewInstances', [ofHub(instance('hello'), 'Anew')]);
    await azurite.put('AnewHistory', []);
    assert.deepEqual(
      (await hub.query({})).instances.map(({ instanceId }) => instanceId),
      ['hello'],
    );
    assert.deepEqual(await hub.history('hello'), []);
  });

  it('is looked at over two connections at once, of which one is closed', async () => {
    const one = await put('Twice', [instance('hello')], rowsOf('hello'));
    const other = await open('Twice', azurite.connection.replace(/AccountKey=[^;]+;/, ''));
    const [first, second] = await Promise.all([one.history('hello'), other.history('hello')]);
    assert.deepEqual(first, second);
    one.dispose();
    await refused(one.query({}), 'Stopped', /was closed/);
    assert.equal((await other.query({})).instances.length, 1);
  });

  it('whose Azurite is stopped and started again is read again over the same connection', async () => {
    const own = await Azurite.start();
    const history = rowsOf('hello');
    await own.put('AgainInstances', [ofHub(instance('hello'), 'Again')]);
    await own.put('AgainHistory', history);
    const hub = await open('Again', own.connection);
    assert.equal((await hub.query({})).instances.length, 1);
    await own.stop();
    await refused(hub.query({}), 'HubUnreachable', /Nothing answers at .*Start Azurite/);
    const next = await Azurite.start('', { ports: own.ports });
    try {
      await refused(hub.query({}), 'HubNotFound', /no table AgainInstances/); // In memory: it has nothing yet.
      await next.put('AgainInstances', [ofHub(instance('hello'), 'Again')]);
      await next.put('AgainHistory', history);
      assert.equal((await hub.query({})).instances.length, 1);
      assert.equal((await hub.history('hello')).length, history.length - 1);
    } finally {
      await next.stop();
    }
  });

  it('is refused where the connection is none, and no secret stands in the words', () => {
    for (const [given, message] of [
      ['TableEndpoint=https://shop.example', /neither AccountKey nor SharedAccessSignature/],
      ['AccountKey=abc', /A task hub is given as/],
      ['TableEndpoint=nonsense;SharedAccessSignature=sig=abc', /no address of a table service/],
      ['http://shop.example/', /not on this machine: give it with https/],
    ] as const) {
      assert.throws(
        () => hubTarget(given),
        (error) => DurascopeError.is(error, 'InvalidArgument') && message.test(error.message) && !error.message.includes('abc'),
      );
    }
  });

  describe('behind a service that refuses', () => {
    let server: Server;
    let answer: (request: IncomingMessage, response: ServerResponse) => void;
    let asked: number;
    before(async () => {
      server = createServer((request, response) => {
        asked += 1;
        answer(request, response);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    after(() => server.close());
    beforeEach(() => (asked = 0));
    const at = (): string => {
      const { port } = server.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/devstoreaccount1`;
      return `AccountName=devstoreaccount1;TableEndpoint=${url};BlobEndpoint=${url};QueueEndpoint=${url}`;
    };
    const error = (response: ServerResponse, status: number, code: string, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json;odata=minimalmetadata', ...headers });
      response.end(JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: code } } }));
    };

    it('is asked again after being throttled, and read then', async () => {
      answer = (request, response) => {
        if (asked % 3 !== 0) {
          error(response, asked % 3 === 1 ? 503 : 429, 'ServerBusy', { 'retry-after-ms': '1' });
          return;
        }
        response.writeHead(200, { 'content-type': 'application/json;odata=minimalmetadata' });
        const row = { PartitionKey: 'a', RowKey: '', RuntimeStatus: 'Running', Name: 'A' };
        const isBefore = /PartitionKey(%20|\+)lt/.test(request.url ?? '');
        response.end(JSON.stringify({ value: isBefore ? [] : [row] }));
      };
      const hub = await open('Busy', at());
      assert.equal(asked, 12);
      assert.equal((await hub.query({})).instances.length, 1);
    });

    it('says that it is too busy when it stays so', async () => {
      answer = (_request, response) => error(response, 503, 'ServerBusy', { 'retry-after-ms': '1' });
      await refused(open('Busy', at()), 'HubUnreachable', /too busy: it was asked again several times/);
      assert.ok(asked > 3 && asked < 20);
    });

    for (const [code, message] of [
      ['AuthorizationPermissionMismatch', /may not read this: .*sp=rl/],
      ['KeyBasedAuthenticationNotPermitted', /takes no account keys/],
      ['AuthenticationFailed', /an Azurite knows its own key/],
    ] as const) {
      it(`says what ${code} means`, async () => {
        answer = (_request, response) => error(response, 403, code);
        await refused(open('Denied', at()), 'HubUnreachable', message);
        assert.equal(asked, 1);
      });
    }

    it('says that something else answers', async () => {
      answer = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html>hello</html>');
      };
      await refused(open('Page', at()), 'HubUnreachable', /is no table service \(it answers with text\/html\)/);
    });
  });
});
