import assert from 'node:assert/strict';
import { toTimestamp } from '../../src/core/values/time';
import type { Retry, Script } from '../support/script-types';
import type { TestHub } from '../support/test-hub';
import { conforms, withActivities } from './conforms';

const retrying = (retry: Partial<Retry>): Script =>
  function* (context) {
    return yield context.activityWithRetry('a', { firstRetryIntervalMs: 5000, maxNumberOfAttempts: 3, ...retry });
  };

const failing: Script = function* () {
  yield* [];
  throw new Error('child');
};

/** Seconds between each timer's creation and its time. */
function delays(hub: TestHub, id: string): number[] {
  return hub
    .history(id)
    .flatMap((event) =>
      event.EventType === 'TimerCreated' ? [(Date.parse(event.FireAt) - Date.parse(event.Timestamp)) / 1000] : [],
    );
}

describe('conformance 8.2, retries', () => {
  conforms('R1: succeeds at the second attempt', withActivities(retrying({})), async (hub) => {
    const id = await hub.start('main');
    await hub.fail('a');
    assert.deepEqual((await hub.engine.waitingFor(id)).activities, []);
    await hub.advance(5000);
    assert.equal((await hub.engine.waitingFor(id)).activities[0]?.attempt, 2);
    await hub.complete('a', 'ok');
    hub.expect(id, 'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TC→2 EC#3[Completed] OC', 'Completed "ok"');
  });

  conforms(
    'R2: two attempts, both fail: one more timer, of no length',
    withActivities(retrying({ maxNumberOfAttempts: 2 })),
    async (hub) => {
      const id = await hub.start('main');
      await hub.fail('a');
      await hub.advance(5000);
      await hub.fail('a');
      hub.expect(id, 'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TF→2 TmC#3 OC | OS TmF→3 EC#4[Failed] OC');
      assert.deepEqual(delays(hub, id), [5, 0]);
    },
  );

  conforms('R3: three attempts, all fail', withActivities(retrying({})), async (hub) => {
    const id = await hub.start('main');
    for (let attempt = 0; attempt < 3; attempt++) {
      await hub.fail('a');
      await hub.advance(5000);
    }
    hub.expect(
      id,
      'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TF→2 TmC#3 OC | OS TmF→3 TS#4 OC | OS TF→4 TmC#5 OC | OS TmF→5 EC#6[Failed] OC',
    );
  });

  conforms('R4: a single attempt that fails', withActivities(retrying({ maxNumberOfAttempts: 1 })), async (hub) => {
    const id = await hub.start('main');
    await hub.fail('a');
    hub.expect(id, 'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 EC#2[Failed] OC');
  });

  conforms('R5: the handler says no', withActivities(retrying({ handler: () => false })), async (hub) => {
    const id = await hub.start('main');
    await hub.fail('a');
    hub.expect(id, 'OS ES TS#0 OC | OS TF→0 EC#1[Failed] OC');
  });

  conforms(
    'R6: back-off with a maximum: 5, 10, 12, 12 and 0 seconds',
    withActivities(retrying({ backoffCoefficient: 2, maxRetryIntervalMs: 12_000, maxNumberOfAttempts: 5 })),
    async (hub) => {
      const id = await hub.start('main');
      for (let attempt = 0; attempt < 5; attempt++) {
        await hub.fail('a');
        await hub.advance(12_000);
      }
      assert.deepEqual(delays(hub, id), [5, 10, 12, 12, 0]);
      const ids = (type: string): number[] =>
        hub.history(id).flatMap((event) => (event.EventType === type ? [event.EventId] : []));
      assert.deepEqual(ids('TaskScheduled'), [0, 2, 4, 6, 8]);
      assert.deepEqual(ids('TimerCreated'), [1, 3, 5, 7, 9]);
      assert.deepEqual(ids('ExecutionCompleted'), [10]);
      assert.equal(hub.row(id).runtimeStatus, 'Failed');
    },
  );

  conforms(
    'R7: a retry time-out ends the retries without a timer',
    withActivities(retrying({ maxNumberOfAttempts: 5, retryTimeoutMs: 7000 })),
    async (hub) => {
      const id = await hub.start('main');
      await hub.fail('a');
      await hub.advance(5000);
      await hub.fail('a');
      await hub.advance(5000);
      await hub.fail('a');
      hub.expect(
        id,
        'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TF→2 TmC#3 OC | OS TmF→3 TS#4 OC | OS TF→4 EC#5[Failed] OC',
      );
    },
  );

  conforms(
    'R8: a retried and a plain activity, failure and result in one batch',
    withActivities(function* (context) {
      const retry = { firstRetryIntervalMs: 5000, maxNumberOfAttempts: 3 };
      return yield context.all([context.activityWithRetry('a', retry), context.activity('b')]);
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.together(async () => {
        await hub.fail('a');
        await hub.complete('b', 2);
      });
      await hub.advance(5000);
      await hub.complete('a', 1);
      hub.expect(
        id,
        'OS ES TS#0 TS#1 OC | OS TF→0 TC→1 TmC#2 OC | OS TmF→2 TS#3 OC | OS TC→3 EC#4[Completed] OC',
        'Completed [1,2]',
      );
    },
  );

  conforms(
    'R9: a child with an explicit id fails twice: its second run replaces the first',
    {
      scripts: {
        *main(context) {
          return yield context.childWithRetry('child', { firstRetryIntervalMs: 5000, maxNumberOfAttempts: 2 }, null, {
            instanceId: 'kid',
          });
        },
        child: failing,
      },
    },
    async (hub) => {
      const id = await hub.start('main');
      const first = hub.row('kid');
      await hub.advance(5000);
      hub.expect(id, 'OS ES SC#0 OC | OS SF→0 TmC#1 OC | OS TmF→1 SC#2 OC | OS SF→2 TmC#3 OC | OS TmF→3 EC#4[Failed] OC');
      hub.expect('kid', 'OS ES EC#0[Failed] OC');
      assert.notEqual(hub.row('kid').executionId, first.executionId);
      assert.equal(hub.row('kid').generation, 0);
    },
  );

  conforms(
    'R10: a child with a default id succeeds at the second attempt, under another id',
    {
      scripts: {
        *main(context) {
          return yield context.childWithRetry('child', { firstRetryIntervalMs: 5000, maxNumberOfAttempts: 2 });
        },
        *child(context) {
          yield* [];
          if (context.nowMs === Date.UTC(2024, 0, 1)) throw new Error('too early');
          return 'ok';
        },
      },
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.advance(5000);
      hub.expect(id, 'OS ES SC#0 OC | OS SF→0 TmC#1 OC | OS TmF→1 SC#2 OC | OS SD→2 EC#3[Completed] OC', 'Completed "ok"');
      const { executionId } = hub.row(id);
      assert.equal(hub.row(`${executionId}:0`).runtimeStatus, 'Failed');
      assert.equal(hub.row(`${executionId}:2`).runtimeStatus, 'Completed');
    },
  );

  conforms('R11: a failure that says it is not retriable', withActivities(retrying({})), async (hub) => {
    const id = await hub.start('main');
    hub.worker.call('a').fail('never', { IsNonRetriable: true });
    await hub.quiet();
    hub.expect(id, 'OS ES TS#0 OC | OS TF→0 EC#1[Failed] OC');
  });

  conforms(
    'the extra timer of the last failure is due at once',
    withActivities(retrying({ maxNumberOfAttempts: 1 })),
    async (hub) => {
      const id = await hub.start('main');
      hub.clock.advance(700);
      await hub.fail('a');
      const timer = hub.history(id).find((event) => event.EventType === 'TimerCreated');
      assert.equal(timer?.FireAt, toTimestamp(hub.clock.now()));
    },
  );
});
