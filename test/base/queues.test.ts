import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fifo } from '../../src/base/fifo';
import { MinHeap } from '../../src/base/min-heap';

describe('queues', () => {
  it('a heap gives the smallest key first, and what has one key in the order it came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (keys) => {
        const heap = new MinHeap<[number, number]>();
        keys.forEach((key, order) => heap.push(key, [key, order]));
        const popped: [number, number][] = [];
        for (let item = heap.pop(); item !== undefined; item = heap.pop()) popped.push(item);
        const sorted = keys.map((key, order): [number, number] => [key, order]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        assert.deepEqual(popped, sorted);
        assert.equal(heap.minimum, Infinity);
      }),
    );
  });

  it('first in, first out, over any mix of pushes and takes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 5000 }), (pushes) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        pushes.forEach((isPush, value) => {
          if (isPush) {
            fifo.push(value);
            model.push(value);
          } else assert.equal(fifo.shift(), model.shift());
          assert.equal(fifo.size, model.length);
        });
      }),
      { numRuns: 20 },
    );
  });
});
