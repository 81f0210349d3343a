/**
 * One process with the user's code, from its start to its end: the handshake, what it is asked and answers, the watchdog.
 *
 *   P1. Every request settles: by an answer, or when the process is gone, with `WorkerExited` (or `WorkerHung` for the one that hung it).
 *   P2. Nothing is accepted from a connection before it has said the token.
 *   P3. Nothing is believed because it came over the connection: what has not the form of a message fails the request it belongs to, or
 *       ends the process, and does not count as a sign of life.
 */
import type { Socket } from 'node:net';
import type { AppProblem } from '../../../core/values/app-problem';
import { DurascopeError } from '../../../core/values/errors';
import type {
  ActivityOutcome,
  ActivityRequest,
  BegunActivity,
  BegunEnd,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
  FunctionWorker,
} from '../../../core/ports/function-worker';
import type { LogEntry, LogLevel } from '../../../core/ports/logger';
import type { EncodedAnswer, EncodedCall } from '../../../core/ports/passthrough-host';
import type { AppLayout } from '../app/app-layout';
import { describeBlock, locateBlock } from './block-location';
import { FrameReader, FrameWriter } from '../wire/frames';
import type { LaunchedProcess, Launcher, LaunchSpec } from '../../supervision/launch';
import { LocalSocket } from './local-socket';
import {
  socketVariable,
  tokenVariable,
  type ChildMessage,
  type EntityAnswered,
  type EpisodeAnswered,
  type FunctionFolder,
  type HttpAnswered,
  type InvocationAnswered,
  type Leaving,
  type ParentMessage,
  type ReplayAsk,
  type SentOutcome,
} from '../wire/messages';
import { checkNodeVersion } from './node-version';
import { childMessageProblem, requestOf, type Answer } from '../wire/child-messages';
import { inParts } from '../wire/event-parts';
import type { HttpCall, HttpReply, RunningApp, WorkerEnd } from '../../supervision/running-app';
import { OutputLines } from '../../supervision/output-lines';
import { RequestsUnderWay, type RequestKind } from '../../supervision/requests-under-way';
import { resultEvent } from '../../../core/turns/result-event';
import { rehearsalWorker } from './rehearsal-worker';
import { SentHistories } from '../wire/sent-histories';
import { Watchdog } from '../../supervision/watchdog';

/** TaskScheduled and OrchestratorCompleted of one episode, OrchestratorStarted and the result of the next. */
const rowsOfStep = 4;

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
  /** How long the process may take from its start until the app is loaded; 0: as long as it likes. */
  loadTimeoutMs: number;
  /** Ends a start under way with `Stopped`; without effect once the app is loaded. */
  signal?: AbortSignal;
}

export class WorkerProcess implements RunningApp {
  /**
   * Starts the process; resolves when the app is loaded. Rejects with `AppInvalid` when it cannot be, with `WorkerExited` when
   * somebody killed the process meanwhile.
   */
  static async start(options: WorkerProcessOptions): Promise<WorkerProcess> {
    const socket = await LocalSocket.listen();
    const worker = new WorkerProcess(options, socket);
    await worker.loaded;
    return worker;
  }

  functions: readonly FunctionDescriptor[] = [];
  /** Where HTTP requests go when the app streams. */
  httpUri: string | null = null;
  rehearsal: FunctionWorker | null = null;
  warnings: readonly string[] = [];
  problems: readonly AppProblem[] = [];
  pid: number | undefined;
  hasEnded = false;
  /** A debugger may stop the process. */
  inspected = false;
  /** Settles when the process is gone and everything of it is cleaned up. */
  readonly ended: Promise<WorkerEnd>;

