import type { BehaviourProfile } from '../core/values/behaviour-profile';
import type { Checkpoint } from '../core/instances/checkpoint';
import { DurascopeError } from '../core/values/errors';
import type { InboundEvent } from '../core/history/history';
import { Generation } from '../core/turns/generation';
import { profileOf, type InboxMessage, type InstanceRow } from '../core/instances/instance';
import type { Clock, Disposable } from '../core/ports/clock';
import type { DurableHttpHost } from '../core/ports/durable-http';
import type { FunctionWorker } from '../core/ports/function-worker';
import type { HistoryStore } from '../core/ports/history-store';
import type { LogLevel, Logger } from '../core/ports/logger';
import { parseEntityId } from '../core/values/entity-id';
import { fromTimestamp, toTimestamp } from '../core/values/time';
import type { Batch, Committer } from './committer';
import type { DueQueue } from './due-queue';
import type { EngineOptions } from './engine-options';
import { type KnownNames, takes } from './known-names';
import type { InboxEntry, LiveInstance } from './live-instance';
import { LiveInstances } from './live-instances';
import { ReadyQueue } from './ready-queue';
import { RecordedAnswers } from './recorded-answers';
import { RetryNotes } from './retry-notes';
import { Suspects } from './suspects';

export interface EngineWorld {
  store: HistoryStore;
  clock: Clock;
  /** 32 lower-case hex digits, new at each call. */
  newId: () => string;
  log: Logger;
  /** Makes the requests of durable HTTP calls; without it they fail by name. */
  http?: DurableHttpHost;
}

/** A kind of worker, there or not, and what waits for it. */
export class WorkerSlot {
  worker: FunctionWorker | null = null;
  readonly ready = new ReadyQueue();
  runningEpisodes = 0;
  runningEntities = 0;
  /** Entities that found no room. */
  waitingEntities: LiveInstance[] = [];
}

/** What the parts of the engine share: the world, the instances in memory, and the one way in for a message. */
export class EngineCore {
  readonly lives: LiveInstances;
  readonly workers: Readonly<Record<BehaviourProfile, WorkerSlot>> = { A: new WorkerSlot(), G: new WorkerSlot() };
  /** Of the function app; null before it was ever loaded. */
  orchestratorNames: KnownNames | null = null;
  entityNames: KnownNames | null = null;
  /** Set by the engine right after construction. */
  committer!: Committer;
  due!: DueQueue;
  nextSeq = 1;
  isStopped = false;
  readonly retryNotes: RetryNotes;
  readonly recorded: RecordedAnswers = new RecordedAnswers(this);
  readonly suspects = new Suspects((delayMs, callback) => this.later(delayMs, callback));
  readonly #held = new Set<LiveInstance>();
  readonly #later = new Set<Disposable>();

  constructor(
    readonly world: EngineWorld,
    public options: EngineOptions,
    /** Asks for a turn of the engine before the event loop sleeps. */
    readonly requestTurn: () => void,
  ) {
    this.lives = new LiveInstances(world.store, options);
    this.retryNotes = new RetryNotes((level, message, instanceId) => this.log(level, message, instanceId), requestTurn);
  }

  now(): string {
    return toTimestamp(this.world.clock.now());
  }

  /** As exactly as the clock can: for what clients compare with finer clocks of their own. */
  exactNow(): string {
    return this.world.clock.exactTime?.() ?? this.now();
  }

  log(level: LogLevel, message: string, instanceId?: string): void {
    this.world.log({ level, category: 'engine', message, ...(instanceId === undefined ? {} : { instanceId }) });
  }

  /** For what changes something. Stopped. */
  assertRunning(): void {
    if (this.isStopped) throw new DurascopeError('Stopped', 'The emulator is stopping: start it again to go on.');
  }

  /** What all messages from outside begin with: ids and marks are given when they become history. */
  inbound(): { EventId: number; IsPlayed: boolean; Timestamp: string } {
    return { EventId: -1, IsPlayed: false, Timestamp: this.now() };
  }

  /** The batch of this turn. Whoever takes it fills it: a turn that commits it is on its way. */
  gather(): Batch {
    this.requestTurn();
    return this.committer.batch;
  }

  /** Puts a message into the inbox of `to` and its journal form into `messages`, a list of a checkpoint of this turn's batch. */
  accept(
    messages: InboxMessage[],
    to: LiveInstance,
    executionId: string | null,
    event: InboundEvent,
    visibleAt: string | null = null,
  ): void {
    const seq = this.nextSeq++;
    messages.push({ seq, instanceId: to.instanceId, executionId, event, visibleAt });
    const entry: InboxEntry = {
      live: to,
      event,
      executionId,
      seq,
      workKey: null,
      visibleAtMs: visibleAt === null ? 0 : fromTimestamp(visibleAt),
      isReady: false,
    };
    to.inbox.push(entry);
    const batch = this.gather();
    batch.entries.push(entry);
    batch.pin(to);
  }

  /** Puts the end of an activity or timer into the inbox: it becomes durable with the episode that takes it. */
  deliver(to: LiveInstance, executionId: string, event: InboundEvent, workKey: string): void {
    to.inbox.push({ live: to, event, executionId, seq: null, workKey, visibleAtMs: 0, isReady: true });
    this.wake(to);
  }

  /** Of the worker that runs the instance. */
  slotOf(row: InstanceRow): WorkerSlot {
    return this.workers[profileOf(row)];
  }

