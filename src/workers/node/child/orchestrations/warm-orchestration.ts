/**
 * One orchestration kept between episodes: the SDK's executor with its suspended generator, and the host's half beside it. Each event
 * goes through both, so that the host sees every action at the event that made the code issue it.
 */
import { thrownParts } from '../../../../base/error-message';
import type { ActionList } from '../../../../core/values/durable-action';
import { customStatusText, hostPayloadText } from '../../../../core/values/durable-action';
import type { EventRaised, ExecutionStarted, FailureDetails, HistoryEvent } from '../../../../core/history/history';
import type { HostReplay, SdkProgress } from '../../../../core/dialects/host-replay';
import { SuspensionGate } from '../../../../core/history/suspension-gate';
import { astrayResult, type AstrayResult } from './astray-results';
import { liveSdkEvent } from './sdk-events';
import type { SdkEvent } from './sdk-events';
import { answerIsReplaying, stopAnswering } from './is-replaying';
import type { SdkExecutor, SdkHooks, SdkOrchestrationContext, SdkRun } from './sdk-hooks';
import { crash, failureMarker, failureText, namelessFailure, withDetails } from './sdk-reply';
import { lostText, throwingErrors } from './thrown-errors';

const maxTold = 100_000;
/** Longer histories are not replayed for each custom status: at episodes 2, 4, 8 ... and at the end. */
const maxReplayedEachTime = 1_000;

export class WarmOrchestration {
  /** Events of the generation that were fed, as stored. */
  length = 0;
  episodes = 0;
  /** Events in the order in which they took effect; those from `newFrom` on did so in the last episode. */
  readonly events: HistoryEvent[] = [];
  newFrom = 0;
  /** Checked for determinism now and then. */
  isWatched = false;
  /** The code has come to its end in an earlier episode; only open tasks are waited for. */
  hasEnded = false;
  /** The code asks whether it is replaying. */
  asksForReplaying = false;
  /** What it was told, in order, while it is watched; null: that became too much to keep. */
  toldReplaying: boolean[] | null = [];
  /** Of the last episode, in their order. */
  astray: AstrayResult[] = [];

  private readonly gate = new SuspensionGate();
  private crashed: SdkProgress | null = null;
  private isFresh = true;
  private readonly fresh: SdkEvent[] = [];

  constructor(
    readonly executionId: string,
    readonly started: ExecutionStarted,
    readonly run: SdkRun,
    readonly host: HostReplay,
    private readonly hooks: SdkHooks,
  ) {
    run.executor.schemaVersion = run.schemaVersion;
    run.executor.context = run.context.df;
    answerIsReplaying(run.context.df, (value) => {
      this.asksForReplaying = true;
      if (this.isWatched && this.toldReplaying !== null) {
        if (this.toldReplaying.length < maxTold) this.toldReplaying.push(value);
        else this.toldReplaying = null;
      }
      return value;
    });
    try {
      run.executor.generator = throwingErrors(() => run.orchestrator(run.context));
    } catch (error) {
      this.crashed = crash(error);
    }
  }

  /** It is over: what the package keeps of it, for longer than one would think (`Beside`), no longer leads to all that was fed. */
  end(): void {
    stopAnswering(this.run.context.df);
  }

  get isSuspended(): boolean {
    return this.gate.isSuspended;
  }

  /** Rows stored since the last episode, those before `end`: nothing in them is new to the code. */
  feedPast(events: readonly HistoryEvent[], end: number): void {
    if (end > 0) this.feed(events, 0, end, false);
  }

  /** The events of one episode: those from `start` on. */
  feedNew(events: readonly HistoryEvent[], start: number): void {
    this.newFrom = this.events.length;
    if (this.astray.length > 0) this.astray = [];
    this.episodes += 1;
    this.feed(events, start, events.length, true);
  }

  progress(): SdkProgress {
    return this.crashed ?? executorProgress(this.run.executor);
  }

  /** JSON text; throws when the value has none. */
  customStatus(): string | null {
    return statusText(this.run.context.df, this.run.dropsFalsyStatus);
  }

  /** Whether anything of this episode that leaves the code may depend on how much of it a run of the SDK replays. */
  showsReplaying(progress: SdkProgress): boolean {
    if (!this.asksForReplaying || this.episodes < 2) return false;
    if (progress.type !== 'waiting') return true;
    const { customStatus } = this.run.context.df;
    const isShort = this.length <= maxReplayedEachTime || (this.episodes & (this.episodes - 1)) === 0;
    return isShort && customStatus !== undefined && customStatus !== null;
  }

  /** Events that wait for the instance to be resumed. */
  get heldBack(): readonly HistoryEvent[] {
    return this.gate.heldBack;
  }

  /** See `HostReplay.carriedOver`. */
  carriedOver(): readonly EventRaised[] | null {
    return this.host.carriedOver(this.events, this.run.executor.actions as unknown as ActionList);
  }

  /** See `HostReplay.walked`. */
  walked(): HostReplay {
    return this.host.walked(this.events, this.run.executor.actions as unknown as ActionList);
  }

