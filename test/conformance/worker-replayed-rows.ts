import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import type { TestHub, TestHubOptions } from '../support/test-hub';
import { type Conforms, withActivities } from './conforms';

const minute = 60_000;

const inG = (main: Script, more: Partial<TestHubOptions> = {}): TestHubOptions => withActivities(main, { ...more, profile: 'G' });

const retry = { firstRetryIntervalMs: 1000, maxNumberOfAttempts: 3 };

const timerAndActivity: Script = function* (context) {
  const timer = context.timer(context.nowMs + minute);
  const activity = context.activity('a');
  return (yield context.any([timer, activity])) === timer ? 'timer' : 'activity';
};

const one: Script = function* (context) {
  return yield context.activity('a');
};

async function failThrice(hub: TestHub): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    await hub.fail('a');
    await hub.advance(1000);
  }
}

/** The rows of section 8.13, for a hub of whatever kind `conforms` opens. */
export function workerReplayedRows(conforms: Conforms): void {
  conforms(
    'G1: HelloCities with ids from 1, as the worker chose them',
    inG(function* (context) {
      const all: unknown[] = [];
      for (const city of ['Tokyo', 'Seattle', 'London']) all.push(yield context.activity('a', city));
      return all;
    }),
    async (hub) => {
      const id = await hub.start('main');
      for (const city of ['Tokyo', 'Seattle', 'London']) await hub.complete('a', city);
      hub.expect(
        id,
        'OS ES TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 TS#3 OC | OS TC→3 EC#4[Completed] OC',
        'Completed ["Tokyo","Seattle","London"]',
      );
    },
  );

  conforms(
    'G2: three attempts that fail, without an extra timer',
    inG(function* (context) {
      return yield context.activityWithRetry('a', retry);
    }),
    async (hub) => {
      const id = await hub.start('main');
      await failThrice(hub);
      hub.expect(
        id,
        'OS ES TS#1 OC | OS TF→1 TmC#2 OC | OS TmF→2 TS#3 OC | OS TF→3 TmC#4 OC | OS TmF→4 TS#5 OC | OS TF→5 EC#6[Failed] OC',
      );
    },
  );

  conforms(
    'G3: a retry handler that says yes while there are attempts: no timers',
    inG(function* (context) {
      return yield context.activityWithRetry('a', { ...retry, handler: () => true });
    }),
    async (hub) => {
      const id = await hub.start('main');
      for (let attempt = 0; attempt < 3; attempt++) await hub.fail('a');
      hub.expect(id, 'OS ES TS#1 OC | OS TF→1 TS#2 OC | OS TF→2 TS#3 OC | OS TF→3 EC#4[Failed] OC');
    },
  );

  conforms(
    'G4: the loser of any does not hold the instance up; its result is dropped',
    inG(function* (context) {
      yield context.any([context.activity('a'), context.activity('b')]);
      return 'first';
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#1 TS#2 OC | OS TC→1 EC#3[Completed] OC', 'Completed "first"');
      await hub.complete('b', 2);
      hub.expect(id, 'OS ES TS#1 TS#2 OC | OS TC→1 EC#3[Completed] OC');
      assert.deepEqual(hub.store.pendingActivities(id), []);
    },
  );

  conforms(
    'G4: an activity that is never awaited',
    inG(function* (context) {
      yield* [];
      context.activity('a');
      return 'early';
    }),
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES TS#1 EC#2[Completed] OC');
    },
  );

  conforms(
    'G5: the event wins, the timer is not cancelled: completed at once',
    inG(function* (context) {
      yield context.any([context.timer(context.nowMs + minute), context.waitEvent('Go')]);
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.raise(id, 'Go');
      hub.expect(id, 'OS ES TmC#1 OC | OS ER EC#2[Completed] OC');
      assert.deepEqual(hub.store.pendingTimers(id), []);
      assert.deepEqual((await hub.engine.waitingFor(id)).timers, []);
    },
  );

  conforms('G6: the timer wins against an activity', inG(timerAndActivity), async (hub) => {
    const id = await hub.start('main');
    await hub.advance(minute);
    hub.expect(id, 'OS ES TmC#1 TS#2 OC | OS TmF→1 EC#3[Completed] OC', 'Completed "timer"');
  });

  conforms(
    'G7: a timer created and cancelled in one turn leaves nothing but its id',
    inG(function* (context) {
      context.timer(context.nowMs + minute).cancel();
      return yield context.activity('a');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#2 OC | OS TC→2 EC#3[Completed] OC');
    },
  );

  conforms(
    'G8: a fan-out of two, one fails',
    inG(function* (context) {
      return yield context.all([context.activity('a'), context.activity('b')]);
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.fail('a');
      await hub.complete('b', 2);
      hub.expect(id, 'OS ES TS#1 TS#2 OC | OS TF→1 OC | OS TC→2 EC#3[Failed] OC');
    },
  );

  for (const whileSuspended of [false, true]) {
    conforms(
      `G9: start and suspend in one batch, event while suspended, resume; the activity ends ${whileSuspended ? 'before' : 'after'} it`,
      inG(one),
      async (hub) => {
        await hub.together(async () => {
          await hub.start('main', { instanceId: 'x' });
          await hub.suspend('x');
        });
        await hub.raise('x', 'Other');
        if (whileSuspended) await hub.complete('a', 1);
        await hub.resume('x');
        if (!whileSuspended) await hub.complete('a', 1);
        hub.expect(
          'x',
          whileSuspended
            ? 'OS ES ESu TS#1 OC | OS ER OC | OS TC→1 OC | OS ERe EC#2[Completed] OC'
            : 'OS ES ESu TS#1 OC | OS ER OC | OS ERe OC | OS TC→1 EC#2[Completed] OC',
          'Completed 1',
        );
        assert.deepEqual(hub.worker.callCounts, { a: 1 });
      },
    );
  }

  conforms(
    'G9b: two activities; a result and suspend in one batch, then resume',
    inG(function* (context) {
      yield context.activity('a');
      return yield context.activity('b');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.together(async () => {
        await hub.complete('a', 1);
        await hub.suspend(id);
      });
      await hub.resume(id);
      await hub.complete('b', 2);
      hub.expect(id, 'OS ES TS#1 OC | OS TC→1 ESu TS#2 OC | OS ERe OC | OS TC→2 EC#3[Completed] OC', 'Completed 2');
    },
  );

  conforms(
    'G10: the default child id',
    inG(
      function* (context) {
        return yield context.child('child');
      },
      { scripts: { child: one } },
    ),
    async (hub) => {
      const id = await hub.start('main');
      assert.equal(hub.row(`${hub.row(id).executionId}:0001`).runtimeStatus, 'Running');
    },
  );

  conforms(
    'G11: a child that always fails, two attempts under one id',
    inG(
      function* (context) {
        return yield context.childWithRetry('child', { ...retry, maxNumberOfAttempts: 2 }, null, { instanceId: 'kid' });
      },
      {
        scripts: {
          *child() {
            yield* [];
            throw new Error('no');
          },
        },
      },
    ),
    async (hub) => {
      const id = await hub.start('main');
      await hub.advance(1000);
      hub.expect(id, 'OS ES SC#1 OC | OS SF→1 TmC#2 OC | OS TmF→2 SC#3 OC | OS SF→3 EC#4[Failed] OC');
      assert.equal(hub.row('kid').generation, 1);
    },
  );

  conforms(
    'G12: continue-as-new after a timer',
    inG(function* (context) {
      yield context.timer(context.nowMs + minute);
      if (context.input === 0) context.continueAsNew(1);
    }),
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      await hub.advance(minute);
      await hub.advance(minute);
      hub.expect(id, 'OS ES OC TmC#1 OC | OS TmF→1 EC#2[Completed] OC');
    },
  );

  conforms(
    'G13: a custom status that is unset in a later turn is cleared',
    inG(function* (context) {
      context.setStatus('something');
      yield context.activity('a');
      context.setStatus(undefined);
      yield context.activity('b');
    }),
    async (hub) => {
      const id = await hub.start('main');
      assert.equal(hub.row(id).customStatus, '"something"');
      await hub.complete('a', 1);
      assert.equal(hub.row(id).customStatus, null);
    },
  );
}
