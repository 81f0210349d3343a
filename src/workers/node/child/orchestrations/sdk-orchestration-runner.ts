/**
 * `OrchestrationRunner` over the app's own durable-functions package: warm where its shape allows it, cold otherwise
 * (SDK 1.x, apps with invocation hooks, a package that was bundled or changed).
 */
import { closestName } from '../../../../base/closest-name';
import { stackOrMessage } from '../../../../base/error-message';
import { Room } from '../../../../base/room';
import { isThenable } from '../../../../base/thenable';
import { customStatusProblem } from '../../../../core/values/custom-status';
import { serialisedArgumentException } from '../../../../core/values/serialised-exception';
import type { ActionList } from '../../../../core/values/durable-action';
import type { EventRaised, ExecutionStarted, HistoryEvent } from '../../../../core/history/history';
import type { SdkProgress } from '../../../../core/dialects/host-replay';
import { HostReplay } from '../../../../core/dialects/host-replay';
import type { CompleteOrchestration } from '../../../../core/decisions/decisions';
import { nonDeterministic, saysNonDeterministic } from '../../../../core/decisions/non-determinism';
import type { EpisodeOutcome } from '../../../../core/ports/function-worker';
import type { HostSetting } from './cold-episode';
import { astrayText, astrayWarning, type AstrayResult } from './astray-results';
import { hostOver, maximumShortTimerMs, runColdEpisode } from './cold-episode';
import { namedGuid } from './named-guid';
import { replayDifference, replayed, replyDifference, whileSuspended } from './determinism-check';
import type { EpisodeReply, EpisodeSlice, OrchestrationRunner, OrchestrationRunnerOptions } from './orchestration-runner';
import type { SdkRun } from './sdk-hooks';
import { SdkHooks } from './sdk-hooks';
import type { SdkReply } from './sdk-reply';
import { crash, readFailure, readReply, refusal } from './sdk-reply';
import { stuckText } from './stuck-code';
import { timerLimits, triggerJson } from './trigger-input';
import { UninvokedStarts } from './uninvoked-starts';
import { WarmOrchestration } from './warm-orchestration';

/** An orchestration that runs cold: only its events are kept, so that they need not be sent again. */
interface KeptHistory {
  executionId: string;
  length: number;
  events: HistoryEvent[];
}

type FunctionKind = 'activity' | 'orchestrator' | 'entity';

type Kept = WarmOrchestration | KeptHistory;

const defaults = { maxWarm: 2_000, maxWarmEvents: 200_000, maxActions: 100_000, httpPollDelayMs: 30_000 };

export class SdkOrchestrationRunner implements OrchestrationRunner {
  private readonly kept: Room<Kept>;
  /** Functions whose invocations never came through the opened SDK. */
  private readonly coldFunctions = new Set<string>();
  private readonly instanceCounts = new Map<string, number>();
  private readonly warned = new Set<string>();
  private readonly uninvoked = new UninvokedStarts();
  /** Orchestrators of which it was said. */
  private readonly toldOfCase = new Set<string>();
  private readonly toldOfAstrayIn = new Set<string>();
  private readonly names = new Map<FunctionKind, { known: readonly string[]; lower: ReadonlySet<string> }>();

  /** Runners in one process share their hooks: an SDK is opened once. */
  constructor(
    private readonly options: OrchestrationRunnerOptions,
    private readonly hooks = new SdkHooks(),
  ) {
    const { maxWarm = defaults.maxWarm, maxWarmEvents = defaults.maxWarmEvents } = options;
    // A hundred rows are replayed in the time of an episode.
    this.kept = new Room({ entries: maxWarm, weight: maxWarmEvents, weightPerUse: 100 });
  }

  /** Opens the copies of durable-functions among the loaded modules. Call it with `require.cache` when the app has been loaded. */
  attach(modules: Readonly<Record<string, { exports?: unknown } | undefined>>): void {
    this.hooks.attach(modules);
  }

  /** Gives the SDKs back as they were and forgets everything. */
  dispose(): void {
    this.clear();
    this.hooks.detach();
  }

