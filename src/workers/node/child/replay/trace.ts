/** One run over a whole history, with a look at every moment at which the code stands still. */
import { customStatusProblem } from '../../../../core/values/custom-status';
import { payloadText, type ActionList } from '../../../../core/values/durable-action';
import type { ExecutionStarted, HistoryEvent } from '../../../../core/history/history';
import { HostReplay, type SdkProgress } from '../../../../core/dialects/host-replay';
import type { NodeHost } from '../../../../core/dialects/host-replay-nodes';
import { isScheduledRow, saysNonDeterministic, type WorkDecision } from '../../../../core/decisions/non-determinism';
import type {
  ReplayDisagreement,
  ReplayEnd,
  ReplayFrame,
  ReplayMoment,
  ReplayRequest,
  ReplayRun,
} from '../../../../core/ports/replay-worker';
import { toTimestamp } from '../../../../core/values/time';
import { maximumShortTimerMs, runColdEpisode, type HostSetting } from '../orchestrations/cold-episode';
import { readFailure, readReply, refusal } from '../orchestrations/sdk-reply';
import { timerLimits, triggerJson } from '../orchestrations/trigger-input';
import { ExecutorRun } from './executor-run';
import { framesOf } from './frames-of';
import { beginExecutor, type ReplayApp } from './replay-app';
import type { Delivery, ReplayedRun } from './replay-run';
import type { WorldState } from './sealed-world';
import { StepwiseRun } from './stepwise-run';

/** What every run of one replay is made of. */
export interface TraceInput {
  request: ReplayRequest;
  started: ExecutionStarted;
  deliveries: readonly Delivery[];
  world: Readonly<WorldState>;
}

/** How the code came through, and what later runs of it need to know. */
export interface Trace {
  run: ReplayRun;
  /** By executor (SDK 2.x, 3.x) or in one go (1.x). */
  manner: 'executor' | 'stepwise';
}

type Moment = { -readonly [K in keyof ReplayMoment]: ReplayMoment[K] };

/** The host's half, with a list of what the code asked for. */
class ListeningHost extends HostReplay {
  scheduled: WorkDecision[] = [];

  override allocate(...[make, owner]: Parameters<NodeHost['allocate']>): number {
    return super.allocate((id) => {
      const decision = make(id);
      this.scheduled.push(decision);
      return decision;
    }, owner);
  }
}

const ended: readonly ReplayFrame[] = [];

/** Nothing that has an effect: lets the host take up actions issued since the last event. */
const nothing: HistoryEvent = { EventType: 'OrchestratorCompleted', EventId: -1, IsPlayed: false, Timestamp: '' };

/** Enough for an SDK to build its context from; the executor is fed here. */
export function beginningJson(app: ReplayApp, { request, started }: TraceInput): string {
  const first = request.history.find((event) => event.EventType === 'OrchestratorStarted') ?? started;
  return triggerJson({
    instanceId: request.instanceId,
    started,
    events: [{ ...first, EventType: 'OrchestratorStarted' }, started],
    newFrom: 0,
    isReplaying: false,
    httpPollDelayMs: app.httpPollDelayMs,
  });
}

export async function trace(app: ReplayApp, input: TraceInput): Promise<Trace> {
  app.world.uses = [];
  app.inspector.sources.clear();
  app.logs.collect();
  try {
    const first = await traceOnce(app, input);
    if (!failedForDifference(input.request.history)) return first;
    // What the code asked of the world counts from the first run.
    const { uses } = app.world;
    const second = await traceOnce(app, input);
    app.world.uses = uses;
    return { ...first, run: { ...first.run, changesWhenRepeated: workOf(first.run) !== workOf(second.run) } };
  } finally {
    app.logs.mute();
  }
}

async function traceOnce(app: ReplayApp, input: TraceInput): Promise<Trace> {
  return (await traceExecutor(app, input)) ?? (await traceStepwise(app, input));
}

function failedForDifference(history: readonly HistoryEvent[]): boolean {
  return history.some((event) => event.EventType === 'ExecutionCompleted' && saysNonDeterministic(event.Result));
}

/** What a host would compare. */
function workOf({ moments }: ReplayRun): string {
  return moments
    .flatMap(({ decisions }) => decisions)
    .map((decision) => `${decision.type} ${'name' in decision ? decision.name : ''}`)
    .join();
}

