/**
 * The host's side of the instances panel: answers its questions out of a task hub and tells what changes (instances-panel.ts, Q1, Q2).
 * Knows neither the editor nor the wire.
 */
import type { Disposable } from '../core/ports/clock';
import type { InstanceQuery } from '../core/ports/history-store';
import type { HubChange, TaskHubClient } from '../core/ports/task-hub-client';
import { fromTimestamp, toTimestamp } from '../core/time';
import { act, actOnMany, bulkMessage, messageOf, targetIds } from './instance-actions';
import { toInstanceSummary } from './instance-summary';
import {
  fromInstancesPanel,
  type BulkTarget,
  type CountsByStatus,
  type FromInstancesPanel,
  type InstanceFilter,
  type ToInstancesPanel,
} from './instances-panel';
import type { PanelHost, SessionClock } from './panel-host';
import type { ActionResult, InstanceAction, InstanceSummary } from './panel-values';

export interface InstancesPanelSessionOptions {
  post: (message: ToInstancesPanel) => void;
  host: PanelHost;
  clock: SessionClock;
  /** Name of the app, for the title. */
  hubName: string;
  /** Orchestrator names of the app. */
  names: () => Promise<readonly string[]>;
  onError?: (error: unknown) => void;
}

export const changedEveryMs = 100;
/** More changed rows than this at once are announced as `stale`. */
const maxChangedRows = 200;
const maxFailures = 100;

export class InstancesPanelSession {
  #hub: TaskHubClient | undefined;
  #subscription: Disposable | undefined;
  #disconnectedMessage = 'The emulator is not running.';
  #ready = false;
  #isDisposed = false;
  #waiting = false;
  #stale = false;
  #filter: InstanceFilter | undefined;
  readonly #changed = new Map<string, InstanceSummary>();
  readonly #purged = new Set<string>();

  constructor(private readonly options: InstancesPanelSessionOptions) {}

