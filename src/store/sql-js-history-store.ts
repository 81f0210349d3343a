/**
 * The history store: a journal on disk is the truth, sql.js in memory the index.
 *
 *   H1. A commit is in the journal before it is applied, and applied before it resolves. One record a commit: whole or not at all.
 *       (One that is longer than a record can be is several, each of whole checkpoints.)
 *   H2. SQL is written behind: when idle, when too much is pending, and as far as a read needs it. Every read sees every commit.
 *       Until then there is no database at all, and a start need not wait for one.
 *   H3. A failed write changes nothing and may be tried again. After a failed sync nobody knows what the disk has: nothing more is accepted.
 */
import type { SqlJsStatic } from 'sql.js';
import { messageOf } from '../base/error-message';
import type { Checkpoint } from '../core/instances/checkpoint';
import { DurascopeError } from '../core/values/errors';
import type { HistoryEvent } from '../core/history/history';
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer, CustomStatusChange } from '../core/instances/instance';
import type { HistoryStore, InstancePage, InstanceQuery, RecoveredWork } from '../core/ports/history-store';
import type { Logger } from '../core/ports/logger';
import type { OrchestrationStatus } from '../core/values/status';
import { changesAlone, CheckpointTooLong, decodeCheckpoints, encodeCheckpoints, type EncodedBatch } from './checkpoint-codec';
import { condensed } from './condensed';
import { asksForAll, countsOfAll } from './counts-of-all';
import { FolderLock } from './folder-lock';
import { HistoryDatabase } from './history-database';
import { countInstances, countInstancesByStatus, queryInstances } from './instance-query';
import type { JournalWriter } from './journal';
import { JournalSync } from './journal-sync';
import { loadSqlJs } from './load-sql-js';
import { historyRange, PendingChanges } from './pending-changes';
import { PendingWriter } from './pending-writer';
import { isSearch, needsTexts } from './search-query';
import { Searches } from './searches';
import { wholeRow } from './row-codec';
import type { SqlConnection } from './sql-connection';
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
  /** Of a journal that is longer, rows and histories stay there when it is opened, until they are asked for or written to the index. */
  readWholeBytes?: number;
  /** Milliseconds, for how long a slice of a search is worked on. */
  clock?: () => number;
  /** Characters of the texts that are searched, of all instances together; what is beyond them is read with each search. */
  mostKeptChars?: number;
}

const defaultFsyncIntervalMs = 500;
const defaultCompactAtBytes = 64 * 1024 * 1024;
const defaultReadWholeBytes = 8 * 1024 * 1024;
/** A journal that is not worth a snapshot when the store is closed: it is read back in a few hundredths of a second. */
const smallJournalBytes = 2 * 1024 * 1024;
/** Characters of pending text from which SQL is written although commits keep coming: finished instances first, then all. */
const finishedLimit = 8 * 1024 * 1024;
const pendingLimit = 2 * finishedLimit;
/** A journal this many times the size for a snapshot does not wait for an idle moment any more. */
const overdue = 4;
/** Less than this is left pending also when idle while there is no database: a question builds it in a moment. */
const smallLimit = 512 * 1024;
const smallCount = 1000;
/** Bytes of index for a byte of journal, at most; and what is set aside for it at once. */
const indexPerJournal = 1.5;
const mostReserved = 1024 * 1024 * 1024;
const manyRows = 5_000;
const idleDelayMs = 400;
/** So many of them while activities are under way: as a rule they end soon, and leave nothing to write. */
const restsWithActivities = 5;
/** After a snapshot that could not be written. */
const snapshotAgainMs = 60_000;
const sliceMs = 3;
const mostKeptChars = 64 * 1024 * 1024;

const committed = Promise.resolve();

interface Index {
  database: HistoryDatabase;
  writer: PendingWriter;
}

interface Disk {
  folder: StoreFolder;
  lock: FolderLock;
  journal: JournalWriter;
  sync: JournalSync;
  /** Of the journal: while it has no more there was nothing to keep. */
  readonly sizeAtOpening: number;
  /** Size of the snapshot and of journals that a snapshot under way will replace. */
  olderBytes: number;
}

