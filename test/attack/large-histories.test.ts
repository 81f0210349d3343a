/** A history whose JSON is longer than a text of V8 can be (536,870,888 characters) is kept, read and opened again like any other. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { HistoryEvent } from '../../src/core/history/history';
import { eventsOf, rowOf, StoreBench } from '../store/store-builders';

const rows = 600;
const rowLength = 1024 * 1024;

function eventsWithInput(from: number, count: number): HistoryEvent[] {
  return eventsOf(from, count).map(
    (event, i) => ({ ...event, Input: `"${String(from + i).padEnd(rowLength, 'x')}"` }) as HistoryEvent,
  );
}

function assertWhole(history: readonly HistoryEvent[]): void {
  assert.equal(history.length, rows);
  for (const [at, event] of history.entries()) {
    assert.ok(event.EventType === 'TaskScheduled');
    assert.equal(event.EventId, at);
    assert.equal(event.Input?.length, rowLength + 2);
    assert.ok(event.Input.startsWith(`"${at}x`));
  }
}

for (const perCommit of [1, rows]) {
  describe(`a history of ${rows} MB, ${perCommit} rows a commit`, function () {
    this.timeout(10 * 60_000);
    const bench = new StoreBench();
    after(() => bench.cleanUp());

    it('is taken, read whole and in part', async () => {
      const store = await bench.open({ compactAtBytes: Infinity });
      for (let from = 0; from < rows; from += perCommit) {
        await store.commit([
          {
            instanceId: 'a',
            instance: rowOf('a', { historyLength: from + perCommit }),
            history: { executionId: 'x-a', mode: 'append', from, events: eventsWithInput(from, perCommit) },
          },
        ]);
      }
      assertWhole(store.history('a'));
      assert.deepEqual(
        store.history('a', 500, 2).map((event) => event.EventId),
        [500, 501],
      );
      // As after a kill: an orderly end makes a snapshot.
      const killed = `${bench.dir}-killed`;
      mkdirSync(killed);
      copyFileSync(path.join(bench.dir, 'journal-1.log'), path.join(killed, 'journal-1.log'));
      await store.close();
      rmSync(bench.dir, { recursive: true });
      renameSync(killed, bench.dir);
    });

    it('opens from the journal', async () => {
      const store = await bench.open({ compactAtBytes: Infinity });
      assertWhole(store.history('a'));
      await store.compact();
      await store.close();
      assert.ok(readdirSync(bench.dir).includes('snapshot-2.db'));
    });

    it('opens from the snapshot', async () => {
      const store = await bench.open();
      assertWhole(store.history('a'));
      await store.close();
    });
  });
}
