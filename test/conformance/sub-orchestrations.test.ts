import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import { conforms, withActivities } from './conforms';

const callsChild: Script = function* (context) {
  return yield context.child('child', 'in', { instanceId: 'kid' });
};

const child: Script = function* (context) {
  return yield context.activity('a', context.input);
};

const throws: Script = function* () {
  yield* [];
  throw new Error('no');
};

const waits: Script = function* (context) {
  return yield context.waitEvent('Go');
};

describe('conformance 8.7, sub-orchestrations', () => {
  conforms('S1: a child with one activity', withActivities(callsChild, { scripts: { child } }), async (hub) => {
    const id = await hub.start('main');
    assert.deepEqual((await hub.engine.waitingFor(id)).children, [{ instanceId: 'kid', name: 'child', taskId: 0 }]);
    await hub.complete('a', 'out');
    hub.expect(id, 'OS ES SC#0 OC | OS SD→0 EC#1[Completed] OC', 'Completed "out"');
    hub.expect('kid', 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC', 'Completed "out"');
    const started = hub.history('kid').find((event) => event.EventType === 'ExecutionStarted');
    assert.ok(started);
    assert.deepEqual(started.ParentInstance, {
      Name: 'main',
      Version: '',
      TaskScheduleId: 0,
      OrchestrationInstance: { InstanceId: id, ExecutionId: hub.row(id).executionId },
    });
    assert.equal(started.Input, '"in"');
    assert.equal(hub.row('kid').parentInstanceId, id);
  });

  conforms(
    'S2: the default child id is the execution id and the scheduling id',
    withActivities(
      function* (context) {
        return yield context.child('child');
      },
      { scripts: { child } },
    ),
    async (hub) => {
      const id = await hub.start('main');
      const { executionId } = hub.row(id);
      await hub.complete('a', 1);
      hub.expect(`${executionId}:0`, 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
    },
  );

  conforms(
    'S3: a child throws and the parent does not catch it',
    { scripts: { main: callsChild, child: throws } },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES SC#0 OC | OS SF→0 EC#1[Failed] OC');
      hub.expect('kid', 'OS ES EC#0[Failed] OC', "Failed Orchestrator function 'child' failed: no");
      const failed = hub.history(id).find((event) => event.EventType === 'SubOrchestrationInstanceFailed');
      assert.equal(failed?.Reason, "Orchestrator function 'child' failed: no");
    },
  );

  conforms(
    'S4: a child throws and the parent catches it',
    {
      scripts: {
        *main(context) {
          try {
            yield context.child('child');
          } catch {
            return 'caught';
          }
        },
        child: throws,
      },
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES SC#0 OC | OS SF→0 EC#1[Completed] OC', 'Completed "caught"');
    },
  );

  conforms('S5: a child is terminated', { scripts: { main: callsChild, child: waits } }, async (hub) => {
    const id = await hub.start('main');
    await hub.terminate('kid', 'enough');
    hub.expect('kid', 'OS ES OC | OS ET EC#0[Terminated] OC');
    hub.expect(id, 'OS ES SC#0 OC | OS SF→0 EC#1[Failed] OC', "Failed Orchestrator function 'main' failed: enough");
  });

  conforms(
    'S5: a child that has not run yet is terminated: the parent hears of it all the same',
    { scripts: { main: callsChild, child: waits } },
    async (hub) => {
      hub.worker.intercept = () => {
        hub.engine.configure({ maxConcurrentEpisodes: 0 });
        return undefined;
      };
      const id = await hub.start('main');
      assert.equal(hub.row('kid').runtimeStatus, 'Pending');
      await hub.terminate('kid', 'enough');
      hub.worker.intercept = () => undefined;
      hub.engine.configure({ maxConcurrentEpisodes: 256 });
      await hub.quiet();
      hub.expect('kid', 'OS ES ET EC#0[Terminated] OC', 'Terminated enough');
      hub.expect(id, 'OS ES SC#0 OC | OS SF→0 EC#1[Failed] OC');
    },
  );

  const twoChildren: Script = function* (context) {
    return yield context.all([context.child('child', 1), context.child('child', 2)]);
  };

  conforms('S6: two children, answers one by one', withActivities(twoChildren, { scripts: { child } }), async (hub) => {
    const id = await hub.start('main');
    await hub.complete('a', 1);
    await hub.complete('a', 2);
    hub.expect(id, 'OS ES SC#0 SC#1 OC | OS SD→0 OC | OS SD→1 EC#2[Completed] OC', 'Completed [1,2]');
  });

  conforms('S6: two children, answers in one batch', withActivities(twoChildren, { scripts: { child } }), async (hub) => {
    const id = await hub.start('main');
    hub.engine.configure({ oneMessagePerEpisode: false });
    hub.worker.call('a').complete(1);
    hub.worker.call('a').complete(2);
    await hub.quiet();
    hub.expect(id, 'OS ES SC#0 SC#1 OC | OS SD→0 SD→1 EC#2[Completed] OC', 'Completed [1,2]');
  });

  conforms(
    'S7: a child continues as new once: one answer, at its end',
    {
      scripts: {
        main: callsChild,
        *child(context) {
          yield* [];
          if (context.input === 'in') context.continueAsNew('again');
          return context.input;
        },
      },
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect('kid', 'OS ES OC EC#0[Completed] OC', 'Completed "again"');
      hub.expect(id, 'OS ES SC#0 OC | OS SD→0 EC#1[Completed] OC', 'Completed "again"');
    },
  );

  conforms(
    'S8: fire and forget',
    withActivities(
      function* (context) {
        yield* [];
        context.startAndForget('child', null, { instanceId: 'kid' });
        return 'started';
      },
      { scripts: { child } },
    ),
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES SC#0 EC#1[Completed] OC', 'Completed "started"');
      await hub.complete('a', 1);
      hub.expect('kid', 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
      hub.expect(id, 'OS ES SC#0 EC#1[Completed] OC');
    },
  );

  conforms(
    'S8: its answer reaches nobody, even if the parent waits for something else',
    {
      scripts: {
        *main(context) {
          context.startAndForget('child', null, { instanceId: 'kid' });
          yield context.waitEvent('Go');
        },
        *child() {
          yield* [];
          return 1;
        },
      },
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES SC#0 OC', 'Running');
      assert.deepEqual((await hub.engine.waitingFor(id)).children, []);
    },
  );

  conforms('S9: an event raised to the child by its id', { scripts: { main: callsChild, child: waits } }, async (hub) => {
    const id = await hub.start('main');
    await hub.raise('kid', 'Go', 1);
    hub.expect('kid', 'OS ES OC | OS ER EC#0[Completed] OC', 'Completed 1');
    hub.expect(id, 'OS ES SC#0 OC | OS SD→0 EC#1[Completed] OC', 'Completed 1');
  });

  conforms(
    "S10: an explicit child id equal to the parent's",
    {
      scripts: {
        *main(context) {
          yield context.child('main', null, { instanceId: context.instanceId });
        },
      },
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES EC#0[Failed] OC');
    },
  );

  conforms(
    'S11: a child id in use by a running instance, profile A: the child replaces it',
    { scripts: { main: callsChild, child: waits } },
    async (hub) => {
      await hub.start('child', { instanceId: 'kid' });
      const before = hub.row('kid');
      const id = await hub.start('main');
      hub.expect(id, 'OS ES SC#0 OC');
      assert.notEqual(hub.row('kid').executionId, before.executionId);
      assert.equal(hub.row('kid').parentInstanceId, id);
    },
  );

  for (const [profile, sequence] of [['G', 'OS ES SC#1 OC | OS SF→1 EC#2[Failed] OC']] as const) {
    conforms(
      `S11: a child id in use by a running instance, profile ${profile}`,
      { profile, scripts: { main: callsChild, child: waits } },
      async (hub) => {
        await hub.start('child', { instanceId: 'kid' });
        const before = hub.row('kid');
        const id = await hub.start('main');
        hub.expect(id, sequence);
        assert.match(hub.row(id).output ?? '', /'kid' already exists and is Running/);
        assert.deepEqual(hub.row('kid'), before);
      },
    );
  }
});
