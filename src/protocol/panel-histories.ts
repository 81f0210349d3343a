/**
 * The histories that an instance panel has been sent: its own, and those of children that it shows too. Each row is sent once.
 *
 *   S2. History is pulled up to the row's length, so that it never matters which announcements were merged or missed.
 */
import type { HistoryEvent } from '../core/history/history';
import { historyInParts } from '../core/history/history-in-parts';
import type { InstanceRow } from '../core/instances/instance';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import type { ToInstancePanel } from './instance-panel';
import { PanelHistory, panelLimits, type PanelRows } from './panel-history';

/** The first rows go alone, so that something is there to see; the rest follows in large pieces. */
const firstChunk = 200;
const nextChunks = 1000;
const maxWatched = 50;
const maxChildRows = 10_000;

export class PanelHistories {
  #own: { executionId: string; length: number; rows: PanelHistory } | undefined;
  /** Children whose histories are sent too, and what of them was sent last. */
  readonly #watched = new Map<string, string>();

  constructor(private readonly post: (message: ToInstancePanel) => void) {}

  watches(instanceId: string): boolean {
    return this.#watched.has(instanceId);
  }

  /** At most 50 children at a time; more are not sent. */
  watch(instanceId: string, isOn: boolean): void {
    this.#watched.delete(instanceId);
    if (isOn && this.#watched.size < maxWatched) this.#watched.set(instanceId, '');
  }

  /** All are sent anew. */
  forget(): void {
    this.#own = undefined;
    for (const child of this.#watched.keys()) this.#watched.set(child, '');
  }

  forgetOwn(): void {
    this.#own = undefined;
  }

  /** What has been added to the instance's own history. `changed`: it became another one meanwhile, and is to be sent again. */
  async sendOwn(hub: TaskHubClient, row: InstanceRow): Promise<'sent' | 'changed'> {
    const { instanceId } = row;
    if (this.#own?.executionId !== row.executionId) {
      this.#own = { executionId: row.executionId, length: 0, rows: new PanelHistory() };
    }
    const sent = this.#own;
    const post = ({ events, shortened }: PanelRows, total: number): void => {
      const { executionId } = row;
      const cut = shortened === 0 ? {} : { shortened };
      this.post({
        type: 'history',
        executionId,
        from: sent.length,
        total: Math.max(total, sent.length + events.length),
        events,
        ...cut,
      });
      sent.length += events.length;
    };
    if (row.historyLength === 0 && sent.length === 0) post({ events: [], shortened: 0 }, 0);
    const read = (from: number, count: number): Promise<readonly HistoryEvent[]> => hub.history(instanceId, from, count);
    const pace = { first: sent.length === 0 ? firstChunk : nextChunks, most: nextChunks };
    for await (const events of historyInParts(read, sent.length, row.historyLength, pace)) {
      const after = await hub.get(instanceId);
      if (this.#own !== sent || after?.executionId !== row.executionId) return 'changed';
      for (const rows of sent.rows.messages(events)) post(rows, after.historyLength);
    }
    return 'sent';
  }

  async sendChildren(hub: TaskHubClient): Promise<void> {
    for (const [instanceId, sent] of [...this.#watched]) {
      const row = await hub.get(instanceId);
      const state = row === undefined ? 'unknown' : `${row.executionId}/${row.historyLength}`;
      if (state === sent) continue;
      const events = row === undefined ? [] : await this.#childRows(hub, row);
      if (!this.#watched.has(instanceId)) continue;
      this.#watched.set(instanceId, state);
      const total = row?.historyLength ?? 0;
      this.post({ type: 'childHistory', instanceId, isKnown: row !== undefined, total, events });
    }
  }

  /** Of a history that is too long for one message its beginning. */
  async #childRows(hub: TaskHubClient, { instanceId, historyLength }: InstanceRow): Promise<HistoryEvent[]> {
    const read = (from: number, count: number): Promise<readonly HistoryEvent[]> => hub.history(instanceId, from, count);
    const pace = { first: nextChunks, most: nextChunks };
    const rows = new PanelHistory({ ...panelLimits, whole: panelLimits.message });
    const sent: HistoryEvent[] = [];
    for await (const events of historyInParts(read, 0, Math.min(historyLength, maxChildRows), pace)) {
      for (const part of rows.messages(events)) {
        sent.push(...part.events);
        if (rows.chars > 2 * panelLimits.message) return sent;
      }
    }
    return sent;
  }
}
