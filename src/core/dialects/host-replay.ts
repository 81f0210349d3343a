/**
 * The host's half of a replay in the JSON protocol (spec/functions-worker.md 6): which ids the orchestrator's actions have, what of them is
 * new work, and when the orchestration is over. The SDK's half (user code, results, errors) runs elsewhere and hands its action list over.
 *
 *   H1. Ids are the SDK's own: taken in the order in which actions start, depth first, from 0.
 *   H2. Each event is applied once, in commit order, after the SDK has seen it; `actions` may have grown since the last call, never changed.
 *   H3. New work is what has an id and no scheduled row with that EventId.
 */
import { serialisedException } from '../values/serialised-exception';
import type { WaitFacts } from '../instances/instance';
import { messageOf, thrownParts } from '../../base/error-message';
import type { CompleteOrchestration } from '../decisions/decisions';
import { isTypedAnswer, releaseName, typedReleaseText } from '../entities/entity-messages';
import { actionPath, NoJsonForm, UnreadableMember, type ActionList, type DurableAction } from '../values/durable-action';
import { isRaceWithCancelledTimer, notedAsReceived } from './cancelled-race';
import type { HostActionsOptions } from './host-actions';
import { HostActions } from './host-actions';
import { HostEntityRequests } from './host-entity-requests';
import { HostEvents } from './host-events';
import {
  failedAs,
  invocationFailure,
  nonDeterminismFailure,
  orchestratorFailure,
  unhandledFailure,
  type HostFailure,
} from './host-failure';
import type {
  EntityRequestNode,
  EventWaitNode,
  NodeHost,
  OpenTask,
  ReplayNode,
  RetryNode,
  TaskFailure,
} from './host-replay-nodes';
import { StepNode } from './host-replay-nodes';
import type { EventRaised, FailureDetails, HistoryEvent } from '../history/history';
import type { ScheduledRow, WorkDecision } from '../decisions/non-determinism';
import { agrees, isScheduledRow, nonDeterminismMessage } from '../decisions/non-determinism';
import type { PastRows } from './past-rows';
import { fromTimestamp, toTimestamp } from '../values/time';

export interface HostReplayOptions extends HostActionsOptions {
  /** V1 has steps and gives an event to its oldest waiter; later schemas have compounds and give it to the newest. */
  isV1: boolean;
  /** SDK 2.x takes a buffered event, but its code goes on only with the next event. */
  buffersStall: boolean;
  /** Rows of the whole history when `actions` is complete from the start; null when actions appear as the code issues them. */
  pastRows: PastRows | null;
}

/** Where the SDK stands after the last event. */
export type SdkProgress =
  | { type: 'waiting' }
  /** Returned, or called continueAsNew. `output` is JSON text. */
  | { type: 'returned'; output: string | null }
  | { type: 'failed'; message: string; details: string; failureDetails?: FailureDetails }
  /** The host's own refusal: over at once. */
  | { type: 'crashed'; message: string; details: string }
  /**
   * The SDK itself broke, or its answer has no JSON form: the failure came without the list of actions. The host holds an empty list against
   * the history, so that whatever was scheduled before makes it non-deterministic. `thrown`: the text of the cause, where `message` has none;
   * `isOwn`: the message is the host's, not a worker's; `exception`: as which a parent is told of it; `hasThrown`: the code has failed too.
   */
  | { type: 'stateless'; message: string; stack: string; thrown?: string; isOwn?: true; exception?: string; hasThrown?: boolean };

type HostDecision = WorkDecision | CompleteOrchestration;

interface Settlement {
  decisions: HostDecision[];
  awaitedEvents: readonly string[];
  waits?: WaitFacts;
}

/** Of a fan-out the first are enough to read. */
const mostRetries = 100;

export class HostReplay implements NodeHost {
  nowMs = Number.NEGATIVE_INFINITY;
  readonly maximumShortTimerMs: number;
  readonly longTimerIntervalMs: number;

  /** The first scheduled row that the code did not ask for, and what it asked for under the same number. */
  disagreement: { row: ScheduledRow; found: WorkDecision | null } | null = null;

