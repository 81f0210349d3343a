/** Which rows of a history are shown, and in which order: filters over the display or the commit order, kept up as rows arrive. */
import type { HistoryEvent, HistoryEventType } from '../../core/history/history';
import type { HistoryOrder } from '../../core/history/history-rows';
import { answeredId, opensWork } from '../../core/history/history-links';
import { extendDisplayOrder } from './history-order';

export interface HistoryFilter {
  /** Every word must occur somewhere in the row, ignoring case; empty: all rows. */
  text: string;
  /** Empty: all types. */
  types: ReadonlySet<string>;
  /** Rows that tell of a failure, and those that opened what failed. */
  failedOnly?: boolean;
}

/** What a text filter looks at: all that the row's cells show. */
function searchText(event: HistoryEvent): string {
  let text = '';
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  for (const key in fields) {
    const value = fields[key];
    if (value === null || value === undefined) continue;
    text += typeof value === 'string' ? value : JSON.stringify(value);
    text += '\n';
  }
  return text.toLowerCase();
}

/**
 * Rows of one history. `rows` answers with positions in the commit order; it is cheap when called again with the same filter
 * after rows were appended, and correct when the history was replaced (`executionId` changed or it got shorter).
 */
export class HistoryTable {
  private events: readonly HistoryEvent[] = [];
  private order: number[] = [];
  private readonly searchTexts: string[] = [];
  private key = '';
  private readonly counts = new Map<string, number>();
  private counted = 0;
  private readonly lastOpened = new Map<number, number>();
  private readonly opened = new Map<number, number>();
  private readonly closed = new Map<number, number>();

  /** `key`: identifies the generation; another key throws all that was kept away. */
  setEvents(key: string, events: readonly HistoryEvent[]): void {
    if (key !== this.key || events.length < this.events.length) {
      this.order = [];
      this.searchTexts.length = 0;
      this.counts.clear();
      this.counted = 0;
      for (const each of [this.lastOpened, this.opened, this.closed]) each.clear();
      this.key = key;
    }
    this.events = events;
    extendDisplayOrder(this.order, events);
    for (; this.counted < events.length; this.counted++) {
      const event = events[this.counted];
      const type = event?.EventType ?? '';
      this.counts.set(type, (this.counts.get(type) ?? 0) + 1);
      if (event !== undefined) this.link(event, this.counted);
    }
  }

  /** For every row that answers another, the position of that one. */
  openers(): ReadonlyMap<number, number> {
    return this.opened;
  }

  /** Event types that occur, with the number of rows, in the order in which they first occur. */
  typeCounts(): ReadonlyMap<HistoryEventType, number> {
    return this.counts as ReadonlyMap<HistoryEventType, number>;
  }

  rows(order: HistoryOrder, filter: HistoryFilter): readonly number[] {
    const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
    const all = order === 'display' ? this.order : this.events.map((_, at) => at);
    const isOpen = words.length === 0 && filter.failedOnly !== true;
    if (isOpen && filter.types.size === 0) return all;
    // A result without what it answers, or the other way round, says half: words find pairs. Types are chosen row by row.
    const found = (at: number | undefined): boolean => at !== undefined && this.matches(at, words, filter.failedOnly === true);
    return all.filter((at) => {
      if (filter.types.size > 0 && !filter.types.has(this.events[at]?.EventType ?? '')) return false;
      return isOpen || found(at) || found(this.opened.get(at)) || found(this.closed.get(at));
    });
  }

  private link(event: HistoryEvent, at: number): void {
    if (opensWork(event)) this.lastOpened.set(event.EventId, at);
    const id = answeredId(event);
    const from = id === undefined ? undefined : this.lastOpened.get(id);
    if (from === undefined) return;
    this.opened.set(at, from);
    this.closed.set(from, at);
  }

  private matches(at: number, words: readonly string[], failedOnly: boolean): boolean {
    const event = this.events[at];
    if (event === undefined || (failedOnly && !tellsFailure(event))) return false;
    if (words.length === 0) return true;
    const text = (this.searchTexts[at] ??= searchText(event));
    return words.every((word) => text.includes(word));
  }
}

function tellsFailure(event: HistoryEvent): boolean {
  switch (event.EventType) {
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
    case 'EntityOperationFailed':
    case 'ExecutionTerminated':
      return true;
    default:
      return event.EventType === 'ExecutionCompleted' && event.OrchestrationStatus === 'Failed';
  }
}
