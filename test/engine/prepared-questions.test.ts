import assert from 'node:assert/strict';
import type { InstanceQuery } from '../../src/core/ports/history-store';
import { storedHub } from '../../src/engine/stored-hub';
import { instanceRow } from '../support/instance-row';
import { MemoryStore } from '../support/memory-store';
import { TestHub } from '../support/test-hub';

/** Ready for questions with a text when it is told so. */
class UnpreparedStore extends MemoryStore {
  ready: () => void = () => undefined;
  readonly #readiness = new Promise<void>((resolve) => (this.ready = resolve));

  override prepare(query?: InstanceQuery): Promise<void> | undefined {
    return query?.text === undefined ? undefined : this.#readiness;
  }
}

describe('a question that the store has to prepare', () => {
  for (const kind of ['running', 'stored'] as const) {
    it(`waits for that, and keeps no other question waiting, in a hub that is ${kind}`, async () => {
      const store = new UnpreparedStore([
        { instanceId: 'a', instance: instanceRow({ instanceId: 'a', runtimeStatus: 'Completed' }) },
      ]);
      const hub = kind === 'stored' ? null : await TestHub.open({ scripts: {}, store });
      const asked = hub === null ? storedHub(store) : bound(hub);
      const answered: string[] = [];
      const search = asked.query({ text: 'a' }).then(({ instances }) => answered.push(`search ${instances.length}`));
      const counts = asked.countByStatus({ text: 'a' }).then(() => answered.push('counts'));
      await asked.query({ names: ['other'] }).then(() => answered.push('page'));
      await asked.countByStatus().then(() => answered.push('all counts'));
      assert.deepEqual(answered, ['page', 'all counts']);
      store.ready();
      await Promise.all([search, counts]);
      assert.deepEqual(answered.slice(2).sort(), ['counts', 'search 1']);
      await hub?.dispose();
    });
  }
});

function bound({ engine }: TestHub): Pick<TestHub['engine'], 'query' | 'countByStatus'> {
  return { query: (query) => engine.query(query), countByStatus: (query) => engine.countByStatus(query) };
}
