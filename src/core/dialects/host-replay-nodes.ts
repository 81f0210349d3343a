/**
 * The tree that a host keeps beside the SDK's: one node for each action, each knowing which ids it takes and when it is over
 * (spec/functions-worker.md 6). Starting a node takes ids depth first, left to right, which is the SDK's order.
 */
import type { DurableAction } from '../values/durable-action';
import type { EntityId } from '../values/entity-id';
import { readAnswer } from '../entities/entity-messages';
import type { FailureDetails } from '../history/history';
import type { RetryPolicy } from '../values/retry';
import { nextRetry } from '../values/retry';
import type { WorkDecision } from '../decisions/non-determinism';
import { toTimestamp } from '../values/time';

export interface TaskFailure {
  reason: string;
  details: string;
  failureDetails?: FailureDetails | null;
}

/** What nodes may do to the replay that owns them. */
export interface NodeHost {
  /** The orchestration's clock. */
  readonly nowMs: number;
  readonly maximumShortTimerMs: number;
  readonly longTimerIntervalMs: number;
  /** Takes the next id. With an owner, the id is an open task until a result comes. */
  allocate(make: (id: number) => WorkDecision, owner: OpenTask | null): number;
  /** Takes the next id for work that is scheduled later, with `schedule`. */
  reserve(): number;
  schedule(id: number, decision: WorkDecision, owner: OpenTask | null): void;
  /** True when an event of that name was buffered: it is consumed. Otherwise the node waits. */
  takeOrAwait(node: EventWaitNode): boolean;
  /** Takes the next id for a message to an entity, which answers with an event named by the message's request id. */
  request(make: (id: number, requestId: string) => WorkDecision, requestId: string | null, node: EntityRequestNode): void;
  /** Gives back what the last lock request asked for. */
  releaseLocks(): void;
  /** A new request id, the same at each replay. */
  newRequestId(): string;
  /** A call with a retry policy has begun; it is asked for its state until it is done. */
  retrying(node: RetryNode): void;
  /** An exception in the host at this point of the orchestrator's code. */
  fail(message: string, failure?: TaskFailure): void;
}

/** Something that an inbound event with an id completes. */
export interface OpenTask {
  /** Open tasks keep the instance Running (spec/engine.md 2.4); cancelled timers and entity calls do not. */
  blocksCompletion(): boolean;
  /** What the code asked for; of a part (an attempt, a poll, a timer between two) the whole. */
  readonly whole: DurableAction | null;
  succeeded(result: string | null): void;
  failed(failure: TaskFailure): void;
}

export abstract class ReplayNode {
  parent: ParentNode | null = null;
  /** Null for what is part of another node's. */
  action: DurableAction | null = null;
  state: 'waiting' | 'succeeded' | 'failed' = 'waiting';
  /** Fire and forget: over when started, and no reason for a V1 step to go on. */
  readonly isInstant: boolean = false;

  private isStarted = false;

  /** Starts the node, once: the same task may be waited for again in a later compound. */
  begin(host: NodeHost): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.start(host);
  }

  protected abstract start(host: NodeHost): void;

  /** The code has run: a timer that it has cancelled is over for whoever waits for a group with it. */
  lookAgain(): void {
    // Most nodes wait for what is not theirs to change.
  }

  get whole(): DurableAction | null {
    return this.action ?? this.parent?.whole ?? null;
  }

  get isDone(): boolean {
    return this.state !== 'waiting';
  }

  protected finish(failed: boolean): void {
    if (this.isDone) return;
    this.state = failed ? 'failed' : 'succeeded';
    this.parent?.childFinished(this);
  }
}

export abstract class ParentNode extends ReplayNode {
  abstract childFinished(child: ReplayNode): void;
}

/** One id, one result: activities, sub-orchestrations, entity calls. */
export class TaskNode extends ReplayNode implements OpenTask {
  failure: TaskFailure | null = null;
  id: number | null = null;

  constructor(private readonly decide: (id: number) => WorkDecision) {
    super();
  }

  protected start(host: NodeHost): void {
    this.id = host.allocate(this.decide, this);
  }

  blocksCompletion(): boolean {
    return true;
  }

  succeeded(): void {
    this.finish(false);
  }

  failed(failure: TaskFailure): void {
    this.failure = failure;
    this.finish(true);
  }
}

/** One timer row. `isCanceled` is asked whenever it matters: user code cancels long after the timer was created. */
export class TimerNode extends ReplayNode implements OpenTask {
  id: number | null = null;

  constructor(
    readonly fireAtMs: number,
    private readonly isCanceled: () => boolean,
  ) {
    super();
  }

