import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import { workKey } from '../../src/core/instances/instance';
import { condensed } from '../../src/store/condensed';
import { activityOf, dumpOf, eventsOf, messageOf, rowOf, stepOf, StoreBench, timerOf } from './store-builders';

const nobody = (): boolean => false;
const key = (id: string, task: number): string => workKey(`x-${id}`, task);

/** A sequence of activities: each step but the first takes the result of the one before. */
function sequence(id: string, steps: number): Checkpoint[] {
  return Array.from({ length: steps }, (_, at) => ({
    ...stepOf(id, at * 4, 4),
    ...(at === 0 ? { consumedMessages: [7] } : { finishedActivities: [key(id, at - 1)] }),
    activities: [activityOf(id, at)],
  }));
}

describe('the steps of a batch that follow each other in one instance', () => {
  it('are one step, without what came and went in between', () => {
    const [a1, b1, a2, b2, a3] = [...sequence('a', 3), ...sequence('b', 2)].sort((x, y) =>
      (x.history?.from ?? 0) < (y.history?.from ?? 0) ? -1 : 0,
    ) as [Checkpoint, Checkpoint, Checkpoint, Checkpoint, Checkpoint];
    const steps = condensed([a1, b1, a2, b2, a3], nobody);
    assert.deepEqual(
      steps.map(({ instanceId }) => instanceId),
      ['a', 'b'],
    );
    const a = steps[0] ?? { instanceId: '' };
    assert.deepEqual(a.instance, a3.instance);
    assert.deepEqual(a.history?.events, eventsOf(0, 12));
    assert.deepEqual(a.activities, [activityOf('a', 2)]);
    assert.deepEqual(a.finishedActivities, []);
    assert.deepEqual(a.consumedMessages, [7]);
  });

  it('stay apart where the moments in between are kept, or the order between instances counts', () => {
    const steps = sequence('a', 2);
    assert.equal(
      condensed(steps, (id) => id === 'a'),
      steps,
    );
    for (const other of [
      { instanceId: 'c', purged: true as const },
      { instanceId: 'c', children: [rowOf('d')] },
    ]) {
      const batch = [...steps, other];
      assert.equal(condensed(batch, nobody), batch);
    }
    const [first = { instanceId: 'a' }, second = { instanceId: 'a' }] = steps;
    const withStatus = [first, { ...second, instance: rowOf('a', { customStatus: '"1"' }) }];
    assert.equal(condensed(withStatus, nobody), withStatus);
  });

  it('leave in the store what they leave one by one, also when it is opened anew', async () => {
    const aStep = fc.record({
      id: fc.constantFrom('a', 'b'),
      events: fc.nat(3),
      isNew: fc.nat(9).map((n) => n === 0),
      status: fc.constantFrom(null, null, null, '"1"', '"2"'),
      begun: fc.subarray([1, 2, 3]),
      over: fc.subarray([1, 2, 3]),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { minLength: 2, maxLength: 12 }), async (steps) => {
        const lengths = new Map<string, number>();
        const open = new Set<string>();
        const batch = steps.map(({ id, events, isNew, status, begun: tasks, over }, at): Checkpoint => {
          // C3: what is under way is not handed out again.
          const begun = tasks.filter((task) => !open.has(key(id, task)) && !over.includes(task));
          for (const task of over) open.delete(key(id, task));
          for (const task of begun) open.add(key(id, task));
          const from = isNew ? 0 : (lengths.get(id) ?? 0);
          lengths.set(id, from + events);
          const step = stepOf(id, from, events, { customStatus: status });
          return {
            ...step,
            history: { executionId: `x-${id}`, mode: isNew ? 'replace' : 'append', from, events: eventsOf(from, events) },
            messages: [messageOf(at + 1, id)],
            consumedMessages: at > 2 ? [at - 2] : [],
            activities: begun.map((task) => activityOf(id, task)),
            finishedActivities: over.map((task) => key(id, task)),
            timers: begun.map((task) => timerOf(id, task)),
            finishedTimers: over.map((task) => key(id, task)),
          };
        });
        const benches = [new StoreBench('memory'), new StoreBench('disk')] as const;
        try {
          const apart = await benches[0].open();
          for (const step of batch) await apart.commit([step]);
          let together = await benches[1].open();
          await together.commit(batch);
          assert.deepEqual(dumpOf(together, ['a', 'b']), dumpOf(apart, ['a', 'b']));
          await together.close();
          together = await benches[1].open();
          assert.deepEqual(dumpOf(together, ['a', 'b']), dumpOf(apart, ['a', 'b']));
        } finally {
          for (const bench of benches) await bench.cleanUp();
        }
      }),
      { numRuns: 60 },
    );
  });
});
