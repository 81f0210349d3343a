/**
 * Writes pending changes into SQL, in slices that are one transaction each: when one fails, nothing of it is in SQL and all of it
 * is still pending.
 */
import { activityRestText, decodeRow, encodeRow, UnreadRow, wholeActivity, wholeMessage } from './row-codec';
import { decodeTime } from './time-codec';
import type { InboxMessage, PendingActivity, PendingTimer } from '../core/instances/instance';
import { encodeEvents } from './event-codec';
import { textOf } from './journal-text';
import type { PendingChanges, PendingInstance, PendingStatusChange } from './pending-changes';
import type { SqlConnection } from './sql-connection';

const upsertRow = `
INSERT INTO instances (id, name, status, created, updated, parent, body) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status, created = excluded.created,
  updated = excluded.updated, parent = excluded.parent, body = excluded.body`;

const insertCustomStatus = `
INSERT INTO custom_status_changes (instance_id, execution_id, at, value)
SELECT ?1, ?2, ?3, ?4 WHERE ?4 IS NOT (
  SELECT value FROM custom_status_changes WHERE instance_id = ?1 AND execution_id = ?2 ORDER BY rowid DESC LIMIT 1)`;

/** For an id of which SQL has none. */
const insertFirstCustomStatus = 'INSERT INTO custom_status_changes (instance_id, execution_id, at, value) VALUES (?, ?, ?, ?)';

const tablesByInstance = ['history', 'inbox', 'activities', 'timers', 'custom_status_changes'];

/** Rows are read whole: a page of a long history should not need all of it. */
const enoughEventsPerRow = 500;
const enoughLengthPerRow = 1024 * 1024;
/** Looking at the clock costs about as much as a small write. */
const itemsBetweenLooks = 16;
const never = (): boolean => false;

export class PendingWriter {
  constructor(
    readonly sql: SqlConnection,
    readonly pending: PendingChanges,
    /** Called before anything is looked up by its instance. */
    readonly beforeLookup: () => void = () => undefined,
  ) {}

  /** Writes until all is written or `isOver` says stop; at least one item a call. True when nothing is left. */
  writeSlice(isOver: () => boolean): boolean {
    if (this.pending.purged.size > 0) {
      this.sql.transaction(() => this.#writePurges(isOver));
      if (this.pending.purged.size > 0) return false;
    }
    this.writeQueue();
    if (!this.pending.isEmpty) this.sql.transaction(() => this.#writeInstances(this.pending.instanceIds(), isOver));
    return this.pending.isEmpty;
  }

  /** Writes everything, however long that takes. In the order of ids: walking along the indexes beats jumping about in them. */
  writeAll(): void {
    this.writeQueue();
    if (this.pending.isEmpty) return;
    const ids = [...new Set(this.pending.instanceIds())].sort();
    this.sql.transaction(() => this.#writeInstances(ids, never));
  }

  /**
   * Makes room while a journal is read: nothing more comes of finished instances, so that what is written is written once. All others too
   * where that is not enough.
   */
  writeSettled(limit: number): void {
    const { pending } = this;
    if (pending.finished.size > 0) {
      const ids = [...pending.finished].sort();
      this.sql.transaction(() => {
        const purgesDone = this.#writePurges(never);
        const done = this.#writeInstances(ids, never);
        return () => {
          purgesDone();
          done();
        };
      });
    }
    if (pending.weight > limit) this.writeAll();
  }

  /** Writes finished instances only: running ones change again soon. True when some are left. */
  writeFinished(isOver: () => boolean): boolean {
    if (this.pending.finished.size === 0) return false;
    this.sql.transaction(() => {
      const purgesDone = this.#writePurges(never);
      const done = this.#writeInstances(this.pending.finished, isOver);
      return () => {
        purgesDone();
        done();
      };
    });
    return this.pending.finished.size > 0;
  }

  /** Inbox, activities and timers; purges before them. */
  writeQueue(): void {
    if (!this.pending.hasQueueChanges) return;
    this.sql.transaction(() => {
      const purgesDone = this.#writePurges(never);
      for (const seq of this.pending.consumed) this.sql.run('DELETE FROM inbox WHERE seq = ?', [seq]);
      for (const key of this.pending.finishedActivities) this.sql.run('DELETE FROM activities WHERE key = ?', [key]);
      for (const key of this.pending.finishedTimers) this.sql.run('DELETE FROM timers WHERE key = ?', [key]);
      for (const message of this.pending.messages.values()) this.#insertMessage(wholeMessage(message));
      for (const [key, activity] of this.pending.activities) this.#insertActivity(key, wholeActivity(activity));
      for (const [key, timer] of this.pending.timers) this.#insertTimer(key, timer);
      return () => {
        purgesDone();
        this.pending.consumed.clear();
        this.pending.finishedActivities.clear();
        this.pending.finishedTimers.clear();
        this.pending.messages.clear();
        this.pending.activities.clear();
        this.pending.timers.clear();
      };
    });
  }

  /** Messages that come and go between two writes leave no other trace. */
  writeNextSeq(): void {
    this.sql.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', ['nextSeq', String(this.pending.nextSeq)]);
  }

  /** The rows of instances, and purges before them: all that a query looks at. */
  writeRows(): void {
    if (this.pending.rowCount === 0 && this.pending.purged.size === 0) return;
    this.sql.transaction(() => {
      const purgesDone = this.#writePurges(never);
      for (const instance of this.pending.instances.values()) this.#writeRow(instance);
      return () => {
        purgesDone();
        this.pending.rowsWritten();
      };
    });
  }

  writeCustomStatus(instanceId: string): void {
    const instance = this.pending.instances.get(instanceId);
    if ((instance === undefined || instance.customStatus === null) && this.pending.purged.size === 0) return;
    this.sql.transaction(() => {
      const purgesDone = this.#writePurges(never);
      if (instance !== undefined) this.#writeCustomStatus(instance);
      return () => {
        purgesDone();
        this.pending.customStatusWritten(instanceId);
      };
    });
  }

  #writePurges(isOver: () => boolean): () => void {
    const done: string[] = [];
    if (this.pending.purged.size > 0) this.beforeLookup();
    for (const id of this.pending.purged) {
      this.sql.run('DELETE FROM instances WHERE id = ?', [id]);
      for (const table of tablesByInstance) this.sql.run(`DELETE FROM ${table} WHERE instance_id = ?`, [id]);
      done.push(id);
      if (isOver()) break;
    }
    return () => {
      for (const id of done) this.pending.purged.delete(id);
    };
  }

  #writeInstances(ids: Iterable<string>, isOver: () => boolean): () => void {
    const done = new Set<string>();
    for (const id of ids) {
      if (done.has(id)) continue;
      const instance = this.pending.instances.get(id);
      if (instance !== undefined) this.#writeInstance(instance);
      done.add(id);
      if (done.size % itemsBetweenLooks === 0 && isOver()) break;
    }
    return () => {
      for (const id of done) this.pending.written(id);
    };
  }

  #writeInstance(instance: PendingInstance): void {
    this.#writeRow(instance);
    this.#writeHistory(instance);
    this.#writeCustomStatus(instance);
  }

