import assert from 'node:assert/strict';
import type { DurableAction } from '../../src/core/values/durable-action';
import { activityInput, actionTypes } from '../../src/core/values/durable-action';
import { readActionList } from '../../src/core/dialects/host-actions';
import type { HostReplayOptions, SdkProgress } from '../../src/core/dialects/host-replay';
import { HostReplay } from '../../src/core/dialects/host-replay';
import type { HistoryEvent } from '../../src/core/history/history';
import { PastRows } from '../../src/core/dialects/past-rows';
import { SuspensionGate } from '../../src/core/history/suspension-gate';
import { toTimestamp } from '../../src/core/values/time';

const startMs = Date.UTC(2024, 0, 1);
const base = (second = 0) => ({ EventId: -1, IsPlayed: false, Timestamp: toTimestamp(startMs + second * 1000) });
const os = (second = 0): HistoryEvent => ({ ...base(second), EventType: 'OrchestratorStarted' });
const es: HistoryEvent = {
  ...base(),
  EventType: 'ExecutionStarted',
  Name: 'O',
  Version: '',
  Input: null,
  OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
};
const tc = (id: number): HistoryEvent => ({ ...base(), EventType: 'TaskCompleted', TaskScheduledId: id, Result: null });
const tf = (id: number): HistoryEvent => ({
  ...base(),
  EventType: 'TaskFailed',
  TaskScheduledId: id,
  Reason: 'boom',
  Details: '',
});
const ts = (id: number, name: string): HistoryEvent => ({
  ...base(),
  EventType: 'TaskScheduled',
  EventId: id,
  Name: name,
  Version: '',
  Input: null,
});
const fired = (id: number): HistoryEvent => ({ ...base(), EventType: 'TimerFired', TimerId: id, FireAt: '' });
const raised = (name: string): HistoryEvent => ({ ...base(), EventType: 'EventRaised', Name: name, Input: null });
const suspended: HistoryEvent = { ...base(), EventType: 'ExecutionSuspended', Reason: null };
const resumed: HistoryEvent = { ...base(), EventType: 'ExecutionResumed', Reason: null };

const call = (functionName: string): DurableAction => ({ actionType: actionTypes.CallActivity, functionName });
const retry = (functionName: string, attempts: number): DurableAction => ({
  actionType: actionTypes.CallActivityWithRetry,
  functionName,
  retryOptions: { firstRetryIntervalInMilliseconds: 1000, maxNumberOfAttempts: attempts },
});
const wait = (externalEventName: string): DurableAction => ({ actionType: actionTypes.WaitForExternalEvent, externalEventName });
const all = (...compoundActions: DurableAction[]): DurableAction => ({ actionType: actionTypes.WhenAll, compoundActions });
const any = (...compoundActions: DurableAction[]): DurableAction => ({ actionType: actionTypes.WhenAny, compoundActions });

function hostReplay(options: Partial<HostReplayOptions> = {}): HostReplay {
  return new HostReplay({
    instanceId: 'i',
    executionId: 'e',
    name: 'O',
    parentInstanceId: null,
    isV1: false,
    maximumShortTimerMs: 6 * 86_400_000,
    longTimerIntervalMs: 3 * 86_400_000,
    racesCountFinished: true,
    buffersStall: false,
    maxActions: 100_000,
    problemWith: () => null,
    pastRows: null,
    ...options,
  });
}

const waiting: SdkProgress = { type: 'waiting' };

/** Ids and names of the work that is new, with the completion. */
function settle(host: HostReplay, progress: SdkProgress = waiting, isSuspended = false): string {
  return host
    .settle(progress, isSuspended)
    .decisions.map((decision) => {
      if (decision.type === 'CompleteOrchestration') return `${decision.status}#${decision.id}`;
      return decision.type === 'CreateTimer'
        ? `timer#${decision.id}`
        : `${'name' in decision ? decision.name : decision.type}#${decision.id}`;
    })
    .join(' ');
}

