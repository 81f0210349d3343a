import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { toExactTimestamp, toTimestamp } from '../../src/core/values/time';
import { ManualClock } from '../support/manual-clock';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

class ExactManualClock extends ManualClock {
  exactTime(): string {
    return toExactTimestamp(this.now(), 4321);
  }
}

const one: Script = function* (context) {
  return yield context.activity('work', 1);
};

async function run(
  profile: 'A' | 'G',
  clock: ManualClock,
): Promise<{ created: string; updated: string; history: readonly HistoryEvent[] }> {
  const hub = await TestHub.open({ scripts: { one }, activities: { work: () => 2 }, profile, clock });
  try {
    const id = await hub.start('one', { profile });
    const row = await hub.engine.get(id);
    assert.equal(row?.runtimeStatus, 'Completed');
    return { created: row.createdTime, updated: row.lastUpdatedTime, history: hub.history(id) };
  } finally {
    await hub.dispose();
  }
}

describe('times finer than a millisecond', () => {
  it("are those of starts by the protocol, and the orchestrator's clock does not begin before them", async () => {
    const clock = new ExactManualClock();
    const { created, updated, history } = await run('G', clock);
    assert.equal(created, toExactTimestamp(clock.now(), 4321));
    const clockOf = history.filter((event) => event.EventType === 'OrchestratorStarted').map((event) => event.Timestamp);
    assert.deepEqual(clockOf, [created, created]);
    assert.equal(updated, created);
  });

  it("stay out of a function app's instances", async () => {
    const clock = new ExactManualClock();
    const { created, history } = await run('A', clock);
    assert.equal(created, toTimestamp(clock.now()));
    for (const event of history) assert.equal(event.Timestamp, created, event.EventType);
  });

  it('are whole milliseconds with a clock that knows no more', async () => {
    const clock = new ManualClock();
    const { created } = await run('G', clock);
    assert.equal(created, toTimestamp(clock.now()));
  });
});
