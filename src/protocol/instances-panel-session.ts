/**
 * The host's side of the instances panel: answers its questions out of a task hub and tells what changes (instances-panel.ts, Q1, Q2).
 */
import { countText } from '../base/count-text';
import type { InstanceQuery } from '../core/ports/history-store';
import type { HubChange } from '../core/ports/task-hub-client';
import { fromTimestamp, toTimestamp } from '../core/values/time';
import { act, actOnMany, bulkMessage, targetIds } from './instance-actions';
import { toInstanceSummary } from './instance-summary';
import {
  fromInstancesPanel,
  type BulkTarget,
  type CountsByStatus,
  type FromInstancesPanel,
  type InstanceFilter,
  type ToInstancesPanel,
} from './instances-panel';
import { NewestQuestion } from './newest-question';
import { PanelSession, type PanelSessionOptions } from './panel-session';
import type { CommonRequest, InstanceAction, InstanceSummary } from './panel-values';

export interface InstancesPanelSessionOptions extends PanelSessionOptions<ToInstancesPanel> {
  /** Name of the app, for the title. */
  hubName: string;
  /** Orchestrator names of the app. */
  names: () => Promise<readonly string[]>;
}

type OwnRequest = Exclude<FromInstancesPanel, CommonRequest>;

export const changedEveryMs = 100;
/** More changed rows than this at once are announced as `stale`. */
const maxChangedRows = 200;
const maxFailures = 100;
const countedEveryMs = 250;
const bucketsAtOnce = 4;

export class InstancesPanelSession extends PanelSession<OwnRequest, ToInstancesPanel, InstancesPanelSessionOptions> {
  #waiting = false;
  #stale = false;
  #filter: InstanceFilter | undefined;
  /** When the list was asked for that is shown, where it is sorted by what changes with time. */
  #listedAt = '';
  #counting: AbortController | undefined;
  readonly #pages = new NewestQuestion();
  readonly #counts = new NewestQuestion();
  readonly #histograms = new NewestQuestion();
  readonly #changed = new Map<string, InstanceSummary>();
  readonly #purged = new Set<string>();

  constructor(options: InstancesPanelSessionOptions) {
    super(options, fromInstancesPanel);
  }

  protected override onConnected(): void {
    if (!this.isReady) return;
    this.#helloSoon();
    this.#stale = true;
    this.#announceSoon();
  }

  protected override onReady(): Promise<void> {
    return this.#hello();
  }

  /** Shows this filter from now on: at once when the panel listens, else with its first `hello`. */
  showFilter(filter: InstanceFilter): void {
    this.#filter = filter;
    if (this.isReady) this.#helloSoon();
  }

