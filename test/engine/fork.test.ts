import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import type { ForkChange, ForkRequest } from '../../src/core/instances/forks';
import type { DurascopeErrorCode } from '../../src/core/values/errors';
import { counter } from '../support/entity-script';
import type { Script } from '../support/script-types';
import { TestHub, type TestHubOptions, withTestHub } from '../support/test-hub';

const minute = 60_000;
const hour = 60 * minute;

const withHub = (options: TestHubOptions, test: (hub: TestHub) => Promise<void>): Promise<void> =>
  withTestHub({ ...options, scripts: { ...options.scripts }, engine: { oneMessagePerEpisode: false, ...options.engine } }, test);

/** Everything that a store tells of the orchestrations but for those that are named. */
async function everything(hub: TestHub, without: readonly string[] = []): Promise<unknown> {
  const { instances } = await hub.engine.query({ pageSize: 1000 });
  return instances
    .filter(({ instanceId }) => !without.includes(instanceId) && !instanceId.startsWith('@'))
    .map((row) => ({
      row,
      history: hub.store.history(row.instanceId),
      statuses: hub.store.customStatusChanges(row.instanceId),
      inbox: hub.store.inbox(row.instanceId),
      timers: hub.store.pendingTimers(row.instanceId),
      activities: hub.store.pendingActivities(row.instanceId),
    }));
}

/** Forks, lets it run as far as it does by itself, and finds everything else as it was. */
async function fork(
  hub: TestHub,
  id: string,
  row: number,
  change: ForkChange | null,
  more: Partial<ForkRequest> = {},
): Promise<string> {
  const before = await everything(hub);
  const { instanceId } = await hub.engine.fork(id, { row, change, ...more });
  await hub.quiet();
  const made = new Set((await hub.engine.query({ pageSize: 1000 })).instances.map((each) => each.instanceId));
  for (const { row: old } of before as { row: { instanceId: string } }[]) made.delete(old.instanceId);
  assert.deepEqual(await everything(hub, [...made]), before, 'what was there before the fork is as it was');
  return instanceId;
}

async function refuses(
  hub: TestHub,
  id: string,
  row: number,
  change: ForkChange | null,
  message: RegExp,
  code: DurascopeErrorCode = 'InvalidArgument',
) {
  await assert.rejects(hub.engine.fork(id, { row, change }), { code, message });
}

/** Number of the first such row. */
function rowOf(hub: TestHub, id: string, type: HistoryEvent['EventType'], nth = 1): number {
  const found = hub.history(id).flatMap((event, index) => (event.EventType === type ? [index + 1] : []))[nth - 1];
  assert.ok(found !== undefined, `there is no ${type} in ${hub.sequence(id)}`);
  return found;
}

const order: Script = function* (context) {
  context.setStatus('reserving');
  const price = yield context.activity('reserve', context.input);
  context.setStatus(`reserved for ${String(price)}`);
  try {
    const receipt = yield context.activity('charge', price);
    return `paid ${String(receipt)}`;
  } catch (error) {
    yield context.activity('refund', price);
    return `refunded: ${(error as Error).message}`;
  }
};

const shop = {
  scripts: { order },
  activities: {
    reserve: (item: unknown) => `${String(item)}-7`,
    charge: (price: unknown) => `for ${String(price)}`,
    refund: () => null,
  },
};