describe('the host side of a replay', () => {
  it('takes ids depth first, left to right, and gives only those without a row', () => {
    const host = hostReplay();
    const actions = [all(call('A'), any(call('B'), all(call('C'), wait('X'))), call('D'))];
    for (const event of [os(), es]) host.apply(event, actions);
    assert.equal(settle(host), 'A#0 B#1 C#2 D#3');
    for (const event of [ts(0, 'A'), ts(1, 'B')]) host.apply(event, actions);
    assert.equal(settle(host), 'C#2 D#3');
  });

  it('goes on after a failed all only when its other children are over, a retry too', () => {
    const host = hostReplay();
    const actions = [all(retry('A', 3), call('B')), call('C')];
    const first = actions.slice(0, 1);
    for (const event of [os(), es, ts(0, 'A'), ts(1, 'B')]) host.apply(event, first);
    for (const event of [os(1), tf(0)]) host.apply(event, first);
    assert.equal(settle(host), 'timer#2');
    for (const event of [tf(1)]) host.apply(event, actions);
    assert.equal(settle(host), 'timer#2');
    for (const event of [{ ...base(1), EventType: 'TimerCreated', EventId: 2, FireAt: '' } as const, os(2), fired(2)])
      host.apply(event, actions);
    assert.equal(settle(host), 'A#3');
    for (const event of [ts(3, 'A'), os(3), tc(3)]) host.apply(event, actions);
    assert.equal(settle(host), 'C#4');
  });

  it('waits with the end for open tasks, but not for events', () => {
    const host = hostReplay();
    const actions = [any(call('A'), call('B'), wait('X'))];
    for (const event of [os(), es, ts(0, 'A'), ts(1, 'B'), os(1), tc(0)]) host.apply(event, actions);
    const returned: SdkProgress = { type: 'returned', output: '1' };
    assert.equal(settle(host, returned), '');
    host.apply(tc(1), actions);
    assert.equal(settle(host, returned), 'Completed#2');
  });

  // Recorded: `http-polls`.
  it('a polled HTTP call takes the id of its next request when that is sent', () => {
    const http = (uri: string): DurableAction => ({ actionType: actionTypes.CallHttp, httpRequest: { method: 'GET', uri } });
    const actions = [all(http('http://h/a'), http('http://h/b'))];
    const host = hostReplay();
    const accepted = (id: number): HistoryEvent => ({
      ...base(1),
      EventType: 'TaskCompleted',
      TaskScheduledId: id,
      Result: '{"statusCode":202,"headers":{"Location":"http://h/next","Retry-After":"1"},"content":""}',
    });
    for (const event of [os(), es]) host.apply(event, actions);
    assert.equal(settle(host), 'BuiltIn::HttpActivity#0 BuiltIn::HttpActivity#1');
    for (const id of [0, 1]) host.apply(ts(id, 'BuiltIn::HttpActivity'), actions);
    for (const event of [os(1), accepted(0), accepted(1)]) host.apply(event, actions);
    assert.equal(settle(host), 'timer#2 timer#3');
    for (const id of [2, 3]) host.apply({ ...base(1), EventType: 'TimerCreated', EventId: id, FireAt: '' }, actions);
    for (const event of [os(2), fired(3), fired(2)]) host.apply(event, actions);
    assert.equal(settle(host), 'BuiltIn::HttpActivity#4 BuiltIn::HttpActivity#5');
  });

  it('fails once a generation has scheduled as much as it may, also in the middle of a retry', () => {
    const host = hostReplay({ maxActions: 2 });
    const actions = [retry('A', 5)];
    for (const event of [os(), es, ts(0, 'A'), os(1), tf(0)]) host.apply(event, actions);
    assert.equal(settle(host), 'timer#1');
    host.apply({ ...base(1), EventType: 'TimerCreated', EventId: 1, FireAt: '' }, actions);
    for (const event of [os(2), fired(1)]) host.apply(event, actions);
    const [end] = host.settle(waiting, false).decisions;
    assert.ok(end?.type === 'CompleteOrchestration');
    assert.match(end.result ?? '', /scheduled 2 pieces of work, which is the limit/);
  });

  it('names an action that it does not know', () => {
    const host = hostReplay();
    for (const event of [os(), es]) host.apply(event, [{ actionType: 99 }]);
    const [end] = host.settle(waiting, false).decisions;
    assert.ok(end?.type === 'CompleteOrchestration');
    assert.match(end.result ?? '', /does not know the action type 99/);
  });

  it('fails what a package asks for without the fields it needs', () => {
    for (const action of [
      { actionType: actionTypes.CallActivity },
      { actionType: actionTypes.WaitForExternalEvent },
      { actionType: actionTypes.CallActivityWithRetry, functionName: 'A' },
      { actionType: actionTypes.CallActivityWithRetry, functionName: 'A', retryOptions: { firstRetryIntervalInMilliseconds: 0 } },
      { actionType: actionTypes.CreateTimer, fireAt: 'soon' },
    ]) {
      const host = hostReplay();
      for (const event of [os(), es]) host.apply(event, [action]);
      assert.equal(settle(host), 'Failed#0', JSON.stringify(action));
    }
  });

  it('an event wakes those who wait for its very name', () => {
    const host = hostReplay();
    const actions = [wait('myEvent')];
    for (const event of [os(), es, raised('MYEVENT')]) host.apply(event, actions);
    assert.deepEqual(host.settle(waiting, false).awaitedEvents, ['myEvent']);
    host.apply(raised('myEvent'), actions);
    assert.deepEqual(host.settle(waiting, false).awaitedEvents, []);
  });

  it('keeps decisions back while suspended, and only those', () => {
    const host = hostReplay();
    const actions = [call('A')];
    for (const event of [os(), es]) host.apply(event, actions);
    assert.equal(settle(host, waiting, true), '');
    assert.equal(settle(host, waiting, false), 'A#0');
    host.apply({ ...base(), EventType: 'ExecutionTerminated', Input: 'enough' }, actions);
    assert.equal(settle(host, waiting, true), 'Terminated#1');
  });
});

