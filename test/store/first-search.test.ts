import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { InstanceRow } from '../../src/core/instances/instance';
import { searchTextOf } from '../../src/core/instances/instance-search';
import type { InstanceQuery } from '../../src/core/ports/history-store';
import { patternOf } from '../../src/store/first-search';
import { encodeRow } from '../../src/store/row-codec';
import type { SqlJsHistoryStore } from '../../src/store/sql-js-history-store';
import { at, rowOf, StoreBench } from './store-builders';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a search before the texts are made', () => {
  let bench: StoreBench;
  let store: SqlJsHistoryStore;
  let looks: number;
  /** A slice is over with every fourth look. */
  const clock = (): number => (looks += 1) * 2.6;
  const commit = (rows: readonly InstanceRow[]): Promise<void> =>
    store.commit(rows.map((row) => ({ instanceId: row.instanceId, instance: row })));
  const many = (count: number, words = 'receipt'): InstanceRow[] =>
    Array.from({ length: count }, (_, n) =>
      rowOf(`i-${100_000 + n}`, {
        createdTime: at(n),
        runtimeStatus: n % 3 === 0 ? 'Failed' : 'Completed',
        output: `"${words} ${n}"`,
      }),
    );
  const newestFirst = { orderBy: 'createdTime', descending: true } as const;

  beforeEach(async () => {
    bench = new StoreBench();
    looks = 0;
    store = await bench.open({ clock });
  });
  afterEach(async () => {
    await store.close();
    await bench.cleanUp();
  });

  it('is answered as soon as a page is full, whatever there is to be counted', async () => {
    await commit(many(6_000));
    const counting = store.firstCounts({ text: 'receipt' });
    assert.equal(store.firstCounts({ text: 'receipt', statuses: ['Failed'] }), undefined);
    const page = await store.firstPage({ text: 'Receipt', ...newestFirst, pageSize: 50 });
    assert.equal(page?.instances.length, 50);
    assert.equal(page.instances[0]?.output, '"receipt 5999"');
    assert.ok(looks < 10, String(looks));
    assert.deepEqual(await counting, { Failed: 2_000, Completed: 4_000 });
    assert.ok(looks > 10, String(looks));
  });

  it('finds the one that there is, and none, page by page as the list does later', async () => {
    await commit(many(2_000));
    const one = await store.firstPage({ text: 'RECEIPT 1711"', ...newestFirst });
    assert.deepEqual(
      one?.instances.map(({ instanceId }) => instanceId),
      ['i-101711'],
    );
    assert.equal(one.continuationToken, undefined);
    assert.deepEqual(await store.firstPage({ text: 'nowhere', ...newestFirst }), { instances: [] });
    assert.deepEqual(await store.firstCounts({ text: 'nowhere' }), {});
    const query: InstanceQuery = { text: 'receipt 17', ...newestFirst, pageSize: 7, statuses: ['Completed'] };
    const first = await store.firstPage(query);
    const rest = { ...query, continuationToken: first?.continuationToken ?? '' };
    const second = await store.firstPage(rest);
    assert.equal(second?.instances.length, 7);
    await store.prepare(query);
    assert.equal(store.firstPage(query) ?? store.firstCounts(query), undefined);
    assert.deepEqual([store.query(query), store.query(rest)], [first, second]);
  });

  it('gives others their turn, and answers with what changed meanwhile', async () => {
    await commit(many(3_000));
    const query: InstanceQuery = { text: 'receipt 1', ...newestFirst, pageSize: 10_000 };
    const answer = store.firstPage(query);
    const counts = store.firstCounts(query);
    await turn();
    const later = rowOf('later', { createdTime: at(5_000), output: '"receipt 1 of all"' });
    const [first, second, third] = many(3_000).slice(-3);
    assert.ok(first && second && third);
    await commit([later, { ...first, output: '"receipt 1"' }, { ...second, output: '"none"' }]);
    await store.commit([
      { instanceId: 'i-100001', purged: true },
      { instanceId: third.instanceId, purged: true },
    ]);
    const [found, counted] = await Promise.all([answer, counts]);
    assert.deepEqual(found, store.query(query));
    assert.deepEqual(counted, store.countByStatus(query));
    assert.ok(found);
    assert.equal(found.instances[0]?.instanceId, 'later');
    assert.equal(found.instances[1]?.instanceId, first.instanceId);
  });

  it('begins anew where too much changes, and is told of a close', async () => {
    await commit(many(3_000));
    const query: InstanceQuery = { text: 'other', ...newestFirst };
    const answer = store.firstPage(query);
    await turn();
    await commit(many(3_000, 'other'));
    assert.equal((await answer)?.instances.length, 100);
    assert.deepEqual(store.countByStatus(query), { Failed: 1_000, Completed: 2_000 });
    await store.close();
    store = await bench.open({ clock });
    const refused = assert.rejects(async () => store.firstPage({ text: 'other' }), { code: 'Stopped' });
    await store.close();
    await refused;
  });

  it('is none for what has no quick way: orders that are no column, and texts of signs', () => {
    assert.equal(store.firstPage({ text: 'x', orderBy: 'duration' }), undefined);
    assert.equal(store.firstPage({ text: '"\\' }), undefined);
    assert.equal(store.firstPage({ orderBy: 'createdTime' }), undefined);
  });

  it('passes over no row in which the text stands, however it is written there', () => {
    const word = fc.constantFrom(
      'Kelvin',
      'İzmir',
      'KIK',
      'İK',
      "it's",
      'a "b"',
      'ä/ö',
      '\\u0041',
      'line\nnext',
      'TypeError: x',
      '100 % k_',
      '😀',
    );
    const piece = fc.oneof(word, fc.string({ unit: 'binary', maxLength: 5 }), fc.string({ maxLength: 5 }));
    const text = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(' '));
    const message = fc.oneof(
      text,
      text.map((each) => JSON.stringify({ ErrorType: 'System.Exception', ErrorMessage: each })),
    );
    const matches = (pattern: string, body: string): boolean =>
      new RegExp(
        pattern
          .slice(1, -1)
          .split('_')
          .map((part) => part.replaceAll(/[.*+?^$()[\]{}|\\]/g, String.raw`\$&`))
          .join('[^]'),
        'u',
      ).test(body.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()));
    fc.assert(
      fc.property(
        message,
        fc.option(text),
        fc.boolean(),
        fc.nat(60),
        fc.nat(20),
        (output, customStatus, failed, from, length) => {
          const row = rowOf('İd K', { output, customStatus, runtimeStatus: failed ? 'Failed' : 'Completed' });
          const all = searchTextOf(row);
          const searched = all.slice(from % all.length, (from % all.length) + length + 1);
          const pattern = patternOf(searched);
          if (pattern !== undefined)
            assert.ok(matches(pattern, encodeRow(row)), JSON.stringify([searched, pattern, encodeRow(row)]));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
