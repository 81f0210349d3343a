import { messageOf } from '../base/error-message';
import type { CustomStatusChange } from '../core/instances/instance';
import type { ExportedInstance } from '../core/instances/exported-instance';
import type { ForkRequest } from '../core/instances/forks';
import type {
  CleanEntityStorageOptions,
  CleanEntityStorageResult,
  EntityBatchRecord,
  EntityDetails,
  EntityPage,
  EntityQuery,
} from '../core/entities/entity-views';
import type { HistoryEvent, InboundEvent } from '../core/history/history';
import { profileOf, workKey, type InboxMessage, type InstanceRow, type PendingTimer } from '../core/instances/instance';
import type { Disposable } from '../core/ports/clock';
import type { FunctionDescriptor, FunctionWorker } from '../core/ports/function-worker';
import type { HubRest } from '../core/ports/hub-clock';
import type { InstancePage, InstanceQuery, RecoveredWork } from '../core/ports/history-store';
import type {
  HubCapabilities,
  HubChange,
  ImportConflicts,
  ImportOutcome,
  PurgeFilter,
  RestartOptions,
  SignalOptions,
  StartOptions,
  TaskHubClient,
  WaitingFor,
} from '../core/ports/task-hub-client';
import { isTerminal, type OrchestrationStatus } from '../core/values/status';
import { fromTimestamp, timerDueMs } from '../core/values/time';
import { Activities } from './activities';
import { Committer, type Batch } from './committer';
import { CompletionWaiters } from './completion-waiters';
import { DueQueue } from './due-queue';
import { EngineCore, type EngineWorld } from './engine-core';
import { defaultEngineOptions, type EngineOptions } from './engine-options';
import { Entities } from './entities';
import { EntityCommands } from './entity-commands';
import { Episodes } from './episodes';
import { KnownNames } from './known-names';
import type { InboxEntry } from './live-instance';
import { OrchestrationCommands } from './orchestration-commands';
import { preparedCounts, preparedPage } from './prepared-question';
import { notFound } from './refusals';
import { salvage } from './salvage';
import { waitingFor } from './waiting-for';

/** One after the other, without the event loop in between, at most. */
const mostShortTurns = 16;

/**
 * The task hub in this process: inboxes, episodes, checkpoints, timers, queries and commands.
 *
 *   E1. What is acknowledged or announced is in the journal; what is not in the journal has had no effect outside.
 *   E2. A turn of the event loop begins what it can, then commits all that it gathered as one batch.
 *   E3. Memory is ahead of the store by what is gathered or in flight, never behind it: decisions read memory, callers read the store.
 */
export class Engine implements TaskHubClient {
  readonly capabilities: HubCapabilities;
  readonly #core: EngineCore;
  readonly #episodes: Episodes;
  readonly #entities: Entities;
  readonly #commands: OrchestrationCommands;
  readonly #entityCommands: EntityCommands;
  readonly #activities: Activities;
  readonly #waiters: CompletionWaiters;
  readonly #listeners = new Set<(changes: readonly HubChange[]) => void>();
  #isTurnAsked = false;
  #shortTurns = 0;
  #quiet: (() => void)[] = [];
  readonly #onTurn = new Set<() => void>();
  #commandCount = 0;
  #stopping: Promise<void> | null = null;

