import assert from 'node:assert/strict';
import { activityAttempts } from '../../src/core/history/attempts';
import type { HistoryEvent } from '../../src/core/history/history';

const base = { EventId: -1, IsPlayed: false, Timestamp: '' };
const started: HistoryEvent = { ...base, EventType: 'OrchestratorStarted' };
const scheduled = (EventId: number, Name: string): HistoryEvent => ({
  ...base,
  EventType: 'TaskScheduled',
  EventId,
  Name,
  Version: '',
  Input: null,
});
const failed = (TaskScheduledId: number): HistoryEvent => ({
  ...base,
  EventType: 'TaskFailed',
  TaskScheduledId,
  Reason: '',
  Details: '',
});
const timer = (EventId: number): HistoryEvent => ({ ...base, EventType: 'TimerCreated', EventId, FireAt: '' });
const fired = (TimerId: number): HistoryEvent => ({ ...base, EventType: 'TimerFired', TimerId, FireAt: '' });

describe('attempts of an activity', () => {
  it('are counted along failures, their timers and what is scheduled when these fire', () => {
    const history = [
      ...[started, scheduled(0, 'a'), scheduled(1, 'b')],
      ...[started, failed(0), failed(1), timer(2), timer(3)],
      ...[started, fired(3), scheduled(4, 'b')],
      ...[started, fired(2), scheduled(5, 'a')],
      ...[started, failed(5), timer(6)],
      ...[started, fired(6), scheduled(7, 'a'), scheduled(8, 'a')],
    ];
    assert.deepEqual(
      [...activityAttempts(history)],
      [
        [0, 1],
        [1, 1],
        [4, 2],
        [5, 2],
        [7, 3],
        [8, 1],
      ],
    );
  });

  it('start anew where an activity merely comes again', () => {
    const history = [
      started,
      scheduled(0, 'a'),
      started,
      failed(0),
      scheduled(1, 'a'),
      timer(2),
      started,
      fired(2),
      scheduled(3, 'b'),
    ];
    assert.deepEqual([...activityAttempts(history).values()], [1, 1, 1]);
  });
});
