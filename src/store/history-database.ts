/** The index: histories, rows and queued work as SQL has them. What is still pending is the store's to add. */
import type { SqlJsStatic, SqlValue } from 'sql.js';
import { DurascopeError } from '../core/values/errors';
import type { HistoryEvent } from '../core/history/history';
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer, CustomStatusChange } from '../core/instances/instance';
import { decodeEvents, decodePieces } from './event-codec';
import { activityRest, decodeRow } from './row-codec';
import { lookupIndexesSql, orderIndexes, schemaSql, schemaVersion } from './schema';
import { SqlConnection } from './sql-connection';

export class HistoryDatabase {
  readonly sql: SqlConnection;
  #hasLookupIndexes: boolean;
  /** Those that are still to be made. */
  readonly #orderIndexes: string[];

  /** `bytes`: a snapshot. `muchToCome`: a new one that about so many bytes are written to before `addIndexes`. Errors: StoreTooNew, StoreCorrupt. */
  constructor(sqlJs: SqlJsStatic, bytes?: Uint8Array, muchToCome = 0) {
    this.sql = new SqlConnection(sqlJs, bytes);
    this.#hasLookupIndexes = muchToCome === 0;
    this.#orderIndexes = muchToCome === 0 ? [] : [...orderIndexes];
    try {
      if (bytes !== undefined) this.#checkVersion();
      if (muchToCome > 0) {
        this.sql.script(schemaSql);
        this.sql.reserve(sqlJs, muchToCome);
      }
      this.sql.configure();
      if (bytes === undefined && muchToCome === 0) this.sql.script(schemaSql + lookupIndexesSql + orderIndexes.join(''));
      // Snapshots of before the column came in.
      if (bytes !== undefined && !this.sql.rows('PRAGMA table_info(activities)').some((column) => column[1] === 'rest')) {
        this.sql.run('ALTER TABLE activities ADD COLUMN rest TEXT');
      }
    } catch (error) {
      this.sql.close();
      throw error;
    }
  }

  /** Before anything is asked about instances. */
  addIndexes(): void {
    while (this.addIndex());
  }

  /** One of them, or those of the lookups; false when there are all. */
  addIndex(): boolean {
    if (this.#hasLookupIndexes && this.#orderIndexes.length === 0) return false;
    const sql = this.#hasLookupIndexes ? this.#orderIndexes[0] : undefined;
    if (sql === undefined) this.addLookupIndexes();
    else this.sql.script(sql);
    if (sql !== undefined) this.#orderIndexes.shift();
    return true;
  }

  /** At the latest before something is looked up by its instance. */
  addLookupIndexes(): void {
    if (this.#hasLookupIndexes) return;
    this.sql.script(lookupIndexesSql);
    this.#hasLookupIndexes = true;
  }

  #checkVersion(): void {
    let version: SqlValue | undefined;
    try {
      version = this.sql.row('PRAGMA user_version')?.[0];
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
    this.sql.close();
  }

  instance(instanceId: string): InstanceRow | undefined {
    const body = this.sql.row('SELECT CAST(body AS TEXT) FROM instances WHERE id = ?', [instanceId])?.[0];
    return body === undefined ? undefined : decodeRow(body as string);
  }

  /** Events `from` (included) to `to` (excluded). */
  history(instanceId: string, from: number, to: number): HistoryEvent[] {
    const sql =
      'SELECT first_seq, CAST(events AS TEXT) FROM history WHERE instance_id = ? AND first_seq < ? AND first_seq + count > ? ORDER BY first_seq';
    const chunks = this.sql.rows(sql, [instanceId, to === Infinity ? Number.MAX_SAFE_INTEGER : to, from]);
    const first = chunks[0]?.[0] as number | undefined;
    if (first === undefined) return [];
    const events = decodePieces(chunks.map((chunk) => chunk[1] as string));
    return events.slice(Math.max(0, from - first), to === Infinity ? undefined : to - first);
  }

  customStatusChanges(instanceId: string, executionId: string): CustomStatusChange[] {
    const sql =
      'SELECT at, CAST(value AS TEXT) FROM custom_status_changes WHERE instance_id = ? AND execution_id = ? ORDER BY rowid';
    return this.sql
      .rows(sql, [instanceId, executionId])
      .map(([at, value]) => ({ at: at as string, value: value as string | null }));
  }

  idsWithCustomStatus(): string[] {
    return this.sql.rows('SELECT DISTINCT instance_id FROM custom_status_changes').map(([id]) => id as string);
  }

  nextSeq(): number {
    return Number(this.sql.row('SELECT value FROM meta WHERE key = ?', ['nextSeq'])?.[0] ?? 1);
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
    const columns =
      'SELECT instance_id, execution_id, task_id, name, version, CAST(input AS TEXT), scheduled_at, rest FROM activities';
    return this.#queued(columns, 'rowid', instanceId).map(
      ([id, executionId, taskId, name, version, input, scheduledAt, rest]) => ({
        instanceId: id as string,
        executionId: executionId as string,
        taskId: taskId as number,
        name: name as string,
        version: version as string,
        input: input as string | null,
        scheduledAt: scheduledAt as string,
        ...activityRest(rest as string | null),
      }),
    );
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
      ? this.sql.rows(`${columns} ORDER BY ${order}`)
      : this.sql.rows(`${columns} WHERE instance_id = ? ORDER BY ${order}`, [instanceId]);
  }
}
