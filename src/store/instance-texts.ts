/**
 * What instances are searched in, sorted and filtered by, where the columns of their table do not do: made in slices, ahead in idle moments once
 * somebody has looked at a list, or when a question asks for it.
 *
 *   T1. What changes after it was begun is only noted, and read anew before the next answer. So a commit costs next to nothing.
 *   T2. A search is kept as what it found, and kept up with what is read anew: the page, its counts and the next page look at no other.
 *   T3. Texts are kept up to a limit for all of them; what is beyond it is read again by each search, in slices like all else.
 */
import type { InstanceRow } from '../core/instances/instance';
import { searchedChars, searchTextOf, type InstanceOrderBy, type orderValueOf } from '../core/instances/instance-search';
import { fromTimestamp } from '../core/values/time';
import type { Change } from './change';
import type { PendingChanges } from './pending-changes';
import { decodeRow } from './row-codec';
import type { SqlConnection } from './sql-connection';

/** All that a filter or an order looks at. */
export interface TextEntry extends Omit<Parameters<typeof orderValueOf>[0], 'completedTime'> {
  parentInstanceId: string | null;
  /** Null: not kept. */
  text: string | null;
  createdMs: number;
  completedMs: number | null;
}

/** Where instances are read from, whenever it is asked. */
export interface TextSource {
  readonly pending: PendingChanges;
  /** Undefined while there is no database. */
  readonly sql: () => SqlConnection | undefined;
  /** Also of those that are pending; undefined when it is gone. */
  instance: (id: string) => InstanceRow | undefined;
}

/** A search under way or done. */
interface Found {
  text: string;
  hits: Map<string, TextEntry>;
  /** Not looked at yet; undefined at the end. */
  rest: Iterator<TextEntry> | undefined;
}

const mostSearches = 4;
/** Changed instances that are read anew in the turn of the question. */
const fewChanges = 100;

export class InstanceTexts {
  readonly #entries = new Map<string, TextEntry>();
  /** Ids whose entry is missing or old. */
  readonly #changed = new Set<string>();
  /** By what they are for, the last one asked for at the end. */
  readonly #searches = new Map<string, Found>();
  /** The last id that was read from SQL; undefined before the beginning, null at the end. */
  #after: string | null | undefined;
  #keptChars = 0;

  /** `mostKept`: characters. */
  constructor(
    readonly source: TextSource,
    readonly mostKept: number,
  ) {}