  run(slice: EpisodeSlice): EpisodeReply | Promise<EpisodeReply> {
    try {
      const reply = this.episode(slice);
      return isThenable(reply) ? this.orBroken(slice, reply) : reply;
    } catch (error) {
      return this.broken(slice, error);
    }
  }

  private episode(slice: EpisodeSlice): EpisodeReply | Promise<EpisodeReply> {
    const { instanceId, executionId, knownLength, events } = slice;
    const newFrom = lastEpisodeStart(events);
    if (knownLength === 0) {
      this.kept.delete(instanceId);
      return this.begin(slice, newFrom);
    }
    const kept = this.kept.get(instanceId);
    if (kept?.executionId !== executionId || kept.length !== knownLength) {
      this.kept.delete(instanceId);
      return 'needHistory';
    }
    if (!(kept instanceof WarmOrchestration)) {
      const all = kept.events.concat(events);
      return this.runCold({ ...slice, events: all }, kept.length + newFrom);
    }
    kept.feedPast(events, newFrom);
    // The rows of the last episode are missing: it was not committed, and what the code did since must be undone.
    if (kept.host.hasUnconfirmed && !kept.isSuspended) {
      this.kept.delete(instanceId);
      return 'needHistory';
    }
    kept.feedNew(events, newFrom);
    this.kept.put(instanceId, kept, kept.length);
    return this.conclude(slice, kept);
  }

  forget(instanceId: string): void {
    this.kept.delete(instanceId);
  }

  clear(): void {
    this.kept.clear();
    this.coldFunctions.clear();
    this.uninvoked.clear();
    this.names.clear();
    this.warned.clear();
    this.toldOfAstrayIn.clear();
  }

  private begin(slice: EpisodeSlice, newFrom: number): EpisodeReply | Promise<EpisodeReply> {
    const problem = this.problemWith('orchestrator', slice.name);
    if (problem !== null) return this.refused(slice, problem);
    const mayBeWarm = this.hooks.isAttached && (this.options.canStayWarm?.() ?? true) && !this.coldFunctions.has(slice.name);
    if (!mayBeWarm) return this.runCold(slice, newFrom);
    const warm = this.beginUninvoked(slice, newFrom);
    return warm === null ? this.beginInvoked(slice, newFrom) : this.conclude(slice, warm);
  }

  /** Null where the function is to be invoked. */
  private beginUninvoked(slice: EpisodeSlice, newFrom: number): WarmOrchestration | null {
    const { name, instanceId } = slice;
    if (!this.uninvoked.knows(name)) return null;
    const started = startOf(slice);
    let warm: WarmOrchestration | null = null;
    const trigger = this.firstTrigger(slice, started, newFrom);
    this.options.callInPlace?.({ functionName: name, instanceId, triggerJson: trigger }, (parsed, context) => {
      const run = this.uninvoked.begin(name, parsed, context);
      if (run !== null) warm = this.warmUp(slice, newFrom, started, run);
    });
    return warm;
  }

  private async beginInvoked(slice: EpisodeSlice, newFrom: number): Promise<EpisodeReply> {
    const warm = await this.invokeFirst(slice, newFrom);
    return warm === null ? this.runCold(slice, newFrom) : this.conclude(slice, warm);
  }

  /** Null when the invocation ended without having come through an SDK that is open. */
  private invokeFirst(slice: EpisodeSlice, newFrom: number): Promise<WarmOrchestration | null> {
    const { instanceId, name } = slice;
    const started = startOf(slice);
    const trigger = this.firstTrigger(slice, started, newFrom);
    let isOpen = false;
    return new Promise((resolve) => {
      this.hooks.expect(instanceId, (run) => {
        isOpen = true;
        if (this.options.callInPlace !== undefined) this.uninvoked.learn(name, run, trigger);
        resolve(this.warmUp(slice, newFrom, started, run));
      });
      const uncaught = (): void => {
        this.hooks.cancel(instanceId);
        resolve(null);
      };
      this.options.invoke({ functionName: name, instanceId, triggerJson: trigger }).then(() => {
        if (!isOpen) this.coldFunctions.add(name);
        uncaught();
      }, uncaught);
    });
  }

