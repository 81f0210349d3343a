import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromTimestamp, toTimestamp } from '../../src/core/values/time';

describe('times as text', () => {
  const text = (ms: number): string => new Date(ms).toISOString().replace('Z', '0000Z');

  it('are UTC with seven fraction digits, in whatever order they are asked for', () => {
    const near = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_003_000 });
    const any = fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 });
    fc.assert(fc.property(fc.array(fc.oneof(near, any)), (times) => assert.deepEqual(times.map(toTimestamp), times.map(text))));
  });

  it('drop what is beyond the millisecond', () => {
    toTimestamp(1_700_000_000_000);
    assert.equal(toTimestamp(1_700_000_000_000.75), '2023-11-14T22:13:20.0000000Z');
  });

  it('come back as they were', () => assert.equal(fromTimestamp(toTimestamp(1_700_000_000_123)), 1_700_000_000_123));

  it('are refused when they are none, and the next one is right', () => {
    assert.throws(() => toTimestamp(Number.NaN), RangeError);
    assert.equal(toTimestamp(5), '1970-01-01T00:00:00.0050000Z');
  });
});
