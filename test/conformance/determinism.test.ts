import assert from 'node:assert/strict';
import type { HistoryEvent, TaskCompleted, TaskFailed } from '../../src/core/history/history';
import type { Script, ScriptContext } from '../support/script-types';
import type { TestHub } from '../support/test-hub';
import { conforms, withActivities } from './conforms';

/** Runs `before` for the first episode and `after` from then on, as when the app's code changes. */
async function changing(hub: TestHub, before: Script, after: Script): Promise<string> {
  hub.worker.scripts['main'] = before;
  const id = await hub.start('main');
  hub.worker.scripts['main'] = after;
  await hub.complete('a', 1);
  return id;
}

const placeholder: Script = function* () {
  yield* [];
};

const callsA = function* (context: ScriptContext): ReturnType<Script> {
  return yield context.activity('a');
};

const activityThenEvent: Script = function* (context) {
  yield context.activity('a');
  return yield context.waitEvent('Go');
};

const completed = (hub: TestHub, id: number): TaskCompleted => ({
  ...hub.inbound(),
  EventType: 'TaskCompleted',
  TaskScheduledId: id,
  Result: '2',
});

describe('conformance 8.8, determinism', () => {
  for (const [profile, first] of [
    ['A', 0],
    ['G', 1],
  ] as const) {
    const options = withActivities(placeholder, { profile });
    const start = `OS ES TS#${first} OC | OS TC→${first}`;

    conforms(`ND1: an activity's name changed, profile ${profile}: only the failure is recorded`, options, async (hub) => {
      const id = await changing(hub, callsA, function* (context) {
        return yield context.activity('b');
      });
      hub.expect(id, `${start} EC#${first + 1}[Failed] OC`);
      assert.match(hub.row(id).output ?? '', /Non-Deterministic workflow detected/);
      assert.deepEqual(hub.worker.callCounts, { a: 1 });
    });

    conforms(`ND2: an activity replaced by a timer, profile ${profile}`, options, async (hub) => {
      const id = await changing(hub, callsA, function* (context) {
        return yield context.timer(context.nowMs + 1000);
      });
      hub.expect(id, `${start} EC#${first + 1}[Failed] OC`);
      assert.deepEqual(hub.store.pendingTimers(id), []);
    });

    conforms(`ND3: an activity call removed, profile ${profile}`, options, async (hub) => {
      const id = await changing(hub, callsA, function* (context) {
        return yield context.waitEvent('Go');
      });
      hub.expect(id, `${start} EC#${first}[Failed] OC`);
    });
  }

  conforms('ND4: a further activity in parallel after it is no error', withActivities(placeholder), async (hub) => {
    const id = await changing(hub, callsA, function* (context) {
      return yield context.all([context.activity('a'), context.activity('b')]);
    });
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 TS#1 OC', 'Running');
  });

  const upperCase: Script = function* (context) {
    return yield context.activity('A');
  };

  conforms('ND5: a name that differs in letter case only is no error in profile A', withActivities(placeholder), async (hub) => {
    const id = await changing(hub, callsA, upperCase);
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
  });

  conforms('ND5: in profile G it is', withActivities(placeholder, { profile: 'G' }), async (hub) => {
    const id = await changing(hub, callsA, upperCase);
    hub.expect(id, 'OS ES TS#1 OC | OS TC→1 EC#2[Failed] OC');
  });

  conforms("ND6: an activity's input changed is no error", withActivities(placeholder), async (hub) => {
    const id = await changing(hub, callsA, function* (context) {
      return yield context.activity('a', 'other');
    });
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
  });
});

describe('conformance 8.8, duplicates and latecomers', () => {
  conforms(
    'D1: the same result twice while Running: the second makes no rows',
    withActivities(activityThenEvent),
    async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      await hub.send(id, completed(hub, 0), hub.row(id).executionId);
      hub.expect(id, 'OS ES TS#0 OC | OS TC→0 OC', 'Running');
    },
  );

  conforms('D1: the same result twice in one batch', withActivities(activityThenEvent), async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.complete('a', 1);
      await hub.send(id, completed(hub, 0), hub.row(id).executionId);
    });
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 OC', 'Running');
    assert.deepEqual([...hub.store.inbox(id), ...hub.store.pendingActivities(id)], []);
  });

  conforms('D2: a result for an id that was never scheduled', withActivities(activityThenEvent), async (hub) => {
    const id = await hub.start('main');
    await hub.send(id, completed(hub, 9), hub.row(id).executionId);
    hub.expect(id, 'OS ES TS#0 OC', 'Running');
    assert.deepEqual(
      hub.logs.filter((entry) => entry.level === 'warning').map((entry) => entry.message),
      ['TaskCompleted is dropped: nothing of that id was scheduled.'],
    );
    assert.deepEqual(hub.store.inbox(id), []);
  });

  conforms('D3: a result after Completed', withActivities(activityThenEvent), async (hub) => {
    const id = await hub.start('main');
    await hub.complete('a', 1);
    await hub.raise(id, 'Go');
    const before = [hub.history(id), hub.row(id)];
    await hub.send(id, completed(hub, 0), hub.row(id).executionId);
    assert.deepEqual([hub.history(id), hub.row(id)], before);
  });

  conforms('D4: a failure after the result of the same id: the first wins', withActivities(activityThenEvent), async (hub) => {
    const id = await hub.start('main');
    await hub.complete('a', 1);
    const failed: TaskFailed = { ...hub.inbound(), EventType: 'TaskFailed', TaskScheduledId: 0, Reason: 'no', Details: '' };
    await hub.send(id, failed, hub.row(id).executionId);
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 OC', 'Running');
  });

  conforms('D5: a result of an earlier execution', withActivities(activityThenEvent), async (hub) => {
    const id = await hub.start('main');
    await hub.send(id, completed(hub, 0), 'f'.repeat(32));
    hub.expect(id, 'OS ES TS#0 OC', 'Running');
  });

  conforms(
    'D6: three new GUIDs are the same in each replay, and three',
    withActivities(function* (context) {
      const guids = [context.newGuid(), context.newGuid(), context.newGuid()];
      context.setStatus(guids);
      yield context.activity('a');
      return guids;
    }),
    async (hub) => {
      const id = await hub.start('main', { instanceId: 'abc' });
      const { customStatus } = hub.row(id);
      hub.clock.advance(5000);
      await hub.complete('a', 1);
      assert.equal(hub.row(id).output, customStatus);
      const guids = JSON.parse(customStatus ?? '') as string[];
      assert.equal(new Set(guids).size, 3);
      assert.equal(guids[0], 'f672a3b9-8a8a-5ee2-80fb-221ed537caab');
    },
  );

  conforms(
    'D7: the time before and after an activity is that of each episode, in every replay',
    withActivities(function* (context) {
      const before = context.nowMs;
      yield context.activity('a');
      const after = context.nowMs;
      yield context.activity('b');
      return [before, after];
    }),
    async (hub) => {
      const id = await hub.start('main');
      hub.clock.advance(5000);
      await hub.complete('a', 1);
      hub.clock.advance(5000);
      await hub.complete('b', 1);
      const starts = hub
        .history(id)
        .flatMap((event: HistoryEvent) => (event.EventType === 'OrchestratorStarted' ? [Date.parse(event.Timestamp)] : []));
      assert.deepEqual(JSON.parse(hub.row(id).output ?? ''), starts.slice(0, 2));
      assert.equal((starts[1] ?? 0) - (starts[0] ?? 0), 5000);
    },
  );
});
