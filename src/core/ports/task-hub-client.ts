/**
 * The one contract that everything above the engine talks to (design: "One contract for a task hub"). No caller may ask which
 * implementation it has; what a hub cannot do, it says in its capabilities.
 *
 * Errors are `DurascopeError`s: InstanceNotFound, InstanceTerminal, InstanceWrongState, InstanceExists, InvalidInstanceId,
 * UnknownFunction, NotSupported.
 */
import type { BehaviourProfile } from '../values/behaviour-profile';
import type { HistoryEvent, Tags, TraceContext } from '../history/history';
import type { ExportedInstance } from '../instances/exported-instance';
import type { ForkRequest } from '../instances/forks';
import type {
  CleanEntityStorageOptions,
  CleanEntityStorageResult,
  EntityBatchRecord,
  EntityDetails,
  EntityPage,
  EntityQuery,
} from '../entities/entity-views';
import type { InstanceRow, PendingActivity, PendingTimer, CustomStatusChange } from '../instances/instance';
import type { ProductionStore } from '../instances/production-store';
import type { OrchestrationStatus } from '../values/status';
import type { Disposable } from './clock';
import type { InstancePage, InstanceQuery } from './history-store';

export interface StartOptions {
  name: string;
  instanceId?: string;
  /** JSON text; null or absent: no input. */
  input?: string | null;
  version?: string;
  /** The history's time form; the instance is Pending until then. */
  scheduledStartTime?: string;
  tags?: Tags;
  traceContext?: TraceContext;
  /** Who is to run it. Default: the function app if it has the orchestrator, else a connected worker that takes it. */
  profile?: BehaviourProfile;
  /** `failsInstance`: a name that nobody has is taken, and the instance fails; default: the start is refused. */
  unknownName?: 'refused' | 'failsInstance';
  /** Statuses in which an instance of the same id is replaced. Default: the terminal ones, and what host.json says. */
  replaceable?: readonly OrchestrationStatus[];
  /** `replaceable` narrows the default and does not widen it: of clients of Durable Functions (measured: extension 3.19.0). */
  narrowsOnly?: true;
}

export interface PurgeFilter {
  createdTimeFrom?: string;
  createdTimeTo?: string;
  /** Only the terminal ones among them count. */
  statuses?: readonly OrchestrationStatus[];
  /** Without statuses: instances that have not ended go too, and entities, as through the management API of the real service. */
  unfinished?: true;
}

/** What becomes of an instance whose id the hub has already: all are refused (`InstanceExists`), it is left out, or it takes the place. */
export type ImportConflicts = 'refuse' | 'skip' | 'replace';

/** Instance ids, in the order given. */
export interface ImportOutcome {
  imported: readonly string[];
  skipped: readonly string[];
}

/** Announced after the change is in the journal, in commit order, batched. */
export type HubChange =
  | { type: 'instance'; row: InstanceRow; newEvents: readonly HistoryEvent[]; historyReplaced: boolean }
  | { type: 'purged'; instanceId: string }
  /** Changes were lost on the way (a slow or broken connection): read again whatever is shown. Never sent by the in-process hub. */
  | { type: 'resync' };

export interface HubCapabilities {
  rewind: boolean;
  entities: boolean;
  suspend: boolean;
  /** The store that the app will have in production: what it would do otherwise is noted (`storeNotes`). Absent: none is named. */
  productionStore?: ProductionStore;
  /** Nothing can be changed through this hub: why, and where it can, in a sentence. Absent: it can. */
  readOnly?: string;
  /** It is one of a real engine, and may be changed: which, and by what, in a sentence. Absent: it is Durascope's own, or cannot be changed. */
  actsOn?: string;
  /** `merged`: histories are made anew out of what a status API tells. Absent: as they are stored. */
  history?: 'merged';
  /** Counting reads every row: it is done when somebody asks, and may be watched and called off. Absent: it costs nothing. */
  counts?: 'onRequest';
}

export type CountsByStatus = Partial<Record<OrchestrationStatus, number>>;

export interface CountWatch {
  /** Counted so far. */
  progress?: (counts: CountsByStatus) => void;
  /** Ends the counting: it then rejects with `Stopped`. */
  signal?: AbortSignal;
}

export interface SignalOptions {
  /** JSON text. */
  input?: string | null;
  /** The history's time form: not before. */
  scheduledTime?: string;
  /** Who is to run an entity that begins to be. Default: the function app if it has the entity, else a connected worker that takes it. */
  profile?: BehaviourProfile;
}

/** A request to entities that has no answer yet. */
export interface EntityWait {
  kind: 'call' | 'lock';
  requestId: string;
  /** Of a call. */
  operation: string | null;
  since: string;
  /** The called entity; of a lock the set, in the order in which it is locked. With who holds them now. */
  entities: readonly { instanceId: string; lockedBy: string | null }[];
  /** What is in the way is held by this instance, which has ended or is gone: the wait never ends by itself. */
  orphanedBy?: string;
  /** Instances and entities that wait for each other in a circle, from this instance back to it: the wait never ends by itself. */
  cycle?: readonly string[];
}

