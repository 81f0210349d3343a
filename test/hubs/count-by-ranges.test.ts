/** Counting a table that answers in pages of a hundred rows and, like Azurite, sorts for each of them all that the question lets through. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countByRanges } from '../../src/hubs/azure-storage/count-by-ranges';
import type { StorageAccount } from '../../src/hubs/azure-storage/storage-account';

const perPage = 100;

class SortingTable {
  requests = 0;
  sorted = 0;

  readonly #sorted: readonly string[];

  constructor(ids: readonly string[]) {
    this.#sorted = [...ids].sort();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as the client's
  async *pages(_table: string, { filter = '' }: { filter?: string }): AsyncGenerator<object> {
    const clauses = [...filter.matchAll(/PartitionKey (gt|ge|lt) '((?:[^']|'')*)'/g)].map(([, operator = '', quoted = '']) => {
      const edge = quoted.replaceAll("''", "'");
      return (id: string): boolean => (operator === 'gt' ? id > edge : operator === 'ge' ? id >= edge : id < edge);
    });
    const passed = this.#sorted.filter((id) => clauses.every((holds) => holds(id)));
    for (let at = 0; at === 0 || at < passed.length; at += perPage) {
      this.requests++;
      this.sorted += passed.length - at;
      const rows = passed
        .slice(at, at + perPage)
        .map((id) => ({ PartitionKey: id, RuntimeStatus: id.endsWith('0') ? 'Failed' : 'Completed' }));
      yield { rows, isLast: at + perPage >= passed.length };
    }
  }

  count(most?: number) {
    return countByRanges(this as unknown as StorageAccount, 'Instances', { odata: '' }, {}, most);
  }
}

/** As ids are made, the same each time. */
function madeId(n: number): string {
  let state = n + 1;
  let id = '';
  while (id.length < 32) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + n * 2_654_435_761) >>> 0;
    id += state.toString(16).padStart(8, '0');
  }
  return id;
}

describe('counting by ranges', () => {
  const expected = (ids: readonly string[]) => {
    const Failed = ids.filter((id) => id.endsWith('0')).length;
    return { ...(Failed === 0 ? {} : { Failed }), ...(Failed === ids.length ? {} : { Completed: ids.length - Failed }) };
  };

  it('asks for small ranges where there are many instances, and for hardly more of them than there are pages', async () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => madeId(n));
    const [wide, small] = [new SortingTable(ids), new SortingTable(ids)];
    assert.deepEqual(await wide.count(), expected(ids));
    assert.deepEqual(await small.count(300), expected(ids));
    assert.deepEqual([wide.requests, small.requests > 200, small.requests < 300], [120, true, true]);
    assert.ok(small.sorted < wide.sorted * 0.7, `${small.sorted} of ${wide.sorted}`);
  });

  it('misses none and counts none twice, whatever ids begin with', async () => {
    const begins = fc.constantFrom('', '0', '9', '9z', '9A', 'a', 'aé', 'F', 'order-', '@counter@', '~', "it's ", 'ff', '00000');
    await fc.assert(
      fc.asyncProperty(fc.array(begins, { minLength: 1, maxLength: 3 }), fc.nat(3_000), async (prefixes, many) => {
        const ids = Array.from({ length: many }, (_, n) => `${prefixes[n % prefixes.length] ?? ''}${madeId(n)}`);
        assert.deepEqual(await new SortingTable(ids).count(200), expected(ids));
      }),
      { numRuns: 25 },
    );
  });
});
