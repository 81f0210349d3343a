/** What a worker may run ahead of the engine, and how that becomes a work item (docs/decisions/0006-running-ahead.md). */
import type { PendingActivity } from '../core/instances/instance';
import { workKey } from '../core/instances/instance';
import type { BegunEnd, EpisodeOutcome, FunctionWorker, RunAheadGrant } from '../core/ports/function-worker';
import { refusalOf } from '../core/turns/reconcile';
import { resultEvent } from '../core/turns/result-event';
import { isTerminal } from '../core/values/status';
import type { FollowUp } from './activities';
import type { EngineCore } from './engine-core';
import { nothingSent, type Episode } from './episode';
import type { LiveInstance } from './live-instance';

export class RunningAhead {
  /** `decide`: works what a worker has answered into the history. */
  constructor(
    private readonly core: EngineCore,
    private readonly decide: (episode: Episode, worker: FunctionWorker, answer: EpisodeOutcome) => void,
  ) {}

  /** From the episode on that the worker is asked for now; null: nothing. */
  grant({ live, row }: Episode, worker: FunctionWorker): RunAheadGrant | null {
    const { runAhead: steps, takesResults, maxConcurrentActivities: maxActivities } = this.core.options;
    const clockAheadMs = this.#clockAheadMs();
    live.clockAheadMs = clockAheadMs;
    if ((steps === 0 && !takesResults) || clockAheadMs === null || worker.profile !== 'A') return null;
    if (row.forkedFrom?.dry === true || live.isStepped || live.inbox.length > 0) return null;
    return { steps, maxActivities, ...(clockAheadMs === 0 ? {} : { clockAheadMs }) };
  }

  /**
   * For an activity that is handed out now: takes its end when the worker has run the episode that follows. Undefined where that is not
   * wanted: its instance waits for something else as well.
   */
  followUp(live: LiveInstance, worker: FunctionWorker, { executionId, taskId }: PendingActivity): FollowUp | undefined {
    const { row, generation } = live;
    if (!this.core.options.takesResults || worker.profile !== 'A' || live.isStepped || row?.executionId !== executionId) return;
    if (live.isBusy || live.isAsked || live.isHeld || live.inbox.length > 0) return;
    if (generation?.open.size !== 1 || !generation.open.has(taskId)) return;
    const begun = {};
    live.begun = begun;
    return (end, queuedMs) => live.begun === begun && this.take(live, worker, taskId, end, queuedMs);
  }

  /**
   * What the worker has run ahead becomes a work item, as if its result had come and been taken now. False, and nothing has happened, when
   * the instance is wanted for something else or cannot go on: then the result is a message like any other, and the worker is asked anew.
   */
  take(live: LiveInstance, worker: FunctionWorker, taskId: number, end: BegunEnd, queuedMs = 0): boolean {
    const episode = this.following(live, taskId, end, queuedMs);
    if (episode === null || end.next === null) return false;
    this.decide(episode, worker, end.next.outcome);
    return true;
  }

  /** The work item of `take`, begun; null where it answers false. */
  following(live: LiveInstance, taskId: number, { outcome, next }: BegunEnd, queuedMs = 0): Episode | null {
    const { core } = this;
    const { row, generation } = live;
    live.begun = null;
    if (next === null || row === null || generation?.started == null || isTerminal(row.runtimeStatus)) return null;
    if (core.committer.isStalled || live.isHeld || live.isAsked || live.inbox.some((entry) => entry.isReady)) return null;
    // Its times are those of a clock that was set meanwhile.
    if (live.clockAheadMs !== this.#clockAheadMs()) return null;
    if (next.at < generation.lastStarted) return null;
    const event = resultEvent(next.at, taskId, outcome);
    if (queuedMs >= 1) event.QueuedMs = queuedMs;
    const { executionId } = row;
    if (refusalOf(event, executionId, executionId, generation) !== null) return null;
    const entry = { live, event, executionId, seq: null, workKey: workKey(executionId, taskId), visibleAtMs: 0, isReady: true };
    const episode: Episode = {
      live,
      life: live.life,
      entries: [entry],
      row,
      generation,
      started: generation.started,
      newEvents: [{ EventType: 'OrchestratorStarted', EventId: -1, IsPlayed: false, Timestamp: next.at }, event],
      continued: 0,
      carriedStatus: null,
      sentBefore: nothingSent,
    };
    live.isBusy = true;
    return episode;
  }

  /** By how much the clock is ahead of the computer's; null: it stands still. */
  #clockAheadMs(): number | null {
    const { clock } = this.core.world;
    return clock.aheadOfComputerMs === undefined ? 0 : clock.aheadOfComputerMs();
  }
}
