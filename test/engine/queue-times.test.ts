import assert from 'node:assert/strict';
import { toTimestamp } from '../../src/core/values/time';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const two: Script = function* (context) {
  return yield context.all([context.activity('work', 1), context.activity('work', 2)]);
};

describe('the time that an activity waits for a worker', () => {
  let hub: TestHub;
  beforeEach(async () => {
    hub = await TestHub.open({
      scripts: { two },
      activities: { work: 'manual' },
      engine: { maxConcurrentActivities: 1 },
      store: 'folder',
    });
  });
  afterEach(() => hub.dispose());

  it('is known while it waits and while it runs', async () => {
    const id = await hub.start('two');
    const first = toTimestamp(hub.clock.now());
    const starts = async () => (await hub.engine.waitingFor(id)).activities.map((each) => each.startedAt);
    assert.deepEqual(await starts(), [first, undefined]);
    await hub.advance(1500);
    await hub.complete('work', 'done', 0);
    assert.deepEqual(await starts(), [toTimestamp(hub.clock.now())]);
    assert.notEqual((await starts())[0], first);
  });

  it('stays with the event that ends it, in milliseconds, and is left out when there was none', async () => {
    const id = await hub.start('two');
    await hub.advance(1500);
    await hub.complete('work', 'done', 0);
    await hub.advance(200);
    await hub.complete('work', 'done', 1);
    const notes = hub.history(id).flatMap((event) => (event.EventType === 'TaskCompleted' ? [event.QueuedMs] : []));
    assert.deepEqual(notes, [undefined, 1500]);
  });
});

describe('the stack of an exception in an orchestrator', () => {
  it('is kept with the instance, over a restart, and stays out of its history', async () => {
    const hub = await TestHub.open({
      scripts: {
        *failing() {
          throw new Error('no stock');
        },
      },
      store: 'folder',
    });
    hub.worker.runEpisode = () =>
      Promise.resolve({
        decisions: [
          {
            type: 'CompleteOrchestration',
            id: 0,
            status: 'Failed',
            result: "Orchestrator function 'failing' failed: no stock",
            details: 'Message: no stock, StackTrace: Error: no stock\n    at failing (app.js:3:9)',
          },
        ],
        customStatus: null,
        awaitedEvents: [],
      });
    const id = await hub.start('failing');
    const stack = 'Error: no stock\n    at failing (app.js:3:9)';
    assert.equal(hub.row(id).failureStack, stack);
    assert.equal(JSON.stringify(hub.history(id)).includes('app.js'), false);
    const again = await hub.kill();
    assert.equal(again.row(id).failureStack, stack);
    await again.dispose();
  });
});
