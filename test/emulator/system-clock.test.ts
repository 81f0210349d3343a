import assert from 'node:assert/strict';
import { fromTimestamp } from '../../src/core/values/time';
import { SystemClock } from '../../src/emulator/system-clock';

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
});
