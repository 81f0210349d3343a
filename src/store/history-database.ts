/**
 * The index in sql.js. Everything here is synchronous and in memory; what must survive is in the journal.
 * Pending changes are written in slices, each one transaction: when one fails, nothing of it is in SQL and all of it is still pending.
 */
import type { BindParams, Database, SqlJsStatic, SqlValue, Statement } from 'sql.js';
import { DurascopeError } from '../core/errors';
import type { HistoryEvent } from '../core/history';
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer } from '../core/instance';
import type { CustomStatusChange } from '../core/ports/history-store';
import { decodeEvents, encodeEvents } from './event-codec';
import type { PendingChanges, PendingHistory } from './pending-changes';
import { decodeRow } from './row-codec';
import { schemaSql, schemaVersion } from './schema';

// Big pages and a roomy cache: each page that falls out of the cache is copied through sql.js' file system in JavaScript.
const pragmas = `
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -32000;
`;

const upsertRow = `
INSERT INTO instances (id, name, status, created, updated, parent, body) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status, created = excluded.created,
  updated = excluded.updated, parent = excluded.parent, body = excluded.body`;

const insertCustomStatus = `
INSERT INTO custom_status_changes (instance_id, execution_id, at, value)
SELECT ?1, ?2, ?3, ?4 WHERE ?4 IS NOT (
  SELECT value FROM custom_status_changes WHERE instance_id = ?1 AND execution_id = ?2 ORDER BY rowid DESC LIMIT 1)`;

const tablesByInstance = ['history', 'inbox', 'activities', 'timers', 'custom_status_changes'];

export class HistoryDatabase {
  #db: Database;
  readonly #statements = new Map<string, Statement>();

  /** `bytes`: a snapshot. Errors: StoreTooNew, StoreCorrupt. */
  constructor(sqlJs: SqlJsStatic, bytes?: Uint8Array) {
    this.#db = new sqlJs.Database(bytes);
    if (bytes === undefined) {
      this.#db.exec('PRAGMA page_size = 16384');
      this.#db.exec(pragmas);
      this.#db.exec(schemaSql);
      return;
    }
    try {
      this.#db.exec(pragmas);
      this.#checkVersion();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  #checkVersion(): void {
    let version: SqlValue | undefined;
    try {
      version = this.#row('PRAGMA user_version')?.[0];
    } catch (error) {
      throw new DurascopeError('StoreCorrupt', 'The snapshot is not a database that SQLite can read.', { cause: error });
    }
    if (typeof version === 'number' && version > schemaVersion) {
      throw new DurascopeError(
        'StoreTooNew',
        `The snapshot was written by a newer Durascope (schema version ${version}, this one knows ${schemaVersion}). ` +
          'Update Durascope, or use another data folder.',
        { details: { found: version, known: schemaVersion } },
      );
    }
    if (version !== schemaVersion) {
      throw new DurascopeError(
        'StoreCorrupt',
        `The snapshot has schema version ${String(version)}, which Durascope never wrote.`,
      );
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  /** The whole database as bytes. Blocks about a millisecond a megabyte. */
  export(): Uint8Array {
    const free = Number(this.#row('PRAGMA freelist_count')?.[0] ?? 0);
    const pages = Number(this.#row('PRAGMA page_count')?.[0] ?? 0);
    // export() frees every statement and opens the database anew, so what was prepared or set is gone.
    for (const statement of this.#statements.values()) statement.free();
    this.#statements.clear();
    if (free > pages / 4) this.#db.exec('VACUUM');
    const bytes = this.#db.export();
    this.#db.exec(pragmas);
    return bytes;
  }

  // --- writing ---

  /** Writes until all is written or `isOver` says stop; at least one item a call. True when nothing is left. */
  writeSlice(pending: PendingChanges, isOver: () => boolean): boolean {
    if (pending.purged.size > 0) {
      this.#transaction(() => this.#writePurges(pending, isOver));
      if (pending.purged.size > 0) return false;
    }
    this.writeQueue(pending);
    if (!pending.isEmpty) this.#transaction(() => this.#writeInstances(pending, false, isOver));
    return pending.isEmpty;
  }

  /** Writes finished instances only: running ones change again soon. True when some are left. */
  writeFinished(pending: PendingChanges, isOver: () => boolean): boolean {
    if (pending.finished.length === 0) return false;
    this.#transaction(() => {
      const purgesDone = this.#writePurges(pending, () => false);
      const done = this.#writeInstances(pending, true, isOver);
      return () => {
        purgesDone();
        done();
      };
    });
    return pending.finished.length > 0;
  }

  /** Inbox, activities and timers; purges before them. */
  writeQueue(pending: PendingChanges): void {
    if (!pending.hasQueueChanges) return;
    this.#transaction(() => {
      const purgesDone = this.#writePurges(pending, () => false);
      for (const seq of pending.consumed) this.#run('DELETE FROM inbox WHERE seq = ?', [seq]);
      for (const key of pending.finishedActivities) this.#run('DELETE FROM activities WHERE key = ?', [key]);
      for (const key of pending.finishedTimers) this.#run('DELETE FROM timers WHERE key = ?', [key]);
      for (const message of pending.messages.values()) this.#insertMessage(message);
      for (const [key, activity] of pending.activities) this.#insertActivity(key, activity);
      for (const [key, timer] of pending.timers) this.#insertTimer(key, timer);
      return () => {
        purgesDone();
        pending.consumed.clear();
        pending.finishedActivities.clear();
        pending.finishedTimers.clear();
        pending.messages.clear();
        pending.activities.clear();
        pending.timers.clear();
      };
    });
  }

  /** Messages that come and go between two writes leave no other trace. */
  writeNextSeq(pending: PendingChanges): void {
    this.#run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', ['nextSeq', String(pending.nextSeq)]);
  }

  /** The rows of instances, and purges before them: all that a query looks at. */
  writeRows(pending: PendingChanges): void {
    if (pending.rows.size === 0 && pending.purged.size === 0) return;
    this.#transaction(() => {
      const purgesDone = this.#writePurges(pending, () => false);
      for (const id of pending.rows.keys()) this.#writeRow(pending, id);
      return () => {
        purgesDone();
        for (const { text } of pending.rows.values()) pending.weight -= text.length;
        pending.rows.clear();
        pending.finished = [];
      };
    });
  }

