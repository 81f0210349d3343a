/** The durable clients of the published packages, which nobody here wrote, against the running server. */
import assert from 'node:assert/strict';
import * as df3 from 'durable-functions';
import * as df1 from 'durable-functions-v1';
import * as df2 from 'durable-functions-v2';
import { durableClientBinding } from '../../src/http/management-urls';
import { counter } from '../support/entity-script';
import { HttpFixture, key, rpcToken } from './http-fixture';

interface Status {
  runtimeStatus: string;
  instanceId: string;
  input: unknown;
  output: unknown;
  customStatus: unknown;
}
interface Check {
  status: number;
  body: unknown;
}

/** What the three clients have in common, by the names of the newest. */
interface SdkClient {
  startNew(name: string, instanceId?: string, input?: unknown): Promise<string>;
  getStatus(instanceId: string): Promise<Status | undefined>;
  getStatusAll(): Promise<Status[]>;
  getStatusBy(from: Date | undefined, to: Date | undefined, statuses: string[]): Promise<Status[]>;
  raiseEvent(instanceId: string, name: string, data: unknown): Promise<void>;
  terminate(instanceId: string, reason: string): Promise<void>;
  rewind(instanceId: string, reason: string): Promise<void>;
  purge(instanceId: string): Promise<number>;
  purgeBy(from: Date, statuses: string[]): Promise<number>;
  startVersion?(name: string, instanceId: string, version: string): Promise<string>;
  suspend?(instanceId: string, reason: string): Promise<void>;
  signal(name: string, key: string, operation?: string, input?: unknown): Promise<void>;
  state(name: string, key: string): Promise<{ entityExists: boolean; entityState?: unknown }>;
  resume?(instanceId: string, reason: string): Promise<void>;
  check(url: string, instanceId: string): Check;
  waitOrCheck(url: string, instanceId: string, timeoutMs: number): Promise<Check>;
}

type Binding = Record<string, unknown>;

interface OldClient {
  startNew(name: string, instanceId?: string, input?: unknown): Promise<string>;
  getStatus(instanceId: string): Promise<unknown>;
  getStatusAll(): Promise<unknown>;
  getStatusBy(from: Date | undefined, to: Date | undefined, statuses: unknown[]): Promise<unknown>;
  raiseEvent(instanceId: string, name: string, data: unknown): Promise<void>;
  terminate(instanceId: string, reason: string): Promise<void>;
  rewind(instanceId: string, reason: string): Promise<void>;
  purgeInstanceHistory(instanceId: string): Promise<{ instancesDeleted: number }>;
  signalEntity(id: unknown, operation?: string, input?: unknown): Promise<void>;
  readEntityState(id: unknown): Promise<{ entityExists: boolean; entityState?: unknown }>;
  purgeInstanceHistoryBy(from: Date, to?: Date, statuses?: unknown[]): Promise<{ instancesDeleted: number }>;
  createCheckStatusResponse(request: unknown, instanceId: string): unknown;
  waitForCompletionOrCreateCheckStatusResponse(
    request: unknown,
    instanceId: string,
    timeoutMs?: number,
    intervalMs?: number,
  ): Promise<unknown>;
}

type EntityIdClass = new (name: string, key: string) => object;

function oldClient(getClient: unknown, EntityId: EntityIdClass, binding: Binding): SdkClient {
  const client = (getClient as (context: unknown) => OldClient)({ bindings: { starter: binding } });
  const requestOf = (url: string) => ({ method: 'GET', url, http: { method: 'GET', url } });
  return {
    startNew: (name, id, input) => client.startNew(name, id, input),
    getStatus: async (id) => ((await client.getStatus(id)) || undefined) as Status | undefined,
    getStatusAll: async () => (await client.getStatusAll()) as Status[],
    getStatusBy: async (from, to, statuses) => (await client.getStatusBy(from, to, statuses)) as Status[],
    raiseEvent: (id, name, data) => client.raiseEvent(id, name, data),
    terminate: (id, reason) => client.terminate(id, reason),
    rewind: (id, reason) => client.rewind(id, reason),
    signal: (name, key, operation, input) => client.signalEntity(new EntityId(name, key), operation, input),
    state: (name, key) => client.readEntityState(new EntityId(name, key)),
    purge: async (id) => (await client.purgeInstanceHistory(id)).instancesDeleted,
    purgeBy: async (from, statuses) => (await client.purgeInstanceHistoryBy(from, undefined, statuses)).instancesDeleted,
    check: (url, id) => client.createCheckStatusResponse(requestOf(url), id) as Check,
    waitOrCheck: async (url, id, timeoutMs) =>
      (await client.waitForCompletionOrCreateCheckStatusResponse(requestOf(url), id, timeoutMs, 1)) as Check,
  };
}

