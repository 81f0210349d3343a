/** Orders of arrival that are rare in life and common in bug reports. */
import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import { withTestHub } from '../support/test-hub';

const minute = 60_000;

const race: Script = function* (context) {
  const timer = context.timer(context.nowMs + minute);
  const winner = yield context.any([timer, context.waitEvent('Go')]);
  if (winner === timer) return 'timer';
  timer.cancel();
  return 'event';
};

const one: Script = function* (context) {
  return yield context.activity('a');
};

const two: Script = function* (context) {
  yield context.activity('a');
  return yield context.activity('b');
};

describe('adversarial orders', () => {
  for (const first of ['timer', 'event']) {
    it(`timer and event in one turn: the ${first} came first and wins`, () =>
      withTestHub({ scripts: { main: race } }, async (hub) => {
        const id = await hub.start('main');
        await hub.together(async () => {
          if (first === 'timer') await hub.advance(minute);
          await hub.raise(id, 'Go');
          if (first === 'event') await hub.advance(minute);
        });
        assert.equal(hub.outcome(id), `Completed "${first}"`);
        assert.equal(hub.history(id).filter((event) => event.EventType === 'TimerFired').length, 1);
        assert.deepEqual(hub.store.pendingTimers(id), []);
      }));
  }

  it('messages that come while an episode runs wait for the next one, all together', () =>
    withTestHub(
      { scripts: { main: two }, activities: { a: 'manual', b: 'manual' }, engine: { oneMessagePerEpisode: false } },
      async (hub) => {
        const id = await hub.start('main');
        hub.worker.pause();
        hub.worker.call('a').complete(1);
        await new Promise((resolve) => setImmediate(resolve));
        await hub.engine.raiseEvent(id, 'One', 'null');
        await hub.engine.suspend(id, null);
        await hub.engine.raiseEvent(id, 'Two', 'null');
        hub.worker.resume();
        await hub.quiet();
        assert.equal(hub.sequence(id), 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS ER ESu ER OC');
        assert.equal(hub.row(id).runtimeStatus, 'Suspended');
      },
    ));

  it('suspended while an episode runs: what the episode decides goes ahead, what follows is held', () =>
    withTestHub({ scripts: { main: two }, activities: { a: 'manual', b: 'manual' } }, async (hub) => {
      const id = await hub.start('main');
      hub.worker.pause();
      hub.worker.call('a').complete(1);
      await new Promise((resolve) => setImmediate(resolve));
      await hub.engine.suspend(id, null);
      hub.worker.resume();
      await hub.quiet();
      await hub.complete('b', 2);
      assert.equal(hub.sequence(id), 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS ESu OC | OS TC→1 OC');
      await hub.resume(id);
      assert.equal(hub.outcome(id), 'Completed 2');
    }));

  it('a terminate that comes while the last episode runs finds the instance finished', () =>
    withTestHub({ scripts: { main: one }, activities: { a: 'manual' } }, async (hub) => {
      const id = await hub.start('main');
      hub.worker.pause();
      hub.worker.call('a').complete(1);
      await new Promise((resolve) => setImmediate(resolve));
      await hub.engine.terminate(id, 'late');
      hub.worker.resume();
      await hub.quiet();
      assert.equal(hub.sequence(id), 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
      assert.deepEqual(hub.store.inbox(id), []);
    }));

  it('purged while an activity runs: its result is nobody’s', () =>
    withTestHub({ scripts: { main: one }, activities: { a: 'manual' } }, async (hub) => {
      const id = await hub.start('main');
      await hub.terminate(id);
      assert.equal(await hub.engine.purge(id), 1);
      await hub.complete('a', 1);
      assert.equal(hub.store.instance(id), undefined);
      assert.deepEqual(hub.store.pendingActivities(id), []);
    }));

  it('purged and started anew while an activity of the first life runs', () =>
    withTestHub({ scripts: { main: one }, activities: { a: 'manual' } }, async (hub) => {
      await hub.start('main', { instanceId: 'x' });
      await hub.terminate('x');
      await hub.engine.purge('x');
      await hub.start('main', { instanceId: 'x' });
      const [old, current] = hub.worker.calls;
      old?.complete('old');
      await hub.quiet();
      hub.expect('x', 'OS ES TS#0 OC', 'Running');
      current?.complete('new');
      await hub.quiet();
      hub.expect('x', 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC', 'Completed "new"');
      assert.equal(hub.row('x').generation, 0);
    }));

  it('purged and asked for again in one turn', () =>
    withTestHub({ scripts: { main: one }, activities: { a: () => 1 } }, async (hub) => {
      await hub.start('main', { instanceId: 'x' });
      const [first, second, started] = await Promise.all([
        hub.engine.purge('x'),
        hub.engine.purge('x'),
        hub.engine.start({ name: 'main', instanceId: 'x' }),
      ]);
      assert.deepEqual([first, second, started.instanceId], [1, 0, 'x']);
      await hub.quiet();
      assert.equal(hub.row('x').runtimeStatus, 'Completed');
      assert.equal(hub.row('x').generation, 0);
    }));

  it('two starts of one id in one turn: the second is refused', () =>
    withTestHub({ scripts: { main: one }, activities: { a: () => 1 } }, async (hub) => {
      const results = await Promise.allSettled([
        hub.engine.start({ name: 'main', instanceId: 'x' }),
        hub.engine.start({ name: 'main', instanceId: 'x' }),
      ]);
      assert.deepEqual(
        results.map((result) => result.status),
        ['fulfilled', 'rejected'],
      );
    }));

  it('an event for a child that is started in the same turn', () =>
    withTestHub(
      {
        scripts: {
          *main(context) {
            const child = context.child('child', null, { instanceId: 'kid' });
            context.sendEvent('kid', 'Go', 5);
            return yield child;
          },
          *child(context) {
            return yield context.waitEvent('Go');
          },
        },
      },
      async (hub) => {
        const id = await hub.start('main');
        assert.equal(hub.outcome(id), 'Completed 5');
      },
    ));

  it('an event to an unknown instance is recorded by its sender and goes nowhere', () =>
    withTestHub(
      {
        scripts: {
          *main(context) {
            yield* [];
            context.sendEvent('nobody', 'Go', 5);
          },
        },
      },
      async (hub) => {
        const id = await hub.start('main');
        hub.expect(id, 'OS ES EvS#0 EC#1[Completed] OC');
        assert.match(hub.logs.at(-1)?.message ?? '', /EventRaised is dropped: there is no such instance/);
      },
    ));

  it("the orchestrator's clock never goes back, even if the computer's does", () =>
    withTestHub({ scripts: { main: one }, activities: { a: 'manual' } }, async (hub) => {
      const id = await hub.start('main');
      hub.clock.jumpTo(hub.clock.now() - minute);
      await hub.complete('a', 1);
      const times = hub.history(id).flatMap((event) => (event.EventType === 'TaskCompleted' ? [] : [event.Timestamp]));
      assert.deepEqual(times, [...times].sort());
    }));

  it('many timers due at one moment fire in the order of their creation', () =>
    withTestHub(
      {
        scripts: {
          *main(context) {
            yield context.all([1, 2, 3, 4, 5].map(() => context.timer(context.nowMs + minute)));
          },
        },
        engine: { oneMessagePerEpisode: false },
      },
      async (hub) => {
        const id = await hub.start('main');
        await hub.together(() => hub.advance(minute));
        hub.expect(id, 'OS ES TmC#0 TmC#1 TmC#2 TmC#3 TmC#4 OC | OS TmF→0 TmF→1 TmF→2 TmF→3 TmF→4 EC#5[Completed] OC');
      },
    ));

  it('waiting for completion: at the end, after the time, for what has ended and for what is unknown', () =>
    withTestHub({ scripts: { main: one }, activities: { a: 'manual' } }, async (hub) => {
      const id = await hub.start('main');
      const ended = hub.engine.waitForCompletion(id, 10 * minute);
      const timedOut = hub.engine.waitForCompletion(id, 1000);
      await hub.advance(1000);
      assert.equal((await timedOut).runtimeStatus, 'Running');
      await hub.complete('a', 1);
      assert.equal((await ended).output, '1');
      assert.equal((await hub.engine.waitForCompletion(id, minute)).output, '1');
      assert.equal(hub.clock.armed, 0);
      await assert.rejects(hub.engine.waitForCompletion('nobody', 1), { code: 'InstanceNotFound' });
    }));

  it('waiting for completion: a stop ends it, and nothing waits after one', () =>
    withTestHub({ scripts: { main: one }, activities: { a: 'manual' } }, async (hub) => {
      const id = await hub.start('main');
      const waiting = hub.engine.waitForCompletion(id, minute);
      const stopped = hub.engine.stop();
      assert.equal((await waiting).runtimeStatus, 'Running');
      await assert.rejects(hub.engine.waitForCompletion(id, minute), { code: 'Stopped' });
      await stopped;
      assert.equal(hub.clock.armed, 0);
    }));

  it('changes are announced after they are committed, in their order', () =>
    withTestHub({ scripts: { main: one }, activities: { a: 'manual' } }, async (hub) => {
      const seen: string[] = [];
      const subscription = hub.engine.subscribe((changes) => {
        for (const change of changes) {
          if (change.type === 'instance') {
            assert.equal(hub.row(change.row.instanceId).historyLength, change.row.historyLength);
            seen.push(`${change.row.runtimeStatus} +${change.newEvents.length}${change.historyReplaced ? ' anew' : ''}`);
          } else seen.push(change.type);
        }
      });
      await hub.start('main', { instanceId: 'x' });
      await hub.complete('a', 1);
      await hub.start('main', { instanceId: 'x' });
      await hub.terminate('x');
      await hub.engine.purge('x');
      subscription.dispose();
      await hub.start('main');
      assert.deepEqual(seen, [
        'Pending +0',
        'Running +4',
        'Completed +4',
        'Pending +0 anew',
        'Running +4',
        'Terminated +4',
        'purged',
      ]);
    }));

  it('features that are not built yet fail by name', () =>
    withTestHub(
      {
        scripts: {
          *http(context) {
            return yield context.activity('BuiltIn::HttpActivity', { uri: 'http://localhost' });
          },
        },
        activities: { a: 'manual', 'BuiltIn::HttpActivity': 'manual' },
      },
      async (hub) => {
        assert.match(hub.outcome(await hub.start('http')), /^Failed .*Durable HTTP calls \(callHttp\) cannot be made here/);
        assert.deepEqual(hub.engine.capabilities, { rewind: true, entities: true, suspend: true });
      },
    ));
});
