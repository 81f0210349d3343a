/** Entities and critical sections with the published packages, behind the real engine and store. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { InstanceRow } from '../../src/core/instances/instance';
import { Engine } from '../../src/engine/engine';
import { SystemClock } from '../../src/emulator/time/system-clock';
import { SqlJsHistoryStore } from '../../src/store/sql-js-history-store';
import { toSequence } from '../support/sequence';
import { WorkerFixture, type AppOptions, type RunningApp } from './worker-fixture';

interface Hub {
  app: RunningApp;
  engine: Engine;
  run(name: string, input?: unknown): Promise<{ id: string; row: InstanceRow; output: unknown; sequence: string }>;
  start(name: string, input?: unknown): Promise<string>;
  signal(id: string, operation: string, input?: unknown): Promise<void>;
  /** Once everything sent has been worked through. */
  state(id: string): Promise<unknown>;
  sequence(id: string): string;
}

const fixture = new WorkerFixture();
const engines: Engine[] = [];

async function openHub(name: string, options: AppOptions = {}): Promise<Hub> {
  const app = await fixture.start(name, options);
  const log = (): void => undefined;
  const store = new SqlJsHistoryStore({ dir: null, log });
  const engine = new Engine({ store, clock: new SystemClock(), log, newId: () => randomBytes(16).toString('hex') });
  await engine.open();
  engine.setWorker(app.worker);
  engines.push(engine);
  const text = (input: unknown): { input?: string } => (input === undefined ? {} : { input: JSON.stringify(input) });
  const sequence = (id: string): string => toSequence(store.history(id));
  return {
    app,
    engine,
    sequence,
    start: async (orchestrator, input) => (await engine.start({ name: orchestrator, ...text(input) })).instanceId,
    async run(orchestrator, input) {
      const { instanceId: id } = await engine.start({ name: orchestrator, ...text(input) });
      const row = await engine.waitForCompletion(id, 10_000);
      const output: unknown = row.runtimeStatus === 'Completed' ? JSON.parse(row.output ?? 'null') : row.output;
      return { id, row, output, sequence: sequence(id) };
    },
    signal: (id, operation, input) => engine.signalEntity(id, operation, text(input)),
    async state(id) {
      await engine.whenQuiet();
      const found = (await engine.getEntity(id))?.state;
      return found == null ? undefined : (JSON.parse(found) as unknown);
    },
  };
}

async function closeAll(): Promise<void> {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  await fixture.cleanUp();
}

const called = 'OS ES EvS#0 OC | OS ER EC#1[Completed] OC';

