import assert from 'node:assert/strict';
import { scenario } from './scenario';
import type { Context, Orchestrator, Sdk, Task } from './sdks';
import { sdk1, sdk2, sdk3 } from './sdks';

describe('orchestrations: external events (spec/engine.md 8.4)', () => {
  const waits =
    (name = 'Ok') =>
    (): Orchestrator =>
      function* ({ df }) {
        return yield df.waitForExternalEvent(name);
      };
  const activityThenWait = (): (() => Orchestrator) => () =>
    function* ({ df }) {
      yield df.callActivity('A');
      return yield df.waitForExternalEvent('Ok');
    };

  scenario({
    title: 'E1: waits, then the event',
    code: waits(),
    script: async (host) => {
      await host.start();
      assert.deepEqual(host.awaited, ['Ok']);
      await host.episode(host.raised('Ok', { by: 'me' }));
    },
    rows: 'OS ES OC | OS ER EC#0[Completed] OC',
    output: { by: 'me' },
  });

  scenario({
    title: 'E2: the event arrives while an activity runs, the wait comes after',
    code: activityThenWait(),
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Ok', 1));
      await host.episode(host.completed(0));
    },
    rows: 'OS ES TS#0 OC | OS ER OC | OS TC→0 EC#1[Completed] OC',
    output: 1,
    // SDK 2.x takes the event but goes on only with the next one: see the test below.
    not: [sdk2],
  });

  scenario({
    title: 'E2 in SDK 2.x: the code goes on only with the next event',
    code: activityThenWait(),
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Ok', 1));
      await host.episode(host.completed(0));
      assert.equal(host.status, 'Running');
      await host.episode(host.raised('Other'));
    },
    rows: 'OS ES TS#0 OC | OS ER OC | OS TC→0 OC | OS ER EC#1[Completed] OC',
    output: 1,
    only: [sdk2],
  });

  scenario({
    title: 'E3: event and result in one batch',
    code: activityThenWait(),
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Ok', 1), host.completed(0));
    },
    rows: 'OS ES TS#0 OC | OS ER TC→0 EC#1[Completed] OC',
    output: 1,
    not: [sdk2],
  });

  scenario({
    title: 'E4: two waits on one name, two events in one batch',
    code: () =>
      function* ({ df }) {
        const first: unknown = yield df.waitForExternalEvent('Ok');
        return [first, yield df.waitForExternalEvent('Ok')];
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Ok', 1), host.raised('Ok', 2));
    },
    rows: 'OS ES OC | OS ER ER EC#0[Completed] OC',
    output: [1, 2],
  });

  scenario({
    title: 'a group that failed is waited for whole: its event is awaited although the code has ended',
    code: () =>
      function* ({ df }) {
        try {
          yield df.Task.all([df.waitForExternalEvent('Ok'), df.callActivity('A')]);
        } catch {
          return 'caught';
        }
        return 'never';
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0, 'broken'));
      assert.deepEqual([host.status, host.awaited], ['Running', ['Ok']]);
      await host.episode(host.raised('Ok', 1));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 OC | OS ER EC#1[Completed] OC',
    output: 'caught',
    not: [sdk1],
  });

  scenario({
    title: 'an event of a race that is over is not awaited when the code has ended and another of its tasks is open',
    code: () =>
      function* ({ df }) {
        const slow = df.callActivity('B');
        yield df.Task.any([df.waitForExternalEvent('Ok'), df.callActivity('A'), slow]);
        return 'won';
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0, 1));
      assert.deepEqual([host.status, host.awaited], ['Running', []]);
      await host.episode(host.completed(1, 1));
    },
    rows: 'OS ES TS#0 TS#1 OC | OS TC→0 OC | OS TC→1 EC#2[Completed] OC',
    output: 'won',
    not: [sdk1],
  });

  scenario({
    title: 'E5: waits MyEvent, raised as MYEVENT: it is another event',
    code: waits('MyEvent'),
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('MYEVENT', 1));
      assert.equal(host.history.find((event) => event.EventType === 'EventRaised')?.Name, 'MYEVENT');
    },
    rows: 'OS ES OC | OS ER OC',
    status: 'Running',
  });

  scenario({
    title: 'E5: the event comes first, spelt otherwise than the wait',
    code: () =>
      function* ({ df }) {
        yield df.callActivity('A');
        const first: unknown = yield df.waitForExternalEvent('MyEvent');
        return [first, yield df.waitForExternalEvent('MyEvent')];
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('MYEVENT', 1));
      await host.episode(host.completed(0));
      await host.episode(host.raised('myevent', 2));
    },
    rows: 'OS ES TS#0 OC | OS ER OC | OS TC→0 OC | OS ER OC',
    status: 'Running',
    not: [sdk2],
  });

  scenario({
    title: 'E6: an event accepted before the first episode',
    code: waits(),
    script: (host) => host.start(host.raised('Ok', 1)),
    rows: 'OS ES ER EC#0[Completed] OC',
    output: 1,
  });

  scenario({
    title: 'E7: an event that nobody waits for',
    code: () =>
      function* ({ df }) {
        return yield df.callActivity('A');
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Nobody'));
      await host.episode(host.completed(0, 'a'));
    },
    rows: 'OS ES TS#0 OC | OS ER OC | OS TC→0 EC#1[Completed] OC',
    output: 'a',
  });

  const withTimeout = (): Orchestrator =>
    function* ({ df }) {
      const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
      const event = df.waitForExternalEvent('Ok');
      const winner = (yield df.Task.any([event, timer])) as Task;
      if (winner === timer) throw new Error('timeout');
      timer.cancel();
      return event.result;
    };

  scenario({
    title: 'E8: a wait with a timeout, nothing comes',
    code: withTimeout,
    script: async (host) => {
      await host.start();
      await host.episode(host.fired(0));
    },
    rows: 'OS ES TmC#0 OC | OS TmF→0 EC#1[Failed] OC',
    status: 'Failed',
  });

  scenario({
    title: 'E9: a wait with a timeout, the event comes first',
    code: withTimeout,
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Ok', 'yes'));
      await host.episode(host.fired(0));
    },
    rows: 'OS ES TmC#0 OC | OS ER EC#1[Completed] OC',
    output: 'yes',
  });

  const twoWaiters = (): Orchestrator =>
    function* ({ df }) {
      const first = df.waitForExternalEvent('Ok');
      const second = df.waitForExternalEvent('Ok');
      const winner = (yield df.Task.any([first, second])) as Task;
      return winner === first ? 'first' : 'second';
    };

  scenario({
    title: 'E10, (k): two waiters on one name: the newest wins',
    code: twoWaiters,
    only: [sdk2, sdk3],
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Ok'));
    },
    rows: 'OS ES OC | OS ER EC#0[Completed] OC',
    output: 'second',
  });

  scenario({
    title: 'E10, (k): two waiters on one name: the oldest wins',
    code: twoWaiters,
    only: [sdk1],
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Ok'));
    },
    rows: 'OS ES OC | OS ER EC#0[Completed] OC',
    output: 'first',
  });

  scenario({
    title: 'E11: two names waited for with all, events in reverse order',
    code: () =>
      function* ({ df }) {
        return yield df.Task.all([df.waitForExternalEvent('A'), df.waitForExternalEvent('B')]);
      },
    script: async (host) => {
      await host.start();
      assert.deepEqual(host.awaited, ['A', 'B']);
      await host.episode(host.raised('B', 2));
      assert.deepEqual(host.awaited, ['A']);
      await host.episode(host.raised('A', 1));
    },
    rows: 'OS ES OC | OS ER OC | OS ER EC#0[Completed] OC',
    output: [1, 2],
  });
});

