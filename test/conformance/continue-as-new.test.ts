import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';
import { conforms, withActivities } from './conforms';

const minute = 60_000;

const countsTo = (last: number): Script =>
  function* (context) {
    yield* [];
    const n = Number(context.input);
    if (n < last) context.continueAsNew(n + 1);
    return n;
  };

const timerTwice: Script = function* (context) {
  yield context.timer(context.nowMs + minute);
  if (context.input === 0) context.continueAsNew(1);
  return 'done';
};

const actor: Script = function* (context) {
  const sum = Number(context.input) + Number(yield context.waitEvent('add'));
  context.continueAsNew(sum);
};

/** X is raised in the first generation and waited for by nobody. */
const losesOrKeeps = (preserve: boolean): Script =>
  function* (context) {
    if (context.input === 0) {
      yield context.waitEvent('Go');
      context.continueAsNew(1, { preserve });
      return;
    }
    yield context.activity('a');
    yield context.waitEvent('X');
    return 'got X';
  };

const goesOn: Script = function* (context) {
  yield context.waitEvent('Go');
  context.continueAsNew(1);
};

const goesOnWithActivity: Script = function* (context) {
  if (context.input === 1) yield context.waitEvent('Never');
  context.activity('a');
  yield context.waitEvent('Go');
  context.continueAsNew(1);
};

/** Looks after each commit. */
async function until(hub: TestHub, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const subscription = hub.engine.subscribe(() => {
      if (!isSo()) return;
      subscription.dispose();
      resolve();
    });
  });
}