interface StatusFilter {
  createdTimeFrom?: Date;
  createdTimeTo?: Date;
  runtimeStatus: string[];
}
interface NewClient {
  startNew(name: string, options: { instanceId?: string; input?: unknown; version?: string }): Promise<string>;
  getStatus(instanceId: string): Promise<Status>;
  getStatusAll(): Promise<Status[]>;
  getStatusBy(filter: StatusFilter): Promise<Status[]>;
  raiseEvent(instanceId: string, name: string, data: unknown): Promise<void>;
  terminate(instanceId: string, reason: string): Promise<void>;
  rewind(instanceId: string, reason: string): Promise<void>;
  suspend(instanceId: string, reason: string): Promise<void>;
  resume(instanceId: string, reason: string): Promise<void>;
  signalEntity(id: unknown, operation?: string, input?: unknown): Promise<void>;
  readEntityState(id: unknown): Promise<{ entityExists: boolean; entityState?: unknown }>;
  purgeInstanceHistory(instanceId: string): Promise<{ instancesDeleted: number }>;
  purgeInstanceHistoryBy(filter: StatusFilter): Promise<{ instancesDeleted: number }>;
  createCheckStatusResponse(request: unknown, instanceId: string): Check;
  waitForCompletionOrCreateCheckStatusResponse(
    request: unknown,
    instanceId: string,
    options: { timeoutInMilliseconds: number; retryIntervalInMilliseconds: number },
  ): Promise<Check>;
}

function newClient(binding: Binding): SdkClient {
  const getClient = df3.getClient as unknown as (context: unknown) => NewClient;
  const client = getClient({ options: { extraInputs: [df3.input.durableClient()] }, extraInputs: { get: () => binding } });
  const requestOf = (url: string) => ({ method: 'GET', url });
  return {
    startNew: (name, instanceId, value) =>
      client.startNew(name, { ...(instanceId !== undefined && { instanceId }), ...(value !== undefined && { input: value }) }),
    getStatus: async (id) => {
      try {
        return await client.getStatus(id);
      } catch (error) {
        if (/404/.test(String(error))) return undefined;
        throw error;
      }
    },
    getStatusAll: () => client.getStatusAll(),
    getStatusBy: (createdTimeFrom, createdTimeTo, runtimeStatus) =>
      client.getStatusBy({ ...(createdTimeFrom && { createdTimeFrom }), ...(createdTimeTo && { createdTimeTo }), runtimeStatus }),
    raiseEvent: (id, name, data) => client.raiseEvent(id, name, data),
    terminate: (id, reason) => client.terminate(id, reason),
    rewind: (id, reason) => client.rewind(id, reason),
    startVersion: (name, instanceId, version) => client.startNew(name, { instanceId, version }),
    signal: (name, key, operation, value) => client.signalEntity(new df3.EntityId(name, key), operation, value),
    state: (name, key) => client.readEntityState(new df3.EntityId(name, key)),
    purge: async (id) => (await client.purgeInstanceHistory(id)).instancesDeleted,
    purgeBy: async (createdTimeFrom, runtimeStatus) =>
      (await client.purgeInstanceHistoryBy({ createdTimeFrom, runtimeStatus })).instancesDeleted,
    suspend: (id, reason) => client.suspend(id, reason),
    resume: (id, reason) => client.resume(id, reason),
    check: (url, id) => client.createCheckStatusResponse(requestOf(url), id),
    waitOrCheck: (url, id, timeoutInMilliseconds) =>
      client.waitForCompletionOrCreateCheckStatusResponse(requestOf(url), id, {
        timeoutInMilliseconds,
        retryIntervalInMilliseconds: 1,
      }),
  };
}