  /** Whether a question can be answered without making anything first. */
  isReadyFor(text: string): boolean {
    if (this.#after !== null || this.#changed.size > fewChanges) return false;
    const found = this.#searches.get(text);
    return text === '' || (found !== undefined && found.rest === undefined);
  }

  get isComplete(): boolean {
    return this.#after === null;
  }

  /** Nothing, before it was begun. */
  apply(changes: readonly Change[]): void {
    if (this.#after === undefined) return;
    for (const change of changes) {
      if (change.type === 'row') this.#changed.add(change.row.instanceId);
      else if (change.type === 'purge') this.#changed.add(change.instanceId);
    }
  }

  /** Goes on until `isOver` says stop, which it is asked after each, or all is there: true then. */
  make(isOver: () => boolean): boolean {
    if (this.#after === undefined) this.#begin();
    if (this.#after !== null) {
      const isAll = this.source
        .sql()
        ?.scan(
          'SELECT id, CAST(body AS TEXT) FROM instances INDEXED BY instances_by_id WHERE id > ? ORDER BY id',
          [this.#after ?? ''],
          ([key, body]) => {
            const id = key as string;
            this.#after = id;
            if (!this.#entries.has(id) && !this.#changed.has(id)) this.#put(id, decodeRow(body as string));
            return !isOver();
          },
        );
      if (isAll === false) return false;
      this.#after = null;
    }
    for (const id of this.#changed) {
      this.#changed.delete(id);
      this.#put(id, this.source.instance(id));
      if (isOver()) return false;
    }
    return true;
  }

  #begin(): void {
    this.#after = '';
    for (const id of this.source.pending.purged) this.#changed.add(id);
    for (const { id, row } of this.source.pending.instances.values()) if (row !== null) this.#changed.add(id);
  }

  /** `row`: undefined when it is gone. */
  #put(id: string, row: InstanceRow | undefined): void {
    this.#keptChars -= this.#entries.get(id)?.text?.length ?? 0;
    if (row === undefined) {
      this.#entries.delete(id);
      for (const { hits } of this.#searches.values()) hits.delete(id);
      return;
    }
    const text = searchTextOf(row);
    const isKept = this.#keptChars + text.length <= this.mostKept;
    if (isKept) this.#keptChars += text.length;
    const entry = entryOf(row, isKept ? text : null);
    this.#entries.set(id, entry);
    for (const found of this.#searches.values()) {
      if (text.includes(found.text)) found.hits.set(id, entry);
      else found.hits.delete(id);
    }
  }

  /** As `make`, and then the search. The one that was begun is held by who waits for it. */
  search(text: string): { goOn: (isOver: () => boolean) => boolean } {
    let found: Found | undefined;
    return {
      goOn: (isOver) => {
        if (!this.make(isOver)) return false;
        found ??= this.#searchFor(text);
        return this.#look(found, isOver);
      },
    };
  }

  #searchFor(text: string): Found {
    const known = this.#searches.get(text);
    if (known !== undefined) {
      this.#searches.delete(text);
      this.#searches.set(text, known);
      return known;
    }
    // Whoever types on looks for a part of what was found.
    const wider = [...this.#searches.values()]
      .filter((each) => each.rest === undefined && text.includes(each.text))
      .sort((a, b) => a.hits.size - b.hits.size)[0];
    const found: Found = { text, hits: new Map(), rest: (wider?.hits ?? this.#entries).values() };
    this.#searches.set(text, found);
    for (const each of this.#searches.values()) {
      if (this.#searches.size <= mostSearches) break;
      if (each.rest === undefined) this.#searches.delete(each.text);
    }
    return found;
  }

  #look(found: Found, isOver: () => boolean): boolean {
    while (found.rest !== undefined) {
      const next = found.rest.next();
      if (next.done === true) {
        found.rest = undefined;
        break;
      }
      // What was found before may be old by now.
      const entry = this.#entries.get(next.value.instanceId);
      if (entry !== undefined && this.#textOf(entry).includes(found.text)) found.hits.set(entry.instanceId, entry);
      if (isOver()) return false;
    }
    return true;
  }

  #textOf({ text, instanceId }: TextEntry): string {
    if (text !== null) return text;
    const row = this.source.instance(instanceId);
    return row === undefined ? '' : searchTextOf(row);
  }

  /** All that there are, or those that the search found: once it is made. */
  entries(text: string): Iterable<TextEntry> {
    return (text === '' ? this.#entries : this.#searchFor(text).hits).values();
  }
}

/** `nowMs`: until then those run that have not ended. */
export function entryOrderValue(entry: TextEntry, orderBy: InstanceOrderBy, nowMs: number): string | number {
  return orderBy === 'duration' ? (entry.completedMs ?? nowMs) - entry.createdMs : (entry[orderBy] ?? '');
}

export function entryOf(row: InstanceRow, text: string | null): TextEntry {
  const { instanceId, createdTime, lastUpdatedTime, completedTime, name, runtimeStatus, historyLength, parentInstanceId } = row;
  return {
    instanceId,
    createdTime,
    lastUpdatedTime,
    name,
    runtimeStatus,
    historyLength,
    parentInstanceId,
    customStatus: row.customStatus === null ? null : row.customStatus.slice(0, searchedChars),
    text,
    createdMs: fromTimestamp(createdTime),
    completedMs: completedTime === null ? null : fromTimestamp(completedTime),
  };
}
