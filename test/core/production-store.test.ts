import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { type ProductionStore, productionStoreOf, productionStores, storeNotes } from '../../src/core/instances/production-store';
import { StoreNoteList } from '../../src/webview/models/store-notes';

const at = '2024-01-01T00:00:00.0000000Z';
const row = { instanceId: 'one', scheduledStartTime: null };
const base = { EventId: -1, IsPlayed: false, Timestamp: at };
const started = (Input: string | null): HistoryEvent => ({
  ...base,
  EventType: 'ExecutionStarted',
  OrchestrationInstance: { InstanceId: 'one', ExecutionId: 'e' },
  Name: 'n',
  Version: '',
  Input,
});
const timer = (FireAt: string): HistoryEvent => ({ ...base, EventType: 'TimerCreated', EventId: 0, FireAt });
const raised = (Timestamp: string): HistoryEvent => ({ ...base, Timestamp, EventType: 'EventRaised', Name: 'Go', Input: null });

function rules(store: ProductionStore, ...events: HistoryEvent[]): string[] {
  return storeNotes(store, row, events).map((note) => note.rule);
}

describe('what a store of production would do otherwise', () => {
  it('Azure Storage puts messages over 45 KB in a blob', () => {
    const fits = started('x'.repeat(45 * 512));
    const large = started('x'.repeat(45 * 512 + 1));
    assert.deepEqual(rules('azureStorage', fits), []);
    const [note] = storeNotes('azureStorage', row, [fits, large]);
    assert.deepEqual([note?.rule, note?.severity, note?.event], ['largeMessage', 'information', 1]);
    assert.match(note?.message ?? '', /^ExecutionStarted carries 45 KB/);
    assert.deepEqual(rules('mssql', large), []);
  });

  it('Azure Storage holds a timer for 6 days', () => {
    assert.deepEqual(rules('azureStorage', timer('2024-01-07T00:00:00.0000000Z')), []);
    assert.deepEqual(rules('azureStorage', timer('2024-01-07T00:00:01.0000000Z')), ['longTimer']);
    assert.deepEqual(rules('netherite', timer('2025-01-07T00:00:01.0000000Z')), []);
  });

  it('Azure Storage loses events that come before a scheduled start', () => {
    const waiting = { ...row, scheduledStartTime: '2024-01-01T01:00:00.0000000Z' };
    const events = [raised(at), raised('2024-01-01T02:00:00.0000000Z')];
    assert.deepEqual(
      storeNotes('azureStorage', waiting, events).map((note) => [note.rule, note.event]),
      [['eventBeforeStart', 0]],
    );
    assert.deepEqual(rules('azureStorage', ...events), []);
  });

  it('Azure Storage terminates no children, and looks at no child id', () => {
    const terminated: HistoryEvent = { ...base, EventType: 'ExecutionTerminated', Input: 'x', Recurse: true };
    const refused: HistoryEvent = {
      ...base,
      EventType: 'SubOrchestrationInstanceFailed',
      TaskScheduledId: 0,
      Reason: "An orchestration instance with the id 'kid' already exists and is Running.",
      Details: '',
    };
    assert.deepEqual(rules('azureStorage', terminated, refused), ['recursiveTerminate', 'childIdInUse']);
  });

  it('MSSQL has room for ids of 100 characters, those of entities included', () => {
    const to = (InstanceId: string): HistoryEvent => ({
      ...base,
      EventType: 'EventSent',
      EventId: 0,
      InstanceId,
      Name: 'op',
      Input: null,
    });
    assert.deepEqual(rules('mssql', to('x'.repeat(100))), []);
    const [note] = storeNotes('mssql', row, [to(`@counter@${'k'.repeat(92)}`)]);
    assert.match(note?.message ?? '', /^The entity id '@counter@k+…' has 101 characters/);
  });

  it('Netherite cannot rewind', () => {
    const mark: HistoryEvent = { ...base, EventType: 'GenericEvent', Data: null, Reason: 'Rewound: ExecutionCompleted' };
    const other: HistoryEvent = { ...base, EventType: 'GenericEvent', Data: null, Reason: 'Rewound: TaskFailed' };
    assert.deepEqual(rules('netherite', other, mark), ['noRewind']);
    assert.deepEqual(rules('netherite', { ...base, EventType: 'ExecutionRewound', Reason: null }), ['noRewind']);
    assert.deepEqual(rules('azureStorage', mark), []);
  });

  it('nothing is noted without a store', () => {
    assert.deepEqual(rules('none', started('x'.repeat(100_000))), []);
  });

  it('host.json names stores in its own words', () => {
    assert.deepEqual(['AzureStorage', 'mssql', 'Netherite', 'azureManaged', 'other'].map(productionStoreOf), [
      'azureStorage',
      'mssql',
      'netherite',
      'durableTaskScheduler',
      null,
    ]);
    assert.equal(new Set(productionStores).size, 5);
  });

  it('the panel groups them, and looks at each row once', () => {
    const list = new StoreNoteList();
    const events = [started('x'.repeat(50_000)), timer('2025-01-01T00:00:00.0000000Z')];
    const facts = { store: 'azureStorage' as const, ...row, events, historyKey: 'a' };
    assert.deepEqual(
      list.update(facts).map((group) => [group.rule, group.events]),
      [
        ['longTimer', [1]],
        ['largeMessage', [0]],
      ],
    );
    events.push(timer('2026-01-01T00:00:00.0000000Z'));
    assert.deepEqual(list.update(facts)[0]?.events, [1, 2]);
    assert.deepEqual(list.update({ ...facts, historyKey: 'b', events: [] }), []);
    assert.deepEqual(list.update({ ...facts, store: undefined, historyKey: 'c' }), []);
  });
});
