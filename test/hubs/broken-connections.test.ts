import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { type handleServerStreamingCall, type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';
import { DurascopeError, type DurascopeErrorCode } from '../../src/core/values/errors';
import { SystemClock } from '../../src/emulator/time/system-clock';
import { TaskHubSidecarServiceService } from '../../src/wire/generated/task-hub-sidecar';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { openFunctionsHost } from '../../src/hubs/functions-host/open-functions-host';
import { hubTarget } from '../../src/hubs/hub-target';
import { openHub } from '../../src/hubs/open-hub';

const clock = new SystemClock();
const refused = (promise: Promise<unknown>, code: DurascopeErrorCode, message: RegExp): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert.ok(DurascopeError.is(error, code), String(error));
    assert.match(error.message, message);
    return true;
  });

describe('a Functions host that breaks off or is busy', () => {
  const status = {
    ...{ instanceId: 'a', name: 'Order', runtimeStatus: 'Running', input: null, output: null, customStatus: null },
    ...{ createdTime: '2026-11-29T10:00:00Z', lastUpdatedTime: '2026-11-29T10:00:00Z' },
  };
  const server = createServer((request, response) => {
    asked += 1;
    methods.push(request.method ?? '');
    answer(response, asked, request.url?.includes('/instances/') === true ? status : [status]);
  });
  let asked = 0;
  let methods: string[] = [];
  let answer: (response: ServerResponse, asked: number, value: unknown) => void;
  let url: string;
  const give = (response: ServerResponse, value: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  const open = async (more: Partial<Parameters<typeof openFunctionsHost>[0]> = {}): Promise<AttachedHub> => {
    answer = (response, _, value) => give(response, value);
    const hub = await openFunctionsHost({ url, key: null, clock, retryDelayMs: 1, ...more });
    [asked, methods] = [0, []];
    return hub;
  };
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const where of ['before its answer', 'in the middle of it']) {
    it(`is asked again where it breaks off ${where}`, async () => {
      const hub = await open();
      answer = (response, n, value) => {
        if (n % 3 === 0) {
          give(response, value);
          return;
        }
        if (where === 'before its answer') return void response.destroy();
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
        response.write('[{"instanceId":', () => response.destroy());
      };
      assert.deepEqual(
        (await hub.query({})).instances.map(({ instanceId }) => instanceId),
        ['a'],
      );
      assert.equal((await hub.get('a'))?.name, 'Order');
      answer = (response) => void response.destroy();
      await refused(hub.query({}), 'HubUnreachable', /broke the connection off each time/);
    });
  }

  it('is waited for as long as it asks, with a word, and no longer than a minute', async () => {
    const told: unknown[] = [];
    const hub = await open({ onWait: (wait) => told.push(wait) });
    answer = (response, n, value) => {
      if (n > 2) {
        give(response, value);
        return;
      }
      response.writeHead(n === 1 ? 429 : 503, n === 1 ? { 'retry-after': '0' } : {});
      response.end();
    };
    assert.equal((await hub.query({})).instances.length, 1);
    assert.deepEqual(told, [{ forMs: 0 }, { forMs: null }, 'over']);
    answer = (response) => void response.writeHead(503).end();
    await refused(hub.query({}), 'HubUnreachable', /too busy, or is starting \(503\): it was asked again several times/);
    answer = (response) => void response.writeHead(503, { 'retry-after': '600' }).end();
    await refused(hub.query({}), 'HubUnreachable', /asks to be left alone for 600 s/);
  });

  it('is not waited for once the connection is closed', async () => {
    let isAsked = (): void => undefined;
    const waits = new Promise<void>((resolve) => (isAsked = resolve));
    const hub = await open({ onWait: () => isAsked() });
    answer = (response) => void response.writeHead(503, { 'retry-after': '50' }).end();
    const rejected = refused(hub.query({}), 'Stopped', /was closed meanwhile/);
    await waits;
    hub.dispose();
    await rejected;
  });

  it('is told once what changes something, and nobody says that it was not done', async () => {
    const hub = await open({ mayAct: true });
    answer = (response) => void response.destroy();
    await refused(
      hub.terminate('a', 'enough'),
      'HubUnreachable',
      /broke the connection off, so that nobody knows whether it was done/,
    );
    assert.deepEqual(methods, ['POST']);
  });
});

describe('a Durable Task server whose connection breaks off', () => {
  const rows = 4000;
  const { getInstance, queryInstances, streamInstanceHistory, queryEntities } = TaskHubSidecarServiceService;
  let server: Server;
  let proxy: TcpServer;
  let hub: AttachedHub;
  /** Of each connection to come: bytes after which it is cut. */
  let cuts: number[] = [];
  const sockets = new Set<Socket>();
  const state = { instanceId: 'a', name: 'A', orchestrationStatus: 0, tags: {}, createdTimestamp: { seconds: 5, nanos: 0 } };
  before(async () => {
    server = new Server();
    server.addService(
      { getInstance, queryInstances, streamInstanceHistory, queryEntities },
      {
        getInstance: ((_, callback) => callback(null, { exists: true, orchestrationState: state })) as handleUnaryCall<
          unknown,
          unknown
        >,
        queryInstances: ((_, callback) => callback(null, { orchestrationState: [state] })) as handleUnaryCall<unknown, unknown>,
        queryEntities: ((_, callback) => callback(null, { entities: [] })) as handleUnaryCall<unknown, unknown>,
        streamInstanceHistory: ((call) => {
          for (let at = 0; at < rows; at += 100) {
            const events = Array.from({ length: 100 }, (_, n) => ({
              eventId: at + n,
              timestamp: { seconds: 1000 + at + n, nanos: 0 },
              eventType: { $case: 'eventRaised', value: { name: `Event ${at + n}`, input: '"some text"' } },
            }));
            call.write({ events });
          }
          call.end();
        }) as handleServerStreamingCall<unknown, unknown>,
      },
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    proxy = createTcpServer((socket) => {
      const upstream = connect(port, '127.0.0.1');
      const cut = cuts.shift();
      let sent = 0;
      for (const each of [socket, upstream]) {
        sockets.add(each);
        each.on('error', () => undefined);
        each.on('close', () => {
          sockets.delete(each);
          socket.destroy();
          upstream.destroy();
        });
      }
      socket.pipe(upstream);
      upstream.on('data', (chunk: Buffer) => {
        sent += chunk.length;
        if (cut !== undefined && sent > cut) socket.destroy();
        else socket.write(chunk);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    hub = await openHub(hubTarget(`grpc://127.0.0.1:${(proxy.address() as AddressInfo).port}`), { clock });
  });
  after(() => {
    hub.dispose();
    proxy.close();
    server.forceShutdown();
  });
  const cutNow = (): void => sockets.forEach((socket) => socket.destroy());

  it('reads a history anew that broke off in the middle: nothing is lost or twice', async () => {
    cuts = [20_000, 90_000];
    cutNow();
    const { events } = await hub.historyWithNotes('a');
    assert.deepEqual(
      events.filter(({ EventType }) => EventType === 'EventRaised').map((event) => 'Name' in event && event.Name),
      Array.from({ length: rows }, (_, n) => `Event ${n}`),
    );
    assert.equal(cuts.length, 0);
  });

  it('says that nobody answers once the server is gone', async () => {
    proxy.close();
    cutNow();
    await refused(hub.query({}), 'HubUnreachable', /No Durable Task server answers/);
  });
});
