import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { HistoryEvent as ProtoEvent, TaskHubSidecarServiceService } from '../../src/wire/generated/task-hub-sidecar';
import { coreEvent, coreHistory, coreInstance } from '../../src/grpc/history-from-proto';
import { protoEvent } from '../../src/grpc/to-proto';
import { readHistories } from '../../src/replay/imported-history';
import { goldenRows } from '../hubs/golden-hub';

const time = '2026-01-31T08:00:00.1234567Z';
const base = { EventId: -1, IsPlayed: false, Timestamp: time };
const failure = {
  ErrorType: 'TypeError',
  ErrorMessage: 'no',
  StackTrace: 'at x',
  InnerFailure: {
    ErrorType: 'Error',
    ErrorMessage: 'inner',
    StackTrace: null,
    InnerFailure: null,
    IsNonRetriable: true,
    Properties: {},
  },
  IsNonRetriable: false,
  Properties: { code: 7 },
};

/** One of each kind that the protocol knows, with all that it says of them. */
const everyKind: HistoryEvent[] = [
  { ...base, EventType: 'OrchestratorStarted' },
  {
    ...base,
    EventType: 'ExecutionStarted',
    OrchestrationInstance: { InstanceId: 'a', ExecutionId: 'e' },
    ParentInstance: { Name: 'P', Version: '2', TaskScheduleId: 3, OrchestrationInstance: { InstanceId: 'p', ExecutionId: 'f' } },
    Name: 'N',
    Version: '1',
    Input: '{"x":1}',
    Tags: { t: 'v' },
    ScheduledStartTime: time,
    ParentTraceContext: { traceParent: '00-1-2-01', traceState: 's' },
  },
  { ...base, EventType: 'TaskScheduled', EventId: 0, Name: 'A', Version: '', Input: null, Tags: { FireAndForget: '' } },
  { ...base, EventType: 'TaskCompleted', TaskScheduledId: 0, Result: '"r"' },
  { ...base, EventType: 'TaskFailed', TaskScheduledId: 0, Reason: 'no', Details: 'at x', FailureDetails: failure },
  { ...base, EventType: 'SubOrchestrationInstanceCreated', EventId: 1, Name: 'C', Version: '3', InstanceId: 'c', Input: '1' },
  { ...base, EventType: 'SubOrchestrationInstanceCompleted', TaskScheduledId: 1, Result: null },
  {
    ...base,
    EventType: 'SubOrchestrationInstanceFailed',
    TaskScheduledId: 1,
    Reason: 'no',
    Details: 'at x',
    FailureDetails: failure,
  },
  { ...base, EventType: 'TimerCreated', EventId: 2, FireAt: time },
  { ...base, EventType: 'TimerFired', TimerId: 2, FireAt: time },
  { ...base, EventType: 'EventSent', EventId: 3, InstanceId: 'b', Name: 'Go', Input: null },
  { ...base, EventType: 'EventRaised', Name: 'Go', Input: '""' },
  { ...base, EventType: 'ExecutionSuspended', Reason: 'why' },
  { ...base, EventType: 'ExecutionResumed', Reason: null },
  {
    ...base,
    EventType: 'EntityOperationCalled',
    EventId: 4,
    RequestId: 'q',
    Operation: 'add',
    Input: '5',
    TargetInstanceId: '@c@a',
  },
  {
    ...base,
    EventType: 'EntityOperationSignaled',
    EventId: 5,
    RequestId: 'q',
    Operation: 'add',
    Input: null,
    TargetInstanceId: '@c@a',
    ScheduledTime: time,
  },
  { ...base, EventType: 'EntityOperationCompleted', RequestId: 'q', Output: '6' },
  { ...base, EventType: 'EntityOperationFailed', RequestId: 'q', FailureDetails: failure },
  { ...base, EventType: 'EntityLockRequested', EventId: 6, CriticalSectionId: 's', LockSet: ['@c@a', '@c@b'], Position: 0 },
  { ...base, EventType: 'EntityLockGranted', CriticalSectionId: 's' },
  { ...base, EventType: 'EntityUnlockSent', EventId: 7, CriticalSectionId: 's', TargetInstanceId: '@c@a' },
  { ...base, EventType: 'ExecutionTerminated', Input: 'stop', Recurse: true },
  { ...base, EventType: 'ExecutionCompleted', EventId: 8, OrchestrationStatus: 'Failed', Result: null, FailureDetails: failure },
];

