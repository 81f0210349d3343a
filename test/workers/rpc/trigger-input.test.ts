/** What a function of another language is handed over when it is called by hand (spec/functionrpc-workers.md 4). */
import assert from 'node:assert/strict';
import type { RpcFunctionMetadata, TypedData } from '../../../src/wire/generated/function-rpc';
import { type Behaviour, StubApp, stubFunction } from '../../support/stub-rpc-worker';

const deferred = { properties: { supportsDeferredBinding: 'True' } };
const functions = [
  stubFunction('1', 'QueueText', 'queueTrigger', { dataType: 'String', queueName: 'q' }),
  stubFunction('2', 'QueueBytes', 'queueTrigger', { dataType: 'Binary', queueName: 'q' }),
  stubFunction('3', 'QueueMessage', 'queueTrigger', { queueName: 'q', ...deferred }),
  stubFunction('4', 'Events', 'eventHubTrigger', { cardinality: 'Many', dataType: 'Binary' }),
  stubFunction('5', 'Messages', 'serviceBusTrigger', { cardinality: 'Many' }),
  stubFunction('6', 'Rows', 'cosmosDBTrigger'),
  stubFunction('7', 'OldBlob', 'blobTrigger', { path: 'in/{name}', dataType: 'String' }),
  stubFunction('8', 'Blob', 'blobTrigger', { path: 'in/{folder}/{name}.txt', ...deferred }),
];

const bytes = (text: string) => Buffer.from(text);

/** As the worker reads it. */
function toldOf(data: TypedData | undefined): unknown {
  const told = data?.data;
  if (told?.$case !== 'modelBindingData') return told;
  const { content, ...rest } = told.value;
  return { ...rest, content: JSON.parse(content.toString()) as unknown };
}

