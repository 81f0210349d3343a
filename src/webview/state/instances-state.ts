/**
 * What the instances panel knows: one list under one filter and order, loaded page by page, with its counts and its histogram.
 *
 *   L1. Answers to questions that were overtaken by a newer one of their kind are dropped (protocol Q1).
 *   L2. While the list is asked for again, the rows on screen stay; they are replaced at once by the answer.
 *   L3. One page at a time is under way. Because of changes each is asked for again at most twice a second, and not before it was answered: of a hub that
 *       changes all the time nothing would ever be shown (L1).
 *   L4. Of a hub that counts on request neither is asked for before somebody wants it, and no more rows than are scrolled to.
 */
import type { Disposable } from '../../core/ports/clock';
import type { OrchestrationStatus } from '../../core/values/status';
import { fromTimestamp } from '../../core/values/time';
import {
  toInstancesPanel,
  type BulkTarget,
  type CountsByStatus,
  type InstanceFilter,
  type InstanceOrder,
  type InstancesHistogram,
  type ToInstancesPanel,
} from '../../protocol/instances-panel';
import type { ActionResult, InstanceAction, InstanceSummary } from '../../protocol/panel-values';
import { applyChanges, withoutParts } from '../models/instance-list';
import type { PanelTransport } from '../transport/panel-transport';
import { Requests } from './requests';
import { Store, type Schedule } from './store';

type Hello = Extract<ToInstancesPanel, { type: 'hello' }>;

export interface InstancesState {
  hello: Hello | null;
  connected: boolean;
  problem: string | null;
  /** The emulator can be started from here. */
  canStart: boolean;
  filter: InstanceFilter;
  order: InstanceOrder;
  rows: readonly InstanceSummary[];
  /** Rows that the filter lets through; at least `rows.length`. */
  total: number;
  /** Null until the first answer. The filter's own statuses left aside. */
  counts: CountsByStatus | null;
  /** Of a hub that counts on request: `counts` are of a part, as the counting goes on or has ended before its time. */
  counting: 'counting' | 'stopped' | null;
  /** The hub has put the rows into the order of ids instead. */
  isInIdOrder: boolean;
  /** There are more than `rows`, nobody knows how many. */
  hasMore: boolean;
  histogram: InstancesHistogram | null;
  /** No page has come yet. */
  isLoading: boolean;
  clockOffsetMs: number;
}

interface Timers {
  setTimeout(callback: () => void, ms: number): unknown;
}

const firstPage = 200;
/** Small enough to be checked between two frames. */
const laterPage = 500;
const largestPage = 10_000;
/** Of a hub that counts on request: a longer list is not read again by itself. */
const renewedRows = 1000;
const histogramBuckets = 120;
const refreshEveryMs = 500;

export class InstancesStore {
  readonly state: Store<InstancesState>;
  private readonly requests = new Requests();
  private pageRequest = 0;
  private pageReplaces = false;
  private pageUnderWay = false;
  /** Of counts and histogram those that are under way. */
  private readonly sumsUnderWay = new Set<number>();
  private sumsAreStale = false;
  private countsRequest = 0;
  private histogramRequest = 0;
  private token: string | undefined;
  private wanted = 0;
  private refreshPending = false;
  private listIsStale = false;

  constructor(
    private readonly transport: Pick<PanelTransport, 'send' | 'onMessage'>,
    schedule: Schedule,
    private readonly now: () => number,
    private readonly timers: Timers,
    initial: { filter: InstanceFilter; order: InstanceOrder },
  ) {
    this.state = new Store<InstancesState>(
      {
        hello: null,
        connected: true,
        problem: null,
        canStart: false,
        ...initial,
        rows: [],
        total: 0,
        counts: null,
        counting: null,
        isInIdOrder: false,
        hasMore: false,
        histogram: null,
        isLoading: true,
        clockOffsetMs: 0,
      },
      schedule,
    );
  }

  start(): Disposable {
    const listening = this.transport.onMessage((message) => this.receive(message));
    this.transport.send({ type: 'ready' });
    return listening;
  }

