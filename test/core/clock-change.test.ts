import assert from 'node:assert/strict';
import { parseClockChange } from '../../src/core/values/clock-change';

describe('what a person writes to set the clock', () => {
  for (const [text, change] of [
    ['auto', { mode: 'auto' }],
    [' Paused ', { mode: 'paused' }],
    ['pause', { mode: 'paused' }],
    ['run', { mode: 'running' }],
    ['real', { real: true }],
    ['next', { next: true }],
    ['+90s', { forwardMs: 90_000 }],
    ['+1h', { forwardMs: 3_600_000 }],
    ['+2d12h', { forwardMs: 60 * 3_600_000 }],
    ['+1.5h', { forwardMs: 5_400_000 }],
    ['2026-12-31T09:00:00Z', { to: Date.UTC(2026, 11, 31, 9) }],
    ['2026-12-31T09:00:00+01:00', { to: Date.UTC(2026, 11, 31, 8) }],
    ['2026-12-31', { to: Date.UTC(2026, 11, 31) }],
  ] as const) {
    it(`${text} is ${JSON.stringify(change)}`, () => assert.deepEqual(parseClockChange(text), change));
  }
  for (const text of [
    '',
    'tomorrow',
    '1h',
    '+',
    '+0s',
    '+1x',
    '+1h ago',
    '-1h',
    '31.12.2026',
    '2026-13-01',
    '12026-01-01T00:00:00Z',
    '+99999999d',
  ]) {
    it(`'${text}' is refused, and the words are told`, () =>
      assert.throws(() => parseClockChange(text), /Say one of: real, run, pause, auto, next/));
  }

  it('back is said to be no way', () =>
    assert.throws(() => parseClockChange('-1h'), /It goes forward only; `real` brings back the computer's time/));
});
