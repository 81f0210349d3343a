import assert from 'node:assert/strict';
import type { ExecutionStarted, GenericEvent } from '../../src/core/history/history';
import type { Script } from '../support/script-types';
import type { TestHub, TestHubOptions } from '../support/test-hub';
import { conforms, withActivities } from './conforms';

/** `a` succeeds, `b` fails as long as the test says so. */
const failing: Script = function* (context) {
  yield context.activity('a');
  return yield context.activity('b');
};

const parent: Script = function* (context) {
  yield context.activity('a');
  return yield context.child('kid', null, { instanceId: 'kid' });
};

const kid: Script = function* (context) {
  return yield context.activity('b');
};

const family = (profile: 'A' | 'G'): TestHubOptions => withActivities(parent, { profile, scripts: { kid } });

async function failed(hub: TestHub): Promise<string> {
  const id = await hub.start('main', { instanceId: 'one' });
  await hub.complete('a', 1);
  await hub.fail('b');
  assert.equal(hub.row(id).runtimeStatus, 'Failed');
  return id;
}

async function rewind(hub: TestHub, id: string, reason: string | null = 'mended'): Promise<void> {
  await hub.engine.rewind(id, reason);
  await hub.quiet();
}

/** Up to the moment when the rewind is accepted: the episode that follows waits. */
async function acceptRewind(hub: TestHub, id: string): Promise<void> {
  hub.engine.configure({ maxConcurrentEpisodes: 0 });
  await hub.engine.rewind(id, 'mended');
}

function started(hub: TestHub, id: string): ExecutionStarted {
  const event = hub.history(id).find((each): each is ExecutionStarted => each.EventType === 'ExecutionStarted');
  assert.ok(event);
  return event;
}

