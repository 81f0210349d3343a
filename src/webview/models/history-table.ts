/** Which rows of a history are shown, and in which order: filters over the display or the commit order, kept up as rows arrive. */
import type { HistoryEvent, HistoryEventType } from '../../core/history/history';
import type { HistoryOrder } from '../../core/history/history-rows';
import { extendDisplayOrder } from './history-order';

export interface HistoryFilter {
  /** Every word must occur somewhere in the row, ignoring case; empty: all rows. */
  text: string;
  /** Empty: all types. */
  types: ReadonlySet<string>;
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

  /** `key`: identifies the generation; another key throws all that was kept away. */
  setEvents(key: string, events: readonly HistoryEvent[]): void {
    if (key !== this.key || events.length < this.events.length) {
      this.order = [];
      this.searchTexts.length = 0;
      this.counts.clear();
      this.counted = 0;
      this.key = key;
    }
    this.events = events;
    extendDisplayOrder(this.order, events);
    for (; this.counted < events.length; this.counted++) {
      const type = events[this.counted]?.EventType ?? '';
      this.counts.set(type, (this.counts.get(type) ?? 0) + 1);
    }
  }

  /** Event types that occur, with the number of rows, in the order in which they first occur. */
  typeCounts(): ReadonlyMap<HistoryEventType, number> {
    return this.counts as ReadonlyMap<HistoryEventType, number>;
  }

  rows(order: HistoryOrder, filter: HistoryFilter): readonly number[] {
    const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
    const all = order === 'display' ? this.order : this.events.map((_, at) => at);
    if (words.length === 0 && filter.types.size === 0) return all;
    return all.filter((at) => this.matches(at, words, filter.types));
  }

  private matches(at: number, words: readonly string[], types: ReadonlySet<string>): boolean {
    const event = this.events[at];
    if (event === undefined || (types.size > 0 && !types.has(event.EventType))) return false;
    if (words.length === 0) return true;
    const text = (this.searchTexts[at] ??= searchText(event));
    return words.every((word) => text.includes(word));
  }
}
