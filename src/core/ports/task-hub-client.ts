/**
 * The one contract that everything above the engine talks to (design: "One contract for a task hub"). No caller may ask which
 * implementation it has; what a hub cannot do, it says in its capabilities.
 *
 * Errors are `DurascopeError`s: InstanceNotFound, InstanceTerminal, InstanceWrongState, InstanceExists, InvalidInstanceId,
 * UnknownFunction, NotSupported.
 */
import type { HistoryEvent, Tags, TraceContext } from '../history';
import type { ExportedInstance } from '../exported-instance';
import type { InstanceRow, PendingActivity, PendingTimer } from '../instance';
import type { OrchestrationStatus } from '../status';
import type { Disposable } from './clock';
import type { BehaviourProfile } from './function-worker';
import type { CustomStatusChange, InstancePage, InstanceQuery } from './history-store';

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
  /** Statuses in which an instance of the same id is replaced. Default: the terminal ones, and what host.json says. */
  replaceable?: readonly OrchestrationStatus[];
}

export interface PurgeFilter {
  createdTimeFrom?: string;
  createdTimeTo?: string;
  statuses?: readonly OrchestrationStatus[];
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
}

/** What an instance waits for right now, derived from its history and queues. */
export interface WaitingFor {
  /** `startedAt`: when a worker took it; absent while it waits for one, or where the hub does not know. */
  activities: readonly (PendingActivity & { attempt: number; startedAt?: string })[];
  timers: readonly PendingTimer[];
  events: readonly string[];
  children: readonly { instanceId: string; name: string; taskId: number }[];
}

export interface TaskHubClient {
  readonly capabilities: HubCapabilities;
  start(options: StartOptions): Promise<{ instanceId: string; executionId: string }>;
  get(instanceId: string): Promise<InstanceRow | undefined>;
  query(query: InstanceQuery): Promise<InstancePage>;
  countByStatus(query?: InstanceQuery): Promise<Partial<Record<OrchestrationStatus, number>>>;
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
  restart(instanceId: string, options?: { newInstanceId?: boolean }): Promise<{ instanceId: string; executionId: string }>;
  /** Number of instances deleted: 0 for an unknown id. InstanceNotTerminal when it still runs. */
  purge(instanceId: string): Promise<number>;
  /** Terminal instances only. */
  purgeBy(filter: PurgeFilter): Promise<number>;
  /**
   * Takes instances in as they are, with their whole histories; all of a call or none. Unfinished ones stand still (exported-instance.ts,
   * X2). Errors: InvalidArgument names the instance and what is wrong with it; InstanceExists has all ids in its details (`instanceIds`).
   */
  importInstances(instances: readonly ExportedInstance[], onConflict: ImportConflicts): Promise<ImportOutcome>;
  /** Resolves with the row once it is terminal, or as it is after `timeoutMs`. */
  waitForCompletion(instanceId: string, timeoutMs: number): Promise<InstanceRow>;
  /** With `events: false` the listener does not need `newEvents`: they may be left out (empty), which spares a hub behind a wire much work. */
  subscribe(listener: (changes: readonly HubChange[]) => void, options?: { events?: boolean }): Disposable;
}
