/**
 * One process with the user's code, from its start to its end: the handshake, the watchdog, its last words.
 *
 *   P1. Every request settles: by an answer, or when the process is gone, with `WorkerExited` (or `WorkerHung` for the one that hung it).
 *   P3. Nothing is believed because it came over the connection: what has not the form of a message fails the request it belongs to, or
 *       ends the process, and does not count as a sign of life.
 */
import type { AppProblem } from '../../../core/values/app-problem';
import { DurascopeError } from '../../../core/values/errors';
import type {
  ActivityOutcome,
  ActivityRequest,
  BegunEnd,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
} from '../../../core/ports/function-worker';
import type { LogEntry } from '../../../core/ports/logger';
import type { EncodedAnswer, EncodedCall } from '../../../core/ports/passthrough-host';
import type { LaunchedProcess, Launcher, LaunchSpec } from '../../supervision/launch';
import { OutputLines } from '../../supervision/output-lines';
import { ProcessLife } from '../../supervision/process-life';
import type { HttpCall, HttpReply, RunningApp, WorkerEnd } from '../../supervision/running-app';
import { Watchdog, type WatchdogTime } from '../../supervision/watchdog';
import type { AppLayout } from '../app/app-layout';
import {
  socketVariable,
  tokenVariable,
  type ChildMessage,
  type FunctionFolder,
  type InvocationAnswered,
  type Leaving,
  type ReplayAsk,
} from '../wire/messages';
import { AskedOfChild } from './asked-of-child';
import { describeBlock, locateBlock } from './block-location';
import { ChildConnection } from './child-connection';
import { LocalSocket } from './local-socket';
import { checkNodeVersion } from './node-version';
import { rehearsalFunctions } from './rehearsal-functions';

export interface WorkerProcessOptions {
  launcher: Launcher;
  /** Without the variables of the handshake, which are added. */
  launch: LaunchSpec;
  appDir: string;
  shownDir?: string;
  layout: AppLayout;
  clientBinding: string;
  grpcClientBinding?: string;
  maxActions: number;
  httpPollDelayMs?: number;
  /** For `replay` requests only. */
  forReplay?: boolean;
  /** Once the app is loaded, the process keeps the event loop of this one alive only while it is asked something. Default false. */
  inBackground?: boolean;
  log: (entry: LogEntry) => void;
  /** 0: never. */
  watchdogMs: number;
  watchdogTime?: WatchdogTime | undefined;
  /** How long the process may take from its start until the app is loaded; 0: as long as it likes. */
  loadTimeoutMs: number;
  /** How that passes. Default: as the computer's. */
  loadTime?: WatchdogTime | undefined;
  /** Ends a start under way with `Stopped`; without effect once the app is loaded. */
  signal?: AbortSignal;
}

/** A busy machine takes long to tell where a process stands; who waits long for the verdict waits half of that again for the place. */
const shortestLocatingMs = 1_500;

export class WorkerProcess implements RunningApp {
  /**
   * Starts the process; resolves when the app is loaded. Rejects with `AppInvalid` when it cannot be, with `WorkerExited` when
   * somebody killed the process meanwhile.
   */
  static async start(options: WorkerProcessOptions): Promise<WorkerProcess> {
    const socket = await LocalSocket.listen();
    const worker = new WorkerProcess(options, socket);
    await worker.life.loaded;
    return worker;
  }

  functions: readonly FunctionDescriptor[] = [];
  /** Where HTTP requests go when the app streams. */
  httpUri: string | null = null;
  rehearsal: readonly FunctionDescriptor[] = [];
  warnings: readonly string[] = [];
  runsTypeScript = false;
  outside: readonly string[] = [];
  problems: readonly AppProblem[] = [];
  pid: number | undefined;
  /** A debugger may stop the process. */
  inspected = false;

