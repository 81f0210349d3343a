import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type handleUnaryCall, type Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { DurascopeError, type DurascopeErrorCode } from '../../src/core/values/errors';
import { SystemClock } from '../../src/emulator/time/system-clock';
import { TaskHubSidecarServiceService } from '../../src/wire/generated/task-hub-sidecar';
import { azureCliTokens, type SignIn } from '../../src/hubs/access-token';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { findCandidates } from '../../src/hubs/candidates';
import { hubTarget, targetLabel } from '../../src/hubs/hub-target';
import { openHub, type OpenHubOptions } from '../../src/hubs/open-hub';
import { GrpcFixture } from '../grpc/grpc-fixture';
import { sdkOrchestrator } from '../grpc/sdk-script';
import type { Script } from '../support/script-types';

const clock = new SystemClock();

const scripts: Record<string, Script> = {
  *greets(context) {
    const said = yield context.activity('hello', 'Oslo');
    yield context.child('waits', null, { instanceId: `${context.instanceId}-child` });
    return said;
  },
  *waits(context) {
    return yield context.waitEvent('Go');
  },
  *fails() {
    yield* [];
    throw new Error('out of stock');
  },
};
const refused = (promise: Promise<unknown>, code: DurascopeErrorCode, message: RegExp): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert.ok(DurascopeError.is(error, code), String(error));
    assert.match(error.message, message);
    return true;
  });