  constructor(world: EngineWorld, options: Partial<EngineOptions> = {}) {
    const core = new EngineCore(world, { ...defaultEngineOptions, ...options }, () => this.#requestTurn());
    this.#core = core;
    const { productionStore } = core.options;
    this.capabilities = {
      rewind: true,
      entities: true,
      suspend: true,
      ...(productionStore === 'none' ? {} : { productionStore }),
    };
    core.committer = new Committer(
      world.store,
      world.clock,
      world.log,
      (batch) => this.#committed(batch),
      (batch, index, reason) => salvage(core, batch, index, reason),
    );
    core.due = new DueQueue(
      world.clock,
      (timer) => this.#timerFired(timer),
      (entry) => this.#show(entry),
      (timer) => this.#dueMsOf(timer),
    );
    this.#entities = new Entities(core);
    this.#commands = new OrchestrationCommands(core, () => this.#gathered());
    this.#entityCommands = new EntityCommands(core, () => this.#gathered());
    this.#activities = new Activities(core);
    this.#episodes = new Episodes(core, this.#entities, this.#activities);
    this.#waiters = new CompletionWaiters(world.clock);
  }

  /** Opens the store and takes up what was queued. Once, before all else. */
  async open(): Promise<RecoveredWork> {
    const core = this.#core;
    const work = await core.world.store.open();
    core.nextSeq = work.nextSeq;
    for (const message of work.inbox) this.#recover(message);
    for (const activity of work.activities) this.#activities.add(activity);
    for (const timer of work.timers) core.due.addTimer(timer);
    return work;
  }

  /** Hands out no more work, writes what was decided, closes the store. Unfinished work is taken up by the next `open`. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /**
   * What runs user code, one worker of each profile at most: set it again when what it can run has changed. Null: there is none any
   * more, and work waits.
   */
  setWorker(worker: FunctionWorker | null, functions: readonly FunctionDescriptor[] = worker?.functions() ?? []): void {
    const { workers } = this.#core;
    if (worker === null) {
      workers.A.worker = workers.G.worker = null;
      return;
    }
    workers[worker.profile].worker = worker;
    if (worker.profile === 'A') {
      this.#core.orchestratorNames = new KnownNames(functions, worker.profile, 'orchestrator');
      this.#core.entityNames = new KnownNames(functions, worker.profile, 'entity');
    }
    this.#core.releaseHeld();
    this.#activities.releaseHeld();
    this.#requestTurn();
  }

  /** New settings for what comes from now on. */
  configure(options: Partial<EngineOptions>): void {
    this.#core.options = { ...this.#core.options, ...options };
    this.#core.releaseHeld();
  }

  start(options: StartOptions): Promise<{ instanceId: string; executionId: string }> {
    return this.#commands.start(options);
  }

  get(instanceId: string): Promise<InstanceRow | undefined> {
    return settle(() => this.#core.world.store.instance(instanceId));
  }

  query(query: InstanceQuery): Promise<InstancePage> {
    return preparedPage(this.#core.world.store, query);
  }

  countByStatus(query?: InstanceQuery): Promise<Partial<Record<OrchestrationStatus, number>>> {
    return preparedCounts(this.#core.world.store, query);
  }

  history(instanceId: string, from?: number, count?: number): Promise<readonly HistoryEvent[]> {
    return settle(() => this.#core.world.store.history(instanceId, from, count));
  }

  customStatusChanges(instanceId: string): Promise<readonly CustomStatusChange[]> {
    return settle(() => this.#core.world.store.customStatusChanges(instanceId));
  }

  waitingFor(instanceId: string): Promise<WaitingFor> {
    return settle(
      () => waitingFor(this.#core.world.store, instanceId, this.#activities.startTimes(instanceId)) ?? notFound(instanceId),
    );
  }

  raiseEvent(instanceId: string, name: string, data: string | null): Promise<void> {
    return this.#commands.raiseEvent(instanceId, name, data);
  }

  terminate(instanceId: string, reason: string | null, options?: { recursive?: boolean }): Promise<void> {
    return this.#commands.terminate(instanceId, reason, options);
  }

  suspend(instanceId: string, reason: string | null): Promise<void> {
    return this.#commands.suspend(instanceId, reason);
  }

  resume(instanceId: string, reason: string | null): Promise<void> {
    return this.#commands.resume(instanceId, reason);
  }

  rewind(instanceId: string, reason: string | null): Promise<void> {
    return this.#commands.rewind(instanceId, reason);
  }

  restart(instanceId: string, options?: RestartOptions): Promise<{ instanceId: string; executionId: string }> {
    return this.#commands.restart(instanceId, options);
  }

  fork(instanceId: string, request: ForkRequest): Promise<{ instanceId: string; executionId: string }> {
    return this.#commands.fork(instanceId, request);
  }

  purge(instanceId: string): Promise<number> {
    return this.#commands.purge(instanceId);
  }

  purgeBy(filter: PurgeFilter): Promise<number> {
    return this.#commands.purgeBy(filter);
  }

  importInstances(instances: readonly ExportedInstance[], onConflict: ImportConflicts): Promise<ImportOutcome> {
    return this.#commands.importInstances(instances, onConflict);
  }

  async signalEntity(instanceId: string, operation: string, options: SignalOptions = {}): Promise<void> {
    this.#core.assertRunning();
    await this.#entityCommands.signal(instanceId, operation, options);
  }

  getEntity(instanceId: string): Promise<EntityDetails | undefined> {
    return settle(() => this.#entityCommands.get(instanceId));
  }

  queryEntities(query: EntityQuery): Promise<EntityPage> {
    return settle(() => this.#entityCommands.query(query));
  }

  entityBatches(instanceId: string): Promise<readonly EntityBatchRecord[]> {
    return settle(() => this.#entityCommands.batches(instanceId));
  }

  async cleanEntityStorage(options: CleanEntityStorageOptions = {}): Promise<CleanEntityStorageResult> {
    this.#core.assertRunning();
    return this.#entityCommands.clean(options);
  }

  async waitForCompletion(instanceId: string, timeoutMs: number): Promise<InstanceRow> {
    const { store } = this.#core.world;
    const row = store.instance(instanceId) ?? this.#core.lives.rowOf(instanceId) ?? notFound(instanceId);
    if (isTerminal(row.runtimeStatus) && !this.#core.lives.isUncommitted(instanceId)) return row;
    this.#core.assertRunning();
    const last = await this.#waiters.wait(instanceId, timeoutMs);
    return last ?? store.instance(instanceId) ?? notFound(instanceId);
  }

  subscribe(listener: (changes: readonly HubChange[]) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /**
   * Puts a message into an instance's inbox without a client's checks: resolves when it is in the journal, also when it turns out
   * later that nobody wants it. InstanceNotFound for an unknown id. `executionId` null: for whatever generation is current.
   */
  send(instanceId: string, event: InboundEvent, executionId: string | null = null): Promise<void> {
    return this.#commands.send(instanceId, event, executionId);
  }

  /** Nothing runs, waits for a worker or is being written. Instances may wait for timers and events. */
  get isIdle(): boolean {
    return !this.#isTurnAsked && this.#isNothingElseUnderWay;
  }

  /** Resolves when nothing is left to do here: no message, no episode, no commit. Activities and timers may be under way. */
  whenQuiet(): Promise<void> {
    return new Promise((resolve) => {
      this.#quiet.push(resolve);
      this.#requestTurn();
    });
  }

  /** Called after each turn and each commit: when something may have come to rest. */
  onTurn(listener: () => void): Disposable {
    this.#onTurn.add(listener);
    return { dispose: () => void this.#onTurn.delete(listener) };
  }

  /** `unanswered`: so many activities are under way that never end, and keep nothing from rest. */
  rest(unanswered = 0): HubRest {
    const next = this.#core.due.next((timer) => this.#isOfCurrentRun(timer));
    return { busy: this.#busy(unanswered), next, commands: this.#commandCount };
  }

  /** Of clients, so far. One counts by the time its method has returned, unless it has to read before it acts. */
  get commands(): number {
    return this.#commandCount;
  }

  #busy(unanswered: number): string | null {
    const core = this.#core;
    if (core.committer.isStalled) return 'The journal cannot be written.';
    const unfinished = this.#activities.unfinished - unanswered;
    if (unfinished > 0) return unfinished === 1 ? 'An activity is under way.' : `${unfinished} activities are under way.`;
    if (this.#isTurnAsked || !this.#isOnlyActivitiesUnderWay) return 'Instances are being worked on.';
    const { A, G } = core.workers;
    const waiting = A.ready.size + G.ready.size + A.waitingEntities.length + G.waitingEntities.length + core.heldInstances;
    if (waiting > 0) return waiting === 1 ? 'An instance waits for a worker.' : `${waiting} instances wait for a worker.`;
    return core.postponed > 0 ? 'Work that failed is tried again in a moment.' : null;
  }

  async #stop(): Promise<void> {
    const core = this.#core;
    core.stop();
    if (!(await core.committer.drain())) {
      core.log(
        'error',
        'Stopped although the journal cannot be written: what was not acknowledged begins anew at the next start.',
      );
    }
    this.#waiters.callOff();
    await core.world.store.close();
  }

  /** Resolves once what this turn has gathered so far is in the journal. */
  #gathered(): Promise<void> {
    this.#commandCount++;
    const batch = this.#core.gather();
    return new Promise((resolve) => batch.acknowledgements.push(resolve));
  }

  #requestTurn(): void {
    if (this.#isTurnAsked) return;
    this.#isTurnAsked = true;
    if (this.#shortTurns < mostShortTurns && this.#quiet.length === 0 && this.#isNothingElseUnderWay) {
      // Nothing can arrive together with it but what the worker has run ahead and said in one breath, and that is taken by then. Not for
      // ever: the event loop has others to serve, and a worker may answer at once.
      this.#shortTurns++;
      process.nextTick(() => this.#turn());
    } else {
      // After the callbacks of this turn of the event loop, so that all that arrived together is taken together.
      this.#shortTurns = 0;
      setImmediate(() => this.#turn());
    }
  }

  #turn(): void {
    this.#isTurnAsked = false;
    this.#dispatch();
    this.#core.retryNotes.write();
    this.#core.committer.flush(); // E2
    this.#noteQuiet();
  }

  get #isNothingElseUnderWay(): boolean {
    return this.#isOnlyActivitiesUnderWay && this.#activities.isIdle;
  }

  get #isOnlyActivitiesUnderWay(): boolean {
    return this.#episodes.isIdle && this.#entities.isIdle && this.#core.committer.isIdle;
  }

  #dispatch(): void {
    this.#episodes.dispatch();
    this.#entities.dispatch();
    this.#activities.dispatch();
  }

  #committed(batch: Batch): void {
    for (const live of batch.pinned) live.pins--;
    for (const live of batch.unlocked) if (--live.uncommitted === 0 && !live.isAsked) live.isBusy = false;
    for (const entry of batch.entries) this.#core.due.addEntry(entry);
    for (const activity of batch.activities) this.#activities.add(activity);
    for (const timer of batch.timers) this.#core.due.addTimer(timer);
    for (const live of batch.unlocked) if (live.inbox.length > 0) this.#core.wake(live);
    for (const acknowledge of batch.acknowledgements) acknowledge();
    this.#announce(batch.changes);
    // At once, not in a turn of its own: the way from a result to the next activity is what a sequence consists of.
    this.#dispatch();
    for (const live of batch.pinned) this.#core.lives.rest(live);
    this.#noteQuiet();
  }

  #announce(changes: readonly HubChange[]): void {
    if (changes.length === 0) return;
    for (const change of changes) {
      if (change.type === 'purged') this.#waiters.ended(change.instanceId, null);
      else if (change.type === 'instance' && isTerminal(change.row.runtimeStatus))
        this.#waiters.ended(change.row.instanceId, change.row);
    }
    for (const listener of this.#listeners) listener(changes);
  }

  #noteQuiet(): void {
    for (const listener of this.#onTurn) listener();
    if (this.#quiet.length === 0 || this.#isTurnAsked || !this.#core.committer.isIdle) return;
    if (!this.#episodes.isIdle || !this.#entities.isIdle) return;
    const quiet = this.#quiet;
    this.#quiet = [];
    for (const resolve of quiet) resolve();
  }

  /** The entry may be taken now. */
  #show(entry: InboxEntry): void {
    entry.isReady = true;
    // A terminate must get through to an instance that waits for a worker, or for another try.
    if (entry.event.EventType === 'ExecutionTerminated') entry.live.isHeld = false;
    this.#core.wake(entry.live);
  }

  #dueMsOf({ instanceId, fireAt }: PendingTimer): number {
    const { options, lives, world } = this.#core;
    const fireAtMs = fromTimestamp(fireAt);
    if (options.durableTimers === 'exact') return fireAtMs;
    const row = lives.rowOf(instanceId);
    // Connected programs are no business of Azure Storage's; some set a timer anew that comes early.
    return timerDueMs(fireAtMs, world.clock.now(), row === undefined || profileOf(row) === 'G' ? 'exact' : options.durableTimers);
  }

  #timerFired(timer: PendingTimer): void {
    try {
      this.#deliverTimer(timer);
    } catch (error) {
      // Its instance cannot be read any more. The timer is still in the store, for the next start.
      this.#core.log('error', `Its timer cannot be fired: ${messageOf(error)}`, timer.instanceId);
    }
  }

  #deliverTimer(timer: PendingTimer): void {
    const core = this.#core;
    if (!this.#isOfCurrentRun(timer)) return;
    const live = core.lives.find(timer.instanceId);
    if (live === undefined) return;
    const event: InboundEvent = { ...core.inbound(), EventType: 'TimerFired', TimerId: timer.timerId, FireAt: timer.fireAt };
    core.deliver(live, timer.executionId, event, workKey(timer.executionId, timer.timerId));
  }

  /** Ended, continued or started anew: the store has forgotten the timer with that. */
  #isOfCurrentRun({ instanceId, executionId }: PendingTimer): boolean {
    const row = this.#core.lives.rowOf(instanceId);
    return row !== undefined && !isTerminal(row.runtimeStatus) && row.executionId === executionId;
  }

  #recover(message: InboxMessage): void {
    const core = this.#core;
    const live = core.lives.find(message.instanceId);
    if (live === undefined) {
      core.gather().checkpoints.push({ instanceId: message.instanceId, consumedMessages: [message.seq] });
      return;
    }
    const entry: InboxEntry = {
      live,
      event: message.event,
      executionId: message.executionId,
      seq: message.seq,
      workKey: null,
      visibleAtMs: message.visibleAt === null ? 0 : fromTimestamp(message.visibleAt),
      isReady: false,
    };
    live.inbox.push(entry);
    core.due.addEntry(entry);
  }
}

/** What `read` returns or throws, as a promise. */
function settle<T>(read: () => T): Promise<T> {
  return new Promise((resolve) => resolve(read()));
}
