import assert from 'node:assert/strict';
import type { LogEntry } from '../../src/core/ports/logger';
import type { ProductionStore, StoreNote } from '../../src/core/instances/production-store';
import { watchProductionStore } from '../../src/emulator/app/production-watch';
import { TestHub } from '../support/test-hub';

describe('watching for a store of production', () => {
  async function watched(
    productionStore: ProductionStore,
    body: (hub: TestHub, notes: StoreNote[], logs: LogEntry[]) => Promise<void>,
  ) {
    const hub = await TestHub.open({
      scripts: {
        *main(context) {
          return yield context.timer(context.nowMs + 10 * 24 * 60 * 60_000);
        },
      },
      engine: { productionStore },
    });
    const notes: StoreNote[] = [];
    const logs: LogEntry[] = [];
    const watch = watchProductionStore({
      store: productionStore,
      hub: hub.engine,
      log: (entry) => logs.push(entry),
      onNote: (note) => notes.push(note),
    });
    try {
      await body(hub, notes, logs);
    } finally {
      watch.dispose();
      await hub.dispose();
    }
  }

  it('tells each thing once for each orchestrator, and the hub names the store', () =>
    watched('azureStorage', async (hub, notes, logs) => {
      assert.equal(hub.engine.capabilities.productionStore, 'azureStorage');
      await hub.start('main', { instanceId: 'one' });
      await hub.start('main', { instanceId: 'two' });
      assert.deepEqual(
        notes.map((note) => note.rule),
        ['longTimer'],
      );
      const [warning] = logs.filter((entry) => entry.level === 'warning');
      assert.match(warning?.message ?? '', /^main on Azure Storage: A single timer of 10\.0 days/);
      assert.deepEqual([warning?.functionName, warning?.instanceId], ['main', 'one']);
    }));

  it('does nothing when no store is named, and says that of the scheduler little is known', async () => {
    await watched('none', async (hub, notes, logs) => {
      assert.equal('productionStore' in hub.engine.capabilities, false);
      await hub.start('main');
      assert.deepEqual([notes, logs], [[], []]);
    });
    await watched('durableTaskScheduler', async (hub, notes, logs) => {
      await hub.start('main');
      assert.deepEqual(notes, []);
      assert.match(logs[0]?.message ?? '', /^Nothing is known for certain/);
    });
  });
});
