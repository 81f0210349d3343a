import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import { TestHub, withTestHub } from '../support/test-hub';

const minute = 60_000;

const failing: Script = function* (context) {
  yield context.activity('a');
  return yield context.activity('b');
};

const manual = { a: 'manual', b: 'manual' } as const;

/** An instance of `main` whose activity `b` failed, and it with that. */
async function failedAtB(hub: TestHub): Promise<string> {
  const id = await hub.start('main');
  await hub.fail('b');
  return id;
}

/** All that follows at once has happened. */
async function rewind(hub: TestHub, id: string): Promise<void> {
  await hub.engine.rewind(id, null);
  await hub.quiet();
}

describe('rewind', () => {
  it('a timer that was under way when the instance failed is armed again', () =>
    withTestHub(
      {
        profile: 'G',
        activities: manual,
        scripts: {
          main: function* (context) {
            const timer = context.timer(context.nowMs + 10 * minute);
            yield context.activity('b');
            yield timer;
            return 'done';
          },
        },
      },
      async (hub) => {
        const id = await failedAtB(hub);
        assert.deepEqual(hub.store.pendingTimers(id), []);
        await rewind(hub, id);
        await hub.complete('b', 1);
        assert.equal(hub.row(id).runtimeStatus, 'Running');
        await hub.advance(10 * minute);
        assert.equal(hub.outcome(id), 'Completed "done"');
      },
    ));

  it('an activity that was under way when the instance failed is asked for again', () =>
    withTestHub(
      {
        profile: 'G',
        activities: manual,
        scripts: {
          main: function* (context) {
            const slow = context.activity('a');
            yield context.activity('b');
            return yield slow;
          },
        },
      },
      async (hub) => {
        const id = await failedAtB(hub);
        await hub.complete('a', 'late');
        await rewind(hub, id);
        await hub.complete('a', 'again');
        await hub.complete('b', 1);
        assert.equal(hub.outcome(id), 'Completed "again"');
      },
    ));

  const openWork: Script = function* (context) {
    const slow = context.activity('a', 'of the slow one');
    yield context.any([slow, context.activity('b')]);
    return yield slow;
  };

  /** An instance of `openWork` whose second episode failed as code does that ends without its state: `a` is open. */
  async function failedWithOpenWork(hub: TestHub): Promise<string> {
    const id = await hub.start('main');
    const failed = { type: 'CompleteOrchestration', id: 2, status: 'Failed', result: 'no state' } as const;
    hub.worker.intercept = () => {
      hub.worker.intercept = () => undefined;
      return Promise.resolve({ decisions: [failed], customStatus: null, awaitedEvents: [] });
    };
    await hub.complete('b', 1);
    assert.equal(hub.outcome(id), 'Failed no state');
    return id;
  }

  const callsOf = (hub: TestHub, id: string): unknown[] =>
    hub
      .history(id)
      .flatMap((event) => (event.EventType === 'TaskScheduled' && event.Name === 'a' ? [[event.EventId, event.Timestamp]] : []));

  it('JSON protocol: an activity that still runs keeps its row and answers the rewound instance', () =>
    withTestHub({ activities: manual, scripts: { main: openWork } }, async (hub) => {
      const id = await failedWithOpenWork(hub);
      const before = callsOf(hub, id);
      await rewind(hub, id);
      await hub.complete('a', 'its only run');
      assert.equal(hub.outcome(id), 'Completed "its only run"');
      assert.deepEqual(callsOf(hub, id), before);
      assert.equal(hub.worker.callCounts['a'], 1);
    }));

  it('JSON protocol: an activity whose result came while the instance had failed runs again under its row', () =>
    withTestHub({ activities: manual, scripts: { main: openWork } }, async (hub) => {
      const id = await failedWithOpenWork(hub);
      const before = callsOf(hub, id);
      await hub.complete('a', 'lost');
      await rewind(hub, id);
      await hub.complete('a', 'again');
      assert.equal(hub.outcome(id), 'Completed "again"');
      assert.deepEqual(callsOf(hub, id), before);
    }));

  it('JSON protocol: where the input of such an activity is not kept, the orchestration calls it anew', () =>
    withTestHub(
      {
        activities: manual,
        scripts: {
          main: function* (context) {
            const slow = context.activity('a', 'i'.repeat(33_000));
            yield context.any([slow, context.activity('b')]);
            return yield slow;
          },
        },
      },
      async (hub) => {
        const id = await failedWithOpenWork(hub);
        await hub.complete('a', 'lost');
        await rewind(hub, id);
        await hub.complete('a', 'anew');
        assert.equal(hub.outcome(id), 'Completed "anew"');
      },
    ));

  it('is refused while a child of the failed instance still runs, in the scheme that changes the ExecutionId', () =>
    withTestHub(
      {
        profile: 'G',
        activities: manual,
        scripts: {
          main: function* (context) {
            const child = context.child('kid', null, { instanceId: 'kid' });
            yield context.activity('b');
            return yield child;
          },
          kid: function* (context) {
            return yield context.activity('a');
          },
        },
      },
      async (hub) => {
        const id = await failedAtB(hub);
        await assert.rejects(hub.engine.rewind(id, null), { code: 'InstanceWrongState', message: /child 'kid' is Running/ });
        assert.equal(hub.row(id).runtimeStatus, 'Failed');
        await hub.complete('a', 'lost');
        await rewind(hub, id);
        await hub.complete('a', 'again');
        await hub.complete('b', 1);
        assert.equal(hub.outcome(id), 'Completed "again"');
      },
    ));

  it('is refused when the instance failed in a critical section: its entities have been given back', () =>
    withTestHub(
      {
        profile: 'G',
        activities: manual,
        entities: { counter: () => undefined },
        scripts: {
          main: function* (context) {
            yield context.lock('@counter@a');
            yield context.activity('b');
            context.release();
          },
        },
      },
      async (hub) => {
        const id = await failedAtB(hub);
        const before = hub.sequence(id);
        await assert.rejects(hub.engine.rewind(id, null), {
          code: 'InstanceWrongState',
          message: /failed in a critical section/,
        });
        assert.deepEqual([hub.sequence(id), hub.row(id).runtimeStatus], [before, 'Failed']);
      },
    ));

  it('JSON protocol: who failed in a critical section still has its locks, and goes on within it', () =>
    withTestHub(
      {
        activities: manual,
        entities: { counter: () => undefined },
        scripts: {
          main: function* (context) {
            yield context.lock('@counter@a');
            yield context.activity('b');
            context.release();
            return 'released';
          },
        },
      },
      async (hub) => {
        const id = await failedAtB(hub);
        assert.equal((await hub.engine.getEntity('@counter@a'))?.lockedBy, id);
        await rewind(hub, id);
        await hub.complete('b', 1);
        assert.equal(hub.outcome(id), 'Completed "released"');
        assert.equal((await hub.engine.getEntity('@counter@a'))?.lockedBy, null);
      },
    ));

  it('a child that was restarted by somebody else is called anew once it has ended', () =>
    withTestHub(
      {
        activities: manual,
        scripts: {
          main: function* (context) {
            return yield context.child('kid', null, { instanceId: 'kid' });
          },
          kid: function* (context) {
            return yield context.activity('b');
          },
        },
      },
      async (hub) => {
        const id = await failedAtB(hub);
        await hub.engine.restart('kid', { newInstanceId: false });
        await hub.quiet();
        await hub.complete('b', 'for nobody');
        await rewind(hub, id);
        await hub.complete('b', 'for the parent');
        assert.equal(hub.outcome(id), 'Completed "for the parent"');
      },
    ));

  it('JSON protocol: a child that was terminated is called anew, and the log says that the real service waits for it', () =>
    withTestHub(
      {
        activities: manual,
        scripts: {
          main: function* (context) {
            const kid = context.child('kid', null, { instanceId: 'kid' });
            const first = yield context.activity('b');
            return [first, yield kid];
          },
          kid: function* (context) {
            return yield context.waitEvent('go');
          },
        },
      },
      async (hub) => {
        const id = await hub.start('main');
        await hub.engine.terminate('kid', 'enough');
        await hub.quiet();
        await hub.fail('b');
        assert.deepEqual([hub.row(id).runtimeStatus, hub.row('kid').runtimeStatus], ['Failed', 'Terminated']);
        await rewind(hub, id);
        const told = hub.logs.filter(({ message }) => message.includes("The child 'kid' was terminated"));
        assert.deepEqual(
          told.map(({ level, instanceId }) => [level, instanceId]),
          [['warning', id]],
        );
        await hub.complete('b', 'now');
        await hub.engine.raiseEvent('kid', 'go', '"here"');
        await hub.quiet();
        assert.equal(hub.outcome(id), 'Completed ["now","here"]');
      },
    ));

  it('survives a kill right after it was accepted', async () => {
    for (const profile of ['A', 'G'] as const) {
      let hub = await TestHub.open({ profile, store: 'folder', scripts: { main: failing }, activities: manual });
      try {
        const id = await hub.start('main');
        await hub.complete('a', 1);
        await hub.fail('b');
        hub.engine.configure({ maxConcurrentEpisodes: 0 });
        await hub.engine.rewind(id, 'mended');
        hub = await hub.kill();
        await hub.quiet();
        await hub.complete('b', 'now');
        assert.equal(hub.outcome(id), 'Completed "now"');
        assert.equal(hub.worker.callCounts['a'], undefined);
      } finally {
        await hub.dispose();
      }
    }
  });

  it('whoever waits for the end of the instance waits for the new one', () =>
    withTestHub({ scripts: { main: failing }, activities: manual }, async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      await hub.fail('b');
      await hub.engine.rewind(id, null);
      const ended = hub.engine.waitForCompletion(id, minute);
      await hub.quiet();
      await hub.complete('b', 'now');
      assert.equal((await ended).runtimeStatus, 'Completed');
    }));
});