export class SqlJsHistoryStore implements HistoryStore {
  readonly #options: Required<SqlJsHistoryStoreOptions>;
  readonly #pending = new PendingChanges();
  readonly #searches: Searches;
  /** From the opening to the closing. */
  #sqlJs: SqlJsStatic | undefined;
  #index: Index | undefined;
  #disk: Disk | undefined;
  #failure: DurascopeError | undefined;
  #opening: Promise<RecoveredWork> | undefined;
  #closing: Promise<void> | undefined;
  #compacting: Promise<void> | undefined;

  #idleTimer: NodeJS.Timeout | undefined;
  #slice: NodeJS.Immediate | undefined;
  #commitsSinceIdleCheck = 0;
  /** Idle checks since the last commit. */
  #rests = 0;
  #indexFailed = false;
  /** By `performance.now()`. */
  #noSnapshotBefore = 0;

  constructor(options: SqlJsHistoryStoreOptions) {
    this.#options = {
      durability: 'interval',
      fsyncIntervalMs: defaultFsyncIntervalMs,
      compactAtBytes: defaultCompactAtBytes,
      readWholeBytes: defaultReadWholeBytes,
      clock: () => performance.now(),
      mostKeptChars,
      ...options,
    };
    const { clock, mostKeptChars: mostKept } = this.#options;
    this.#searches = new Searches({
      pending: this.#pending,
      sql: () => this.#index?.database.sql,
      rows: () => this.#withRows(),
      instance: (id) => this.instance(id),
      refusal: () => (this.#sqlJs === undefined || this.#closing !== undefined ? this.#refusal() : null),
      warn: (message) => this.#log('warning', message),
      clock,
      mostKeptChars: mostKept,
    });
  }

  open(): Promise<RecoveredWork> {
    if (this.#opening !== undefined || this.#closing !== undefined) throw new Error('A store is opened once.');
    this.#opening = this.#open();
    return this.#opening;
  }

  async #open(): Promise<RecoveredWork> {
    const sqlJs = await loadSqlJs();
    const { dir } = this.#options;
    const warnings = dir === null ? [] : await this.#openFolder(sqlJs, dir);
    this.#sqlJs = sqlJs;
    for (const message of warnings) this.#log('warning', message);
    const queued = this.#index === undefined ? this.#pending.queued() : queuedIn(this.#withQueue());
    this.#disk?.folder.forgetWindows();
    this.#scheduleIdle();
    return { ...queued, nextSeq: this.#pending.nextSeq, warnings };
  }

  async #openFolder(sqlJs: SqlJsStatic, dir: string): Promise<readonly string[]> {
    const folder = new StoreFolder(dir, this.#options.readWholeBytes, (error) => this.#fail(error));
    let lock: FolderLock | undefined;
    try {
      folder.prepare();
      lock = await FolderLock.acquire(dir, {
        renewed: () => this.#assertInPlace(),
        lost: (error) => this.#end(error),
      });
      const snapshot = await folder.loadSnapshot();
      if (snapshot.database !== undefined) this.#openIndex(sqlJs, snapshot.database);
      const muchToCome = expectedBytes(folder.bytesOnDisk());
      const { writer, warnings } = folder.loadJournals(snapshot.generation, (payload, place) => {
        this.#pending.apply(decodeCheckpoints(payload, place));
        if (this.#pending.weight > pendingLimit)
          (this.#index ?? this.#openIndex(sqlJs, undefined, muchToCome)).writer.writeSettled(finishedLimit);
      });
      const sync: JournalSync = new JournalSync(
        this.#options.durability,
        this.#options.fsyncIntervalMs,
        () => this.#disk?.journal ?? writer,
        (error) => this.#fail(error),
      );
      const { size } = writer;
      this.#disk = { folder, lock, journal: writer, sync, sizeAtOpening: size, olderBytes: folder.bytesOnDisk() - size };
      return warnings;
    } catch (error) {
      this.#index?.database.close();
      this.#index = undefined;
      folder.closeJournals();
      lock?.release();
      throw storeErrorOf(error, dir);
    }
  }

  /** `snapshot`: before anything is pending. */
  #openIndex(sqlJs: SqlJsStatic, snapshot?: Uint8Array, muchToCome?: number): Index {
    const database = new HistoryDatabase(sqlJs, snapshot, muchToCome);
    this.#index = { database, writer: new PendingWriter(database.sql, this.#pending, () => database.addLookupIndexes()) };
    if (snapshot !== undefined) {
      for (const id of database.idsWithCustomStatus()) this.#pending.customStatusInSql.add(id);
      this.#pending.nextSeq = database.nextSeq();
    }
    return this.#index;
  }

  commit(checkpoints: readonly Checkpoint[]): Promise<void> {
    if (this.#sqlJs === undefined || this.#closing !== undefined || this.#failure !== undefined) {
      return Promise.reject(this.#refusal());
    }
    const disk = this.#disk;
    let batch: EncodedBatch;
    try {
      batch = this.#encode(checkpoints);
    } catch (error) {
      // Nothing has happened yet.
      if (!(error instanceof CheckpointTooLong)) return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      const { index: checkpoint, message } = error;
      return Promise.reject(new DurascopeError('StoreNotWritable', message, { cause: error, details: { checkpoint } }));
    }
    if (batch.changes.length === 0) return committed;
    if (disk !== undefined) {
      disk.lock.renewIfLate();
      this.#assertWhole(disk.journal);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set when the lock or the journal is lost
      if (this.#failure !== undefined) return Promise.reject(this.#refusal());
      try {
        disk.journal.append(...batch.records);
      } catch (error) {
        return Promise.reject(
          this.#notWritable(error, 'Nothing of this step was kept. Make room or give access, then it can be tried again.'),
        );
      }
    }
    this.#pending.apply(batch.changes);
    this.#searches.note(batch.changes);
    this.#commitsSinceIdleCheck += 1;
    if (this.#pending.weight > finishedLimit && this.#slice === undefined) this.#scheduleSlice();
    if (this.#idleTimer === undefined) this.#scheduleIdle();
    return disk === undefined ? committed : disk.sync.written();
  }

  /** In several records, and where one cannot be kept, each step stands by itself. */
  #encode(checkpoints: readonly Checkpoint[]): EncodedBatch {
    const encode = this.#disk === undefined ? changesAlone : encodeCheckpoints;
    const fewer = condensed(checkpoints, (id) => this.#pending.hasCustomStatus(id));
    if (fewer !== checkpoints) {
      try {
        const batch = encode(fewer);
        if (batch.records.length <= 1) return batch;
      } catch {
        // Told below, by the step's own number.
      }
    }
    return encode(checkpoints);
  }

  // --- reads ---

  instance(instanceId: string): InstanceRow | undefined {
    this.#assertOpen();
    const pending = this.#pending.instances.get(instanceId);
    if (pending !== undefined && pending.row !== null) return (pending.row = wholeRow(pending.row));
    return this.#pending.purged.has(instanceId) ? undefined : this.#index?.database.instance(instanceId);
  }

  history(instanceId: string, from = 0, count = Infinity): readonly HistoryEvent[] {
    this.#assertOpen();
    const to = from + count;
    const pending = this.#pending.instances.get(instanceId)?.history ?? null;
    const isGone = this.#pending.purged.has(instanceId) || pending?.replace === true;
    const isAllPending = isGone || (pending !== null && from >= pending.from);
    const events = isAllPending ? [] : (this.#index?.database.history(instanceId, from, to) ?? []);
    if (pending !== null) for (const event of historyRange(pending, from, to)) events.push(event);
    return events;
  }

  query(query: InstanceQuery): InstancePage {
    this.#assertOpen();
    if (needsTexts(query)) return this.#searches.page(query);
    if (query.orderBy !== undefined) this.#searches.makeAhead();
    return queryInstances(this.#withRows(), query);
  }

  count(query: InstanceQuery): number {
    if (!isSearch(query)) return countInstances(this.#withRows(), query);
    return Object.values(this.countByStatus(query)).reduce((sum, each) => sum + each, 0);
  }

  countByStatus(query: InstanceQuery = {}): Partial<Record<OrchestrationStatus, number>> {
    this.#assertOpen();
    if (isSearch(query)) return this.#searches.counts(query);
    const sql = this.#index?.database.sql;
    const isAllKnown = sql === undefined || this.#pending.purged.size === 0;
    return isAllKnown && asksForAll(query)
      ? countsOfAll(this.#pending, sql, query)
      : countInstancesByStatus(this.#withRows(), query);
  }

  prepare(query: InstanceQuery): Promise<void> | undefined {
    this.#assertOpen();
    return needsTexts(query) ? this.#searches.prepare(query) : undefined;
  }

  firstPage(query: InstanceQuery): Promise<InstancePage> | undefined {
    this.#assertOpen();
    return this.#searches.firstPage(query);
  }

  firstCounts(query: InstanceQuery): Promise<Partial<Record<OrchestrationStatus, number>>> | undefined {
    this.#assertOpen();
    return this.#searches.firstCounts(query);
  }

  customStatusChanges(instanceId: string): readonly CustomStatusChange[] {
    const row = this.instance(instanceId);
    if (row === undefined) return [];
    const { database, writer } = this.#opened();
    database.addLookupIndexes();
    writer.writeCustomStatus(instanceId);
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
    this.#assertOpen();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#disk !== undefined) await this.#startCompacting(this.#disk);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#opening?.catch(() => undefined); // Told to who opened; then there is nothing to close.
    clearTimeout(this.#idleTimer);
    clearImmediate(this.#slice);
    this.#searches.stop();
    await this.#compacting;
    try {
      if (this.#disk !== undefined) await this.#closeJournal(this.#disk);
    } finally {
      this.#disk?.lock.release();
      this.#index?.database.close();
      this.#index = undefined;
      this.#sqlJs = undefined;
    }
  }

  async #closeJournal(disk: Disk): Promise<void> {
    try {
      disk.sync.stop();
      await disk.sync.settled();
      if (this.#failure !== undefined) return;
      disk.journal.syncNow();
      if (this.#index === undefined && disk.journal.size === disk.sizeAtOpening) return;
      if (disk.journal.size <= Math.max(smallJournalBytes, disk.olderBytes / 4)) return;
      await this.#startCompacting(disk).catch((error: unknown) => this.#warnNoSnapshot(error));
    } finally {
      disk.journal.close();
      disk.folder.closeJournals();
    }
  }

  // --- write-behind ---

  #opened(): Index {
    return this.#index ?? this.#openIndex(this.#assertOpen(), undefined, this.#bytesToCome());
  }

  /** Of a new index: much where a large journal was read; its rows are sorted once then, when all are there. */
  #bytesToCome(): number {
    return this.#pending.rowCount < manyRows ? 0 : expectedBytes(this.bytesOnDisk());
  }

  #assertOpen(): SqlJsStatic {
    if (this.#sqlJs === undefined) throw this.#refusal();
    return this.#sqlJs;
  }

  #withRows(): SqlConnection {
    const { database, writer } = this.#opened();
    writer.writeRows();
    database.addIndexes();
    return database.sql;
  }

  #withQueue(): HistoryDatabase {
    const { database, writer } = this.#opened();
    writer.writeQueue();
    return database;
  }

  #scheduleIdle(): void {
    this.#idleTimer = setTimeout(() => {
      this.#idleTimer = undefined;
      this.#rests = this.#commitsSinceIdleCheck === 0 ? this.#rests + 1 : 0;
      this.#commitsSinceIdleCheck = 0;
      if (this.#isIdle()) this.#scheduleSlice();
      else this.#scheduleIdle();
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
    return this.#commitsSinceIdleCheck === 0 && this.#rests >= (this.#pending.activities.size > 0 ? restsWithActivities : 1);
  }

  /** There is no database, and no need of one yet. */
  #canWait(): boolean {
    if (this.#index !== undefined) return false;
    // To make one takes a tenth of a second, which those who commit would wait for.
    if (!this.#isIdle()) return this.#pending.weight <= pendingLimit;
    if (this.#pending.weight > smallLimit || this.#pending.queuedCount > smallCount) return false;
    return this.#disk === undefined || this.#disk.journal.size < this.#options.compactAtBytes;
  }

  #writeSlice(): void {
    if (this.#sqlJs === undefined || this.#closing !== undefined || this.#canWait()) return;
    const pending = this.#pending;
    try {
      const { database, writer } = this.#opened();
      const end = performance.now() + sliceMs;
      const isOver = (): boolean => performance.now() >= end;
      if (this.#isIdle() || pending.weight > pendingLimit) {
        if (!writer.writeSlice(isOver) || database.addIndex()) this.#scheduleSlice();
      } else if (pending.weight > finishedLimit && writer.writeFinished(isOver)) {
        this.#scheduleSlice();
      }
      this.#indexFailed = false;
    } catch (error) {
      // The journal has it all; memory is what ran out. Reads that need SQL will say so themselves.
      if (!this.#indexFailed) this.#log('error', `The index of the history store cannot be written: ${String(error)}.`);
      this.#indexFailed = true;
    }
    if (pending.isEmpty && this.#slice === undefined) this.#compactWhenWorthwhile();
  }

  // --- disk ---

  #compactWhenWorthwhile(): void {
    const disk = this.#disk;
    if (disk === undefined || this.#compacting !== undefined || this.#failure !== undefined) return;
    if (performance.now() < this.#noSnapshotBefore) return;
    // Half of what is there already: else a big store would be written over and over for little.
    const worthwhile = Math.max(this.#options.compactAtBytes, disk.olderBytes / 2);
    if (disk.journal.size < (this.#isIdle() ? worthwhile : worthwhile * overdue)) return;
    this.#startCompacting(disk).catch((error: unknown) => this.#warnNoSnapshot(error));
  }

  #startCompacting(disk: Disk): Promise<void> {
    const compacting = this.#compact(disk).finally(() => {
      this.#compacting = undefined;
    });
    this.#compacting = compacting.catch(() => undefined); // For those who only wait for its end.
    return compacting;
  }

  /** Commits go to the next journal from the moment of the export on; the chain of both holds until the snapshot is there. */
  async #compact(disk: Disk): Promise<void> {
    await disk.journal.sync(); // Leaves little for the blocking one below.
    const { database, writer } = this.#opened();
    writer.writeAll();
    database.addIndexes();
    writer.writeNextSeq();
    disk.folder.closeJournals();
    const bytes = database.sql.export();
    const old = disk.journal;
    old.syncNow();
    const generation = old.generation + 1;
    disk.journal = disk.folder.createJournal(generation);
    disk.olderBytes += old.size;
    await disk.sync.settled();
    old.close();
    await disk.folder.writeSnapshot(generation, bytes);
    disk.olderBytes = disk.folder.bytesOnDisk() - disk.journal.size;
  }

  /** Someone may delete the folder while nothing is written. */
  #assertInPlace(): void {
    try {
      if (this.#failure === undefined) this.#disk?.journal.assertInPlace();
    } catch (error) {
      this.#fail(error);
    }
  }

  #assertWhole(journal: JournalWriter): void {
    try {
      journal.assertWhole();
    } catch (error) {
      this.#fail(error);
    }
  }

  #warnNoSnapshot(error: unknown): void {
    this.#noSnapshotBefore = performance.now() + snapshotAgainMs;
    this.#log('warning', `No snapshot could be written, the journal goes on: ${String(error)}.`);
  }

  #fail(error: unknown): DurascopeError {
    return this.#end(
      this.#notWritable(error, 'Nothing more is accepted, because nobody knows what the disk has kept. Start again.', true),
    );
  }

  /** Nothing is accepted any more. */
  #end(failure: DurascopeError): DurascopeError {
    if (this.#failure === undefined) {
      this.#failure = failure;
      this.#log('error', failure.message);
    }
    return this.#failure;
  }

  #notWritable(error: unknown, advice: string, isFinal = false): DurascopeError {
    const reason = messageOf(error);
    const dir = this.#options.dir ?? '';
    return new DurascopeError('StoreNotWritable', `The journal in ${dir} cannot be written (${reason}). ${advice}`, {
      cause: error,
      details: { dir, code: (error as NodeJS.ErrnoException | null)?.code, ...(isFinal ? { isFinal } : {}) },
    });
  }

  #refusal(): DurascopeError {
    return this.#failure ?? new DurascopeError('Stopped', 'The history store is not open.');
  }

  #log(level: 'warning' | 'error', message: string): void {
    this.#options.log({ level, category: 'store', message });
  }
}

/** Of the index of a store that has so many bytes. */
function expectedBytes(onDisk: number): number {
  return Math.min(onDisk * indexPerJournal, mostReserved);
}

function queuedIn(database: HistoryDatabase): Pick<RecoveredWork, 'inbox' | 'activities' | 'timers'> {
  return { inbox: database.inbox(), activities: database.activities(), timers: database.timers() };
}

function storeErrorOf(error: unknown, dir: string): unknown {
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