  writeCustomStatus(pending: PendingChanges, instanceId: string): void {
    if (!pending.customStatuses.has(instanceId) && pending.purged.size === 0) return;
    this.#transaction(() => {
      const purgesDone = this.#writePurges(pending, () => false);
      this.#writeCustomStatus(pending, instanceId);
      return () => {
        purgesDone();
        pending.customStatuses.delete(instanceId);
      };
    });
  }

  #writePurges(pending: PendingChanges, isOver: () => boolean): () => void {
    const done: string[] = [];
    for (const id of pending.purged) {
      this.#run('DELETE FROM instances WHERE id = ?', [id]);
      for (const table of tablesByInstance) this.#run(`DELETE FROM ${table} WHERE instance_id = ?`, [id]);
      done.push(id);
      if (isOver()) break;
    }
    return () => {
      for (const id of done) pending.purged.delete(id);
    };
  }

  #writeInstances(pending: PendingChanges, finishedOnly: boolean, isOver: () => boolean): () => void {
    const finished = pending.finished;
    const done = new Set<string>();
    let count = 0;
    const write = (id: string): boolean => {
      if (done.has(id)) return true;
      this.#writeRow(pending, id);
      this.#writeHistory(id, pending.histories.get(id));
      this.#writeCustomStatus(pending, id);
      done.add(id);
      count += 1;
      return count % 16 !== 0 || !isOver();
    };
    let taken = 0;
    const all = (): void => {
      for (const id of finished) {
        taken += 1;
        if (!write(id)) return;
      }
      if (finishedOnly) return;
      for (const ids of [pending.rows, pending.histories, pending.customStatuses]) {
        for (const id of ids.keys()) if (!write(id)) return;
      }
    };
    all();
    return () => {
      pending.finished = finished.slice(taken);
      for (const id of done) pending.written(id);
    };
  }

  #writeRow(pending: PendingChanges, id: string): void {
    const entry = pending.rows.get(id);
    if (entry === undefined) return;
    const { row, text } = entry;
    this.#run(upsertRow, [
      id,
      row.name,
      row.runtimeStatus,
      row.createdTime,
      row.lastUpdatedTime,
      row.parentInstanceId,
      utf8(text),
    ]);
  }

  #writeHistory(id: string, history: PendingHistory | undefined): void {
    if (history === undefined) return;
    if (history.replace) this.#run('DELETE FROM history WHERE instance_id = ?', [id]);
    if (history.count === 0) return;
    this.#run('INSERT OR REPLACE INTO history (instance_id, execution_id, first_seq, count, events) VALUES (?, ?, ?, ?, ?)', [
      id,
      history.executionId,
      history.from,
      history.count,
      utf8(history.pieces.join(',')),
    ]);
  }

  #writeCustomStatus(pending: PendingChanges, id: string): void {
    const status = pending.customStatuses.get(id);
    if (status === undefined) return;
    this.#run('DELETE FROM custom_status_changes WHERE instance_id = ? AND execution_id <> ?', [id, status.executionId]);
    for (const { at, value } of status.changes) {
      this.#run(insertCustomStatus, [id, status.executionId, at, value === null ? null : utf8(value)]);
    }
  }

  #insertMessage(message: InboxMessage): void {
    this.#run('INSERT OR REPLACE INTO inbox (seq, instance_id, execution_id, visible_at, event) VALUES (?, ?, ?, ?, ?)', [
      message.seq,
      message.instanceId,
      message.executionId,
      message.visibleAt,
      utf8(encodeEvents([message.event])),
    ]);
  }

  #insertActivity(key: string, a: PendingActivity): void {
    this.#run(
      'INSERT OR REPLACE INTO activities (key, instance_id, execution_id, task_id, name, version, input, scheduled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      [key, a.instanceId, a.executionId, a.taskId, a.name, a.version, a.input === null ? null : utf8(a.input), a.scheduledAt],
    );
  }

  #insertTimer(key: string, t: PendingTimer): void {
    this.#run('INSERT OR REPLACE INTO timers (key, instance_id, execution_id, timer_id, fire_at) VALUES (?, ?, ?, ?, ?)', [
      key,
      t.instanceId,
      t.executionId,
      t.timerId,
      t.fireAt,
    ]);
  }

  /** `work` returns what to do once all of it is in. */
  #transaction(work: () => () => void): void {
    this.#run('BEGIN', []);
    let done: () => void;
    try {
      done = work();
      this.#run('COMMIT', []);
    } catch (error) {
      this.#run('ROLLBACK', []);
      throw error;
    }
    done();
  }

  // --- reading ---

  instance(instanceId: string): InstanceRow | undefined {
    const body = this.#row('SELECT CAST(body AS TEXT) FROM instances WHERE id = ?', [instanceId])?.[0];
    return body === undefined ? undefined : decodeRow(body as string);
  }

  /** Number of stored events. */
  historyLength(instanceId: string): number {
    const sql = 'SELECT first_seq + count FROM history WHERE instance_id = ? ORDER BY first_seq DESC LIMIT 1';
    return Number(this.#row(sql, [instanceId])?.[0] ?? 0);
  }

  /** Events `from` (included) to `to` (excluded). */
  history(instanceId: string, from: number, to: number): HistoryEvent[] {
    const sql =
      'SELECT first_seq, CAST(events AS TEXT) FROM history WHERE instance_id = ? AND first_seq < ? AND first_seq + count > ? ORDER BY first_seq';
    const chunks = this.#rows(sql, [instanceId, to === Infinity ? Number.MAX_SAFE_INTEGER : to, from]);
    const first = chunks[0]?.[0] as number | undefined;
    if (first === undefined) return [];
    const events = decodeEvents(chunks.map((chunk) => chunk[1] as string).join(','));
    return events.slice(Math.max(0, from - first), to === Infinity ? undefined : to - first);
  }

  customStatusChanges(instanceId: string, executionId: string): CustomStatusChange[] {
    const sql =
      'SELECT at, CAST(value AS TEXT) FROM custom_status_changes WHERE instance_id = ? AND execution_id = ? ORDER BY rowid';
    return this.#rows(sql, [instanceId, executionId]).map(([at, value]) => ({ at: at as string, value: value as string | null }));
  }

  idsWithCustomStatus(): string[] {
    return this.#rows('SELECT DISTINCT instance_id FROM custom_status_changes').map(([id]) => id as string);
  }

  nextSeq(): number {
    return Number(this.#row('SELECT value FROM meta WHERE key = ?', ['nextSeq'])?.[0] ?? 1);
  }

  /** Of one instance, or of all. */
  inbox(instanceId?: string): InboxMessage[] {
    const columns = 'SELECT seq, instance_id, execution_id, visible_at, CAST(event AS TEXT) FROM inbox';
    return this.#queued(columns, 'seq', instanceId).map(([seq, id, executionId, visibleAt, event]) => ({
      seq: seq as number,
      instanceId: id as string,
      executionId: executionId as string | null,
      event: decodeEvents(event as string)[0] as InboxMessage['event'],
      visibleAt: visibleAt as string | null,
    }));
  }

  activities(instanceId?: string): PendingActivity[] {
    const columns = 'SELECT instance_id, execution_id, task_id, name, version, CAST(input AS TEXT), scheduled_at FROM activities';
    return this.#queued(columns, 'rowid', instanceId).map(([id, executionId, taskId, name, version, input, scheduledAt]) => ({
      instanceId: id as string,
      executionId: executionId as string,
      taskId: taskId as number,
      name: name as string,
      version: version as string,
      input: input as string | null,
      scheduledAt: scheduledAt as string,
    }));
  }

  timers(instanceId?: string): PendingTimer[] {
    const columns = 'SELECT instance_id, execution_id, timer_id, fire_at FROM timers';
    return this.#queued(columns, 'fire_at, rowid', instanceId).map(([id, executionId, timerId, fireAt]) => ({
      instanceId: id as string,
      executionId: executionId as string,
      timerId: timerId as number,
      fireAt: fireAt as string,
    }));
  }

  #queued(columns: string, order: string, instanceId: string | undefined): SqlValue[][] {
    return instanceId === undefined
      ? this.#rows(`${columns} ORDER BY ${order}`)
      : this.#rows(`${columns} WHERE instance_id = ? ORDER BY ${order}`, [instanceId]);
  }

  /** For statements made for one question: prepared, read to the end and thrown away. */
  select(sql: string, params: readonly SqlValue[]): SqlValue[][] {
    const statement = this.#db.prepare(sql);
    try {
      return readAll(statement, [...params]);
    } finally {
      statement.free();
    }
  }

  #rows(sql: string, params: BindParams = []): SqlValue[][] {
    const statement = this.#prepare(sql);
    try {
      return readAll(statement, params);
    } finally {
      statement.reset();
    }
  }

  #row(sql: string, params: BindParams = []): SqlValue[] | undefined {
    const statement = this.#prepare(sql);
    try {
      statement.bind(params);
      return statement.step() ? statement.get() : undefined;
    } finally {
      statement.reset();
    }
  }

  #run(sql: string, params: BindParams): void {
    const statement = this.#prepare(sql);
    try {
      statement.run(params);
    } catch (error) {
      statement.reset();
      throw error;
    }
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function readAll(statement: Statement, params: BindParams): SqlValue[][] {
  const rows: SqlValue[][] = [];
  statement.bind(params);
  while (statement.step()) rows.push(statement.get());
  return rows;
}

let scratch = Buffer.allocUnsafe(64 * 1024);

/** UTF-8 bytes of a text, valid until the next call, so one a statement: sql.js copies what it binds. */
function utf8(text: string): Uint8Array {
  if (text.length * 3 > scratch.length) {
    if (text.length > 1024 * 1024) return Buffer.from(text, 'utf8');
    scratch = Buffer.allocUnsafe(text.length * 3);
  }
  return scratch.subarray(0, scratch.write(text, 0, 'utf8'));
}
