/**
 * One replay that somebody looks into.
 *
 *   S1. A value that is shown is that of its moment: it is read off a run that stands at that moment and at no later one.
 *   S2. Every run of a replay is given the same clock and the same random numbers, so that all of them come by the same moments.
 */
import type { ExecutionStarted } from '../../../../core/history/history';
import type { ReplayRequest, ReplayRun, Variable, VariableScope } from '../../../../core/ports/replay-worker';
import { SuspensionGate } from '../../../../core/history/suspension-gate';
import { isEntityId } from '../../../../core/values/instance-id';
import { parsedInput, triggerJson } from '../orchestrations/trigger-input';
import { ReplayRefusal } from './replay-refusal';
import { ExecutorRun } from './executor-run';
import { beginExecutor, type ReplayApp } from './replay-app';
import type { Delivery, ReplayedRun } from './replay-run';
import { StepwiseRun } from './stepwise-run';
import { beginningJson, trace, type Trace, type TraceInput } from './trace';
import { VariableReader } from './variable-reader';

/** Runs that stand at different moments, for stepping back without beginning anew. */
const mostRuns = 8;

export class ReplaySession {
  /** Runs the function over the whole history. Rejects with `ReplayRefusal`. */
  static async open(app: ReplayApp, request: ReplayRequest, session: number): Promise<ReplaySession> {
    const input = inputOf(app, request);
    return new ReplaySession(app, input, await trace(app, input), session);
  }

  private readonly reader: VariableReader;
  /** Most recently used last. */
  private runs: ReplayedRun[] = [];

  private constructor(
    private readonly app: ReplayApp,
    private readonly input: TraceInput,
    private readonly traced: Trace,
    session: number,
  ) {
    this.reader = new VariableReader(app.inspector, (run) => this.facts(run), session);
  }

  get run(): ReplayRun {
    return this.traced.run;
  }

  async scopes(moment: number, frame: number): Promise<readonly VariableScope[]> {
    return this.reader.scopes(await this.at(moment), frame);
  }

  async variables(reference: string, range: { start: number; count: number } | undefined): Promise<readonly Variable[]> {
    const moment = this.reader.momentOf(reference);
    if (moment === null)
      throw new ReplayRefusal('InvalidArgument', `There is no variable with the reference '${reference}' in this replay.`);
    return this.reader.variables(await this.at(moment), reference, range);
  }

  async evaluate(moment: number, frame: number, expression: string): Promise<Variable> {
    return this.reader.evaluate(await this.at(moment), frame, expression);
  }

  // S1
  private async at(moment: number): Promise<ReplayedRun> {
    const last = this.run.moments.length - 1;
    if (!Number.isInteger(moment) || moment < 0 || moment > last) {
      throw new ReplayRefusal('InvalidArgument', `This replay has the moments 0 to ${last}, not ${moment}.`);
    }
    this.app.logs.mute();
    const run = this.traced.manner === 'executor' ? await this.executorAt(moment) : await this.stepwiseAt(moment);
    if (run.moment !== moment) {
      throw new ReplayRefusal(
        'InvalidArgument',
        'The code went another way when it was run again: it depends on something that changes outside of it. Its variables cannot be shown here.',
      );
    }
    this.runs = [...this.runs.filter((one) => one !== run), run].slice(-mostRuns);
    return run;
  }

  private async executorAt(moment: number): Promise<ReplayedRun> {
    let best: ExecutorRun | null = null;
    for (const run of this.runs) {
      if (run instanceof ExecutorRun && run.moment <= moment && (best === null || run.moment > best.moment)) best = run;
    }
    const run = best ?? (await this.beginExecutor());
    if (run.moment !== moment) this.reader.forget(run);
    while (run.moment < moment && run.advance());
    return run;
  }

  private async beginExecutor(): Promise<ExecutorRun> {
    const { app, input } = this;
    const sdk = await beginExecutor(app, { ...input.request, started: input.started }, beginningJson(app, input), {
      ...input.world,
    });
    if (sdk === null) throw new ReplayRefusal('WorkerExited', 'The function could not be begun again. Open the replay again.');
    return new ExecutorRun({
      run: sdk,
      deliveries: input.deliveries,
      hooks: app.hooks,
      watch: app.watch,
      world: app.world,
      state: { ...input.world },
    });
  }

  private async stepwiseAt(moment: number): Promise<ReplayedRun> {
    const known = this.runs.find((run) => run.moment === moment);
    if (known !== undefined) return known;
    const { app, input } = this;
    const { deliveries, started, request } = input;
    const run = new StepwiseRun({
      watch: app.watch,
      world: app.world,
      deliveries,
      state: { ...input.world },
      until: moment,
    });
    const { instanceId, functionName } = request;
    const events = deliveries.map(({ event }) => event);
    const trigger = triggerJson({
      instanceId,
      started,
      events,
      newFrom: 0,
      isReplaying: false,
      httpPollDelayMs: app.httpPollDelayMs,
    });
    // How the invocation ends says nothing: it was broken off.
    await app.stepwise
      .watching(run, () => app.invoke(functionName, instanceId, trigger, { ...input.world }))
      .catch(() => undefined);
    return run;
  }

  /** What `context.df` says at this moment. */
  private facts(run: ReplayedRun): Record<string, unknown> {
    const { df } = run.context;
    const { customStatus, instanceId, parentInstanceId, currentUtcDateTime, isReplaying } = df;
    return {
      input: parsedInput(this.input.started),
      currentUtcDateTime,
      isReplaying,
      customStatus,
      instanceId,
      ...(parentInstanceId == null ? {} : { parentInstanceId }),
    };
  }
}

function inputOf(app: ReplayApp, request: ReplayRequest): TraceInput {
  const { history, functionName } = request;
  const started = history.find((event): event is ExecutionStarted => event.EventType === 'ExecutionStarted');
  if (started === undefined) {
    throw new ReplayRefusal('InvalidArgument', 'The history has no ExecutionStarted event, so there is nothing to replay.');
  }
  if (isEntityId(functionName)) {
    throw new ReplayRefusal(
      'NotSupported',
      `${functionName} is an entity: it has no code that is replayed. Its state: durascope entity show ${functionName}`,
    );
  }
  const known = app.names('orchestrator');
  const name = known.find((one) => one.toLowerCase() === functionName.toLowerCase());
  if (name === undefined) {
    const list = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    throw new ReplayRefusal('UnknownFunction', `The app has no orchestrator "${functionName}" (any more): ${list}.`);
  }
  if (app.requiresGrpc(name)) {
    throw new ReplayRefusal(
      'NotSupported',
      `"${name}" uses durable-functions 4, which runs orchestrators by itself: it is replayed by the running app. Start the emulator, and replay the instance there.`,
    );
  }
  const gate = new SuspensionGate();
  const deliveries: Delivery[] = [];
  for (const [index, event] of history.entries()) {
    gate.pass(event, (passed) => deliveries.push({ event: passed, rows: index + 1 }));
  }
  return { request: { ...request, functionName: name }, started, deliveries, world: { nowMs: Date.now(), seed: 0x2545f491 } };
}
