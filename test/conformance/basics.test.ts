import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { toDisplayOrder } from '../../src/core/history/history-order';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';
import { conforms, withActivities } from './conforms';

const helloCities: Script = function* (context) {
  const greetings: unknown[] = [];
  for (const city of ['Tokyo', 'Seattle', 'London']) greetings.push(yield context.activity('SayHello', city));
  return greetings;
};

const fanOut: Script = function* (context) {
  return yield context.all(['a', 'b', 'c'].map((name) => context.activity(name)));
};

const race: Script = function* (context) {
  const timer = context.timer(context.nowMs + 60_000);
  const activity = context.activity('a');
  const winner = yield context.any([timer, activity]);
  if (winner === timer) return 'Timer finished';
  return yield context.activity('b');
};

describe('conformance 8.1, basics', () => {
  conforms(
    'B1: returns at once',
    function* () {
      yield* [];
      return 'done';
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES EC#0[Completed] OC', 'Completed "done"');
    },
  );

  conforms(
    'B2: HelloCities gives the 16 rows of the document, field by field, in display order',
    { scripts: { HelloCities: helloCities }, activities: { SayHello: 'manual' } },
    async (hub) => {
      const id = await hub.start('HelloCities', { input: 'null' });
      for (const city of ['Tokyo', 'Seattle', 'London']) {
        hub.clock.advance(1000);
        await hub.complete('SayHello', `Hello ${city}!`);
      }
      hub.expect(
        id,
        'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 EC#3[Completed] OC',
        'Completed ["Hello Tokyo!","Hello Seattle!","Hello London!"]',
      );
      assert.deepEqual(toDisplayOrder(hub.history(id)).map(tableRow), [
        ['ExecutionStarted', 'HelloCities', 'null', '', '', -1, ''],
        ['OrchestratorStarted', '', '', '', '', -1, ''],
        ['TaskScheduled', 'SayHello', '', '', '', 0, ''],
        ['OrchestratorCompleted', '', '', '', '', -1, ''],
        ['TaskCompleted', '', '', '"Hello Tokyo!"', '', -1, 0],
        ['OrchestratorStarted', '', '', '', '', -1, ''],
        ['TaskScheduled', 'SayHello', '', '', '', 1, ''],
        ['OrchestratorCompleted', '', '', '', '', -1, ''],
        ['TaskCompleted', '', '', '"Hello Seattle!"', '', -1, 1],
        ['OrchestratorStarted', '', '', '', '', -1, ''],
        ['TaskScheduled', 'SayHello', '', '', '', 2, ''],
        ['OrchestratorCompleted', '', '', '', '', -1, ''],
        ['TaskCompleted', '', '', '"Hello London!"', '', -1, 2],
        ['OrchestratorStarted', '', '', '', '', -1, ''],
        ['OrchestratorCompleted', '', '', '', '', -1, ''],
        ['ExecutionCompleted', '', '', '["Hello Tokyo!","Hello Seattle!","Hello London!"]', 'Completed', 3, ''],
      ]);
      assert.deepEqual(
        hub.worker.episodes.map((episode) => episode.newEvents.length),
        [2, 2, 2, 2],
      );
    },
  );

  conforms('B3: fan-out of three, results one by one', withActivities(fanOut), async (hub) => {
    const id = await hub.start('main');
    await hub.complete('a', 1);
    await hub.complete('b', 2);
    await hub.complete('c', 3);
    hub.expect(id, 'OS ES TS#0 TS#1 TS#2 OC | OS TC→0 OC | OS TC→1 OC | OS TC→2 EC#3[Completed] OC', 'Completed [1,2,3]');
  });

  conforms('B4: fan-out of three, all results in one batch', withActivities(fanOut), async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.complete('a', 1);
      await hub.complete('b', 2);
      await hub.complete('c', 3);
    });
    hub.expect(id, 'OS ES TS#0 TS#1 TS#2 OC | OS TC→0 TC→1 TC→2 EC#3[Completed] OC', 'Completed [1,2,3]');
  });

  conforms('B5: results in reverse order, output in the order of the schedule', withActivities(fanOut), async (hub) => {
    const id = await hub.start('main');
    await hub.complete('c', 3);
    await hub.complete('b', 2);
    await hub.complete('a', 1);
    hub.expect(id, 'OS ES TS#0 TS#1 TS#2 OC | OS TC→2 OC | OS TC→1 OC | OS TC→0 EC#3[Completed] OC', 'Completed [1,2,3]');
  });

  conforms(
    'B6: throws at once',
    function* () {
      yield* [];
      throw new Error('no');
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES EC#0[Failed] OC', "Failed Orchestrator function 'main' failed: no");
    },
  );

  conforms(
    'B7: an activity, then throws',
    withActivities(function* (context) {
      yield context.activity('a');
      throw new Error('no');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#0 OC | OS TC→0 EC#1[Failed] OC', "Failed Orchestrator function 'main' failed: no");
    },
  );

  conforms(
    'B8: an activity fails and nobody catches it',
    withActivities(function* (context) {
      return yield context.activity('a');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.fail('a', 'boom');
      hub.expect(
        id,
        'OS ES TS#0 OC | OS TF→0 EC#1[Failed] OC',
        "Failed Orchestrator function 'main' failed: Activity function 'a' failed: boom",
      );
    },
  );

  conforms(
    'B9: an activity fails, caught, returns',
    withActivities(function* (context) {
      try {
        yield context.activity('a');
      } catch {
        return 'caught';
      }
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.fail('a');
      hub.expect(id, 'OS ES TS#0 OC | OS TF→0 EC#1[Completed] OC', 'Completed "caught"');
    },
  );

  conforms(
    'B10: an activity fails, caught, another makes up for it',
    withActivities(function* (context) {
      try {
        yield context.activity('a');
      } catch {
        return yield context.activity('b');
      }
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.fail('a');
      await hub.complete('b', 'undone');
      hub.expect(id, 'OS ES TS#0 OC | OS TF→0 TS#1 OC | OS TC→1 EC#2[Completed] OC', 'Completed "undone"');
    },
  );

  conforms('B11: one of a fan-out fails: the failure shows after the last result', withActivities(fanOut), async (hub) => {
    const id = await hub.start('main');
    await hub.complete('a', 1);
    await hub.fail('b');
    assert.equal(hub.row(id).runtimeStatus, 'Running');
    await hub.complete('c', 3);
    hub.expect(id, 'OS ES TS#0 TS#1 TS#2 OC | OS TC→0 OC | OS TF→1 OC | OS TC→2 EC#3[Failed] OC');
  });

  conforms(
    'B12: any of two activities: Running until the other has its result, too',
    withActivities(function* (context) {
      yield context.any([context.activity('a'), context.activity('b')]);
      return 'first';
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#0 TS#1 OC | OS TC→0 OC', 'Running');
      await hub.complete('b', 2);
      hub.expect(id, 'OS ES TS#0 TS#1 OC | OS TC→0 OC | OS TC→1 EC#2[Completed] OC', 'Completed "first"');
    },
  );

  conforms(
    'B13: an activity that is never awaited',
    withActivities(function* (context) {
      context.activity('a');
      yield* [];
      return 'early';
    }),
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES TS#0 OC', 'Running');
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC', 'Completed "early"');
    },
  );

  conforms('B14: the activity wins against a timer, which fires during the next one', withActivities(race), async (hub) => {
    const id = await hub.start('main');
    await hub.complete('a', 1);
    await hub.advance(60_000);
    await hub.complete('b', 2);
    hub.expect(id, 'OS ES TmC#0 TS#1 OC | OS TC→1 TS#2 OC | OS TmF→0 OC | OS TC→2 EC#3[Completed] OC', 'Completed 2');
  });

  conforms('B15: the timer wins: completed only after the activity ends', withActivities(race), async (hub) => {
    const id = await hub.start('main');
    await hub.advance(60_000);
    hub.expect(id, 'OS ES TmC#0 TS#1 OC | OS TmF→0 OC', 'Running');
    await hub.complete('a', 1);
    hub.expect(id, 'OS ES TmC#0 TS#1 OC | OS TmF→0 OC | OS TC→1 EC#2[Completed] OC', 'Completed "Timer finished"');
  });

  const callsNobody: Script = function* (context) {
    return yield context.activity('nobody');
  };

  conforms(
    'B16: an activity that is not registered fails the call itself in profile A',
    withActivities(callsNobody),
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES EC#0[Failed] OC');
      assert.match(hub.row(id).output ?? '', /'nobody' doesn't exist.*'a', 'b', 'c'/);
    },
  );

  conforms('B16: in profile G it is a failed task', withActivities(callsNobody, { profile: 'G' }), async (hub) => {
    const id = await hub.start('main');
    hub.expect(id, 'OS ES TS#1 OC | OS TF→1 EC#2[Failed] OC');
  });

  conforms('B17: an orchestrator that is not registered cannot be started in profile A', withActivities(fanOut), async (hub) => {
    await assert.rejects(hub.engine.start({ name: 'nobody', instanceId: 'x' }), {
      code: 'UnknownFunction',
      message: /'nobody' doesn't exist.*known orchestrator functions: 'main'/,
    });
    assert.equal(hub.store.instance('x'), undefined);
    await hub.engine.start({ name: 'MAIN', instanceId: 'x' });
  });

  conforms('B17: in profile G it fails when it runs', withActivities(fanOut, { profile: 'G' }), async (hub) => {
    const id = await hub.start('nobody');
    hub.expect(id, 'OS ES EC#1[Failed] OC');
  });

  it('every event of profile A that came in is stored as played, every other one and all of profile G as not played', async () => {
    for (const profile of ['A', 'G'] as const) {
      const hub = await TestHub.open({ scripts: { helloCities }, activities: { SayHello: () => 'hi' }, profile });
      const id = await hub.start('helloCities');
      const played = new Set(hub.history(id).flatMap((event) => (event.IsPlayed ? [event.EventType] : [])));
      assert.deepEqual([...played], profile === 'A' ? ['ExecutionStarted', 'TaskCompleted'] : []);
      await hub.dispose();
    }
  });
});

/** The columns of the document's table. */
function tableRow(event: HistoryEvent): unknown[] {
  const fields = event as unknown as Record<string, unknown>;
  const columns = ['Name', 'Input', 'Result', 'OrchestrationStatus', 'EventId', 'TaskScheduledId'];
  return [event.EventType, ...columns.map((column) => fields[column] ?? '')];
}
