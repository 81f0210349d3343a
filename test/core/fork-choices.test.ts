import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { planFork } from '../../src/core/turns/fork';
import { forkableRows, forkChoices, rowText } from '../../src/core/turns/fork-choices';

const at = { EventId: -1, IsPlayed: true, Timestamp: '2026-01-01T00:00:00.0000000Z' } as const;

/** An activity against a timer, and an event that came while neither was over. */
const history: readonly HistoryEvent[] = [
  { ...at, EventType: 'OrchestratorStarted' },
  {
    ...at,
    EventType: 'ExecutionStarted',
    OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
    Name: 'Race',
    Version: '',
    Input: '1',
  },
  { ...at, EventType: 'TaskScheduled', EventId: 0, Name: 'Slow', Version: '', Input: '[1]' },
  { ...at, EventType: 'TimerCreated', EventId: 1, FireAt: '2026-01-01T01:00:00.0000000Z' },
  { ...at, EventType: 'OrchestratorCompleted' },
  { ...at, EventType: 'OrchestratorStarted' },
  { ...at, EventType: 'EventRaised', Name: 'Go', Input: 'true' },
  { ...at, EventType: 'OrchestratorCompleted' },
  { ...at, EventType: 'OrchestratorStarted' },
  { ...at, EventType: 'TaskCompleted', TaskScheduledId: 0, Result: '"done"' },
  { ...at, EventType: 'ExecutionCompleted', EventId: 2, OrchestrationStatus: 'Completed', Result: '"done"' },
  { ...at, EventType: 'OrchestratorCompleted' },
];
const facts = { profile: 'A', history, isOver: true } as const;
const labels = (row: number): string[] => forkChoices({ ...facts, row }).map(({ label }) => label);

describe('what can be changed at a row', () => {
  it('is what fits its kind, with those that can come first', () => {
    assert.deepEqual(forkableRows(history), [10, 7, 4, 3, 2]);
    assert.deepEqual(labels(10), [
      'Another result…',
      'It failed…',
      'timer 2026-01-01 01:00:00 came first',
      'An event came before…',
      'Only the code',
    ]);
    assert.deepEqual(labels(7), [
      'Another payload…',
      'It never came',
      'Slow → "done" came first',
      'timer 2026-01-01 01:00:00 came first',
      'It came after Slow → "done"',
      'An event came before…',
      'Only the code',
    ]);
    assert.ok(labels(4).includes('It fired at once'));
    assert.ok(labels(2).includes('Another input…'));
    assert.deepEqual(forkChoices({ ...facts, row: 13 }), []);
  });

  it('begins with what the record has, at the row that asks and at the row that answers', () => {
    for (const row of [3, 10]) {
      assert.equal(forkChoices({ ...facts, row }).find(({ type }) => type === 'result')?.recorded, '"done"');
    }
    assert.equal(rowText(history, 10), 'Slow → "done"');
    assert.equal(rowText(history, 13), 'the end');
  });

  it('is always something that a fork takes', () => {
    for (let row = 1; row <= history.length; row++) {
      for (const { change, asks } of forkChoices({ ...facts, row })) {
        if (asks === null) planFork({ ...facts, row, change, nowMs: 0, keepTimes: false });
      }
    }
  });
});
