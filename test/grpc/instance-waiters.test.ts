import assert from 'node:assert/strict';
import { isTerminal } from '../../src/core/values/status';
import type { InstanceRow } from '../../src/core/instances/instance';
import { InstanceWaiters } from '../../src/grpc/instance-waiters';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const one: Script = function* (context) {
  return yield context.activity('work');
};

describe('waiting for an instance over gRPC', () => {
  let hub: TestHub;
  let waiters: InstanceWaiters;
  let cancel: () => void;

  beforeEach(async () => {
    hub = await TestHub.open({ scripts: { one }, activities: { work: 'manual' }, profile: 'G' });
    waiters = new InstanceWaiters(hub.engine, hub.clock);
  });
  afterEach(() => hub.dispose());

  const wait = (id: string): Promise<InstanceRow | undefined> =>
    waiters.wait(
      id,
      (row) => isTerminal(row.runtimeStatus),
      (call) => (cancel = call),
    );
  /** The look that every wait begins with is over. */
  const looked = () => new Promise((resolve) => setImmediate(resolve));

  it('an instance that appears a moment later is waited for, to its end', async () => {
    const waiting = wait('late');
    await looked();
    await hub.advance(1500);
    await hub.start('one', { instanceId: 'late' });
    await hub.advance(60_000);
    await hub.complete('work', 'done');
    assert.equal((await waiting)?.output, '"done"');
    assert.equal(hub.clock.armed, 0);
  });

  it('one that does not appear is told to be unknown after two seconds', async () => {
    const waiting = wait('nobody');
    await looked();
    await hub.advance(1999);
    assert.equal(hub.clock.armed, 1);
    await hub.advance(1);
    assert.equal(await waiting, undefined);
    assert.equal(hub.clock.armed, 0);
  });

  it('a wait that is called off leaves nothing behind', async () => {
    const early = wait('nobody');
    cancel();
    assert.equal(await early, undefined);
    await looked();
    assert.equal(hub.clock.armed, 0);
    const late = wait('nobody');
    await looked();
    cancel();
    assert.equal(await late, undefined);
    assert.equal(hub.clock.armed, 0);
  });
});
