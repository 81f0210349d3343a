import { valueProblem } from '../core/values/value-limit';
import type { BehaviourProfile } from '../core/values/behaviour-profile';
import { Fifo } from '../base/fifo';
import { httpActivityName } from '../core/values/http-activity';
import { DurascopeError } from '../core/values/errors';
import { engineNotes } from '../core/history/history';
import { profileOf, workKey, type PendingActivity } from '../core/instances/instance';
import type { ActivityOutcome, ActivityRequest, BegunEnd, FunctionWorker } from '../core/ports/function-worker';
import { detailsProblem } from '../core/turns/outcome-checks';
import { resultEvent } from '../core/turns/result-event';
import { isTerminal } from '../core/values/status';
import { fromTimestamp, toTimestamp } from '../core/values/time';
import { backOffMs } from './back-off';
import type { EngineCore } from './engine-core';
import type { LiveInstance } from './live-instance';

interface Task {
  activity: PendingActivity;
  /** Times that the worker went away under it, but for those that another one is known to be guilty of. */
  exits: number;
  /** How long it had run when that happened last. */
  crashedAfterMs: number;
  /** The user was told that it ends the process. */
  isNamed: boolean;
  /** Epoch milliseconds at which the worker was last given it. */
  startedMs: number;
  /** Answered from the run that the instance was forked from. */
  isRecorded?: true;
}

/** True when the step that came with an activity's end is committed, and the result with it. */
export type FollowUp = (end: BegunEnd, queuedMs: number) => boolean;

/** What waits for one kind of worker. */
interface Line {
  readonly waiting: Fifo<Task>;
  /** The process died while it had them: they are tried one at a time. */
  readonly suspects: Fifo<Task>;
  /** The worker takes none of that name and version now. */
  held: Task[];
  running: number;
}

/**
 * Hands activities to the worker, a bounded number at a time, at least once each: an activity is over when the episode that takes
 * its result is committed.
 */
export class Activities {
  readonly #lines: Readonly<Record<BehaviourProfile, Line>> = { A: newLine(), G: newLine() };
  readonly #running = new Set<Task>();
  /** Of the episodes. */
  followUp: ((live: LiveInstance, worker: FunctionWorker, activity: PendingActivity) => FollowUp | undefined) | null = null;

  constructor(private readonly core: EngineCore) {}

  add(activity: PendingActivity): void {
    const row = this.core.lives.rowOf(activity.instanceId);
    if (row === undefined) return; // Purged: it need not begin.
    this.#lines[profileOf(row)].waiting.push({ activity, exits: 0, crashedAfterMs: 0, isNamed: false, startedMs: Number.NaN });
    this.core.requestTurn();
  }

  /** The worker has begun it by itself. `take`: true when the step that came with its result is committed, and the result with it. */
  adopt(activity: PendingActivity, ended: PromiseLike<BegunEnd>, take: (end: BegunEnd) => boolean): void {
    const line = this.#lines.A;
    const startedMs = fromTimestamp(activity.scheduledAt);
    const task: Task = { activity, exits: 0, startedMs, crashedAfterMs: 0, isNamed: false };
    line.running++;
    this.#running.add(task);
    ended.then(
      (end) => this.#ended(line, task, () => take(end) || this.#finish(task, end.outcome)),
      (error: unknown) => this.#ended(line, task, () => this.#failed(line, task, error)),
    );
  }

  /** The worker has begun and ended it by itself. */
  over(activity: PendingActivity, outcome: ActivityOutcome): void {
    const startedMs = fromTimestamp(activity.scheduledAt);
    this.#finish({ activity, exits: 0, startedMs, crashedAfterMs: 0, isNamed: false }, outcome);
  }

  /** The worker has none now. */
  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Those that a worker has or is to get. */
  get unfinished(): number {
    const inLines = Object.values(this.#lines).reduce(
      (sum, { waiting, suspects, held }) => sum + waiting.size + suspects.size + held.length,
      0,
    );
    return this.#running.size + inLines;
  }

