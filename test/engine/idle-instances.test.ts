import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const chain: Script = function* (context) {
  for (let i = 0; i < 150; i++) yield context.activity('a');
};

describe('instances whose histories do not fit into the room for idle ones', () => {
  it('are not read again at each step, one alone or several in turn', async () => {
    const hub = await TestHub.open({ scripts: { chain }, activities: { a: () => 1 }, engine: { maxIdleEvents: 200 } });
    let rowsRead = 0;
    const { store } = hub;
    const history = store.history.bind(store);
    store.history = (id, from, count) => {
      const rows = history(id, from, count);
      rowsRead += rows.length;
      return rows;
    };
    await hub.start('chain', { instanceId: 'alone' });
    assert.equal(hub.row('alone').runtimeStatus, 'Completed');
    assert.equal(rowsRead, 0);
    await Promise.all(['one', 'two', 'three'].map((instanceId) => hub.engine.start({ name: 'chain', instanceId })));
    await hub.quiet();
    assert.equal(hub.row('three').runtimeStatus, 'Completed');
    // Before the histories are long enough to be worth more than an episode.
    const episodes = 3 * 151;
    assert.ok(rowsRead <= episodes * 100, `${rowsRead} rows were read in ${episodes} episodes`);
    await hub.dispose();
  });
});
