import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import type { TestHub } from '../support/test-hub';
import { conforms, withActivities } from './conforms';

const minute = 60_000;

const one: Script = function* (context) {
  return yield context.activity('a');
};

const two: Script = function* (context) {
  yield context.activity('a');
  return yield context.activity('b');
};

const waits: Script = function* (context) {
  return yield context.waitEvent('Go');
};

const inline: Script = function* () {
  yield* [];
  return 'done';
};

const parentOf = (child: string): Script =>
  function* (context) {
    return yield context.child(child, null, { instanceId: 'kid' });
  };

describe('conformance 8.6, terminate, suspend, resume', () => {
  conforms('X1: terminate while an activity runs, which ends later', withActivities(one), async (hub) => {
    const id = await hub.start('main');
    await hub.terminate(id, 'enough');
    await hub.complete('a', 1);
    hub.expect(id, 'OS ES TS#0 OC | OS ET EC#1[Terminated] OC', 'Terminated enough');
    assert.deepEqual(hub.store.pendingActivities(id), []);
  });

  conforms('X2: a result that leads to more work, then terminate, in one batch', withActivities(two), async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.complete('a', 1);
      await hub.terminate(id);
    });
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 ET TS#1 EC#2[Terminated] OC', 'Terminated enough');
    assert.deepEqual(hub.worker.callCounts, { a: 1, b: 1 });
  });

  conforms('X3: terminate, then the result that would finish, in one batch', withActivities(one), async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.terminate(id);
      await hub.complete('a', 1);
    });
    hub.expect(id, 'OS ES TS#0 OC | OS ET TC→0 EC#1[Terminated] OC');
  });

  conforms('X3b: the result that finishes, then terminate, in one batch', withActivities(one), async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.complete('a', 1);
      await hub.terminate(id);
    });
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 ET EC#1[Terminated] OC');
  });

  conforms('X3b: in profile G it is Completed', withActivities(one, { profile: 'G' }), async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.complete('a', 1);
      await hub.terminate(id);
    });
    hub.expect(id, 'OS ES TS#1 OC | OS TC→1 ET EC#2[Completed] OC', 'Completed 1');
  });

  for (const [row, script, rows] of [
    ['X4: terminate in the start batch, inline function', inline, 'OS ES ET EC#0[Terminated] OC'],
    ['X5: terminate in the start batch, the function schedules an activity', one, 'OS ES ET TS#0 EC#1[Terminated] OC'],
  ] as const) {
    const both = async (hub: TestHub): Promise<void> => {
      await hub.together(async () => {
        await hub.start('main', { instanceId: 'x' });
        await hub.terminate('x', 'enough');
      });
    };
    conforms(row, withActivities(script), async (hub) => {
      await both(hub);
      hub.expect('x', rows, 'Terminated enough');
    });
    conforms(`${row}: in profile G as before the first episode`, withActivities(script, { profile: 'G' }), async (hub) => {
      await both(hub);
      hub.expect('x', '', 'Terminated enough');
      assert.deepEqual(hub.worker.episodes, []);
    });
  }

  conforms('X6: terminate before the start time: only the row, and it never starts', inline, async (hub) => {
    const id = await hub.start('main', { scheduledStartTime: new Date(hub.clock.now() + minute).toISOString() });
    await hub.terminate(id, 'enough');
    await hub.advance(2 * minute);
    hub.expect(id, '', 'Terminated enough');
    assert.equal(hub.row(id).completedTime, '2024-01-01T00:00:00.0000000Z');
    assert.deepEqual(hub.worker.episodes, []);
    assert.deepEqual(hub.store.inbox(id), []);
  });

  conforms('X7: terminate a suspended instance', waits, async (hub) => {
    const id = await hub.start('main');
    await hub.suspend(id);
    await hub.terminate(id);
    hub.expect(id, 'OS ES OC | OS ESu OC | OS ET EC#0[Terminated] OC', 'Terminated enough');
  });

  conforms('X8: terminate a finished instance', inline, async (hub) => {
    const id = await hub.start('main');
    await assert.rejects(hub.engine.terminate(id, 'enough'), { code: 'InstanceTerminal' });
    hub.expect(id, 'OS ES EC#0[Completed] OC', 'Completed "done"');
  });

  conforms('X9: suspend, event, resume', waits, async (hub) => {
    const id = await hub.start('main');
    await hub.suspend(id);
    assert.equal(hub.row(id).runtimeStatus, 'Suspended');
    assert.equal(hub.row(id).output, 'pause');
    await hub.raise(id, 'Go', 1);
    assert.equal(hub.row(id).runtimeStatus, 'Suspended');
    await hub.resume(id);
    hub.expect(id, 'OS ES OC | OS ESu OC | OS ER OC | OS ERe EC#0[Completed] OC', 'Completed 1');
  });

  conforms('X10: an activity result while suspended', withActivities(two), async (hub) => {
    const id = await hub.start('main');
    await hub.suspend(id);
    await hub.complete('a', 1);
    await hub.resume(id);
    await hub.complete('b', 2);
    hub.expect(id, 'OS ES TS#0 OC | OS ESu OC | OS TC→0 OC | OS ERe TS#1 OC | OS TC→1 EC#2[Completed] OC', 'Completed 2');
  });

  conforms('X11: start and suspend in one batch', withActivities(one), async (hub) => {
    await hub.together(async () => {
      await hub.start('main', { instanceId: 'x' });
      await hub.suspend('x');
    });
    hub.expect('x', 'OS ES ESu OC');
    assert.deepEqual(hub.worker.calls, []);
    await hub.resume('x');
    await hub.complete('a', 1);
    hub.expect('x', 'OS ES ESu OC | OS ERe TS#0 OC | OS TC→0 EC#1[Completed] OC');
  });

  conforms('X12: suspended twice, resumed once', waits, async (hub) => {
    const id = await hub.start('main');
    await hub.suspend(id);
    await assert.rejects(hub.engine.suspend(id, 'again'), {
      code: 'InstanceWrongState',
      message: `Cannot suspend the orchestration instance ${id} because instance is in the Suspended state.`,
    });
    await hub.send(id, { ...hub.inbound(), EventType: 'ExecutionSuspended', Reason: 'again' });
    await hub.resume(id);
    hub.expect(id, 'OS ES OC | OS ESu OC | OS ESu OC | OS ERe OC');
    assert.equal(hub.row(id).runtimeStatus, 'Running');
  });

  conforms('X13: resume without suspend, past the client check', waits, async (hub) => {
    const id = await hub.start('main');
    await assert.rejects(hub.engine.resume(id, null), { code: 'InstanceWrongState', message: /in the Running state/ });
    await hub.send(id, { ...hub.inbound(), EventType: 'ExecutionResumed', Reason: null });
    hub.expect(id, 'OS ES OC | OS ERe OC', 'Running');
  });

  conforms('X14: suspend and resume in one batch', waits, async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.suspend(id);
      await hub.send(id, { ...hub.inbound(), EventType: 'ExecutionResumed', Reason: null });
    });
    hub.expect(id, 'OS ES OC | OS ESu ERe OC');
    assert.equal(hub.row(id).runtimeStatus, 'Running');
  });

  conforms(
    'X15: a timer falls due while suspended',
    function* (context) {
      yield context.timer(context.nowMs + minute);
      return 'rang';
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.suspend(id);
      await hub.advance(minute);
      await hub.resume(id);
      hub.expect(id, 'OS ES TmC#0 OC | OS ESu OC | OS TmF→0 OC | OS ERe EC#1[Completed] OC');
    },
  );

  conforms('X15b: a result and suspend in one batch, more work follows the result', withActivities(two), async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.complete('a', 1);
      await hub.suspend(id);
    });
    await hub.resume(id);
    await hub.complete('b', 2);
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 ESu OC | OS ERe TS#1 OC | OS TC→1 EC#2[Completed] OC', 'Completed 2');
  });

  conforms('X16: terminate a parent only', { scripts: { main: parentOf('child'), child: waits } }, async (hub) => {
    const id = await hub.start('main');
    await hub.terminate(id, 'enough');
    await hub.raise('kid', 'Go', 1);
    hub.expect(id, 'OS ES SC#0 OC | OS ET EC#1[Terminated] OC', 'Terminated enough');
    hub.expect('kid', 'OS ES OC | OS ER EC#0[Completed] OC', 'Completed 1');
  });

  conforms(
    'X17: terminate a parent with its children, to any depth',
    {
      profile: 'G',
      scripts: {
        main: parentOf('middle'),
        *middle(context) {
          return yield context.child('leaf', null, { instanceId: 'leaf' });
        },
        *leaf(context) {
          yield context.timer(context.nowMs + minute);
        },
      },
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.terminate(id, 'enough', true);
      hub.expect(id, 'OS ES SC#1 OC | OS ET EC#2[Terminated] OC', 'Terminated enough');
      hub.expect('kid', 'OS ES SC#1 OC | OS ET EC#2[Terminated] OC', 'Terminated enough');
      hub.expect('leaf', 'OS ES TmC#1 OC | OS ET EC#2[Terminated] OC', 'Terminated enough');
    },
  );
});