  private next = 0;
  private highestRowId = -1;
  private firstRow: ScheduledRow | null = null;
  private isStarted = false;
  private isStalled = false;
  private readonly open = new Map<number, OpenTask>();
  private readonly pending = new Map<number, WorkDecision>();
  /** Made when needed: most orchestrations wait for no event and ask no entity. */
  private events: HostEvents | null = null;
  private requests: HostEntityRequests | null = null;
  private retries: Set<RetryNode> | null = null;
  private requestIds = 0;
  private readonly actions: HostActions;
  private current: ReplayNode | null = null;
  private nextAction = 0;
  private seenActions = 0;
  private nextGeneration: { input: string | null; carryover: EventRaised[] } | null = null;
  private terminated: CompleteOrchestration | null = null;
  private failure: HostFailure | null = null;
  /** The package could not answer with an action, or the host could not read it. */
  private lost: (SdkProgress & { type: 'stateless' }) | null = null;

  constructor(private readonly options: HostReplayOptions) {
    this.maximumShortTimerMs = options.maximumShortTimerMs;
    this.longTimerIntervalMs = options.longTimerIntervalMs;
    this.actions = new HostActions(options, this, (input) => (this.nextGeneration ??= { input, carryover: [] }));
  }

  /** One event that takes effect (see `SuspensionGate`), then whatever actions can start now. */
  apply(event: HistoryEvent, actions: ActionList): void {
    if (this.failure?.atOnce === true) return;
    try {
      this.applyEvent(event);
    } catch (error) {
      this.failBy(error);
    }
    if (resumesCode(event)) this.isStalled = false;
    this.advance(actions);
  }

  /** One event of a generation whose code cannot run any more: only ids in use and a terminate count. */
  applyUnseen(event: HistoryEvent): void {
    if (isScheduledRow(event)) {
      this.firstRow ??= event;
      this.highestRowId = Math.max(this.highestRowId, event.EventId);
    } else if (event.EventType === 'ExecutionTerminated') this.applyEvent(event);
    this.next = this.highestRowId + 1;
  }

  /** True while an id that was given out has no row yet. */
  get hasUnconfirmed(): boolean {
    return this.pending.size > 0;
  }

  /**
   * The events that the real host hands on to the generation that follows: those that it meets after continueAsNew. It walks the complete list
   * of actions over the whole history, so that a race whose timer was cancelled is over for it before it has met the event that won; and it
   * takes an event for one that is awaited in another case (recorded: `x-case-collect`), so that what the code has received comes too late for it.
   */
  carriedOver(events: readonly HistoryEvent[], actions: ActionList): readonly EventRaised[] | null {
    const isOther = this.events?.hasOtherCase === true || actions.some(isRaceWithCancelledTimer);
    if (this.nextGeneration === null || !isOther) return null;
    const walk = new HostReplay({ ...this.options, isComplete: true, pastRows: null });
    for (const event of events) walk.apply(event, actions);
    return walk.nextGeneration === null ? null : notedAsReceived(walk.nextGeneration.carryover, events, actions);
  }

  /**
   * The replay as the real host does it, where that is another one: where a race is over because its timer was cancelled, what comes after it
   * is started before the host has met what happened within the race, and so takes the ids that a retry or a poll in it has had.
   */
  walked(events: readonly HistoryEvent[], actions: ActionList): HostReplay {
    if (!this.actions.hadSequels || !actions.some(isRaceWithCancelledTimer)) return this;
    const walk = new HostReplay({ ...this.options, isComplete: true, pastRows: null });
    for (const event of events) walk.apply(event, actions);
    return walk;
  }

  /**
   * How a suspended instance ends all the same; null when it does not. The SDK knows nothing of suspension and is ahead: its `actions` and
   * `progress` come of all events. The host walks that list over the `events` that have taken effect, and where a race is over for it
   * because its timer was cancelled, it may come to the end of the list without the event that won.
   */
  endWhileSuspended(events: readonly HistoryEvent[], actions: ActionList, progress: SdkProgress): CompleteOrchestration | null {
    if (progress.type === 'stateless') return this.endWithoutState(progress);
    const walk = new HostReplay({ ...this.options, isComplete: true, pastRows: null });
    for (const event of events) walk.apply(event, actions);
    return walk.completion(progress);
  }

