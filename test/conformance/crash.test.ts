import assert from 'node:assert/strict';
import { toDisplayOrder } from '../../src/core/history/history-order';
import type { Script } from '../support/script-types';
import { TestHub, type TestHubOptions } from '../support/test-hub';
import { withActivities } from './conforms';

const minute = 60_000;
const never = new Promise<never>(() => undefined);

const helloCities = withActivities(
  function* (context) {
    const all: unknown[] = [];
    for (const city of ['Tokyo', 'Seattle', 'London']) all.push(yield context.activity('a', city));
    return all;
  },
  { store: 'folder' },
);
const helloSequence = 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 EC#3[Completed] OC';

const waits: Script = function* (context) {
  return yield context.waitEvent('Go');
};

/** `body` gets a hub on a folder and returns the one that runs at the end. */
function survives(title: string, options: TestHubOptions, body: (hub: TestHub) => Promise<TestHub>): void {
  it(title, async () => {
    const last = await body(await TestHub.open({ ...options, store: 'folder' }));
    await last.dispose();
  });
}

describe('conformance 8.14, crash and restart', () => {
  survives('K1: killed while the second activity runs: it runs twice, its result is there once', helloCities, async (hub) => {
    const id = await hub.start('main');
    await hub.complete('a', 'Tokyo');
    assert.equal(hub.worker.call('a').taskId, 1);
    const next = await hub.kill();
    assert.equal(next.worker.call('a').taskId, 1);
    await next.complete('a', 'Seattle');
    await next.complete('a', 'London');
    next.expect(id, helloSequence, 'Completed ["Tokyo","Seattle","London"]');
    assert.equal(toDisplayOrder(next.history(id)).length, 16);
    assert.deepEqual([hub.worker.callCounts, next.worker.callCounts], [{ a: 2 }, { a: 2 }]);
    return next;
  });

  survives('K1: an activity that has ended, but not in any commit, runs again', helloCities, async (hub) => {
    const id = await hub.start('main');
    await new Promise<void>((resolve) => {
      hub.worker.intercept = () => {
        resolve();
        return never;
      };
      hub.worker.call('a').complete('lost');
    });
    const next = await hub.kill();
    for (const city of ['Tokyo', 'Seattle', 'London']) await next.complete('a', city);
    next.expect(id, helloSequence, 'Completed ["Tokyo","Seattle","London"]');
    return next;
  });

  survives(
    'K2: killed after the function decided, before the commit: the episode runs again, no activity twice',
    helloCities,
    async (hub) => {
      const id = await hub.start('main');
      hub.beforeCommit = () => never;
      hub.worker.call('a').complete('Tokyo');
      await new Promise<void>((resolve) => {
        hub.beforeCommit = () => {
          resolve();
          return never;
        };
      });
      assert.equal(hub.worker.episodes.length, 2);
      const next = await hub.kill();
      assert.equal(next.worker.call('a').taskId, 0);
      for (const city of ['Tokyo', 'Seattle', 'London']) await next.complete('a', city);
      next.expect(id, helloSequence);
      assert.deepEqual([hub.worker.callCounts, next.worker.callCounts], [{ a: 1 }, { a: 3 }]);
      return next;
    },
  );

  survives(
    'K3: killed after the commit, before the activity is picked up',
    { ...helloCities, engine: { maxConcurrentActivities: 0 } },
    async (hub) => {
      const id = await hub.start('main');
      assert.deepEqual(hub.worker.callCounts, {});
      const next = await hub.kill({ engine: {} });
      for (const city of ['Tokyo', 'Seattle', 'London']) await next.complete('a', city);
      next.expect(id, helloSequence);
      assert.deepEqual(next.worker.callCounts, { a: 3 });
      return next;
    },
  );

  survives(
    'K4: killed before a timer is due, started again after it',
    {
      scripts: {
        *main(context) {
          yield context.timer(context.nowMs + minute);
        },
      },
    },
    async (hub) => {
      const id = await hub.start('main');
      const fireAt = new Date(hub.clock.now() + minute).toISOString();
      hub.clock.jumpTo(hub.clock.now() + 5 * minute);
      const next = await hub.kill();
      next.expect(id, 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC');
      const fired = next.history(id).find((event) => event.EventType === 'TimerFired');
      assert.equal(Date.parse(fired?.FireAt ?? ''), Date.parse(fireAt));
      assert.equal(Date.parse(fired?.Timestamp ?? ''), Date.parse(fireAt) + 4 * minute);
      return next;
    },
  );

  survives('K5: killed after an event was accepted', { scripts: { main: waits } }, async (hub) => {
    const id = await hub.start('main');
    hub.worker.pause();
    await hub.engine.raiseEvent(id, 'Go', '1');
    const next = await hub.kill();
    next.expect(id, 'OS ES OC | OS ER EC#0[Completed] OC', 'Completed 1');
    return next;
  });

  survives('K5: killed after a start was accepted', { scripts: { main: waits } }, async (hub) => {
    hub.worker.pause();
    const { instanceId } = await hub.engine.start({ name: 'main' });
    const next = await hub.kill();
    next.expect(instanceId, 'OS ES OC', 'Running');
    return next;
  });

  survives(
    "K6: killed after the child's last commit: the parent still gets exactly one answer",
    withActivities(
      function* (context) {
        return yield context.child('child', null, { instanceId: 'kid' });
      },
      {
        scripts: {
          *child(context) {
            return yield context.activity('a');
          },
        },
      },
    ),
    async (hub) => {
      const id = await hub.start('main');
      hub.worker.intercept = (request) => (request.name === 'main' ? never : undefined);
      hub.worker.call('a').complete(1);
      while (hub.row('kid').runtimeStatus !== 'Completed') await new Promise((resolve) => setImmediate(resolve));
      hub.expect(id, 'OS ES SC#0 OC', 'Running');
      const next = await hub.kill();
      next.expect(id, 'OS ES SC#0 OC | OS SD→0 EC#1[Completed] OC', 'Completed 1');
      next.expect('kid', 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
      const last = await next.kill();
      last.expect(id, 'OS ES SC#0 OC | OS SD→0 EC#1[Completed] OC');
      return last;
    },
  );

  survives('K7: killed while Suspended', { scripts: { main: waits } }, async (hub) => {
    const id = await hub.start('main');
    await hub.suspend(id);
    const next = await hub.kill();
    assert.equal(next.row(id).runtimeStatus, 'Suspended');
    await next.raise(id, 'Go', 1);
    assert.equal(next.row(id).runtimeStatus, 'Suspended');
    const last = await next.kill();
    await last.resume(id);
    last.expect(id, 'OS ES OC | OS ESu OC | OS ER OC | OS ERe EC#0[Completed] OC', 'Completed 1');
    return last;
  });

  survives('K8: killed while waiting for the start time: starts at its time, once', { scripts: { main: waits } }, async (hub) => {
    const scheduledStartTime = new Date(hub.clock.now() + minute).toISOString();
    const id = await hub.start('main', { scheduledStartTime });
    const next = await hub.kill();
    next.expect(id, '', 'Pending');
    await next.advance(minute);
    next.expect(id, 'OS ES OC', 'Running');
    const last = await next.kill();
    await last.advance(minute);
    last.expect(id, 'OS ES OC', 'Running');
    assert.deepEqual(last.worker.episodes, []);
    return last;
  });

  survives(
    'K10: the slower of two that claim one instance is refused, and nothing of it is visible',
    withActivities(
      function* (context) {
        context.setStatus(context.input);
        return yield context.activity('a');
      },
      { engine: { overridableStates: 'AnyState' } },
    ),
    async (hub) => {
      hub.worker.pause();
      await hub.engine.start({ name: 'main', instanceId: 'x', input: '"slow"' });
      await hub.engine.start({ name: 'main', instanceId: 'x', input: '"fast"' });
      hub.worker.resume();
      await hub.quiet();
      hub.expect('x', 'OS ES TS#0 OC', 'Running');
      assert.equal(hub.row('x').customStatus, '"fast"');
      assert.deepEqual(hub.worker.callCounts, { a: 1 });
      assert.deepEqual(
        (await hub.engine.customStatusChanges('x')).map((change) => change.value),
        ['"fast"'],
      );
      return hub;
    },
  );
});