  /** Enough for the SDK to build its context from; the executor is fed here. */
  private firstTrigger({ instanceId, events }: EpisodeSlice, started: ExecutionStarted, newFrom: number): string {
    return triggerJson({
      instanceId,
      started,
      events: [...events.slice(0, 1), started],
      newFrom: newFrom > 0 ? 2 : 0,
      isReplaying: newFrom > 0,
      httpPollDelayMs: this.httpPollDelayMs,
    });
  }

  private warmUp(slice: EpisodeSlice, newFrom: number, started: ExecutionStarted, run: SdkRun): WarmOrchestration {
    const { instanceId, executionId, name, events } = slice;
    const warm = new WarmOrchestration(executionId, started, run, this.newHost(slice, started, run), this.hooks);
    warm.isWatched = this.watchNext(name);
    warm.feedPast(events, newFrom);
    warm.feedNew(events, newFrom);
    this.kept.put(instanceId, warm, warm.length);
    return warm;
  }

  private newHost(slice: EpisodeSlice, started: ExecutionStarted, run: SdkRun): HostReplay {
    return new HostReplay({
      ...this.hostSetting(slice, started),
      isV1: false,
      maximumShortTimerMs: maximumShortTimerMs(run.schemaVersion),
      racesCountFinished: true,
      buffersStall: false,
      pastRows: null,
    });
  }

  /** After an episode of a warm orchestration. */
  private conclude(slice: EpisodeSlice, warm: WarmOrchestration): EpisodeReply | Promise<EpisodeReply> {
    const progress = warm.progress();
    const difference = this.isCheckDue(warm, progress) ? this.quietly(() => replayDifference(warm)) : null;
    if (difference?.breaksReplay === true) return this.confirm(slice, warm, progress);
    if (difference !== null)
      this.warn(slice.instanceId, `The orchestrator function '${slice.name}' is not deterministic: ${difference.text}`);
    if (!warm.showsReplaying(progress)) return this.settle(slice, warm, difference?.replayedEnd ?? progress);
    const again = this.quietly(() => replayed(warm));
    if (again.difference?.breaksReplay === true) return this.confirm(slice, warm, progress);
    return this.settle(slice, warm, again.progress, again.customStatus);
  }

  private watchNext(functionName: string): boolean {
    const index = this.instanceCounts.get(functionName) ?? 0;
    this.instanceCounts.set(functionName, index + 1);
    return (this.options.determinismCheck?.watches ?? watchesFew)(index);
  }

  private isCheckDue(warm: WarmOrchestration, progress: SdkProgress): boolean {
    // The first episode replays nothing.
    if (!warm.isWatched || warm.episodes < 2 || warm.hasEnded) return false;
    if (progress.type !== 'waiting') {
      warm.hasEnded = true;
      return this.options.determinismCheck?.onCompletion ?? true;
    }
    return (this.options.determinismCheck?.atEpisodes ?? isPowerOfTwo)(warm.episodes);
  }

  /** The quick check found a difference. A real invocation decides, as the host's own replay would. */
  private async confirm(slice: EpisodeSlice, warm: WarmOrchestration, progress: SdkProgress): Promise<EpisodeReply> {
    const { events, newFrom, started } = warm;
    const { instanceId, name } = slice;
    const reply = await this.invoke(
      name,
      instanceId,
      triggerJson({ instanceId, started, events, newFrom, isReplaying: true, httpPollDelayMs: this.httpPollDelayMs }),
    );
    const difference = replyDifference(warm, reply);
    if (difference?.breaksReplay !== true) {
      return warm.showsReplaying(progress)
        ? this.settle(slice, warm, reply.progress, reply.customStatus)
        : this.settle(slice, warm, progress);
    }
    this.kept.delete(instanceId);
    const host = hostOver(events, reply, this.hostSetting(slice, started));
    // The host's words where it would have met the difference, else ours.
    if (host.disagreement === null) host.disagree(nonDeterministic(difference.text));
    this.warn(instanceId, `The orchestrator function '${name}' is not deterministic: ${difference.text}`);
    return settled(host, reply.progress, reply.customStatus, warm.isSuspended);
  }