/** A call that has failed and is tried again. */
export interface RetryWait {
  name: string;
  attempt: number;
  most: number;
  /** One line. */
  lastError: string;
}

/** What an instance waits for right now, derived from its history and queues. */
export interface WaitingFor {
  /**
   * `startedAt`: when a worker took it; absent while it waits for one, or where the hub does not know. `most`: attempts at most, where that is
   * known; `lastError`: of the attempt before.
   */
  activities: readonly (PendingActivity & { attempt: number; most?: number; lastError?: string; startedAt?: string })[];
  /** `retryOf`: it is the time before the next attempt of this call; `attempt` is the one that failed. */
  timers: readonly (PendingTimer & { retryOf?: RetryWait })[];
  events: readonly string[];
  children: readonly { instanceId: string; name: string; taskId: number }[];
  /** Absent: none. */
  entities?: readonly EntityWait[];
  /** Why none of it lets the code go on, in a sentence. Absent: it may. */
  stuck?: string;
  /** Names of events that have come and that the code does not wait for, or not yet. Absent: none. */
  unawaited?: readonly string[];
  /** The code has ended: all of this was left open, and keeps the instance Running. */
  codeEnded?: true;
  /** Ids of the entities that it has locked. Absent: none. */
  holds?: readonly string[];
}

export interface RestartOptions {
  newInstanceId?: boolean;
  /** As the gRPC protocol has it; the management API drops them. */
  keepsTags?: boolean;
}

export interface TaskHubClient {
  readonly capabilities: HubCapabilities;
  start(options: StartOptions): Promise<{ instanceId: string; executionId: string }>;
  get(instanceId: string): Promise<InstanceRow | undefined>;
  query(query: InstanceQuery): Promise<InstancePage>;
  /** `watch`: of hubs that count on request. */
  countByStatus(query?: InstanceQuery, watch?: CountWatch): Promise<CountsByStatus>;
  /** Commit order. Empty for an unknown or a pending instance. */
  history(instanceId: string, from?: number, count?: number): Promise<readonly HistoryEvent[]>;
  customStatusChanges(instanceId: string): Promise<readonly CustomStatusChange[]>;
  waitingFor(instanceId: string): Promise<WaitingFor>;
  /** `data` is JSON text. */
  raiseEvent(instanceId: string, name: string, data: string | null): Promise<void>;
  terminate(instanceId: string, reason: string | null, options?: { recursive?: boolean }): Promise<void>;
  suspend(instanceId: string, reason: string | null): Promise<void>;
  resume(instanceId: string, reason: string | null): Promise<void>;
  rewind(instanceId: string, reason: string | null): Promise<void>;
  restart(instanceId: string, options?: RestartOptions): Promise<{ instanceId: string; executionId: string }>;
  /**
   * Begins another run in the middle of the instance's, with one thing changed, and never changes the instance itself. InvalidArgument for a
   * change that does not fit its row; InstanceWrongState where no fork can begin.
   */
  fork(instanceId: string, request: ForkRequest): Promise<{ instanceId: string; executionId: string }>;
  /** Number of instances deleted: 0 for an unknown id. InstanceNotTerminal when it still runs. */
  purge(instanceId: string): Promise<number>;
  /** Terminal instances only, unless the filter says otherwise. */
  purgeBy(filter: PurgeFilter): Promise<number>;
  /**
   * Takes instances in as they are, with their whole histories; all of a call or none. Unfinished ones stand still (exported-instance.ts,
   * X2). Errors: InvalidArgument names the instance and what is wrong with it; InstanceExists has all ids in its details (`instanceIds`).
   */
  importInstances(instances: readonly ExportedInstance[], onConflict: ImportConflicts): Promise<ImportOutcome>;
  /** Resolves with the row once it is terminal, or as it is after `timeoutMs` or when the hub stops. Stopped when it has stopped before. */
  waitForCompletion(instanceId: string, timeoutMs: number): Promise<InstanceRow>;
  /**
   * Sends an operation to the entity `@name@key`, which need not exist; resolves when it is in the journal, not when it has run.
   * InvalidInstanceId for what is no entity id; UnknownFunction when the app has no such entity.
   */
  signalEntity(instanceId: string, operation: string, options?: SignalOptions): Promise<void>;
  /** As of the last batch. Undefined for an entity that nothing was ever sent to; one without state has `exists: false`. */
  getEntity(instanceId: string): Promise<EntityDetails | undefined>;
  queryEntities(query: EntityQuery): Promise<EntityPage>;
  /** The last batches of an entity, oldest first, as far as the hub remembers them: some, and none from before its start. */
  entityBatches(instanceId: string): Promise<readonly EntityBatchRecord[]>;
  /** Removes entities that have no state, no lock and nothing to do; takes locks from instances that have ended or are gone. */
  cleanEntityStorage(options?: CleanEntityStorageOptions): Promise<CleanEntityStorageResult>;
  /** With `events: false` the listener does not need `newEvents`: they may be left out (empty), which spares a hub behind a wire much work. */
  subscribe(listener: (changes: readonly HubChange[]) => void, options?: { events?: boolean }): Disposable;
}
