import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';
import { addressOf, parseEntityId } from '../core/values/entity-id';
import {
  copyOf,
  nextBatch,
  readScheduler,
  takeIn,
  type EntityBatch,
  type EntityScheduler,
} from '../core/entities/entity-scheduler';
import { entityChars, fitting } from '../core/entities/entity-room';
import { entityOutcomeProblem } from '../core/turns/entity-outcome';
import { failedAnswer, finishBatch, toOperation, type EntityTurnResult } from '../core/turns/entity-turn';
import { units } from '../core/values/value-limit';
import type { EntityBatchRecord } from '../core/entities/entity-views';
import { isRequestName, readRequest, type EntityRequest } from '../core/entities/entity-messages';
import type { EventRaised, InboundEvent } from '../core/history/history';
import { profileOf, type InstanceRow } from '../core/instances/instance';
import type { EntityBatchOutcome } from '../core/ports/function-worker';
import { backOffMs, sentenceOf } from './back-off';
import { consumptionOf, type EngineCore, type WorkerSlot } from './engine-core';
import type { InboxEntry, LiveInstance } from './live-instance';
import { send, startChild, type OpenCheckpoint } from './outgoing';

/** One work item: messages taken from an entity's inbox, and what it is to run of them. */
interface Work {
  readonly live: LiveInstance;
  readonly life: number;
  readonly entries: readonly InboxEntry[];
  readonly row: InstanceRow;
  readonly before: EntityScheduler;
  /** A copy: what was decided counts only once it is committed. */
  readonly scheduler: EntityScheduler;
  readonly early: readonly EntityRequest[];
  readonly batch: EntityBatch;
}

/** Kept of a batch for the developer's eyes. */
const shownOperations = 50;

/**
 * Runs the batches of entities: takes their messages, asks the worker, and commits the answer as the entity's next generation.
 *
 *   W1. One batch of an entity at a time, from the taking of its messages to the end of its commit.
 *   W2. Messages leave the inbox for good only with a checkpoint; until then every way back puts them in front again. So an operation
 *       runs at least once, and its effects (state, answer, signals, locks) count exactly once.
 *   W3. After a crash or a hang of the worker under it, an entity runs one operation at a time until one is through: what is broken
 *       holds up nobody but itself.
 *   W4. Whatever cannot be taken in or worked into the entity fails its operations by name: their callers are answered, the state stays.
 */
export class Entities {
  /** Names with capitals that entities have signalled, and that the log has told about. */
  readonly #saidOf = new Set<string>();

  constructor(private readonly core: EngineCore) {}

  get isIdle(): boolean {
    const { A, G } = this.core.workers;
    return A.runningEntities === 0 && G.runningEntities === 0;
  }

  /** Goes on with those that found no room. */
  dispatch(): void {
    const { A, G } = this.core.workers;
    if (A.waitingEntities.length > 0) this.#dispatchTo(A);
    if (G.waitingEntities.length > 0) this.#dispatchTo(G);
  }