  /** `replayedStatus`: the custom status of a replay; undefined: that of the warm run. */
  private settle(
    slice: EpisodeSlice,
    warm: WarmOrchestration,
    progress: SdkProgress,
    replayedStatus?: string | null,
  ): EpisodeOutcome {
    if (warm.isSuspended && warm.heldBack.length > 0) return this.settleSuspended(slice, warm);
    let status: string | null = null;
    let end = progress;
    try {
      status = replayedStatus === undefined ? warm.customStatus() : replayedStatus;
    } catch (error) {
      end = crash(error);
    }
    this.tellCause(slice, end);
    const outcome = settled(warm.walked(), end, status, warm.isSuspended, warm.carriedOver());
    if (isOver(outcome)) {
      this.kept.delete(slice.instanceId);
      warm.end();
    }
    const told = this.toldOfAstray(slice, warm, outcome);
    return warm.isSuspended || end.type !== 'waiting' ? told : this.toldOfStuck(slice, warm, told);
  }

  private toldOfAstray(slice: EpisodeSlice, { astray }: WarmOrchestration, outcome: EpisodeOutcome): EpisodeOutcome {
    if (astray.length === 0) return outcome;
    for (const result of astray) this.warnOnceOf(slice, result);
    const newFrom = lastEpisodeStart(slice.events);
    const notes: [number, string][] = [];
    for (const result of astray) {
      const at = slice.events.indexOf(result.event, newFrom);
      // What was held back while the instance was suspended is a row already.
      if (at >= 0) notes.push([at - newFrom, astrayText(result)]);
    }
    return notes.length === 0 ? outcome : { ...outcome, astray: notes };
  }

  /** One kind once for an orchestrator: what follows the first has the same cause. */
  private warnOnceOf({ instanceId, name }: EpisodeSlice, result: AstrayResult): void {
    const key = `${result.isEvent ? 'event' : 'result'} ${name}`;
    if (this.toldOfAstrayIn.has(key)) return;
    this.toldOfAstrayIn.add(key);
    this.options.onWarning?.(instanceId, astrayWarning(name, result));
  }

  private settleSuspended(slice: EpisodeSlice, warm: WarmOrchestration): EpisodeOutcome {
    const { actions, progress, customStatus } = this.quietly(() => whileSuspended(warm));
    const status = progress.type === 'stateless' ? null : customStatus;
    const outcome = settled(warm.host, { type: 'waiting' }, status, true, null, progress);
    if (progress.type === 'waiting' || isOver(outcome)) return outcome;
    const end = warm.host.endWhileSuspended(warm.events, actions as ActionList, progress);
    if (end !== null) this.tellCause(slice, progress);
    return this.endedAhead(slice, outcome, end);
  }

  /** `end`: how a suspended instance ends all the same; null when it does not. */
  private endedAhead(slice: EpisodeSlice, outcome: EpisodeOutcome, end: CompleteOrchestration | null): EpisodeOutcome {
    if (end === null || isOver(outcome)) return outcome;
    this.kept.delete(slice.instanceId);
    const why =
      end.status === 'Failed' && saysNonDeterministic(end.result)
        ? 'its code failed without a state, and the engine finds its history in no answer'
        : 'its code returned after a race of which it cancelled the timer';
    this.warn(slice.instanceId, `'${slice.name}' ended while it was suspended, as in Azure: ${why}.`);
    return { ...outcome, decisions: [end], awaitedEvents: [] };
  }

  private toldOfStuck(slice: EpisodeSlice, warm: WarmOrchestration, outcome: EpisodeOutcome): EpisodeOutcome {
    const stuck = stuckText(warm.run.executor);
    if (stuck === null || isOver(outcome)) return outcome;
    this.warn(slice.instanceId, `The orchestrator function '${slice.name}' does not go on. ${stuck}`);
    return { ...outcome, stuck };
  }

  private async runCold(slice: EpisodeSlice, newFrom: number): Promise<EpisodeReply> {
    const { instanceId, executionId, name, events } = slice;
    const started = startOf(slice);
    const invoke = (trigger: string): Promise<SdkReply> => this.invoke(name, instanceId, trigger);
    const { reply, host, isSuspended, carriedOver, endAhead } = await runColdEpisode(
      events,
      newFrom,
      started,
      this.hostSetting(slice, started),
      invoke,
    );
    this.tellCause(slice, reply.progress);
    const outcome =
      endAhead === undefined
        ? settled(host, reply.progress, reply.customStatus, isSuspended, carriedOver)
        : this.endedAhead(slice, settled(host, { type: 'waiting' }, reply.customStatus, true, null, reply.progress), endAhead);
    this.kept.delete(instanceId);
    if (!isOver(outcome)) this.kept.put(instanceId, { executionId, length: events.length, events: [...events] }, events.length);
    return outcome;
  }