describe('entities with durable-functions 3.5.0', () => {
  let hub: Hub;
  before(async () => {
    hub = await openHub('entities');
  });
  after(closeAll);

  it('N1, N4: calls and signals change the state, one history of three rows', async () => {
    for (let at = 0; at < 3; at++) await hub.signal('@counter@n4', 'add', 1);
    assert.equal(await hub.state('@counter@n4'), 3);
    const { output, sequence } = await hub.run('CallsCounter', { key: 'n4', operation: 'add', input: 4 });
    assert.deepEqual([output, sequence], [7, called]);
    assert.equal(hub.sequence('@counter@n4'), 'OS ES OC');
  });

  it('N2: signals from an orchestrator, and from an entity to another', async () => {
    const { sequence } = await hub.run('SignalsCounter', 'n2');
    assert.equal(sequence, 'OS ES EvS#0 EC#1[Completed] OC');
    assert.equal(await hub.state('@counter@n2'), 2);
    await hub.signal('@counter@n2', 'tell', 'told');
    // As the code spells the name, which no client does.
    assert.equal(await hub.state('@Counter@told'), 1);
    assert.equal(await hub.state('@counter@told'), undefined);
  });

  it('N3: what an operation throws reaches the caller as the SDK tells it; the state stays', async () => {
    await hub.signal('@counter@n3', 'add', 3);
    const failed = await hub.run('CallsCounter', { key: 'n3', operation: 'fail' });
    assert.equal(failed.row.runtimeStatus, 'Failed');
    assert.equal(failed.sequence, 'OS ES EvS#0 OC | OS ER EC#1[Failed] OC');
    const asText = await hub.run('CallsCounter', { key: 'n3', operation: 'failText' });
    assert.equal(asText.output, "Orchestrator function 'CallsCounter' failed: plain text");
    assert.equal(await hub.state('@counter@n3'), 3);
    // The SDK keeps it to itself: what the developer is told is ours.
    const logged = await hub.app.logged("Operation 'fail' of the entity @counter@n3 failed: Error: boom");
    assert.equal(logged.level, 'error');
  });

  it('inputs and outputs of every JSON type come through, strings without quotes', async () => {
    for (const input of ['text', 0, false, null, [1, 'a'], { a: { b: 'é' } }]) {
      const { output } = await hub.run('CallsCounter', { key: 'echo', operation: 'echo', input });
      assert.deepEqual((output as { input: unknown }).input ?? null, input);
    }
    const { output } = await hub.run('CallsCounter', { key: 'fresh', operation: 'echo' });
    assert.deepEqual(output, { new: true, id: { name: 'counter', key: 'fresh' } });
  });

  it('N8: an entity deletes itself', async () => {
    await hub.signal('@counter@n8', 'add', 1);
    await hub.signal('@counter@n8', 'delete');
    assert.equal(await hub.state('@counter@n8'), undefined);
    assert.equal((await hub.engine.getEntity('@counter@n8'))?.exists, false);
  });

  it('N5: a critical section by context.df.lock', async () => {
    const { output, sequence } = await hub.run('Section');
    assert.equal(sequence, 'OS ES EvS#0 OC | OS ER EvS#1 OC | OS ER EvS#2 EvS#3 EC#4[Completed] OC');
    assert.deepEqual(output, { value: 1, inside: ['e1', 'e2'], after: false });
    assert.equal(await hub.state('@counter@e1'), 1);
    assert.equal((await hub.engine.getEntity('@counter@e2'))?.lockedBy, null);
  });

  it('N5: a lock that is never given back is released when the function ends; one that fails leaves it until it is cleaned', async () => {
    const returned = await hub.run('Forgetful', 'return');
    assert.equal(returned.sequence, 'OS ES EvS#0 OC | OS ER EvS#1 EC#2[Completed] OC');
    await hub.engine.whenQuiet();
    assert.equal((await hub.engine.getEntity('@counter@left'))?.lockedBy, null);
    // Recorded: `lock-throws`.
    const failed = await hub.run('Forgetful', 'throw');
    assert.equal(failed.sequence, 'OS ES EvS#0 OC | OS ER EC#1[Failed] OC');
    await hub.engine.whenQuiet();
    assert.equal((await hub.engine.getEntity('@counter@left'))?.lockedBy, failed.id);
    assert.equal((await hub.engine.cleanEntityStorage({ removeEmptyEntities: false })).orphanedLocksReleased, 1);
    await hub.engine.whenQuiet();
    assert.equal((await hub.engine.getEntity('@counter@left'))?.lockedBy, null);
  });

  it('N6, N12: a second section waits for the first; a terminated one leaves its lock until it is cleaned', async () => {
    const first = await hub.start('Holder', ['x', 'y']);
    await hub.engine.whenQuiet();
    const second = await hub.start('Holder', ['y', 'x']);
    await hub.engine.whenQuiet();
    assert.equal((await hub.engine.getEntity('@counter@x'))?.lockedBy, first);
    await hub.engine.raiseEvent(first, 'Go', null);
    assert.equal((await hub.engine.waitForCompletion(first, 10_000)).runtimeStatus, 'Completed');
    await hub.engine.whenQuiet();
    assert.equal((await hub.engine.getEntity('@counter@y'))?.lockedBy, second);
    await hub.engine.terminate(second, 'enough');
    await hub.engine.waitForCompletion(second, 10_000);
    assert.equal((await hub.engine.getEntity('@counter@y'))?.lockedBy, second);
    assert.equal((await hub.engine.cleanEntityStorage({ removeEmptyEntities: false })).orphanedLocksReleased, 2);
    await hub.engine.whenQuiet();
    assert.equal((await hub.engine.getEntity('@counter@y'))?.lockedBy, null);
  });

  for (const [rule, message] of [
    ['other', /Cannot call an entity from within a critical section unless it is one of the locked entities/],
    ['nested', /Cannot acquire more locks when already holding some locks/],
    ['itself', /Cannot acquire more locks when already holding some locks/],
    ['signal', /Cannot signal an entity from within a critical section if the entity is one of the locked entities/],
    ['child', /Cannot invoke sub-orchestrations from within a critical section/],
    ['parallel', /Cannot call the same entity multiple times in parallel within a critical section/],
    ['nothing', /lock requires at least one EntityId/],
  ] as const) {
    it(`N11: a section that breaks the rule "${rule}" fails, and its lock is given back once it is cleaned`, async () => {
      const { row, output } = await hub.run('Breaks', rule);
      assert.equal(row.runtimeStatus, 'Failed');
      assert.match(String(output), message);
      await hub.engine.whenQuiet();
      await hub.engine.cleanEntityStorage({ removeEmptyEntities: false });
      await hub.engine.whenQuiet();
      assert.equal((await hub.engine.getEntity('@counter@a'))?.lockedBy ?? null, null);
    });
  }

  it('transfers under contention keep the sum', async () => {
    const accounts = ['1', '2', '3', '4', '5'];
    const ids = await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        hub.start('Transfer', { from: accounts[at % 5], to: accounts[(at * 3 + 1) % 5], amount: 10 + at }),
      ),
    );
    for (const id of ids) assert.equal((await hub.engine.waitForCompletion(id, 20_000)).runtimeStatus, 'Completed');
    const balances = await Promise.all(accounts.map(async (key) => (await hub.state(`@account@${key}`)) ?? 1000));
    assert.equal(
      balances.reduce((sum: number, one) => sum + Number(one), 0),
      5000,
    );
    for (const key of accounts) assert.equal((await hub.engine.getEntity(`@account@${key}`))?.lockedBy ?? null, null);
  });

  it('an entity that the app does not have is refused by name', async () => {
    await assert.rejects(hub.signal('@nobody@a', 'add', 1), {
      code: 'UnknownFunction',
      message: /The function 'nobody' doesn't exist, is disabled, or is not an entity function.*'Counter', 'Account'/,
    });
    for (const id of ['nobody', '@', '@@a', '@counter', `@counter@${'x'.repeat(100)}`, '@counter@a/b']) {
      await assert.rejects(hub.signal(id, 'add', 1), { code: 'InvalidInstanceId' }, id);
    }
  });
});