  private readonly process: LaunchedProcess;
  private readonly life: ProcessLife;
  private readonly connection: ChildConnection;
  private readonly output: OutputLines;
  private readonly watchdog: Watchdog;
  private readonly asked: AskedOfChild;
  private fatal: { message: string; running: readonly string[] } | null = null;
  private leaving: Leaving | null = null;
  private hung: { id: number; message: string; running: Leaving['running'] } | null = null;
  /** P3: why the process was ended. */
  private broken: string | null = null;

  private constructor(
    private readonly options: WorkerProcessOptions,
    socket: LocalSocket,
  ) {
    const { launch, launcher, log, loadTimeoutMs, signal, watchdogMs } = options;
    this.output = new OutputLines(log);
    this.connection = new ChildConnection(socket, {
      onHello: ({ pid, nodeVersion, inspected }) => this.greet(pid, nodeVersion, inspected),
      onMessage: (message, bytes) => this.take(message, bytes),
      onNoMessage: (message, problem) => this.refuse(message, problem),
      onNoFrames: (reason) => this.distrust(reason),
      onTooLarge: (message, why) => this.asked.tooLarge(message, why),
      onDisconnect: () => this.onDisconnect(),
    });
    this.asked = new AskedOfChild({
      say: (message, bytes, chars) => this.connection.say(message, bytes, chars),
      mayRunAhead: () => !this.inspected,
      onBusy: () => {
        if (!this.inspected) this.watchdog.watch();
        this.hold(true);
      },
      onIdle: () => {
        this.watchdog.rest();
        this.hold(false);
      },
    });
    this.watchdog = new Watchdog(
      watchdogMs,
      () => this.connection.say({ type: 'ping' }),
      () => void this.onHang(),
      options.watchdogTime,
    );
    const env = { ...launch.env, [socketVariable]: socket.path, [tokenVariable]: socket.token };
    this.process = launcher({ ...launch, env });
    this.pid = this.process.pid;
    this.output.read(this.process.stdout, 'information');
    this.output.read(this.process.stderr, 'warning');
    this.life = new ProcessLife({
      loadTimeoutMs,
      time: options.loadTime,
      signal,
      kill: () => this.endProcess(),
      lost: () => this.finish('The process that runs the app was ended, but nothing was heard of its end.'),
      tooSlow: (seconds) => this.loadsTooSlowly(seconds),
    });
    void this.process.exited.then((exit) => this.onExit(exit));
  }

  get hasEnded(): boolean {
    return this.life.hasEnded;
  }

  /** Settles when the process is gone and everything of it is cleaned up. */
  get ended(): Promise<WorkerEnd> {
    return this.life.ended;
  }

  get pendingCount(): number {
    return this.asked.count;
  }

  episode(request: EpisodeRequest): Promise<EpisodeOutcome> {
    return this.asked.episode(request);
  }

  activityOn(request: ActivityRequest): Promise<BegunEnd> {
    return this.asked.activityOn(request);
  }

  activity(request: ActivityRequest): Promise<ActivityOutcome> {
    return this.asked.activity(request);
  }

  entityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome> {
    return this.asked.entityBatch(request);
  }

  encoded(call: EncodedCall): Promise<EncodedAnswer> {
    return this.asked.encoded(call);
  }

  http(request: HttpCall, body: Uint8Array | null): Promise<HttpReply> {
    return this.asked.http(request, body);
  }

  invoke(name: string, input: string | null, metadata: Readonly<Record<string, unknown>>): Promise<InvocationAnswered> {
    return this.asked.invoke(name, input, metadata);
  }

  /** `functionName` is for messages. Rejects with what the process refuses. */
  replay(ask: ReplayAsk, functionName: string): Promise<unknown> {
    return this.asked.replay(ask, functionName);
  }

  forget(instanceId: string): void {
    this.asked.forget(instanceId);
  }

  /** Resolves when no request is under way any more, or after `boundMs`. */
  idle(boundMs: number): Promise<void> {
    return this.asked.idle(boundMs);
  }

