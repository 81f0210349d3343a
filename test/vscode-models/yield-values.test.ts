import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { yieldValues } from '../../src/vscode/models/yield-values';
import { row, ScriptedTimeline } from '../support/scripted-timeline';

const file = '/app/order.ts';
const at = (seconds: number, event: HistoryEvent): HistoryEvent => ({
  ...event,
  Timestamp: `2024-01-01T00:00:0${seconds}.0000000Z`,
});
const schedule = (...ids: number[]) => ids.map((id) => ({ type: 'ScheduleTask', id, name: 'Work', input: null }) as const);

function timeline(history: HistoryEvent[], steps: { line: number; to: number; ids: number[] }[]): ScriptedTimeline {
  let from = 0;
  return new ScriptedTimeline({
    instanceId: 'x',
    functionName: 'Order',
    file,
    history,
    steps: [...steps, { line: 0, to: history.length, ids: [] }].map(({ line, to, ids }) => {
      const rows = { from, to };
      from = to;
      return { lines: line === 0 ? [] : [line], rows, decisions: schedule(...ids) };
    }),
  });
}

describe('what stands at the ends of lines during a replay', () => {
  const history = [
    at(0, row.turn()),
    at(0, row.started('Order')),
    at(0, row.scheduled(0, 'Work')),
    at(1, row.completed(0, 'one')),
    at(1, row.scheduled(1, 'Work')),
    at(3, row.completed(1, 'two')),
  ];

  it('is the result and the duration of lines that were left, the last time around', () => {
    const replay = timeline(history, [
      { line: 5, to: 2, ids: [0] },
      { line: 5, to: 4, ids: [1] },
    ]);
    assert.deepEqual(yieldValues(replay, 0), []);
    assert.deepEqual(yieldValues(replay, 1), [
      { file, line1: 5, text: '"one" · 1.0 s', details: ['"one" · 1.0 s'], isFailure: false },
    ]);
    const [both] = yieldValues(replay, 2);
    assert.deepEqual([both?.text, both?.details], ['"two" · 2.0 s (2×)', ['"one" · 1.0 s', '"two" · 2.0 s']]);
  });

  it('is all results of a line that waited for several, and the failure when one failed', () => {
    const all = [
      ...history.slice(0, 3),
      at(0, row.scheduled(1, 'Other')),
      at(2, row.completed(0, 1)),
      at(4, row.completed(1, 2)),
    ];
    assert.equal(yieldValues(timeline(all, [{ line: 5, to: 2, ids: [0, 1] }]), 1)[0]?.text, '[1, 2] · 4.0 s');
    const failed = [...all.slice(0, 5), at(4, row.failed(1, 'No funds'))];
    const [value] = yieldValues(timeline(failed, [{ line: 5, to: 2, ids: [0, 1] }]), 1);
    assert.deepEqual([value?.isFailure, value?.text], [true, 'failed: No funds · 4.0 s']);
  });

  it('counts retries as attempts of one answer', () => {
    const retried = [
      ...history.slice(0, 3),
      at(1, row.turn()),
      at(1, row.failed(0, 'busy')),
      at(1, { EventType: 'TimerCreated', EventId: 1, IsPlayed: false, Timestamp: '', FireAt: '2024-01-01T00:00:02.0000000Z' }),
      at(2, row.turn()),
      at(2, {
        EventType: 'TimerFired',
        EventId: -1,
        TimerId: 1,
        IsPlayed: false,
        Timestamp: '',
        FireAt: '2024-01-01T00:00:02.0000000Z',
      }),
      at(2, row.scheduled(2, 'Work')),
      at(5, row.turn()),
      at(5, row.completed(2, 'done')),
    ];
    const [value] = yieldValues(timeline(retried, [{ line: 5, to: 2, ids: [0] }]), 1);
    assert.deepEqual([value?.text, value?.isFailure], ['"done" · 2 attempts · 5.0 s', false]);
  });

  it('is the data of an event, and how long it was waited for', () => {
    const raised = [...history.slice(0, 2), at(8, row.raised('Go', { ok: true }))];
    assert.equal(yieldValues(timeline(raised, [{ line: 5, to: 2, ids: [] }]), 1)[0]?.text, '{"ok":true} · 8.0 s');
  });
});
