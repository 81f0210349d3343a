/**
 * The debug adapter: the Debug Adapter Protocol over replays. Knows neither the editor nor where histories are kept; whoever starts it
 * hands it a `ReplayProvider`. Nothing that is asked changes anything: not the history, not the app, not the hub.
 *
 *   D1. Requests that move are done one after another, in the order in which they came.
 *   D2. What is numbered (frames, variables) is good until the session moves.
 */
import {
  BreakpointEvent,
  DebugSession,
  Handles,
  InitializedEvent,
  Source,
  StackFrame,
  TerminatedEvent,
  Thread,
} from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import path from 'node:path';
import { messageOf } from '../base/error-message';
import { adapterCapabilities } from './adapter-capabilities';
import { divergenceText } from './divergence-text';
import { momentFrames, type MomentFrame } from './moment-frames';
import { MomentOutput } from './moment-output';
import { exceptionInfo, momentScopes, stoppedEvent } from './moment-messages';
import { ReplayBreakpoints } from './replay-breakpoints';
import { ReplayCursor, stepAt, stepOfRow, type Position } from './replay-cursor';
import { ReplayMovement, type Stop } from './replay-movement';
import type { ReplayLaunchArguments, ReplayProvider } from './replay-provider';
import { VariableHandles } from './variable-handles';

export interface ReplayDebugSessionOptions {
  provider: ReplayProvider;
  /** The session stands at a moment; null when it is over. */
  onMoved?: (position: Position | null) => void;
}

/**
 * Requests beyond the protocol: `position` asks where the session stands, `goTo` with `{ step }` or `{ row }` (both from 0) moves it
 * within the instance that is looked at. Both answer `ReplayPosition`.
 */
export const replayRequests = { position: 'durascope/position', goTo: 'durascope/goTo' } as const;
export interface ReplayPosition {
  instanceId: string;
  step: number;
  steps: number;
  rows: { from: number; to: number };
}

const threadId = 1;

interface Running {
  cursor: ReplayCursor;
  movement: ReplayMovement;
}

export class ReplayDebugSession extends DebugSession {
  readonly #provider: ReplayProvider;
  readonly #onMoved: (position: Position | null) => void;
  readonly #breakpoints: ReplayBreakpoints;
  readonly #output = new MomentOutput((event) => this.sendEvent(event));
  readonly #variables = new VariableHandles();
  readonly #frames = new Handles<MomentFrame>();
  #launch: ReplayLaunchArguments | undefined;
  #running: Running | undefined;
  #stop: Stop = { reason: 'entry', text: null, breakpointIds: [] };
  #configured!: () => void;
  readonly #isConfigured = new Promise<void>((resolve) => (this.#configured = resolve));
  #moving: Promise<void> = Promise.resolve();
  #verifiedTimelines = 0;