for (const durableFunctions of ['durable-functions-v2', 'durable-functions-v1'] as const) {
  describe(`entities of programming model v3 with ${durableFunctions}`, () => {
    let hub: Hub;
    before(async () => {
      hub = await openHub('entities-v3', { durableFunctions });
    });
    after(closeAll);

    it('N1, N4: calls and signals change the state', async () => {
      for (let at = 0; at < 3; at++) await hub.signal('@counter@n4', 'add', 1);
      assert.equal(await hub.state('@counter@n4'), 3);
      const { output, sequence } = await hub.run('CallsCounter', { key: 'n4', operation: 'add', input: 4 });
      assert.deepEqual([output, sequence], [7, called]);
    });

    it('a string input has its quotes, as in the real host', async () => {
      const { output } = await hub.run('CallsCounter', { key: 'echo', operation: 'echo', input: 'text' });
      assert.equal(output, '"text"');
    });

    it('N3, N8: failures, signals to others and deletion', async () => {
      const failed = await hub.run('CallsCounter', { key: 'n3', operation: 'fail' });
      // SDK 1.x takes a failure for a result.
      assert.equal(failed.row.runtimeStatus, durableFunctions === 'durable-functions-v1' ? 'Completed' : 'Failed');
      await hub.app.logged("Operation 'fail' of the entity @counter@n3 failed: Error: boom");
      await hub.signal('@counter@n3', 'tell', 'told');
      assert.equal(await hub.state('@Counter@told'), 1);
      await hub.signal('@Counter@told', 'delete');
      assert.equal(await hub.state('@Counter@told'), undefined);
    });

    if (durableFunctions === 'durable-functions-v2') {
      it('N2: signals from an orchestrator', async () => {
        const { output, sequence } = await hub.run('CallsCounter', { key: 'n2', operation: 'get', signals: true });
        assert.deepEqual([output, sequence], [10, 'OS ES EvS#0 EvS#1 OC | OS ER EC#2[Completed] OC']);
      });
    }
  });
}
