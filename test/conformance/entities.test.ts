import assert from 'node:assert/strict';
import { readRequest } from '../../src/core/entities/entity-messages';
import type { Script } from '../support/script-types';
import { counter } from '../support/entity-script';
import type { TestHub, TestHubOptions } from '../support/test-hub';
import { conforms } from './conforms';

const batchRows = 'OS ES OC';
const minute = 60_000;

const withCounter = (scripts: Record<string, Script>, more: Partial<TestHubOptions> = {}): TestHubOptions => ({
  ...more,
  scripts,
  entities: { Counter: counter, account: counter, ...more.entities },
});

const callsAdd: Script = function* (context) {
  return yield context.callEntity('@counter@a', 'add', 5);
};

function sentTo(hub: TestHub, id: string): string[] {
  return hub.history(id).flatMap((event) => (event.EventType === 'EventSent' ? `${event.Name}→${event.InstanceId}` : []));
}

/** Locks e1 and e2 (named in the wrong order), calls one, gives both back. */
const section: Script = function* (context) {
  yield context.lock('@counter@e2', '@counter@e1');
  const value = yield context.callEntity('@counter@e1', 'add', 1);
  context.release();
  return value;
};

/** In the section until it is told to go. */
const holder: Script = function* (context) {
  yield context.lock(...(context.input as string[]));
  yield context.waitEvent('Go');
  context.release();
  return 'done';
};