async function traceExecutor(app: ReplayApp, input: TraceInput): Promise<Trace | null> {
  const { request, started, deliveries } = input;
  const sdk = await beginExecutor(app, { ...request, started }, beginningJson(app, input), { ...input.world });
  if (sdk === null) return null;
  const host = new ListeningHost({
    ...hostOptions(app, input),
    isV1: false,
    maximumShortTimerMs: maximumShortTimerMs(sdk.schemaVersion),
    racesCountFinished: sdk.schemaVersion < 3,
    buffersStall: false,
    pastRows: null,
  });
  const moments: Moment[] = [];
  const actionCounts: number[] = [];
  let settled = 0;
  let disagreement: ReplayDisagreement | null = null;
  const actions = (): ActionList => sdk.executor.actions as unknown as ActionList;
  /** Gives the host's view to the moments that the event has brought about. */
  const settle = (event: HistoryEvent): void => {
    const fresh = moments.slice(settled);
    const counts = actionCounts.slice(settled);
    settled = moments.length;
    host.apply(event, fresh.length > 1 ? actions().slice(0, counts[0]) : actions());
    for (const [index, moment] of fresh.entries()) {
      const count = counts[index];
      if (index > 0) host.apply(nothing, index === fresh.length - 1 ? actions() : actions().slice(0, count));
      moment.decisions = host.scheduled;
      host.scheduled = [];
      moment.awaitedEvents = host.settle({ type: 'waiting' }, false).awaitedEvents;
    }
  };
  const run = new ExecutorRun({
    run: sdk,
    deliveries,
    hooks: app.hooks,
    watch: app.watch,
    world: app.world,
    state: { ...input.world },
    onDelivered: ({ event, rows }) => {
      settle(event);
      if (host.disagreement === null) return true;
      disagreement = { rowIndex: rows - 1, ...host.disagreement };
      return false;
    },
  });
  while (run.advance()) {
    moments.push(momentOf(app, input, run));
    actionCounts.push(actions().length);
  }
  const progress = run.progress();
  if (moments.length === 0) moments.push(momentOf(app, input, run));
  const last = moments.at(-1);
  // Events may have come since the code came to stand here, which it waits for beside others.
  if (last !== undefined && progress.type === 'waiting') last.awaitedEvents = host.settle(progress, false).awaitedEvents;
  return {
    manner: 'executor',
    run: {
      moments,
      end: endOf(host, withStatus(progress, moments.at(-1)?.customStatus ?? null)),
      disagreement,
      notes: [],
      sourceText: app.inspector.sourceText(),
      changesWhenRepeated: false,
      impureUses: app.world.uses,
    },
  };
}

async function traceStepwise(app: ReplayApp, input: TraceInput): Promise<Trace> {
  const { request, started, deliveries } = input;
  let moments: Moment[] = [];
  const { reply, host } = await runColdEpisode(request.history, 0, started, hostOptions(app, input), async (trigger) => {
    moments = [];
    const run: StepwiseRun = new StepwiseRun({
      watch: app.watch,
      world: app.world,
      deliveries,
      state: { ...input.world },
      until: null,
      onMoment: () => moments.push(momentOf(app, input, run)),
    });
    const invocation = app.stepwise.watching(run, () =>
      app.invoke(request.functionName, request.instanceId, trigger, { ...input.world }),
    );
    return invocation.then(readReply, readFailure);
  });
  const { decisions, awaitedEvents } = host.settle(reply.progress, false);
  const notes: string[] = [];
  if (moments.length === 0) {
    notes.push(
      'This durable-functions package has a shape that Durascope does not know: only the end of the replay can be shown.',
    );
    moments.push({
      ...emptyMoment(input),
      rows: request.history.length,
      customStatus: reply.customStatus,
      logs: app.logs.take(),
    });
  }
  const last = moments.at(-1);
  if (last !== undefined) last.awaitedEvents = awaitedEvents;
  giveDecisions(moments, request.history, decisions);
  const disagreement =
    host.disagreement === null ? null : { rowIndex: request.history.indexOf(host.disagreement.row), ...host.disagreement };
  return {
    manner: 'stepwise',
    run: {
      moments,
      end: endOf(host, withStatus(reply.progress, reply.customStatus)),
      disagreement,
      notes,
      sourceText: app.inspector.sourceText(),
      changesWhenRepeated: false,
      impureUses: app.world.uses,
    },
  };
}