describe('orchestrations: continue-as-new (spec/engine.md 8.5)', () => {
  /** SDK 1.x wants continueAsNew yielded, the others must not. */
  function* again(sdk: Sdk, { df }: Context, input: unknown): Generator<unknown, void> {
    const task = df.continueAsNew(input);
    if (sdk.isV1) yield task;
  }

  scenario({
    title: 'C1: timer, then continue; timer, return',
    start: { input: 0 },
    code: (sdk) =>
      function* (context) {
        const { df } = context;
        yield df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
        if (df.getInput() === 0) yield* again(sdk, context, 1);
        else return 'done';
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.fired(0));
      assert.equal(host.rows, 'OS ES OC TmC#0 OC');
      assert.equal(host.executionId, 'exec2');
      await host.episode(host.fired(0));
    },
    rows: 'OS ES OC TmC#0 OC | OS TmF→0 EC#1[Completed] OC',
    output: 'done',
  });

  scenario({
    title: 'C2: continues at once three times, the fourth run returns',
    start: { input: 0 },
    code: (sdk) =>
      function* (context) {
        const n = context.df.getInput() as number;
        if (n < 3) yield* again(sdk, context, n + 1);
        else return n;
      },
    script: (host) => host.start(),
    rows: 'OS ES OC EC#0[Completed] OC',
    output: 3,
    check: (host) => assert.equal(host.executionId, 'exec4'),
  });

  const actor = (sdk: Sdk): Orchestrator =>
    function* (context) {
      const { df } = context;
      const sum = (df.getInput() as number) + ((yield df.waitForExternalEvent('Add')) as number);
      if (sum > 9) return sum;
      yield* again(sdk, context, sum);
    };

  scenario({
    title: 'C3: the new generation only waits for an event',
    start: { input: 0 },
    code: actor,
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Add', 1));
      assert.equal(host.rows, 'OS ES OC');
      assert.deepEqual(host.awaited, ['Add']);
      await host.episode(host.raised('Add', 9));
    },
    rows: 'OS ES OC | OS ER EC#0[Completed] OC',
    output: 10,
  });

  scenario({
    title: 'C4: an actor gets two events in one batch: the second goes to the next generation',
    start: { input: 0 },
    code: actor,
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Add', 1), host.raised('Add', 2));
      assert.equal(host.executionId, 'exec3');
      assert.equal(host.rows, 'OS ES OC');
      await host.episode(host.raised('Add', 7));
    },
    rows: 'OS ES OC | OS ER EC#0[Completed] OC',
    output: 10,
  });

  scenario({
    title: 'C6: an event buffered earlier is gone in the next generation',
    start: { input: 0 },
    code: (sdk) =>
      function* (context) {
        const { df } = context;
        yield df.callActivity('A');
        if (df.getInput() === 0) yield* again(sdk, context, 1);
        else return yield df.waitForExternalEvent('X');
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('X', 'old'));
      await host.episode(host.completed(0));
      assert.equal(host.rows, 'OS ES OC TS#0 OC');
      await host.episode(host.completed(0));
      await host.episode(host.raised('X', 'new'));
    },
    rows: 'OS ES OC TS#0 OC | OS TC→0 OC | OS ER EC#1[Completed] OC',
    output: 'new',
  });

  scenario({
    title: 'C8: a custom status set in the first generation is shown until the second episode of the next',
    start: { input: 0 },
    code: (sdk) =>
      function* (context) {
        const { df } = context;
        if (df.getInput() === 0) {
          df.setCustomStatus('A');
          yield* again(sdk, context, 1);
        } else {
          yield df.waitForExternalEvent('X');
          yield df.waitForExternalEvent('Y');
        }
      },
    script: async (host) => {
      await host.start();
      assert.equal(host.customStatus, '"A"');
      await host.episode(host.raised('X'));
      assert.equal(host.customStatus, null);
    },
    rows: 'OS ES OC | OS ER OC',
    status: 'Running',
  });

  scenario({
    title: 'C10: throws after continueAsNew',
    only: [sdk2, sdk3],
    code: () =>
      function* ({ df }) {
        df.continueAsNew(1);
        throw new Error('no luck');
      },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Failed] OC',
    status: 'Failed',
  });

  scenario({
    title: 'C11: the event that leads to continue-as-new and a terminate, in one batch: terminate wins',
    start: { input: 0 },
    code: actor,
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Add', 1), host.terminate());
    },
    rows: 'OS ES OC | OS ER ET EC#0[Terminated] OC',
    status: 'Terminated',
    check: (host) => assert.equal(host.output, 'enough'),
  });

  scenario({
    title: 'continue-as-new waits for open tasks, and events that come meanwhile go to the next generation',
    start: { input: 0 },
    code: (sdk) =>
      function* (context) {
        const { df } = context;
        if (df.getInput() !== 0) return yield df.waitForExternalEvent('X');
        yield df.Task.any([df.callActivity('A'), df.callActivity('B')]);
        yield* again(sdk, context, 1);
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0));
      await host.episode(host.raised('X', 'kept'));
      assert.equal(host.executionId, 'exec1');
      await host.episode(host.completed(1));
    },
    rows: 'OS ES ER OC EC#0[Completed] OC',
    output: 'kept',
  });

  const echo =
    (next: unknown) =>
    (sdk: Sdk): Orchestrator =>
      function* (context) {
        if (context.df.getInput() === 'start') yield* again(sdk, context, next);
        else return context.df.getInput();
      };

  scenario({
    title: '(e) continueAsNew with a string: the next generation gets it with quote characters',
    start: { input: 'start' },
    code: echo('next'),
    script: (host) => host.start(),
    rows: 'OS ES OC EC#0[Completed] OC',
    output: '"next"',
  });

  scenario({
    title: '(e) continueAsNew with an object: the next generation gets it as it is',
    start: { input: 'start' },
    code: echo({ n: [1] }),
    script: (host) => host.start(),
    rows: 'OS ES OC EC#0[Completed] OC',
    output: { n: [1] },
  });
});
