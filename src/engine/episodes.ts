import { messageOf } from '../base/error-message';
import { isThenable } from '../base/thenable';
import { DurascopeError } from '../core/values/errors';
import { Generation } from '../core/turns/generation';
import type { ExecutionStarted, HistoryEvent } from '../core/history/history';
import { profileOf, type PendingActivity } from '../core/instances/instance';
import { isEntityId } from '../core/values/instance-id';
import { checkOutcome, hostFailure, termination, terminationIn } from '../core/turns/outcome-checks';
import type { BegunEnd, EpisodeOutcome, FunctionWorker } from '../core/ports/function-worker';
import { isTerminal } from '../core/values/status';
import { endsAsNonDeterministic } from '../core/decisions/non-determinism';
import { applyDecisions, nextGenerationEvents, type TurnResult } from '../core/turns/turn';
import { continuedRow } from '../core/instances/instance-rows';
import { beginQueued, isOtherStart } from './queued-starts';
import { versionMismatch } from '../core/values/version';
import type { Activities } from './activities';
import { backOffMs, sentenceOf } from './back-off';
import type { EngineCore, WorkerSlot } from './engine-core';
import { nothingSent, type Episode } from './episode';
import type { Entities } from './entities';
import { reconcile, takeMessages } from './episode-messages';
import { commitEpisode, commitNextGeneration, commitTerminationBeforeStart, type GatheredStep } from './episode-commit';
import type { InboxEntry, LiveInstance } from './live-instance';
import { RunningAhead } from './running-ahead';
import { failWithoutHistory } from './salvage';

interface Decided {
  outcome: EpisodeOutcome;
  turn: TurnResult;
}

/** A step in the batch, of whose activity the worker has told the end with it. */
interface Followed {
  activity: PendingActivity;
  end: BegunEnd;
  step: GatheredStep;
}

/** Continue-as-new so many times without a wait is told. */
const unusualGenerations = 1000;

/**
 * Runs work items: takes the messages of an instance, asks the worker, and commits what it decided.
 *
 *   W1. One work item per instance at a time, from the taking of its messages to the end of its commit.
 *       A worker that runs ahead adds work items to those that wait for their commit, in order, and while nobody else wants the instance.
 *   W2. Messages leave the inbox for good only with a checkpoint; until then every way back puts them in front again.
 */
export class Episodes {
  readonly #ahead: RunningAhead;

  constructor(
    private readonly core: EngineCore,
    private readonly entities: Entities,
    private readonly activities: Activities,
  ) {
    this.#ahead = new RunningAhead(core, (episode, worker, answer) => this.#decideOrFail(episode, worker, answer));
    activities.followUp = (live, worker, activity) => this.#ahead.followUp(live, worker, activity);
  }

  get isIdle(): boolean {
    const { A, G } = this.core.workers;
    return A.runningEpisodes === 0 && G.runningEpisodes === 0;
  }

  /** Begins as many work items as there is room for. */
  dispatch(): void {
    const { core } = this;
    if (core.committer.isStalled || core.isStopped) return;
    const { maxConcurrentEpisodes, maxConcurrentRemote } = core.options;
    this.#dispatchTo(core.workers.A, maxConcurrentEpisodes);
    this.#dispatchTo(core.workers.G, maxConcurrentRemote ?? maxConcurrentEpisodes);
  }