  protected start(host: NodeHost): void {
    this.id = host.allocate((id) => ({ type: 'CreateTimer', id, fireAt: toTimestamp(this.fireAtMs) }), this);
  }

  blocksCompletion(): boolean {
    return !this.isCanceled();
  }

  succeeded(): void {
    this.finish(false);
  }

  failed(): void {
    this.finish(true);
  }
}

/** Whether the code has cancelled the timer, of whatever length. */
function isCancelled(node: ReplayNode): boolean {
  return node instanceof TimerNode ? !node.blocksCompletion() : node instanceof LongTimerNode && node.isCancelled;
}

/** A timer longer than the store's longest: a chain of shorter ones (V3 and later). A cancelled one goes on like the SDK's, to keep the ids. */
export class LongTimerNode extends ParentNode {
  private host: NodeHost | null = null;

  constructor(
    private readonly fireAtMs: number,
    private readonly isCanceled: () => boolean,
  ) {
    super();
  }

  get isCancelled(): boolean {
    return this.isCanceled();
  }

  protected start(host: NodeHost): void {
    this.host = host;
    const isLast = this.fireAtMs - host.nowMs <= host.maximumShortTimerMs;
    const part = new TimerNode(isLast ? this.fireAtMs : host.nowMs + host.longTimerIntervalMs, this.isCanceled);
    part.parent = this;
    part.begin(host);
  }

  childFinished(): void {
    if (this.host !== null && this.fireAtMs > this.host.nowMs) this.start(this.host);
    else this.finish(false);
  }
}

/** The real engine cuts the delay of a timer to whole seconds. */
const mostEarlyMs = 1000;

/**
 * Attempts with timers between them. The timer is there even after the last failure, of no length, because the SDK counts it
 * (Core keeps it for old histories).
 */
export class RetryNode extends ParentNode {
  private host: NodeHost | null = null;
  private failures = 0;
  private firstAttemptMs = 0;
  /** What the timers so far have taken, and may not have taken in the real engine. */
  private sparedMs = 0;
  private isLastTimer = false;
  private current: TaskNode | TimerNode | null = null;

  constructor(
    private readonly policy: RetryPolicy,
    private readonly decide: (id: number) => WorkDecision,
  ) {
    super();
  }

  protected start(host: NodeHost): void {
    this.host = host;
    this.firstAttemptMs = host.nowMs;
    host.retrying(this);
    this.attempt(host);
  }

  childFinished(child: ReplayNode): void {
    const host = this.host;
    if (host === null) return;
    if (child instanceof TimerNode) {
      if (this.isLastTimer) this.finish(true);
      else {
        // A busy machine is no reason to give up: some lateness is not counted, either; what was early is.
        this.sparedMs += Math.min(host.nowMs - child.fireAtMs, mostEarlyMs);
        this.attempt(host);
      }
    } else if (child.state === 'succeeded' || !(child instanceof TaskNode) || child.failure === null) {
      this.finish(false);
    } else {
      this.afterFailure(host, child.failure);
    }
  }

  private attempt(host: NodeHost): void {
    this.run(new TaskNode(this.decide), host);
  }

  private afterFailure(host: NodeHost, failure: TaskFailure): void {
    const isFinal = failure.failureDetails?.IsNonRetriable === true;
    // A time-out that is over here alone, where timers are never early, is not over (recorded: `retry-timeout`).
    const step = isFinal ? null : nextRetry(this.policy, this.failures, this.firstAttemptMs, host.nowMs - this.sparedMs);
    this.failures += 1;
    if (step === null) {
      // The SDK knows neither limit and would wait for a timer that never comes.
      if (isFinal) host.fail(`${failure.reason} \n ${failure.details}`, failure);
      else host.fail(this.timedOutText(failure));
      this.finish(true);
      return;
    }
    this.isLastTimer = !step.again;
    this.sparedMs += Math.min(step.delayMs, mostEarlyMs);
    this.run(new TimerNode(host.nowMs + step.delayMs, () => false), host);
  }

  private timedOutText({ reason }: TaskFailure): string {
    const { retryTimeoutMs, maxNumberOfAttempts } = this.policy;
    return (
      `The retryTimeoutInMilliseconds of a retry policy, ${retryTimeoutMs}, is over at attempt ${this.failures} of ${maxNumberOfAttempts}. ` +
      'The durable-functions package does not know of it and waits for another attempt: the real extension leaves the instance Running for ever. ' +
      `Leave it out, and limit the attempts. The last failure: ${reason}`
    );
  }

  /** What is under way, which attempt it is (of a timer: the one that failed before it), and how many there are at most. */
  get underWay(): readonly [id: number, attempt: number, most: number] | null {
    const { current } = this;
    if (this.isDone || current === null || current.id === null || this.isLastTimer) return null;
    return [current.id, current instanceof TaskNode ? this.failures + 1 : this.failures, this.policy.maxNumberOfAttempts];
  }