  private invoke(functionName: string, instanceId: string, trigger: string): Promise<SdkReply> {
    return this.options.invoke({ functionName, instanceId, triggerJson: trigger }).then(readReply, readFailure);
  }

  private async orBroken(slice: EpisodeSlice, reply: Promise<EpisodeReply>): Promise<EpisodeReply> {
    try {
      return await reply;
    } catch (error) {
      return this.broken(slice, error);
    }
  }

  /** Durascope's own bug or a history that is none. Shown where the user looks, and the process lives on. */
  private broken(slice: EpisodeSlice, error: unknown): EpisodeOutcome {
    this.kept.delete(slice.instanceId);
    return this.refused(slice, `Durascope could not replay it: ${stackOrMessage(error)}`);
  }

  /** The function is not there: the orchestration fails before any of its code runs. */
  private refused(slice: EpisodeSlice, problem: string): EpisodeOutcome {
    const host = new HostReplay({
      ...this.hostSetting(slice, null),
      isV1: false,
      maximumShortTimerMs: Number.POSITIVE_INFINITY,
      racesCountFinished: true,
      buffersStall: false,
      pastRows: null,
    });
    for (const event of slice.events) host.applyUnseen(event);
    return settled(host, refusal(problem), null, false);
  }

  /** The SDK takes 0 for a missing value. */
  private get httpPollDelayMs(): number {
    return Math.max(this.options.httpPollDelayMs ?? defaults.httpPollDelayMs, 1);
  }

  private hostSetting(slice: EpisodeSlice, started: ExecutionStarted | null): HostSetting {
    return {
      instanceId: slice.instanceId,
      executionId: slice.executionId,
      parentInstanceId: started?.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
      name: slice.name,
      longTimerIntervalMs: timerLimits.longRunningTimerIntervalMs,
      maxActions: this.options.maxActions ?? defaults.maxActions,
      httpPollDelayMs: this.httpPollDelayMs,
      problemWith: this.problemWithCall,
      guidOf: namedGuid,
      onReusedTask: this.onReusedTask,
      onEntityInAnotherCase: this.onEntityInAnotherCase,
    };
  }

  /** Deviation: nobody waits for what cannot come. The real extension says nothing, and the instance stays Running. */
  private readonly problemWithCall = (kind: FunctionKind, name: string): string | null => {
    const problem = this.problemWith(kind, name);
    return problem === null ? null : `${problem}${calledUnknownText(name, this.options.functionNames(kind))}`;
  };

  private readonly problemWith = (kind: FunctionKind, name: string): string | null => {
    let names = this.names.get(kind);
    if (names === undefined) {
      const known = this.options.functionNames(kind);
      names = { known, lower: new Set(known.map((one) => one.toLowerCase())) };
      this.names.set(kind, names);
    }
    return names.lower.has(name.toLowerCase()) || this.options.isHidden?.(name) === true
      ? null
      : unknownFunctionText(kind, name, names.known);
  };

  private readonly onReusedTask = (instanceId: string, orchestrator: string, task: string): void => {
    this.warn(instanceId, reusedTaskText(orchestrator, task));
  };

  private readonly onEntityInAnotherCase = (
    instanceId: string,
    orchestrator: string,
    [first, second]: readonly [string, string],
  ): void => {
    if (this.toldOfCase.has(orchestrator)) return;
    this.toldOfCase.add(orchestrator);
    const text =
      `'${orchestrator}' sends messages to '${first}' and to '${second}', whose ids differ in case only. The real extension counts them as messages to one ` +
      'entity: the second one holds back what it is sent, and who calls it waits. Give them keys that differ otherwise.';
    this.warn(instanceId, text);
  };