  /** Whether the real extension would keep it in Azure Storage: what a back end of programs does otherwise is not done then. */
  isOfExtension(row: InstanceRow): boolean {
    if (profileOf(row) === 'A') return true;
    const entity = parseEntityId(row.instanceId);
    return this.workers.G.worker?.isOfExtension?.(entity === null ? 'orchestrator' : 'entity', entity?.name ?? row.name) === true;
  }

  /** Who runs an entity that begins to be: the function app if it has it, else a connected worker that takes it. */
  profileOfEntity(name: string): BehaviourProfile {
    if (this.entityNames?.has(name) === true) return 'A';
    const { A, G } = this.workers;
    if (this.isTakenByProtocol(name) || (G.worker !== null && this.entityNames?.areElsewhere === true)) return 'G';
    // Before the app was loaded nobody knows.
    return A.worker === null && this.entityNames === null ? this.options.defaultProfile : 'A';
  }

  /** Whether the worker of profile G has the entity. */
  isTakenByProtocol(name: string): boolean {
    const { worker } = this.workers.G;
    return worker !== null && takes(worker, 'entity', name, '');
  }

  /** There is something to do for the instance. */
  wake(live: LiveInstance): void {
    if (live.isQueued || live.isBusy || live.isHeld) return;
    live.isQueued = true;
    this.workers[live.row?.profile ?? 'A'].ready.push(live);
    this.requestTurn();
  }

  /** Nothing more for it until `releaseHeld`: there is no worker, or none of its version. */
  hold(live: LiveInstance): void {
    live.isHeld = true;
    this.#held.add(live);
  }

  /**
   * Nothing of a work item remains: its messages are in the inbox again, and are taken after `delayMs` or, without one, when the
   * instance is let go.
   */
  giveBack(live: LiveInstance, entries: readonly InboxEntry[], delayMs?: number): void {
    live.isBusy = false;
    live.putBack(entries);
    if (delayMs === undefined) return;
    if (delayMs === 0) {
      this.wake(live);
      return;
    }
    const { life } = live;
    live.isHeld = true;
    this.later(delayMs, () => {
      if (live.life !== life) return;
      live.isHeld = false;
      this.wake(live);
    });
  }

  /** True when the id was started anew or purged since its work item began in `life`: the slower one's commit is refused. */
  isVoid(live: LiveInstance, life: number): boolean {
    if (live.life === life && !this.isStopped) return false;
    live.isBusy = false;
    this.wake(live);
    return true;
  }

  /** The worker or what it may run has changed. */
  releaseHeld(): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const live of held) {
      live.isHeld = false;
      this.wake(live);
    }
  }

  /** Calls back after `delayMs`, unless the engine stops before. */
  later(delayMs: number, callback: () => void): void {
    const { clock } = this.world;
    const call = clock.after(delayMs, () => {
      this.#later.delete(call);
      callback();
    });
    this.#later.add(call);
  }

  /** Instances that no worker can go on with now. */
  get heldInstances(): number {
    return this.#held.size;
  }

  /** Calls of `later` that are still to come. */
  get postponed(): number {
    return this.#later.size;
  }

  /** Nothing begins any more, and no timer is left. */
  stop(): void {
    this.isStopped = true;
    this.due.stop();
    for (const call of this.#later) call.dispose();
    this.#later.clear();
  }

  /**
   * What `act` decides about `live` goes into this turn's batch whole or, when it throws, not at all: then everything in memory is as it was,
   * and the error is the caller's.
   */
  whole(live: LiveInstance, act: () => void): void {
    const { batch } = this.committer;
    const mark = batch.mark();
    const { row, generation, entity } = live;
    const length = generation?.events.length ?? 0;
    try {
      act();
    } catch (error) {
      for (const id of batch.undo(mark)) if (id !== live.instanceId) this.lives.reset(id);
      live.row = row;
      live.entity = entity;
      live.generation =
        generation === null || generation.events.length === length
          ? generation
          : new Generation(generation.events.slice(0, length));
      throw error;
    }
  }

  /** Row, history, messages and work of the instance go away. */
  remove(live: LiveInstance): void {
    const { instanceId } = live;
    live.replace(null);
    const batch = this.gather();
    batch.checkpoints.push({ instanceId, purged: true });
    batch.changes.push({ type: 'purged', instanceId });
    batch.pin(live);
  }

  /** The messages are over without having become history. */
  discard(live: LiveInstance, entries: readonly InboxEntry[]): void {
    if (entries.length === 0) return;
    const checkpoint: Checkpoint = { instanceId: live.instanceId, ...consumptionOf(entries) };
    const batch = this.gather();
    batch.checkpoints.push(checkpoint);
    batch.pin(live);
  }
}

/** What a checkpoint says of messages that it used up. */
export function consumptionOf(entries: readonly InboxEntry[]): {
  consumedMessages?: number[];
  finishedActivities?: string[];
  finishedTimers?: string[];
} {
  let consumedMessages: number[] | undefined;
  let finishedActivities: string[] | undefined;
  let finishedTimers: string[] | undefined;
  for (const entry of entries) {
    if (entry.seq !== null) (consumedMessages ??= []).push(entry.seq);
    else if (entry.workKey !== null) {
      if (entry.event.EventType === 'TimerFired') (finishedTimers ??= []).push(entry.workKey);
      else (finishedActivities ??= []).push(entry.workKey);
    }
  }
  const consumption: ReturnType<typeof consumptionOf> = {};
  if (consumedMessages !== undefined) consumption.consumedMessages = consumedMessages;
  if (finishedActivities !== undefined) consumption.finishedActivities = finishedActivities;
  if (finishedTimers !== undefined) consumption.finishedTimers = finishedTimers;
  return consumption;
}
