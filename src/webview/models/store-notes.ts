/** What the store of production would do otherwise, gathered as the history arrives: rows seen before are not looked at again. */
import type { HistoryEvent } from '../../core/history/history';
import { type ProductionStore, storeNotes, type StoreNote } from '../../core/instances/production-store';

export interface StoreNoteGroup {
  rule: string;
  severity: StoreNote['severity'];
  /** Of the first. */
  message: string;
  /** Positions in the history, commit order. */
  events: readonly number[];
}

interface Facts {
  store: ProductionStore | undefined;
  instanceId: string;
  scheduledStartTime: string | null;
  events: readonly HistoryEvent[];
  /** Another value: begin anew. */
  historyKey: string;
}

export class StoreNoteList {
  #key = '';
  #seen = 0;
  #groups = new Map<string, StoreNoteGroup & { events: number[] }>();

  /** Warnings first; notes of one rule are one group. */
  update({ store, instanceId, scheduledStartTime, events, historyKey }: Facts): readonly StoreNoteGroup[] {
    const key = `${store ?? ''} ${historyKey}`;
    if (key !== this.#key || events.length < this.#seen) {
      this.#key = key;
      this.#seen = 0;
      this.#groups = new Map();
    }
    const added = store === undefined ? [] : storeNotes(store, { instanceId, scheduledStartTime }, events.slice(this.#seen));
    for (const { rule, severity, message, event } of added) {
      const at = this.#seen + event;
      const group = this.#groups.get(rule);
      if (group === undefined) this.#groups.set(rule, { rule, severity, message, events: [at] });
      else group.events.push(at);
    }
    this.#seen = events.length;
    return [...this.#groups.values()].sort((a, b) => Number(b.severity === 'warning') - Number(a.severity === 'warning'));
  }
}