  constructor({ provider, onMoved }: ReplayDebugSessionOptions) {
    super();
    this.#provider = provider;
    this.#onMoved = onMoved ?? (() => undefined);
    this.#breakpoints = new ReplayBreakpoints(
      (file) => provider.readSource(file),
      (text) => this.#output.problem(text),
    );
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = adapterCapabilities;
    this.sendResponse(response);
  }

  protected override launchRequest(response: DebugProtocol.LaunchResponse, given?: ReplayLaunchArguments): void {
    // A client may leave empty arguments out.
    const args = given ?? {};
    this.#launch = args;
    this.#answer(
      response,
      async () => {
        const running = await this.#open(args);
        // Breakpoints that come from now on are checked against what was opened.
        this.sendEvent(new InitializedEvent());
        await this.#isConfigured;
        this.#move(() => this.#enter(running, args));
      },
      true,
    );
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    this.sendResponse(response);
    this.#configured();
  }

  /** Opens the replay again: code that was changed meanwhile counts. */
  protected override restartRequest(response: DebugProtocol.RestartResponse): void {
    this.#answer(
      response,
      async () => {
        if (this.#launch === undefined) throw new Error('Nothing was started that could be started again.');
        const args = { ...this.#launch };
        delete args.row;
        await this.#moving;
        const before = this.#running;
        const running = await this.#open(args);
        await before?.cursor.dispose();
        this.#move(() => this.#enter(running, args));
      },
      true,
    );
  }

  protected override disconnectRequest(response: DebugProtocol.DisconnectResponse): void {
    this.#answer(response, async () => {
      await this.#close();
      this.shutdown();
    });
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.#answer(response, async () => {
      await this.#close();
      this.sendEvent(new TerminatedEvent());
    });
  }

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    this.#answer(response, async () => {
      const asked = (args.breakpoints ?? []).map((each) => ({ ...each, line: this.convertClientLineToDebugger(each.line) }));
      const set = await this.#breakpoints.setLines(args.source.path ?? '', asked, this.#timelines());
      return { breakpoints: set.map((each) => this.#toClient(each)) };
    });
  }

  protected override setFunctionBreakPointsRequest(
    response: DebugProtocol.SetFunctionBreakpointsResponse,
    args: DebugProtocol.SetFunctionBreakpointsArguments,
  ): void {
    this.#answer(response, () => ({ breakpoints: this.#breakpoints.setNames(args.breakpoints, this.#timelines()) }));
  }

  protected override setExceptionBreakPointsRequest(
    response: DebugProtocol.SetExceptionBreakpointsResponse,
    args: DebugProtocol.SetExceptionBreakpointsArguments,
  ): void {
    const asked = [...args.filters.map((filterId) => ({ filterId })), ...(args.filterOptions ?? [])];
    this.#answer(response, () => ({ breakpoints: this.#breakpoints.setFilters(asked) }));
  }

  protected override breakpointLocationsRequest(
    response: DebugProtocol.BreakpointLocationsResponse,
    args: DebugProtocol.BreakpointLocationsArguments,
  ): void {
    this.#answer(response, async () => {
      const from = this.convertClientLineToDebugger(args.line);
      const to = args.endLine === undefined ? from : this.convertClientLineToDebugger(args.endLine);
      const lines = await this.#breakpoints.locations(args.source.path ?? '', from, to, this.#timelines());
      return { breakpoints: lines.map((line) => ({ line: this.convertDebuggerLineToClient(line) })) };
    });
  }

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    const timeline = this.#running?.cursor.position.timeline;
    const name = timeline === undefined ? 'Replay' : `${timeline.functionName} ${timeline.instanceId}`;
    response.body = { threads: [new Thread(threadId, name)] };
    this.sendResponse(response);
  }

  protected override nextRequest(response: DebugProtocol.NextResponse): void {
    this.#moveFor(response, ({ movement }) => movement.step('forward'));
  }

  protected override stepBackRequest(response: DebugProtocol.StepBackResponse): void {
    this.#moveFor(response, ({ movement }) => movement.step('back'));
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    this.#moveFor(response, ({ movement }) => movement.run('forward'));
  }

  protected override reverseContinueRequest(response: DebugProtocol.ReverseContinueResponse): void {
    this.#moveFor(response, ({ movement }) => movement.run('back'));
  }

  protected override stepInRequest(response: DebugProtocol.StepInResponse, args: DebugProtocol.StepInArguments): void {
    this.#moveFor(response, ({ cursor, movement }) => movement.stepIn(cursor.children()[args.targetId ?? 0]));
  }

  protected override stepOutRequest(response: DebugProtocol.StepOutResponse): void {
    this.#moveFor(response, ({ movement }) => movement.stepOut());
  }

  protected override stepInTargetsRequest(response: DebugProtocol.StepInTargetsResponse): void {
    const children = this.#running?.cursor.children() ?? [];
    response.body = { targets: children.map(({ name, instanceId }, id) => ({ id, label: `${name} ${instanceId}` })) };
    this.sendResponse(response);
  }

  protected override gotoTargetsRequest(
    response: DebugProtocol.GotoTargetsResponse,
    args: DebugProtocol.GotoTargetsArguments,
  ): void {
    const line = this.convertClientLineToDebugger(args.line);
    const steps = this.#running?.cursor.position.timeline.steps ?? [];
    const targets = steps.filter(({ frames }) =>
      frames.some(({ place }) => place !== null && place.line === line && place.file === args.source.path),
    );
    response.body = {
      targets: targets.map(({ index }) => ({ id: index, label: `Step ${index + 1} of ${steps.length}`, line: args.line })),
    };
    this.sendResponse(response);
  }

  protected override gotoRequest(response: DebugProtocol.GotoResponse, args: DebugProtocol.GotoArguments): void {
    this.#moveFor(response, ({ cursor }) => {
      cursor.goTo(args.targetId);
      return Promise.resolve({ reason: 'goto', text: null, breakpointIds: [] });
    });
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.#running?.movement.pause();
    this.sendResponse(response);
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    { startFrame = 0, levels = 0 }: DebugProtocol.StackTraceArguments,
  ): void {
    this.#answer(response, async () => {
      const frames = await this.#standing(async ({ cursor }) => momentFrames(cursor.position, await cursor.callers()));
      const shown = levels === 0 ? frames.slice(startFrame) : frames.slice(startFrame, startFrame + levels);
      return { stackFrames: shown.map((frame) => this.#toStackFrame(frame)), totalFrames: frames.length };
    });
  }

  protected override scopesRequest(response: DebugProtocol.ScopesResponse, args: DebugProtocol.ScopesArguments): void {
    this.#answer(response, async () => ({ scopes: await momentScopes(this.#expectFrame(args.frameId), this.#variables) }));
  }

  protected override variablesRequest(response: DebugProtocol.VariablesResponse, args: DebugProtocol.VariablesArguments): void {
    this.#answer(response, async () => ({ variables: await this.#variables.variables(args) }));
  }

  protected override evaluateRequest(response: DebugProtocol.EvaluateResponse, args: DebugProtocol.EvaluateArguments): void {
    this.#answer(response, async () => {
      const frame = args.frameId === undefined ? undefined : this.#expectFrame(args.frameId);
      const { timeline, step } = frame?.position ?? this.#expectRunning().cursor.position;
      if (frame?.index === null) throw new Error('The code does not run here any more: step back to look into it.');
      const found = await timeline.evaluate(step, frame?.index ?? 0, args.expression);
      const { value, type, variablesReference, namedVariables, indexedVariables } = this.#variables.ofVariable(timeline, found);
      return {
        result: value,
        variablesReference,
        ...(type === undefined ? {} : { type }),
        ...(namedVariables === undefined ? {} : { namedVariables }),
        ...(indexedVariables === undefined ? {} : { indexedVariables }),
      };
    });
  }

  protected override exceptionInfoRequest(response: DebugProtocol.ExceptionInfoResponse): void {
    this.#answer(response, () => exceptionInfo(this.#expectRunning().cursor.position, this.#stop));
  }

  protected override customRequest(command: string, response: DebugProtocol.Response, args: unknown): void {
    if (command === replayRequests.position) {
      this.#answer(response, () => this.#whereWeStand());
    } else if (command === replayRequests.goTo) {
      const { step, row } = (args ?? {}) as { step?: unknown; row?: unknown };
      this.#answer(response, async () => {
        this.#move(({ cursor }) => {
          const { timeline } = cursor.position;
          const wanted = typeof step === 'number' ? step : typeof row === 'number' ? stepOfRow(timeline, row) : undefined;
          if (wanted === undefined || wanted === cursor.position.step) return Promise.resolve(null);
          cursor.goTo(wanted);
          return Promise.resolve({ reason: 'goto', text: null, breakpointIds: [] });
        });
        await this.#moving;
        return this.#whereWeStand();
      });
    } else {
      super.customRequest(command, response, args);
    }
  }

  async #open(args: ReplayLaunchArguments): Promise<Running> {
    const timeline = await this.#provider.open(args);
    const cursor = new ReplayCursor(timeline, this.#provider);
    const movement = new ReplayMovement(cursor, this.#breakpoints, {
      arrived: (position) => this.#output.arrived(position),
      logged: (text, place) => this.#output.logPoint(text, place),
      told: (text) => this.#output.problem(text),
    });
    this.#running = { cursor, movement };
    this.#verifiedTimelines = 0;
    for (const note of timeline.notes) this.#output.note(note);
    if (timeline.divergence !== null) this.#output.problem(divergenceText(timeline.divergence));
    await this.#verifyAgain();
    return this.#running;
  }

  async #enter({ cursor, movement }: Running, { row, stopOnEntry }: ReplayLaunchArguments): Promise<Stop> {
    const { timeline } = cursor.position;
    if (row !== undefined) {
      cursor.goTo(stepOfRow(timeline, row));
      this.#output.skipped(timeline, cursor.position.step);
    }
    this.#output.arrived(cursor.position);
    if (stopOnEntry === false) return movement.runFromStart();
    const isEnd = stepAt(cursor.position).kind === 'diverged';
    return { reason: isEnd ? 'exception' : 'entry', text: timeline.divergence?.message ?? null, breakpointIds: [] };
  }

  /** D1. Null from `work`: nothing has moved. */
  #move(work: (running: Running) => Promise<Stop | null>): void {
    this.#moving = this.#moving.then(async () => {
      const running = this.#running;
      if (running === undefined) return;
      let stop: Stop | null;
      try {
        stop = await work(running);
        const { timeline, step } = running.cursor.position;
        await timeline.complete?.(step);
      } catch (error) {
        this.#output.problem(messageOf(error));
        stop = { reason: 'pause', text: messageOf(error), breakpointIds: [] };
      }
      if (stop === null || this.#running !== running) return;
      this.#frames.reset(); // D2
      this.#variables.clear();
      this.#stop = stop;
      await this.#verifyAgain();
      this.sendEvent(stoppedEvent(running.cursor.position, stop, threadId));
      this.#onMoved(running.cursor.position);
    });
  }

  #moveFor(response: DebugProtocol.Response, work: (running: Running) => Promise<Stop>): void {
    this.sendResponse(response);
    this.#move(work);
  }

  /** A replay that was opened on the way may have lines that breakpoints wait for. */
  async #verifyAgain(): Promise<void> {
    const timelines = this.#timelines();
    if (timelines.size === this.#verifiedTimelines) return;
    this.#verifiedTimelines = timelines.size;
    for (const each of await this.#breakpoints.verifyAgain(timelines)) {
      this.sendEvent(new BreakpointEvent('changed', this.#toClient(each)));
    }
  }

  async #close(): Promise<void> {
    this.#configured();
    const running = this.#running;
    this.#running = undefined;
    running?.movement.pause();
    await running?.cursor.dispose();
    if (running !== undefined) this.#onMoved(null);
  }

  #timelines() {
    return this.#running?.cursor.timelines ?? new Set<never>();
  }

  #expectRunning(): Running {
    if (this.#running === undefined) throw new Error('The replay is not open.');
    return this.#running;
  }

  #expectFrame(frameId: number): MomentFrame {
    const frame = this.#frames.get(frameId) as MomentFrame | undefined;
    if (frame === undefined) throw new Error('The session has moved on from this frame.');
    return frame;
  }

  /** Looked at where it stands: a move that comes between is waited for, and it is looked at again. */
  async #standing<T>(look: (running: Running) => Promise<T>): Promise<T> {
    for (;;) {
      const moving = this.#moving;
      await moving;
      const seen = await look(this.#expectRunning());
      if (this.#moving === moving) return seen;
    }
  }

  #whereWeStand(): ReplayPosition {
    const { position } = this.#expectRunning().cursor;
    const { timeline, step } = position;
    return { instanceId: timeline.instanceId, step, steps: timeline.steps.length, rows: stepAt(position).rows };
  }

  #toStackFrame(frame: MomentFrame): StackFrame {
    const { name, place, isLabel } = frame;
    const id = this.#frames.create(frame);
    if (place === null) {
      const shown = new StackFrame(id, name);
      if (isLabel) shown.presentationHint = 'label';
      return shown;
    }
    const source = new Source(path.basename(place.file), this.convertDebuggerPathToClient(place.file));
    return new StackFrame(
      id,
      name,
      source,
      this.convertDebuggerLineToClient(place.line),
      this.convertDebuggerColumnToClient(place.column),
    );
  }

  #toClient(breakpoint: DebugProtocol.Breakpoint): DebugProtocol.Breakpoint {
    return breakpoint.line === undefined
      ? breakpoint
      : { ...breakpoint, line: this.convertDebuggerLineToClient(breakpoint.line) };
  }

  /**
   * Sends what `work` returns as the response's body, or what it threw as an error, which the editor shows where it asked: a view that
   * asks about a frame that is past is no news. `showUser`: where the user waits for what was asked.
   */
  #answer<R extends DebugProtocol.Response>(response: R, work: () => R['body'] | Promise<R['body']>, showUser = false): void {
    void (async () => {
      try {
        const body: unknown = await work();
        if (body !== undefined) response.body = body;
        this.sendResponse(response);
      } catch (error) {
        this.sendErrorResponse(response, { id: 1, format: '{_reason}', variables: { _reason: messageOf(error) }, showUser });
      }
    })();
  }
}
