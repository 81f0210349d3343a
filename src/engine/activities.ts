import { Fifo } from '../base/fifo';
import { DurascopeError } from '../core/errors';
import type { TaskCompleted, TaskFailed } from '../core/history';
import { workKey, type PendingActivity } from '../core/instance';
import type { ActivityOutcome, FunctionWorker } from '../core/ports/function-worker';
import { isTerminal } from '../core/status';
import { backOffMs } from './back-off';
import type { EngineCore } from './engine-core';

interface Task {
  activity: PendingActivity;
  /** Times that the worker went away under it. */
  exits: number;
}

/** Durable HTTP calls come as activities of this name (spec/engine.md 2.10.19). */
const httpActivityName = 'BuiltIn::HttpActivity';

/**
 * Hands activities to the worker, a bounded number at a time, at least once each: an activity is over when the episode that takes
 * its result is committed.
 */
export class Activities {
  readonly #waiting = new Fifo<Task>();
  #running = 0;

  constructor(private readonly core: EngineCore) {}

  add(activity: PendingActivity): void {
    this.#waiting.push({ activity, exits: 0 });
    this.core.requestTurn();
  }

  dispatch(): void {
    const worker = this.core.worker;
    if (worker === null || this.core.committer.isStalled || this.core.isStopped) return;
    while (this.#running < this.core.options.maxConcurrentActivities) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      // Of a purged instance: it need not begin.
      if (this.core.lives.rowOf(task.activity.instanceId) === undefined) continue;
      this.#run(worker, task);
    }
  }

  #run(worker: FunctionWorker, task: Task): void {
    const { instanceId, executionId, taskId, name, input } = task.activity;
    if (name === httpActivityName) {
      // Deviation: durable HTTP is not built yet; it fails by name rather than wait for ever.
      const reason = 'Durable HTTP calls (callHttp) are not supported by this version of Durascope.';
      this.#finish(task.activity, { ok: false, reason, details: '' });
      return;
    }
    this.#running++;
    worker.runActivity({ instanceId, executionId, taskId, name, input }).then(
      (outcome) => {
        this.#running--;
        if (this.core.isStopped) return;
        this.core.requestTurn();
        this.#finish(task.activity, outcome);
      },
      (error: unknown) => {
        this.#running--;
        if (this.core.isStopped) return;
        this.core.requestTurn();
        this.#failed(task, error);
      },
    );
  }

  #failed(task: Task, error: unknown): void {
    const { activity } = task;
    if (DurascopeError.is(error, 'WorkerHung')) {
      const reason = `Activity function '${activity.name}' failed: ${error.message}`;
      this.core.log('error', reason, activity.instanceId);
      this.#finish(activity, { ok: false, reason, details: '' });
      return;
    }
    task.exits++;
    const delayMs = backOffMs(task.exits);
    const { name, instanceId } = activity;
    this.core.retryNotes.add(error, { kind: 'activity', name, instanceId, failures: task.exits, delayMs });
    if (delayMs === 0) this.#waiting.push(task);
    else {
      this.core.later(delayMs, () => {
        this.#waiting.push(task);
        this.core.requestTurn();
      });
    }
  }

  #finish(activity: PendingActivity, outcome: ActivityOutcome): void {
    const { instanceId, executionId, taskId } = activity;
    const key = workKey(executionId, taskId);
    const live = this.core.lives.find(instanceId);
    if (live === undefined) return; // Purged, and its activities with it.
    const row = live.row;
    if (row === null || isTerminal(row.runtimeStatus) || row.executionId !== executionId) {
      // Nobody waits for it any more. The store still lists it unless the whole instance was replaced.
      const batch = this.core.gather();
      batch.checkpoints.push({ instanceId, finishedActivities: [key] });
      batch.pin(live);
      return;
    }
    this.core.deliver(live, executionId, resultEvent(this.core.now(), taskId, outcome), key);
  }
}

function resultEvent(Timestamp: string, TaskScheduledId: number, outcome: ActivityOutcome): TaskCompleted | TaskFailed {
  if (outcome.ok) {
    return { EventType: 'TaskCompleted', EventId: -1, IsPlayed: false, Timestamp, TaskScheduledId, Result: outcome.result };
  }
  return {
    EventType: 'TaskFailed',
    EventId: -1,
    IsPlayed: false,
    Timestamp,
    TaskScheduledId,
    Reason: outcome.reason,
    Details: outcome.details,
    FailureDetails: outcome.failureDetails ?? null,
  };
}