  /** The episode is over: new work, and the completion when the time has come. */
  settle(progress: SdkProgress, isSuspended: boolean): Settlement {
    const lost = this.lost === null ? null : { ...this.lost, hasThrown: progress.type === 'failed' };
    const stateless = progress.type === 'stateless' ? progress : lost;
    if (stateless !== null) return { decisions: [this.endWithoutState(stateless)], awaitedEvents: [] };
    if (progress.type === 'crashed') {
      this.next = Math.max(this.next, this.highestRowId + 1);
      this.failure ??= { ...this.orchestratorFailure(progress.message), details: progress.details, atOnce: true };
    }
    const end = this.completion(progress);
    const awaited = (within?: ReplayNode | null): string[] => this.events?.awaited(within) ?? [];
    // Only work waits for the resume: code that has ended with what came before the suspension ends its instance (recorded: `suspend-first-error`).
    if (isSuspended) return { decisions: end === null ? [] : [end], awaitedEvents: awaited(), ...this.facts(progress) };
    const decisions: HostDecision[] = [];
    for (const decision of this.pending.values()) decisions.push(this.asItIsNow(decision));
    if (end !== null) decisions.push(end);
    if (decisions.length > 1) decisions.sort((a, b) => a.id - b.id);
    if (end !== null) return { decisions, awaitedEvents: [] };
    // Where the code has ended the host may be behind, in a group that failed and is waited for as a whole.
    const behind = this.current?.isDone === false ? this.current : null;
    const awaitedEvents = progress.type === 'waiting' ? awaited() : awaited(behind);
    return { decisions, awaitedEvents, ...this.facts(progress) };
  }

  /** Ends a suspended instance too (recorded: `suspend-child-terminated`, `suspend-wait-text`). */
  private endWithoutState({
    message,
    stack,
    thrown: cause,
    isOwn,
    exception,
    hasThrown,
  }: SdkProgress & { type: 'stateless' }): CompleteOrchestration {
    const { firstRow } = this;
    // The engine has met no row that the answer lacks before it met the terminate (recorded: `start-and-terminate`).
    if (firstRow === null && this.terminated !== null) return this.terminated;
    const failure =
      firstRow === null
        ? isOwn === true
          ? hasThrown === true
            ? unhandledFailure(message)
            : { ...this.orchestratorFailure(message), ...(exception === undefined ? {} : { details: exception }) }
          : // What a parent is told of it is the exception, as of an activity.
            { ...this.orchestratorFailure(invocationFailure(message, stack)), details: serialisedException(message, stack) }
        : nonDeterminismFailure(nonDeterminismMessage(firstRow, null));
    const thrown = { thrown: cause ?? (stack.includes(message) ? stack : `${message}\n${stack}`) };
    return { ...failedAs(this.next, { ...failure, atOnce: true }), id: 0, ...thrown };
  }

  /** What no history tells of the waits; empty in the ordinary case, which costs nothing. */
  private facts(progress: SdkProgress): { waits?: WaitFacts } {
    const retries: (readonly [number, number, number])[] = [];
    for (const node of this.retries ?? []) {
      const underWay = node.underWay;
      if (node.isDone) this.retries?.delete(node);
      else if (underWay !== null && retries.push(underWay) === mostRetries) break;
    }
    const unawaited = this.events?.unawaited() ?? [];
    const codeEnded = progress.type === 'returned' || progress.type === 'failed';
    if (retries.length === 0 && unawaited.length === 0 && !codeEnded) return {};
    return {
      waits: {
        ...(retries.length === 0 ? {} : { retries }),
        ...(unawaited.length === 0 ? {} : { unawaited }),
        ...(codeEnded ? { codeEnded } : {}),
      },
    };
  }

  retrying(node: RetryNode): void {
    (this.retries ??= new Set()).add(node);
  }

  allocate(make: (id: number) => WorkDecision, owner: OpenTask | null): number {
    const decision = make(this.next);
    const id = this.reserve();
    this.schedule(id, decision, owner);
    return id;
  }

  reserve(): number {
    const id = this.next;
    const { maxActions } = this.options;
    if (id >= maxActions) {
      const limit = `The orchestration has scheduled ${maxActions} pieces of work, which is the limit for one generation.`;
      throw new Error(`${limit} Let it continue as new, or raise maxOrchestrationActions in host.json.`);
    }
    this.next += 1;
    return id;
  }

  schedule(id: number, decision: WorkDecision, owner: OpenTask | null): void {
    this.pending.set(id, decision);
    if (owner !== null) this.open.set(id, owner);
  }