const told = (event: HistoryEvent): ProtoEvent => {
  const proto = protoEvent(event) ?? assert.fail(event.EventType);
  return ProtoEvent.decode(ProtoEvent.encode(proto).finish());
};

describe('histories that servers of the Durable Task protocol tell (spec/attach.md 3)', () => {
  it('come back as they were sent, whatever the kind', () => {
    for (const event of everyKind) assert.deepEqual(coreEvent(told(event)), event, event.EventType);
    const shown = new Set(everyKind.map((event) => told(event).eventType?.$case));
    assert.equal(shown.size, everyKind.length);
  });

  it('are whole again where servers leave out the ends of episodes: those of the real engine, row for row', () => {
    const plain = (event: HistoryEvent): unknown => {
      const { EventType: type } = event;
      // Their times are not told: that of the last row of the episode stands for them.
      return type === 'OrchestratorCompleted' ? type : coreEvent(told(event));
    };
    let rows = 0;
    for (const { history, instanceId } of readHistories(JSON.stringify(goldenRows('History')))) {
      const sent = history.filter((event) => protoEvent(event) !== null);
      // After a continue-as-new within an episode the real engine writes its end twice.
      const isEnd = (at: number): boolean => [undefined, 'OrchestratorStarted'].includes(history[at + 1]?.EventType);
      const kept = history.filter(
        (event, at) => protoEvent(event) !== null || (event.EventType === 'OrchestratorCompleted' && isEnd(at)),
      );
      const { events, notes } = coreHistory(sent.map(told));
      assert.deepEqual(notes, []);
      assert.deepEqual(events.map(plain), kept.map(plain), instanceId);
      rows += events.length;
    }
    assert.ok(rows > 200);
  });

  it('are in commit order where the completion is told after the end of its episode, and times are missing', () => {
    const event = (eventType: ProtoEvent['eventType'], seconds = 10): ProtoEvent => ({
      eventId: 1,
      timestamp: { seconds, nanos: 0 },
      eventType,
    });
    const { events, notes } = coreHistory([
      event({ $case: 'orchestratorStarted', value: {} }),
      event(
        {
          $case: 'taskScheduled',
          value: { name: 'A', version: undefined, input: undefined, parentTraceContext: undefined, tags: {} },
        },
        0,
      ),
      event({ $case: 'orchestratorCompleted', value: {} }),
      event({
        $case: 'executionCompleted',
        value: { orchestrationStatus: 1, result: undefined, failureDetails: undefined },
      }),
      { eventId: 1, timestamp: undefined, eventType: undefined },
    ]);
    assert.deepEqual(
      events.map(({ EventType }) => EventType),
      ['OrchestratorStarted', 'TaskScheduled', 'ExecutionCompleted', 'OrchestratorCompleted'],
    );
    assert.equal(events[1]?.Timestamp, '1970-01-01T00:00:10.0000000Z');
    assert.deepEqual(notes, [
      '1 event of an unknown type was left out.',
      '1 event has no time: shown with that of the event before.',
    ]);
  });

  it('shows an instance whose status nobody knows as running, and says so', () => {
    const { responseDeserialize } = TaskHubSidecarServiceService.getInstance;
    const { orchestrationState } = responseDeserialize(Buffer.from([8, 1, 18, 7, 10, 1, 97, 18, 0, 32, 42]));
    const row = coreInstance(orchestrationState ?? assert.fail(), 0);
    assert.equal(row.runtimeStatus, 'Running');
    assert.match(row.stuck ?? '', /says 42 for its status/);
  });
});
