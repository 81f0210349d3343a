/** Rows that the real provider has written (README.md), as the reader gets them. */
import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../../src/core/history/history';
import { eventOf } from '../../../src/hubs/sql-server/history-record';
import { instanceOf } from '../../../src/hubs/sql-server/instance-record';
import { recordedRows } from './recorded-hub';

const recorded = recordedRows();

function eventsOf(id: string): HistoryEvent[] {
  const { instance, history, children } = recorded.find((each) => each.id === id) ?? assert.fail(id);
  const { instanceId, executionId, version, parentInstanceId, tags } = instanceOf(instance);
  const known = new Map(children.flatMap(({ InstanceID: child, TaskID: number }) => (number === null ? [] : [[number, child]])));
  const around = { instanceId, executionId, version, parentInstanceId, tags, children: known };
  return history.flatMap((record) => eventOf(record, around) ?? []);
}

function only<T extends HistoryEvent['EventType']>(id: string, type: T): Extract<HistoryEvent, { EventType: T }> {
  const [found] = eventsOf(id).filter((event): event is Extract<HistoryEvent, { EventType: T }> => event.EventType === type);
  return found ?? assert.fail(`${id} has no ${type}`);
}

describe('rows of the real provider of SQL Server', () => {
  it('are instances with their status, payloads and times', () => {
    const rows = new Map(recorded.map(({ id, instance }) => [id, instanceOf(instance)]));
    assert.deepEqual(
      [...rows.values()].map(({ instanceId, runtimeStatus }) => `${instanceId} ${runtimeStatus}`),
      [
        'again-1 Completed',
        'badparent-1 Failed',
        'chain-1 Completed',
        'child-parent-1 Completed',
        'fails-1 Failed',
        'parent-1 Completed',
        'sender-1 Completed',
        'suspended-1 Suspended',
        'terminated-1 Terminated',
        'timers-1 Completed',
        'wait-1 Running',
      ],
    );
    assert.equal(rows.get('chain-1')?.customStatus, '{"step":2}');
    assert.equal(rows.get('terminated-1')?.output, 'not wanted');
    assert.equal(rows.get('wait-1')?.completedTime, null);
    const child = rows.get('child-parent-1');
    assert.deepEqual([child?.parentInstanceId, child?.input], ['parent-1', '"kid"']);
    const failure = rows.get('fails-1')?.failureDetails;
    assert.equal(failure?.ErrorType, 'DurableTask.Core.Exceptions.TaskFailedException');
    assert.match(failure.ErrorMessage, /^Task 'Boom' \(#0\) failed/);
    for (const row of rows.values()) assert.match(row.createdTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
  });

  it('are histories whose answers belong to what was asked', () => {
    for (const { id, instance, history } of recorded) {
      const events = eventsOf(id);
      assert.equal(events.length, history.length, id);
      assert.equal(events.length, instance.HistoryLength, id);
      const begun = new Set<number>();
      for (const event of events) {
        assert.match(event.Timestamp, /\.\d{7}Z$/, id);
        if (['TaskScheduled', 'TimerCreated', 'SubOrchestrationInstanceCreated', 'EventSent'].includes(event.EventType)) {
          begun.add(event.EventId);
        } else if ('TaskScheduledId' in event) assert.ok(begun.has(event.TaskScheduledId), id);
        else if ('TimerId' in event) assert.ok(begun.has(event.TimerId), id);
      }
    }
  });

  it('lead from a parent to its children, and back', () => {
    const children = eventsOf('parent-1').filter(({ EventType }) => EventType === 'SubOrchestrationInstanceCreated');
    assert.deepEqual(
      children.map((event) => ('InstanceId' in event ? event.InstanceId : '')),
      ['child-parent-1', `${recorded.find(({ id }) => id === 'parent-1')?.instance.ExecutionID ?? ''}:1`],
    );
    assert.equal(only('child-parent-1', 'ExecutionStarted').ParentInstance?.OrchestrationInstance.InstanceId, 'parent-1');
    assert.equal(only('child-parent-1', 'ExecutionStarted').ParentInstance?.TaskScheduleId, 0);
  });

  it('tell failures with their causes, timers with their times, and reasons where they are kept', () => {
    const failed = only('fails-1', 'TaskFailed');
    assert.equal(failed.Reason, 'boom x');
    assert.equal(failed.FailureDetails?.InnerFailure?.ErrorMessage, 'inner x');
    assert.equal(only('badparent-1', 'SubOrchestrationInstanceFailed').TaskScheduledId, 0);
    const ended = only('fails-1', 'ExecutionCompleted');
    assert.equal(ended.OrchestrationStatus, 'Failed');
    assert.match(ended.FailureDetails?.ErrorMessage ?? '', /^Task 'Boom'/);
    assert.equal(only('timers-1', 'TimerFired').FireAt, only('timers-1', 'TimerCreated').FireAt);
    // The provider's client was given one.
    assert.equal(only('suspended-1', 'ExecutionSuspended').Reason, null);
    assert.deepEqual([only('wait-1', 'EventRaised').Name, only('wait-1', 'EventRaised').Input], ['Hint', '"hi"']);
  });

  it('are of the last generation alone after continue-as-new', () => {
    assert.equal(only('again-1', 'ExecutionStarted').Input, '3');
    assert.equal(eventsOf('again-1').filter(({ EventType }) => EventType === 'ExecutionStarted').length, 1);
  });
});
