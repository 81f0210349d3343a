/**
 * The history store: a journal on disk is the truth, sql.js in memory the index.
 *
 *   H1. A commit is in the journal before it is applied, and applied before it resolves. One record a commit: whole or not at all.
 *   H2. SQL is written behind: when idle, when too much is pending, and as far as a read needs it. Every read sees every commit.
 *   H3. After a failed write or sync nothing more is accepted: what is in memory is exactly what is in the journal, and stays readable.
 */
import type { Checkpoint } from '../core/checkpoint';
import { DurascopeError } from '../core/errors';
import type { HistoryEvent } from '../core/history';
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer } from '../core/instance';
import type { CustomStatusChange, HistoryStore, InstancePage, InstanceQuery, RecoveredWork } from '../core/ports/history-store';
import type { Logger } from '../core/ports/logger';
import type { OrchestrationStatus } from '../core/status';
import { decodeCheckpoints, encodeCheckpoints } from './checkpoint-codec';
import { decodeEvents } from './event-codec';
import { FolderLock } from './folder-lock';
import { HistoryDatabase } from './history-database';
import { countInstances, countInstancesByStatus, queryInstances } from './instance-query';
import type { JournalWriter } from './journal';
import { loadSqlJs } from './load-sql-js';
import { PendingChanges } from './pending-changes';
import { StoreFolder } from './store-folder';

export interface SqlJsHistoryStoreOptions {
  /** Data folder, made when missing; null keeps everything in memory. */
  dir: string | null;
  /** `interval` (default): a kill of the process loses nothing, a power cut at most `fsyncIntervalMs`. `strict`: neither loses anything. */
  durability?: 'interval' | 'strict';
  log: Logger;
  fsyncIntervalMs?: number;
  /** Journal size from which an idle moment is used for a snapshot. */
  compactAtBytes?: number;
}

const defaultFsyncIntervalMs = 500;
const defaultCompactAtBytes = 64 * 1024 * 1024;
/** A journal that is not worth a snapshot when the store is closed: it is read back in a few hundredths of a second. */
const smallJournalBytes = 2 * 1024 * 1024;
/** Characters of pending text from which SQL is written although commits keep coming: finished instances first, then all. */
const finishedLimit = 4 * 1024 * 1024;
const pendingLimit = 4 * finishedLimit;
/** A journal this many times the size for a snapshot does not wait for an idle moment any more. */
const overdue = 16;
const idleDelayMs = 100;
const sliceMs = 8;

const committed = Promise.resolve();

interface SyncWaiter {
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface Disk {
  folder: StoreFolder;
  lock: FolderLock;
  journal: JournalWriter;
  /** Sizes of the snapshot and of journals that a snapshot under way will replace. */
  olderBytes: number;
}

export class SqlJsHistoryStore implements HistoryStore {
  readonly #options: Required<SqlJsHistoryStoreOptions>;
  readonly #pending = new PendingChanges();
  #database: HistoryDatabase | undefined;
  #disk: Disk | undefined;
  #failure: DurascopeError | undefined;
  #closing: Promise<void> | undefined;

  #idleTimer: NodeJS.Timeout | undefined;
  #slice: NodeJS.Immediate | undefined;
  #commitsSinceIdleCheck = 0;
  #indexFailed = false;

  #syncTimer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> | undefined;
  #syncWaiters: SyncWaiter[] = [];
  #isSyncingWaiters = false;
  #compacting: Promise<void> | undefined;

  constructor(options: SqlJsHistoryStoreOptions) {
    this.#options = {
      durability: 'interval',
      fsyncIntervalMs: defaultFsyncIntervalMs,
      compactAtBytes: defaultCompactAtBytes,
      ...options,
    };
  }

