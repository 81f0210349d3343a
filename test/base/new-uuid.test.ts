import assert from 'node:assert/strict';
import { newUuid } from '../../src/base/new-uuid';

describe('ids of invocations', () => {
  it('are random UUIDs of version 4, each another', () => {
    const ids = Array.from({ length: 1_000 }, newUuid);
    for (const id of ids) assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    assert.equal(new Set(ids).size, ids.length);
    // Every digit that may vary does.
    for (let at = 0; at < 36; at++)
      if (![8, 13, 14, 18, 23].includes(at)) assert(new Set(ids.map((id) => id[at])).size >= 4, `digit ${at}`);
  });
});