  #dispatchTo(slot: WorkerSlot): void {
    if (this.core.committer.isStalled || this.core.isStopped) return;
    const waiting = slot.waitingEntities;
    slot.waitingEntities = [];
    for (const live of waiting) if (!live.isBusy) this.begin(live);
  }

  begin(live: LiveInstance): void {
    const { core } = this;
    const { row } = live;
    if (row === null) {
      live.inbox = [];
      return;
    }
    if (!live.inbox.some((entry) => entry.isReady)) return;
    const slot = core.slotOf(row);
    if (slot.runningEntities >= core.options.maxConcurrentEntities) {
      slot.waitingEntities.push(live);
      return;
    }
    let entries = live.takeReady();
    try {
      const before = (live.entity ??= readScheduler(row.input));
      entries = this.#fitting(live, before, entries);
      if (entries.length === 0) return;
      const work = this.#take(live, row, before, entries);
      live.isBusy = true;
      if (work.batch.operations.length === 0) this.#commit(work, null);
      else this.#ask(work, slot);
    } catch (error) {
      this.#drop(live, entries, [], messageOf(error));
    }
  }

  /** Those that the entity has room for; the others are in its inbox again. */
  #fitting(live: LiveInstance, before: EntityScheduler, entries: InboxEntry[]): InboxEntry[] {
    const { maxEntityChars } = this.core.options;
    const text = live.row?.input ?? '';
    const fits = fitting(before, entries.map(({ event }) => event).filter(isRaised), maxEntityChars, text);
    if (fits.every(Boolean)) return entries;
    let at = 0;
    const isTaken = entries.map(({ event }) => !isRaised(event) || fits[at++] === true);
    live.putBack(entries.filter((_, index) => !isTaken[index]));
    return entries.filter((_, index) => isTaken[index]);
  }

  #take(live: LiveInstance, row: InstanceRow, before: EntityScheduler, entries: readonly InboxEntry[]): Work {
    const { core } = this;
    const scheduler = copyOf(before);
    const messages = entries.map(({ event }) => event).filter(isRaised);
    const { early, unknown } = takeIn(scheduler, messages, core.world.clock.now());
    for (const name of unknown) core.log('warning', `A message '${name}' without a request in it is dropped.`, live.instanceId);
    const maxOperations = live.hangs > 0 || live.exits > 0 ? 1 : core.options.maxEntityBatch; // W3
    const batch = nextBatch(scheduler, maxOperations);
    return { live, life: live.life, entries, row, before, scheduler, early, batch };
  }

  #ask(work: Work, slot: WorkerSlot): void {
    const { core } = this;
    const { live, life, row, scheduler, batch } = work;
    const id = parseEntityId(live.instanceId);
    const { worker } = slot;
    if (id === null || worker?.runEntityBatch === undefined || worker.accepts?.('entity', id.name, row.version) === false) {
      core.hold(live);
      core.giveBack(live, work.entries);
      return;
    }
    if (live.exits > 0 && worker.profile === 'A') {
      if (!core.suspects.isFree) {
        core.giveBack(live, work.entries);
        core.suspects.whenFree(() => core.wake(live));
        return;
      }
      core.suspects.begin(live, 0);
    }
    slot.runningEntities++;
    worker
      .runEntityBatch({
        instanceId: live.instanceId,
        executionId: row.executionId,
        ...id,
        state: scheduler.state,
        exists: scheduler.exists,
        operations: batch.operations.map(toOperation),
      })
      .then(
        (outcome) => {
          slot.runningEntities--;
          core.suspects.end(live);
          core.requestTurn();
          if (core.isVoid(live, life)) return;
          live.exits = live.hangs = 0;
          this.#commit(work, outcome);
        },
        (error: unknown) => {
          slot.runningEntities--;
          core.requestTurn();
          if (!core.isVoid(live, life)) this.#failed(work, error);
          core.suspects.end(live);
        },
      );
  }

  /** The worker gave no answer. */
  #failed(work: Work, error: unknown): void {
    const { core } = this;
    const { live } = work;
    if (DurascopeError.is(error, 'WorkerHung')) {
      live.hangs++;
      core.log('error', sentenceOf(error), live.instanceId);
      if (live.hangs > 1 && work.batch.operations.length === 1) {
        live.hangs = 0;
        this.#failAll(work, sentenceOf(error));
      } else core.giveBack(live, work.entries, 0);
      return;
    }
    if (DurascopeError.is(error, 'WorkFailed')) {
      core.log('error', sentenceOf(error), live.instanceId);
      this.#failAll(work, sentenceOf(error));
      return;
    }
    if (DurascopeError.is(error, 'WorkReturned')) {
      core.giveBack(live, work.entries, Number(error.details['delayMs'] ?? 0));
      return;
    }
    const { instanceId } = live;
    const blame = core.suspects.blame(error, live, parseEntityId(instanceId)?.name ?? '', instanceId);
    if (blame !== 'innocent') live.exits++;
    const delayMs = blame === 'innocent' ? 0 : backOffMs(live.exits);
    core.retryNotes.add(error, { kind: 'episode', name: instanceId, instanceId, failures: live.exits, delayMs });
    core.giveBack(live, work.entries, delayMs);
  }

  /** The real extension sends what a JavaScript entity signals to the name as it is spelled, and keeps that as an entity of its own. */
  #noteAddress(from: string, to: string): void {
    const usual = addressOf(to);
    const name = to.slice(1, to.indexOf('@', 1));
    if (to === usual || this.#saidOf.has(name)) return;
    this.#saidOf.add(name);
    const text =
      `This entity signals '${to}', which is another entity than '${usual}', as in Azure: only orchestrators and clients put names ` +
      'into lower case. Write the name in lower case where an entity signals another one.';
    this.core.log('warning', text, from);
  }

  /** The operations fail by the host's word; the state stays. */
  #failAll(work: Work, message: string): void {
    const problem = this.#tryCommit(work, failedBatch(work, message));
    if (problem !== null) this.#drop(work.live, work.entries, work.batch.operations, problem);
  }

  #commit(work: Work, outcome: EntityBatchOutcome | null): void {
    const problem = this.#tryCommit(work, outcome);
    if (problem !== null) this.#failAll(work, problem);
  }

  /** Why nothing has happened, as a sentence; null: the batch is on its way. */
  #tryCommit(work: Work, outcome: EntityBatchOutcome | null): string | null {
    const { core } = this;
    const scheduler = copyOf(work.scheduler);
    const now = core.now();
    const { live, row, early, batch } = work;
    try {
      const refusal = outcome === null ? null : entityOutcomeProblem(outcome, core.options.maxValueChars);
      if (refusal !== null) return refusal;
      const turn = finishBatch({
        row,
        scheduler,
        early,
        batch,
        outcome,
        executionId: core.world.newId(),
        now: now < row.createdTime ? row.createdTime : now,
        defaultVersion: core.options.defaultVersion,
        newId: core.world.newId,
      });
      const limit = core.options.maxEntityChars;
      const chars = entityChars(scheduler, limit, turn.row.input ?? '');
      if (chars > limit) {
        return (
          `The entity with all that waits in it has ${units(chars)} characters, and one entity has at most ${units(limit)}. ` +
          'Keep a smaller state, or send less to it while it is locked.'
        );
      }
      core.whole(live, () => this.#keep(work, scheduler, outcome, turn));
      return null;
    } catch (error) {
      const problem = `What the entity did cannot be kept: ${messageOf(error)}`;
      core.log('error', `${problem}${error instanceof Error ? `\n${error.stack ?? ''}` : ''}`, live.instanceId);
      return problem;
    }
  }

  #keep(work: Work, scheduler: EntityScheduler, outcome: EntityBatchOutcome | null, turn: EntityTurnResult): void {
    const { core } = this;
    const { live, row, entries } = work;
    const gathered = core.gather();
    const checkpoint: OpenCheckpoint = {
      instanceId: live.instanceId,
      instance: turn.row,
      history: { executionId: turn.row.executionId, mode: 'replace', from: 0, events: turn.events },
      ...consumptionOf(entries),
    };
    for (const action of outcome?.actions ?? []) {
      if (action.type === 'SendSignal' && profileOf(row) === 'A') this.#noteAddress(live.instanceId, action.instanceId);
    }
    live.row = turn.row;
    live.entity = scheduler;
    live.generation = null;
    for (const child of turn.children) startChild(core, checkpoint, live, child);
    for (const message of turn.messages) send(core, checkpoint, message);
    gathered.checkpoints.push(checkpoint);
    gathered.unlock(live);
    gathered.pin(live);
    if (turn.ran.length > 0) live.batches.add(recordOf(turn, work.before.state, scheduler.state));
    gathered.changes.push({ type: 'instance', row: turn.row, newEvents: turn.events, historyReplaced: true });
    if ((core.options.dropsEmptyEntities || !core.isOfExtension(row)) && isEmpty(scheduler) && live.inbox.length === 0)
      core.remove(live);
  }

  /** The last resort: the entity stays as it is, its messages are used up, and whoever waits for `operations` is told why. */
  #drop(live: LiveInstance, entries: readonly InboxEntry[], operations: readonly EntityRequest[], problem: string): void {
    const { core } = this;
    core.log('error', `${problem} Messages for the entity are dropped: ${entries.length}.`, live.instanceId);
    live.isBusy = false;
    const checkpoint: OpenCheckpoint = { instanceId: live.instanceId, ...consumptionOf(entries) };
    const asked = new Map(operations.map((request) => [request.id, request]));
    for (const { event } of entries) {
      const request = isRaised(event) && isRequestName(event.Name) ? readRequest(event.Input) : null;
      if (request !== null) asked.set(request.id, request);
    }
    for (const request of asked.values()) {
      const answer = failedAnswer(request, problem, core.now());
      if (answer !== null) send(core, checkpoint, answer);
    }
    const batch = core.gather();
    batch.checkpoints.push(checkpoint);
    batch.pin(live);
  }
}

function isRaised(event: InboundEvent): event is EventRaised {
  return event.EventType === 'EventRaised';
}

function failedBatch({ scheduler, batch }: Work, message: string): EntityBatchOutcome {
  const results = batch.operations.map(() => ({ ok: false as const, result: null, message }));
  return { state: scheduler.state, exists: scheduler.exists, results, actions: [] };
}

export function isEmpty({ exists, queue, lockedBy }: EntityScheduler): boolean {
  return !exists && queue.length === 0 && lockedBy === null;
}

function recordOf(turn: EntityTurnResult, stateBefore: string | null, stateAfter: string | null): EntityBatchRecord {
  const { ran, row } = turn;
  const shown = ran.length > shownOperations ? ran.slice(-shownOperations) : ran;
  return {
    at: row.createdTime,
    executionId: row.executionId,
    stateBefore,
    stateAfter,
    operations: shown.map(({ request, result }) => ({
      name: request.op ?? '',
      input: request.input ?? null,
      isSignal: request.signal === true,
      requestId: request.id,
      parentInstanceId: request.parent ?? null,
      ok: result.ok,
      result: result.ok ? result.result : (result.result ?? result.message),
    })),
    omitted: ran.length - shown.length,
  };
}
