/**
 * Where a session stands: a moment of a replay, and below it the moments of the parents out of which it was entered.
 *
 *   C1. Leaving a child forwards lands where its parent took the result, backwards where it had scheduled the child.
 *   C2. Timelines are opened once and kept until `dispose`; all are then given back.
 */
import type { PendingTask, ReplayStep, ReplayTimeline } from '../replay/replay-timeline';
import type { ReplayProvider } from './replay-provider';

export interface Position {
  timeline: ReplayTimeline;
  step: number;
}

interface Entered extends Position {
  /** Scheduling number of the child that was entered from here. */
  task: number | null;
}

/** A chain of parents longer than this is taken for a circle. */
const mostCallers = 50;

export class ReplayCursor {
  /** Outermost first. */
  readonly #below: Entered[] = [];
  readonly #opened = new Map<string, Promise<ReplayTimeline | null>>();
  readonly #timelines = new Set<ReplayTimeline>();
  #current: Position;

  constructor(
    root: ReplayTimeline,
    private readonly provider: ReplayProvider,
  ) {
    this.#current = { timeline: root, step: 0 };
    this.#timelines.add(root);
  }

  get position(): Position {
    return this.#current;
  }

  /** All that was opened so far. */
  get timelines(): ReadonlySet<ReplayTimeline> {
    return this.#timelines;
  }

  /** Moves to the given step of the timeline that is looked at. */
  goTo(step: number): void {
    this.#current = { ...this.#current, step: Math.max(0, Math.min(step, this.#current.timeline.steps.length - 1)) };
  }

  /** Back to the beginning of everything. */
  goToStart(): void {
    const outermost = this.#below[0] ?? this.#current;
    this.#below.length = 0;
    this.#current = { timeline: outermost.timeline, step: 0 };
  }

  /** One moment on; false at the very end. */
  forward(): boolean {
    const { timeline, step } = this.#current;
    if (step < timeline.steps.length - 1) this.#current = { timeline, step: step + 1 };
    else return this.#leave('forward');
    return true;
  }

  /** One moment back; false at the very beginning. */
  back(): boolean {
    const { timeline, step } = this.#current;
    if (step > 0) this.#current = { timeline, step: step - 1 };
    else return this.#leave('back');
    return true;
  }

  /** The sub-orchestrations that can be entered here, the newest first. */
  children(): (PendingTask & { instanceId: string })[] {
    const pending = stepAt(this.#current).pending.filter(isChild);
    const scheduledHere = new Set(stepAt(this.#current).decisions.map((decision) => decision.id));
    const isNew = (task: PendingTask): number => (task.id !== null && scheduledHere.has(task.id) ? 0 : 1);
    return pending.toSorted((a, b) => isNew(a) - isNew(b));
  }

  /** Enters the replay of a child at its first moment; false when there is no history of it. */
  async enter(child: PendingTask & { instanceId: string }): Promise<boolean> {
    const timeline = await this.#open(child.instanceId, null);
    if (timeline === null) return false;
    this.#below.push({ ...this.#current, task: child.id });
    this.#current = { timeline, step: 0 };
    return true;
  }

  /** Leaves for the parent, entered from it or not; false when there is none whose history is known. */
  async leaveForParent(): Promise<boolean> {
    if (this.#leave('forward')) return true;
    const parent = await this.#parentOf(this.#current);
    if (parent === null) return false;
    this.#current = { timeline: parent.timeline, step: resumeStep(parent) };
    return true;
  }

  /** The moments of the parents that wait for what is looked at, the nearest first. */
  async callers(): Promise<Position[]> {
    const callers: Position[] = this.#below.toReversed();
    let top: Position = this.#below[0] ?? this.#current;
    while (callers.length < mostCallers) {
      const parent = await this.#parentOf(top);
      if (parent === null) break;
      callers.push(parent);
      top = parent;
    }
    return callers;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#timelines].map((timeline) => timeline.dispose())); // C2
    this.#timelines.clear();
  }

  #leave(direction: 'forward' | 'back'): boolean {
    const below = this.#below.pop();
    if (below === undefined) return false;
    this.#current = { timeline: below.timeline, step: direction === 'back' ? below.step : resumeStep(below) }; // C1
    return true;
  }

  /** The parent's last moment at which it waited for this instance. */
  async #parentOf({ timeline }: Position): Promise<Entered | null> {
    const started = timeline.history.find((event) => event.EventType === 'ExecutionStarted');
    const parent = started?.ParentInstance;
    if (parent == null) return null;
    const { InstanceId, ExecutionId } = parent.OrchestrationInstance;
    const opened = await this.#open(InstanceId, ExecutionId).catch(() => null);
    if (opened === null) return null;
    const task = parent.TaskScheduleId;
    const step = opened.steps.findLastIndex((each) => each.pending.some(({ id }) => id === task));
    return step < 0 ? null : { timeline: opened, step, task };
  }

  #open(instanceId: string, executionId: string | null): Promise<ReplayTimeline | null> {
    const known = [...this.#timelines].find((each) => each.instanceId === instanceId && isGeneration(each, executionId));
    if (known !== undefined) return Promise.resolve(known);
    const key = `${instanceId} ${executionId ?? ''}`;
    let opening = this.#opened.get(key);
    if (opening === undefined) {
      opening = this.provider.related(this.#current.timeline, instanceId, executionId).then((timeline) => {
        if (timeline !== null) this.#timelines.add(timeline);
        return timeline;
      });
      // A failure may be gone the next time it is asked for.
      opening.catch(() => this.#opened.delete(key));
      this.#opened.set(key, opening);
    }
    return opening;
  }
}

function isGeneration(timeline: ReplayTimeline, executionId: string | null): boolean {
  return executionId === null || executionId === '' || timeline.executionId === executionId;
}

function isChild(task: PendingTask): task is PendingTask & { instanceId: string } {
  return task.kind === 'subOrchestration' && task.instanceId !== null;
}

function resumeStep({ timeline, step, task }: Entered): number {
  const row = timeline.history.findIndex(
    (event) =>
      (event.EventType === 'SubOrchestrationInstanceCompleted' || event.EventType === 'SubOrchestrationInstanceFailed') &&
      event.TaskScheduledId === task,
  );
  const resumed = row < 0 ? -1 : stepOfRow(timeline, row);
  return Math.min(Math.max(resumed, step + 1), timeline.steps.length - 1);
}

/** The step by which the row has been consumed: the last one when none has. */
export function stepOfRow(timeline: ReplayTimeline, row: number): number {
  const found = timeline.steps.findIndex((step) => row < step.rows.to);
  return found < 0 ? timeline.steps.length - 1 : found;
}

export function stepAt({ timeline, step }: Position): ReplayStep {
  const found = timeline.steps[step];
  if (found === undefined) throw new Error(`The replay of ${timeline.instanceId} has no step ${step}.`);
  return found;
}