  #dispatchTo(slot: WorkerSlot, most: number): void {
    const { core } = this;
    while (slot.runningEpisodes < most) {
      const live = slot.ready.shift();
      if (live === undefined) return;
      live.isQueued = false;
      if (!live.isBusy) {
        if (isEntityId(live.instanceId)) this.entities.begin(live);
        else this.#beginOrFail(live);
      }
      core.lives.rest(live);
    }
  }

  /** What cannot be taken up (a history from elsewhere that nobody would have written) fails its instance, and nothing else. */
  #beginOrFail(live: LiveInstance): void {
    try {
      this.#begin(live);
    } catch (error) {
      failWithoutHistory(this.core, live, live.takeReady(), `The instance cannot be gone on with: ${messageOf(error)}`);
    }
  }

  #begin(live: LiveInstance): void {
    const { core } = this;
    const { row } = live;
    live.begun = null;
    if (row === null) {
      live.inbox = [];
      return;
    }
    if (isTerminal(row.runtimeStatus)) {
      const late = live.inbox;
      live.inbox = [];
      if (late.some((entry) => isOtherStart(row, entry))) beginQueued(core, live, row, late);
      else core.discard(live, late);
      return;
    }
    const generation = core.lives.generationOf(live);
    const queued = live.inbox.filter((entry) => isOtherStart(row, entry));
    if (queued.length > 0) live.inbox = live.inbox.filter((entry) => !queued.includes(entry));
    const entries = takeMessages(core, live, generation);
    live.inbox.push(...queued);
    if (entries.length === 0) return;
    // One that was continued as new has started, though nothing of its new generation is stored.
    const isContinued = generation.isEmpty && row.runtimeStatus !== 'Pending';
    // A function app's code runs once more than its client wants: what is started and terminated in one batch begins (recorded: `start-and-terminate`).
    const begins = isContinued || profileOf(row) === 'A';
    const hasStart = begins && entries.some(({ event }) => event.EventType === 'ExecutionStarted');
    if (generation.isEmpty && !hasStart) {
      const terminated = terminationIn(entries.map((entry) => entry.event));
      if (terminated !== undefined) {
        live.putBack(entries);
        commitTerminationBeforeStart(core, live, terminated);
        return;
      }
    } else if (!generation.isEmpty && generation.started === null) {
      core.log('error', 'Its history has no ExecutionStarted: messages for it are dropped.', live.instanceId);
      core.discard(live, entries);
      return;
    }
    const inbound = reconcile(core, row, generation, entries);
    if (inbound.length === 0 && !entries.some(isRewound)) {
      core.discard(live, entries); // No episode without a message (9.2, decision 4).
      return;
    }
    const started = generation.started ?? (inbound.find((event) => event.EventType === 'ExecutionStarted') as ExecutionStarted);
    // Java's SDK sets a timer once more when it has fired in the very moment for which it was set.
    const now = profileOf(row) === 'G' ? core.exactNow() : core.now();
    const least = generation.lastStarted === '' ? row.createdTime : generation.lastStarted;
    const first: HistoryEvent = {
      EventType: 'OrchestratorStarted',
      EventId: -1,
      IsPlayed: false,
      // The orchestrator's clock never goes back, even if the computer's does.
      Timestamp: now < least ? least : now,
    };
    if (isContinued)
      inbound.push({
        EventType: 'OrchestratorCompleted',
        EventId: -1,
        IsPlayed: profileOf(row) === 'A',
        Timestamp: first.Timestamp,
      });
    const episode: Episode = {
      live,
      life: live.life,
      entries,
      row,
      generation,
      started,
      newEvents: [first, ...inbound],
      continued: 0,
      carriedStatus: null,
      sentBefore: nothingSent,
    };
    this.#run(episode);
  }

  #run(episode: Episode): void {
    const { core } = this;
    const { live, row } = episode;
    const slot = core.slotOf(row);
    const { worker } = slot;
    // Connected programs look after versions themselves.
    const isOfApp = profileOf(row) === 'A' || worker?.isOfApp?.(row.name) === true;
    const versions = isOfApp ? core.options.versions : null;
    const isThere = worker?.accepts?.('orchestrator', row.name, row.version) ?? worker !== null;
    const mismatch = versions === null ? null : versionMismatch(versions, row.version);
    const terminated = terminationIn(episode.newEvents);
    // Code that hangs or takes its process down, or is not there, or must not run, can still be terminated.
    const cannotRun = !isThere || live.hangs > 0 || live.exits > 1 || mismatch !== null;
    if (terminated !== undefined && cannotRun) {
      this.#endByHost(episode, termination(this.#nextId(episode), terminated));
      return;
    }
    if (mismatch !== null && versions?.failure === 'Fail') {
      const failure = { ErrorType: 'VersionMismatch', ErrorMessage: mismatch, StackTrace: null, IsNonRetriable: true };
      const id = profileOf(row) === 'A' ? episode.generation.events.length : this.#nextId(episode);
      this.#endByHost(episode, hostFailure(id, row.name, mismatch, failure));
      return;
    }
    if (mismatch !== null) {
      core.log('warning', `${mismatch} The instance waits for a worker whose version matches.`, live.instanceId);
      core.hold(live);
      this.#abandon(episode);
      return;
    }
    if (worker === null || !isThere) {
      core.hold(live);
      this.#abandon(episode);
      return;
    }
    live.isBusy = true;
    this.#ask(episode, slot, worker);
  }

  #ask(episode: Episode, slot: WorkerSlot, worker: FunctionWorker): void {
    const { core } = this;
    const { live, life, row } = episode;
    const isSuspect = live.exits > 0 && worker.profile === 'A';
    if (isSuspect) {
      if (!core.suspects.isFree) {
        this.#abandon(episode);
        core.suspects.whenFree(() => core.wake(live));
        return;
      }
      core.suspects.begin(live, 0);
    }
    slot.runningEpisodes++;
    live.isAsked = true;
    const ahead = this.#ahead.grant(episode, worker);
    worker
      .runEpisode({
        instanceId: row.instanceId,
        executionId: row.executionId,
        name: row.name,
        history: episode.generation.events,
        newEvents: episode.newEvents,
        ...(worker.profile === 'G' ? { version: row.version } : {}),
        ...(ahead === null ? {} : { ahead }),
      })
      .then(
        (outcome) => {
          slot.runningEpisodes--;
          live.isAsked = false;
          core.suspects.end(live);
          core.requestTurn();
          if (core.isVoid(live, life)) worker.forget(row.instanceId);
          else this.#decideOrFail(episode, worker, outcome);
        },
        (error: unknown) => {
          slot.runningEpisodes--;
          live.isAsked = false;
          core.requestTurn();
          if (!core.isVoid(live, life)) this.#failed(episode, error);
          core.suspects.end(live);
        },
      );
  }

  /** Works what the worker has answered, and all that it says has followed already, into the history. */
  #decideOrFail(episode: Episode, worker: FunctionWorker, answer: EpisodeOutcome): void {
    let followed = this.#stepOrFail(episode, worker, answer, null);
    while (followed !== null) {
      const { activity, end, step } = followed;
      const next = this.#ahead.following(episode.live, activity.taskId, end);
      if (next === null || end.next === null) {
        this.activities.over(activity, end.outcome);
        return;
      }
      followed = this.#stepOrFail(next, worker, end.next.outcome, step);
    }
  }

  /** What cannot be worked into the history fails its instance, and nothing else. `before`: the step that it follows in the same breath. */
  #stepOrFail(episode: Episode, worker: FunctionWorker, answer: EpisodeOutcome, before: GatheredStep | null): Followed | null {
    try {
      const decided = this.#decide(episode, worker, answer);
      let followed: Followed | null = null;
      this.core.whole(episode.live, () => (followed = this.#keep(episode, worker, decided, before)));
      return followed;
    } catch (error) {
      const { row } = episode;
      const reason = `What its code decided cannot be worked into the history: ${messageOf(error)}`;
      this.core.log('error', `${reason}${error instanceof Error ? `\n${error.stack ?? ''}` : ''}`, row.instanceId);
      this.#endByHost(episode, hostFailure(this.#nextId(episode), row.name, reason));
      return null;
    }
  }

  #decide(episode: Episode, worker: FunctionWorker, answer: EpisodeOutcome): Decided {
    const { core } = this;
    const { row, newEvents } = episode;
    const outcome = checkOutcome(answer, {
      name: row.name,
      newEvents,
      customStatus: row.customStatus,
      nextId: this.#nextId(episode),
      maxValueChars: core.options.maxValueChars,
    });
    if (worker.profile === 'A') markPlayed(newEvents, outcome.decisions.some(endsAsNonDeterministic));
    const turn = applyDecisions({
      row,
      generation: episode.generation,
      started: episode.started,
      newEvents,
      decisions: outcome.decisions,
      now: outcome.endedAt ?? this.#endOf(episode),
      storeInputs: core.options.storeInputs || (worker.profile === 'G' && worker.storesInputs?.(row.name) !== false),
      defaultVersion: core.options.defaultVersion,
      newId: core.world.newId,
    });
    return { outcome, turn };
  }

  #keep(episode: Episode, worker: FunctionWorker, { outcome, turn }: Decided, before: GatheredStep | null): Followed | null {
    const { core } = this;
    const { live } = episode;
    if (turn.droppedIds.length > 0) {
      core.log(
        'debug',
        `Scheduled before, not scheduled again: ${turn.droppedIds.map((id) => `#${id}`).join(', ')}.`,
        live.instanceId,
      );
    }
    if (turn.completion?.status === 'ContinuedAsNew') {
      this.#continueAsNew(episode, worker, turn, outcome);
      return null;
    }
    live.exits = live.hangs = live.generationsInRow = 0;
    const isOver = turn.completion !== null;
    if (isOver) worker.forget(live.instanceId);
    const [activity] = turn.activities;
    const { begun } = outcome;
    const isBegun =
      begun !== undefined &&
      begun.taskId === activity?.taskId &&
      turn.activities.length === 1 &&
      !isOver &&
      episode.sentBefore.activities.length === 0;
    const shown =
      episode.carriedStatus === null ? outcome : { ...outcome, customStatus: outcome.customStatus ?? episode.carriedStatus };
    const step = commitEpisode(core, episode, turn, shown, isBegun, before);
    if (!isBegun) return null;
    const { taskId, ended } = begun;
    if (!isThenable(ended)) return { activity, end: ended, step };
    live.begun = begun;
    this.activities.adopt(activity, ended, (end) => live.begun === begun && this.#ahead.take(live, worker, taskId, end));
    return null;
  }

  #continueAsNew(episode: Episode, worker: FunctionWorker, turn: TurnResult, outcome: EpisodeOutcome): void {
    const { core } = this;
    const { live } = episode;
    const completion = turn.completion;
    worker.forget(live.instanceId);
    if (completion === null) return;
    episode.continued++;
    if (++live.generationsInRow === unusualGenerations) {
      core.log(
        'warning',
        `'${episode.row.name}' has continued as new ${unusualGenerations} times without ever waiting. If that is not meant, let it wait for a timer, ` +
          'an event or a task in each generation, or terminate the instance.',
        live.instanceId,
      );
    }
    // Its rows are never stored, what it sent is; its timers would only be dropped when they fire.
    const { activities, children, messages } = episode.sentBefore;
    episode.sentBefore = {
      activities: activities.concat(turn.activities),
      children: children.concat(turn.children),
      messages: messages.concat(turn.messages),
    };
    episode.carriedStatus = outcome.customStatus ?? episode.carriedStatus;
    const newEvents = nextGenerationEvents(episode.row, episode.started, completion, core.world.newId(), this.#endOf(episode));
    episode.newEvents = newEvents;
    episode.started = newEvents[1] as ExecutionStarted;
    episode.generation = new Generation();
    episode.row = continuedRow(episode.row, episode.started);
    if (episode.continued < core.options.maxGenerations) this.#run(episode);
    else commitNextGeneration(core, episode);
  }

  /** The worker gave no answer. */
  #failed(episode: Episode, error: unknown): void {
    const { core } = this;
    const { live, row } = episode;
    if (DurascopeError.is(error, 'WorkReturned')) {
      const { delayMs } = error.details;
      if (delayMs !== undefined) live.exits++;
      this.#abandon(episode, Number(delayMs ?? 0));
      return;
    }
    if (DurascopeError.is(error, 'WorkFailed')) {
      core.log('error', sentenceOf(error), live.instanceId);
      this.#endByHost(episode, hostFailure(this.#nextId(episode), row.name, error.message));
      return;
    }
    live.isStepped = true;
    if (DurascopeError.is(error, 'WorkerHung')) {
      live.hangs++;
      core.log('error', sentenceOf(error), live.instanceId);
      if (live.hangs >= 2) {
        this.#endByHost(episode, hostFailure(this.#nextId(episode), row.name, error.message));
        return;
      }
      this.#abandon(episode, 0);
      return;
    }
    const blame = core.suspects.blame(error, live, row.name, live.instanceId);
    if (blame !== 'innocent') live.exits++;
    const delayMs = blame === 'innocent' ? 0 : backOffMs(live.exits);
    core.retryNotes.add(error, {
      kind: 'episode',
      name: row.name,
      instanceId: live.instanceId,
      failures: live.exits,
      delayMs,
    });
    this.#abandon(episode, delayMs);
  }

  /** Ends the instance without the worker. */
  #endByHost(episode: Episode, completion: ReturnType<typeof termination>): void {
    const { core } = this;
    const { live, row, newEvents } = episode;
    live.isBusy = true;
    core.slotOf(row).worker?.forget(live.instanceId);
    try {
      if (profileOf(row) === 'A') markPlayed(newEvents, false);
      const turn = applyDecisions({
        row,
        generation: episode.generation,
        started: episode.started,
        newEvents,
        decisions: [completion],
        now: this.#endOf(episode),
        storeInputs: core.options.storeInputs,
        defaultVersion: core.options.defaultVersion,
        newId: core.world.newId,
      });
      core.whole(live, () => commitEpisode(core, episode, turn, { customStatus: row.customStatus, awaitedEvents: [] }));
    } catch (error) {
      failWithoutHistory(core, live, episode.entries, `${completion.result ?? 'It has ended'} (${messageOf(error)})`);
    }
  }

  #abandon({ live, row, entries }: Episode, delayMs?: number): void {
    this.core.slotOf(row).worker?.forget(live.instanceId);
    this.core.giveBack(live, entries, delayMs);
  }

  /** An id for the host's own completion: above all that the generation has given. */
  #nextId({ generation, row }: Episode): number {
    return Math.max(profileOf(row) === 'A' ? 0 : 1, generation.highestId + 1);
  }

  /** Timestamp of what the episode appends at its end. */
  #endOf({ newEvents }: Episode): string {
    const now = this.core.now();
    const began = newEvents[0]?.Timestamp ?? now;
    return now < began ? began : now;
  }
}

function isRewound({ event }: InboxEntry): boolean {
  return event.EventType === 'ExecutionRewound';
}

/** Profile A: what replay has walked. A replay that no longer fits its history stops before the new events. */
function markPlayed(events: readonly HistoryEvent[], turnedAway: boolean): void {
  for (const event of events) {
    if (event.EventType === 'OrchestratorStarted') continue;
    // The one that a continued generation begins with has its mark.
    if (event.EventType !== 'OrchestratorCompleted') event.IsPlayed = !turnedAway;
  }
}