  connect(hub: TaskHubClient): void {
    this.#subscription?.dispose();
    this.#hub = hub;
    this.#subscription = hub.subscribe((changes) => this.#onChanges(changes), { events: false });
    if (!this.#ready) return;
    void this.#hello();
    this.#stale = true;
    this.#announceSoon();
  }

  disconnect(message: string): void {
    this.#subscription?.dispose();
    this.#subscription = undefined;
    this.#hub = undefined;
    this.#disconnectedMessage = message;
    this.#postConnection();
  }

  /** Shows this filter from now on: at once when the panel listens, else with its first `hello`. */
  showFilter(filter: InstanceFilter): void {
    this.#filter = filter;
    if (this.#ready) void this.#hello();
  }

  async receive(raw: unknown): Promise<void> {
    const parsed = fromInstancesPanel.safeParse(raw);
    if (!parsed.success) {
      this.options.onError?.(new Error(`A panel sent something else than a message: ${parsed.error.message}`));
      return;
    }
    try {
      await this.#handle(parsed.data);
    } catch (error) {
      if ('requestId' in parsed.data) this.#answer({ requestId: parsed.data.requestId, ok: false, message: messageOf(error) });
      else this.options.onError?.(error);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscription?.dispose();
    this.#hub = undefined;
  }

  async #handle(message: FromInstancesPanel): Promise<void> {
    const { host } = this.options;
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        await this.#hello();
        return;
      case 'openInstance':
        host.openInstance(message.instanceId);
        return;
      case 'openSource':
        host.openSource(message.location);
        return;
      case 'openText':
        host.openText(message.title, message.text, message.language);
        return;
      case 'copyText':
        host.copyText(message.text);
        return;
      case 'saveText':
        this.#answer({ requestId: message.requestId, ok: await host.saveText(message.suggestedName, message.text) });
        return;
      case 'startInstance':
        host.startInstance(message.name);
        return;
      case 'queryPage': {
        const { order, pageSize, continuationToken, requestId } = message;
        const query: InstanceQuery = {
          ...asked(message.filter),
          ...order,
          pageSize,
          ...(continuationToken === undefined ? {} : { continuationToken }),
        };
        const page = await this.#connected().query(query);
        this.#post({
          type: 'page',
          requestId,
          now: toTimestamp(this.options.clock.now()),
          instances: page.instances.map(toInstanceSummary),
          ...(page.continuationToken === undefined ? {} : { continuationToken: page.continuationToken }),
        });
        return;
      }
      case 'queryCounts': {
        const filter = asked(message.filter);
        delete filter.statuses;
        this.#post({ type: 'counts', requestId: message.requestId, byStatus: await this.#connected().countByStatus(filter) });
        return;
      }
      case 'queryHistogram':
        this.#post({
          type: 'histogram',
          requestId: message.requestId,
          ...(await this.#histogram(asked(message.filter), message.buckets)),
        });
        return;
      case 'act':
        await this.#act(message.requestId, message.action, message.target, message.reason);
    }
  }

  async #act(requestId: number, action: InstanceAction, target: BulkTarget, reason: string | null): Promise<void> {
    const hub = this.#connected();
    const ids = await targetIds(
      hub,
      action,
      target.type === 'filter' ? { type: 'filter', filter: asked(target.filter) } : target,
    );
    // The panel itself has asked about everything that takes a reason.
    if (action === 'purge' && ids.length > 0) {
      const question = `Purge ${ids.length === 1 ? (ids[0] ?? '') : `${ids.length} instances`}? This cannot be undone.`;
      if (!(await this.options.host.confirm(question, 'Purge'))) {
        this.#answer({ requestId, ok: false });
        return;
      }
    }
    const only = ids.length === 1 ? ids[0] : undefined;
    if (action === 'restart' && only !== undefined) {
      this.options.host.openInstance(await act(hub, action, only, reason));
      this.#answer({ requestId, ok: true, done: 1 });
      return;
    }
    const outcome = await actOnMany(hub, action, ids, reason);
    this.#answer({
      requestId,
      ok: outcome.failed.length === 0,
      message: bulkMessage(action, outcome),
      done: outcome.done.length,
      failed: outcome.failed.slice(0, maxFailures),
    });
  }

  /** One count a bucket: the hub counts by an index, nothing is loaded. */
  async #histogram(
    filter: InstanceFilter,
    buckets: number,
  ): Promise<{ from: string; widthMs: number; buckets: CountsByStatus[] }> {
    const hub = this.#connected();
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
    const counts = await Promise.all(
      starts.map((startMs) =>
        hub.countByStatus({
          ...filter,
          createdTimeFrom: later(filter.createdTimeFrom, toTimestamp(startMs)),
          createdTimeTo: earlier(filter.createdTimeTo, lastTickBefore(startMs + widthMs)),
        }),
      ),
    );
    return { from: toTimestamp(fromMs), widthMs, buckets: counts };
  }

  #onChanges(changes: readonly HubChange[]): void {
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
    if (this.#waiting || !this.#ready) return;
    this.#waiting = true;
    this.options.clock.after(changedEveryMs, () => {
      this.#waiting = false;
      this.#post({
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

  async #hello(): Promise<void> {
    this.#postConnection();
    const hub = this.#hub;
    if (hub === undefined) return;
    const filter = this.#filter;
    this.#filter = undefined;
    this.#post({
      type: 'hello',
      now: toTimestamp(this.options.clock.now()),
      capabilities: { ...hub.capabilities },
      names: [...(await this.options.names())],
      hub: this.options.hubName,
      ...(filter === undefined ? {} : { filter }),
    });
  }

  #connected(): TaskHubClient {
    if (this.#hub === undefined) throw new Error(this.#disconnectedMessage);
    return this.#hub;
  }

  #answer(result: Omit<ActionResult, 'type'>): void {
    this.#post({ type: 'actionResult', ...result });
  }

  #postConnection(): void {
    if (!this.#ready) return;
    if (this.#hub !== undefined) this.#post({ type: 'connection', connected: true });
    else this.#post({ type: 'connection', connected: false, message: this.#disconnectedMessage });
  }

  #post(message: ToInstancesPanel): void {
    if (!this.#isDisposed) this.options.post(message);
  }
}

/** Asked before what cannot be undone: any purge, and ending more than one instance at once. */
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
