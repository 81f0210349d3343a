import assert from 'node:assert/strict';
import { MemoryStore } from '../support/memory-store';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const second = 1000;
const hour = 3600 * second;

const sleeps: Script = function* (context) {
  yield context.timer(context.nowMs + (context.input as number));
  return 'woke';
};
const waits: Script = function* (context) {
  return yield context.waitEvent('go');
};

describe('a computer clock that is set, or jumps as when a laptop wakes up', () => {
  it('forward: what is overdue comes within a second, and what is new does not queue behind what is old', async () => {
    const hub = await TestHub.open({ scripts: { sleeps } });
    await hub.start('sleeps', { instanceId: 'short', json: 10 * second });
    await hub.start('sleeps', { instanceId: 'long', json: hour });
    await hub.start('sleeps', { instanceId: 'longest', json: 24 * hour });
    hub.clock.jumpTo(hub.clock.now() + 8 * hour);
    await hub.start('sleeps', { instanceId: 'new', json: 5 * second });
    await hub.advance(second);
    assert.deepEqual(
      ['short', 'long', 'new', 'longest'].map((id) => hub.row(id).runtimeStatus),
      ['Completed', 'Completed', 'Running', 'Running'],
    );
    await hub.advance(4 * second);
    assert.equal(hub.row('new').runtimeStatus, 'Completed');
    await hub.advance(16 * hour);
    assert.equal(hub.row('longest').runtimeStatus, 'Completed');
    await hub.dispose();
  });

  it('back: a moment is waited for, and a distance is not made longer', async () => {
    const store = new MemoryStore();
    const hub = await TestHub.open({ scripts: { sleeps, waits }, store });
    await hub.start('waits', { instanceId: 'waits' });
    const patience = hub.engine.waitForCompletion('waits', 2 * second);
    store.beforeCommit = () => Promise.reject(new Error('ENOSPC'));
    const started = hub.engine.start({ name: 'sleeps', instanceId: 'sleeps', input: String(10 * second) });
    await new Promise((resolve) => setImmediate(resolve));
    hub.clock.jumpTo(hub.clock.now() - hour);
    store.beforeCommit = () => undefined;
    await hub.advance(3 * second);
    // The next try to write, and the end of the patience, come after so many seconds and not after an hour.
    await started;
    assert.equal((await patience).runtimeStatus, 'Running');
    await hub.quiet();
    // Its time began before the clock was set, and never goes back: the moment is an hour away.
    await hub.advance(10 * second);
    assert.equal(hub.row('sleeps').runtimeStatus, 'Running');
    await hub.advance(hour);
    assert.equal(hub.row('sleeps').runtimeStatus, 'Completed');
    await hub.dispose();
  });
});

describe('durable timers', () => {
  const due = async (durableTimers: 'exact' | 'engine', ms: number): Promise<number> => {
    const hub = await TestHub.open({ scripts: { sleeps }, engine: { durableTimers } });
    try {
      await hub.start('sleeps', { instanceId: 'sleeps', json: ms });
      for (let passed = 0; ; passed += 100) {
        if (hub.row('sleeps').runtimeStatus === 'Completed') return passed;
        assert.ok(passed <= ms, 'never early, never late');
        await hub.advance(100);
      }
    } finally {
      await hub.dispose();
    }
  };

  it('golden timer: come due when the code asked for it, or like those of the engine after whole seconds', async () => {
    assert.deepEqual([await due('exact', 900), await due('exact', 2500)], [900, 2500]);
    assert.deepEqual([await due('engine', 900), await due('engine', 1000), await due('engine', 2500)], [0, 1000, 2000]);
  });
});
