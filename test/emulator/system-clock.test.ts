import assert from 'node:assert/strict';
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
