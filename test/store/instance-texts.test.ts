import assert from 'node:assert/strict';
import type { InstanceRow } from '../../src/core/instances/instance';
import { SqlJsHistoryStore } from '../../src/store/sql-js-history-store';
import { at, rowOf } from './store-builders';

describe('a search in instances', () => {
  let store: SqlJsHistoryStore;
  const commit = (...rows: InstanceRow[]): Promise<void> =>
    store.commit(rows.map((row) => ({ instanceId: row.instanceId, instance: row })));
  const found = (text: string): string[] => store.query({ text }).instances.map(({ instanceId }) => instanceId);

  beforeEach(async () => {
    store = new SqlJsHistoryStore({ dir: null, log: () => undefined });
    await store.open();
  });
  afterEach(() => store.close());

  it('finds what stands in status, output, failure and custom status, and follows what changes', async () => {
    await commit(
      rowOf('a', { runtimeStatus: 'Completed', output: '{"city":"Tokyo"}' }),
      rowOf('b', { runtimeStatus: 'Running', customStatus: '"waiting for Ada"', completedTime: null }),
      rowOf('c', { runtimeStatus: 'Failed', output: 'The card was refused: no money' }),
    );
    assert.deepEqual(found('TOKYO'), ['a']);
    assert.deepEqual(found('for ada'), ['b']);
    assert.deepEqual(found('refused'), ['c']);
    assert.deepEqual(found('failed'), ['c']);
    assert.deepEqual(found('%'), []);
    await commit(rowOf('b', { runtimeStatus: 'Completed', customStatus: null, output: '"Tokyo too"' }));
    assert.deepEqual(found('tokyo'), ['a', 'b']);
    assert.deepEqual(store.countByStatus({ text: 'tokyo' }), { Completed: 2 });
    await store.commit([{ instanceId: 'a', purged: true }]);
    assert.deepEqual(found('tokyo'), ['b']);
  });

  it('finds one among 20,000 instances, and the longest of them', async function () {
    this.timeout(60_000);
    const rows = Array.from({ length: 20_000 }, (_, n) =>
      rowOf(`order-${n}`, {
        runtimeStatus: n % 9 === 0 ? 'Failed' : 'Completed',
        createdTime: at(n),
        completedTime: at(n + (n % 77)),
        output:
          n % 9 === 0 ? `The card ${n} was refused` : `{"receipt":"r-${n}","items":["book","pen","${'x'.repeat(n % 200)}"]}`,
      }),
    );
    for (let from = 0; from < rows.length; from += 5000) await commit(...rows.slice(from, from + 5000));
    store.query({ text: 'zzz' });
    assert.deepEqual(found('r-17123"'), ['order-17123']);
    assert.equal(store.query({ orderBy: 'duration', descending: true, pageSize: 1 }).instances[0]?.instanceId, 'order-9932');
  });
});