  private feed(events: readonly HistoryEvent[], start: number, end: number, isFresh: boolean): void {
    this.isFresh = isFresh;
    this.length += end - start;
    this.hooks.playing(() => {
      for (let index = start; index < end; index++) {
        const event = events[index];
        if (event === undefined) continue;
        if (this.gate.isOpenFor(event)) this.deliver(event);
        else this.gate.pass(event, (passed) => this.deliver(passed));
      }
    });
    // Results that the SDK put aside are played when they are used later.
    for (const event of this.fresh) event.IsPlayed = true;
    this.fresh.length = 0;
  }

  private deliver(event: HistoryEvent): void {
    this.events.push(event);
    const { executor } = this.run;
    if (this.crashed === null && !executor.isDoneExecuting()) {
      const live = this.live(event);
      if (live !== null) {
        const astray = this.isFresh ? astrayResult(event, executor, this.host) : null;
        if (astray !== null) this.astray.push(astray);
        if ('_isReplaying' in executor) executor._isReplaying = !this.isFresh;
        try {
          executor.processEvent(live);
        } catch (error) {
          this.crashed = crash(error);
        }
      }
    }
    this.host.apply(event, executor.actions as unknown as ActionList);
  }

  private live(event: HistoryEvent): SdkEvent | null {
    const live = liveSdkEvent(event, !this.isFresh);
    if (this.isFresh && live !== null) this.fresh.push(live);
    return live;
  }
}

export function executorProgress(executor: SdkExecutor): SdkProgress {
  const { exception } = executor;
  if (exception !== undefined) {
    const lost = lostText(exception);
    if (lost !== null || executor.willContinueAsNew) return failedUnread(executor, lost ?? thrownParts(exception).stack);
    const message = thrownText(exception);
    const details = failureText(message, thrownParts(exception).stack);
    return { type: 'failed', message, details, ...withDetails(failureDetailsOf(exception)) };
  }
  if (!executor.isDoneExecuting()) return { type: 'waiting' };
  try {
    return { type: 'returned', output: hostPayloadText(executor.output, 'output') };
  } catch (error) {
    return crash(error);
  }
}

/**
 * Thrown without a message, so that the SDK's state has no error, or after continueAsNew, so that it says to be done: the host does not take
 * it for the state of a failure, and tells the whole text (recorded: `status-lost-text`, `new-throws-late`).
 */
function failedUnread(executor: SdkExecutor, thrown: string): SdkProgress {
  try {
    return { type: 'stateless', message: failureMessage(executor), stack: '', thrown };
  } catch (noJson) {
    return crash(noJson);
  }
}

/** The SDK's message for a failed orchestration, with its state. */
function failureMessage({
  exception,
  orchestratorReturned,
  willContinueAsNew: isDone,
  actions,
  schemaVersion,
  context,
}: SdkExecutor): string {
  const error = lostText(exception) === null ? thrownParts(exception).message : '';
  const state = {
    isDone,
    actions: actions.length === 0 ? [[]] : [actions],
    schemaVersion,
    ...(error === '' ? {} : { error }),
    ...(context.customStatus ? { customStatus: context.customStatus } : {}),
  };
  return `${orchestratorReturned}${failureMarker}${JSON.stringify(state)}`;
}

/** JSON text of the custom status that the SDK would send; throws when the value has none. */
export function statusText({ customStatus: status }: SdkOrchestrationContext, dropsFalsyStatus: boolean): string | null {
  const isNone = dropsFalsyStatus ? !status : status === null || status === undefined;
  return isNone ? null : customStatusText(status);
}

function thrownText(thrown: unknown): string {
  const { name, message } = thrownParts(thrown);
  return message !== '' ? message : typeof thrown === 'object' ? name : namelessFailure;
}

interface SdkFailureDetails {
  errorType: string;
  errorMessage: string;
  stackTrace?: string;
  isNonRetriable: boolean;
  properties?: Record<string, unknown>;
  innerFailure?: SdkFailureDetails;
}

/** SDK 3.5: a failed task's own details, when the orchestrator lets its error pass. */
function failureDetailsOf(thrown: unknown): FailureDetails | null {
  if (thrownParts(thrown).name !== 'TaskFailedError') return null;
  try {
    const details = (thrown as { failureDetails?: unknown }).failureDetails;
    return typeof details === 'object' && details !== null ? failureDetails(details as SdkFailureDetails) : null;
  } catch {
    // The code has changed the error.
    return null;
  }
}

/** Members in the order of the real host. */
function failureDetails(details: SdkFailureDetails): FailureDetails {
  const { errorType, errorMessage, stackTrace, innerFailure, isNonRetriable, properties } = details;
  return {
    ErrorType: errorType,
    ErrorMessage: errorMessage,
    ...(stackTrace === undefined ? {} : { StackTrace: stackTrace }),
    InnerFailure: innerFailure == null ? null : failureDetails(innerFailure),
    IsNonRetriable: isNonRetriable,
    Properties: properties ?? null,
  };
}
