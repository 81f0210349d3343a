import type { EntityBatchRecord } from '../core/entities/entity-views';
import { charsIn } from '../core/values/value-limit';

const maxRecords = 50;
/** States and inputs that are kept, in characters. */
const maxChars = 8 * 1024 * 1024;

/** What an entity did last, for the developer's eyes: the last batch always, those before it as long as there is room. */
export class EntityRecords {
  readonly #records: { record: EntityBatchRecord; chars: number }[] = [];
  #chars = 0;

  add(record: EntityBatchRecord): void {
    const chars = charsIn(record);
    this.#records.push({ record, chars });
    this.#chars += chars;
    while (this.#records.length > 1 && (this.#records.length > maxRecords || this.#chars > maxChars)) {
      this.#chars -= this.#records.shift()?.chars ?? 0;
    }
  }

  get size(): number {
    return this.#records.length;
  }

  /** Oldest first. */
  all(): EntityBatchRecord[] {
    return this.#records.map(({ record }) => record);
  }
}
