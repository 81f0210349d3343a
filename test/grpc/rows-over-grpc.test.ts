/** Rows of sections 8.1 to 8.10 as a worker-replayed SDK has them: its ids begin at 1, and it ends without what is still open. */
import assert from 'node:assert/strict';
import { withActivities } from '../conformance/conforms';
import type { Script } from '../support/script-types';
import { conformsOverGrpc as conforms } from './conforms-over-grpc';

const minute = 60_000;

const one: Script = function* (context) {
  return yield context.activity('a');
};
const fanOut: Script = function* (context) {
  return yield context.all(['a', 'b', 'c'].map((name) => context.activity(name)));
};
const waits: Script = function* (context) {
  return yield context.waitEvent('Go');
};
const returns: Script = function* () {
  yield* [];
  return 'done';
};
const throws: Script = function* () {
  yield* [];
  throw new Error('no');
};
const calls: Script = function* (context) {
  return yield context.child('child', null, { instanceId: 'kid' });
};
const eventOrTimer: Script = function* (context) {
  const timer = context.timer(context.nowMs + minute);
  const event = context.waitEvent('Go');
  const winner = yield context.any([timer, event]);
  if (winner === timer) return 'timer';
  timer.cancel();
  return 'event';
};

describe('conformance 8.1 to 8.3 over gRPC, by the SDK for JavaScript', () => {
  conforms('B1: returns at once', returns, async (hub) => {
    hub.expect(await hub.start('main'), 'OS ES EC#1[Completed] OC', 'Completed "done"');
  });

  conforms('B3: a fan-out of three, one by one', withActivities(fanOut), async (hub) => {
    const id = await hub.start('main');
    for (const name of ['a', 'b', 'c']) await hub.complete(name, name);
    hub.expect(id, 'OS ES TS#1 TS#2 TS#3 OC | OS TC→1 OC | OS TC→2 OC | OS TC→3 EC#4[Completed] OC', 'Completed ["a","b","c"]');
  });

  conforms('B4: a fan-out of three, all in one batch', withActivities(fanOut), async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      for (const name of ['a', 'b', 'c']) await hub.complete(name, name);
    });
    hub.expect(id, 'OS ES TS#1 TS#2 TS#3 OC | OS TC→1 TC→2 TC→3 EC#4[Completed] OC', 'Completed ["a","b","c"]');
  });

  conforms('B5: results in reverse order, output in that of the calls', withActivities(fanOut), async (hub) => {
    const id = await hub.start('main');
    for (const name of ['c', 'b', 'a']) await hub.complete(name, name);
    hub.expect(id, 'OS ES TS#1 TS#2 TS#3 OC | OS TC→3 OC | OS TC→2 OC | OS TC→1 EC#4[Completed] OC', 'Completed ["a","b","c"]');
  });

  conforms('B6: throws at once', throws, async (hub) => {
    const id = await hub.start('main');
    hub.expect(id, 'OS ES EC#1[Failed] OC');
    assert.equal(hub.row(id).failureDetails?.ErrorMessage, 'no');
  });

  conforms(
    'B7: an activity, then throws',
    withActivities(function* (context) {
      yield context.activity('a');
      throw new Error('no');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#1 OC | OS TC→1 EC#2[Failed] OC');
    },
  );

  conforms('B8: an activity fails, not caught', withActivities(one), async (hub) => {
    const id = await hub.start('main');
    await hub.fail('a');
    hub.expect(id, 'OS ES TS#1 OC | OS TF→1 EC#2[Failed] OC');
    assert.match(hub.row(id).failureDetails?.ErrorMessage ?? '', /boom/);
  });

  conforms(
    'B10: an activity fails, caught, and another one makes up for it',
    withActivities(function* (context) {
      try {
        return yield context.activity('a');
      } catch {
        return yield context.activity('b');
      }
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.fail('a');
      await hub.complete('b', 2);
      hub.expect(id, 'OS ES TS#1 OC | OS TF→1 TS#2 OC | OS TC→2 EC#3[Completed] OC', 'Completed 2');
    },
  );

  conforms('B11: a fan-out of three, the middle one fails: ended with the last', withActivities(fanOut), async (hub) => {
    const id = await hub.start('main');
    await hub.complete('a', 1);
    await hub.fail('b');
    assert.equal(hub.row(id).runtimeStatus, 'Running');
    await hub.complete('c', 3);
    hub.expect(id, 'OS ES TS#1 TS#2 TS#3 OC | OS TC→1 OC | OS TF→2 OC | OS TC→3 EC#4[Failed] OC');
  });

  conforms(
    'B14: an activity wins against a timer, which fires later',
    withActivities(function* (context) {
      yield context.any([context.timer(context.nowMs + minute), context.activity('a')]);
      return yield context.activity('b');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      await hub.advance(minute);
      await hub.complete('b', 2);
      hub.expect(id, 'OS ES TmC#1 TS#2 OC | OS TC→2 TS#3 OC | OS TmF→1 OC | OS TC→3 EC#4[Completed] OC', 'Completed 2');
    },
  );

  conforms(
    'B16: an activity that is not registered',
    function* (context) {
      return yield context.activity('nowhere');
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES TS#1 OC | OS TF→1 EC#2[Failed] OC');
    },
  );

  conforms('B17: an orchestrator that is not registered', one, async (hub) => {
    const id = await hub.start('nowhere', { profile: 'G' });
    assert.match(hub.sequence(id), /^OS ES EC#-?\d*\[Failed\] OC$|^OS ES EC\[Failed\] OC$/);
    assert.equal(hub.row(id).runtimeStatus, 'Failed');
  });

  conforms(
    'R1: three attempts, the second succeeds',
    withActivities(function* (context) {
      return yield context.activityWithRetry('a', { firstRetryIntervalMs: 1000, maxNumberOfAttempts: 3 });
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.fail('a');
      await hub.advance(1000);
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#1 OC | OS TF→1 TmC#2 OC | OS TmF→2 TS#3 OC | OS TC→3 EC#4[Completed] OC', 'Completed 1');
    },
  );

  conforms(
    'R5: a retry handler that says no',
    withActivities(function* (context) {
      const retry = { firstRetryIntervalMs: 1000, maxNumberOfAttempts: 3, handler: () => false };
      return yield context.activityWithRetry('a', retry);
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.fail('a');
      hub.expect(id, 'OS ES TS#1 OC | OS TF→1 EC#2[Failed] OC');
    },
  );

  for (const [row, title, ms] of [
    ['T1', 'one timer', minute],
    ['T7', 'a timer in the past', -minute],
  ] as const) {
    conforms(
      `${row}: ${title}`,
      function* (context) {
        yield context.timer(context.nowMs + ms);
      },
      async (hub) => {
        const id = await hub.start('main');
        if (ms > 0) {
          hub.expect(id, 'OS ES TmC#1 OC', 'Running');
          await hub.advance(ms);
        }
        hub.expect(id, 'OS ES TmC#1 OC | OS TmF→1 EC#2[Completed] OC');
        const times = hub.history(id).flatMap((event) => ('FireAt' in event ? [event.FireAt] : []));
        assert.equal(times[0], times[1]);
      },
    );
  }

  conforms('T2: the event wins, the timer is cancelled', eventOrTimer, async (hub) => {
    const id = await hub.start('main');
    await hub.raise(id, 'Go');
    await hub.advance(minute);
    hub.expect(id, 'OS ES TmC#1 OC | OS ER EC#2[Completed] OC', 'Completed "event"');
  });

  conforms('T5: the timer wins', eventOrTimer, async (hub) => {
    const id = await hub.start('main');
    await hub.advance(minute);
    hub.expect(id, 'OS ES TmC#1 OC | OS TmF→1 EC#2[Completed] OC', 'Completed "timer"');
  });
});

describe('conformance 8.4 and 8.5 over gRPC, by the SDK for JavaScript', () => {
  conforms('E1: waits, then the event', waits, async (hub) => {
    const id = await hub.start('main');
    hub.expect(id, 'OS ES OC', 'Running');
    await hub.raise(id, 'Go', 7);
    hub.expect(id, 'OS ES OC | OS ER EC#1[Completed] OC', 'Completed 7');
  });

  conforms(
    'E2: the event comes while an activity runs, the wait after it',
    withActivities(function* (context) {
      yield context.activity('a');
      return yield context.waitEvent('Go');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.raise(id, 'Go', 7);
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#1 OC | OS ER OC | OS TC→1 EC#2[Completed] OC', 'Completed 7');
    },
  );

  conforms(
    'E4: two waits on one name, two events in one batch',
    function* (context) {
      return yield context.all([context.waitEvent('Go'), context.waitEvent('Go')]);
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.together(async () => {
        await hub.raise(id, 'Go', 1);
        await hub.raise(id, 'Go', 2);
      });
      hub.expect(id, 'OS ES OC | OS ER ER EC#1[Completed] OC', 'Completed [1,2]');
    },
  );

  conforms('E5: another spelling of the name', waits, async (hub) => {
    const id = await hub.start('main');
    await hub.raise(id, 'GO', 7);
    hub.expect(id, 'OS ES OC | OS ER EC#1[Completed] OC', 'Completed 7');
    assert.equal(hub.history(id).find((event) => event.EventType === 'EventRaised')?.Name, 'GO');
  });

  conforms('E6: an event before the first episode', waits, async (hub) => {
    await hub.together(async () => {
      await hub.start('main', { instanceId: 'x' });
      await hub.raise('x', 'Go', 7);
    });
    hub.expect('x', 'OS ES ER EC#1[Completed] OC', 'Completed 7');
  });

  conforms('E7: an event that nobody waits for', withActivities(one), async (hub) => {
    const id = await hub.start('main');
    await hub.raise(id, 'Other');
    await hub.complete('a', 1);
    hub.expect(id, 'OS ES TS#1 OC | OS ER OC | OS TC→1 EC#2[Completed] OC', 'Completed 1');
  });

  conforms(
    'E10: two waiters on one name: the first has the event',
    function* (context) {
      const first = context.waitEvent('Go');
      return (yield context.any([first, context.waitEvent('Go')])) === first ? 'first' : 'second';
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.raise(id, 'Go');
      hub.expect(id, 'OS ES OC | OS ER EC#1[Completed] OC', 'Completed "first"');
    },
  );

  conforms(
    'E14: an orchestrator sends an event to another instance',
    {
      scripts: {
        *main(context) {
          yield* [];
          context.sendEvent('r', 'Go', 7);
        },
        receiver: waits,
      },
    },
    async (hub) => {
      await hub.start('receiver', { instanceId: 'r' });
      hub.expect(await hub.start('main'), 'OS ES EvS#1 EC#2[Completed] OC');
      hub.expect('r', 'OS ES OC | OS ER EC#1[Completed] OC', 'Completed 7');
    },
  );

  conforms(
    'C2: continues at once three times',
    function* (context) {
      yield* [];
      const n = Number(context.input);
      if (n < 3) context.continueAsNew(n + 1);
      return n;
    },
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      hub.expect(id, 'OS ES OC EC#1[Completed] OC', 'Completed 3');
    },
  );

  conforms(
    'C3: the new generation waits for an event',
    function* (context) {
      yield context.waitEvent('Go');
      context.continueAsNew(1);
    },
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      const { executionId } = hub.row(id);
      await hub.raise(id, 'Go');
      hub.expect(id, 'OS ES OC', 'Running');
      assert.notEqual(hub.row(id).executionId, executionId);
      assert.equal(hub.row(id).input, '1');
    },
  );

  conforms(
    'C7: an event that came before goes on with the next generation, where it is asked to',
    withActivities(function* (context) {
      if (context.input === 1) return yield context.waitEvent('X');
      yield context.activity('a');
      context.continueAsNew(1, { preserve: true });
    }),
    async (hub) => {
      const id = await hub.start('main', { json: 0 });
      await hub.raise(id, 'X', 7);
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES ER OC EC#1[Completed] OC', 'Completed 7');
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
      hub.expect(id, 'OS ES EC#1[Failed] OC');
    },
  );

  for (const order of ['before', 'after']) {
    conforms(
      `C11: terminate ${order} the event that leads to continue-as-new, in one batch: terminate wins`,
      function* (context) {
        yield context.waitEvent('Go');
        context.continueAsNew(1);
      },
      async (hub) => {
        const id = await hub.start('main', { json: 0 });
        await hub.together(async () => {
          if (order === 'before') await hub.terminate(id, '"enough"');
          await hub.raise(id, 'Go');
          if (order === 'after') await hub.terminate(id, '"enough"');
        });
        const batch = order === 'before' ? 'ET ER' : 'ER ET';
        hub.expect(id, `OS ES OC | OS ${batch} EC#1[Terminated] OC`, 'Terminated "enough"');
      },
    );
  }
});

describe('conformance 8.6 to 8.10 over gRPC, by the SDK for JavaScript', () => {
  conforms('X1: terminate while an activity runs', withActivities(one), async (hub) => {
    const id = await hub.start('main');
    await hub.terminate(id, '"enough"');
    await hub.complete('a', 1);
    hub.expect(id, 'OS ES TS#1 OC | OS ET EC#2[Terminated] OC', 'Terminated "enough"');
  });

  conforms('X6: terminate before the first episode', withActivities(one), async (hub) => {
    await hub.together(async () => {
      await hub.start('main', { instanceId: 'x' });
      await hub.terminate('x', '"enough"');
    });
    hub.expect('x', '', 'Terminated "enough"');
  });

  conforms('X7: terminate a suspended instance', waits, async (hub) => {
    const id = await hub.start('main');
    await hub.suspend(id);
    await hub.terminate(id, '"enough"');
    hub.expect(id, 'OS ES OC | OS ESu OC | OS ET EC#1[Terminated] OC', 'Terminated "enough"');
  });

  conforms('X9: suspend, event, resume', waits, async (hub) => {
    const id = await hub.start('main');
    await hub.suspend(id);
    await hub.raise(id, 'Go', 7);
    assert.equal(hub.row(id).runtimeStatus, 'Suspended');
    await hub.resume(id);
    hub.expect(id, 'OS ES OC | OS ESu OC | OS ER OC | OS ERe EC#1[Completed] OC', 'Completed 7');
  });

  conforms(
    'X10: an activity ends while suspended',
    withActivities(function* (context) {
      yield context.activity('a');
      return yield context.activity('b');
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.suspend(id);
      await hub.complete('a', 1);
      await hub.resume(id);
      await hub.complete('b', 2);
      hub.expect(id, 'OS ES TS#1 OC | OS ESu OC | OS TC→1 OC | OS ERe TS#2 OC | OS TC→2 EC#3[Completed] OC', 'Completed 2');
    },
  );

  conforms('X14: suspend and resume in one batch', waits, async (hub) => {
    const id = await hub.start('main');
    await hub.together(async () => {
      await hub.send(id, { ...hub.inbound(), EventType: 'ExecutionSuspended', Reason: null });
      await hub.send(id, { ...hub.inbound(), EventType: 'ExecutionResumed', Reason: null });
    });
    hub.expect(id, 'OS ES OC | OS ESu ERe OC', 'Running');
  });

  conforms(
    'X15: a timer that is due while suspended',
    function* (context) {
      yield context.timer(context.nowMs + minute);
    },
    async (hub) => {
      const id = await hub.start('main');
      await hub.suspend(id);
      await hub.advance(minute);
      await hub.resume(id);
      hub.expect(id, 'OS ES TmC#1 OC | OS ESu OC | OS TmF→1 OC | OS ERe EC#2[Completed] OC');
    },
  );

  for (const recursive of [false, true]) {
    conforms(
      recursive ? 'X17: terminate a parent and its children' : 'X16: terminate a parent only',
      { scripts: { main: calls, child: waits } },
      async (hub) => {
        const id = await hub.start('main');
        await hub.terminate(id, '"enough"', recursive);
        hub.expect(id, 'OS ES SC#1 OC | OS ET EC#2[Terminated] OC');
        if (recursive) hub.expect('kid', 'OS ES OC | OS ET EC#1[Terminated] OC', 'Terminated "enough"');
        else {
          await hub.raise('kid', 'Go', 7);
          hub.expect('kid', 'OS ES OC | OS ER EC#1[Completed] OC', 'Completed 7');
        }
        hub.expect(id, 'OS ES SC#1 OC | OS ET EC#2[Terminated] OC');
      },
    );
  }

  conforms('S1: a child with one activity', withActivities(calls, { scripts: { child: one } }), async (hub) => {
    const id = await hub.start('main');
    await hub.complete('a', 1);
    hub.expect(id, 'OS ES SC#1 OC | OS SD→1 EC#2[Completed] OC', 'Completed 1');
    hub.expect('kid', 'OS ES TS#1 OC | OS TC→1 EC#2[Completed] OC');
    assert.equal(hub.row('kid').parentInstanceId, id);
  });

  conforms('S3: a child throws, not caught', { scripts: { main: calls, child: throws } }, async (hub) => {
    const id = await hub.start('main');
    hub.expect(id, 'OS ES SC#1 OC | OS SF→1 EC#2[Failed] OC');
    hub.expect('kid', 'OS ES EC#1[Failed] OC');
  });

  conforms(
    'S4: a child throws, caught',
    {
      scripts: {
        *main(context) {
          try {
            return yield context.child('child');
          } catch {
            return 'caught';
          }
        },
        child: throws,
      },
    },
    async (hub) => {
      hub.expect(await hub.start('main'), 'OS ES SC#1 OC | OS SF→1 EC#2[Completed] OC', 'Completed "caught"');
    },
  );

  conforms('S5: a child is terminated', { scripts: { main: calls, child: waits } }, async (hub) => {
    const id = await hub.start('main');
    await hub.terminate('kid');
    hub.expect('kid', 'OS ES OC | OS ET EC#1[Terminated] OC');
    hub.expect(id, 'OS ES SC#1 OC | OS SF→1 EC#2[Failed] OC');
  });

  conforms(
    'S7: a child that continues as new answers once',
    {
      scripts: {
        main: calls,
        *child(context) {
          yield* [];
          if (context.input !== 1) context.continueAsNew(1);
          return 'second';
        },
      },
    },
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES SC#1 OC | OS SD→1 EC#2[Completed] OC', 'Completed "second"');
      hub.expect('kid', 'OS ES OC EC#1[Completed] OC');
    },
  );

  conforms("S11: a child's id is in use by a running instance", { scripts: { main: calls, child: waits } }, async (hub) => {
    await hub.start('child', { instanceId: 'kid' });
    const id = await hub.start('main');
    hub.expect(id, 'OS ES SC#1 OC | OS SF→1 EC#2[Failed] OC');
    hub.expect('kid', 'OS ES OC', 'Running');
  });

  const changes: readonly [row: string, title: string, changed: Script, sequence: string][] = [
    [
      'ND1',
      "an activity's name has changed",
      function* (context) {
        return yield context.activity('b');
      },
      'OS ES TS#1 OC | OS TC→1 EC#2[Failed] OC',
    ],
    [
      'ND2',
      'an activity has become a timer',
      function* (context) {
        yield context.timer(context.nowMs + minute);
      },
      'OS ES TS#1 OC | OS TC→1 EC#2[Failed] OC',
    ],
    [
      'ND4',
      'a further activity beside it',
      function* (context) {
        yield context.all([context.activity('a'), context.activity('b')]);
      },
      'OS ES TS#1 OC | OS TC→1 TS#2 OC',
    ],
    [
      'ND6',
      "an activity's input has changed",
      function* (context) {
        return yield context.activity('a', 'other');
      },
      'OS ES TS#1 OC | OS TC→1 EC#2[Completed] OC',
    ],
  ];
  for (const [row, title, changed, sequence] of changes) {
    conforms(`${row}: ${title} between episodes`, withActivities(one), async (hub) => {
      const id = await hub.start('main');
      hub.worker.scripts['main'] = changed;
      await hub.complete('a', 1);
      hub.expect(id, sequence);
    });
  }

  conforms(
    'CS1: a custom status after each of two activities',
    withActivities(function* (context) {
      yield context.activity('a');
      context.setStatus('Tokyo');
      yield context.activity('b');
      context.setStatus('Seattle');
    }),
    async (hub) => {
      const id = await hub.start('main');
      assert.equal(hub.row(id).customStatus, null);
      await hub.complete('a', 1);
      assert.equal(hub.row(id).customStatus, '"Tokyo"');
      await hub.complete('b', 2);
      assert.equal(hub.row(id).customStatus, '"Seattle"');
      hub.expect(id, 'OS ES TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 EC#3[Completed] OC');
    },
  );

  conforms(
    'CS6: set, then throws in the same turn',
    function* (context) {
      yield* [];
      context.setStatus('half way');
      throw new Error('no');
    },
    async (hub) => {
      const id = await hub.start('main');
      assert.deepEqual([hub.row(id).runtimeStatus, hub.row(id).customStatus], ['Failed', '"half way"']);
    },
  );

  conforms('L1: start with the id of a completed instance', waits, async (hub) => {
    await hub.start('main', { instanceId: 'x' });
    const { executionId } = hub.row('x');
    await hub.raise('x', 'Go', 7);
    await hub.start('main', { instanceId: 'x' });
    hub.expect('x', 'OS ES OC', 'Running');
    assert.notEqual(hub.row('x').executionId, executionId);
  });

  conforms('L4: start with the id of a running instance that may be replaced', withActivities(one), async (hub) => {
    await hub.start('main', { instanceId: 'x' });
    await hub.start('main', { instanceId: 'x', replaceable: ['Running', 'Terminated'] });
    const [, second] = hub.worker.calls;
    await hub.complete('a', 'old');
    hub.expect('x', 'OS ES TS#1 OC', 'Running');
    second?.complete('new');
    await hub.quiet();
    hub.expect('x', 'OS ES TS#1 OC | OS TC→1 EC#2[Completed] OC', 'Completed "new"');
  });

  conforms('L6: an event before a start in five seconds is kept', waits, async (hub) => {
    const scheduledStartTime = new Date(hub.clock.now() + 5000).toISOString();
    const id = await hub.start('main', { scheduledStartTime });
    await hub.raise(id, 'Go', 7);
    hub.expect(id, '', 'Pending');
    await hub.together(() => hub.advance(5000));
    hub.expect(id, 'OS ES ER EC#1[Completed] OC', 'Completed 7');
  });
});
