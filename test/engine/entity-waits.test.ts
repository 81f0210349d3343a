import assert from 'node:assert/strict';
import type { EntityWait } from '../../src/core/ports/task-hub-client';
import { counter } from '../support/entity-script';
import type { Script } from '../support/script-types';
import { type TestHub, type TestHubOptions, withTestHub } from '../support/test-hub';

const holder: Script = function* (context) {
  yield context.lock(...(context.input as string[]));
  yield context.waitEvent('Go');
};

async function onlyWait(hub: TestHub, id: string): Promise<EntityWait> {
  const { entities = [] } = await hub.engine.waitingFor(id);
  const [wait] = entities;
  assert.ok(wait !== undefined && entities.length === 1, `${id} waits for ${entities.length} entities`);
  return wait;
}

for (const profile of ['A', 'G'] as const) {
  describe(`what instances wait for from entities, profile ${profile}`, () => {
    const options: TestHubOptions = {
      profile,
      entities: { counter },
      scripts: {
        holder,
        *caller(context) {
          yield context.callEntity('@counter@a', 'add', 1);
        },
        // Locks what its parent has locked, which waits for it.
        *parent(context) {
          const child = context.child('holder', ['@counter@a'], { instanceId: 'kid' });
          yield context.lock('@counter@a');
          yield child;
        },
      },
    };

    it('a lock waits for its holder, and a holder is told what it has', () =>
      withTestHub(options, async (hub) => {
        const first = await hub.start('holder', { json: ['@counter@a', '@counter@b'] });
        const second = await hub.start('holder', { json: ['@counter@b', '@counter@c'] });
        assert.deepEqual((await hub.engine.waitingFor(first)).holds, ['@counter@a', '@counter@b']);
        const wait = await onlyWait(hub, second);
        assert.equal(wait.kind, 'lock');
        assert.deepEqual(wait.entities, [
          { instanceId: '@counter@b', lockedBy: first },
          { instanceId: '@counter@c', lockedBy: null },
        ]);
        assert.equal(wait.orphanedBy ?? wait.cycle, undefined);
        await hub.raise(first, 'Go');
        assert.deepEqual((await hub.engine.waitingFor(second)).holds, ['@counter@b', '@counter@c']);
      }));

    it('a call waits behind a lock, and an orphan is named as such', () =>
      withTestHub(options, async (hub) => {
        const first = await hub.start('holder', { json: ['@counter@a'] });
        const caller = await hub.start('caller');
        const wait = await onlyWait(hub, caller);
        assert.deepEqual([wait.kind, wait.operation, wait.orphanedBy], ['call', 'add', undefined]);
        await hub.terminate(first);
        assert.equal((await onlyWait(hub, caller)).orphanedBy, first);
        assert.deepEqual((await hub.engine.waitingFor(first)).holds, ['@counter@a']);
        await hub.engine.cleanEntityStorage();
        await hub.quiet();
        assert.equal(hub.row(caller).runtimeStatus, 'Completed');
        assert.equal((await hub.engine.waitingFor(first)).holds, undefined);
      }));

    it('a circle of waits is named as such', () =>
      withTestHub(options, async (hub) => {
        const parent = await hub.start('parent');
        assert.equal((await hub.engine.getEntity('@counter@a'))?.lockedBy, parent);
        assert.deepEqual((await onlyWait(hub, 'kid')).cycle, ['kid', '@counter@a', parent, 'kid']);
      }));
  });
}
