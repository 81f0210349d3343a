import assert from 'node:assert/strict';
import { fromTimestamp } from '../../src/core/values/time';
import { SystemClock } from '../../src/emulator/time/system-clock';
import { ManualClock } from '../support/manual-clock';

describe('the system clock', () => {
  const clock = new SystemClock();

  it('never calls back before the time', async () => {
    for (let i = 0; i < 20; i++) {
      const due = clock.now() + 3;
      await new Promise<void>((resolve) => clock.at(due, resolve));
      assert.ok(clock.now() >= due);
    }
  });

  it('knows the place within the millisecond, which does not go back', () => {
    let last = '';
    for (let i = 0; i < 1000; i++) {
      const before = clock.now();
      const text = clock.exactTime();
      assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
      assert.ok(fromTimestamp(text) >= before && fromTimestamp(text) <= clock.now(), text);
      assert.ok(text >= last, `${text} after ${last}`);
      last = text;
    }
  });

  it('calls back soon for a time that is over', async () => {
    await new Promise<void>((resolve) => clock.at(clock.now() - 1000, resolve));
  });

  it('waits for a time beyond the reach of setTimeout, and can be told not to', async () => {
    let called = false;
    const far = clock.at(clock.now() + 2 ** 33, () => (called = true));
    await new Promise<void>((resolve) => clock.at(clock.now() + 5, resolve));
    assert.equal(called, false);
    far.dispose();
    far.dispose();
  });

  describe('when the computer clock is set, or the computer was asleep', () => {
    const start = Date.UTC(2026, 0, 1);
    let source: ManualClock;
    let clock: SystemClock;
    beforeEach(() => {
      source = new ManualClock(start);
      clock = new SystemClock({ now: () => source.now(), after: (ms, callback) => source.after(ms, callback) });
    });

    it('a moment that is over calls back within a second', () => {
      const called: string[] = [];
      clock.at(start + 3_600_000, () => called.push('in an hour'));
      clock.at(start + 86_400_000, () => called.push('tomorrow'));
      source.advance(500);
      source.jumpTo(start + 8 * 3_600_000);
      source.advance(1000);
      assert.deepEqual(called, ['in an hour']);
    });

    it('a moment does not come early when the clock goes back', () => {
      let called = false;
      clock.at(start + 10_000, () => (called = true));
      source.jumpTo(start - 60_000);
      source.advance(69_000);
      assert.equal(called, false);
      source.advance(2_000);
      assert.equal(called, true);
    });

    it('a distance is neither longer nor shorter, and may be beyond the reach of setTimeout', () => {
      const called: string[] = [];
      clock.after(10_000, () => called.push('10 s'));
      clock.after(2 ** 32, () => called.push('50 days'));
      clock.after(5_000, () => called.push('never')).dispose();
      source.jumpTo(start + 3_600_000);
      source.advance(9_999);
      assert.deepEqual(called, []);
      source.jumpTo(start - 3_600_000);
      source.advance(1);
      assert.deepEqual(called, ['10 s']);
      source.advance(2 ** 31);
      source.advance(2 ** 31 - 10_000);
      assert.deepEqual(called, ['10 s', '50 days']);
    });
  });
});
