/** A task hub of arrays for the panels: its rows and histories are set by the test, which also makes them change. */
import { DurascopeError } from '../../../src/core/values/errors';
import type {
  CleanEntityStorageResult,
  EntityBatchRecord,
  EntityDetails,
  EntityPage,
  EntityQuery,
} from '../../../src/core/entities/entity-views';
import type { HistoryEvent } from '../../../src/core/history/history';
import type { InstanceRow, CustomStatusChange } from '../../../src/core/instances/instance';
import type { InstancePage, InstanceQuery } from '../../../src/core/ports/history-store';
import type {
  CountWatch,
  HubCapabilities,
  HubChange,
  SignalOptions,
  TaskHubClient,
  WaitingFor,
} from '../../../src/core/ports/task-hub-client';
import { isTerminal, type OrchestrationStatus } from '../../../src/core/values/status';
import { toTimestamp } from '../../../src/core/values/time';
import { toInstanceSummary } from '../../../src/protocol/instance-summary';
import { compareInstances, matchesFilter } from '../../../src/webview/models/instance-list';

export interface FakeInstance {
  row: InstanceRow;
  history: HistoryEvent[];
  customStatusChanges: CustomStatusChange[];
  waitingFor: WaitingFor;
}

export const waitsForNothing: WaitingFor = { activities: [], timers: [], events: [], children: [] };

export class FakeHub implements TaskHubClient {
  readonly capabilities: HubCapabilities = { rewind: true, entities: true, suspend: true };
  readonly instances = new Map<string, FakeInstance>();
  readonly entities = new Map<string, { details: EntityDetails; batches: EntityBatchRecord[] }>();
  private readonly listeners = new Set<(changes: readonly HubChange[]) => void>();
  /** What clients asked for, one line each. */
  readonly calls: string[] = [];

  constructor(private readonly now: () => number) {}

  add(...instances: readonly FakeInstance[]): this {
    for (const each of instances) this.instances.set(each.row.instanceId, each);
    return this;
  }

  /** Changes an instance and announces it. */
  change(instanceId: string, row: Partial<InstanceRow>, more: readonly HistoryEvent[] = []): void {
    const found = this.found(instanceId);
    found.history.push(...more);
    found.row = { ...found.row, ...row, historyLength: found.history.length, lastUpdatedTime: toTimestamp(this.now()) };
    if (row.customStatus !== undefined) {
      found.customStatusChanges.push({ at: toTimestamp(this.now()), value: row.customStatus });
    }
    this.announce({ type: 'instance', row: found.row, newEvents: more, historyReplaced: false });
  }

  announce(...changes: readonly HubChange[]): void {
    for (const listener of [...this.listeners]) listener(changes);
  }

  start(): Promise<{ instanceId: string; executionId: string }> {
    return Promise.reject(new DurascopeError('NotSupported', 'This hub starts nothing.'));
  }
  get(instanceId: string): Promise<InstanceRow | undefined> {
    return Promise.resolve(this.instances.get(instanceId)?.row);
  }
  query(query: InstanceQuery): Promise<InstancePage> {
    const order = { orderBy: query.orderBy ?? 'instanceId', descending: query.descending ?? false };
    const rows = this.filtered(query).sort((a, b) => compareInstances(a as never, b as never, order));
    const from = Number(query.continuationToken ?? 0);
    const to = from + (query.pageSize ?? 100);
    return Promise.resolve({
      instances: rows.slice(from, to),
      ...(to < rows.length ? { continuationToken: String(to) } : {}),
    });
  }
  countByStatus(query: InstanceQuery = {}): Promise<Partial<Record<OrchestrationStatus, number>>> {
    const counts: Partial<Record<OrchestrationStatus, number>> = {};
    for (const row of this.filtered(query)) counts[row.runtimeStatus] = (counts[row.runtimeStatus] ?? 0) + 1;
    return Promise.resolve(counts);
  }
  history(instanceId: string, from = 0, count = Number.POSITIVE_INFINITY): Promise<readonly HistoryEvent[]> {
    return Promise.resolve(this.instances.get(instanceId)?.history.slice(from, from + count) ?? []);
  }
  customStatusChanges(instanceId: string): Promise<readonly CustomStatusChange[]> {
    return Promise.resolve(this.found(instanceId).customStatusChanges);
  }
  waitingFor(instanceId: string): Promise<WaitingFor> {
    return Promise.resolve(this.found(instanceId).waitingFor);
  }
  signalEntity(instanceId: string, operation: string, options?: SignalOptions): Promise<void> {
    this.calls.push(`signalEntity ${instanceId} ${operation} ${options?.input ?? ''}`);
    return Promise.resolve();
  }
  getEntity(instanceId: string): Promise<EntityDetails | undefined> {
    return Promise.resolve(this.entities.get(instanceId)?.details);
  }
  queryEntities(query: EntityQuery): Promise<EntityPage> {
    const all = [...this.entities.values()].map((each) => each.details);
    return Promise.resolve({ entities: all.filter((each) => query.name === undefined || each.name === query.name) });
  }
  entityBatches(instanceId: string): Promise<readonly EntityBatchRecord[]> {
    return Promise.resolve(this.entities.get(instanceId)?.batches ?? []);
  }
  cleanEntityStorage(): Promise<CleanEntityStorageResult> {
    this.calls.push('cleanEntityStorage');
    return Promise.resolve({ emptyEntitiesRemoved: 0, orphanedLocksReleased: 0 });
  }
  raiseEvent(instanceId: string, name: string, data: string | null): Promise<void> {
    this.calls.push(`raise ${instanceId} ${name} ${data ?? 'null'}`);
    return this.alive(instanceId);
  }
  terminate(instanceId: string, reason: string | null): Promise<void> {
    this.calls.push(`terminate ${instanceId} ${reason ?? ''}`.trim());
    return this.alive(instanceId, () => this.end(instanceId, 'Terminated', reason));
  }
  suspend(instanceId: string, reason: string | null): Promise<void> {
    this.calls.push(`suspend ${instanceId} ${reason ?? ''}`.trim());
    return this.alive(instanceId, () => this.change(instanceId, { runtimeStatus: 'Suspended' }));
  }
  resume(instanceId: string, reason: string | null): Promise<void> {
    this.calls.push(`resume ${instanceId} ${reason ?? ''}`.trim());
    return this.alive(instanceId, () => this.change(instanceId, { runtimeStatus: 'Running' }));
  }
  rewind(instanceId: string): Promise<void> {
    this.calls.push(`rewind ${instanceId}`);
    return Promise.resolve();
  }
  fork(instanceId: string): Promise<{ instanceId: string; executionId: string }> {
    this.calls.push(`fork ${instanceId}`);
    return Promise.resolve({ instanceId: `${instanceId}-fork`, executionId: '2'.repeat(32) });
  }