  /** The host's words for a failure without a state do not tell what happened. */
  private tellCause({ instanceId, name }: EpisodeSlice, progress: SdkProgress): void {
    if (progress.type !== 'stateless') return;
    const cause = progress.thrown ?? (progress.stack === '' ? progress.message : progress.stack);
    const text =
      `The orchestrator function '${name}' failed where durable-functions cannot report it, so that, as in Azure, the host knows none of ` +
      `its actions, and calls it non-deterministic where it had scheduled something before. The cause: ${cause}`;
    this.options.onWarning?.(instanceId, text);
  }

  private warn(instanceId: string, message: string): void {
    if (this.warned.has(message)) return;
    this.warned.add(message);
    this.options.onWarning?.(instanceId, message);
  }

  private quietly<T>(run: () => T): T {
    return this.options.quietly === undefined ? run() : this.options.quietly(run);
  }
}

/**
 * A custom status over the limit ends the orchestration before the host has looked at any action of the reply (recorded: `size-status-later`).
 * Where the code has thrown as well the host does not catch its own exception (recorded: `status-over-throw`). An answer without its state
 * has no status, and takes away the one before (recorded: `status-lost-text-later`). `ahead`: how far the code of a suspended instance is.
 */
function settled(
  host: HostReplay,
  progress: SdkProgress,
  status: string | null,
  isSuspended: boolean,
  carriedOver: readonly EventRaised[] | null = null,
  ahead = progress,
): EpisodeOutcome {
  if (progress.type === 'stateless') return { ...host.settle(progress, isSuspended), customStatus: null };
  const problem = customStatusProblem(status);
  if (problem !== null) {
    const exception = serialisedArgumentException(problem);
    const unseen = { type: 'stateless', message: problem, stack: '', isOwn: true, exception } as const;
    const thrown = ahead.type === 'failed' && {
      hasThrown: true,
      thrown: `${problem} The code has thrown as well: ${ahead.message}`,
    };
    return { ...host.settle({ ...unseen, ...thrown }, isSuspended), customStatus: null };
  }
  const outcome = host.settle(progress, isSuspended);
  if (carriedOver === null) return { ...outcome, customStatus: status };
  const decisions = outcome.decisions.map((decision) =>
    decision.type === 'CompleteOrchestration' && decision.status === 'ContinuedAsNew'
      ? { ...decision, carryoverEvents: carriedOver }
      : decision,
  );
  return { ...outcome, decisions, customStatus: status };
}

function isOver(outcome: EpisodeOutcome): boolean {
  return outcome.decisions.some((decision) => decision.type === 'CompleteOrchestration');
}

function lastEpisodeStart(events: readonly HistoryEvent[]): number {
  return Math.max(
    0,
    events.findLastIndex((event) => event.EventType === 'OrchestratorStarted'),
  );
}

function startOf({ instanceId, events }: EpisodeSlice): ExecutionStarted {
  const started = events.find((event) => event.EventType === 'ExecutionStarted');
  if (started === undefined) throw new Error(`The history of '${instanceId}' has no ExecutionStarted.`);
  return started;
}

function watchesFew(index: number): boolean {
  return index < 200 || index % 10 === 0;
}

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0;
}

const articles = { activity: 'an activity', orchestrator: 'an orchestrator', entity: 'an entity' } as const;

function unknownFunctionText(type: FunctionKind, name: string, known: readonly string[]): string {
  const info =
    known.length === 0
      ? `No ${type} functions are currently registered!`
      : `The following are the known ${type} functions: ${known.map((one) => `'${one}'`).join(', ')}.`;
  return `The function '${name}' doesn't exist, is disabled, or is not ${articles[type]} function. Additional info: ${info}`;
}

function calledUnknownText(name: string, known: readonly string[]): string {
  const meant = closestName(name, known);
  return `${meant === undefined ? '' : ` Did you mean '${meant}'?`} The real extension leaves such an instance Running for ever, without a word.`;
}

function reusedTaskText(name: string, task: string): string {
  return (
    `The orchestrator function '${name}' waits again, in a Task.any or Task.all, for ${task}, which it had scheduled before. As in Azure ` +
    'it is scheduled a second time, and from then on results may go to the wrong calls ' +
    '(https://github.com/Azure/azure-functions-durable-js/issues/574). What is left of a group can be yielded task by task.'
  );
}
