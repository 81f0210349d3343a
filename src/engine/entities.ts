import { valueProblem } from '../core/values/value-limit';
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
import { finishBatch, toOperation, type EntityTurnResult } from '../core/turns/entity-turn';
import type { EntityBatchRecord } from '../core/entities/entity-views';
import type { EntityRequest } from '../core/entities/entity-messages';
import type { EventRaised } from '../core/history/history';
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

/** Kept of a batch for the developer's eyes, and so many batches of an entity. */
const shownOperations = 50;
const shownBatches = 50;

/**
 * Runs the batches of entities: takes their messages, asks the worker, and commits the answer as the entity's next generation.
 *
 *   W1. One batch of an entity at a time, from the taking of its messages to the end of its commit.
 *   W2. Messages leave the inbox for good only with a checkpoint; until then every way back puts them in front again. So an operation
 *       runs at least once, and its effects (state, answer, signals, locks) count exactly once.
 *   W3. After a crash or a hang of the worker under it, an entity runs one operation at a time until one is through: what is broken
 *       holds up nobody but itself.
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
    const entries = live.takeReady();
    const before = (live.entity ??= readScheduler(row.input));
    const scheduler = copyOf(before);
    const messages: EventRaised[] = [];
    for (const { event } of entries) if (event.EventType === 'EventRaised') messages.push(event);
    const { early, unknown } = takeIn(scheduler, messages, core.world.clock.now());
    for (const name of unknown) core.log('warning', `A message '${name}' without a request in it is dropped.`, live.instanceId);
    const maxOperations = live.hangs > 0 || live.exits > 0 ? 1 : core.options.maxEntityBatch; // W3
    const batch = nextBatch(scheduler, maxOperations);
    const work: Work = { live, life: live.life, entries, row, before, scheduler, early, batch };
    live.isBusy = true;
    if (batch.operations.length === 0) this.#commit(work, null);
    else this.#ask(work, slot);
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
          // An answer without a single result would be asked for ever.
          const problem =
            outcome.results.length === 0
              ? 'The worker gave no result for the operation.'
              : tooLongIn(outcome, core.options.maxValueChars);
          if (problem === null) this.#commit(work, outcome);
          else this.#failAll(work, problem);
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
    const { scheduler, batch } = work;
    const results = batch.operations.map(() => ({ ok: false as const, result: null, message }));
    this.#commit(work, { state: scheduler.state, exists: scheduler.exists, results, actions: [] });
  }

  #commit(work: Work, outcome: EntityBatchOutcome | null): void {
    const { core } = this;
    const { live, row, scheduler, batch, early, entries } = work;
    const stateBefore = work.before.state;
    const now = core.now();
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
    if (turn.ran.length > 0) remember(live, recordOf(turn, stateBefore, scheduler.state));
    gathered.changes.push({ type: 'instance', row: turn.row, newEvents: turn.events, historyReplaced: true });
    if ((core.options.dropsEmptyEntities || profileOf(row) === 'G') && isEmpty(scheduler) && live.inbox.length === 0)
      core.remove(live);
  }
}

/** The batch fails as a whole then: what one operation did to the state cannot be told from what the others did. */
function tooLongIn({ state, results, actions }: EntityBatchOutcome, limit: number): string | null {
  const result = results.find((each) => valueProblem('', each.result, limit) !== null);
  const action = actions.find((each) => valueProblem('', each.input, limit) !== null);
  return (
    valueProblem('The state of the entity', state, limit) ??
    valueProblem('The result of an operation', result?.result, limit) ??
    valueProblem('What the entity sends', action?.input, limit)
  );
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

function remember(live: LiveInstance, record: EntityBatchRecord): void {
  live.batches.push(record);
  if (live.batches.length > shownBatches) live.batches.shift();
}