const sdks: Record<string, (binding: Binding) => SdkClient> = {
  '3.5.0': newClient,
  '2.1.3': (binding) => oldClient(df2.getClient, df2.EntityId, binding),
  '1.5.4': (binding) => oldClient(df1.getClient, df1.EntityId, binding),
};

for (const [version, make] of Object.entries(sdks)) {
  for (const way of ['the keyless base', 'the webhook base'] as const) {
    describe(`the client of durable-functions ${version} over ${way}`, () => {
      let http: HttpFixture;
      let client: SdkClient;
      let origin: string;
      let hostname: string | undefined;

      beforeEach(async () => {
        http = await HttpFixture.open({ entities: { Counter: counter } });
        origin = await http.listen();
        hostname = process.env['WEBSITE_HOSTNAME'];
        process.env['WEBSITE_HOSTNAME'] = new URL(origin).host;
        const text = durableClientBinding({
          origin,
          hubName: 'TestHubName',
          key,
          rpcBaseUrl: `${origin.replace('localhost', '127.0.0.1')}/rpc/${rpcToken}`,
        });
        const binding = JSON.parse(text) as Binding;
        client = make(way === 'the keyless base' ? binding : { ...binding, rpcBaseUrl: null });
      });
      afterEach(async () => {
        if (hostname === undefined) delete process.env['WEBSITE_HOSTNAME'];
        else process.env['WEBSITE_HOSTNAME'] = hostname;
        await http.dispose();
      });

      it('starts, with and without an id and an input', async () => {
        assert.equal(await client.startNew('Echo', 'one', { a: [1, 'é'] }), 'one');
        await http.hub.quiet();
        assert.deepEqual((await client.getStatus('one'))?.output, { a: [1, 'é'] });
        const id = await client.startNew('Echo');
        assert.match(id, /^[0-9a-f]{32}$/);
        // Taken by the real service too; the instance fails then.
        const unknown = await client.startNew('Nothing');
        assert.equal(http.hub.row(unknown).name, 'Nothing');
      });

      it('reads a status; a missing one is told as this client tells it', async () => {
        await client.startNew('Waits', 'one', 5);
        await http.hub.quiet();
        const status = await client.getStatus('one');
        assert.equal(status?.runtimeStatus, 'Running');
        assert.equal(status.input, 5);
        assert.deepEqual(status.customStatus, { waitsFor: 'Go' });
        assert.equal(await client.getStatus('none'), undefined);
      });

      it('raises events; a finished instance is no error, a missing one is', async () => {
        await client.startNew('Waits', 'one');
        await http.hub.quiet();
        await client.raiseEvent('one', 'Go', { x: 1 });
        await http.hub.quiet();
        assert.deepEqual((await client.getStatus('one'))?.output, { x: 1 });
        await client.raiseEvent('one', 'Go', 1);
        await assert.rejects(client.raiseEvent('none', 'Go', 1));
      });

      it('terminates, and rewinds only what failed', async () => {
        await client.startNew('Waits', 'one');
        await http.hub.quiet();
        await client.terminate('one', 'no more');
        await http.hub.quiet();
        assert.deepEqual(await client.getStatus('one').then((each) => [each?.runtimeStatus, each?.output]), [
          'Terminated',
          'no more',
        ]);
        await client.terminate('one', 'again');
        await assert.rejects(client.terminate('none', 'x'));
        await assert.rejects(client.rewind('one', 'x'));
        await assert.rejects(client.rewind('none', 'x'));
        await client.startNew('Fails', 'two');
        await http.hub.quiet();
        await client.rewind('two', 'mended');
        await http.hub.quiet();
        const waking = http.hub.history('two').filter((event) => event.EventType === 'GenericEvent' && event.Data === 'mended');
        assert.equal(waking.length, 1);
      });

      if (version === '3.5.0') {
        it('starts a version', async () => {
          await client.startVersion?.('Waits', 'versioned', '1.2');
          assert.equal(http.hub.row('versioned').version, '1.2');
        });

        it('suspends and resumes', async () => {
          await client.startNew('Waits', 'one');
          await http.hub.quiet();
          await client.suspend?.('one', 'wait');
          await http.hub.quiet();
          assert.equal((await client.getStatus('one'))?.runtimeStatus, 'Suspended');
          await client.resume?.('one', 'go on');
          await http.hub.quiet();
          assert.equal((await client.getStatus('one'))?.runtimeStatus, 'Running');
        });
      }

      it('lists all over several pages, and by time and status', async () => {
        for (let i = 0; i < 103; i++) await http.hub.engine.start({ name: 'Waits', instanceId: `w${i}` });
        await http.hub.advance(60_000);
        await client.startNew('Echo', 'late');
        await http.hub.quiet();
        assert.equal((await client.getStatusAll()).length, 104);
        const late = await client.getStatusBy(new Date(http.hub.clock.now() - 1000), new Date(http.hub.clock.now()), [
          'Completed',
          'Failed',
        ]);
        assert.deepEqual(
          late.map((each) => each.instanceId),
          ['late'],
        );
      });

      it('signals an entity and reads its state', async () => {
        assert.equal((await client.state('Counter', 'a')).entityExists, false);
        await client.signal('Counter', 'a', 'add', 5);
        await client.signal('counter', 'a', 'add', 2);
        await http.hub.quiet();
        const { entityExists, entityState } = await client.state('Counter', 'a');
        assert.deepEqual([entityExists, entityState], [true, 7]);
        await client.signal('Counter', 'a', 'delete');
        await http.hub.quiet();
        assert.equal((await client.state('Counter', 'a')).entityExists, false);
        await assert.rejects(client.signal('Nobody', 'a', 'add', 1), /400|doesn't exist/);
      });

      it('purges one and many, nothing is 0', async () => {
        assert.equal(await client.purge('none'), 0);
        for (const id of ['one', 'two', 'three']) await client.startNew('Echo', id);
        await http.hub.quiet();
        assert.equal(await client.purge('one'), 1);
        assert.equal(await client.purgeBy(new Date(0), ['Failed']), 0);
        assert.equal(await client.purgeBy(new Date(0), ['Completed']), 2);
      });

      it('makes a check status response whose links work', async () => {
        await client.startNew('Waits', 'one');
        await http.hub.quiet();
        const check = client.check(`${origin}/api/start`, 'one');
        assert.equal(check.status, 202);
        const links = (typeof check.body === 'string' ? JSON.parse(check.body) : await bodyOf(check)) as Record<string, string>;
        assert.deepEqual(Object.keys(links), [
          'id',
          'statusQueryGetUri',
          'sendEventPostUri',
          'terminatePostUri',
          'rewindPostUri',
          'purgeHistoryDeleteUri',
          'restartPostUri',
          'suspendPostUri',
          'resumePostUri',
        ]);
        const status = await fetch(links['statusQueryGetUri'] ?? '');
        assert.equal(status.status, 202);
        const terminate = await fetch((links['terminatePostUri'] ?? '').replace('{text}', 'enough'), { method: 'POST' });
        assert.equal(terminate.status, 202);
      });

      it('waits for the end, or answers with the links', async () => {
        await client.startNew('Echo', 'done', 'x');
        await client.startNew('Fails', 'failed');
        await client.startNew('Waits', 'waits');
        await http.hub.quiet();
        const url = `${origin}/api/start`;
        const done = await client.waitOrCheck(url, 'done', 1000);
        assert.deepEqual([done.status, await textOf(done)], [200, '"x"']);
        assert.equal((await client.waitOrCheck(url, 'failed', 1000)).status, 500);
        assert.equal((await client.waitOrCheck(url, 'waits', 2)).status, 202);
      });
    });
  }
}

/** The newest client answers with its library's response class, the older ones with plain objects. */
async function textOf(check: Check): Promise<string> {
  const { text } = check as unknown as { text?: () => Promise<string> };
  if (typeof text === 'function') return text.call(check);
  return typeof check.body === 'string' ? check.body : JSON.stringify(check.body);
}

async function bodyOf(check: Check): Promise<unknown> {
  return JSON.parse(await textOf(check)) as unknown;
}