  private run(node: TaskNode | TimerNode, host: NodeHost): void {
    this.current = node;
    node.parent = this;
    node.begin(host);
  }
}

/** No id: takes a buffered event or waits for the next one of its name. */
export class EventWaitNode extends ReplayNode {
  /** Position among all waits of the orchestration. */
  order = 0;

  constructor(readonly eventName: string) {
    super();
  }

  protected start(host: NodeHost): void {
    if (host.takeOrAwait(this)) this.finish(false);
  }

  received(): void {
    this.finish(false);
  }
}

/**
 * A call of an entity or a lock request: one id, and an answer named by the request's id. Unlike other tasks it does not keep the
 * instance Running (spec/functions-worker.md 6.9).
 */
export class EntityRequestNode extends ReplayNode {
  /** Instance id of the entity that was sent it; empty at first. */
  entity = '';

  constructor(
    private readonly decide: (id: number, requestId: string) => WorkDecision,
    /** Of a lock request, whose id the SDK chooses. */
    private readonly requestId: string | null = null,
    readonly lockSet: readonly EntityId[] = [],
  ) {
    super();
  }

  protected start(host: NodeHost): void {
    host.request(this.decide, this.requestId, this);
  }

  answered(input: string | null): void {
    this.finish(readAnswer(input).exceptionType !== undefined);
  }
}

export class AnyNode extends ParentNode {
  private groups: readonly ReplayNode[] | null = null;

  constructor(
    protected readonly children: readonly ReplayNode[],
    private readonly countsFinished = true,
    /** A timer that the code cancels ends the wait for the group at once: the list of actions is read when it is complete. */
    private readonly endsWithCancelled = false,
  ) {
    super();
  }

  protected start(host: NodeHost): void {
    if (this.children.length === 0) this.finish(false);
    // A task that was waited for before may be over already.
    if (this.countsFinished && this.children.some((child) => child.isDone)) this.finish(false);
    beginChildren(this, this.children, host);
    if (this.endsWithCancelled && this.children.some(isCancelled)) this.finish(false);
  }

  override lookAgain(): void {
    for (const group of (this.groups ??= groupsAmong(this.children))) group.lookAgain();
  }

  childFinished(child: ReplayNode): void {
    if (!child.isInstant) this.finish(false);
  }
}

/**
 * Over when all children are: at the first failure the SDK lets user code go on, but the host waits for the others (recorded: `fail-both`),
 * unless the code then cancels them (`cancel-in-catch`).
 */
export class AllNode extends ParentNode {
  private groups: readonly ReplayNode[] | null = null;
  private isBegun = false;
  /** All before it are over. */
  private firstOpen = 0;

  constructor(private readonly children: readonly ReplayNode[]) {
    super();
  }

  protected start(host: NodeHost): void {
    beginChildren(this, this.children, host);
    this.isBegun = true;
    this.finishWhenAllAre();
  }

  childFinished(): void {
    this.finishWhenAllAre();
  }

  override lookAgain(): void {
    for (const group of (this.groups ??= groupsAmong(this.children))) group.lookAgain();
    this.finishWhenAllAre();
  }

  private finishWhenAllAre(): void {
    if (!this.isBegun || this.isDone) return;
    for (; this.firstOpen < this.children.length; this.firstOpen++) {
      const child = this.children[this.firstOpen];
      if (child !== undefined && !child.isDone && !isCancelled(child)) return;
    }
    this.finish(this.children.some((child) => child.state === 'failed'));
  }
}

/** One yield of schema V1: goes on when any of its actions is over; fire-and-forget ones do not count unless there is nothing else. */
export class StepNode extends AnyNode {
  protected override start(host: NodeHost): void {
    super.start(host);
    if (this.children.every((child) => child.isInstant)) this.finish(false);
  }
}

/** Over as soon as it is started. */
export class InstantNode extends ReplayNode {
  override readonly isInstant = true;

  constructor(private readonly run: (host: NodeHost) => void) {
    super();
  }

  protected start(host: NodeHost): void {
    this.run(host);
    this.finish(false);
  }
}

function groupsAmong(children: readonly ReplayNode[]): readonly ReplayNode[] {
  return children.filter((child) => child instanceof AnyNode || child instanceof AllNode);
}

/** A child that is shared with an earlier compound answers to the later one, as in the SDK. */
function beginChildren(parent: ParentNode, children: readonly ReplayNode[], host: NodeHost): void {
  for (const child of children) {
    child.parent = parent;
    child.begin(host);
  }
}