  /** When the worker was given the activities of this instance that it has now, by scheduling id. */
  startTimes(instanceId: string): ReadonlyMap<number, string> {
    const times = new Map<number, string>();
    for (const { activity, startedMs } of this.#running) {
      if (activity.instanceId === instanceId) times.set(activity.taskId, toTimestamp(startedMs));
    }
    return times;
  }

  /** What a worker can run has changed. */
  releaseHeld(): void {
    for (const line of Object.values(this.#lines)) {
      const { held } = line;
      line.held = [];
      for (const task of held) line.waiting.push(task);
    }
  }

  dispatch(): void {
    if (this.core.committer.isStalled || this.core.isStopped) return;
    const { A, G } = this.core.workers;
    const { maxConcurrentActivities, maxConcurrentRemote } = this.core.options;
    if (A.worker !== null) this.#dispatchTo(A.worker, this.#lines.A, maxConcurrentActivities);
    if (G.worker !== null) this.#dispatchTo(G.worker, this.#lines.G, maxConcurrentRemote ?? maxConcurrentActivities);
  }

  #dispatchTo(worker: FunctionWorker, line: Line, most: number): void {
    while (line.running < most) {
      const suspect = this.core.suspects.isFree ? line.suspects.shift() : undefined;
      const task = suspect ?? line.waiting.shift();
      if (task === undefined) return;
      const { activity } = task;
      const row = this.core.lives.rowOf(activity.instanceId);
      if (row === undefined) continue; // Purged meanwhile.
      const { name, version } = activity;
      // An activity without a version is of its orchestration's (spec/grpc.md 1.3).
      if (worker.accepts?.('activity', name, version === '' ? row.version : version) === false) line.held.push(task);
      else {
        if (suspect !== undefined) this.core.suspects.begin(task, task.crashedAfterMs);
        this.#run(worker, line, task, version === '' ? row.version : version);
      }
    }
  }