  /** Lets the app's appTerminate hooks run for at most `graceMs`, then ends the process. Resolves when it is gone. */
  async stop(graceMs = 2_000): Promise<void> {
    this.life.isStopping = true;
    if (!this.life.hasEnded) {
      this.hold(true);
      const timer = setTimeout(() => this.kill(), this.life.isReady ? graceMs : 0);
      this.connection.say({ type: 'shutDown' });
      await this.life.ended;
      clearTimeout(timer);
    }
  }

  kill(): void {
    this.life.kill();
  }

  private endProcess(): void {
    this.process.kill();
    // Someone else may have started it, and then the connection is all we have.
    this.connection.disconnect();
  }

  private hold(keep: boolean): void {
    if (this.options.inBackground !== true) return;
    this.process.hold?.(keep);
    this.connection.hold(keep);
  }

  private greet(pid: number, nodeVersion: string, inspected: boolean): void {
    this.pid = pid;
    this.inspected = inspected;
    if (inspected) this.life.waitOn();
    const { layout, appDir, shownDir, clientBinding, grpcClientBinding, maxActions, httpPollDelayMs, forReplay } = this.options;
    const tooOld = checkNodeVersion(layout.engines, nodeVersion);
    if (tooOld !== null) {
      this.life.failLoading(new DurascopeError('AppInvalid', tooOld, { details: { nodeVersion } }));
      return;
    }
    const folders: readonly FunctionFolder[] = layout.folders;
    this.connection.say({
      type: 'init',
      appDir,
      ...(shownDir === undefined ? {} : { shownDir }),
      entryFiles: layout.entryFiles,
      folders,
      folderProblems: layout.problems,
      clientBinding,
      ...(grpcClientBinding === undefined ? {} : { grpcClientBinding }),
      maxActions,
      ...(httpPollDelayMs === undefined ? {} : { httpPollDelayMs }),
      ...(forReplay === true ? { replay: true } : {}),
    });
  }

  /** P3. A message that names no request says that the process can no longer be talked to. */
  private refuse(message: unknown, problem: string): void {
    const of = this.asked.refused(message, problem);
    if (of === 'none') this.distrust(`a message was not understood: ${problem}`);
    else if (of === 'failed') this.watchdog.heard();
  }

  /** P3. */
  private distrust(reason: string): void {
    if (this.broken !== null) return;
    this.broken =
      `The process that runs the app was ended and is started again, because what came over its connection was not what Durascope's own ` +
      `part of it sends (${reason}). Look for code of the app, or of a package, that writes to sockets which it did not open.`;
    this.kill();
  }

  private take(message: ChildMessage, bytes: Buffer | null): void {
    this.watchdog.heard();
    switch (message.type) {
      case 'episodeDone':
      case 'activityDone':
      case 'entityDone':
      case 'encodedDone':
      case 'httpDone':
      case 'ahead':
      case 'invoked':
      case 'replayed':
      case 'replayRefused':
      case 'failed':
        this.asked.answered(message, bytes);
        break;
      case 'log': {
        const { level, category, message: text, functionName, instanceId, invocationId, place } = message;
        this.output.keep(text);
        this.options.log({
          level,
          category,
          message: text,
          ...(functionName === undefined ? {} : { functionName }),
          ...(instanceId === undefined ? {} : { instanceId }),
          ...(invocationId === undefined ? {} : { invocationId }),
          ...(place === undefined ? {} : { place }),
        });
        break;
      }
      case 'ready':
        this.functions = message.functions;
        this.httpUri = message.httpUri ?? null;
        if (message.canRehearse === true && !this.inspected) this.rehearsal = rehearsalFunctions;
        this.runsTypeScript = message.runsTypeScript === true;
        this.outside = message.outside ?? [];
        this.warnings = message.warnings;
        this.problems = message.problems;
        this.hold(false);
        this.life.ready();
        break;
      case 'loadFailed': {
        const { message: text, file, line, problems, outside } = message;
        const details = {
          ...(file === undefined ? {} : { file }),
          ...(line === undefined ? {} : { line }),
          ...(problems === undefined ? {} : { problems }),
          ...(outside === undefined ? {} : { outside }),
        };
        this.life.failLoading(new DurascopeError('AppInvalid', text, { details }));
        break;
      }
      case 'fatal':
        this.fatal = { message: message.message, running: message.running };
        break;
      case 'leaving':
        this.leaving = message;
        break;
      case 'pong':
      case 'hello':
        break;
      default:
        message satisfies never;
    }
  }

