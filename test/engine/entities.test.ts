import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import type { EntityBatchRequest } from '../../src/core/ports/function-worker';
import { toTimestamp } from '../../src/core/values/time';
import { counter } from '../support/entity-script';
import { TestHub, type TestHubOptions, withTestHub } from '../support/test-hub';

const withHub = (options: Partial<TestHubOptions>, test: (hub: TestHub) => Promise<void>): Promise<void> =>
  withTestHub({ scripts: {}, entities: { counter }, ...options }, test);

const sizes = (hub: TestHub): number[] => hub.worker.batches.map((batch) => batch.operations.length);

async function addAll(hub: TestHub, count: number): Promise<void> {
  await hub.together(async () => {
    await Promise.all(Array.from({ length: count }, () => hub.engine.signalEntity('@counter@a', 'add', { input: '1' })));
  });
}

describe('batches of entities', () => {
  it('a batch is no longer than its limit, and the rest goes on by itself', () =>
    withHub({ engine: { maxEntityBatch: 4 } }, async (hub) => {
      await addAll(hub, 10);
      assert.deepEqual(sizes(hub), [4, 4, 2]);
      assert.equal(await hub.state('@counter@a'), 10);
      assert.equal((await hub.engine.getEntity('@counter@a'))?.queueSize, 0);
    }));

  it('what a worker left over runs next, in the same order', () =>
    withHub({}, async (hub) => {
      hub.worker.interceptBatch = () => {
        hub.worker.interceptBatch = () => undefined;
        return Promise.resolve({ state: '100', results: [{ ok: true, result: null }], actions: [] });
      };
      await addAll(hub, 3);
      assert.deepEqual(sizes(hub), [3, 2]);
      assert.equal(await hub.state('@counter@a'), 102);
    }));

  it('an answer without any result fails the operations rather than ask for ever', () =>
    withHub({}, async (hub) => {
      hub.worker.interceptBatch = () => Promise.resolve({ state: null, results: [], actions: [] });
      await hub.signal('@counter@a', 'add', 1);
      assert.deepEqual(sizes(hub), [1]);
      assert.equal(await hub.state('@counter@a'), undefined);
    }));

  it('a worker that dies under a batch gets it again, one operation at a time until one is through', () =>
    withHub({}, async (hub) => {
      hub.worker.interceptBatch = () => {
        hub.worker.interceptBatch = () => undefined;
        return Promise.reject(new DurascopeError('WorkerExited', 'gone'));
      };
      await addAll(hub, 3);
      await hub.advance(60_000);
      assert.deepEqual(sizes(hub), [3, 1, 2]);
      assert.equal(await hub.state('@counter@a'), 3);
    }));

  it('an operation that hangs twice fails by itself, the others run', () =>
    withHub(
      {
        scripts: {
          *caller(context) {
            try {
              return yield context.callEntity('@counter@a', 'hang');
            } catch (error) {
              return (error as Error).message;
            }
          },
        },
      },
      async (hub) => {
        hub.worker.interceptBatch = (request: EntityBatchRequest) =>
          request.operations.some((operation) => operation.name === 'hang')
            ? Promise.reject(new DurascopeError('WorkerHung', 'it blocked its process'))
            : undefined;
        const id = await hub.start('caller');
        await hub.signal('@counter@a', 'add', 1);
        await hub.advance(60_000);
        assert.equal(hub.outcome(id), 'Completed "it blocked its process."');
        assert.equal(await hub.state('@counter@a'), 1);
      },
    ));

  it('without a worker operations wait; those of an app loaded later run then', () =>
    withHub({}, async (hub) => {
      hub.engine.setWorker(null);
      await hub.signal('@counter@a', 'add', 1);
      assert.equal(await hub.state('@counter@a'), undefined);
      hub.engine.setWorker(hub.worker);
      await hub.quiet();
      assert.equal(await hub.state('@counter@a'), 1);
    }));

  it('a full disk delays a batch and loses nothing', () =>
    withHub({}, async (hub) => {
      let failures = 2;
      hub.beforeCommit = () => (failures-- > 0 ? Promise.reject(new Error('disk full')) : undefined);
      const signalled = hub.engine.signalEntity('@counter@a', 'add', { input: '5' });
      for (let turn = 0; turn < 4; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
        hub.clock.advance(10_000);
      }
      await signalled;
      await hub.quiet();
      assert.equal(await hub.state('@counter@a'), 5);
    }));

  it('an entity starts an orchestration, which answers nobody', () =>
    withHub(
      {
        scripts: {
          *child(context) {
            return context.input;
          },
        },
      },
      async (hub) => {
        await hub.signal('@counter@a', 'start', { x: 1 });
        assert.equal(hub.outcome('started'), 'Completed {"x":1}');
        assert.equal(hub.row('started').parentInstanceId, null);
        assert.deepEqual(sizes(hub), [1]);
      },
    ));

  it('an entity that is removed while its batch runs stays removed', () =>
    withHub({}, async (hub) => {
      let answer: () => void = () => undefined;
      hub.worker.interceptBatch = () =>
        new Promise((resolve) => {
          answer = () => resolve({ state: '7', results: [{ ok: true, result: null }], actions: [] });
        });
      await hub.engine.signalEntity('@counter@a', 'add', { input: '7' });
      await new Promise((resolve) => setImmediate(resolve));
      const removing = hub.engine.purge('@counter@a');
      await removing;
      answer();
      await hub.quiet();
      assert.equal(await hub.engine.getEntity('@counter@a'), undefined);
      hub.worker.interceptBatch = () => undefined;
      await hub.signal('@counter@a', 'add', 1);
      assert.equal(await hub.state('@counter@a'), 1);
    }));

  it('an answer to a generation that is over is dropped', () =>
    withHub(
      {
        scripts: {
          *caller(context) {
            if (context.input === 'again') return yield context.waitEvent('Go');
            context.callEntity('@counter@a', 'add', 1);
            context.continueAsNew('again');
            return null;
          },
        },
      },
      async (hub) => {
        const id = await hub.start('caller', { json: 'first' });
        assert.equal(await hub.state('@counter@a'), 1);
        hub.expect(id, 'OS ES OC', 'Running');
      },
    ));

  it('a second answer to one request is dropped', () =>
    withHub(
      {
        scripts: {
          *caller(context) {
            yield context.callEntity('@counter@a', 'add', 1);
            yield context.waitEvent('Go');
          },
        },
      },
      async (hub) => {
        const id = await hub.start('caller');
        const answered = hub.history(id).find((event) => event.EventType === 'EventRaised');
        assert.ok(answered);
        const before = hub.sequence(id);
        await hub.send(id, { ...answered, IsPlayed: false }, hub.row(id).executionId);
        assert.equal(hub.sequence(id), before);
      },
    ));

  it('commands for orchestrations are refused, and a start cannot take the id of an entity', () =>
    withHub(
      {
        scripts: {
          main: function* () {
            yield* [];
          },
        },
      },
      async (hub) => {
        await hub.signal('@counter@a', 'add', 1);
        const { engine } = hub;
        for (const act of [
          engine.terminate('@counter@a', null),
          engine.suspend('@counter@a', null),
          engine.restart('@counter@a'),
        ]) {
          await assert.rejects(act, { code: 'NotSupported', message: /it is an entity/ });
        }
        await assert.rejects(engine.start({ name: 'main', instanceId: '@counter@b' }), { code: 'InvalidInstanceId' });
        await assert.rejects(engine.signalEntity('@counter@a', 'add', { scheduledTime: 'soon' }), { code: 'InvalidArgument' });
      },
    ));

  it('a scheduled signal survives the process', async () => {
    const first = await TestHub.open({ scripts: {}, entities: { counter }, store: 'folder' });
    await first.signal('@counter@a', 'add', 4, toTimestamp(first.clock.now() + 5000));
    const hub = await first.kill();
    try {
      assert.equal(await hub.state('@counter@a'), undefined);
      await hub.advance(5000);
      assert.equal(await hub.state('@counter@a'), 4);
    } finally {
      await hub.dispose();
    }
  });

  it('what it did last is remembered for the developer, long batches by their last operations', () =>
    withHub({}, async (hub) => {
      await hub.signal('@counter@a', 'add', 1);
      await addAll(hub, 60);
      const batches = await hub.engine.entityBatches('@counter@a');
      assert.deepEqual(
        batches.map((batch) => [batch.stateBefore, batch.stateAfter, batch.operations.length, batch.omitted]),
        [
          [null, '1', 1, 0],
          ['1', '61', 50, 10],
        ],
      );
    }));
});