describe('fork', () => {
  it('runs on from a result that is another one: what came before is kept, what follows is run', () =>
    withHub(shop, async (hub) => {
      const id = await hub.start('order', { json: 'book', instanceId: 'order-1' });
      assert.equal(hub.outcome(id), 'Completed "paid for book-7"');
      const calls = { ...hub.worker.callCounts };
      const forked = await fork(hub, id, rowOf(hub, id, 'TaskCompleted'), { type: 'result', value: '"pen-1"' });
      assert.equal(forked, 'order-1-fork');
      assert.equal(hub.outcome(forked), 'Completed "paid for pen-1"');
      assert.deepEqual(hub.worker.callCounts, { ...calls, charge: 2 });
      assert.equal(hub.sequence(forked), hub.sequence(id));
      assert.deepEqual(
        hub.store.customStatusChanges(forked).map(({ value }) => value),
        ['"reserving"', '"reserved for book-7"', '"reserved for pen-1"'],
      );
      const { forkedFrom, parentInstanceId } = hub.row(forked);
      assert.equal(parentInstanceId, null);
      assert.deepEqual(forkedFrom, {
        instanceId: id,
        executionId: hub.row(id).executionId,
        row: rowOf(hub, id, 'TaskCompleted'),
        change: { type: 'result', value: '"pen-1"' },
      });
    }));

  it('takes the way of a failure that never happened, named at the row that asks or at the row that answers', () =>
    withHub(shop, async (hub) => {
      const id = await hub.start('order', { json: 'book' });
      const failure: ForkChange = { type: 'failure', errorType: 'CardError', message: 'declined' };
      for (const type of ['TaskScheduled', 'TaskCompleted'] as const) {
        const forked = await fork(hub, id, rowOf(hub, id, type, 2), failure);
        assert.match(hub.outcome(forked), /^Completed "refunded: .*declined/);
      }
      assert.equal(hub.worker.callCounts['charge'], 1);
      assert.equal(hub.worker.callCounts['refund'], 2);
    }));

  it('a failure stands in the history as the engine writes it, in both profiles', async () => {
    for (const profile of ['A', 'G'] as const) {
      await withHub({ ...shop, profile }, async (hub) => {
        const id = await hub.start('order', { json: 'book' });
        const forked = await fork(hub, id, rowOf(hub, id, 'TaskCompleted', 2), {
          type: 'failure',
          errorType: 'CardError',
          message: 'declined',
        });
        const failed = hub.history(forked).find((event) => event.EventType === 'TaskFailed');
        assert.ok(failed?.EventType === 'TaskFailed');
        if (profile === 'A') {
          assert.equal(failed.Reason, "Activity function 'charge' failed:  declined");
          assert.match(failed.Details, /^\{"\$type":"System.Exception/);
        } else assert.equal(failed.FailureDetails?.ErrorType, 'CardError');
        assert.match(hub.outcome(forked), /refunded: .*declined/);
      });
    }
  });

  it('without a change runs the same code, or another, on from there', () =>
    withHub(shop, async (hub) => {
      const id = await hub.start('order', { json: 'book' });
      hub.worker.scripts['order'] = function* (context) {
        const price = yield context.activity('reserve', context.input);
        return `only reserved ${String(price)}`;
      };
      const forked = await fork(hub, id, rowOf(hub, id, 'TaskCompleted'), null);
      assert.equal(hub.outcome(forked), 'Completed "only reserved book-7"');
    }));

  it('code that no longer fits the kept part is told as such', () =>
    withHub(shop, async (hub) => {
      const id = await hub.start('order', { json: 'book' });
      hub.worker.scripts['order'] = function* (context) {
        return yield context.activity('charge', context.input);
      };
      const forked = await fork(hub, id, rowOf(hub, id, 'TaskCompleted', 2), null);
      assert.match(hub.outcome(forked), /^Failed .*Non-Deterministic workflow detected/);
    }));

  it('starts with another input', () =>
    withHub(shop, async (hub) => {
      const id = await hub.start('order', { json: 'book' });
      const forked = await fork(hub, id, rowOf(hub, id, 'ExecutionStarted'), { type: 'input', value: '"lamp"' });
      assert.equal(hub.outcome(forked), 'Completed "paid for lamp-7"');
      assert.equal(hub.row(forked).input, '"lamp"');
    }));

  describe('which came first', () => {
    const race: Script = function* (context) {
      const left = context.activity('left');
      const right = context.activity('right');
      const winner = yield context.any([left, right]);
      return winner === left ? 'left' : 'right';
    };
    const parts = { scripts: { race }, activities: { left: 'manual', right: 'manual' } } as const;

    it('another answer of several', () =>
      withHub({ ...parts, profile: 'G' }, async (hub) => {
        const id = await hub.start('race');
        await hub.complete('left', 1);
        await hub.complete('right', 2);
        assert.equal(hub.outcome(id), 'Completed "left"');
        // The answer of the other was never taken in, so that the record does not have it.
        await refuses(
          hub,
          id,
          rowOf(hub, id, 'TaskCompleted'),
          { type: 'first', row: rowOf(hub, id, 'TaskScheduled', 2) },
          /no answer to it/,
        );
        const forked = await fork(hub, id, rowOf(hub, id, 'TaskScheduled', 2), { type: 'result', value: '2' });
        assert.equal(hub.outcome(forked), 'Completed "right"');
      }));

    it('another answer of several that have come', () =>
      withHub(
        {
          ...parts,
          scripts: {
            race: function* (context) {
              const left = context.activity('left');
              const right = context.activity('right');
              const winner = yield context.any([left, right]);
              yield context.all([left, right]);
              return winner === left ? 'left' : 'right';
            },
          },
        },
        async (hub) => {
          const id = await hub.start('race');
          await hub.complete('left', 1);
          await hub.complete('right', 2);
          assert.equal(hub.outcome(id), 'Completed "left"');
          const [first, second] = [rowOf(hub, id, 'TaskCompleted'), rowOf(hub, id, 'TaskCompleted', 2)];
          const forked = await fork(hub, id, first, { type: 'first', row: second });
          assert.equal(hub.outcome(forked), 'Completed "right"');
          assert.equal(hub.worker.calls.length, 0, 'nothing that has its answer runs again');
          await refuses(hub, id, second, { type: 'first', row: first }, /came before it as it is|no answer/);
          await refuses(hub, id, first, { type: 'first', row: first }, /comes first as it is/);
        },
      ));

    const approval: Script = function* (context) {
      const timer = context.timer(context.nowMs + 72 * hour);
      const event = context.waitEvent('Approval');
      const winner = yield context.any([event, timer]);
      if (winner === timer) return 'timed out';
      timer.cancel();
      return `approved ${JSON.stringify(event.value)}`;
    };

    it('a timer before the event', () =>
      withHub({ scripts: { approval } }, async (hub) => {
        const id = await hub.start('approval');
        await hub.advance(hour);
        await hub.raise(id, 'Approval', true);
        assert.equal(hub.outcome(id), 'Completed "approved true"');
        const forked = await fork(hub, id, rowOf(hub, id, 'EventRaised'), { type: 'first', row: rowOf(hub, id, 'TimerCreated') });
        assert.equal(hub.outcome(forked), 'Completed "timed out"');
        const again = await fork(hub, id, rowOf(hub, id, 'TimerCreated'), { type: 'fires' });
        assert.equal(hub.outcome(again), 'Completed "timed out"');
      }));

    it('an event that never comes, that has another payload, or that comes at all', () =>
      withHub({ scripts: { approval } }, async (hub) => {
        const id = await hub.start('approval');
        await hub.advance(hour);
        await hub.raise(id, 'Approval', true);
        const event = rowOf(hub, id, 'EventRaised');
        assert.equal(
          hub.outcome(await fork(hub, id, event, { type: 'payload', value: '"no"' })),
          'Completed "approved \\"no\\""',
        );
        const waits = await fork(hub, id, event, { type: 'never' });
        assert.deepEqual(hub.row(waits).awaitedEvents, ['Approval']);
        // The timer has as long to go as it had then.
        await hub.advance(71 * hour - minute);
        assert.equal(hub.row(waits).runtimeStatus, 'Running');
        await hub.advance(minute);
        assert.equal(hub.outcome(waits), 'Completed "timed out"');
        const late = await hub.start('approval');
        await hub.advance(72 * hour);
        assert.equal(hub.outcome(late), 'Completed "timed out"');
        const raised = await fork(hub, late, rowOf(hub, late, 'TimerFired'), { type: 'raise', name: 'Approval', data: '1' });
        assert.equal(hub.outcome(raised), 'Completed "approved 1"');
      }));

    it('an event that comes later, and one that comes earlier', () =>
      withHub(
        {
          scripts: {
            steps: function* (context) {
              const event = context.waitEvent('Go');
              yield context.timer(context.nowMs + minute);
              const early = event.isDone;
              yield context.timer(context.nowMs + minute);
              yield event;
              return early ? 'early' : 'late';
            },
          },
        },
        async (hub) => {
          const early = await hub.start('steps');
          await hub.raise(early, 'Go');
          await hub.advance(minute);
          await hub.advance(minute);
          assert.equal(hub.outcome(early), 'Completed "early"');
          const later = await fork(hub, early, rowOf(hub, early, 'EventRaised'), {
            type: 'later',
            row: rowOf(hub, early, 'TimerFired'),
          });
          await hub.advance(minute);
          await hub.advance(minute);
          assert.equal(hub.outcome(later), 'Completed "late"');
          const late = await hub.start('steps');
          await hub.advance(minute);
          await hub.raise(late, 'Go');
          await hub.advance(minute);
          assert.equal(hub.outcome(late), 'Completed "late"');
          const earlier = await fork(hub, late, rowOf(hub, late, 'TimerFired'), {
            type: 'first',
            row: rowOf(hub, late, 'EventRaised'),
          });
          await hub.advance(minute);
          assert.equal(hub.outcome(earlier), 'Completed "early"');
          await refuses(hub, late, rowOf(hub, late, 'EventRaised'), { type: 'later', row: 1 }, /Name a later row/);
        },
      ));

    it('events that came after the moment come again, each as long after it', () =>
      withHub(
        {
          scripts: {
            two: function* (context) {
              const first = yield context.activity('first');
              const second = yield context.waitEvent('Go');
              return [first, second];
            },
          },
          activities: { first: () => 1 },
        },
        async (hub) => {
          const id = await hub.start('two');
          await hub.advance(hour);
          await hub.raise(id, 'Go', 'on');
          await hub.advance(24 * hour);
          const forked = await fork(hub, id, rowOf(hub, id, 'TaskCompleted'), { type: 'result', value: '2' });
          assert.equal(hub.row(forked).runtimeStatus, 'Running');
          await hub.advance(hour);
          assert.equal(hub.outcome(forked), 'Completed [2,"on"]');
        },
      ));
  });

  it('the times of the kept rows move with the moment, unless they are to stay', () =>
    withHub(
      {
        scripts: {
          monitor: function* (context) {
            const until = context.nowMs + hour;
            let looks = 0;
            while (context.nowMs < until) {
              looks++;
              if ((yield context.activity('look', looks)) === 'ready') return `ready after ${looks}`;
              yield context.timer(context.nowMs + 30 * minute);
            }
            return `gave up after ${looks}`;
          },
        },
        activities: { look: () => 'not yet' },
      },
      async (hub) => {
        const id = await hub.start('monitor');
        await hub.advance(30 * minute);
        await hub.advance(30 * minute);
        assert.equal(hub.outcome(id), 'Completed "gave up after 2"');
        await hub.advance(24 * hour);
        const row = rowOf(hub, id, 'TaskCompleted');
        const forked = await fork(hub, id, row, { type: 'result', value: '"soon"' });
        await hub.advance(30 * minute);
        await hub.advance(30 * minute);
        assert.equal(hub.outcome(forked), 'Completed "gave up after 2"');
        const kept = await fork(hub, id, row, { type: 'result', value: '"soon"' }, { keepTimes: true });
        assert.equal(hub.history(kept)[0]?.Timestamp, hub.history(id)[0]?.Timestamp);
        // Its deadline is long over.
        await hub.advance(30 * minute);
        assert.equal(hub.outcome(kept), 'Completed "gave up after 1"');
      },
    ));

  describe('dry', () => {
    it('answers from the record where name and input are the same, in order, and runs what is new', () =>
      withHub(
        {
          scripts: {
            poll: function* (context) {
              const seen: unknown[] = [yield context.activity('first')];
              for (let look = 0; look < 3; look++) seen.push(yield context.activity('look', 'x'));
              seen.push(yield context.activity('other', seen[0]));
              return seen;
            },
          },
          activities: {
            first: () => 1,
            look: (() => {
              let count = 0;
              return () => ++count;
            })(),
            other: (value: unknown) => `other ${String(value)}`,
          },
        },
        async (hub) => {
          const id = await hub.start('poll');
          assert.equal(hub.outcome(id), 'Completed [1,1,2,3,"other 1"]');
          const forked = await fork(hub, id, rowOf(hub, id, 'TaskCompleted'), { type: 'result', value: '5' }, { dry: true });
          assert.equal(hub.outcome(forked), 'Completed [5,1,2,3,"other 5"]');
          assert.deepEqual(hub.worker.callCounts, { first: 1, look: 3, other: 2 });
          assert.equal(hub.history(forked).filter(({ Note }) => Note === 'from the recorded run').length, 3);
        },
      ));

    it('goes on dry after a kill, and does not run in secret what it cannot answer any more', async () => {
      let hub = await TestHub.open({
        store: 'folder',
        scripts: {
          steps: function* (context) {
            yield context.activity('a', 1);
            yield context.waitEvent('Go');
            return yield context.activity('a', 2);
          },
        },
        activities: { a: (value: unknown) => value },
      });
      try {
        const id = await hub.start('steps');
        await hub.raise(id, 'Go');
        const first = await fork(hub, id, rowOf(hub, id, 'TaskCompleted'), null, { dry: true });
        assert.equal(hub.outcome(first), 'Completed 2');
        const change: ForkChange = { type: 'never' };
        const second = await fork(hub, id, rowOf(hub, id, 'EventRaised'), change, { dry: true });
        const third = await fork(hub, id, rowOf(hub, id, 'EventRaised'), change, { dry: true });
        hub = await hub.kill();
        assert.equal(hub.row(second).forkedFrom?.dry, true);
        await hub.raise(second, 'Go');
        assert.equal(hub.outcome(second), 'Completed 2');
        await hub.engine.purge(id);
        hub = await hub.kill();
        await hub.raise(third, 'Go');
        assert.match(hub.outcome(third), /^Failed .*recorded run.*is gone/);
        assert.deepEqual(hub.worker.callCounts, {});
      } finally {
        await hub.dispose();
      }
    });

    it('answers sub-orchestrations as well', () =>
      withHub(
        {
          scripts: {
            parent: function* (context) {
              const first = yield context.activity('a');
              return [first, yield context.child('kid', 3)];
            },
            kid: function* (context) {
              return yield context.activity('a', context.input);
            },
          },
          activities: { a: (value: unknown) => value },
        },
        async (hub) => {
          const id = await hub.start('parent');
          const forked = await fork(hub, id, rowOf(hub, id, 'TaskCompleted'), { type: 'result', value: '1' }, { dry: true });
          assert.equal(hub.outcome(forked), 'Completed [1,3]');
          assert.equal(hub.worker.callCounts['a'], 2);
        },
      ));
  });

  describe('children', () => {
    const family = {
      scripts: {
        parent: function* (context) {
          const kid = yield context.child('kid', 'x', { instanceId: 'the-kid' });
          const more = yield context.activity('after', kid);
          return [kid, more];
        } as Script,
        kid: function* (context) {
          return yield context.activity('work', context.input);
        } as Script,
      },
      activities: { work: 'manual', after: (value: unknown) => `after ${String(value)}` },
    } as const;

    it('keeps what a child gave, and lets it have given something else', () =>
      withHub(family, async (hub) => {
        const id = await hub.start('parent');
        await hub.complete('work', 'done');
        const forked = await fork(hub, id, rowOf(hub, id, 'SubOrchestrationInstanceCompleted'), {
          type: 'result',
          value: '"else"',
        });
        assert.equal(hub.outcome(forked), 'Completed ["else","after else"]');
        const failed = await fork(hub, id, rowOf(hub, id, 'SubOrchestrationInstanceCreated'), {
          type: 'failure',
          errorType: 'Error',
          message: 'no',
        });
        assert.match(hub.outcome(failed), /^Failed .*no/);
      }));

    it('a child that is under way is started once more, with an id of its own, and answers the fork alone', () =>
      withHub(family, async (hub) => {
        const id = await hub.start('parent');
        const forked = await fork(hub, id, hub.history(id).length + 1, null);
        assert.equal(hub.worker.calls.length, 2);
        await hub.complete('work', 'one');
        await hub.complete('work', 'two');
        assert.equal(hub.outcome(id), 'Completed ["one","after one"]');
        assert.equal(hub.outcome(forked), 'Completed ["two","after two"]');
        assert.equal(hub.row('the-kid-fork').parentInstanceId, forked);
      }));

    it('ids that the code chooses for its children are not taken from the origin', () =>
      withHub(family, async (hub) => {
        const id = await hub.start('parent');
        await hub.complete('work', 'done');
        const forked = await fork(hub, id, 2, null);
        assert.equal(hub.row('the-kid-fork').parentInstanceId, forked);
        await hub.complete('work', 'again');
        assert.equal(hub.outcome(forked), 'Completed ["again","after again"]');
        assert.equal(hub.outcome('the-kid'), 'Completed "done"');
      }));

    it('a fork of a child answers nobody', () =>
      withHub(family, async (hub) => {
        const id = await hub.start('parent');
        const forked = await fork(hub, 'the-kid', rowOf(hub, 'the-kid', 'TaskScheduled'), { type: 'result', value: '"forked"' });
        assert.equal(hub.outcome(forked), 'Completed "forked"');
        assert.equal(hub.row(id).runtimeStatus, 'Running');
        await hub.complete('work', 'mine');
        assert.equal(hub.outcome(id), 'Completed ["mine","after mine"]');
      }));
  });

  describe('entities', () => {
    const bank = {
      entities: { counter },
      scripts: {
        section: function* (context) {
          yield context.activity('a');
          yield context.lock('@counter@x');
          const value = yield context.callEntity('@counter@x', 'add', 1);
          context.release();
          const last = yield context.activity('a', value);
          return last;
        } as Script,
        asks: function* (context) {
          const value = yield context.callEntity('@counter@x', 'add', 1);
          return yield context.activity('a', value);
        } as Script,
      },
      activities: { a: (value: unknown) => value },
    };

    it('no fork begins in a critical section; before and after it one does', () =>
      withHub(bank, async (hub) => {
        const id = await hub.start('section');
        assert.match(hub.outcome(id), /^Completed/);
        const granted = rowOf(hub, id, 'EventRaised');
        await refuses(hub, id, granted, null, /critical section.*Choose row \d+/s, 'InstanceWrongState');
        const after = await fork(hub, id, hub.history(id).length - 3, null);
        assert.equal(hub.outcome(after), hub.outcome(id));
      }));

    it('what an entity answered can be another answer', () =>
      withHub(bank, async (hub) => {
        const id = await hub.start('asks');
        const answer = rowOf(hub, id, 'EventRaised');
        assert.equal(hub.outcome(await fork(hub, id, answer, { type: 'result', value: '40' })), 'Completed 40');
        assert.equal(
          hub.outcome(await fork(hub, id, rowOf(hub, id, 'EventSent'), { type: 'result', value: '41' })),
          'Completed 41',
        );
        assert.match(
          hub.outcome(await fork(hub, id, answer, { type: 'failure', errorType: 'Error', message: 'full' })),
          /^Failed .*full/,
        );
        await refuses(hub, id, answer, { type: 'payload', value: '1' }, /no event from outside/);
      }));

    it('of a connected program is refused where it could not know the answers any more', () =>
      withHub({ ...bank, profile: 'G' }, async (hub) => {
        const id = await hub.start('asks');
        await refuses(
          hub,
          id,
          rowOf(hub, id, 'TaskCompleted'),
          null,
          /calls an entity in row \d+.*Choose that row/s,
          'InstanceWrongState',
        );
        const forked = await fork(hub, id, 2, null);
        assert.equal(hub.outcome(forked), 'Completed 2');
      }));
  });

  it('is refused with what fits instead', () =>
    withHub(shop, async (hub) => {
      const id = await hub.start('order', { json: 'book' });
      const rows = hub.history(id).length;
      await refuses(hub, id, 0, null, /There is no row 0: the history has the rows 1 to \d+/);
      await refuses(hub, id, rows + 2, null, /There is no row/);
      await refuses(hub, id, rows + 1, null, /has ended there.*earlier row/s, 'InstanceWrongState');
      await refuses(hub, id, 1, { type: 'result', value: '1' }, /Row 1 \(OrchestratorStarted\) is no result.*At this row fit/s);
      await refuses(
        hub,
        id,
        rowOf(hub, id, 'TaskCompleted'),
        { type: 'payload', value: '1' },
        /is no event from outside. At this row fit: a result/,
      );
      await refuses(hub, id, rowOf(hub, id, 'TaskCompleted'), { type: 'fires' }, /sets no timer/);
      await refuses(hub, id, rowOf(hub, id, 'TaskCompleted'), { type: 'never' }, /is no event from outside/);
      await refuses(hub, id, rowOf(hub, id, 'TaskCompleted'), { type: 'input', value: '1' }, /is past the start/);
      await refuses(hub, id, 2, { type: 'first', row: 999 }, /there is no such row/);
      await refuses(hub, id, 2, { type: 'first', row: rows }, /no answer, no event and no timer/);
      await refuses(hub, 'nobody', 1, null, /no instance/i, 'InstanceNotFound');
      await assert.rejects(hub.engine.fork(id, { row: 2, change: null, newInstanceId: id }), { code: 'InstanceExists' });
      await assert.rejects(hub.engine.fork(id, { row: 2, change: null, newInstanceId: 'a/b' }), { code: 'InvalidInstanceId' });
    }));

  it('what was done by hand is not done again', () =>
    withHub({ scripts: shop.scripts, activities: { ...shop.activities, charge: 'manual' } }, async (hub) => {
      const id = await hub.start('order', { json: 'book' });
      await hub.terminate(id);
      assert.match(hub.outcome(id), /^Terminated/);
      const forked = await fork(hub, id, rowOf(hub, id, 'ExecutionTerminated'), null);
      await hub.complete('charge', 'ok');
      assert.equal(hub.row(forked).runtimeStatus, 'Running', 'the call of the origin answers the origin alone');
      await hub.complete('charge', 'ok');
      assert.equal(hub.outcome(forked), 'Completed "paid ok"');
    }));

  it('a fork that continues as new keeps its origin', () =>
    withHub(
      {
        scripts: {
          eternal: function* (context) {
            const result = yield context.activity('a', context.input);
            if (context.input === 2) return result;
            context.continueAsNew(2);
            return undefined;
          },
        },
        activities: { a: (value: unknown) => value },
      },
      async (hub) => {
        const id = await hub.start('eternal', { json: 2 });
        const forked = await fork(hub, id, 2, { type: 'input', value: '1' }, { dry: true });
        assert.equal(hub.outcome(forked), 'Completed 2');
        assert.equal(hub.row(forked).forkedFrom?.instanceId, id);
        assert.equal(hub.row(forked).forkedFrom?.dry, undefined);
        assert.equal(hub.worker.callCounts['a'], 3);
      },
    ));

  it('an instance with 10,000 rows is forked, and stays as it was', () =>
    withHub(
      {
        scripts: {
          many: function* (context) {
            const tasks = Array.from({ length: 4990 }, (_, index) => context.activity('a', index));
            yield context.all(tasks);
            return yield context.activity('a', 'last');
          },
        },
        activities: { a: (value: unknown) => value },
      },
      async (hub) => {
        const id = await hub.start('many');
        const rows = hub.history(id).length;
        assert.ok(rows >= 9_980, `${rows} rows`);
        const change = { type: 'result', value: '"else"' } as const;
        assert.equal(hub.outcome(await fork(hub, id, rowOf(hub, id, 'TaskCompleted', 4991), change)), 'Completed "else"');
      },
    ));
});
