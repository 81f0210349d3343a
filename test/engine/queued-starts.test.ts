import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

/** Children of one id that one episode calls (recorded: `same-child-twice`, `same-child-any`): the last one begins. */
const twice: Script = function* (context) {
  const calls = [1, 2].map((n) => context.child('kid', n, { instanceId: 'kid' }));
  return yield context.all(calls);
};
const kid: Script = function* (context) {
  return [context.input, yield context.activity('a', context.input)];
};

describe('starts of children under one id that came together', () => {
  let hub: TestHub;

  afterEach(() => hub.dispose());

  it('run one after the other, and each answers its own call', async () => {
    hub = await TestHub.open({ activities: { a: 'manual' }, scripts: { main: twice, kid } });
    const id = await hub.start('main');
    assert.equal(hub.worker.calls.length, 1, 'the other one waits');
    const first = hub.row('kid').executionId;
    await hub.complete('a', 'first');
    assert.equal(hub.row(id).runtimeStatus, 'Running');
    assert.notEqual(hub.row('kid').executionId, first);
    assert.equal(hub.row('kid').runtimeStatus, 'Running');
    await hub.complete('a', 'second');
    assert.equal(hub.outcome(id), 'Completed [[1,"second"],[2,"first"]]');
    assert.equal(hub.outcome('kid'), 'Completed [1,"second"]');
    assert.equal(hub.sequence('kid').match(/ES/g)?.length, 1, 'the history is that of the last one alone');
  });

  it('the next one begins however the one before it ended', async () => {
    hub = await TestHub.open({
      activities: { a: 'manual' },
      scripts: {
        main: function* (context) {
          const tasks = [1, 2].map((n) => context.child('kid', n, { instanceId: 'kid' }));
          yield context.any(tasks);
          return yield tasks[0] as never;
        },
        kid,
      },
    });
    const id = await hub.start('main');
    await hub.fail('a', 'the first fails');
    assert.equal(hub.row('kid').runtimeStatus, 'Running');
    await hub.complete('a', 'second');
    assert.equal(hub.outcome(id), 'Completed [1,"second"]');
  });

  it('the one that waits survives a kill', async () => {
    hub = await TestHub.open({ store: 'folder', activities: { a: 'manual' }, scripts: { main: twice, kid } });
    const id = await hub.start('main');
    hub = await hub.kill();
    await hub.quiet();
    await hub.complete('a', 'first');
    hub = await hub.kill();
    await hub.quiet();
    await hub.complete('a', 'second');
    assert.equal(hub.outcome(id), 'Completed [[1,"second"],[2,"first"]]');
  });

  it('an event that came for the one before it does not reach the next one', async () => {
    hub = await TestHub.open({
      activities: { a: 'manual' },
      scripts: {
        main: twice,
        kid: function* (context) {
          yield context.activity('a', context.input);
          return context.input === 2 ? 'first' : yield context.waitEvent('go');
        },
      },
    });
    const id = await hub.start('main');
    await hub.engine.raiseEvent('kid', 'go', '"for the first"');
    await hub.quiet();
    await hub.complete('a', 1);
    await hub.complete('a', 2);
    assert.equal(hub.row('kid').runtimeStatus, 'Running');
    await hub.engine.raiseEvent('kid', 'go', '"for the second"');
    await hub.quiet();
    assert.equal(hub.outcome(id), 'Completed ["for the second","first"]');
  });
});
