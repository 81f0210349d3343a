import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import { conforms, withActivities } from './conforms';

const waits: Script = function* (context) {
  return yield context.waitEvent('MyEvent');
};

const activityThenEvent: Script = function* (context) {
  yield context.activity('a');
  return yield context.waitEvent('MyEvent');
};

const twoWaiters: Script = function* (context) {
  const first = context.waitEvent('MyEvent');
  const second = context.waitEvent('MyEvent');
  const winner = yield context.any([first, second]);
  return winner === first ? 'first' : 'second';
};

const withTimeout: Script = function* (context) {
  return yield context.waitEventFor('MyEvent', 60_000);
};

describe('conformance 8.4, external events', () => {
  conforms('E1: waits, then the event', waits, async (hub) => {
    const id = await hub.start('main');
    assert.deepEqual((await hub.engine.waitingFor(id)).events, ['MyEvent']);
    await hub.raise(id, 'MyEvent', { a: 1 });
    hub.expect(id, 'OS ES OC | OS ER EC#0[Completed] OC', 'Completed {"a":1}');
  });

  conforms(
    'E2: an event that comes before the wait is kept; the wait costs no episode',
    withActivities(activityThenEvent),
    async (hub) => {
      const id = await hub.start('main');
      await hub.raise(id, 'MyEvent', 7);
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#0 OC | OS ER OC | OS TC→0 EC#1[Completed] OC', 'Completed 7');
    },
  );

  conforms('E3: event and result in one batch', withActivities(activityThenEvent), async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.raise(id, 'MyEvent', 7);
      await hub.complete('a', 1);
    });
    hub.expect(id, 'OS ES TS#0 OC | OS ER TC→0 EC#1[Completed] OC', 'Completed 7');
  });

  conforms(
    'E4: two waits on one name, two events in one batch',
    function* (context) {
      const first = yield context.waitEvent('MyEvent');
      const second = yield context.waitEvent('MyEvent');
      return [first, second];
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.together(async () => {
        await hub.raise(id, 'MyEvent', 1);
        await hub.raise(id, 'MyEvent', 2);
      });
      hub.expect(id, 'OS ES OC | OS ER ER EC#0[Completed] OC', 'Completed [1,2]');
    },
  );

  conforms(
    "E5: names match whatever their case in worker-replayed SDKs; the row keeps the sender's spelling",
    { profile: 'G', scripts: { main: waits } },
    async (hub) => {
      const id = await hub.start('main');
      await hub.raise(id, 'MYEVENT', 1);
      hub.expect(id, 'OS ES OC | OS ER EC#1[Completed] OC', 'Completed 1');
      assert.ok(hub.history(id).some((event) => event.EventType === 'EventRaised' && event.Name === 'MYEVENT'));
    },
  );

  conforms('E6: an event accepted before the first episode', waits, async (hub) => {
    await hub.together(async () => {
      await hub.start('main', { instanceId: 'x' });
      await hub.raise('x', 'MyEvent', 1);
    });
    hub.expect('x', 'OS ES ER EC#0[Completed] OC', 'Completed 1');
  });

  conforms(
    'E7: an event nobody waits for',
    withActivities(function* (context) {
      return yield context.activity('a');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.raise(id, 'Other');
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#0 OC | OS ER OC | OS TC→0 EC#1[Completed] OC', 'Completed 1');
    },
  );

  conforms('E8: a wait with a time limit, and nothing comes', withTimeout, async (hub) => {
    const id = await hub.start('main');
    await hub.advance(60_000);
    hub.expect(id, 'OS ES TmC#0 OC | OS TmF→0 EC#1[Failed] OC');
    assert.match(hub.row(id).output ?? '', /did not come in time/);
  });

  conforms('E9: a wait with a time limit, and the event comes', withTimeout, async (hub) => {
    const id = await hub.start('main');
    await hub.raise(id, 'MyEvent', 1);
    hub.expect(id, 'OS ES TmC#0 OC | OS ER EC#1[Completed] OC', 'Completed 1');
    await hub.advance(60_000);
    hub.expect(id, 'OS ES TmC#0 OC | OS ER EC#1[Completed] OC');
  });

  conforms('E10: of two waiters the newest gets the event in profile A', twoWaiters, async (hub) => {
    const id = await hub.start('main');
    await hub.raise(id, 'MyEvent');
    hub.expect(id, 'OS ES OC | OS ER EC#0[Completed] OC', 'Completed "second"');
  });

  conforms('E10: in profile G the oldest', { scripts: { main: twoWaiters }, profile: 'G' }, async (hub) => {
    const id = await hub.start('main');
    await hub.raise(id, 'MyEvent');
    hub.expect(id, 'OS ES OC | OS ER EC#1[Completed] OC', 'Completed "first"');
  });

  conforms(
    'E11: two names, events in the other order',
    function* (context) {
      return yield context.all([context.waitEvent('A'), context.waitEvent('B')]);
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.raise(id, 'B', 2);
      await hub.raise(id, 'A', 1);
      hub.expect(id, 'OS ES OC | OS ER OC | OS ER EC#0[Completed] OC', 'Completed [1,2]');
    },
  );

  conforms('E12: an event for a Completed instance is refused and changes nothing', waits, async (hub) => {
    const id = await hub.start('main');
    await hub.raise(id, 'MyEvent', 1);
    const before = hub.history(id);
    await assert.rejects(hub.engine.raiseEvent(id, 'MyEvent', '2'), { code: 'InstanceTerminal', message: /Completed state/ });
    await hub.send(id, { ...hub.inbound(), EventType: 'EventRaised', Name: 'MyEvent', Input: '2' });
    assert.deepEqual(hub.history(id), before);
  });

  conforms('E13: an event for an unknown id leaves nothing anywhere', waits, async (hub) => {
    await assert.rejects(hub.engine.raiseEvent('nobody', 'MyEvent', '1'), { code: 'InstanceNotFound' });
    assert.equal(hub.store.count({}), 0);
  });

  conforms(
    'E14: an orchestrator sends an event to another and returns',
    {
      scripts: {
        *main(context) {
          yield* [];
          context.sendEvent('r', 'MyEvent', 5);
          return 'sent';
        },
        receiver: waits,
      },
    },
    async (hub) => {
      await hub.start('receiver', { instanceId: 'r' });
      const id = await hub.start('main');
      hub.expect(id, 'OS ES EvS#0 EC#1[Completed] OC');
      hub.expect('r', 'OS ES OC | OS ER EC#0[Completed] OC', 'Completed 5');
    },
  );
});