  protected override async handle(message: OwnRequest): Promise<void> {
    const { host } = this.options;
    switch (message.type) {
      case 'startInstance':
        host.startInstance(message.name);
        return;
      case 'compare':
        host.compareInstances?.(...message.instanceIds);
        return;
      case 'queryPage':
        // What is slow there does not hold up what is asked next.
        if (this.hub?.capabilities.counts === 'onRequest') return this.#page(message);
        return this.#pages.ask(() => this.#page(message));
      case 'queryCounts':
        await this.#count(message.requestId, message.filter);
        return;
      case 'stopCounting':
        this.#counting?.abort();
        return;
      case 'queryHistogram':
        return this.#histograms.ask(async (isOvertaken) => {
          const histogram = await this.#histogram(asked(message.filter), message.buckets, isOvertaken);
          if (histogram !== null) this.post({ type: 'histogram', requestId: message.requestId, ...histogram });
        });
      case 'act':
        await this.#act(message.requestId, message.action, message.target, message.reason);
    }
  }

  async #page(message: Extract<OwnRequest, { type: 'queryPage' }>): Promise<void> {
    const { order, pageSize, continuationToken, requestId } = message;
    const query: InstanceQuery = {
      ...asked(message.filter),
      ...order,
      ...(order.orderBy === 'duration' ? { now: this.#durationsUntil(continuationToken) } : {}),
      pageSize,
      ...(continuationToken === undefined ? {} : { continuationToken }),
    };
    const page = await this.connected().query(query);
    this.post({
      type: 'page',
      requestId,
      now: toTimestamp(this.options.clock.now()),
      instances: page.instances.map(toInstanceSummary),
      ...(page.continuationToken === undefined ? {} : { continuationToken: page.continuationToken }),
      ...(page.orderedBy === undefined ? {} : { orderedBy: page.orderedBy }),
    });
  }

  override dispose(): void {
    this.#counting?.abort();
    super.dispose();
  }

  /** Where that reads every row, what is counted so far is told on the way; one counting at a time. */
  async #count(requestId: number, given: InstanceFilter): Promise<void> {
    const filter = { ...given };
    delete filter.statuses;
    const hub = this.connected();
    if (hub.capabilities.counts !== 'onRequest') {
      await this.#counts.ask(async (isOvertaken) => {
        // The rows first: who searches looks at them.
        await this.#pages.done();
        if (isOvertaken()) return;
        this.post({ type: 'counts', requestId, byStatus: await hub.countByStatus(asked(filter)) });
      });
      return;
    }
    this.#counting?.abort();
    const stop = (this.#counting = new AbortController());
    let byStatus: CountsByStatus = {};
    let toldAt = this.options.clock.now();
    const progress = (counts: CountsByStatus): void => {
      byStatus = counts;
      if (stop.signal.aborted || this.options.clock.now() - toldAt < countedEveryMs) return;
      toldAt = this.options.clock.now();
      this.post({ type: 'counts', requestId, byStatus, part: 'counting' });
    };
    try {
      byStatus = await hub.countByStatus(asked(filter), { progress, signal: stop.signal });
      this.post({ type: 'counts', requestId, byStatus });
    } catch (error) {
      this.post({ type: 'counts', requestId, byStatus, part: 'stopped' });
      if (!stop.signal.aborted) throw error;
    } finally {
      if (this.#counting === stop) this.#counting = undefined;
    }
  }

  /** Pages of one list are sorted by one moment. */
  #durationsUntil(token: string | undefined): string {
    if (token === undefined || this.#listedAt === '') this.#listedAt = toTimestamp(this.options.clock.now());
    return this.#listedAt;
  }

  async #act(requestId: number, action: InstanceAction, target: BulkTarget, reason: string | null): Promise<void> {
    const hub = this.connected();
    const ids = await targetIds(
      hub,
      action,
      target.type === 'filter' ? { type: 'filter', filter: asked(target.filter) } : target,
    );
    // The panel itself has asked about everything that takes a reason.
    if (action === 'purge' && ids.length > 0) {
      const question = `Purge ${ids.length === 1 ? (ids[0] ?? '') : countText(ids.length, 'instance')}? This cannot be undone.`;
      if (!(await this.options.host.confirm(question, 'Purge'))) {
        this.answer({ requestId, ok: false });
        return;
      }
    }
    if (action === 'resume' && (await this.options.host.mayRunOn?.(ids, 'Resume')) === false) {
      this.answer({ requestId, ok: false });
      return;
    }
    const only = ids.length === 1 ? ids[0] : undefined;
    if (action === 'restart' && only !== undefined) {
      this.options.host.openInstance(await act(hub, action, only, reason));
      this.answer({ requestId, ok: true, done: 1 });
      return;
    }
    const outcome = await actOnMany(hub, action, ids, reason);
    this.answer({
      requestId,
      ok: outcome.failed.length === 0,
      message: bulkMessage(action, outcome),
      done: outcome.done.length,
      failed: outcome.failed.slice(0, maxFailures),
    });
  }

  /**
   * One count a bucket: the hub counts by an index, nothing is loaded. A few at a time, and after the rows and counts that were asked for by
   * then: a search looks at all instances, each bucket of it too. Null: it was overtaken.
   */
  async #histogram(
    filter: InstanceFilter,
    buckets: number,
    isOvertaken: () => boolean,
  ): Promise<{ from: string; widthMs: number; buckets: CountsByStatus[] } | null> {
    const hub = this.connected();
    const listIsShown = async (): Promise<void> => {
      await this.#pages.done();
      await this.#counts.done();
    };
    await listIsShown();
    if (isOvertaken()) return null;
    const [oldest, newest] = await Promise.all(
      [false, true].map(
        async (descending) => (await hub.query({ ...filter, orderBy: 'createdTime', descending, pageSize: 1 })).instances[0],
      ),
    );
    const now = this.options.clock.now();
    const fromMs = fromTimestamp(filter.createdTimeFrom ?? oldest?.createdTime ?? toTimestamp(now));
    const toMs = fromTimestamp(filter.createdTimeTo ?? newest?.createdTime ?? toTimestamp(now)) + 1;
    const widthMs = Math.max(1, Math.ceil((toMs - fromMs) / buckets));
    if (oldest === undefined) return { from: toTimestamp(fromMs), widthMs, buckets: [] };
    const starts = Array.from({ length: Math.ceil((toMs - fromMs) / widthMs) }, (_, at) => fromMs + at * widthMs);
    const count = (startMs: number): Promise<CountsByStatus> =>
      hub.countByStatus({
        ...filter,
        createdTimeFrom: later(filter.createdTimeFrom, toTimestamp(startMs)),
        createdTimeTo: earlier(filter.createdTimeTo, lastTickBefore(startMs + widthMs)),
      });
    const counts: CountsByStatus[] = [];
    while (counts.length < starts.length) {
      counts.push(...(await Promise.all(starts.slice(counts.length, counts.length + bucketsAtOnce).map(count))));
      await listIsShown();
      if (isOvertaken()) return null;
    }
    return { from: toTimestamp(fromMs), widthMs, buckets: counts };
  }

  protected override onChanges(changes: readonly HubChange[]): void {
    for (const change of changes) {
      if (change.type === 'resync') {
        this.#stale = true;
      } else if (change.type === 'purged') {
        this.#changed.delete(change.instanceId);
        this.#purged.add(change.instanceId);
      } else if (!this.#stale) {
        this.#purged.delete(change.row.instanceId);
        this.#changed.set(change.row.instanceId, toInstanceSummary(change.row));
      }
    }
    if (this.#changed.size + this.#purged.size > maxChangedRows) {
      this.#stale = true;
      this.#changed.clear();
      this.#purged.clear();
    }
    this.#announceSoon();
  }

  #announceSoon(): void {
    if (this.#waiting || !this.isReady) return;
    this.#waiting = true;
    this.options.clock.after(changedEveryMs, () => {
      this.#waiting = false;
      this.post({
        type: 'changed',
        now: toTimestamp(this.options.clock.now()),
        rows: [...this.#changed.values()],
        purged: [...this.#purged],
        stale: this.#stale,
      });
      this.#changed.clear();
      this.#purged.clear();
      this.#stale = false;
    });
  }

  #helloSoon(): void {
    this.#hello().catch((error: unknown) => this.options.onError?.(error));
  }

  async #hello(): Promise<void> {
    const hub = this.hub;
    if (hub === undefined) return;
    const filter = this.#filter;
    this.#filter = undefined;
    this.post({
      type: 'hello',
      now: toTimestamp(this.options.clock.now()),
      capabilities: { ...hub.capabilities },
      names: [...(await this.options.names())],
      hub: this.options.hubName,
      ...(this.options.host.compareInstances === undefined ? {} : { canCompare: true }),
      ...(filter === undefined ? {} : { filter }),
    });
  }
}

/** The last of the history's ticks (100 ns) before this millisecond: ranges include both ends. */
function lastTickBefore(epochMs: number): string {
  return toTimestamp(epochMs - 1).replace('0000Z', '9999Z');
}

function later(limit: string | undefined, text: string): string {
  return limit !== undefined && limit > text ? limit : text;
}

function earlier(limit: string | undefined, text: string): string {
  return limit !== undefined && limit < text ? limit : text;
}

/** Entities are instances too, and shown among them when somebody asks. */
function asked(filter: InstanceFilter): InstanceFilter {
  return { entities: 'exclude', ...filter };
}
