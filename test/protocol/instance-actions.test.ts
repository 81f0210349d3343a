import assert from 'node:assert/strict';
import { act, actOnMany, haveLiveChildren } from '../../src/protocol/instance-actions';
import { TestHub } from '../support/test-hub';

describe('what is done to instances', () => {
  let hub: TestHub;
  beforeEach(async () => {
    hub = await TestHub.open({
      scripts: {
        *parent(context) {
          return yield context.child('kid', null, { instanceId: `${context.instanceId}-kid` });
        },
        *kid(context) {
          return yield context.waitEvent('Go');
        },
      },
    });
    for (const id of ['one', 'two']) await hub.start('parent', { instanceId: id });
  });
  afterEach(() => hub.dispose());

  it('a terminate reaches sub-orchestrations when that is asked for', async () => {
    await act(hub.engine, 'terminate', 'one', 'enough');
    await actOnMany(hub.engine, 'terminate', ['two'], 'enough', true);
    await hub.quiet();
    assert.deepEqual(
      ['one', 'one-kid', 'two', 'two-kid'].map((id) => hub.row(id).runtimeStatus),
      ['Terminated', 'Running', 'Terminated', 'Terminated'],
    );
  });

  it('whether there is anything to ask: sub-orchestrations that have not ended', async () => {
    assert.equal(await haveLiveChildren(hub.engine, ['two', 'one']), true);
    assert.equal(await haveLiveChildren(hub.engine, ['one-kid', 'nobody']), false);
    await hub.raise('one-kid', 'Go');
    assert.equal(await haveLiveChildren(hub.engine, ['one']), false);
  });
});
