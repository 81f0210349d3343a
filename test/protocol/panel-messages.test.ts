import assert from 'node:assert/strict';
import { fromInstancePanel, toInstancePanel } from '../../src/protocol/instance-panel';
import { fromInstancesPanel, toInstancesPanel } from '../../src/protocol/instances-panel';
import { toInstanceDetails, toInstanceSummary } from '../../src/protocol/instance-summary';
import { summaryTextLimit } from '../../src/protocol/panel-values';
import type { InstanceRow } from '../../src/core/instances/instance';
import { instanceRow } from '../support/instance-row';

const row = instanceRow({
  instanceId: 'one',
  name: 'helloCities',
  input: '"x"',
  customStatus: '"Tokyo"',
  lastUpdatedTime: '2024-01-01T00:00:01.0000000Z',
  historyLength: 3,
});

describe('messages between the editor and its panels', () => {
  it('let a whole instance snapshot through unchanged', () => {
    const message = {
      type: 'instance',
      now: row.lastUpdatedTime,
      instanceId: 'one',
      instance: toInstanceDetails(row, { failure: null, code: { file: '/app/a.ts', line1: 3 } }),
      parent: null,
      children: [toInstanceSummary(row)],
      childCount: 1,
      customStatusChanges: [{ at: row.createdTime, value: '"Tokyo"' }],
      waitingFor: {
        activities: [{ taskId: 0, name: 'sayHello', scheduledAt: row.createdTime, attempt: 1 }],
        timers: [],
        events: [],
        children: [],
      },
      knownEventNames: [],
      capabilities: { rewind: true, entities: true, suspend: true },
    };
    assert.deepEqual(toInstancePanel.parse(message), message);
  });

  it('keep unknown event types and every field of a history event', () => {
    const message = {
      type: 'history',
      executionId: row.executionId,
      from: 0,
      total: 1,
      events: [{ EventType: 'FromTheFuture', EventId: -1, Timestamp: row.createdTime, IsPlayed: false, Odd: { a: 1 } }],
    };
    assert.deepEqual(toInstancePanel.parse(message), message);
  });

  it('refuse a history event without a type, an unknown message and an action nobody knows', () => {
    assert.equal(toInstancePanel.safeParse({ type: 'history', executionId: '', from: 0, total: 1, events: [{}] }).success, false);
    assert.equal(fromInstancePanel.safeParse({ type: 'format-disk' }).success, false);
    assert.equal(fromInstancePanel.safeParse({ type: 'act', requestId: 1, action: 'explode', reason: null }).success, false);
    assert.equal(
      fromInstancesPanel.safeParse({
        type: 'act',
        requestId: 1,
        action: 'purge',
        reason: null,
        target: { type: 'ids', instanceIds: [] },
      }).success,
      false,
    );
  });

  it('let queries and their answers through', () => {
    const query = {
      type: 'queryPage',
      requestId: 4,
      filter: { statuses: ['Running'], text: 'a' },
      order: { orderBy: 'createdTime', descending: true },
      pageSize: 100,
    };
    assert.deepEqual(fromInstancesPanel.parse(query), query);
    const page = {
      type: 'page',
      requestId: 4,
      now: row.createdTime,
      instances: [toInstanceSummary(row)],
      continuationToken: 'x',
    };
    assert.deepEqual(toInstancesPanel.parse(page), page);
    const counts = { type: 'counts', requestId: 5, byStatus: { Running: 3 } };
    assert.deepEqual(toInstancesPanel.parse(counts), counts);
  });

  it('cut a long custom status in a summary and keep it whole in the details', () => {
    const long = { ...row, customStatus: JSON.stringify('x'.repeat(1000)) };
    assert.equal(toInstanceSummary(long).customStatus?.length, summaryTextLimit);
    assert.equal(toInstanceDetails(long, { failure: null, code: null }).customStatus, long.customStatus);
  });

  it('say in one line what failed', () => {
    const failed: InstanceRow = {
      ...row,
      runtimeStatus: 'Failed',
      failureDetails: { ErrorType: 'Error', ErrorMessage: 'no stock\nat x', IsNonRetriable: false },
    };
    assert.equal(toInstanceSummary(failed).failure, 'no stock');
    assert.equal(toInstanceSummary({ ...failed, failureDetails: null, output: 'raw' }).failure, 'raw');
  });
});