  #run(worker: FunctionWorker, line: Line, task: Task, matchedVersion: string): void {
    const { instanceId, executionId, taskId, name, input, version, tags, traceContext } = task.activity;
    line.running++;
    task.startedMs = this.core.world.clock.now();
    this.#running.add(task);
    const request: ActivityRequest = { instanceId, executionId, taskId, name, input };
    if (worker.profile === 'G') Object.assign(request, { version, matchedVersion });
    if (tags !== undefined) request.tags = tags;
    if (traceContext !== undefined) request.traceContext = traceContext;
    const { http = noHttp } = this.core.world;
    const recorded = this.core.recorded.activity(instanceId, taskId);
    if (recorded !== undefined) {
      task.isRecorded = true;
      this.#ended(line, task, () => this.#finish(task, recorded));
      return;
    }
    const live = worker.runActivityOn === undefined || name === httpActivityName ? undefined : this.core.lives.find(instanceId);
    const follow = live === undefined ? undefined : this.followUp?.(live, worker, task.activity);
    if (follow !== undefined && worker.runActivityOn !== undefined) {
      const { startedMs } = task;
      const queuedMs = startedMs - fromTimestamp(task.activity.scheduledAt);
      worker.runActivityOn(request).then(
        (end) => this.#ended(line, task, () => follow(end, queuedMs) || this.#finish(task, end.outcome)),
        (error: unknown) => this.#ended(line, task, () => this.#failed(line, task, error)),
      );
      return;
    }
    const outcome = name === httpActivityName ? http({ instanceId, taskId, input }) : worker.runActivity(request);
    outcome.then(
      (outcome) => this.#ended(line, task, () => this.#finish(task, outcome)),
      (error: unknown) => this.#ended(line, task, () => this.#failed(line, task, error)),
    );
  }

  #ended(line: Line, task: Task, go: () => unknown): void {
    line.running--;
    this.#running.delete(task);
    if (this.core.isStopped) return;
    this.core.requestTurn();
    go();
    this.core.suspects.end(task);
  }

  #failed(line: Line, task: Task, error: unknown): void {
    const { activity } = task;
    if (DurascopeError.is(error, 'WorkReturned')) {
      this.#again(line, task, Number(error.details['delayMs'] ?? 0));
      return;
    }
    const live = this.core.lives.find(activity.instanceId);
    if (live !== undefined && !DurascopeError.is(error, 'WorkFailed')) live.isStepped = true;
    if (DurascopeError.is(error, 'WorkerHung') || DurascopeError.is(error, 'WorkFailed')) {
      const reason = `Activity function '${activity.name}' failed: ${error.message}`;
      this.core.log('error', reason, activity.instanceId);
      this.#finish(task, { ok: false, reason, details: '' });
      return;
    }
    const { name, instanceId } = activity;
    const blame = this.core.suspects.blame(error, task, name, instanceId);
    if (blame !== 'innocent') task.exits++;
    task.crashedAfterMs = this.core.world.clock.now() - task.startedMs;
    const delayMs = blame === 'innocent' ? 0 : backOffMs(task.exits);
    this.core.retryNotes.add(error, { kind: 'activity', name, instanceId, failures: task.exits, delayMs });
    if (blame === 'guilty' && !task.isNamed) {
      task.isNamed = true;
      const text = `The activity '${name}' ends the process of the app when it runs. It runs apart from now on, at growing distances; what runs beside it is run again. Mend it, or terminate the instance.`;
      this.core.log('error', text, instanceId);
    }
    this.#again(line, task, delayMs);
  }

  #again(line: Line, task: Task, delayMs: number): void {
    const queue = task.exits > 0 && line === this.#lines.A ? line.suspects : line.waiting;
    if (delayMs === 0) queue.push(task);
    else {
      this.core.later(delayMs, () => {
        queue.push(task);
        this.core.requestTurn();
      });
    }
  }

  #finish({ activity, startedMs, isRecorded }: Task, ended: ActivityOutcome): void {
    const outcome = withinLimit(activity.name, ended, this.core.options.maxValueChars);
    const { instanceId, executionId, taskId } = activity;
    const key = workKey(executionId, taskId);
    const live = this.core.lives.find(instanceId);
    if (live === undefined) return; // Purged, and its activities with it.
    const row = live.row;
    if (row === null || isTerminal(row.runtimeStatus) || row.executionId !== executionId) {
      if (row !== null && isTerminal(row.runtimeStatus) && row.runtimeStatus !== 'Terminated') {
        this.core.log(
          'information',
          `The result of '${activity.name}' comes too late: '${row.name}' has ended, and nobody gets it.`,
          instanceId,
        );
      }
      // Nobody waits for it any more. The store still lists it unless the whole instance was replaced.
      const batch = this.core.gather();
      batch.checkpoints.push({ instanceId, finishedActivities: [key] });
      batch.pin(live);
      return;
    }
    const event = resultEvent(this.core.now(), taskId, outcome);
    const queuedMs = startedMs - fromTimestamp(activity.scheduledAt);
    if (queuedMs >= 1) event.QueuedMs = queuedMs;
    if (isRecorded === true) event.Note = engineNotes.recorded;
    this.core.deliver(live, executionId, event, key);
  }
}

/** A result that is too long to keep fails its activity. */
function withinLimit(name: string, outcome: ActivityOutcome, limit: number): ActivityOutcome {
  const problem = outcome.ok
    ? valueProblem('its result', outcome.result, limit)
    : (valueProblem('the text of its failure', outcome.reason, limit) ??
      valueProblem('the text of its failure', outcome.details, limit) ??
      detailsProblem(outcome.failureDetails, limit));
  return problem === null ? outcome : { ok: false, reason: `Activity function '${name}' failed: ${problem}`, details: '' };
}

function newLine(): Line {
  return { waiting: new Fifo(), suspects: new Fifo(), held: [], running: 0 };
}

function noHttp(): Promise<ActivityOutcome> {
  return Promise.resolve({ ok: false, reason: 'Durable HTTP calls (callHttp) cannot be made here.', details: '' });
}