  request(make: (id: number, requestId: string) => WorkDecision, chosenId: string | null, node: EntityRequestNode): void {
    const requestId = chosenId ?? this.newRequestId();
    this.allocate((id) => {
      const decision = make(id, requestId);
      if (decision.type === 'SendEvent') node.entity = decision.instanceId;
      return decision;
    }, null);
    (this.requests ??= new HostEntityRequests()).add(requestId, node);
  }

  releaseLocks(): void {
    const lock = this.requests?.takeLock() ?? null;
    if (lock === null) return;
    const input = typedReleaseText(this.options.instanceId, lock.id);
    for (const instanceId of lock.entities) {
      this.allocate((id) => ({ type: 'SendEvent', id, instanceId, name: releaseName, input }), null);
    }
  }

  newRequestId(): string {
    const name = `${this.options.instanceId}_${toTimestamp(this.nowMs)}_${this.requestIds++}`;
    return this.options.guidOf?.(name) ?? name;
  }

  takeOrAwait(node: EventWaitNode): boolean {
    return this.heard.takeOrAwait(node);
  }

  private get heard(): HostEvents {
    return (this.events ??= new HostEvents(this.options.isComplete));
  }

  fail(message: string, failure?: TaskFailure): void {
    const failureDetails = failure?.failureDetails;
    this.failure ??= { ...this.orchestratorFailure(message), ...(failureDetails ? { failureDetails } : {}) };
  }

  private applyEvent(event: HistoryEvent): void {
    switch (event.EventType) {
      case 'OrchestratorStarted':
        this.nowMs = Math.max(this.nowMs, fromTimestamp(event.Timestamp));
        this.options.pastRows?.nextEpisode();
        break;
      case 'ExecutionStarted':
        this.isStarted = true;
        break;
      case 'TaskCompleted':
      case 'SubOrchestrationInstanceCompleted':
        this.takeOpen(event.TaskScheduledId)?.succeeded(event.Result);
        break;
      case 'TaskFailed':
      case 'SubOrchestrationInstanceFailed': {
        const { Reason: reason, Details: details, FailureDetails: failureDetails } = event;
        this.takeOpen(event.TaskScheduledId)?.failed({ reason, details: details ?? '', failureDetails: failureDetails ?? null });
        break;
      }
      case 'TimerFired':
        this.takeOpen(event.TimerId)?.succeeded(null);
        break;
      case 'EventRaised':
        this.raise(event);
        break;
      case 'ExecutionTerminated':
        if (this.terminated === null) {
          this.terminated = { type: 'CompleteOrchestration', id: this.next, status: 'Terminated', result: event.Input };
          this.next += 1;
        }
        break;
      default:
        if (isScheduledRow(event)) this.confirm(event);
    }
  }

  /** What the code asked for by the open call, or timer, of that number; null: none is open under it. */
  askedUnder(id: number): DurableAction | null {
    return this.open.get(id)?.whole ?? null;
  }

  private takeOpen(id: number): OpenTask | undefined {
    const task = this.open.get(id);
    this.open.delete(id);
    return task;
  }

  private raise(event: EventRaised): void {
    // Answers of entities too (recorded: `x-odd-race-new`).
    if (this.nextGeneration !== null) this.nextGeneration.carryover.push(event);
    else if (this.requests?.answer(event) !== true && !isTypedAnswer(event.Input))
      this.heard.raise(event.Name, this.options.isV1);
  }

  private confirm(row: ScheduledRow): void {
    this.firstRow ??= row;
    this.highestRowId = Math.max(this.highestRowId, row.EventId);
    const decision = this.pending.get(row.EventId);
    this.pending.delete(row.EventId);
    if (decision?.type === 'SendEvent' && row.EventType === 'EventSent') this.requests?.adoptId(decision, row);
    if (decision !== undefined && agrees(row, decision)) return;
    this.disagreement ??= { row, found: decision ?? null };
    this.disagree(nonDeterminismMessage(row, decision ?? null));
  }

  /** Another replay of the same history went another way: the orchestration fails, whatever is still open. */
  disagree(reason: string): void {
    this.failure ??= nonDeterminismFailure(reason);
  }