describe('conformance 8.11, rewind', () => {
  conforms(
    'W1: right after a rewind the failure is marked in place, and the instance is Pending',
    withActivities(failing),
    async (hub) => {
      const id = await failed(hub);
      const { executionId } = hub.row(id);
      await acceptRewind(hub, id);
      hub.expect(id, 'OS ES TS#0 OC | OS TC→0 GE#1 OC | OS GE→1 GE#2 OC', `Pending ${hub.row(id).output}`);
      const marks = hub.history(id).filter((event): event is GenericEvent => event.EventType === 'GenericEvent');
      assert.deepEqual(
        marks.map((event) => event.Reason),
        ['Rewound: TaskScheduled', 'Rewound: TaskFailed', 'Rewound: ExecutionCompleted'],
      );
      assert.deepEqual(
        { execution: hub.row(id).executionId, completed: hub.row(id).completedTime },
        { execution: executionId, completed: null },
      );
    },
  );

  conforms('W2: a rewound instance asks for the failed activity again and completes', withActivities(failing), async (hub) => {
    const id = await failed(hub);
    await rewind(hub, id);
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 GE#1 OC | OS GE→1 GE#2 OC | OS GE TS#1 OC', `Pending ${hub.row(id).output}`);
    await hub.complete('b', 'now');
    hub.expect(
      id,
      'OS ES TS#0 OC | OS TC→0 GE#1 OC | OS GE→1 GE#2 OC | OS GE TS#1 OC | OS TC→1 EC#2[Completed] OC',
      'Completed "now"',
    );
    const waking = hub.history(id).findLast((event): event is GenericEvent => event.EventType === 'GenericEvent');
    assert.equal(waking?.Data, 'mended');
    assert.deepEqual(hub.worker.callCounts, { a: 1, b: 2 });
  });

  conforms(
    'W3: the new scheme removes the failure and goes on under a new ExecutionId',
    withActivities(failing, { profile: 'G' }),
    async (hub) => {
      const id = await failed(hub);
      const before = hub.row(id).executionId;
      await acceptRewind(hub, id);
      hub.expect(id, 'OS ES TS#1 OC | OS TC→1 OC | OS OC | OS ERw OC', 'Running');
      assert.notEqual(hub.row(id).executionId, before);
      assert.equal(started(hub, id).OrchestrationInstance.ExecutionId, hub.row(id).executionId);
      hub.engine.configure({ maxConcurrentEpisodes: 256 });
      await hub.engine.raiseEvent(id, 'unrelated', null);
      await hub.quiet();
      await hub.complete('b', 'now');
      assert.equal(hub.outcome(id), 'Completed "now"');
      assert.deepEqual(hub.worker.callCounts, { a: 1, b: 2 });
    },
  );

  conforms(
    'W4: worker-replayed code sees a history without the failure, and schedules the activity again',
    withActivities(failing, { profile: 'G' }),
    async (hub) => {
      const id = await failed(hub);
      await rewind(hub, id);
      hub.expect(id, 'OS ES TS#1 OC | OS TC→1 OC | OS OC | OS ERw OC | OS TS#2 OC', 'Running');
      const episode = hub.worker.episodes.at(-1);
      assert.deepEqual(
        episode?.newEvents.map((event) => event.EventType),
        ['OrchestratorStarted'],
      );
      await hub.complete('b', 'now');
      hub.expect(
        id,
        'OS ES TS#1 OC | OS TC→1 OC | OS OC | OS ERw OC | OS TS#2 OC | OS TC→2 EC#3[Completed] OC',
        'Completed "now"',
      );
    },
  );

  conforms('W5: a failed child is rewound with its parent, and answers the same call', family('A'), async (hub) => {
    const id = await failed(hub);
    await rewind(hub, id);
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 SC#1 OC | OS GE→1 GE#2 OC', `Pending ${hub.row(id).output}`);
    hub.expect('kid', 'OS ES GE#0 OC | OS GE→0 GE#1 OC | OS GE TS#0 OC', `Pending ${hub.row('kid').output}`);
    await hub.complete('b', 'now');
    hub.expect('kid', 'OS ES GE#0 OC | OS GE→0 GE#1 OC | OS GE TS#0 OC | OS TC→0 EC#1[Completed] OC');
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 SC#1 OC | OS GE→1 GE#2 OC | OS SD→1 EC#2[Completed] OC', 'Completed "now"');
    assert.deepEqual(hub.worker.callCounts, { a: 1, b: 2 });
  });

  conforms('W5: in the new scheme the child learns the new ExecutionId of its parent', family('G'), async (hub) => {
    const id = await failed(hub);
    await rewind(hub, id);
    hub.expect(id, 'OS ES TS#1 OC | OS TC→1 SC#2 OC | OS OC | OS ERw OC', 'Running');
    assert.equal(started(hub, 'kid').ParentInstance?.OrchestrationInstance.ExecutionId, hub.row(id).executionId);
    await hub.complete('b', 'now');
    hub.expect(id, 'OS ES TS#1 OC | OS TC→1 SC#2 OC | OS OC | OS ERw OC | OS SD→2 EC#3[Completed] OC', 'Completed "now"');
  });

  for (const profile of ['A', 'G'] as const) {
    conforms(`W6: a child that was purged meanwhile is created again (${profile})`, family(profile), async (hub) => {
      const id = await failed(hub);
      await hub.engine.purge('kid');
      await rewind(hub, id);
      assert.equal(hub.row('kid').runtimeStatus, 'Running');
      await hub.complete('b', 'now');
      assert.equal(hub.outcome(id), 'Completed "now"');
      assert.deepEqual(hub.worker.callCounts, { a: 1, b: 2 });
    });

    conforms(`W7: only a failed instance can be rewound (${profile})`, withActivities(failing, { profile }), async (hub) => {
      const id = await hub.start('main');
      const before = hub.sequence(id);
      await assert.rejects(hub.engine.rewind(id, null), { code: 'InstanceWrongState' });
      assert.equal(hub.sequence(id), before);
      await hub.complete('a', 1);
      await hub.complete('b', 2);
      const ended = hub.sequence(id);
      await assert.rejects(hub.engine.rewind(id, null), { code: 'InstanceWrongState', message: /only supported on failed/ });
      await assert.rejects(hub.engine.rewind('nobody', null), { code: 'InstanceNotFound' });
      assert.equal(hub.sequence(id), ended);
    });

    conforms(
      `W8: an instance that fails again can be rewound again (${profile})`,
      withActivities(failing, { profile }),
      async (hub) => {
        const id = await failed(hub);
        await rewind(hub, id);
        await hub.fail('b', 'still broken');
        assert.match(hub.outcome(id), /^Failed .*still broken/);
        await rewind(hub, id);
        await hub.complete('b', 'at last');
        assert.equal(hub.outcome(id), 'Completed "at last"');
        assert.deepEqual(hub.worker.callCounts, { a: 1, b: 3 });
      },
    );
  }
});
