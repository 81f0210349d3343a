import assert from 'node:assert/strict';
import type { InstanceRow } from '../../src/core/instances/instance';
import { SqlJsHistoryStore } from '../../src/store/sql-js-history-store';
import { at, rowOf, StoreBench } from './store-builders';

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

  it('finds one among 20,000 instances, and the longest of them', async () => {
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

  describe('that is prepared', () => {
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    let bench: StoreBench;
    let looks: number;
    /** Ten milliseconds are over with every fourth look. */
    const clock = (): number => (looks += 1) * 2.6;

    beforeEach(async () => {
      await store.close();
      bench = new StoreBench();
      looks = 0;
    });
    afterEach(() => bench.cleanUp());

    const many = (): InstanceRow[] => Array.from({ length: 60 }, (_, n) => rowOf(`i-${100 + n}`, { output: `"old ${n}"` }));

    for (const where of ['not in the index yet', 'in the index', 'in a snapshot']) {
      it(`gives others their turn after a few instances each, ${where}`, async () => {
        store = await bench.open({ clock });
        await commit(...many());
        if (where !== 'not in the index yet') store.query({});
        if (where === 'in a snapshot') {
          await store.compact();
          await store.close();
          store = await bench.open({ clock });
        }
        const state = { isReady: false };
        const ready = store.prepare({ text: 'old' })?.then(() => (state.isReady = true));
        assert.equal(looks, 0); // Nothing is read in the turn of the question.
        const perTurn: number[] = [];
        for (let last = 0; !state.isReady; last = looks) {
          await turn();
          perTurn.push(looks - last);
        }
        await ready;
        assert.ok(Math.max(...perTurn) <= 2 * 5, perTurn.join()); // One slice, or the end of one and the next.
        assert.ok(perTurn.reduce((sum, each) => sum + each, 0) >= 60);
        assert.equal(store.prepare({ text: 'old' }), undefined);
        assert.equal(store.count({ text: 'old' }), 60);
      });
    }

    it('answers with what was committed, changed and purged while it was made, before and behind the place it was at', async () => {
      store = await bench.open({ clock });
      await commit(...many());
      store.query({});
      const ready = store.prepare({ text: 'old' });
      for (let n = 0; n < 5; n++) await turn();
      await commit(rowOf('i-100', { output: '"new"' }), rowOf('i-159', { output: '"new"' }), rowOf('a', { output: '"new"' }));
      await store.commit(['i-101', 'i-158', 'i-157'].map((instanceId) => ({ instanceId, purged: true })));
      await commit(rowOf('i-157', { output: '"new"' }));
      await ready;
      assert.deepEqual(found('new'), ['a', 'i-100', 'i-157', 'i-159']);
      assert.equal(store.count({ text: 'old' }), 55);
      assert.equal(store.query({ orderBy: 'duration', pageSize: 100 }).instances.length, 59);
    });

    it('is answered whole without waiting by who asks at once, and told of a close to who waits', async () => {
      store = await bench.open({ clock });
      await commit(...many());
      const ready = store.prepare({ text: 'OLD', orderBy: 'customStatus' });
      assert.equal(store.prepare({ text: 'old' }), ready);
      const ordered = store.prepare({ orderBy: 'customStatus' });
      await turn();
      assert.equal(store.count({ text: 'old' }), 60);
      await Promise.all([ready, ordered]);
      await store.close();
      store = await bench.open({ clock });
      const refused = assert.rejects(async () => store.prepare({ text: 'old' }), { code: 'Stopped' });
      await store.close();
      await refused;
    });

    it('is made ahead, a few instances a turn, once somebody has looked at a list', async () => {
      store = await bench.open({ clock });
      await commit(...many());
      store.query({ orderBy: 'createdTime' });
      while (looks < 91) await turn(); // 30 slices of two instances, and one that finds no more.
      await commit(rowOf('i-100', { output: '"new"' }), rowOf('a', { output: '"old"' }));
      await store.commit([{ instanceId: 'i-101', purged: true }]);
      const before = looks;
      await store.prepare({ text: 'old' });
      assert.ok(looks - before <= 90, `${looks - before}`); // 154 if it were made now: it is nothing but the search itself, and what has changed.
      assert.equal(store.prepare({ text: 'old' }), undefined);
      assert.deepEqual(store.countByStatus({ text: 'old' }), { Running: 59 });
    });

    it('counts none that were purged before there was a question', async () => {
      store = await bench.open({ clock });
      await commit(...many());
      store.query({});
      await store.commit([{ instanceId: 'i-101', purged: true }]);
      assert.equal(store.count({ text: 'old' }), 59);
    });

    it('answers several who search for different texts, for more of a text that was found, and while all changes', async () => {
      store = await bench.open({ clock });
      await commit(...many());
      const texts = ['old 1', 'ol', 'old', 'i-1', '"', 'i-10', 'old 11', 'zzz', 'd 5'];
      const answers = await Promise.all(
        texts.map(async (text, n) => {
          const ready = store.prepare({ text });
          await commit(rowOf(`i-${100 + n}`, { output: `"changed ${n}"` }));
          await ready;
          return store.count({ text });
        }),
      );
      const expected = (text: string): number =>
        many().filter(({ instanceId, output }, n) =>
          (n < texts.length ? `${instanceId}"changed ${n}"` : `${instanceId}${output}`).includes(text),
        ).length;
      assert.deepEqual(
        texts.map((text) => store.count({ text })),
        texts.map(expected),
      );
      assert.equal(answers.length, texts.length);
    });

    it('finds what is beyond the limit of kept texts as well', async () => {
      store = await bench.open({ clock, mostKeptChars: 200 });
      await commit(...many());
      assert.deepEqual(found('old 59'), ['i-159']);
      await store.prepare({ text: 'old 5' });
      assert.equal(store.count({ text: 'old 5' }), 11);
      await commit(rowOf('i-100', { output: '"old 5"' }), rowOf('i-159', { output: '"new"' }));
      assert.equal(store.count({ text: 'old 5' }), 11);
      assert.deepEqual(
        store.query({ text: 'new' }).instances.map(({ instanceId }) => instanceId),
        ['i-159'],
      );
    });

    it('is not made for what the columns answer', async () => {
      store = await bench.open({ clock });
      await commit(...many());
      assert.equal(store.prepare({ orderBy: 'createdTime', statuses: ['Failed'], text: '' }), undefined);
      assert.equal(store.query({ orderBy: 'createdTime', pageSize: 1 }).instances.length, 1);
      assert.equal(looks, 0);
    });

    it('finds what stands there in the order of code points, page by page', async () => {
      store = await bench.open({ clock });
      await commit(...['\u{1F600}', '\uFFFD', 'a', '\u{1F601}'].map((id) => rowOf(id, { output: '"x y"' })));
      const byColumn = store.query({}).instances.map(({ instanceId }) => instanceId);
      assert.deepEqual(found('x y'), byColumn);
      const first = store.query({ text: 'x y', pageSize: 3 });
      const { continuationToken = '' } = first;
      assert.deepEqual(
        [...first.instances, ...store.query({ text: 'x y', pageSize: 3, continuationToken }).instances].map(
          (row) => row.instanceId,
        ),
        byColumn,
      );
    });
  });
});