describe('conformance 8.12, entities', () => {
  conforms('N1: callEntity', withCounter({ main: callsAdd }), async (hub) => {
    const id = await hub.start('main');
    hub.expect(id, 'OS ES EvS#0 OC | OS ER EC#1[Completed] OC', 'Completed 5');
    assert.equal(hub.sequence('@counter@a'), batchRows);
    assert.equal(await hub.state('@counter@a'), 5);
    const [sent, answered] = hub.history(id).filter((event) => 'Input' in event && event.EventType !== 'ExecutionStarted');
    assert.ok(sent?.EventType === 'EventSent' && answered?.EventType === 'EventRaised');
    const request = readRequest(sent.Input);
    assert.equal(sent.Name, 'op');
    assert.deepEqual(request, {
      id: answered.Name,
      op: 'add',
      input: '5',
      parent: id,
      parentExecution: hub.row(id).executionId,
    });
    const type = 'Microsoft.Azure.WebJobs.Extensions.DurableTask';
    assert.deepEqual(JSON.parse(answered.Input ?? ''), { $type: `${type}.ResponseMessage, ${type}`, result: '5' });
  });

  conforms(
    'N2: signalEntity, return',
    withCounter({
      *main(context) {
        yield* [];
        context.signalEntity('@counter@a', 'add', 2);
        return 'told';
      },
    }),
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES EvS#0 EC#1[Completed] OC', 'Completed "told"');
      assert.equal(hub.sequence('@counter@a'), batchRows);
      assert.equal(await hub.state('@counter@a'), 2);
    },
  );

  const callsFault: Script = function* (context) {
    yield context.callEntity('@counter@a', String(context.input), 7);
  };

  for (const profile of ['A', 'G'] as const) {
    conforms(
      `N3: a call to an operation that throws, profile ${profile}`,
      withCounter({ main: callsFault }, { profile }),
      async (hub) => {
        await hub.signal('@counter@a', 'add', 3);
        const id = await hub.start('main', { json: 'fail' });
        const rows = {
          A: 'OS ES EvS#0 OC | OS ER EC#1[Failed] OC',
          G: 'OS ES EntityOperationCalled#1 OC | OS EntityOperationFailed EC#2[Failed] OC',
        };
        hub.expect(id, rows[profile]);
        assert.match(hub.row(id).output ?? '', /boom/);
        assert.equal(await hub.state('@counter@a'), 3);
        // Changed before it threw: JSON-protocol SDKs do not roll back, the others do.
        await hub.start('main', { json: 'failAfterAdd' });
        assert.equal(await hub.state('@counter@a'), profile === 'A' ? 10 : 3);
      },
    );
  }

  conforms('N4: a client signals a new entity three times', withCounter({}), async (hub) => {
    for (let at = 0; at < 3; at++) await hub.signal('@counter@a', 'add', 1);
    assert.equal(await hub.state('@counter@a'), 3);
    assert.equal(hub.sequence('@counter@a'), batchRows);
    assert.deepEqual(
      hub.worker.batches.map((batch) => batch.operations.length),
      [1, 1, 1],
    );
    const row = hub.row('@counter@a');
    assert.deepEqual(
      [row.name, row.runtimeStatus, row.input, row.customStatus],
      ['@counter@a', 'Running', '{"exists":true,"state":"3","sorter":{}}', '{"entityExists":true}'],
    );
  });

  conforms('N4: signals that arrive together are one batch', withCounter({}), async (hub) => {
    await hub.together(async () => {
      await Promise.all([1, 2, 3].map((each) => hub.engine.signalEntity('@counter@b', 'add', { input: String(each) })));
    });
    assert.equal(await hub.state('@counter@b'), 6);
    assert.deepEqual(
      hub.worker.batches.map((batch) => batch.operations.map((operation) => operation.input)),
      [['1', '2', '3']],
    );
  });

  conforms('N5: a critical section: lock two, call one, release', withCounter({ main: section }), async (hub) => {
    const id = await hub.start('main');
    hub.expect(id, 'OS ES EvS#0 OC | OS ER EvS#1 OC | OS ER EvS#2 EvS#3 EC#4[Completed] OC', 'Completed 1');
    // The request goes to e1 only: e1 forwards it to e2.
    assert.deepEqual(sentTo(hub, id), ['op→@counter@e1', 'op→@counter@e1', 'release→@counter@e1', 'release→@counter@e2']);
    for (const entity of ['@counter@e1', '@counter@e2']) {
      assert.equal(hub.sequence(entity), batchRows);
      assert.equal((await hub.engine.getEntity(entity))?.lockedBy, null);
    }
  });

  conforms(
    'N5: a section that is not given back is, ahead of the end, unless that is a failure',
    withCounter({
      *main(context) {
        yield context.lock('@counter@e1', '@counter@e2');
        if (context.input === 'throw') throw new Error('no');
        if (context.input === 'again') context.continueAsNew('return');
        return 'left';
      },
    }),
    async (hub) => {
      const returned = await hub.start('main', { json: 'return' });
      hub.expect(returned, 'OS ES EvS#0 OC | OS ER EvS#1 EvS#2 EC#3[Completed] OC');
      const again = await hub.start('main', { json: 'again' });
      hub.expect(again, 'OS ES OC EvS#0 OC | OS ER EvS#1 EvS#2 EC#3[Completed] OC');
      assert.equal((await hub.engine.getEntity('@counter@e1'))?.lockedBy, null);
      // Recorded: `lock-throws`. Whoever fails keeps them.
      const failed = await hub.start('main', { json: 'throw' });
      hub.expect(failed, 'OS ES EvS#0 OC | OS ER EC#1[Failed] OC');
      assert.equal((await hub.engine.getEntity('@counter@e1'))?.lockedBy, failed);
    },
  );

  conforms('N6: two orchestrators lock {a,b} and {b,a}', withCounter({ holder }), async (hub) => {
    const [a, b] = ['@counter@a', '@counter@b'];
    const first = await hub.start('holder', { json: [a, b] });
    const second = await hub.start('holder', { json: [b, a] });
    assert.equal((await hub.engine.getEntity(a))?.lockedBy, first);
    assert.deepEqual(
      (await hub.engine.getEntity(a))?.queue.map((request) => request.parent),
      [second],
    );
    await hub.raise(first, 'Go');
    assert.equal(hub.outcome(first), 'Completed "done"');
    assert.deepEqual([(await hub.engine.getEntity(a))?.lockedBy, (await hub.engine.getEntity(b))?.lockedBy], [second, second]);
    await hub.raise(second, 'Go');
    assert.equal(hub.outcome(second), 'Completed "done"');
  });

  conforms(
    'N6: while it is locked only the holder is served, the others in the order of their coming',
    withCounter({
      holder,
      *adds(context) {
        yield context.lock('@counter@a');
        yield context.waitEvent('Go');
        return yield context.callEntity('@counter@a', 'add', 100);
      },
    }),
    async (hub) => {
      const id = await hub.start('adds');
      await hub.signal('@counter@a', 'add', 1);
      await hub.signal('@counter@a', 'add', 2);
      assert.equal(await hub.state('@counter@a'), undefined);
      assert.equal((await hub.engine.getEntity('@counter@a'))?.queueSize, 2);
      await hub.raise(id, 'Go');
      assert.equal(hub.outcome(id), 'Completed 100');
      assert.equal(await hub.state('@counter@a'), 103);
    },
  );

  conforms(
    'N7: a signal at now + 5 s',
    withCounter({
      *main(context) {
        yield* [];
        context.signalEntity('@counter@a', 'add', 1, new Date(context.nowMs + 5000).toISOString());
        return null;
      },
    }),
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES EvS#0 EC#1[Completed] OC');
      assert.match(sentTo(hub, id)[0] ?? '', /^op@20.*Z→@counter@a$/);
      await hub.advance(4000);
      assert.equal(await hub.state('@counter@a'), undefined);
      await hub.advance(1000);
      assert.equal(await hub.state('@counter@a'), 1);
    },
  );

  conforms(
    'N7: a client signals for later, and an entity does',
    withCounter(
      {},
      {
        entities: {
          relay: (context) => context.signal('@counter@a', 'add', 10, new Date(Date.parse(String(context.input))).toISOString()),
        },
      },
    ),
    async (hub) => {
      const at = (ms: number): string => new Date(hub.clock.now() + ms).toISOString();
      await hub.signal('@counter@a', 'add', 1, at(5000));
      await hub.signal('@relay@r', 'go', at(2 * minute));
      await hub.advance(5000);
      assert.equal(await hub.state('@counter@a'), 1);
      await hub.advance(2 * minute);
      assert.equal(await hub.state('@counter@a'), 11);
    },
  );

  conforms('N8: set state null, query', withCounter({}), async (hub) => {
    await hub.signal('@counter@a', 'add', 1);
    await hub.signal('@counter@b', 'add', 1);
    await hub.signal('@counter@a', 'delete');
    const ids = async (includeTransient: boolean): Promise<string[]> =>
      (await hub.engine.queryEntities({ includeTransient })).entities.map((entity) => entity.instanceId);
    assert.deepEqual(await ids(false), ['@counter@b']);
    assert.deepEqual(await ids(true), ['@counter@a', '@counter@b']);
    assert.equal((await hub.engine.getEntity('@counter@a'))?.exists, false);
    assert.equal(hub.sequence('@counter@a'), batchRows);
  });

  conforms('N9: CleanEntityStorage removes empty entities and releases orphaned locks', withCounter({ holder }), async (hub) => {
    await hub.signal('@counter@a', 'add', 1);
    await hub.signal('@counter@a', 'delete');
    const id = await hub.start('holder', { json: ['@counter@b'] });
    assert.deepEqual(await hub.engine.cleanEntityStorage(), { emptyEntitiesRemoved: 1, orphanedLocksReleased: 0 });
    assert.equal(await hub.engine.getEntity('@counter@a'), undefined);
    await hub.terminate(id);
    assert.equal((await hub.engine.getEntity('@counter@b'))?.lockedBy, id);
    assert.deepEqual(await hub.engine.cleanEntityStorage(), { emptyEntitiesRemoved: 0, orphanedLocksReleased: 1 });
    await hub.quiet();
    assert.equal((await hub.engine.getEntity('@counter@b'))?.lockedBy, null);
    assert.deepEqual(await hub.engine.cleanEntityStorage(), { emptyEntitiesRemoved: 1, orphanedLocksReleased: 0 });
    assert.deepEqual((await hub.engine.queryEntities({ includeTransient: true })).entities, []);
  });

  conforms('N10: an entity name in other case is the same entity', withCounter({}), async (hub) => {
    await hub.signal('@COUNTER@a', 'add', 1);
    await hub.signal('@counter@a', 'add', 1);
    assert.equal(await hub.state('@Counter@a'), 2);
    // Keys keep their case.
    assert.equal(await hub.state('@counter@A'), undefined);
  });

  conforms(
    'N11: a call while holding a lock on another entity only',
    withCounter({
      *main(context) {
        yield context.lock('@counter@a');
        yield context.callEntity('@counter@b', 'get');
      },
    }),
    async (hub) => {
      const id = await hub.start('main');
      // Nothing was sent to b, and who fails keeps its locks.
      hub.expect(id, 'OS ES EvS#0 OC | OS ER EC#1[Failed] OC');
      assert.deepEqual(sentTo(hub, id), ['op→@counter@a']);
      assert.equal(await hub.engine.getEntity('@counter@b'), undefined);
    },
  );

  conforms('N12: the locker is terminated inside the section', withCounter({ holder }), async (hub) => {
    const id = await hub.start('holder', { json: ['@counter@a'] });
    await hub.terminate(id);
    hub.expect(id, 'OS ES EvS#0 OC | OS ER OC | OS ET EC#1[Terminated] OC');
    assert.equal((await hub.engine.getEntity('@counter@a'))?.lockedBy, id);
    await hub.signal('@counter@a', 'add', 1);
    assert.equal(await hub.state('@counter@a'), undefined);
    await hub.engine.cleanEntityStorage();
    await hub.quiet();
    assert.equal(await hub.state('@counter@a'), 1);
  });

  conforms(
    'N13: worker-replayed: call, then signal',
    withCounter(
      {
        *main(context) {
          const value = yield context.callEntity('@counter@a', 'add', 5);
          context.signalEntity('@counter@a', 'add', 1);
          return value;
        },
      },
      { profile: 'G' },
    ),
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(
        id,
        'OS ES EntityOperationCalled#1 OC | OS EntityOperationCompleted EntityOperationSignaled#2 EC#3[Completed] OC',
        'Completed 5',
      );
      assert.equal(await hub.state('@counter@a'), 6);
      const called = hub.history(id).find((event) => event.EventType === 'EntityOperationCalled');
      const completed = hub.history(id).find((event) => event.EventType === 'EntityOperationCompleted');
      assert.deepEqual([called?.Operation, called?.Input, called?.TargetInstanceId], ['add', '5', '@counter@a']);
      assert.deepEqual([completed?.RequestId, completed?.Output], [called?.RequestId, '5']);
    },
  );

  conforms('N14: worker-replayed: lock, call, release', withCounter({ main: section }, { profile: 'G' }), async (hub) => {
    const id = await hub.start('main');
    hub.expect(
      id,
      'OS ES EntityLockRequested#1 OC | OS EntityLockGranted EntityOperationCalled#2 OC | ' +
        'OS EntityOperationCompleted EntityUnlockSent#3 EntityUnlockSent#4 EC#5[Completed] OC',
      'Completed 1',
    );
    const requested = hub.history(id).find((event) => event.EventType === 'EntityLockRequested');
    assert.deepEqual(requested?.LockSet, ['@counter@e1', '@counter@e2']);
    // Nothing of it is left: like the managed scheduler, whose SDKs these are.
    assert.equal(await hub.engine.getEntity('@counter@e2'), undefined);
    assert.equal(await hub.state('@counter@e1'), 1);
  });

  conforms(
    'K9: a lock held at the kill is still held after the restart, and released at the end',
    withCounter({ holder }, { store: 'folder' }),
    async (hub) => {
      const id = await hub.start('holder', { json: ['@counter@a', '@counter@b'] });
      await hub.signal('@counter@b', 'add', 1);
      const again = await hub.kill();
      try {
        assert.equal((await again.engine.getEntity('@counter@a'))?.lockedBy, id);
        assert.equal((await again.engine.getEntity('@counter@b'))?.queueSize, 1);
        await again.raise(id, 'Go');
        again.expect(id, 'OS ES EvS#0 OC | OS ER OC | OS ER EvS#1 EvS#2 EC#3[Completed] OC');
        assert.equal((await again.engine.getEntity('@counter@a'))?.lockedBy, null);
        assert.equal(await again.state('@counter@b'), 1);
      } finally {
        await again.dispose();
      }
    },
  );
});
