import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { keepYoungGenerationSmall } from '../../src/base/young-generation';

const mebibyte = 1024 * 1024;

describe('a young generation that is kept small', () => {
  let bytes: number;
  let growth: number[];
  let collect: () => void;

  const keep = (at: number, half = 4): void => {
    bytes = at * mebibyte;
    growth = [];
    keepYoungGenerationSmall(half, {
      youngSize: () => bytes,
      growBy: (factor) => growth.push(factor),
      onCollection: (listener) => (collect = listener),
    });
  };
  const collected = (at: number): void => {
    bytes = at * mebibyte;
    collect();
  };

  it('grows to eight MiB in one step, and no further', () => {
    keep(2);
    assert.deepEqual(growth, [4]);
    collected(2);
    collected(8);
    collected(8);
    assert.deepEqual(growth, [4, 1]);
  });

  it('grows to two halves of another size, where that is asked for', () => {
    keep(2, 8);
    collected(16);
    assert.deepEqual(growth, [8, 1]);
  });

  it('is held where it is already larger', () => {
    keep(32);
    assert.deepEqual(growth, [1]);
  });

  it('may grow again once V8 has made it smaller', () => {
    keep(8);
    collected(4);
    collected(8);
    collected(2);
    assert.deepEqual(growth, [1, 2, 1, 4]);
  });

  // A flag that V8 did not know, or did not read any more, would go unnoticed.
  it('is one of a real process, which ends all the same', () => {
    const text = execFileSync(process.execPath, ['-r', 'tsx/cjs', path.join(__dirname, 'young-generation-process.ts')], {
      encoding: 'utf8',
    });
    const { before, kept, free } = JSON.parse(text) as Record<'before' | 'kept' | 'free', number>;
    assert.ok(kept <= Math.max(before, 8 * mebibyte), `${kept} bytes, ${before} before it was held`);
    assert.ok(free > kept, `${free} bytes where nothing holds it, ${kept} where it is held`);
  });
});