  private readonly process: LaunchedProcess;
  private readonly loaded: Promise<void>;
  private readonly output: OutputLines;
  private readonly watchdog: Watchdog;
  private readonly requests = new RequestsUnderWay(
    () => {
      if (!this.inspected) this.watchdog.watch();
      this.hold(true);
    },
    () => {
      this.watchdog.rest();
      this.hold(false);
    },
  );
  private readonly sent = new SentHistories();
  private connection: Socket | null = null;
  private writer: FrameWriter<ParentMessage> | null = null;
  private stopping = false;
  private fatal: { message: string; running: readonly string[] } | null = null;
  private leaving: Leaving | null = null;
  private hung: { id: number; message: string; running: Leaving['running'] } | null = null;
  /** P3: why the process was ended. */
  private broken: string | null = null;
  private isReady = false;
  private resolveLoaded!: () => void;
  private rejectLoaded!: (error: Error) => void;
  private resolveEnded!: (end: WorkerEnd) => void;
  private loadError: DurascopeError | null = null;
  private loadTimer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly options: WorkerProcessOptions,
    private readonly socket: LocalSocket,
  ) {
    this.loaded = new Promise((resolve, reject) => {
      this.resolveLoaded = resolve;
      this.rejectLoaded = reject;
    });
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    this.output = new OutputLines(options.log);
    this.watchdog = new Watchdog(
      options.watchdogMs,
      () => this.say({ type: 'ping' }),
      () => void this.onHang(),
    );
    const { launch } = options;
    const env = { ...launch.env, [socketVariable]: socket.path, [tokenVariable]: socket.token };
    socket.onConnection((connection) => this.accept(connection));
    this.process = options.launcher({ ...launch, env });
    this.pid = this.process.pid;
    this.output.read(this.process.stdout, 'information');
    this.output.read(this.process.stderr, 'warning');
    void this.process.exited.then((exit) => this.onExit(exit));
    const { signal } = options;
    if (signal !== undefined) {
      const abort = (): void => this.failLoading(new DurascopeError('Stopped', 'The emulator has been stopped.'));
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      this.loaded.finally(() => signal.removeEventListener('abort', abort)).catch(() => undefined);
    }
    if (options.loadTimeoutMs > 0) {
      this.loadTimer = setTimeout(() => this.onLoadTimeout(), options.loadTimeoutMs);
      this.loadTimer.unref();
    }
  }

  get pendingCount(): number {
    return this.requests.count;
  }

  episode(request: EpisodeRequest): Promise<EpisodeOutcome> {
    const { instanceId, executionId, name } = request;
    const { knownLength, events: unsent } = this.sent.unsent(request);
    return new Promise((resolve, reject) => {
      const answer = ({ outcome }: EpisodeAnswered): void => {
        if (outcome === null) {
          this.sent.forget(instanceId);
          // Never its answer to everything (O3): asking again would go on for ever.
          if (knownLength === 0) reject(noAnswer('episode', name, 'it asks for a history that it was sent whole'));
          else this.episode(request).then(resolve, reject);
          return;
        }
        resolve(this.received(request, outcome));
      };
      const failed = (error: Error): void => {
        this.sent.forget(instanceId);
        reject(error);
      };
      const id = this.add('episode', name, instanceId, 'episodeDone', answer, failed);
      const ahead = request.ahead === undefined || this.inspected ? {} : { ahead: request.ahead };
      const { parts, last: events } = inParts(unsent);
      for (const part of parts) this.say({ type: 'events', id, events: part });
      this.say({ type: 'episode', id, instanceId, executionId, name, knownLength, events, ...ahead });
    });
  }

  private received(request: EpisodeRequest, { begun, ...outcome }: SentOutcome): EpisodeOutcome {
    if (outcome.decisions.at(-1)?.type === 'CompleteOrchestration') this.sent.forget(request.instanceId);
    // P3
    const isNew = begun !== undefined && !this.requests.has(begun.id);
    return !isNew ? outcome : { ...outcome, begun: this.begun(request, begun) };
  }

  private begun(request: EpisodeRequest, { id, taskId, name }: NonNullable<SentOutcome['begun']>): BegunActivity {
    const { instanceId, executionId } = request;
    const ended = new Promise<BegunEnd>((resolve, reject) => {
      const answer = ({ message }: { message: Answer }): void => {
        if (message.type !== 'ahead') {
          reject(refusalIn(message, 'activity', name));
          return;
        }
        const { outcome, next } = message;
        if (next === null) {
          resolve({ outcome, next });
          return;
        }
        this.sent.advance(instanceId, executionId, rowsOfStep, resultEvent(next.at, taskId, outcome));
        resolve({ outcome, next: { at: next.at, outcome: this.received(request, next.outcome) } });
      };
      this.requests.adopt(id, { kind: 'activity', name, instanceId, resolve: answer, reject });
    });
    // Whoever does not want it any more need not hear of its end.
    ended.catch(() => undefined);
    return { taskId, ended };
  }

  activity(request: ActivityRequest): Promise<ActivityOutcome> {
    const { name, instanceId, input } = request;
    return new Promise((resolve, reject) => {
      const id = this.add('activity', name, instanceId, 'activityDone', ({ outcome }) => resolve(outcome), reject);
      this.say({ type: 'activity', id, instanceId, name, input }, undefined, input?.length ?? 0);
    });
  }

  entityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome> {
    return new Promise((resolve, reject) => {
      const { name, instanceId } = request;
      const answer = ({ outcome }: EntityAnswered): void => {
        if (outcome.results.length <= request.operations.length) resolve(outcome);
        else reject(noAnswer('entity', name, 'there are more results than operations'));
      };
      const id = this.add('entity', name, instanceId, 'entityDone', answer, reject);
      this.say({ ...request, type: 'entity', id }, undefined, request.state?.length ?? 0);
    });
  }

  encoded({ request, ...call }: EncodedCall): Promise<EncodedAnswer> {
    return new Promise((resolve, reject) => {
      const kind = call.kind === 'orchestrator' ? 'episode' : 'entity';
      const id = this.add(kind, call.name, call.instanceId, 'encodedDone', ({ outcome }) => resolve(outcome), reject);
      this.say({ type: 'encoded', id, ...call }, request);
    });
  }

  http(request: HttpCall, body: Uint8Array | null): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const answer = ({ response, outputs }: HttpAnswered, replyBody: Buffer | null): void =>
        resolve({ response, body: replyBody, outputs });
      const id = this.add('http', request.name, null, 'httpDone', answer, reject);
      this.say({ type: 'http', id, ...request }, body ?? undefined);
    });
  }

  invoke(name: string, input: string | null, metadata: Readonly<Record<string, unknown>>): Promise<InvocationAnswered> {
    return new Promise((resolve, reject) => {
      const id = this.add('invoke', name, null, 'invoked', resolve, reject);
      this.say({ type: 'invoke', id, name, input, metadata }, undefined, input?.length ?? 0);
    });
  }

  /** `functionName` is for messages. Rejects with what the process refuses. */
  replay(ask: ReplayAsk, functionName: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.add('replay', functionName, null, 'replayed', ({ value }) => resolve(value), reject);
      this.say({ type: 'replay', id, ask });
    });
  }

  forget(instanceId: string): void {
    if (this.sent.forget(instanceId)) this.say({ type: 'forget', instanceId });
  }

  /** Resolves when no request is under way any more, or after `boundMs`. */
  idle(boundMs: number): Promise<void> {
    return this.requests.idle(boundMs);
  }

  /** Lets the app's appTerminate hooks run for at most `graceMs`, then ends the process. Resolves when it is gone. */
  async stop(graceMs = 2_000): Promise<void> {
    this.stopping = true;
    if (!this.hasEnded) {
      this.hold(true);
      const timer = setTimeout(() => this.kill(), this.isReady ? graceMs : 0);
      this.say({ type: 'shutDown' });
      await this.ended;
      clearTimeout(timer);
    }
  }

  kill(): void {
    this.process.kill();
    // Someone else may have started it, and then the connection is all we have.
    this.connection?.destroy();
  }

  /** A request that only a message of the type `expects` answers. */
  private add<T extends Answer['type']>(
    kind: RequestKind,
    name: string,
    instanceId: string | null,
    expects: T,
    answer: (message: Extract<Answer, { type: T }>, bytes: Buffer | null) => void,
    reject: (error: Error) => void,
  ): number {
    const take = ({ message, bytes }: { message: Answer; bytes: Buffer | null }): void => {
      if (message.type === expects) answer(message as Extract<Answer, { type: T }>, bytes);
      else reject(refusalIn(message, kind, name));
    };
    return this.requests.add(kind, name, instanceId, take, reject);
  }

  private hold(keep: boolean): void {
    if (this.options.inBackground !== true) return;
    this.process.hold?.(keep);
    this.connection?.[keep ? 'ref' : 'unref']();
  }

  private say(message: ParentMessage, bytes?: Uint8Array, chars?: number): void {
    this.writer?.send(message, bytes, chars);
  }

  private tooLarge(message: ParentMessage, why: string): void {
    const request = 'id' in message ? this.requests.take(message.id) : undefined;
    request?.reject(
      new DurascopeError('WorkFailed', `What is handed to '${request.name}' cannot be sent to the app's process: ${why}.`),
    );
  }

  // P2
  private accept(connection: Socket): void {
    let isTrusted = false;
    const reader = new FrameReader<ChildMessage>(
      (message, bytes) => {
        const problem = childMessageProblem(message as unknown as Record<string, unknown>);
        if (isTrusted) {
          if (problem === null) this.take(message, bytes);
          else this.refuse(message, problem);
        } else if (
          problem === null &&
          message.type === 'hello' &&
          this.connection === null &&
          this.socket.isToken(message.token)
        ) {
          isTrusted = true;
          this.connection = connection;
          this.writer = new FrameWriter(connection, (tooLarge, why) => this.tooLarge(tooLarge, why));
          this.socket.close();
          this.greet(message.pid, message.nodeVersion, message.inspected);
        } else {
          connection.destroy();
        }
      },
      (reason) => {
        if (isTrusted) this.distrust(reason);
        else connection.destroy();
      },
    );
    connection.setNoDelay(true);
    connection.on('data', (chunk) => reader.push(chunk));
    connection.on('error', () => undefined);
    connection.on('close', () => {
      if (isTrusted) this.onDisconnect();
    });
  }

  private greet(pid: number, nodeVersion: string, inspected: boolean): void {
    this.pid = pid;
    this.inspected = inspected;
    if (inspected) clearTimeout(this.loadTimer);
    const { layout, appDir, shownDir, clientBinding, grpcClientBinding, maxActions, httpPollDelayMs, forReplay } = this.options;
    const tooOld = checkNodeVersion(layout.engines, nodeVersion);
    if (tooOld !== null) {
      this.failLoading(new DurascopeError('AppInvalid', tooOld, { details: { nodeVersion } }));
      return;
    }
    const folders: readonly FunctionFolder[] = layout.folders;
    this.say({
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

  /** What is no message fails the request that it names; one that names none says that the process can no longer be talked to. */
  private refuse(message: unknown, problem: string): void {
    const id = requestOf(message);
    const request = id === null ? undefined : this.requests.take(id);
    if (request === undefined) {
      if (id === null) this.distrust(`a message was not understood: ${problem}`);
      return;
    }
    this.watchdog.heard();
    request.reject(noAnswer(request.kind, request.name, problem));
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
        this.requests.take(message.id)?.resolve({ message, bytes } as never);
        break;
      case 'log': {
        const { level, category, message: text, functionName, instanceId, invocationId } = message;
        this.output.keep(text);
        this.options.log({
          level,
          category,
          message: text,
          ...(functionName === undefined ? {} : { functionName }),
          ...(instanceId === undefined ? {} : { instanceId }),
          ...(invocationId === undefined ? {} : { invocationId }),
        });
        break;
      }
      case 'ready':
        clearTimeout(this.loadTimer);
        this.functions = message.functions;
        this.httpUri = message.httpUri ?? null;
        if (message.canRehearse === true && !this.inspected) this.rehearsal = rehearsalWorker(this);
        this.warnings = message.warnings;
        this.problems = message.problems;
        this.isReady = true;
        this.hold(false);
        this.resolveLoaded();
        break;
      case 'loadFailed': {
        const { message: text, file, line, problems } = message;
        const details = {
          ...(file === undefined ? {} : { file }),
          ...(line === undefined ? {} : { line }),
          ...(problems === undefined ? {} : { problems }),
        };
        this.failLoading(new DurascopeError('AppInvalid', text, { details }));
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

  private failLoading(error: DurascopeError): void {
    clearTimeout(this.loadTimer);
    this.stopping = true;
    this.loadError ??= error;
    this.kill();
  }

  private onLoadTimeout(): void {
    const seconds = this.options.loadTimeoutMs / 1000;
    const message =
      this.connection === null
        ? `The app's process did not connect within ${seconds} s. Check that "${this.options.launch.command}" is Node.js.`
        : `The app did not finish loading within ${seconds} s. Look for a top-level await or a loop that never ends.`;
    this.failLoading(new DurascopeError('AppInvalid', `${message}${this.output.tail()}`));
  }

  private async onHang(): Promise<void> {
    const where = await locateBlock(this.process, this.output, this.options.appDir);
    // The process came back to life meanwhile.
    if (this.hasEnded || !this.watchdog.isSilent()) return;
    const running = where?.running ?? null;
    // What it has begun by itself is known here only once that was said.
    const begun =
      running === null ? null : { kind: 'activity', name: running.functionName, instanceId: running.instanceId ?? null };
    const [id, request] = this.requests.findBlocker(where) ?? [0, begun];
    const message = describeBlock(request, where, this.options.watchdogMs);
    this.hung = { id, message, running };
    this.note('error', message);
    this.kill();
  }

  private onDisconnect(): void {
    // Its exit code and last words come a moment later; a process that someone else started may stay.
    const timer = setTimeout(() => this.finish('The connection to the process that runs the app was lost.'), 2_000);
    void this.ended.then(() => clearTimeout(timer));
  }

  private onExit({ code, signal, error }: { code: number | null; signal: string | null; error?: Error }): void {
    if (error !== undefined) {
      this.finish(`The app's process could not be started with "${this.options.launch.command}": ${error.message}`);
      return;
    }
    const how = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
    this.finish(`The process that runs the app ended (${how}).`, signal !== null);
  }

  // P1
  private finish(how: string, wasKilled = false): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearTimeout(this.loadTimer);
    this.watchdog.rest();
    this.socket.close();
    this.connection?.destroy();
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
    this.requests.end((id, { name }) =>
      hung?.id === id ? new DurascopeError('WorkerHung', hung.message, { details: { name } }) : error,
    );
    this.sent.clear();
    this.resolveEnded({ message, wanted: this.stopping });
    if (!this.isReady) {
      const whileLoading = fatal === null ? `${how} The app was still loading.${this.output.tail()}` : message;
      this.rejectLoaded(this.loadError ?? new DurascopeError(wasKilled ? 'WorkerExited' : 'AppInvalid', whileLoading));
    }
  }

  private note(level: LogLevel, message: string): void {
    this.options.log({ level, category: 'worker', message });
  }
}

const kindWords: Readonly<Record<RequestKind, string>> = {
  episode: 'orchestrator',
  activity: 'activity',
  entity: 'entity',
  http: 'HTTP function',
  invoke: 'function',
  replay: 'replay of the orchestrator',
};

function noAnswer(kind: RequestKind, name: string, problem: string): DurascopeError {
  return new DurascopeError(
    'WorkFailed',
    `The answer of the ${kindWords[kind]} '${name}' was not understood: ${problem}. Look for code of the app that changes what JavaScript itself brings (JSON, Promise, prototypes).`,
  );
}

/** What an answer of another type than the one that was waited for says. */
function refusalIn(message: Answer, kind: RequestKind, name: string): Error {
  if (message.type === 'replayRefused' && kind === 'replay') return new DurascopeError(message.code, message.message);
  if (message.type !== 'failed') return noAnswer(kind, name, `it is the answer to something else (${message.type})`);
  const { name: errorName, message: text, stack } = message.error;
  if (kind === 'http' || kind === 'invoke') return Object.assign(new Error(text), { name: errorName, stack });
  return new DurascopeError('WorkFailed', text);
}

function placeText({ file, line }: Leaving): string {
  return file === undefined ? '' : ` The app ended it itself, with process.exit at ${file}:${line ?? 1}.`;
}
