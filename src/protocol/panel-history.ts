/** A history on its way into a panel: no message and no page holds more than it can. */
import { charsOf, withShortTexts, type Shortened } from '../base/short-texts';
import type { HistoryEvent } from '../core/history/history';

export interface PanelLimits {
  /** Characters of a history up to which every payload goes whole. */
  whole: number;
  /** Of one payload of the rows that come after. */
  payload: number;
  /** Of one message, or it is one row. */
  message: number;
}

export const panelLimits: PanelLimits = { whole: 64 * 1024 * 1024, payload: 4096, message: 8 * 1024 * 1024 };

export interface PanelRows {
  events: HistoryEvent[];
  /** Texts of which the beginning is there. */
  shortened: number;
}

/** Of one history, from its first row on. */
export class PanelHistory {
  #chars = 0;

  constructor(private readonly limits = panelLimits) {}

  /** Of what was sent. */
  get chars(): number {
    return this.#chars;
  }

  /** The rows that come next, as messages have them. */
  *messages(rows: readonly HistoryEvent[]): Generator<PanelRows> {
    const told: Shortened = { texts: 0 };
    let events: HistoryEvent[] = [];
    let inMessage = 0;
    for (const row of rows) {
      let event = row;
      let chars = charsOf(row);
      if (this.#chars + chars > this.limits.whole) {
        event = withShortTexts(row, this.limits.payload, told);
        chars = event === row ? chars : charsOf(event);
      }
      if (inMessage + chars > this.limits.message && events.length > 0) {
        yield { events, shortened: told.texts };
        [events, inMessage, told.texts] = [[], 0, 0];
      }
      events.push(event);
      inMessage += chars;
      this.#chars += chars;
    }
    yield { events, shortened: told.texts };
  }
}
