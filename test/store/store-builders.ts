/** Small values for stories about the store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import type { HistoryEvent } from '../../src/core/history/history';
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer } from '../../src/core/instances/instance';
import type { HistoryStore } from '../../src/core/ports/history-store';
import type { LogEntry } from '../../src/core/ports/logger';
import { toTimestamp } from '../../src/core/values/time';
import { SqlJsHistoryStore, type SqlJsHistoryStoreOptions } from '../../src/store/sql-js-history-store';
import { instanceRow } from '../support/instance-row';

export const epoch = Date.UTC(2024, 0, 1);

export function at(second: number): string {
  return toTimestamp(epoch + second * 1000);
}

export function rowOf(instanceId: string, more: Partial<InstanceRow> = {}): InstanceRow {
  return instanceRow({
    instanceId,
    executionId: `x-${instanceId}`,
    input: 'null',
    createdTime: at(0),
    lastUpdatedTime: at(0),
    ...more,
  });
}

export function messageOf(seq: number, instanceId: string, more: Partial<InboxMessage> = {}): InboxMessage {
  return {
    seq,
    instanceId,
    executionId: null,
    event: { EventType: 'EventRaised', EventId: -1, IsPlayed: true, Timestamp: at(seq), Name: 'Approve', Input: `{"n":${seq}}` },
    visibleAt: null,
    ...more,
  };
}

export function activityOf(instanceId: string, taskId: number, more: Partial<PendingActivity> = {}): PendingActivity {
  return {
    instanceId,
    executionId: `x-${instanceId}`,
    taskId,
    name: 'SayHello',
    version: '',
    input: '["Tokyo"]',
    scheduledAt: at(taskId),
    ...more,
  };
}

export function timerOf(instanceId: string, timerId: number, fireAt = at(60)): PendingTimer {
  return { instanceId, executionId: `x-${instanceId}`, timerId, fireAt };
}

/** `count` events, told apart by their ids. */
export function eventsOf(first: number, count: number): HistoryEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    EventType: 'TaskScheduled',
    EventId: first + i,
    IsPlayed: false,
    Timestamp: at(first + i),
    Name: 'SayHello',
    Version: '',
    Input: null,
  }));
}

/** A step that adds `count` events to the `from` stored ones. */
export function stepOf(instanceId: string, from: number, count: number, more: Partial<InstanceRow> = {}): Checkpoint {
  return {
    instanceId,
    instance: rowOf(instanceId, { lastUpdatedTime: at(from + count), historyLength: from + count, ...more }),
    history: { executionId: more.executionId ?? `x-${instanceId}`, mode: 'append', from, events: eventsOf(from, count) },
  };
}

/** Opens stores over one temporary folder (or in memory) and cleans up after the test. */
export class StoreBench {
  readonly logged: LogEntry[] = [];
  readonly dir: string;
  #open: SqlJsHistoryStore[] = [];
  readonly #root: string;

  constructor(readonly kind: 'memory' | 'disk' = 'disk') {
    this.#root = mkdtempSync(path.join(tmpdir(), 'durascope-store-'));
    this.dir = path.join(this.#root, 'data');
  }

  create(options: Partial<SqlJsHistoryStoreOptions> = {}): SqlJsHistoryStore {
    const store = new SqlJsHistoryStore({
      dir: this.kind === 'memory' ? null : this.dir,
      log: (entry) => this.logged.push(entry),
      ...options,
    });
    this.#open.push(store);
    return store;
  }

  async open(options: Partial<SqlJsHistoryStoreOptions> = {}): Promise<SqlJsHistoryStore> {
    const store = this.create(options);
    await store.open();
    return store;
  }

  async cleanUp(): Promise<void> {
    for (const store of this.#open) await store.close();
    this.#open = [];
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Everything that a store says about some instances, to compare two moments. */
export function dumpOf(store: HistoryStore, ids: readonly string[]): unknown {
  return {
    all: store.query({ pageSize: 10_000 }),
    count: store.countByStatus(),
    each: ids.map((id) => ({
      row: store.instance(id),
      history: store.history(id),
      customStatus: store.customStatusChanges(id),
      inbox: store.inbox(id),
      activities: store.pendingActivities(id),
      timers: store.pendingTimers(id),
    })),
  };
}