  private loadsTooSlowly(seconds: number): string {
    const message = this.connection.isConnected
      ? `The app did not finish loading within ${seconds} s. Look for a top-level await or a loop that never ends.`
      : `The app's process did not connect within ${seconds} s: the computer is very busy, or "${this.options.launch.command}" is not Node.js.`;
    return `${message}${this.output.tail()}`;
  }

  private async onHang(): Promise<void> {
    const { appDir, watchdogMs } = this.options;
    const where = await locateBlock(this.process, this.output, appDir, Math.max(shortestLocatingMs, watchdogMs / 2));
    // The process came back to life meanwhile.
    if (this.life.hasEnded || !this.watchdog.isSilent()) return;
    const running = where?.running ?? null;
    // What it has begun by itself is known here only once that was said.
    const begun =
      running === null ? null : { kind: 'activity', name: running.functionName, instanceId: running.instanceId ?? null };
    const [id, request] = this.asked.findBlocker(where) ?? [0, begun];
    const message = describeBlock(request, where, watchdogMs);
    this.hung = { id, message, running };
    this.options.log({ level: 'error', category: 'worker', message });
    this.kill();
  }

  private onDisconnect(): void {
    // Its exit code and last words come a moment later; a process that someone else started may stay.
    const timer = setTimeout(() => this.finish('The connection to the process that runs the app was lost.'), 2_000);
    void this.life.ended.then(() => clearTimeout(timer));
  }

  private onExit({ code, signal, error }: { code: number | null; signal: string | null; error?: Error }): void {
    if (error !== undefined) {
      this.finish(
        `The app's process could not be started with "${this.options.launch.command}": ${error.message}. --node PATH, or the setting durascope.nodePath, names the Node.js that runs the app.`,
      );
      return;
    }
    const how = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
    this.finish(`The process that runs the app ended (${how}).`, signal !== null);
  }

  // P1
  private finish(how: string, wasKilled = false): void {
    if (!this.life.end()) return;
    this.watchdog.rest();
    this.connection.close();
    const { fatal, hung, broken, leaving } = this;
    let message = `${how}${leaving === null ? '' : placeText(leaving)}${this.output.tail()}`;
    if (broken !== null) {
      message = broken;
    } else if (hung !== null) {
      message = hung.message;
    } else if (fatal !== null) {
      const running = fatal.running.length === 0 ? '' : ` while ${fatal.running.join(', ')} was running`;
      message = `The app threw an exception that nobody caught${running}, so its process ended: ${fatal.message}`;
    }
    const running = leaving?.running ?? hung?.running ?? null;
    const error = new DurascopeError('WorkerExited', message, running === null ? undefined : { details: { running: [running] } });
    const lost = this.asked.end((id, { name }) =>
      hung?.id === id ? new DurascopeError('WorkerHung', hung.message, { details: { name } }) : error,
    );
    const whileLoading = fatal === null ? `${how} The app was still loading.${this.output.tail()}` : message;
    this.life.settle(message, new DurascopeError(wasKilled ? 'WorkerExited' : 'AppInvalid', whileLoading), lost);
  }
}

function placeText({ file, line }: Leaving): string {
  return file === undefined ? '' : ` The app ended it itself, with process.exit at ${file}:${line ?? 1}.`;
}
