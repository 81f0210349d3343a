/**
 * What instances can be searched in and sorted by beyond the columns of their table: made with the first question that needs it, kept up with
 * every commit from then on, and handed to SQL as temporary tables.
 */
import type { InstanceRow } from '../core/instances/instance';
import { orderValueOf, searchedChars, searchTextOf, type InstanceOrderBy } from '../core/instances/instance-search';
import type { Change } from './checkpoint-codec';
import { decodeRow, wholeRow } from './row-codec';
import type { SqlConnection } from './sql-connection';

type Kept = Parameters<typeof orderValueOf>[0];

interface Entry {
  text: string;
  row: Kept;
}

export class InstanceTexts {
  #entries: Map<string, Entry> | undefined;
  /** Counts up with every change. */
  #version = 0;
  /** What the temporary tables hold. */
  #found = '';
  #ordered = '';

  /** Nothing, before there was a question. */
  apply(changes: readonly Change[]): void {
    if (this.#entries === undefined) return;
    for (const change of changes) {
      if (change.type === 'row') this.#entries.set(change.row.instanceId, entryOf(wholeRow(change.row)));
      else if (change.type === 'purge') this.#entries.delete(change.instanceId);
      else continue;
      this.#version++;
    }
  }

  /** Fills `temp.found` with the ids of those in which `text` occurs, ignoring case. */
  find(connection: SqlConnection, text: string): void {
    const entries = this.#all(connection);
    const key = `${this.#version} ${text}`;
    if (key === this.#found) return;
    const folded = text.toLowerCase();
    const ids: string[] = [];
    for (const [id, entry] of entries) if (entry.text.includes(folded)) ids.push(id);
    connection.script('CREATE TEMP TABLE IF NOT EXISTS found (id TEXT PRIMARY KEY) WITHOUT ROWID; DELETE FROM temp.found');
    connection.run('INSERT INTO temp.found SELECT value FROM json_each(?) ORDER BY value', [JSON.stringify(ids)]);
    this.#found = key;
  }

  /** Fills `temp.ordered` with what each instance has for this order. */
  order(connection: SqlConnection, orderBy: InstanceOrderBy, now: string): void {
    const entries = this.#all(connection);
    const key = `${this.#version} ${orderBy} ${orderBy === 'duration' ? now : ''}`;
    if (key === this.#ordered) return;
    const parts = [...entries].map(([id, { row }]) => `${JSON.stringify(id)}:${JSON.stringify(orderValueOf(row, orderBy, now))}`);
    connection.script(
      'DROP TABLE IF EXISTS temp.ordered; CREATE TEMP TABLE ordered (instance TEXT PRIMARY KEY, value) WITHOUT ROWID',
    );
    connection.run('INSERT INTO temp.ordered SELECT key, value FROM json_each(?)', [`{${parts.join(',')}}`]);
    connection.script('CREATE INDEX temp.ordered_by_value ON ordered (value, instance)');
    this.#ordered = key;
  }

  #all(connection: SqlConnection): ReadonlyMap<string, Entry> {
    if (this.#entries === undefined) {
      this.#entries = new Map();
      for (const [body] of connection.select('SELECT CAST(body AS TEXT) FROM instances')) {
        const row = decodeRow(body as string);
        this.#entries.set(row.instanceId, entryOf(row));
      }
    }
    return this.#entries;
  }
}

function entryOf(row: InstanceRow): Entry {
  const { instanceId, createdTime, lastUpdatedTime, completedTime, name, runtimeStatus, historyLength } = row;
  const customStatus = row.customStatus === null ? null : row.customStatus.slice(0, searchedChars);
  return {
    text: searchTextOf(row),
    row: { instanceId, createdTime, lastUpdatedTime, completedTime, name, runtimeStatus, historyLength, customStatus },
  };
}