describe('conformance 8.5, continue-as-new', () => {
  conforms('C1: a timer in each of two generations', timerTwice, async (hub) => {
    const id = await hub.start('main', { json: 0 });
    const { executionId, createdTime } = hub.row(id);
    await hub.advance(minute);
    hub.expect(id, 'OS ES OC TmC#0 OC', 'Running');
    const row = hub.row(id);
    assert.notEqual(row.executionId, executionId);
    assert.equal(row.input, '1');
    assert.ok(row.createdTime > createdTime);
    await hub.advance(minute);
    hub.expect(id, 'OS ES OC TmC#0 OC | OS TmF→0 EC#1[Completed] OC', 'Completed "done"');
    assert.equal(hub.history(id).find((event) => event.EventType === 'ExecutionStarted')?.Input, '1');
  });

  conforms('C2: continues at once three times, the fourth run returns', countsTo(3), async (hub) => {
    const id = await hub.start('main', { json: 0 });
    hub.expect(id, 'OS ES OC EC#0[Completed] OC', 'Completed 3');
  });

  conforms(
    'C3: the new generation only waits',
    function* (context) {
      if (context.input === 0) {
        context.continueAsNew(1);
        return;
      }
      return yield context.waitEvent('Go');
    },
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      hub.expect(id, 'OS ES OC', 'Running');
      await hub.raise(id, 'Go', 5);
      hub.expect(id, 'OS ES OC | OS ER EC#0[Completed] OC', 'Completed 5');
    },
  );

  conforms('C4: an actor gets two events in one batch', actor, async (hub) => {
    const id = await hub.start('main', { json: 0 });
    await hub.together(async () => {
      await hub.raise(id, 'add', 3);
      await hub.raise(id, 'add', 4);
    });
    hub.expect(id, 'OS ES OC', 'Running');
    assert.equal(hub.row(id).input, '7');
    const [, second, third] = hub.worker.episodes.map((episode) => episode.newEvents.map((event) => event.EventType).join(' '));
    assert.equal(second, 'OrchestratorStarted EventRaised EventRaised');
    assert.equal(third, 'OrchestratorStarted ExecutionStarted EventRaised OrchestratorCompleted');
  });

  conforms(
    'C5: an event nobody took, preserved: it comes in a later episode',
    withActivities(losesOrKeeps(true)),
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      await hub.raise(id, 'X');
      await hub.raise(id, 'Go');
      hub.expect(id, 'OS ES OC TS#0 OC | OS ER OC', 'Running');
      await hub.complete('a', 1);
      assert.equal(hub.outcome(id), 'Completed "got X"');
    },
  );

  conforms('C6: the same without preserving: it is gone', withActivities(losesOrKeeps(false)), async (hub) => {
    const id = await hub.start('main', { json: 0 });
    await hub.raise(id, 'X');
    await hub.raise(id, 'Go');
    await hub.complete('a', 1);
    hub.expect(id, 'OS ES OC TS#0 OC | OS TC→0 OC', 'Running');
  });

  conforms(
    'C7: in profile G it is in the first episode of the new generation',
    withActivities(losesOrKeeps(true), { profile: 'G' }),
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      await hub.raise(id, 'X');
      await hub.raise(id, 'Go');
      hub.expect(id, 'OS ES ER OC TS#1 OC', 'Running');
      await hub.complete('a', 1);
      assert.equal(hub.outcome(id), 'Completed "got X"');
    },
  );

  conforms(
    'C8: a custom status of the first generation stays for one commit of the second',
    function* (context) {
      if (context.input === 0) context.setStatus('A');
      yield context.waitEvent('Go');
      if (context.input === 0) context.continueAsNew(1);
      else yield context.waitEvent('Go');
    },
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      await hub.raise(id, 'Go');
      assert.equal(hub.row(id).customStatus, '"A"');
      await hub.raise(id, 'Go');
      assert.equal(hub.row(id).customStatus, null);
    },
  );

  conforms(
    'C9: a timer of the generation before makes no episode',
    function* (context) {
      if (context.input === 1) yield context.waitEvent('Never');
      const timer = context.timer(context.nowMs + minute);
      yield context.waitEvent('Go');
      timer.cancel();
      context.continueAsNew(1);
    },
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      await hub.raise(id, 'Go');
      await hub.advance(2 * minute);
      hub.expect(id, 'OS ES OC', 'Running');
      assert.deepEqual(hub.store.pendingTimers(id), []);
    },
  );

  conforms(
    'C10: throws after continueAsNew',
    function* (context) {
      yield* [];
      context.continueAsNew(1);
      throw new Error('no');
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES EC#0[Failed] OC', "Failed Orchestrator function 'main' failed: no");
    },
  );

  for (const order of ['before', 'after']) {
    conforms(
      `C11: terminate ${order} the event that leads to continue-as-new, in one batch: terminate wins`,
      goesOn,
      async (hub) => {
        const id = await hub.start('main', { json: 0 });
        await hub.together(async () => {
          if (order === 'before') await hub.terminate(id, 'enough');
          await hub.raise(id, 'Go');
          if (order === 'after') await hub.terminate(id, 'enough');
        });
        hub.expect(id, order === 'after' ? 'OS ES OC | OS ER ET EC#0[Terminated] OC' : 'OS ES OC | OS ET ER EC#0[Terminated] OC');
        assert.equal(hub.outcome(id), 'Terminated enough');
      },
    );
  }

  conforms(
    'C12: ten tight generations within the bound',
    { scripts: { main: countsTo(9) }, engine: { maxGenerations: 10 } },
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      hub.expect(id, 'OS ES OC EC#0[Completed] OC', 'Completed 9');
    },
  );

  conforms(
    'C12: beyond the bound they are committed, and the next begins a work item of its own',
    { scripts: { main: countsTo(10) }, engine: { maxGenerations: 3 } },
    async (hub) => {
      const inputs: (string | null)[] = [];
      hub.beforeCommit = (checkpoints) => {
        for (const { instance } of checkpoints) if (instance !== undefined) inputs.push(instance.input);
        return undefined;
      };
      const id = await hub.start('main', { json: 0 });
      hub.expect(id, 'OS ES OC EC#0[Completed] OC', 'Completed 10');
      assert.deepEqual(inputs, ['0', '3', '6', '9', '10']);
    },
  );

  it('C12: what is sent while a loop of generations goes on waits for its end: it is over before a terminate counts (recorded)', async () => {
    let terminated: Promise<void> | undefined;
    const main: Script = function* (context) {
      terminated ??= hub.engine.terminate('looping', 'enough');
      const n = Number(context.input);
      yield* [];
      if (n < 9) context.continueAsNew(n + 1);
      return n;
    };
    const hub = await TestHub.open({ scripts: { main } });
    await hub.start('main', { json: 0, instanceId: 'looping' });
    await terminated;
    await hub.quiet();
    hub.expect('looping', 'OS ES OC EC#0[Completed] OC', 'Completed 9');
    await hub.dispose();
  });

  conforms(
    'a loop that never waits can be seen, and terminate gets in between two generations',
    // On disk, where a commit takes a turn of the event loop.
    { scripts: { main: countsTo(Infinity) }, profile: 'G', store: 'folder' },
    async (hub) => {
      const { instanceId: id } = await hub.engine.start({ name: 'main', input: '0', profile: 'G' });
      await until(hub, () => Number(hub.row(id).input) > 20);
      assert.equal(hub.row(id).runtimeStatus, 'Running');
      await hub.engine.terminate(id, 'enough');
      await until(hub, () => hub.row(id).runtimeStatus === 'Terminated');
      hub.expect(id, 'OS ES ET OC EC#1[Terminated] OC', 'Terminated enough');
    },
  );

  it('a loop that never waits is told of once, after 1,000 generations, and loses nothing when it is killed', async () => {
    const hub = await TestHub.open({ scripts: { main: countsTo(1500) }, store: 'folder' });
    const { instanceId: id } = await hub.engine.start({ name: 'main', input: '0' });
    await until(hub, () => Number(hub.row(id).input) > 50);
    const again = await hub.kill();
    again.expect(id, 'OS ES OC EC#0[Completed] OC', 'Completed 1500');
    assert.equal(again.logs.filter(({ message }) => /continued as new 1000 times without ever waiting/.test(message)).length, 1);
    await again.dispose();
  });

  conforms(
    'events and custom status go on through a commit between two generations',
    {
      scripts: {
        *main(context) {
          if (context.input === 0) {
            context.setStatus('first');
            yield context.waitEvent('Go');
            context.continueAsNew(1, { preserve: true });
            return;
          }
          return [yield context.waitEvent('X'), yield context.waitEvent('X')];
        },
      },
      profile: 'G',
      engine: { maxGenerations: 1 },
    },
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      await hub.raise(id, 'X', 1);
      await hub.raise(id, 'X', 2);
      const statuses: (string | null)[] = [];
      hub.beforeCommit = (checkpoints) => {
        for (const { instance } of checkpoints) if (instance !== undefined) statuses.push(instance.customStatus);
        return undefined;
      };
      await hub.raise(id, 'Go');
      hub.expect(id, 'OS ES OC | OS ER OC | OS ER EC#1[Completed] OC', 'Completed [1,2]');
      assert.equal(statuses[0], '"first"');
    },
  );

  conforms(
    'what a generation that leaves no history started does run, and its answers are dropped',
    withActivities(
      function* (context) {
        yield* [];
        if (context.input === 0) {
          context.sendEvent('r', 'Hello', 1);
          context.continueAsNew(1);
          return;
        }
        yield context.waitEvent('Never');
      },
      {
        scripts: {
          *receiver(context) {
            return yield context.waitEvent('Hello');
          },
        },
      },
    ),
    async (hub) => {
      await hub.start('receiver', { instanceId: 'r' });
      await hub.start('main', { json: 0 });
      assert.equal(hub.outcome('r'), 'Completed 1');
    },
  );

  conforms(
    'an activity of the generation before ends without a row, and is over',
    { scripts: { main: goesOnWithActivity }, activities: { a: 'manual' }, profile: 'G' },
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      await hub.raise(id, 'Go');
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES OC', 'Running');
      assert.deepEqual(hub.store.pendingActivities(id), []);
    },
  );
});