  show(filter: InstanceFilter, order: InstanceOrder): void {
    if (this.countsOnRequest && filter !== this.state.get().filter) {
      if (this.state.get().counting === 'counting') this.stopCounting();
      this.countsRequest = 0;
      this.state.set({ counts: null, counting: null });
    }
    this.state.set({ filter, order, isLoading: this.state.get().rows.length === 0 });
    this.askAll();
  }

  /** Rows up to this position are on screen: loads what is missing. */
  want(position: number): void {
    this.wanted = position;
    const { rows } = this.state.get();
    if (this.pageUnderWay || this.token === undefined || position < rows.length) return;
    const missing = this.countsOnRequest ? 0 : position + 1 - rows.length; // L4
    this.askPage(this.token, Math.min(largestPage, Math.max(laterPage, missing)));
  }

  /** L4 */
  count(): void {
    const { filter } = this.state.get();
    this.countsRequest = this.requests.next();
    this.state.set({ counts: {}, counting: 'counting' });
    this.transport.send({ type: 'queryCounts', requestId: this.countsRequest, filter });
  }

  stopCounting(): void {
    this.transport.send({ type: 'stopCounting' });
  }

  act(action: InstanceAction, target: BulkTarget, reason: string | null): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'act', requestId, action, target, reason }));
  }

  private askAll(): void {
    this.askList();
    this.askSums();
  }

  private askList(): void {
    this.listIsStale = false;
    this.askPage(
      undefined,
      Math.min(largestPage, Math.max(firstPage, this.state.get().rows.length > firstPage ? this.wanted + 1 : 0)),
    );
  }

  private askPage(token: string | undefined, pageSize: number): void {
    const { filter, order } = this.state.get();
    this.pageRequest = this.requests.next();
    this.pageReplaces = token === undefined;
    this.pageUnderWay = true;
    this.transport.send({
      type: 'queryPage',
      requestId: this.pageRequest,
      filter,
      order,
      pageSize,
      ...(token === undefined ? {} : { continuationToken: token }),
    });
  }

  private get countsOnRequest(): boolean {
    return this.state.get().hello?.capabilities.counts === 'onRequest';
  }

  private askSums(): void {
    if (this.countsOnRequest) return;
    const { filter } = this.state.get();
    this.sumsAreStale = false;
    this.sumsUnderWay.clear();
    this.countsRequest = this.requests.next();
    this.transport.send({ type: 'queryCounts', requestId: this.countsRequest, filter });
    this.histogramRequest = this.requests.next();
    // The chart keeps its whole width while a range of it is chosen.
    const wide = withoutParts(filter, 'createdTimeFrom', 'createdTimeTo');
    this.transport.send({ type: 'queryHistogram', requestId: this.histogramRequest, filter: wide, buckets: histogramBuckets });
    this.sumsUnderWay.add(this.countsRequest).add(this.histogramRequest);
  }

  private receive(value: unknown): void {
    const parsed = toInstancesPanel.safeParse(value);
    if (!parsed.success) {
      this.state.set({ problem: 'This panel was sent something it does not understand. Close and open it again.' });
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'connection': {
        const wasConnected = this.state.get().connected;
        this.state.set({
          connected: message.connected,
          problem: message.connected ? null : (message.message ?? 'Not connected.'),
          canStart: message.canStart ?? false,
        });
        if (message.connected && !wasConnected) this.askAll();
        return;
      }
      case 'hello':
        this.state.set({
          hello: message,
          clockOffsetMs: fromTimestamp(message.now) - this.now(),
          ...(message.filter === undefined ? {} : { filter: message.filter }),
        });
        this.askAll();
        return;
      case 'page':
        if (message.requestId === this.pageRequest) {
          this.receivePage(message.instances, message.continuationToken, message.orderedBy !== undefined); // L1
        }
        return;
      case 'counts':
        if (message.requestId !== this.countsRequest) return;
        if (this.countsOnRequest) this.state.set({ counts: message.byStatus, counting: message.part ?? null });
        else this.receiveCounts(message.byStatus);
        this.answered(message.requestId);
        return;
      case 'histogram':
        if (message.requestId === this.histogramRequest) this.state.set({ histogram: message });
        this.answered(message.requestId);
        return;
      case 'changed':
        this.receiveChange(message);
        return;
      case 'actionResult':
        if (message.requestId === this.pageRequest && !message.ok) this.refusePage(message.message);
        else if (message.requestId === this.countsRequest && !message.ok) this.tell(message.message ?? '');
        this.answered(message.requestId);
        this.requests.settle(message);
    }
  }

  private receivePage(instances: readonly InstanceSummary[], token: string | undefined, isInIdOrder: boolean): void {
    const before = this.state.get();
    const rows = this.pageReplaces ? instances : withoutRepeats(before.rows, instances);
    this.pageUnderWay = false;
    this.token = token;
    const hasMore = token !== undefined && this.countsOnRequest;
    // Of what nobody has counted one row more than there is: whoever scrolls to it wants the next page.
    const total = token === undefined ? rows.length : hasMore ? rows.length + 1 : Math.max(before.total, rows.length);
    const problem = before.connected ? null : before.problem;
    this.state.set({ rows, total, hasMore, isInIdOrder, isLoading: false, problem });
    this.want(this.wanted);
    if (this.listIsStale) this.refreshSoon();
  }

  private answered(requestId: number): void {
    if (this.sumsUnderWay.delete(requestId) && this.sumsUnderWay.size === 0 && this.sumsAreStale) this.refreshSoon();
  }

  /** What could not be read is said; what is there stays. */
  private refusePage(message: string | undefined): void {
    this.pageUnderWay = false;
    if (this.listIsStale) this.refreshSoon();
    this.state.set({ isLoading: this.state.get().rows.length === 0 });
    this.tell(message ?? 'The instances could not be read.');
  }

  /** Where the connection is gone it is why nothing could be read, and that is said already. */
  private tell(problem: string): void {
    if (this.state.get().connected) this.state.set({ problem });
  }

  private receiveCounts(byStatus: CountsByStatus): void {
    const { filter, rows } = this.state.get();
    const counted = Object.entries(byStatus) as [OrchestrationStatus, number][];
    const statuses = filter.statuses ?? [];
    const total = counted.reduce(
      (sum, [status, count]) => (statuses.length === 0 || statuses.includes(status) ? sum + count : sum),
      0,
    );
    this.state.set({ counts: byStatus, total: this.token === undefined ? rows.length : Math.max(total, rows.length) });
  }

  private receiveChange(change: Extract<ToInstancesPanel, { type: 'changed' }>): void {
    const { rows, filter, order, total } = this.state.get();
    const isWhole = this.token === undefined;
    const applied = applyChanges(rows, change, filter, order, isWhole);
    if (change.stale || applied.isStale) this.listIsStale = true;
    this.sumsAreStale = true;
    this.state.set({
      rows: applied.rows,
      total: isWhole
        ? applied.rows.length
        : this.countsOnRequest
          ? applied.rows.length + 1
          : Math.max(total, applied.rows.length),
      clockOffsetMs: fromTimestamp(change.now) - this.now(),
    });
    this.refreshSoon();
  }

  /** L3 */
  private refreshSoon(): void {
    if (this.refreshPending) return;
    this.refreshPending = true;
    this.timers.setTimeout(() => {
      this.refreshPending = false;
      if (this.listIsStale && this.countsOnRequest && this.state.get().rows.length > renewedRows) return;
      if (this.listIsStale && !this.pageUnderWay) this.askList();
      if (this.sumsAreStale && this.sumsUnderWay.size === 0) this.askSums();
    }, refreshEveryMs);
  }
}

function withoutRepeats(rows: readonly InstanceSummary[], more: readonly InstanceSummary[]): InstanceSummary[] {
  const known = new Set(rows.map((row) => row.instanceId));
  return [...rows, ...more.filter((row) => !known.has(row.instanceId))];
}
