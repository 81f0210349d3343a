/**
 * Files as version 1 wrote them must open for as long as Durascope says it knows version 1.
 * `UPDATE_GOLDEN=1 npx mocha --spec test/store/golden-files.test.ts` writes them anew; that is only right before a version is released.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import { activityOf, at, dumpOf, messageOf, rowOf, stepOf, StoreBench, timerOf } from './store-builders';

const golden = path.resolve('test/fixtures/store-v1');
const names = ['snapshot-2.db', 'journal-2.log'];
const ids = ['order-1', 'order-1:child', 'purged', 'again'];

const beforeSnapshot: readonly Checkpoint[] = [
  {
    ...stepOf('order-1', 0, 3, {
      name: 'Bestellung',
      customStatus: '"offen"',
      tags: { region: 'zürich' },
      failureDetails: { ErrorType: 'Error', ErrorMessage: 'no', IsNonRetriable: false },
      awaitedEvents: ['Approve'],
    }),
    children: [rowOf('order-1:child', { parentInstanceId: 'order-1', runtimeStatus: 'Pending' })],
    messages: [messageOf(1, 'order-1'), messageOf(2, 'order-1:child', { visibleAt: at(9), executionId: 'x' })],
    activities: [activityOf('order-1', 1), activityOf('order-1', 2, { input: null })],
    timers: [timerOf('order-1', 3)],
  },
  stepOf('purged', 0, 2),
  stepOf('again', 0, 4),
];
const afterSnapshot: readonly Checkpoint[] = [
  {
    ...stepOf('order-1', 3, 2, { name: 'Bestellung', customStatus: '"fertig"', runtimeStatus: 'Completed', output: '1' }),
    consumedMessages: [1],
    finishedActivities: ['x-order-1:1'],
    finishedTimers: ['x-order-1:3'],
    messages: [messageOf(3, 'again')],
    timers: [timerOf('again', 7)],
    activities: [activityOf('again', 8)],
  },
  { instanceId: 'purged', purged: true },
  {
    instanceId: 'again',
    instance: rowOf('again', { executionId: 'x2', generation: 1 }),
    history: { executionId: 'x2', mode: 'replace', from: 0, events: stepOf('again', 10, 2).history?.events ?? [] },
  },
];

describe('history store, files of version 1', () => {
  it('open with all that was in them', async () => {
    const bench = new StoreBench();
    const expected = new StoreBench('memory');
    try {
      const memory = await expected.open();
      await memory.commit(beforeSnapshot);
      await memory.commit(afterSnapshot);
      if (process.env['UPDATE_GOLDEN'] === '1') await writeGolden();

      mkdirSync(bench.dir);
      for (const name of names) {
        const file = path.join(golden, `${name}.gz`);
        assert.ok(existsSync(file), `${file} is missing: see the head of this file`);
        writeFileSync(path.join(bench.dir, name), gunzipSync(readFileSync(file)));
      }
      const store = bench.create();
      assert.deepEqual((await store.open()).warnings, []);
      assert.deepEqual(dumpOf(store, ids), dumpOf(memory, ids));
    } finally {
      await bench.cleanUp();
      await expected.cleanUp();
    }
  });
});

async function writeGolden(): Promise<void> {
  const bench = new StoreBench();
  const store = await bench.open();
  await store.commit(beforeSnapshot);
  await store.compact();
  await store.commit(afterSnapshot);
  await store.close();
  mkdirSync(golden, { recursive: true });
  for (const name of names) writeFileSync(path.join(golden, `${name}.gz`), gzipSync(readFileSync(path.join(bench.dir, name))));
  await bench.cleanUp();
}