describe('a task hub behind a Durable Task server (spec/attach.md 3): another Durascope', () => {
  let fixture: GrpcFixture;
  const hubs: AttachedHub[] = [];
  const open = async (text: string, options: Partial<OpenHubOptions> = {}): Promise<AttachedHub> => {
    const hub = await openHub(hubTarget(text), { clock, ...options });
    hubs.push(hub);
    return hub;
  };
  /** Of the other Durascope, once it is there and has run. */
  const running = (instanceId: string, status = 'Running'): Promise<void> =>
    new Promise((resolve) => {
      const { hub: own } = fixture.emulator;
      const look = (): void =>
        void own.get(instanceId).then((row) => {
          if (row?.runtimeStatus !== status || row.historyLength === 0) return;
          watch.dispose();
          resolve();
        });
      const watch = own.subscribe(look);
      look();
    });
  before(async () => {
    fixture = await GrpcFixture.start();
    await fixture.worker((worker) => {
      worker.addNamedActivity('hello', (_, city) => `Hello ${String(city)}`);
      for (const [name, script] of Object.entries(scripts))
        worker.addNamedOrchestrator(
          name,
          sdkOrchestrator(() => script),
        );
    });
    const own = fixture.emulator.hub;
    for (const instanceId of ['a', 'b']) await own.start({ name: 'greets', instanceId, input: '"Oslo"', profile: 'G' });
    await own.start({ name: 'fails', instanceId: 'f', profile: 'G' });
    await own.waitForCompletion('f', 10_000);
    for (const id of ['a-child', 'b-child']) await running(id);
    await own.raiseEvent('a-child', 'Go', '1');
    await own.waitForCompletion('a', 10_000);
  });
  after(async () => {
    hubs.forEach((hub) => hub.dispose());
    await fixture.stop();
  });

  it('lists, filters, sorts and counts its instances', async () => {
    const hub = await open(`grpc://${fixture.address}`);
    assert.equal(hub.label, `Durable Task server at ${fixture.address}`);
    const idsOf = async (query: Parameters<AttachedHub['query']>[0]): Promise<string[]> =>
      (await hub.query({ entities: 'exclude', ...query })).instances.map(({ instanceId }) => instanceId);
    assert.deepEqual(await idsOf({}), ['a', 'a-child', 'b', 'b-child', 'f']);
    assert.deepEqual(await idsOf({ statuses: ['Failed'] }), ['f']);
    assert.deepEqual(await idsOf({ instanceIdPrefix: 'b' }), ['b', 'b-child']);
    assert.deepEqual(await idsOf({ names: ['waits'] }), ['a-child', 'b-child']);
    assert.deepEqual(await idsOf({ parentInstanceId: 'a' }), ['a-child']);
    assert.deepEqual(await idsOf({ rootsOnly: true }), ['a', 'b', 'f']);
    assert.deepEqual(await idsOf({ text: 'STOCK' }), ['f']);
    assert.deepEqual(await idsOf({ instanceIds: ['b', 'nobody'] }), ['b']);
    assert.equal((await idsOf({ orderBy: 'createdTime', descending: true }))[4], 'a');
    const page = await hub.query({ pageSize: 2, entities: 'exclude' });
    const next = await hub.query({ pageSize: 2, entities: 'exclude', continuationToken: page.continuationToken ?? '' });
    assert.deepEqual(
      [...page.instances, ...next.instances].map(({ instanceId }) => instanceId),
      ['a', 'a-child', 'b', 'b-child'],
    );
    assert.deepEqual(await hub.countByStatus({ entities: 'exclude' }), { Completed: 2, Running: 2, Failed: 1 });
  });

  it('has every instance and its history as the other one has them', async () => {
    const hub = await open(`http://${fixture.address}`);
    const own = fixture.emulator.hub;
    for (const id of ['a', 'a-child', 'b', 'f']) {
      const [row, theirs] = [await hub.get(id), await own.get(id)];
      const { executionId, runtimeStatus, input, customStatus, parentInstanceId, historyLength, createdTime } =
        theirs ?? assert.fail();
      assert.deepEqual(
        { ...row },
        { ...row, executionId, runtimeStatus, input, customStatus, parentInstanceId, historyLength, createdTime },
      );
      const kept = (await own.history(id)).map(({ EventType, EventId }) => `${EventType} ${EventId}`);
      assert.deepEqual(
        (await hub.history(id)).map(({ EventType, EventId }) => `${EventType} ${EventId}`),
        kept,
      );
    }
    assert.equal((await hub.get('f'))?.failureDetails?.ErrorMessage, 'out of stock');
    assert.deepEqual(
      (await hub.waitingFor('b')).children.map(({ instanceId }) => instanceId),
      ['b-child'],
    );
    assert.deepEqual(await hub.history('b', 1, 2), (await hub.history('b')).slice(1, 3));
    assert.equal(await hub.get('nobody'), undefined);
    assert.deepEqual(await hub.history('nobody'), []);
  });

  it('takes what a scheduler’s connection string says, and the one address by either name', async () => {
    const scheduler = await open(`Endpoint=http://${fixture.address};Authentication=None;TaskHub=default`);
    assert.equal(scheduler.label, `default at ${fixture.address}`);
    assert.equal(scheduler.name, 'default');
    assert.equal((await scheduler.query({ entities: 'exclude' })).instances.length, 5);
    assert.deepEqual((await scheduler.facts()).queues, null);
  });

  it('makes no hub by being asked for one that is mistyped', async () => {
    const mistyped = `Endpoint=http://${fixture.address};Authentication=None;TaskHub=defualt`;
    await refused(open(mistyped), 'HubNotFound', /There is no task hub 'defualt' at .*There are: default\./);
    await refused(open(mistyped), 'HubNotFound', /There are: default\./);
  });

  it('is never changed unless somebody has allowed it', async () => {
    const hub = await open(`grpc://${fixture.address}`);
    for (const act of [() => hub.terminate('b', null), () => hub.start({ name: 'greets' }), () => hub.purge('a')]) {
      await refused(act(), 'NotSupported', /only looked at/);
    }
    assert.match(hub.capabilities.readOnly ?? '', /allow Durascope to act/);
    assert.equal((await fixture.emulator.hub.get('b'))?.runtimeStatus, 'Running');
  });

  it('is acted on where it is allowed: events, suspend, resume, terminate, restart, purge, start', async () => {
    const hub = await open(`grpc://${fixture.address}`, { mayAct: true });
    const own = fixture.emulator.hub;
    assert.match(hub.capabilities.actsOn ?? '', /through the Durable Task protocol/);
    assert.equal(hub.capabilities.readOnly, undefined);
    const { instanceId } = await hub.start({ name: 'waits', instanceId: 'w', input: '1' });
    assert.equal(instanceId, 'w');
    await hub.suspend('w', 'hold');
    await running('w', 'Suspended');
    assert.equal((await hub.get('w'))?.runtimeStatus, 'Suspended');
    await hub.resume('w', null);
    await hub.raiseEvent('w', 'Go', '"now"');
    assert.equal((await hub.waitForCompletion('w', 10_000)).output, '"now"');
    await refused(hub.raiseEvent('w', 'Go', null), 'InstanceTerminal', /has ended/);
    await refused(hub.terminate('nobody', null), 'InstanceNotFound', /no instance 'nobody'/);
    await refused(hub.start({ name: 'waits', instanceId: 'b' }), 'InstanceExists', /already exists/);
    const again = await hub.restart('w', { newInstanceId: true });
    assert.notEqual(again.instanceId, 'w');
    await hub.terminate(again.instanceId, 'enough');
    assert.equal((await own.waitForCompletion(again.instanceId, 10_000)).runtimeStatus, 'Terminated');
    await refused(hub.purge('b'), 'InstanceNotTerminal', /has not ended/);
    assert.equal(await hub.purge('w'), 1);
    assert.equal(await hub.purgeBy({ statuses: ['Terminated'] }), 1);
    await refused(hub.purgeBy({ unfinished: true }), 'NotSupported', /have ended/);
    await refused(hub.importInstances([], 'skip'), 'NotSupported', /Copy the instance into an emulator/);
    await refused(hub.rewind('a', null), 'InstanceWrongState', /./);
  });

  it('looks for the scheduler’s emulator only where gRPC is spoken', async () => {
    const web = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const ports = { functionsHost: 1, azuriteTables: 1 };
    const port = Number(fixture.address.split(':')[1]);
    assert.deepEqual(
      (await findCandidates([], { ...ports, scheduler: port })).map(({ target }) => targetLabel(target)),
      [`default at localhost:${port}`],
    );
    assert.deepEqual(await findCandidates([], { ...ports, scheduler: (web.address() as AddressInfo).port }), []);
    web.close();
  });

  it('is refused where nothing answers, something else does, or the connection is none', async () => {
    await refused(open('grpc://localhost:1'), 'HubUnreachable', /No Durable Task server answers at localhost:1\. Start/);
    await refused(open('http://localhost:1'), 'HubUnreachable', /Functions host at http:\/\/localhost:1 does not answer/);
    for (const [given, message] of [
      ['Endpoint=http://localhost:8080;TaskHub=a', /has no Authentication/],
      ['Endpoint=http://localhost:8080;Authentication=None', /names no task hub/],
      ['Endpoint=http://shop.example;Authentication=None;TaskHub=a', /not on this machine: give it with https/],
      ['Endpoint=https://x;Authentication=DefaultAzure;TaskHub=a;TenantId=a & b', /no name or id of a directory/],
      ['Endpoint=sb://bus.example/;SharedAccessKey=abc', /A task hub is given as/],
      ['grpc://shop.example:80', /not on this machine/],
    ] as const) {
      assert.throws(
        () => hubTarget(given),
        (error) => DurascopeError.is(error, 'InvalidArgument') && message.test(error.message) && !error.message.includes('abc'),
      );
    }
  });
});

