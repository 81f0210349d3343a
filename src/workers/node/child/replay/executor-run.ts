/** A run by the executor of durable-functions 2.x or 3.x, fed event by event. */
import { crash } from '../orchestrations/sdk-reply';
import type { SdkProgress } from '../../../../core/dialects/host-replay';
import type { HistoryEvent } from '../../../../core/history/history';
import { liveSdkEvent, type SdkEvent } from '../orchestrations/sdk-events';
import { countAsPlayed, type SdkHooks, type SdkInvocationContext, type SdkRun, type SdkTask } from '../orchestrations/sdk-hooks';
import { executorProgress } from '../orchestrations/warm-orchestration';
import type { Delivery, ReplayedRun, RunTools } from './replay-run';
import type { WorldState } from './sealed-world';

export interface ExecutorRunOptions extends RunTools {
  run: SdkRun;
  deliveries: readonly Delivery[];
  hooks: SdkHooks;
  state: WorldState;
  /** Called when an event has had all its effect on the code; false ends the run here. */
  onDelivered?(delivery: Delivery): boolean;
}

interface ResumingExecutor {
  tryResumingUserCode(): void;
}

interface IteratorLike {
  next(value?: unknown): IteratorResult<unknown>;
  throw(error: unknown): IteratorResult<unknown>;
}

export class ExecutorRun implements ReplayedRun {
  readonly hasContext = true;
  moment = -1;
  rows = 0;
  suspended: readonly object[] = [];

  private next = 0;
  /** The event whose effect is not over. */
  private current: Delivery | null = null;
  private isResuming = false;
  /** The SDK wants to go on at once: the task that was waited for is over already. */
  private mustResume = false;
  private hasMoved = false;
  private isStopped = false;
  private crashed: SdkProgress | null = null;
  private readonly freshTasks: SdkTask[] = [];
  private readonly freshEvents: SdkEvent[] = [];
  private readonly resumeUserCode: () => void;

  constructor(private readonly options: ExecutorRunOptions) {
    const { run } = options;
    const { executor, context } = run;
    executor.schemaVersion = run.schemaVersion;
    executor.context = context.df;
    const resuming = executor as unknown as ResumingExecutor;
    this.resumeUserCode = resuming.tryResumingUserCode.bind(executor);
    // The SDK calls itself, as the last thing it does, while tasks are over already; here each of these is a moment of its own.
    resuming.tryResumingUserCode = () => {
      if (this.isResuming) this.mustResume = true;
      else this.resumeOnce();
    };
    try {
      const generator = options.world.during(options.state, () => run.orchestrator(context));
      executor.generator = isIterator(generator) ? this.watched(generator) : generator;
    } catch (error) {
      this.crashed = crash(error);
    }
  }

  get context(): SdkInvocationContext {
    return this.options.run.context;
  }

  get hasEnded(): boolean {
    return this.crashed !== null || this.options.run.executor.isDoneExecuting();
  }

  get actions(): readonly unknown[] {
    return this.options.run.executor.actions;
  }

  progress(): SdkProgress {
    return this.crashed ?? executorProgress(this.options.run.executor);
  }

  /** Goes on to where the code next stands still. False: the history is over. */
  advance(): boolean {
    this.hasMoved = false;
    for (;;) {
      if (this.mustResume) {
        this.mustResume = false;
        if (!this.hasEnded) this.guarded(() => this.resumeOnce());
      } else {
        this.finishDelivery();
        const delivery = this.options.deliveries[this.next];
        if (delivery === undefined || this.isStopped) return false;
        this.next += 1;
        this.current = delivery;
        this.rows = delivery.rows;
        this.deliver(delivery.event);
      }
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set meanwhile, by the code as it goes on
      if (this.hasMoved) {
        this.moment += 1;
        return true;
      }
    }
  }

  private finishDelivery(): void {
    const { current } = this;
    this.current = null;
    if (current !== null && this.options.onDelivered?.(current) === false) this.isStopped = true;
  }

  private deliver(event: HistoryEvent): void {
    if (event.EventType === 'OrchestratorStarted') this.endEpisode();
    if (this.hasEnded) return;
    const { executor } = this.options.run;
    const live = liveSdkEvent(event, false);
    if (live === null) return;
    this.freshEvents.push(live);
    if ('_isReplaying' in executor) executor._isReplaying = false;
    this.guarded(() => executor.processEvent(live));
  }

  /** What came in the last episode counts as played from now on, as it did when the history was made. */
  private endEpisode(): void {
    countAsPlayed(this.freshTasks);
    for (const event of this.freshEvents) event.IsPlayed = true;
    this.freshEvents.length = 0;
  }

  private guarded(go: () => void): void {
    try {
      this.options.hooks.collect(this.freshTasks, go);
    } catch (error) {
      this.crashed = crash(error);
    }
    if (this.hasEnded) {
      this.hasMoved = true;
      this.suspended = [];
    }
  }

  private resumeOnce(): void {
    this.isResuming = true;
    try {
      this.resumeUserCode();
    } finally {
      this.isResuming = false;
    }
  }

  private watched(generator: IteratorLike): IteratorLike {
    const resume = (go: () => IteratorResult<unknown>): IteratorResult<unknown> => {
      this.hasMoved = true;
      this.suspended = [];
      const { watch, world, state } = this.options;
      const { result, suspended } = watch.resume(() => world.during(state, go));
      this.suspended = suspended;
      return result;
    };
    return {
      next: (value) => resume(() => generator.next(value)),
      throw: (error) => resume(() => generator.throw(error)),
    };
  }
}

function isIterator(value: unknown): value is IteratorLike {
  return typeof value === 'object' && value !== null && typeof (value as { next?: unknown }).next === 'function';
}