describe('a function of another language that is called by hand', () => {
  const started: StubApp[] = [];
  afterEach(() => Promise.all(started.splice(0).map((app) => app.stop())));

  async function start(listed: readonly RpcFunctionMetadata[] = functions, behaviour: Behaviour = () => false): Promise<StubApp> {
    const app = await StubApp.start(behaviour, {
      built: JSON.stringify(
        listed.map(({ rawBindings }) => ({ bindings: rawBindings.map((raw) => JSON.parse(raw) as unknown) })),
      ),
      begin: (process) => {
        process.functions = [...listed];
        process.hello();
      },
    });
    started.push(app);
    return app;
  }

  async function told(app: StubApp, name: string, input: string | null, metadata: Record<string, unknown> = {}) {
    await app.worker.invoke(name, input, metadata);
    const { inputData = [], triggerMetadata = {} } = app.invocations().at(-1) ?? {};
    return { data: toldOf(inputData[0]?.data), beside: Object.keys(triggerMetadata) };
  }

  it('has texts, bytes and batches in the form that its host sends', async () => {
    const app = await start();
    const rows: [name: string, input: string | null, data: unknown, beside: string[]][] = [
      ['QueueText', 'å', { $case: 'string', value: 'å' }, []],
      ['QueueText', '{"id":1}', { $case: 'json', value: '{"id":1}' }, ['id']],
      ['QueueText', null, undefined, []],
      ['QueueText', 'null', undefined, []],
      ['QueueBytes', 'å', { $case: 'bytes', value: bytes('å') }, []],
      ['QueueBytes', '{"id":1}', { $case: 'bytes', value: bytes('{"id":1}') }, []],
      ['QueueBytes', '{"$content":"AP8="}', { $case: 'bytes', value: Buffer.from([0, 255]) }, []],
      ['Events', '["a",{"n":1}]', { $case: 'collectionBytes', value: { bytes: [bytes('a'), bytes('{"n":1}')] } }, []],
      ['Messages', '"one"', { $case: 'collectionString', value: { string: ['one'] } }, []],
      ['Rows', '{"id":"1"}', { $case: 'json', value: '[{"id":"1"}]' }, ['id']],
      ['OldBlob', '{"id":1}', { $case: 'bytes', value: bytes('{"id":1}') }, []],
      ['OldBlob', '"quoted"', { $case: 'bytes', value: bytes('quoted') }, []],
    ];
    for (const [name, input, data, beside] of rows)
      assert.deepEqual(await told(app, name, input), { data, beside }, `${name} ${String(input)}`);
  });

  it('has the whole message of a queue, where its worker makes the parameter', async () => {
    const app = await start();
    const { data, beside } = await told(app, 'QueueMessage', '{"n":1}');
    const { content, ...rest } = data as { content: { MessageId: string } };
    assert.deepEqual(rest, { version: '1.0', source: 'AzureStorageQueues', contentType: 'application/json' });
    assert.match(content.MessageId, /^[\da-f-]{36}$/);
    assert.deepEqual(
      { ...content, MessageId: '' },
      { MessageId: '', PopReceipt: '', MessageText: '{"n":1}', Body: {}, DequeueCount: 1 },
    );
    assert.deepEqual(beside, ['n']);
    const metadata = {
      Id: 'a',
      PopReceipt: 'p',
      DequeueCount: '3',
      InsertionTime: '2026-03-09T12:00:00+02:00',
      ExpirationTime: 'never',
      NextVisibleTime: 7,
    };
    const said = await told(app, 'QueueMessage', '"[1]"', metadata);
    assert.deepEqual((said.data as { content: unknown }).content, {
      ...{ MessageId: 'a', PopReceipt: 'p', MessageText: '[1]', Body: {}, DequeueCount: 3 },
      InsertedOn: '2026-03-09T10:00:00.000Z',
    });
    for (const DequeueCount of [-1, 'x', {}, 1e300]) {
      const { data: odd } = await told(app, 'QueueMessage', 'x', { DequeueCount, Id: 5 });
      assert.equal((odd as { content: { DequeueCount: number } }).content.DequeueCount, 1);
    }
  });

  describe('with a blob that its worker reads for itself', () => {
    interface Place {
      Connection: string;
      ContainerName: string;
      BlobName: string;
    }

    /** Of the process, without a slash at its end. */
    function endpointOf(app: StubApp, connection: string): string {
      const value = app.processes[0]?.spec.env[connection] ?? '';
      return /BlobEndpoint=([^;]*);/.exec(value)?.[1] ?? '';
    }

    /** Asks while the function runs, which then ends. */
    async function during<T>(
      input: string,
      metadata: Record<string, unknown>,
      ask: (url: string, place: Place, app: StubApp) => Promise<T>,
    ): Promise<T> {
      const app = await start(functions, (_, said) => said.$case === 'invocationRequest');
      const invoked = app.worker.invoke('Blob', input, metadata);
      const request = await app.invoked();
      const { content: place } = toldOf(request.inputData[0]?.data) as { content: Place };
      const { Connection, ContainerName, BlobName } = place;
      const url = `${endpointOf(app, Connection)}/${ContainerName}/${BlobName.split('/').map(encodeURIComponent).join('/')}`;
      const result = await ask(url, place, app);
      app.processes[0]?.returns(request, undefined);
      await invoked;
      return result;
    }

    const read = async (url: string, init?: RequestInit): Promise<[number, string, string | null]> => {
      const response = await fetch(url, init);
      return [response.status, await response.text(), response.headers.get('x-ms-error-code')];
    };

    it('is told its place, and finds it there', () =>
      during('blå', { name: 'ä b', Folder: 'of/2026' }, async (url, { ContainerName, BlobName }) => {
        assert.deepEqual([ContainerName, BlobName], ['in', 'of/2026/ä b.txt']);
        const response = await fetch(url);
        assert.deepEqual([response.status, await response.text()], [200, 'blå']);
        assert.deepEqual(
          ['content-length', 'x-ms-blob-type', 'content-type'].map((name) => response.headers.get(name)),
          ['4', 'BlockBlob', 'application/octet-stream'],
        );
        const head = await fetch(url, { method: 'HEAD' });
        assert.deepEqual(
          [head.status, head.headers.get('content-length'), head.headers.get('etag')],
          [200, '4', response.headers.get('etag')],
        );
      }));

    it('reads parts of it', () =>
      during('0123456789', {}, async (url) => {
        const part = async (range: string): Promise<[number, string, string | null]> => {
          const response = await fetch(url, { headers: { 'x-ms-range': range } });
          return [response.status, await response.text(), response.headers.get('content-range')];
        };
        assert.deepEqual(await part('bytes=2-4'), [206, '234', 'bytes 2-4/10']);
        assert.deepEqual(await part('bytes=8-400'), [206, '89', 'bytes 8-9/10']);
        assert.deepEqual(await part('bytes=3-'), [206, '3456789', 'bytes 3-9/10']);
        assert.deepEqual(await part('bytes=9-3'), [416, (await part('bytes=10-'))[1], null]);
        assert.deepEqual((await part('nonsense')).slice(0, 2), [200, '0123456789']);
      }));

    it('finds nothing else, and nothing to write to', () =>
      during('secret', { name: 'n', folder: 'f' }, async (url) => {
        const { origin, pathname } = new URL(url);
        const [, word = ''] = pathname.split('/');
        const notFound = async (path: string): Promise<void> => {
          const [status, text, code] = await read(`${origin}${path}`);
          assert.deepEqual([status, code, text.includes('secret')], [404, 'BlobNotFound', false], path);
        };
        for (const path of [
          '/',
          '/in/f/n.txt',
          '/x/in/f/n.txt',
          `/${word}`,
          `/${word}/in`,
          `/${word}/in/f/n.txt?comp=list`,
          '/%',
        ])
          await notFound(path);
        assert.deepEqual(
          (await read(url, { method: 'PUT', body: 'x' })).filter((_, at) => at !== 1),
          [405, 'UnsupportedHttpVerb'],
        );
        assert.deepEqual(
          (await read(url, { method: 'DELETE' })).filter((_, at) => at !== 1),
          [405, 'UnsupportedHttpVerb'],
        );
        assert.equal((await read(url))[1], 'secret');
      }));

    it('finds it no more after its end, and no server after that of the process', async () => {
      const url = await during('gone', {}, (found, { BlobName }) => {
        assert.equal(BlobName, 'folder/name.txt');
        return Promise.resolve(found);
      });
      assert.equal((await read(url))[0], 404);
      await started[0]?.stop();
      await assert.rejects(fetch(url));
    });

    it('leaves that of another call of the same name where it is', () =>
      during('older', {}, async (url, _, app) => {
        const newer = app.worker.invoke('Blob', 'newer');
        const second = await app.invoked(1);
        assert.equal((await read(url))[1], 'newer');
        app.processes[0]?.fails(second, 'no');
        await assert.rejects(newer);
        assert.equal((await read(url))[0], 404);
      }));

    it('is the only one for which the process is told of a server', async () => {
      const app = await start(functions.slice(0, 6));
      assert.equal(app.processes[0]?.spec.env['DurascopeHandedBlobs'], undefined);
    });
  });
});