describe('a whole action list against the rows of a history', () => {
  it('starts an action in the episode that has its row', () => {
    // The code raced A and B, then waited for B, which the list does not tell: C came with B, and A failed and retried between.
    const rows: HistoryEvent[] = [
      ...[os(), es, ts(0, 'A'), ts(1, 'B')],
      ...[os(1), tc(1)],
      ...[os(2), tf(0), { ...base(2), EventType: 'TimerCreated' as const, EventId: 2, FireAt: toTimestamp(startMs + 3000) }],
      ...[os(3), fired(2), ts(3, 'A')],
      ...[os(4), tc(3), ts(4, 'C')],
      ...[os(5), tc(4)],
    ];
    const host = hostReplay({ pastRows: new PastRows(rows) });
    const actions = [any(retry('A', 3), call('B')), call('C')];
    for (const event of rows) host.apply(event, actions);
    assert.equal(settle(host, { type: 'returned', output: null }), 'Completed#5');
  });

  it('expects what a suspended episode decided in the episode of the resume', () => {
    const rows: HistoryEvent[] = [os(), es, suspended, os(1), resumed, ts(0, 'A'), os(2), tc(0)];
    const host = hostReplay({ pastRows: new PastRows(rows) });
    for (const event of rows) host.apply(event, [call('A')]);
    assert.equal(settle(host, { type: 'returned', output: null }), 'Completed#1');
  });
});