  async open(): Promise<RecoveredWork> {
    if (this.#database !== undefined || this.#closing !== undefined) throw new Error('A store is opened once.');
    const sqlJs = await loadSqlJs();
    let warnings: readonly string[] = [];
    if (this.#options.dir === null) {
      this.#database = new HistoryDatabase(sqlJs);
    } else {
      const folder = new StoreFolder(this.#options.dir);
      const lock = await lockFolder(folder);
      try {
        const snapshot = await folder.loadSnapshot();
        const database = new HistoryDatabase(sqlJs, snapshot.database);
        this.#database = database;
        for (const id of database.idsWithCustomStatus()) this.#pending.withCustomStatus.add(id);
        this.#pending.nextSeq = database.nextSeq();
        const loaded = folder.loadJournals(snapshot.generation, (payload) => {
          this.#pending.apply(decodeCheckpoints(payload));
          if (this.#pending.weight > pendingLimit) database.writeSlice(this.#pending, never);
        });
        warnings = loaded.warnings;
        const olderBytes = folder.bytesOnDisk() - loaded.writer.size;
        this.#disk = { folder, lock, journal: loaded.writer, olderBytes };
      } catch (error) {
        this.#database?.close();
        this.#database = undefined;
        lock.release();
        throw asStoreError(error, folder.dir);
      }
    }
    for (const message of warnings) this.#log('warning', message);
    this.#database.writeQueue(this.#pending);
    this.#scheduleIdle();
    return {
      inbox: this.#database.inbox(),
      activities: this.#database.activities(),
      timers: this.#database.timers(),
      nextSeq: this.#pending.nextSeq,
      warnings,
    };
  }

  commit(checkpoints: readonly Checkpoint[]): Promise<void> {
    if (this.#database === undefined || this.#closing !== undefined || this.#failure !== undefined) {
      return Promise.reject(this.#refusal());
    }
    const { text, changes } = encodeCheckpoints(checkpoints);
    if (text === '') return committed;
    const disk = this.#disk;
    if (disk !== undefined) {
      try {
        disk.journal.append(text);
      } catch (error) {
        return Promise.reject(this.#fail(error));
      }
    }
    this.#pending.apply(changes);
    this.#commitsSinceIdleCheck += 1;
    if (this.#pending.weight > finishedLimit && this.#slice === undefined) this.#scheduleSlice();
    if (this.#idleTimer === undefined) this.#scheduleIdle();
    if (disk === undefined) return committed;
    if (this.#options.durability === 'strict') return this.#synced(disk);
    if (this.#syncTimer === undefined) this.#scheduleSync(disk);
    return committed;
  }

  // --- reads ---

  instance(instanceId: string): InstanceRow | undefined {
    const database = this.#opened();
    const pending = this.#pending.rows.get(instanceId);
    if (pending !== undefined) return pending.row;
    return this.#pending.purged.has(instanceId) ? undefined : database.instance(instanceId);
  }

  history(instanceId: string, from = 0, count = Infinity): readonly HistoryEvent[] {
    const database = this.#opened();
    const to = from + count;
    const pending = this.#pending.histories.get(instanceId);
    const isGone = this.#pending.purged.has(instanceId) || pending?.replace === true;
    const events = isGone || (pending !== undefined && from >= pending.from) ? [] : database.history(instanceId, from, to);
    if (pending !== undefined && pending.count > 0 && to > pending.from) {
      const last = decodeEvents(pending.pieces.join(','));
      for (const event of last.slice(Math.max(0, from - pending.from), to - pending.from)) events.push(event);
    }
    return events;
  }

  query(query: InstanceQuery): InstancePage {
    return queryInstances(this.#withRows(), query);
  }

  count(query: InstanceQuery): number {
    return countInstances(this.#withRows(), query);
  }

  countByStatus(query: InstanceQuery = {}): Partial<Record<OrchestrationStatus, number>> {
    return countInstancesByStatus(this.#withRows(), query);
  }

  customStatusChanges(instanceId: string): readonly CustomStatusChange[] {
    const row = this.instance(instanceId);
    if (row === undefined) return [];
    const database = this.#opened();
    database.writeCustomStatus(this.#pending, instanceId);
    return database.customStatusChanges(instanceId, row.executionId);
  }

  pendingActivities(instanceId: string): readonly PendingActivity[] {
    return this.#withQueue().activities(instanceId);
  }

  pendingTimers(instanceId: string): readonly PendingTimer[] {
    return this.#withQueue().timers(instanceId);
  }

  inbox(instanceId: string): readonly InboxMessage[] {
    return this.#withQueue().inbox(instanceId);
  }

  bytesOnDisk(): number {
    return this.#disk === undefined ? 0 : this.#disk.olderBytes + this.#disk.journal.size;
  }

  /** Writes a snapshot now, whatever the size of the journal; nothing in memory mode. Commits may go on meanwhile. */
  async compact(): Promise<void> {
    await this.#compacting;
    const database = this.#opened();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#disk !== undefined) await this.#startCompacting(this.#disk, database);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#syncTimer);
    clearImmediate(this.#slice);
    await this.#compacting;
    const disk = this.#disk;
    const database = this.#database;
    try {
      if (disk !== undefined && database !== undefined) {
        await this.#syncing;
        if (this.#failure === undefined) {
          disk.journal.syncNow();
          if (disk.journal.size > Math.max(smallJournalBytes, disk.olderBytes / 4)) await this.#compact(disk, database);
        }
      }
    } finally {
      disk?.journal.close();
      disk?.lock.release();
      database?.close();
      this.#database = undefined;
    }
  }

  // --- write-behind ---

  #opened(): HistoryDatabase {
    if (this.#database === undefined) throw this.#refusal();
    return this.#database;
  }

  #withRows(): HistoryDatabase {
    const database = this.#opened();
    database.writeRows(this.#pending);
    return database;
  }

  #withQueue(): HistoryDatabase {
    const database = this.#opened();
    database.writeQueue(this.#pending);
    return database;
  }

  #scheduleIdle(): void {
    this.#idleTimer = setTimeout(() => {
      this.#idleTimer = undefined;
      if (this.#isIdle()) {
        this.#scheduleSlice();
      } else {
        this.#commitsSinceIdleCheck = 0;
        this.#scheduleIdle();
      }
    }, idleDelayMs);
    this.#idleTimer.unref();
  }

  #scheduleSlice(): void {
    if (this.#slice !== undefined) return;
    this.#slice = setImmediate(() => {
      this.#slice = undefined;
      this.#writeSlice();
    });
    this.#slice.unref();
  }

  #isIdle(): boolean {
    return this.#commitsSinceIdleCheck === 0;
  }

  #writeSlice(): void {
    const database = this.#database;
    if (database === undefined || this.#closing !== undefined) return;
    const end = performance.now() + sliceMs;
    const isOver = (): boolean => performance.now() >= end;
    const pending = this.#pending;
    try {
      if (this.#isIdle() || pending.weight > pendingLimit) {
        if (!database.writeSlice(pending, isOver)) this.#scheduleSlice();
      } else if (pending.weight > finishedLimit && database.writeFinished(pending, isOver)) {
        this.#scheduleSlice();
      }
      this.#indexFailed = false;
    } catch (error) {
      // The journal has it all; memory is what ran out. Reads that need SQL will say so themselves.
      if (!this.#indexFailed) this.#log('error', `The index of the history store cannot be written: ${String(error)}.`);
      this.#indexFailed = true;
    }
    if (pending.isEmpty) this.#compactWhenWorthwhile();
  }

  // --- disk ---

  #scheduleSync(disk: Disk): void {
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined;
      this.#sync(disk).catch(() => undefined); // #sync has noted the failure; the next commit is told.
    }, this.#options.fsyncIntervalMs);
    this.#syncTimer.unref();
  }

  /** Commits that arrive while a sync is under way share the next one. */
  #synced(disk: Disk): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#syncWaiters.push({ resolve, reject });
      if (!this.#isSyncingWaiters) void this.#syncWaiting(disk);
    });
  }

  async #syncWaiting(disk: Disk): Promise<void> {
    this.#isSyncingWaiters = true;
    await committed; // What else is committed in this turn joins.
    while (this.#syncWaiters.length > 0) {
      const waiters = this.#syncWaiters;
      this.#syncWaiters = [];
      try {
        await this.#sync(disk);
        for (const waiter of waiters) waiter.resolve();
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
    this.#isSyncingWaiters = false;
  }

  #sync(disk: Disk): Promise<void> {
    this.#syncing = disk.journal
      .sync()
      .catch((error: unknown) => {
        throw this.#fail(error);
      })
      .finally(() => {
        this.#syncing = undefined;
      });
    return this.#syncing;
  }

  #compactWhenWorthwhile(): void {
    const disk = this.#disk;
    const database = this.#database;
    if (disk === undefined || database === undefined || this.#compacting !== undefined || this.#failure !== undefined) return;
    // Half of what is there already: else a big store would be written over and over for little.
    const worthwhile = Math.max(this.#options.compactAtBytes, disk.olderBytes / 2);
    if (disk.journal.size < (this.#isIdle() ? worthwhile : worthwhile * overdue)) return;
    this.#startCompacting(disk, database).catch((error: unknown) => {
      this.#log('warning', `No snapshot could be written, the journal goes on: ${String(error)}.`);
    });
  }

  #startCompacting(disk: Disk, database: HistoryDatabase): Promise<void> {
    const compacting = this.#compact(disk, database).finally(() => {
      this.#compacting = undefined;
    });
    this.#compacting = compacting.catch(() => undefined); // For those who only wait for its end.
    return compacting;
  }

  /** Commits go to the next journal from the moment of the export on; the chain of both holds until the snapshot is there. */
  async #compact(disk: Disk, database: HistoryDatabase): Promise<void> {
    await disk.journal.sync(); // Leaves little for the blocking one below.
    database.writeSlice(this.#pending, never);
    database.writeNextSeq(this.#pending);
    const bytes = database.export();
    const old = disk.journal;
    old.syncNow();
    const generation = old.generation + 1;
    disk.journal = disk.folder.createJournal(generation);
    disk.olderBytes += old.size;
    await this.#syncing;
    old.close();
    await disk.folder.writeSnapshot(generation, bytes);
    disk.olderBytes = disk.folder.bytesOnDisk() - disk.journal.size;
  }

  #fail(error: unknown): DurascopeError {
    const reason = error instanceof Error ? error.message : String(error);
    this.#failure ??= new DurascopeError(
      'StoreNotWritable',
      `The journal in ${this.#options.dir ?? ''} cannot be written any more (${reason}). What was acknowledged is safe; ` +
        'nothing after it is accepted. Make room or give access, then start again.',
      { cause: error },
    );
    this.#log('error', this.#failure.message);
    return this.#failure;
  }

  #refusal(): DurascopeError {
    return this.#failure ?? new DurascopeError('Stopped', 'The history store is not open.');
  }

  #log(level: 'warning' | 'error', message: string): void {
    this.#options.log({ level, category: 'store', message });
  }
}

const never = (): boolean => false;

async function lockFolder(folder: StoreFolder): Promise<FolderLock> {
  try {
    folder.prepare();
    return await FolderLock.acquire(folder.dir);
  } catch (error) {
    throw asStoreError(error, folder.dir);
  }
}

function asStoreError(error: unknown, dir: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof DurascopeError || code === undefined) return error;
  const why: Partial<Record<string, string>> = {
    EACCES: 'access is denied',
    EPERM: 'access is denied',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'a part of the path is not a folder',
    EEXIST: 'there is a file of that name',
  };
  return new DurascopeError(
    'StoreNotWritable',
    `The data folder ${dir} cannot be used: ${why[code] ?? String(error)}. Choose another one, or run in memory only.`,
    { cause: error, details: { dir, code } },
  );
}
