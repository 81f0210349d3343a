import assert from 'node:assert/strict';
import { engineNotes } from '../../src/core/history/history';
import { meanings } from '../../src/core/instances/meanings/meanings';
import { TestHub } from '../support/test-hub';

describe("the engine's notes on rows that puzzle", () => {
  let hub: TestHub;
  afterEach(() => hub.dispose());

  const noted = (id: string): unknown[] =>
    hub
      .history(id)
      .filter(({ Note }) => Note !== undefined)
      .map(({ EventType, Note }) => [EventType, Note]);
  const idsOf = (id: string): string[] => meanings(hub.row(id), hub.history(id)).map((meaning) => meaning.id);

  it('a result that the package gave to another call: on its row', async () => {
    hub = await TestHub.open({
      scripts: {
        *Calls(context) {
          return yield context.activity('A');
        },
      },
      activities: { A: () => 1 },
    });
    hub.worker.intercept = ({ newEvents }) => {
      const at = newEvents.findIndex(({ EventType }) => EventType === 'TaskCompleted');
      if (at < 0) return undefined;
      return Promise.resolve({
        decisions: [{ type: 'CompleteOrchestration', id: 1, status: 'Completed', result: null }],
        customStatus: null,
        awaitedEvents: [],
        astray: [
          [at, "given to 'B' instead of 'A'"],
          [at + 9, 'a row that is not there'],
        ],
      });
    };
    await hub.start('Calls', { instanceId: 'one' });
    assert.deepEqual(noted('one'), [['TaskCompleted', "gone astray: given to 'B' instead of 'A'"]]);
    assert.deepEqual(idsOf('one'), ['astray']);
  });

  it('a child that replaces a running instance: on the call and on the start of the child', async () => {
    hub = await TestHub.open({
      scripts: {
        *Waits(context) {
          return yield context.waitEvent('go');
        },
        *Parent(context) {
          return yield context.child('Waits', null, { instanceId: String(context.input) });
        },
      },
    });
    await hub.start('Waits', { instanceId: 'taken' });
    await hub.start('Parent', { instanceId: 'parent', json: 'taken' });
    assert.deepEqual(noted('parent'), [['SubOrchestrationInstanceCreated', engineNotes.childReplaced]]);
    assert.deepEqual(noted('taken'), [['ExecutionStarted', engineNotes.childReplaced]]);
    assert.deepEqual([idsOf('parent'), idsOf('taken')], [['childReplaced'], ['childReplaced']]);
    await hub.start('Parent', { instanceId: 'other', json: 'free' });
    assert.deepEqual([noted('other'), noted('free')], [[], []]);
  });
});