  private advance(actions: ActionList): void {
    if (!this.isStarted) return;
    this.seenActions = actions.length;
    if (this.current?.isDone === false) this.current.lookAgain();
    while (this.failure === null && this.nextGeneration === null && !this.isStalled && (this.current?.isDone ?? true)) {
      const entry = actions[this.nextAction];
      if (entry === undefined) return;
      const wanted = this.actions.firstScheduling(entry);
      if (wanted !== null && !this.mayStart(wanted)) return;
      this.nextAction += 1;
      this.startEntry(entry);
    }
  }

  private mayStart(action: DurableAction): boolean {
    const { pastRows } = this.options;
    const firesAt = (timer: DurableAction): number => this.actions.firstFireAtMs(timer);
    return pastRows === null || pastRows.mayStart(this.next, action, this.actions.hasSequels, firesAt);
  }

  private startEntry(entry: DurableAction | readonly DurableAction[]): void {
    try {
      this.current = Array.isArray(entry)
        ? new StepNode((entry as readonly DurableAction[]).map((action) => this.actions.node(action)))
        : this.actions.node(entry as DurableAction);
      this.current.begin(this);
      this.isStalled = this.options.buffersStall && this.current.isDone && !this.current.isInstant;
    } catch (error) {
      if (error instanceof NoJsonForm) this.lost ??= { type: 'stateless', ...thrownParts(error.cause) };
      else if (error instanceof UnreadableMember) {
        this.lost ??= { type: 'stateless', message: this.unreadableText(entry, error), stack: '', isOwn: true };
      }
      this.failBy(error);
    }
  }

  private unreadableText(entry: DurableAction | readonly DurableAction[], error: UnreadableMember): string {
    const { unreadable } = this.actions;
    const at = this.options.isV1 ? `actions[${this.nextAction - 1}]` : `actions[0][${this.nextAction - 1}]`;
    return error.textAt(unreadable === null ? at : (actionPath(entry, unreadable, at) ?? at));
  }

  /** What an action asks for may not be possible: the host's exception, which is the orchestration's failure. */
  private failBy(error: unknown): void {
    this.fail(messageOf(error));
  }

  /** A timer may have been cancelled after it was created, in the same turn. */
  private asItIsNow(decision: WorkDecision): WorkDecision {
    const isCanceled = decision.type === 'CreateTimer' && this.open.get(decision.id)?.blocksCompletion() === false;
    return isCanceled ? { ...decision, isCanceled } : decision;
  }

  private completion(progress: SdkProgress): CompleteOrchestration | null {
    if (this.failure?.atOnce === true) return failedAs(this.next, this.failure);
    if (this.terminated !== null) return this.terminated;
    if ((this.failure === null && progress.type === 'waiting') || this.hasOpenTasks()) return null;
    if (this.failure !== null) return failedAs(this.next, this.failure);
    if (progress.type !== 'failed' && progress.type !== 'returned') return null;
    if (!this.isWalked()) return null;
    if (progress.type === 'failed') {
      const { message, details, failureDetails } = progress;
      return failedAs(this.next, {
        ...this.orchestratorFailure(message),
        details,
        ...(failureDetails ? { failureDetails } : {}),
      });
    }
    if (this.nextGeneration === null) {
      return { type: 'CompleteOrchestration', id: this.next, status: 'Completed', result: progress.output };
    }
    const { input, carryover } = this.nextGeneration;
    const dropped = this.events?.unawaited() ?? [];
    return {
      type: 'CompleteOrchestration',
      id: this.next,
      status: 'ContinuedAsNew',
      result: input,
      ...(carryover.length > 0 ? { carryoverEvents: carryover } : {}),
      ...(dropped.length > 0 ? { droppedEvents: dropped } : {}),
    };
  }

  private orchestratorFailure(message: string): HostFailure {
    return orchestratorFailure(this.options.name, message);
  }

  /** Everything that the code issued has been started and is over as far as the host waits for it. */
  private isWalked(): boolean {
    return this.nextGeneration !== null || ((this.current?.isDone ?? true) && this.nextAction >= this.seenActions);
  }

  private hasOpenTasks(): boolean {
    for (const task of this.open.values()) if (task.blocksCompletion()) return true;
    return false;
  }
}

/** Events after which an SDK looks whether user code can go on. */
function resumesCode(event: HistoryEvent): boolean {
  if (event.EventType === 'GenericEvent') return false;
  return 'TaskScheduledId' in event || event.EventType === 'TimerFired' || event.EventType === 'EventRaised';
}
