import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';

/** A history that has ended: every id once, every task and timer answered once at most, one beginning and one end. */
export function assertNoRowTwice(id: string, events: readonly HistoryEvent[]): void {
  const scheduled = new Set<number>();
  const answered = new Set<string>();
  for (const event of events) {
    if (event.EventId >= 0) {
      assert.ok(!scheduled.has(event.EventId), `${id}: EventId ${event.EventId} stands twice`);
      scheduled.add(event.EventId);
    }
    const answers =
      'TaskScheduledId' in event
        ? `task ${event.TaskScheduledId}`
        : event.EventType === 'TimerFired'
          ? `timer ${event.TimerId}`
          : null;
    if (answers !== null) {
      assert.ok(!answered.has(answers), `${id}: ${answers} is answered twice`);
      answered.add(answers);
    }
  }
  assert.equal(events.filter((e) => e.EventType === 'ExecutionStarted').length, 1, `${id}: one ExecutionStarted`);
  assert.equal(events.filter((e) => e.EventType === 'ExecutionCompleted').length, 1, `${id}: one ExecutionCompleted`);
}
