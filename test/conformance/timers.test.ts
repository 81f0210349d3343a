import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import { conforms, withActivities } from './conforms';

const minute = 60_000;
const day = 24 * 60 * minute;

const eventOrTimer = (cancels: boolean): Script =>
  function* (context) {
    const timer = context.timer(context.nowMs + minute);
    const event = context.waitEvent('Go');
    const winner = yield context.any([timer, event]);
    if (winner === timer) return 'too late';
    if (cancels) timer.cancel();
    return 'in time';
  };

/** As an SDK splits a long timer: parts of at most `partMs` while more than `maxMs` remain. */
const longTimer = (days: number, maxDays: number, partDays: number): Script =>
  function* (context) {
    const end = context.nowMs + days * day;
    while (end - context.nowMs > maxDays * day) yield context.timer(context.nowMs + partDays * day);
    if (end > context.nowMs) yield context.timer(end);
    return 'on time';
  };

describe('conformance 8.3, timers', () => {
  conforms(
    'T1: waits for one timer',
    function* (context) {
      yield context.timer(context.nowMs + minute);
      return 'rang';
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.advance(minute - 1);
      hub.expect(id, 'OS ES TmC#0 OC', 'Running');
      await hub.advance(1);
      hub.expect(id, 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC', 'Completed "rang"');
      const [created, fired] = hub
        .history(id)
        .flatMap((event) => (event.EventType === 'TimerCreated' || event.EventType === 'TimerFired' ? [event] : []));
      assert.equal(fired?.FireAt, created?.FireAt);
      assert.equal(hub.clock.armed, 0);
    },
  );

  conforms('T2: the event wins, the timer is cancelled and leaves no row', eventOrTimer(true), async (hub) => {
    const id = await hub.start('main');
    await hub.raise(id, 'Go');
    await hub.advance(2 * minute);
    hub.expect(id, 'OS ES TmC#0 OC | OS ER EC#1[Completed] OC', 'Completed "in time"');
  });

  conforms('T3: the event wins, the timer is not cancelled: Running until it fires', eventOrTimer(false), async (hub) => {
    const id = await hub.start('main');
    await hub.raise(id, 'Go');
    hub.expect(id, 'OS ES TmC#0 OC | OS ER OC', 'Running');
    await hub.advance(minute);
    hub.expect(id, 'OS ES TmC#0 OC | OS ER OC | OS TmF→0 EC#1[Completed] OC', 'Completed "in time"');
  });

  conforms(
    'T4: a cancelled timer fires while the instance waits for something else',
    function* (context) {
      const timer = context.timer(context.nowMs + minute);
      yield context.any([timer, context.waitEvent('First')]);
      timer.cancel();
      yield context.waitEvent('Go');
      return 'gone';
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.raise(id, 'First');
      await hub.advance(minute);
      await hub.raise(id, 'Go');
      hub.expect(id, 'OS ES TmC#0 OC | OS ER OC | OS TmF→0 OC | OS ER EC#1[Completed] OC');
    },
  );

  conforms('T5: the timer wins, an event that comes later is refused', eventOrTimer(true), async (hub) => {
    const id = await hub.start('main');
    await hub.advance(minute);
    await assert.rejects(hub.engine.raiseEvent(id, 'Go', 'null'), { code: 'InstanceTerminal' });
    await hub.send(id, { ...hub.inbound(), EventType: 'EventRaised', Name: 'Go', Input: 'null' });
    hub.expect(id, 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC', 'Completed "too late"');
    assert.deepEqual(hub.store.inbox(id), []);
  });

  conforms(
    'T6: a timer created and cancelled in one turn keeps its id and row',
    withActivities(function* (context) {
      context.timer(context.nowMs + minute).cancel();
      return yield context.activity('a');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      await hub.advance(2 * minute);
      hub.expect(id, 'OS ES TmC#0 TS#1 OC | OS TC→1 EC#2[Completed] OC');
    },
  );

  conforms(
    'T7: a timer in the past fires at once',
    function* (context) {
      yield context.timer(context.nowMs - minute);
      return 'rang';
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC');
    },
  );

  conforms('T8: seven days as three timers of 3, 3 and 1 days', longTimer(7, 3, 3), async (hub) => {
    const id = await hub.start('main');
    await hub.advance(3 * day);
    await hub.advance(3 * day);
    hub.expect(id, 'OS ES TmC#0 OC | OS TmF→0 TmC#1 OC | OS TmF→1 TmC#2 OC', 'Running');
    await hub.advance(day);
    hub.expect(id, 'OS ES TmC#0 OC | OS TmF→0 TmC#1 OC | OS TmF→1 TmC#2 OC | OS TmF→2 EC#3[Completed] OC');
  });

  conforms(
    'T9: five days are one timer in-proc and in the JavaScript core, two in the isolated worker',
    { scripts: { one: longTimer(5, 6, 3), two: longTimer(5, 3, 3) } },
    async (hub) => {
      const one = await hub.start('one');
      const two = await hub.start('two');
      await hub.advance(3 * day);
      await hub.advance(2 * day);
      hub.expect(one, 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC');
      hub.expect(two, 'OS ES TmC#0 OC | OS TmF→0 TmC#1 OC | OS TmF→1 EC#2[Completed] OC');
    },
  );

  conforms('one timer may last longer than any process timer', longTimer(60, 100, 100), async (hub) => {
    const id = await hub.start('main');
    await hub.advance(60 * day - 1);
    assert.equal(hub.row(id).runtimeStatus, 'Running');
    await hub.advance(1);
    hub.expect(id, 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC');
  });
});