describe('a race whose timer was cancelled, as the real host walks it', () => {
  const timer = (isCanceled: boolean): DurableAction => ({
    actionType: actionTypes.CreateTimer,
    fireAt: new Date(startMs + 600_000).toISOString(),
    isCanceled,
  });
  const timerRow: HistoryEvent = { ...base(), EventType: 'TimerCreated', EventId: 1, FireAt: toTimestamp(startMs + 600_000) };
  const retried = (after: readonly HistoryEvent[] = []): HistoryEvent[] => [
    ...[os(), es, ts(0, 'A'), timerRow, os(1), tf(0)],
    ...[
      { ...base(1), EventType: 'TimerCreated' as const, EventId: 2, FireAt: toTimestamp(startMs + 2000) },
      os(2),
      fired(2),
      ts(3, 'A'),
    ],
    ...[os(3), tc(3)],
    ...after,
  ];
  const replayed = (events: readonly HistoryEvent[], actions: readonly DurableAction[]): HostReplay => {
    const host = hostReplay();
    for (const event of events) host.apply(event, [any(retry('A', 3), timer(false))]);
    host.apply(os(4), actions);
    return host;
  };

  // Recorded: `race-retry-timer`.
  it('what comes after it takes the id that the retry in it had, and the history disagrees', () => {
    const actions = [any(retry('A', 3), timer(true)), call('B')];
    const events = retried();
    const host = replayed(events, actions);
    assert.equal(settle(host), 'B#4');
    const walked = host.walked([...events, os(4)], actions);
    assert.notEqual(walked, host);
    const end = walked.settle(waiting, false).decisions.at(-1);
    assert.ok(end?.type === 'CompleteOrchestration' && end.status === 'Failed');
    assert.match(end.result ?? '', /Non-Deterministic workflow detected/);
  });

  it('is the same replay where the timer was not cancelled, or nothing in the race has sequels', () => {
    const open = [any(retry('A', 3), timer(false)), call('B')];
    const events = retried();
    const host = replayed(events, open);
    assert.equal(host.walked([...events, os(4)], open), host);

    const plain = hostReplay();
    const actions = [any(call('A'), timer(true)), call('B')];
    const rows = [os(), es, ts(0, 'A'), timerRow, os(1), tc(0)];
    for (const event of rows) plain.apply(event, actions);
    assert.equal(plain.walked(rows, actions), plain);
    assert.equal(settle(plain), 'B#2');
  });
});

describe('the suspension gate', () => {
  const through = (...events: HistoryEvent[]): string[] => {
    const gate = new SuspensionGate();
    const passed: HistoryEvent[] = [];
    for (const event of events) gate.pass(event, (one) => passed.push(one));
    return passed.map((event) => event.EventType);
  };

  it('holds results and events back until the resume, in their order, and lets clock and terminate pass', () => {
    const terminated: HistoryEvent = { ...base(), EventType: 'ExecutionTerminated', Input: null };
    assert.deepEqual(through(suspended, raised('X'), os(1), suspended, tc(0), terminated, os(2), resumed, tc(1)), [
      'ExecutionSuspended',
      'OrchestratorStarted',
      'ExecutionSuspended',
      'ExecutionTerminated',
      'OrchestratorStarted',
      'ExecutionResumed',
      'EventRaised',
      'TaskCompleted',
      'TaskCompleted',
    ]);
  });
});

describe('action lists and inputs', () => {
  it('are one inner list from schema V2 on, and steps before', () => {
    assert.deepEqual(readActionList([[call('A')]], false), [call('A')]);
    assert.deepEqual(readActionList([[call('A')], [call('B')]], true), [[call('A')], [call('B')]]);
    assert.throws(() => readActionList([[], []], false), /2 lists of actions instead of one/);
    for (const bad of [undefined, null, 'text', [1], [[{}]], [null]])
      assert.throws(() => readActionList(bad, false), JSON.stringify(bad));
  });

  it('put a string that the SDK made JSON of into the array as it is', () => {
    assert.equal(activityInput('"Tokyo"'), '["Tokyo"]');
    assert.equal(activityInput({ a: [1] }), '[{"a":[1]}]');
    assert.equal(activityInput(undefined), '[null]');
    assert.equal(activityInput(false), '[false]');
    assert.equal(activityInput('not JSON'), '["not JSON"]');
  });
});
