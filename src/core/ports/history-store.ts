/** Histories, instance rows and queued work at rest. In this process, so reads answer at once; only commits wait (for the disk). */
import type { Checkpoint } from '../instances/checkpoint';
import type { HistoryEvent } from '../history/history';
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer, CustomStatusChange } from '../instances/instance';
import type { InstanceOrderBy } from '../instances/instance-search';
import type { OrchestrationStatus } from '../values/status';

/** What was queued when the store was last used: the engine takes it up again. */
export interface RecoveredWork {
  inbox: readonly InboxMessage[];
  activities: readonly PendingActivity[];
  timers: readonly PendingTimer[];
  /** The next free `InboxMessage.seq`. */
  nextSeq: number;
  /** What the opening had to leave out (a torn tail, a flipped byte), one sentence each; empty when all was read. */
  warnings: readonly string[];
}

export interface InstanceQuery {
  instanceIdPrefix?: string;
  /** This id, and those that come after it. */
  instanceIdFrom?: string;
  /** Of these ids only. */
  instanceIds?: readonly string[];
  /**
   * Part of the instance id, name, status, custom status, output or failure, ignoring case; of long payloads of their beginning
   * (instance-search.ts).
   */
  text?: string;
  names?: readonly string[];
  statuses?: readonly OrchestrationStatus[];
  parentInstanceId?: string;
  /** Leave out children of other instances. */
  rootsOnly?: boolean;
  /** Entities (ids starting with `@`) are left out unless asked for: 'include' (default), 'exclude', 'only'. */
  entities?: 'include' | 'exclude' | 'only';
  /** Inclusive, the history's time form. */
  createdTimeFrom?: string;
  createdTimeTo?: string;
  lastUpdatedFrom?: string;
  lastUpdatedTo?: string;
  /** Default `instanceId` ascending; ties by instance id. */
  orderBy?: InstanceOrderBy;
  /** For the order by duration, the history's time form: until then those have run that have not ended. Default: the computer's time. */
  now?: string;
  descending?: boolean;
  /** 1 to 10,000, default 100. */
  pageSize?: number;
  /** Opaque, from the page before. Only valid with the same filters and order. */
  continuationToken?: string;
}

export interface InstancePage {
  instances: readonly InstanceRow[];
  /** Present while more may follow; never on an empty last page. */
  continuationToken?: string;
  /** The hub has no other order for so many, whatever order was asked for. Absent: as asked. */
  orderedBy?: 'instanceId';
}

export interface HistoryStore {
  /** Opens, reads what is there and returns the queued work. Once, before all else. Errors: StoreLocked, StoreTooNew, StoreNotWritable. */
  open(): Promise<RecoveredWork>;
  /**
   * Applies the checkpoints in order; resolves when they survive a kill of this process (with strict durability: a power cut).
   * Reads see them from the moment of the call. The values are the store's from then on: do not change them any more.
   * Rejects with `StoreLocked`, or with `StoreNotWritable` and `details.isFinal`, when nothing is taken any more until it is opened anew;
   * with `StoreNotWritable` when the disk refused to take it: nothing of the call is kept, and the same checkpoints have to be
   * committed again before any others, which may build on them. When the disk fails to keep what it took, every later commit is refused.
   * With `details.checkpoint`, an index into the array, one of them is longer than anything can be kept: it will never be taken, and nothing
   * of the call is kept.
   * Rejects when they could not be written (a full disk): the caller then gives the same array again, before any other, and
   * each of its checkpoints still counts once.
   */
  commit(checkpoints: readonly Checkpoint[]): Promise<void>;
  instance(instanceId: string): InstanceRow | undefined;
  /** History of the current generation in commit order; empty when there is none. `from` and `count` cut a range out. */
  history(instanceId: string, from?: number, count?: number): readonly HistoryEvent[];
  /**
   * What the first search needs is made in slices, between which others have their turn; undefined when nothing is missing for this question.
   * Without it, the question makes what is missing at once. Rejects with `Stopped` when the store is closed meanwhile.
   */
  prepare(query: InstanceQuery): Promise<void> | undefined;
  /**
   * What a search finds, in slices too, where that is known before all is made: a page as soon as it is full. Undefined: there is no quicker way
   * than `prepare`. Rejects as `query` throws, and with `Stopped` when the store is closed meanwhile.
   */
  firstPage?(query: InstanceQuery): Promise<InstancePage> | undefined;
  firstCounts?(query: InstanceQuery): Promise<Partial<Record<OrchestrationStatus, number>>> | undefined;
  query(query: InstanceQuery): InstancePage;
  count(query: InstanceQuery): number;
  /** Number of instances by status, over all that the query's filters let through. */
  countByStatus(query?: InstanceQuery): Partial<Record<OrchestrationStatus, number>>;
  /** Every value the custom status of the current generation has had, oldest first. */
  customStatusChanges(instanceId: string): readonly CustomStatusChange[];
  pendingActivities(instanceId: string): readonly PendingActivity[];
  pendingTimers(instanceId: string): readonly PendingTimer[];
  inbox(instanceId: string): readonly InboxMessage[];
  /** Bytes on disk: journal and snapshot; 0 in memory. */
  bytesOnDisk(): number;
  /** Makes everything durable, writes a snapshot where that pays, releases the lock. May be called twice. */
  close(): Promise<void>;
}