  #writeRow({ id, row: pending }: PendingInstance): void {
    if (pending === null) return;
    const isUnread = pending instanceof UnreadRow;
    const text = isUnread ? textOf(pending.text) : encodeRow(pending);
    const row = isUnread ? decodeRow(text) : pending;
    this.sql.run(upsertRow, [
      id,
      row.name,
      row.runtimeStatus,
      row.createdTime,
      row.lastUpdatedTime,
      row.parentInstanceId,
      utf8(text),
    ]);
  }

  #writeHistory({ id, history }: PendingInstance): void {
    if (history === null) return;
    if (history.replace) this.sql.run('DELETE FROM history WHERE instance_id = ?', [id]);
    let from = history.from;
    for (let piece = history.first; piece !== null;) {
      const pieces: string[] = [];
      let count = 0;
      for (let length = 0; piece !== null && count < enoughEventsPerRow && length < enoughLengthPerRow; piece = piece.next) {
        pieces.push(textOf(piece.events));
        count += piece.count;
        length += piece.events.length;
      }
      this.sql.run(
        'INSERT OR REPLACE INTO history (instance_id, execution_id, first_seq, count, events) VALUES (?, ?, ?, ?, ?)',
        [id, history.executionId, from, count, utf8(pieces.join(','))],
      );
      from += count;
    }
  }

  #writeCustomStatus({ id, customStatus: status }: PendingInstance): void {
    if (status === null) return;
    const { executionId, first } = status;
    const isInSql = this.pending.customStatusInSql.has(id);
    if (isInSql) {
      this.beforeLookup();
      this.sql.run('DELETE FROM custom_status_changes WHERE instance_id = ? AND execution_id <> ?', [id, executionId]);
    }
    const insert = isInSql ? insertCustomStatus : insertFirstCustomStatus;
    for (let change: PendingStatusChange | null = first; change !== null; change = change.next) {
      const { at, value } = change;
      // None at first is no change.
      if (change === first && value === null && !isInSql) continue;
      this.sql.run(insert, [id, executionId, decodeTime(at), value === null ? null : utf8(value)]);
    }
  }

  #insertMessage(message: InboxMessage): void {
    this.sql.run('INSERT OR REPLACE INTO inbox (seq, instance_id, execution_id, visible_at, event) VALUES (?, ?, ?, ?, ?)', [
      message.seq,
      message.instanceId,
      message.executionId,
      message.visibleAt,
      utf8(encodeEvents([message.event])),
    ]);
  }

  #insertActivity(key: string, a: PendingActivity): void {
    this.sql.run(
      'INSERT OR REPLACE INTO activities (key, instance_id, execution_id, task_id, name, version, input, scheduled_at, rest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        key,
        a.instanceId,
        a.executionId,
        a.taskId,
        a.name,
        a.version,
        a.input === null ? null : utf8(a.input),
        a.scheduledAt,
        activityRestText(a),
      ],
    );
  }

  #insertTimer(key: string, t: PendingTimer): void {
    this.sql.run('INSERT OR REPLACE INTO timers (key, instance_id, execution_id, timer_id, fire_at) VALUES (?, ?, ?, ?, ?)', [
      key,
      t.instanceId,
      t.executionId,
      t.timerId,
      t.fireAt,
    ]);
  }
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