describe('a Durable Task server that is not as it should be', () => {
  let server: Server;
  let address: string;
  let headers: Metadata;
  const { getInstance, queryInstances } = TaskHubSidecarServiceService;
  let answer: { code: number; details: string } | null;
  const hubs: AttachedHub[] = [];
  const open = async (text: string, options: Partial<OpenHubOptions> = {}): Promise<AttachedHub> => {
    const hub = await openHub(hubTarget(text), { clock, ...options });
    hubs.push(hub);
    return hub;
  };
  before(async () => {
    server = new Server();
    server.addService(
      { getInstance, queryInstances },
      {
        getInstance: ((call, callback) => {
          headers = call.metadata;
          const isThere = call.request.instanceId === 'a';
          callback(null, {
            exists: isThere,
            orchestrationState: isThere
              ? { instanceId: 'a', name: 'A', orchestrationStatus: 0, tags: {}, createdTimestamp: { seconds: 5, nanos: 0 } }
              : undefined,
          });
        }) as handleUnaryCall<{ instanceId: string }, unknown>,
        queryInstances: ((call, callback) => {
          headers = call.metadata;
          callback(answer, answer === null ? { orchestrationState: [], continuationToken: undefined } : undefined);
        }) as handleUnaryCall<unknown, unknown>,
      },
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    address = `127.0.0.1:${port}`;
  });
  beforeEach(() => (answer = null));
  after(() => {
    hubs.forEach((hub) => hub.dispose());
    server.forceShutdown();
  });

  it('that lists nothing and streams no history is opened by ids, and says what it has not', async () => {
    answer = { code: status.UNIMPLEMENTED, details: 'no' };
    const hub = await open(`grpc://${address}`, { mayAct: true });
    assert.equal((await hub.get('a'))?.name, 'A');
    const { events, notes } = await hub.historyWithNotes('a');
    assert.deepEqual(events, []);
    assert.match(notes.join(), /has no StreamInstanceHistory/);
    await refused(hub.query({ entities: 'exclude' }), 'NotSupported', /has no QueryInstances/);
    await refused(hub.rewind('a', null), 'NotSupported', /has no RewindInstance/);
    assert.match((await hub.facts()).notes.join(), /QueryInstances.*Open instances by their ids.*StreamInstanceHistory/s);
  });

  for (const [code, message] of [
    ['UNAUTHENTICATED', /takes no request without a sign-in: give Authentication=DefaultAzure/],
    ['PERMISSION_DENIED', /role "Durable Task Data Reader"/],
    ['INTERNAL', /is no Durable Task server, or failed itself. It says: broken/],
    ['DEADLINE_EXCEEDED', /did not answer in time/],
  ] as const) {
    it(`says what ${code} means`, async () => {
      answer = { code: status[code], details: 'broken' };
      await refused(open(`grpc://${address}`), 'HubUnreachable', message);
    });
  }

  it('says that there is no such hub', async () => {
    answer = { code: status.NOT_FOUND, details: "task hub 'shop' does not exist" };
    await refused(
      open(`Endpoint=http://${address};Authentication=None;TaskHub=shop`),
      'HubNotFound',
      /There is no task hub 'shop' at .*does not exist/,
    );
  });

  it('gets an access token where the connection asks for one, and the name of the hub', async () => {
    const asked: (string | null)[] = [];
    const tokens = ({ scope, tenant }: SignIn): Promise<string> => {
      asked.push(scope, tenant);
      return Promise.resolve('secret-token');
    };
    const text = `Endpoint=http://${address};Authentication=DefaultAzure;TaskHub=shop;TenantId=t-1`;
    await open(text, { tokens });
    assert.deepEqual(asked, ['https://durabletask.io/.default', 't-1']);
    assert.deepEqual(headers.get('authorization'), ['Bearer secret-token']);
    assert.deepEqual(headers.get('taskhub'), ['shop']);
    await refused(open(text), 'HubUnreachable', /asks for a sign-in/);
  });

  it('takes the token of the Azure command line, and keeps it until shortly before its end', async () => {
    let runs = 0;
    const tokens = azureCliTokens((args) => {
      runs += 1;
      assert.deepEqual(args.slice(-2), ['--scope', 'https://durabletask.io/.default']);
      return Promise.resolve(JSON.stringify({ accessToken: `t${runs}`, expires_on: Date.now() / 1000 + 3600 }));
    });
    const signIn: SignIn = { scope: 'https://durabletask.io/.default', tenant: null, cloud: 'public' };
    assert.deepEqual([await tokens(signIn), await tokens(signIn)], ['t1', 't1']);
    const broken = azureCliTokens(() => Promise.resolve('Please run az login'));
    await refused(broken(signIn), 'HubUnreachable', /Sign in with "az login"/);
  });
});