  restart(instanceId: string): Promise<{ instanceId: string; executionId: string }> {
    this.calls.push(`restart ${instanceId}`);
    return Promise.resolve({ instanceId: 'restarted', executionId: '1'.repeat(32) });
  }
  purge(instanceId: string): Promise<number> {
    this.calls.push(`purge ${instanceId}`);
    const existed = this.instances.delete(instanceId);
    this.announce({ type: 'purged', instanceId });
    return Promise.resolve(existed ? 1 : 0);
  }
  importInstances(): Promise<{ imported: string[]; skipped: string[] }> {
    return Promise.reject(new DurascopeError('NotSupported', 'This hub imports nothing.'));
  }
  purgeBy(): Promise<number> {
    return Promise.resolve(0);
  }
  waitForCompletion(instanceId: string): Promise<InstanceRow> {
    return Promise.resolve(this.found(instanceId).row);
  }
  subscribe(listener: (changes: readonly HubChange[]) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  private end(instanceId: string, runtimeStatus: OrchestrationStatus, output: string | null): void {
    const completedTime = toTimestamp(this.now());
    this.found(instanceId).waitingFor = waitsForNothing;
    this.change(instanceId, { runtimeStatus, output, completedTime });
  }

  protected filtered(query: InstanceQuery): InstanceRow[] {
    const { parentInstanceId } = query;
    return [...this.instances.values()]
      .map((each) => each.row)
      .filter((row) => parentInstanceId === undefined || row.parentInstanceId === parentInstanceId)
      .filter((row) => matchesFilter(toInstanceSummary(row), query as never));
  }

  private found(instanceId: string): FakeInstance {
    const found = this.instances.get(instanceId);
    if (found === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
    return found;
  }

  private alive(instanceId: string, then: () => void = () => undefined): Promise<void> {
    const status = this.found(instanceId).row.runtimeStatus;
    if (isTerminal(status)) {
      return Promise.reject(
        new DurascopeError('InstanceTerminal', `The instance '${instanceId}' has already ended (${status}).`),
      );
    }
    then();
    return Promise.resolve();
  }
}

/** As one of a real engine is: sorts what it finds only up to 1,000, counts when asked, step by step. */
export class FakeAttachedHub extends FakeHub {
  override readonly capabilities: HubCapabilities = {
    ...{ rewind: false, entities: true, suspend: false, counts: 'onRequest' },
    readOnly: 'A hub in Azure Storage is only looked at.',
  };
  /** The next step of the counting, 1,000 instances each. */
  countOn: () => void = () => undefined;

  override async query(query: InstanceQuery): Promise<InstancePage> {
    this.calls.push(`query ${query.orderBy ?? ''} ${query.pageSize ?? 0}`);
    if (query.orderBy === 'instanceId' || this.filtered(query).length <= 1000) return super.query(query);
    return { ...(await super.query({ ...query, orderBy: 'instanceId', descending: false })), orderedBy: 'instanceId' };
  }

  override async countByStatus(
    query: InstanceQuery = {},
    { progress, signal }: CountWatch = {},
  ): Promise<Partial<Record<OrchestrationStatus, number>>> {
    const rows = this.filtered(query);
    const counts: Partial<Record<OrchestrationStatus, number>> = {};
    for (let at = 0; at < rows.length; at += 1000) {
      for (const { runtimeStatus } of rows.slice(at, at + 1000)) counts[runtimeStatus] = (counts[runtimeStatus] ?? 0) + 1;
      progress?.({ ...counts });
      await new Promise<void>((resolve) => {
        this.countOn = resolve;
        signal?.addEventListener('abort', () => resolve());
      });
      if (signal?.aborted === true) throw new DurascopeError('Stopped', 'The counting was called off.');
    }
    return counts;
  }
}