/** Without a look at the actions of each moment, the rows tell: work belongs to the last moment before its row was written. */
function giveDecisions(moments: readonly Moment[], history: readonly HistoryEvent[], open: readonly { type: string }[]): void {
  let at = 0;
  const given = moments.map((): WorkDecision[] => []);
  for (const [index, event] of history.entries()) {
    while (at + 1 < moments.length && (moments[at + 1]?.rows ?? 0) <= index) at += 1;
    if (isScheduledRow(event)) given[at]?.push(decisionOf(event));
  }
  for (const decision of open) {
    if (decision.type !== 'CompleteOrchestration') given.at(-1)?.push(decision as WorkDecision);
  }
  for (const [index, moment] of moments.entries()) moment.decisions = given[index] ?? [];
}

function decisionOf(row: Parameters<typeof isScheduledRow>[0] & HistoryEvent): WorkDecision {
  if (row.EventType === 'TaskScheduled') return { type: 'ScheduleTask', id: row.EventId, name: row.Name, input: row.Input };
  if (row.EventType === 'TimerCreated') return { type: 'CreateTimer', id: row.EventId, fireAt: row.FireAt };
  if (row.EventType === 'SubOrchestrationInstanceCreated')
    return { type: 'CreateSubOrchestration', id: row.EventId, name: row.Name, instanceId: row.InstanceId, input: row.Input };
  if (row.EventType === 'EventSent')
    return { type: 'SendEvent', id: row.EventId, instanceId: row.InstanceId, name: row.Name, input: row.Input };
  throw new Error(`${row.EventType} schedules nothing.`);
}

function hostOptions(app: ReplayApp, { request, started }: TraceInput): HostSetting {
  return {
    instanceId: request.instanceId,
    executionId: request.executionId,
    parentInstanceId: started.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    name: request.functionName,
    longTimerIntervalMs: timerLimits.longRunningTimerIntervalMs,
    maxActions: app.maxActions,
    httpPollDelayMs: app.httpPollDelayMs,
    // What the app lacks now is seen when the code is compared with the history, not when it asks.
    problemWith: () => null,
  };
}

/** A custom status that is too large fails the orchestration when the host sees it, in words of its own where the code has thrown as well. */
function withStatus(progress: SdkProgress, customStatus: string | null): SdkProgress {
  const problem = progress.type === 'stateless' ? null : customStatusProblem(customStatus);
  if (problem === null) return progress;
  return progress.type === 'failed' ? { type: 'stateless', message: problem, stack: '' } : refusal(problem);
}

function endOf(host: HostReplay, progress: SdkProgress): ReplayEnd {
  // What the host makes of a difference, or of a failure without a state, is told as such; here is what the code did.
  if (progress.type === 'stateless') return { type: 'failed', reason: progress.thrown ?? progress.message, failureDetails: null };
  const completion =
    host.disagreement !== null
      ? undefined
      : host.settle(progress, false).decisions.find((decision) => decision.type === 'CompleteOrchestration');
  if (completion?.type === 'CompleteOrchestration' && completion.status === 'Failed') {
    return { type: 'failed', reason: completion.result ?? '', failureDetails: completion.failureDetails ?? null };
  }
  if (completion?.type === 'CompleteOrchestration' && completion.status === 'ContinuedAsNew') {
    return { type: 'continuedAsNew', input: completion.result };
  }
  if (progress.type === 'returned') return { type: 'completed', output: progress.output };
  if (progress.type === 'waiting') return { type: 'waiting' };
  return { type: 'failed', reason: progress.message, failureDetails: null };
}

function momentOf(app: ReplayApp, input: TraceInput, run: ReplayedRun): Moment {
  const moment = emptyMoment(input);
  moment.rows = run.rows;
  moment.logs = app.logs.take();
  moment.frames = run.hasEnded ? ended : framesOf(app.inspector, run.suspended, input.request.functionName);
  if (run.hasContext) {
    const { df } = run.context;
    const now = df.currentUtcDateTime.getTime();
    if (Number.isFinite(now)) moment.currentUtcDateTime = toTimestamp(now);
    moment.isReplaying = df.isReplaying;
    moment.customStatus = statusText(df.customStatus);
  }
  return moment;
}

function emptyMoment({ started }: TraceInput): Moment {
  return {
    rows: 0,
    frames: [],
    currentUtcDateTime: started.Timestamp,
    isReplaying: false,
    customStatus: null,
    decisions: [],
    awaitedEvents: [],
    logs: [],
  };
}

function statusText(status: unknown): string | null {
  if (status === undefined || status === null) return null;
  try {
    return payloadText(status);
  } catch {
    // It has no JSON form (a cycle): the orchestration fails over it when the host asks for it.
    return null;
  }
}
