import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { toDisplayOrder } from '../../src/core/history/history-order';
import { toHistoryRows } from '../../src/core/history/history-rows';
import { toHistoryEvents } from '../../src/core/history/history-view';
import { toTimestamp } from '../../src/core/values/time';

const start = Date.UTC(2024, 0, 1);
const at = (second: number) => ({ EventId: -1, IsPlayed: false, Timestamp: toTimestamp(start + second * 1000 + 100) });

const twoCities: HistoryEvent[] = [
  { ...at(1), EventType: 'OrchestratorStarted' },
  {
    ...at(0),
    EventType: 'ExecutionStarted',
    Name: 'HelloCities',
    Version: '',
    Input: 'null',
    OrchestrationInstance: { InstanceId: 'a', ExecutionId: 'e' },
  },
  { ...at(2), EventType: 'TaskScheduled', EventId: 0, Name: 'SayHello', Version: '', Input: '["Tokyo"]' },
  { ...at(2), EventType: 'OrchestratorCompleted' },
  { ...at(4), EventType: 'OrchestratorStarted' },
  { ...at(3), EventType: 'TaskCompleted', TaskScheduledId: 0, Result: '"Hello Tokyo!"' },
  { ...at(5), EventType: 'TaskScheduled', EventId: 1, Name: 'SayHello', Version: '', Input: null },
  { ...at(5), EventType: 'TimerCreated', EventId: 2, FireAt: toTimestamp(start) },
  { ...at(5), EventType: 'OrchestratorCompleted' },
];

describe('views of a history', () => {
  it('shows what came in before the start of its episode, and the completion last', () => {
    const ended: HistoryEvent[] = [
      ...twoCities,
      { ...at(7), EventType: 'OrchestratorStarted' },
      { ...at(6), EventType: 'TaskCompleted', TaskScheduledId: 1, Result: '1' },
      { ...at(8), EventType: 'ExecutionCompleted', EventId: 3, OrchestrationStatus: 'Completed', Result: '1' },
      { ...at(8), EventType: 'OrchestratorCompleted' },
    ];
    assert.equal(
      toDisplayOrder(ended)
        .map((event) => event.EventType.replace(/[a-z]/g, ''))
        .join(' '),
      'ES OS TS OC TC OS TS TC OC TC OS OC EC',
    );
    assert.equal(ended[0]?.EventType, 'OrchestratorStarted', 'the argument is untouched');
  });

  it('lists scheduled events of an episode by id', () => {
    const episode: HistoryEvent[] = [
      { ...at(0), EventType: 'OrchestratorStarted' },
      { ...at(0), EventType: 'TimerCreated', EventId: 4, FireAt: '' },
      { ...at(0), EventType: 'EventSent', EventId: 3, InstanceId: 'b', Name: 'n', Input: null },
    ];
    assert.deepEqual(
      toDisplayOrder(episode).map((event) => event.EventId),
      [-1, 3, 4],
    );
  });

  it('gives rows all fields by name, nulls included, and keys in commit order', () => {
    const rows = toHistoryRows(twoCities, 'e', 'display');
    assert.deepEqual(rows[0], {
      RowKey: '0000000000000001',
      ExecutionId: 'e',
      EventType: 'ExecutionStarted',
      EventId: -1,
      IsPlayed: false,
      Timestamp: '2024-01-01T00:00:00.1000000Z',
      OrchestrationInstance: { InstanceId: 'a', ExecutionId: 'e' },
      ParentInstance: null,
      Name: 'HelloCities',
      Version: '',
      Input: 'null',
      Tags: null,
      ScheduledStartTime: null,
      Generation: null,
    });
    assert.equal(toHistoryRows(twoCities, 'e', 'commit')[0]?.EventType, 'OrchestratorStarted');
  });

  it('merges results with what they answer for showHistory', () => {
    assert.deepEqual(toHistoryEvents(twoCities, { showInput: true, showHistoryOutput: true }), [
      {
        EventType: 'ExecutionStarted',
        Input: 'null',
        Correlation: null,
        ParentTraceContext: null,
        ScheduledStartTime: null,
        Generation: null,
        GenerateNewTrace: false,
        Timestamp: '2024-01-01T00:00:00.1Z',
        FunctionName: 'HelloCities',
      },
      {
        EventType: 'TaskCompleted',
        Result: 'Hello Tokyo!',
        Timestamp: '2024-01-01T00:00:03.1Z',
        ScheduledTime: '2024-01-01T00:00:02.1+00:00',
        FunctionName: 'SayHello',
        Input: '["Tokyo"]',
      },
      {
        EventType: 'TaskScheduled',
        Name: 'SayHello',
        Input: null,
        ParentTraceContext: null,
        Tags: null,
        Timestamp: '2024-01-01T00:00:05.1Z',
      },
      { EventType: 'TimerCreated', FireAt: '2024-01-01T00:00:00Z', Timestamp: '2024-01-01T00:00:05.1Z' },
    ]);
  });

  it('leaves inputs and outputs out unless asked for', () => {
    const text = JSON.stringify(toHistoryEvents(twoCities, { showInput: false, showHistoryOutput: false }));
    assert.ok(!text.includes('Input') && !text.includes('Result') && !text.includes('EventId'), text);
  });

  it('adds nothing to a result that answers nothing known', () => {
    const orphan: HistoryEvent = { ...at(0), EventType: 'TaskFailed', TaskScheduledId: 9, Reason: 'r', Details: 'd' };
    assert.deepEqual(toHistoryEvents([orphan], { showInput: true, showHistoryOutput: true }), [
      { EventType: 'TaskFailed', Reason: 'r', Details: 'd', FailureDetails: null, Timestamp: '2024-01-01T00:00:00.1Z' },
    ]);
  });
});
