/** A step that no store could ever keep fails its own instance: nobody else waits for it, now or after the next start. */
import assert from 'node:assert/strict';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import { DurascopeError } from '../../src/core/values/errors';
import type { Script } from '../support/script-types';
import { TestHub, type TestHubOptions } from '../support/test-hub';

const scripts: Record<string, Script> = {
  *odd(context) {
    const n = yield context.activity('a');
    context.callEntity('@cell@side', 'get');
    return yield context.activity('b', n);
  },
  *even(context) {
    return yield context.activity('a');
  },
  *parent(context) {
    try {
      return yield context.child('odd', null, { instanceId: 'odd' });
    } catch (error) {
      return (error as Error).message;
    }
  },
  *asks(context) {
    return yield context.callEntity('@cell@odd', 'get');
  },
};

/** The store cannot keep what `isOdd` says. */
function refuse(hub: TestHub, isOdd: (checkpoint: Checkpoint) => boolean): { tries: number } {
  const seen = { tries: 0 };
  hub.beforeCommit = (checkpoints) => {
    const at = checkpoints.findIndex(isOdd);
    if (at < 0) return undefined;
    seen.tries++;
    const text = `A step of '${checkpoints[at]?.instanceId ?? ''}' cannot be kept: Invalid string length`;
    return Promise.reject(new DurascopeError('StoreNotWritable', text, { details: { checkpoint: at } }));
  };
  return seen;
}

const hasHistory = ({ history }: Checkpoint): boolean => (history?.events.length ?? 0) > 0;

for (const profile of ['A', 'G'] as const) {
  describe(`a step that no store could keep (profile ${profile})`, () => {
    const options: TestHubOptions = {
      scripts,
      activities: { a: 'manual', b: 'manual' },
      entities: { cell: (context) => context.state ?? null },
      profile,
    };

    it('fails its instance by name; the others of the batch, and what comes after, go on', async () => {
      const hub = await TestHub.open(options);
      await hub.start('odd', { instanceId: 'odd' });
      await hub.start('even', { instanceId: 'even' });
      const seen = refuse(hub, (checkpoint) => checkpoint.instanceId === 'odd' && hasHistory(checkpoint));
      hub.worker.call('a').complete(1);
      hub.worker.call('a').complete(2);
      await hub.quiet();
      assert.equal(hub.outcome('even'), 'Completed 2');
      assert.equal(hub.outcome('odd'), "Failed A step of 'odd' cannot be kept: Invalid string length");
      assert.equal(seen.tries, 1);
      assert.equal(hub.sequence('odd'), profile === 'A' ? 'OS ES TS#0 OC' : 'OS ES TS#1 OC');
      assert.equal(hub.row('odd').historyLength, hub.history('odd').length);
      assert.deepEqual(hub.worker.calls, []);
      assert.equal(hub.store.instance('@cell@side'), undefined);
      assert.deepEqual(hub.store.pendingActivities('odd'), []);
      hub.beforeCommit = () => undefined;
      await hub.start('odd', { instanceId: 'odd' });
      await hub.complete('a', 3);
      await hub.complete('b', 4);
      assert.equal(hub.outcome('odd'), 'Completed 4');
      await hub.dispose();
    });

    it('tells its parent', async () => {
      const hub = await TestHub.open(options);
      await hub.start('parent', { instanceId: 'parent' });
      refuse(hub, (checkpoint) => checkpoint.instanceId === 'odd' && hasHistory(checkpoint));
      await hub.complete('a', 1);
      assert.equal(hub.row('odd').runtimeStatus, 'Failed');
      assert.match(hub.outcome('parent'), /Completed .*cannot be kept/);
      await hub.dispose();
    });

    it('is not tried again after a kill', async () => {
      let hub = await TestHub.open({ ...options, store: 'folder' });
      await hub.start('odd', { instanceId: 'odd' });
      refuse(hub, (checkpoint) => checkpoint.instanceId === 'odd' && hasHistory(checkpoint));
      await hub.complete('a', 1);
      hub = await hub.kill();
      assert.equal(hub.row('odd').runtimeStatus, 'Failed');
      await hub.start('even', { instanceId: 'even' });
      await hub.complete('a', 2);
      assert.equal(hub.outcome('even'), 'Completed 2');
      await hub.dispose();
    });

    it('of an entity leaves its state, and the hub goes on', async () => {
      const hub = await TestHub.open(options);
      await hub.signal('@cell@odd', 'get');
      refuse(hub, (checkpoint) => checkpoint.instanceId === '@cell@odd' && hasHistory(checkpoint));
      await hub.signal('@cell@odd', 'get');
      hub.beforeCommit = () => undefined;
      await hub.start('asks', { instanceId: 'asks' });
      assert.equal(hub.outcome('asks'), 'Completed null');
      await hub.dispose();
    });
  });
}

describe('an instance that cannot be gone on with', () => {
  it('can be terminated when it runs without any history', async () => {
    const hub = await TestHub.open({ scripts, activities: { a: 'manual', b: 'manual' } });
    await hub.start('even', { instanceId: 'even' });
    const row = { ...hub.row('even'), instanceId: 'bare', executionId: 'e', historyLength: 0 };
    await hub.engine.importInstances([{ instance: row, history: [], customStatusChanges: [] }], 'refuse');
    await hub.raise('bare', 'Go');
    assert.equal(hub.row('bare').runtimeStatus, 'Running');
    await hub.terminate('bare');
    assert.equal(hub.outcome('bare'), 'Terminated enough');
    await hub.complete('a', 1);
    assert.equal(hub.outcome('even'), 'Completed 1');
    await hub.dispose();
  });

  it('fails by name when its history cannot be read, and the others go on', async () => {
    let hub = await TestHub.open({ scripts, activities: { a: 'manual', b: 'manual' }, store: 'folder' });
    await hub.start('even', { instanceId: 'even' });
    await hub.start('odd', { instanceId: 'odd' });
    hub = await hub.kill();
    const history = hub.store.history.bind(hub.store);
    hub.store.history = (id, from, count) => {
      if (id === 'odd') throw new Error('no such page');
      return history(id, from, count);
    };
    await hub.engine.raiseEvent('odd', 'Go', 'null');
    await hub.quiet();
    assert.equal(hub.outcome('odd'), 'Failed The instance cannot be gone on with: no such page');
    await hub.complete('a', 1);
    assert.equal(hub.outcome('even'), 'Completed 1');
    await hub.dispose();
  });
});
