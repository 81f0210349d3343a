import assert from 'node:assert/strict';
import type { EntitySnapshot, ToEntityPanel } from '../../src/protocol/entity-panel';
import { EntityPanelSession } from '../../src/protocol/entity-panel-session';
import { frameMs } from '../../src/protocol/snapshot-pace';
import { counter } from '../support/entity-script';
import { TestHub } from '../support/test-hub';
import { RecordingHost, sessionClock, settle } from './recording-host';

describe('the session of an entity panel', () => {
  let hub: TestHub;
  let host: RecordingHost;
  let posted: ToEntityPanel[];
  let errors: unknown[];
  let session: EntityPanelSession;

  beforeEach(async () => {
    hub = await TestHub.open({
      entities: { counter },
      scripts: {
        *holder(context) {
          yield context.lock('@counter@a');
          yield context.waitEvent('Go');
        },
      },
    });
    host = new RecordingHost();
    posted = [];
    errors = [];
    session = new EntityPanelSession({
      instanceId: '@counter@a',
      post: (message) => posted.push(message),
      host,
      clock: sessionClock(hub.clock),
      onError: (error) => errors.push(error),
    });
    session.connect(hub.engine);
    await session.receive({ type: 'ready' });
  });
  afterEach(async () => {
    session.dispose();
    await hub.dispose();
  });

  function last(): EntitySnapshot {
    const found = posted.findLast((message) => message.type === 'entity');
    assert.ok(found?.type === 'entity');
    return found;
  }

  async function shown(): Promise<EntitySnapshot> {
    await hub.advance(frameMs);
    await settle();
    await hub.advance(frameMs);
    await settle();
    return last();
  }

  it('shows an entity that is not there, and then what it does, the newest first', async () => {
    assert.equal(last().entity, null);
    await session.receive({ type: 'signal', requestId: 1, operation: 'add', input: '5' });
    await session.receive({ type: 'signal', requestId: 2, operation: 'fail', input: null });
    await hub.quiet();
    const { entity, batches, operations } = await shown();
    assert.equal(entity?.state, '5');
    assert.deepEqual(
      batches.map((batch) => [batch.stateBefore, batch.stateAfter, batch.operations.map((each) => [each.name, each.ok])]),
      [
        ['5', '5', [['fail', false]]],
        [null, '5', [['add', true]]],
      ],
    );
    assert.deepEqual(operations, ['add', 'fail']);
    assert.deepEqual(
      posted.filter((message) => message.type === 'actionResult').map((message) => [message.ok, message.message]),
      [
        [true, 'Sent add'],
        [true, 'Sent fail'],
      ],
    );
  });

  it('shows the holder of the lock, what waits, and an orphan; releases it', async () => {
    const id = await hub.start('holder');
    await hub.signal('@counter@a', 'add', 1);
    const locked = await shown();
    assert.deepEqual([locked.holder?.instanceId, locked.isOrphaned], [id, false]);
    assert.deepEqual(
      locked.entity?.queue.map((each) => [each.kind, each.operation, each.isSignal, each.parentInstanceId]),
      [['operation', 'add', true, null]],
    );
    await hub.terminate(id);
    assert.equal((await shown()).isOrphaned, true);
    await session.receive({ type: 'releaseOrphan', requestId: 3 });
    await hub.quiet();
    const free = await shown();
    assert.deepEqual([free.entity?.lockedBy, free.entity?.state, free.isOrphaned], [null, '1', false]);
  });

  it('removes the entity when the user agrees', async () => {
    await hub.signal('@counter@a', 'add', 1);
    host.agrees = false;
    await session.receive({ type: 'remove', requestId: 1 });
    assert.equal((await shown()).entity?.state, '1');
    host.agrees = true;
    await session.receive({ type: 'remove', requestId: 2 });
    assert.equal((await shown()).entity, null);
  });

  it('refuses what is no JSON, no message, and everything while there is no emulator', async () => {
    await session.receive({ type: 'signal', requestId: 1, operation: 'add', input: '{' });
    const refused = posted.at(-1);
    assert.ok(refused?.type === 'actionResult' && !refused.ok);
    await session.receive({ type: 'nonsense' });
    assert.equal(errors.length, 1);
    session.disconnect('It is stopped.');
    await session.receive({ type: 'signal', requestId: 2, operation: 'add', input: null });
    assert.deepEqual(posted.at(-1), { type: 'actionResult', requestId: 2, ok: false, message: 'It is stopped.' });
  });
});
