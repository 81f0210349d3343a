/**
 * One worker process that speaks FunctionRpc, from its start to its end: handshake, loading, what it is asked, watchdog
 * (spec/functionrpc-workers.md 1 and 2).
 *
 *   R1. Every request settles: by an answer, or when the process is gone, with `WorkerExited` (or `WorkerHung` for the one that hung it).
 *   R2. A stream that ends, or says what cannot be read, ends the process: what it does can no longer be known.
 *   R4. Nothing is believed because it came over the stream: the handshake is taken once, ids that were not given out are passed over, and
 *       an answer that is none fails what it belongs to.
 */
import { randomUUID } from 'node:crypto';
import { DurascopeError } from '../../core/values/errors';
import type {
  ActivityOutcome,
  ActivityRequest,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
} from '../../core/ports/function-worker';
import type { LogEntry } from '../../core/ports/logger';
import type { EncodedAnswer, EncodedCall } from '../../core/ports/passthrough-host';
import type { AppProblem } from '../../core/values/app-problem';
import type { BehaviourProfile } from '../../core/values/behaviour-profile';
import { disabledBy, disabledNote } from '../supervision/disabled-functions';
import type { LaunchedProcess, Launcher, LaunchSpec } from '../supervision/launch';
import { activityOutcomeProblem, episodeOutcomeProblem } from '../supervision/outcome-form';
import { OutputLines } from '../supervision/output-lines';
import { ProcessLife } from '../supervision/process-life';
import type { HttpCall, HttpReply, InvocationReply, RunningApp, WorkerEnd } from '../supervision/running-app';
import { realTime, Watchdog, type WatchdogTime } from '../supervision/watchdog';
import {
  activityFailure,
  activityInput,
  activityOutcome,
  encodedAnswer,
  encodedFailure,
  encodedInput,
  FunctionThrew,
  httpInput,
  httpReply,
  orchestratorInput,
  triggerReply,
  type WithOutputs,
} from './functions/invocation';
import { FunctionTable, isSuccess, type PlaceOf, refused } from './functions/function-table';
import { type Invocation, Invocations } from './functions/invocations';
import type { LoadedFunction } from './functions/loaded-function';
import { camelFailure, camelState } from './functions/pascal-state';
import { type IsSource, readLog } from './functions/rpc-log';
import { blobConnection, HandedBlobs } from './functions/handed-blobs';
import { triggerInput } from './functions/trigger-input';
import { SdkOrchestrationRunner } from '../node/child/orchestrations/sdk-orchestration-runner';
import type {
  FunctionMetadataResponse,
  RpcFunctionMetadata,
  RpcLog,
  StatusResult,
  WorkerInitResponse,
} from '../../wire/generated/function-rpc';
import { whenListening } from './stream/when-listening';
import { type Content, longestMessage, RpcListener, type RpcStream } from './stream/rpc-listener';

export interface RpcProcessOptions {
  launcher: Launcher;
  /** Without the arguments that tell the worker where its host is, which are added. */
  launch: LaunchSpec;
  /** As the worker is told; absolute. */
  appDir: string;
  workerDir: string;
  /** Indexed by the host; null: the worker is asked. */
  functions: readonly RpcFunctionMetadata[] | null;
  /** What was left out before that. Default: nothing. */
  problems?: readonly AppProblem[];
  /** Of its durable functions. */
  profile: BehaviourProfile;
  /** What else is known of a function: where it stands. */
  placeOf: PlaceOf;
  /** Whether a file is of the app's own sources. Default: none is known. */
  isSource?: IsSource;
  /** What may keep an orchestrator from coming back, beside a loop: a sentence. */
  hangAdvice?: string;
  /** The durable client binding's JSON. */
  clientBinding: string;
  /** Of host.json, for everything but orchestrators and entities; null: as long as it likes. */
  functionTimeoutMs: number | null;
  /** Of host.json, for orchestrators that are replayed here. */
  maxActions?: number;
  httpPollDelayMs?: number;
  /** Most invocations at a time; the rest waits. Null: no limit. */
  concurrency: number | null;
  log: (entry: LogEntry) => void;
  /** 0: never. */
  watchdogMs: number;
  watchdogTime?: WatchdogTime | undefined;
  /** From the start until the app is loaded; 0: as long as it likes. */
  loadTimeoutMs: number;
  /** How that passes. Default: as the computer's. */
  loadTime?: WatchdogTime | undefined;
  /** Ends a start under way with `Stopped`; without effect once the app is loaded. */
  signal?: AbortSignal;
  /** A debugger may stop the process. */
  inspected?: boolean;
  /** A worker of its kind reads the blob that a trigger names for itself. Default: none of its functions has such a trigger. */
  readsBlobs?: boolean;
  /** It says so, and goes on once a debugger is there, or after a minute. */
  waitsForDebugger?: boolean;
}

const mega = 1024 * 1024;

const terminateMs = 2_000;
/** From the end of its stream to that of the process. */
const lastWordsMs = 1_000;
/** How long what was told to stop may take for it when the process is to end, at most. */
const lastAnswersMs = 500;

/** .NET has started by then, or will not. */
const debuggerSaysMs = 30_000;

/** Somebody ended it; by others a program ends itself, .NET by SIGABRT after an exception that nobody caught. */
const killing = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

export class RpcProcess implements RunningApp {
  /**
   * Starts the process; resolves when the app is loaded. Rejects with `AppInvalid` when it cannot be, with `WorkerExited` when somebody
   * killed the process meanwhile, with `Stopped`.
   */
  static async start(options: RpcProcessOptions): Promise<RpcProcess> {
    const workerId = randomUUID();
    let process: RpcProcess | null = null;
    const blobs = options.readsBlobs === true ? await HandedBlobs.listen() : null;
    const listener = await RpcListener.listen(workerId, (stream) => process?.greet(stream));
    process = new RpcProcess(options, workerId, listener, blobs);
    await process.life.loaded;
    return process;
  }

  functions: readonly FunctionDescriptor[] = [];
  problems: readonly AppProblem[];
  httpUri: string | null = null;
  warnings: readonly string[] = [];
  /** What the worker calls itself, with its version. */
  runtime = '';

  private readonly process: LaunchedProcess;
  private readonly life: ProcessLife;
  private readonly output: OutputLines;
  private readonly watchdog: Watchdog;
  private readonly invocations: Invocations;
  private readonly table: FunctionTable;
  private readonly ignoredOutputs = new Set<string>();
  private readonly orchestrations: SdkOrchestrationRunner;
  /** Episodes, by instance, that the end of the process cut off. */
  private readonly cutOff = new Map<string, DurascopeError>();
  private wantsBytes = false;
  private wasGreeted = false;
  private stream: RpcStream | null = null;
  private broken: string | null = null;
  private hung: { id: number; message: string } | null = null;

  private constructor(
    private readonly options: RpcProcessOptions,
    workerId: string,
    private readonly listener: RpcListener,
    private readonly blobs: HandedBlobs | null,
  ) {
    this.problems = options.problems ?? [];
    this.output = new OutputLines(options.log);
    this.table = new FunctionTable(options.profile, options.placeOf, disabledBy(options.launch.env));
    const { maxActions, httpPollDelayMs } = options;
    this.orchestrations = new SdkOrchestrationRunner({
      invoke: ({ functionName, instanceId, triggerJson }) => this.jsonOrchestrator(functionName, instanceId, triggerJson),
      functionNames: (type) => this.functions.filter((fn) => fn.type === type).map(({ name }) => name),
      ...(maxActions === undefined ? {} : { maxActions }),
      ...(httpPollDelayMs === undefined ? {} : { httpPollDelayMs }),
    });
    const { launch, launcher, signal, loadTimeoutMs, clientBinding, concurrency, watchdogTime = realTime } = options;
    // Who is stopped by a debugger takes as long as that.
    const isWatched = options.inspected !== true;
    const watchdogMs = isWatched ? options.watchdogMs : 0;
    this.watchdog = new Watchdog(
      watchdogMs,
      () => this.say({ $case: 'workerStatusRequest', value: {} }),
      () => this.onSilence(),
      watchdogTime,
    );
    this.invocations = new Invocations({
      say: (content) => this.say(content),
      clientBinding,
      functionTimeoutMs: isWatched ? options.functionTimeoutMs : null,
      concurrency,
      watchdogMs,
      watchdogTime,
      ...(options.hangAdvice === undefined ? {} : { hangAdvice: options.hangAdvice }),
      onTimeOver: (message) => this.error(message),
      onHang: (invocation, what, advice) => this.endHung(invocation, what, advice),
      onBusy: () => this.watchdog.watch(),
      onIdle: () => this.watchdog.rest(),
    });
    const env = blobs === null ? launch.env : { ...launch.env, [blobConnection]: blobs.connectionString };
    this.process = launcher({ ...launch, env, args: [...launch.args, ...hostArguments(listener.port, workerId)] });
    this.output.read(this.process.stdout, 'information');
    this.output.read(this.process.stderr, 'warning');
    this.life = new ProcessLife({
      loadTimeoutMs,
      time: options.loadTime,
      signal,
      kill: () => this.process.kill(),
      lost: () => this.onExit({ code: null, signal: 'SIGKILL' }),
      tooSlow: (seconds) => this.loadsTooSlowly(seconds),
    });
    void this.process.exited.then((exit) => this.onExit(exit));
    if (options.waitsForDebugger === true) void this.tellWaiting();
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get ended(): Promise<WorkerEnd> {
    return this.life.ended;
  }

  get pendingCount(): number {
    return this.invocations.count;
  }

  /** Of the JSON protocol: the worker is told the whole history each time. */
  async episode({ instanceId, executionId, name, history, newEvents }: EpisodeRequest): Promise<EpisodeOutcome> {
    const events = [...history, ...newEvents];
    const outcome = await this.orchestrations.run({ instanceId, executionId, name, knownLength: 0, events });
    this.orchestrations.forget(instanceId);
    const cutOff = this.cutOff.get(instanceId);
    if (cutOff !== undefined) {
      this.cutOff.delete(instanceId);
      throw cutOff;
    }
    if (outcome === 'needHistory') throw new DurascopeError('WorkReturned', 'The history was not told from its start.');
    return believed(outcome, episodeOutcomeProblem(outcome), name);
  }

  entityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome> {
    return Promise.reject(new DurascopeError('UnknownFunction', `The app has no entity function '${request.name}'.`));
  }

  async activity(request: ActivityRequest): Promise<ActivityOutcome> {
    const fn = this.table.find('activity', request.name);
    if (fn === undefined) return { ok: false, reason: `The app has no activity function '${request.name}'.`, details: '' };
    try {
      const outcome = activityOutcome(
        fn,
        await this.invocations.run('activity', fn, request.instanceId, activityInput(fn, request)),
      );
      return believed(outcome, activityOutcomeProblem(outcome), request.name);
    } catch (error) {
      if (error instanceof FunctionThrew) return activityFailure(fn, error);
      throw error;
    }
  }

  encoded(call: EncodedCall): Promise<EncodedAnswer> {
    const fn = this.table.find(call.kind, call.name);
    if (fn === undefined) {
      const message = `The app has no ${call.kind} function '${call.name}'.`;
      return Promise.resolve({ ok: false, error: { name: 'Error', message, stack: '' } });
    }
    const kind = call.kind === 'orchestrator' ? 'episode' : 'entity';
    const input = { data: encodedInput(call), triggerMetadata: { instanceId: { data: undefined } } };
    // No function that waits: it would keep the input until the answer is there, and thousands may be under way.
    return this.invocations
      .run(kind, fn, call.instanceId, input, { isReplay: call.isReplay === true })
      .then(encodedAnswer, encodedFailure);
  }

  async http(call: HttpCall, body: Uint8Array | null, signal?: AbortSignal): Promise<HttpReply> {
    const fn = this.found(call.name);
    const { invocationId } = call;
    const left = (): void => this.invocations.cancel(invocationId);
    signal?.addEventListener('abort', left, { once: true });
    try {
      const response = await this.invocations.run('http', fn, null, httpInput(call, body, this.wantsBytes), { invocationId });
      return this.told(fn, httpReply(fn, response, this.httpUri !== null));
    } finally {
      signal?.removeEventListener('abort', left);
    }
  }

  async invoke(name: string, input: string | null, metadata: Readonly<Record<string, unknown>>): Promise<InvocationReply> {
    const fn = this.found(name);
    const { done, ...given } = triggerInput(fn, input, metadata, this.blobs);
    try {
      return this.told(fn, triggerReply(fn, await this.invocations.run('invoke', fn, null, given)));
    } finally {
      done();
    }
  }

  forget(): void {
    // Nothing is kept for an instance.
  }

  idle(boundMs: number): Promise<void> {
    return this.invocations.idle(boundMs);
  }

  /** Lets the app end by itself for a moment, then ends the process. Resolves when it is gone. */
  async stop(graceMs = terminateMs): Promise<void> {
    this.life.isStopping = true;
    this.invocations.isStopping = true;
    if (this.life.hasEnded) return;
    const timer = setTimeout(() => this.life.kill(), this.life.isReady ? graceMs : 0);
    if (this.invocations.canCancel && this.invocations.areUnderWay) {
      this.invocations.cancelAll();
      await Promise.race([this.invocations.idle(Math.min(lastAnswersMs, graceMs / 2)), this.life.ended]);
    }
    this.say({ $case: 'workerTerminate', value: { gracePeriod: { seconds: Math.ceil(graceMs / 1000), nanos: 0 } } });
    await this.life.ended;
    clearTimeout(timer);
  }

  private say(content: Content): void {
    this.stream?.send(content);
  }

  /** Rejects with what the function threw; the state may stand in its message. */
  private async jsonOrchestrator(name: string, instanceId: string, trigger: string): Promise<unknown> {
    const fn = this.table.find('orchestrator', name) ?? this.found(name);
    try {
      const { returnValue } = await this.invocations.run('episode', fn, instanceId, orchestratorInput(instanceId, trigger));
      const value = returnValue?.data;
      return camelState(value?.$case === 'json' || value?.$case === 'string' ? JSON.parse(value.value) : null);
    } catch (error) {
      if (DurascopeError.is(error)) this.cutOff.set(instanceId, error);
      throw camelFailure(error);
    }
  }

  private found(name: string): LoadedFunction {
    const fn = this.table.named(name);
    if (fn === undefined) throw new DurascopeError('UnknownFunction', `The app has no function named "${name}".`);
    return fn;
  }

  private told<Reply>(fn: LoadedFunction, { reply, ignored }: WithOutputs<Reply>): Reply {
    for (const type of ignored) {
      const { name } = fn.descriptor;
      if (this.ignoredOutputs.has(`${name} ${type}`)) continue;
      this.ignoredOutputs.add(`${name} ${type}`);
      const message = `Function "${name}": the output binding "${type}" is not emulated, what is given to it goes nowhere.`;
      this.options.log({ level: 'warning', category: 'worker', message, functionName: name });
    }
    return reply;
  }

  /** A worker has one stream: what else names itself so is sent away. */
  private greet(stream: RpcStream): void {
    if (this.wasGreeted) {
      stream.refuse();
      return;
    }
    const { appDir, workerDir } = this.options;
    this.wasGreeted = true;
    this.stream = stream;
    stream.onMessage((content) => {
      if (this.stream !== stream) return;
      this.watchdog.heard();
      this.take(content);
    });
    stream.onEnd((reason) => {
      if (this.stream === stream) this.onDisconnect(reason);
    });
    this.say({
      $case: 'workerInitRequest',
      value: { hostVersion: '4.1000.0', capabilities: {}, workerDirectory: workerDir, functionAppDirectory: appDir },
    });
  }

  private take(content: Content): void {
    switch (content.$case) {
      case 'workerInitResponse':
        this.onGreeting(content.value);
        return;
      case 'functionMetadataResponse':
        this.onListed(content.value);
        return;
      case 'functionLoadResponse':
        this.onLoaded(content.value.functionId, content.value.result);
        return;
      case 'invocationResponse':
        this.invocations.answered(content.value);
        return;
      case 'rpcLog':
        this.onLog(content.value);
        return;
      default:
        // What only a host says, or that nobody asked for.
        return;
    }
  }

  private onGreeting({ result, capabilities, workerVersion }: WorkerInitResponse): void {
    if (this.life.isReady || this.table.isLoading) return;
    this.runtime = workerVersion;
    if (!isSuccess(result)) {
      this.life.failLoading(refused('The worker could not be started', result));
      return;
    }
    const httpUri = capabilities['HttpUri'];
    if (httpUri !== undefined && httpUri !== '') {
      if (!isHttpAddress(httpUri)) {
        const message = `The worker takes HTTP requests at "${httpUri}", which is no address.`;
        this.life.failLoading(new DurascopeError('AppInvalid', message));
        return;
      }
      this.httpUri = httpUri;
    }
    this.invocations.canCancel = capabilities['HandlesInvocationCancelMessage'] !== undefined;
    this.wantsBytes = capabilities['RawHttpBodyBytes'] !== undefined;
    const { functions, appDir } = this.options;
    if (functions === null) this.say({ $case: 'functionsMetadataRequest', value: { functionAppDirectory: appDir } });
    else this.load(functions);
  }

  private onListed({ result, functionMetadataResults }: FunctionMetadataResponse): void {
    if (this.life.isReady || this.table.isLoading || this.options.functions !== null) return;
    if (isSuccess(result)) this.load(functionMetadataResults);
    else this.life.failLoading(refused('The functions of the app could not be listed', result));
  }

  private onLog(log: RpcLog): void {
    const entry = readLog(log, this.options.isSource ?? (() => false));
    const invocation = this.invocations.spokenOf(log.invocationId);
    if (entry.category === 'user') this.output.keep(entry.message);
    // What its libraries say for the patient stands in no log of an instance: its history tells it.
    if (invocation === undefined || (entry.category === 'worker' && entry.level === 'debug')) {
      this.options.log(entry);
      return;
    }
    const { fn, instanceId, isReplay } = invocation;
    const functionName = fn.descriptor.name;
    if (isReplay) {
      this.options.log({ ...entry, level: 'debug', functionName });
      return;
    }
    const { invocationId } = log;
    this.options.log({ ...entry, functionName, invocationId, ...(instanceId === null ? {} : { instanceId }) });
  }

  private load(functions: readonly RpcFunctionMetadata[]): void {
    if (this.life.isReady || this.table.isLoading) return;
    this.orFail(() => {
      const toLoad = this.table.take(functions);
      this.warnings = disabledNote(this.table.disabled);
      if (toLoad.length === 0) this.ready();
      for (const metadata of toLoad) {
        const { functionId } = metadata;
        this.say({ $case: 'functionLoadRequest', value: { functionId, metadata, managedDependencyEnabled: false } });
      }
    });
  }

  private onLoaded(functionId: string, result: StatusResult | undefined): void {
    this.orFail(() => {
      if (this.table.loaded(functionId, result)) this.ready();
    });
  }

  /** What is wrong with the app ends its loading. */
  private orFail(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!DurascopeError.is(error, 'AppInvalid')) throw error;
      this.life.failLoading(error);
    }
  }

  private ready(): void {
    if (this.httpUri === null) this.open();
    else void whenListening(this.httpUri, () => this.life.hasFailed).then(() => this.open());
  }

  private open(): void {
    if (this.life.hasFailed) return;
    this.functions = this.table.descriptors();
    const { problems } = this.table;
    for (const { message } of problems) this.error(`${message}\nCalls of it fail, the other functions run.`);
    this.problems = [...this.problems, ...problems];
    this.life.ready();
  }

  private loadsTooSlowly(seconds: number): string {
    const message =
      this.stream === null
        ? `The app's process did not connect within ${seconds} s. Check that "${this.options.launch.command}" starts, and that the app calls Run on its host.`
        : `The app did not finish loading within ${seconds} s.`;
    return `${message}${this.output.tail()}`;
  }

  /** A process that does not answer at all. */
  private onSilence(): void {
    if (this.life.hasEnded) return;
    const { oldest } = this.invocations;
    this.endHung(oldest, `The process that runs the app did not answer for more than ${this.options.watchdogMs / 1000} s`);
  }

  /** The first reason counts. */
  private endHung(invocation: Invocation | undefined, what: string, advice = ''): void {
    if (this.hung !== null) return;
    const message = `${what}, so it was ended and is started again.${advice}`;
    this.hung = { id: invocation?.id ?? 0, message };
    this.error(message);
    this.life.kill();
  }

  /** R2 */
  private onDisconnect(reason: string | null): void {
    this.stream = null;
    if (this.life.hasEnded || this.life.isStopping) return;
    const end = (why: string): void => {
      this.broken = `The stream of the app's process broke (${why}), so it was ended.`;
      this.life.kill();
    };
    if (reason !== null) {
      end(`what came is no message: ${reason}`);
      return;
    }
    // Its exit code and last words come a moment later.
    const timer = setTimeout(end, lastWordsMs, `it closed it, or sent more than ${longestMessage / mega} MB at once`);
    void this.life.ended.then(() => clearTimeout(timer));
  }

  private onExit({ code, signal, error }: { code: number | null; signal: string | null; error?: Error }): void {
    if (!this.life.end()) return;
    this.listener.close();
    this.blobs?.close();
    const { hung } = this;
    const how = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
    const ended =
      error === undefined
        ? `The process that runs the app ended (${how}).`
        : `The app's process could not be started with "${this.options.launch.command}": ${error.message}`;
    const message = hung?.message ?? `${this.broken ?? ended}${this.output.tail()}`;
    const gone = new DurascopeError('WorkerExited', message);
    const lost = this.invocations.end((id, { name }) =>
      hung?.id === id ? new DurascopeError('WorkerHung', hung.message, { details: { name } }) : gone,
    );
    const wasKilled = this.broken === null && signal !== null && killing.includes(signal);
    const left =
      code === 0 && this.stream === null
        ? ' Its program came to its end: it has to call Run on its host, and to wait for it.'
        : '';
    const whileLoading =
      error === undefined ? `${this.broken ?? ended} The app was still loading.${left}${this.output.tail()}` : ended;
    this.life.settle(message, new DurascopeError(wasKilled ? 'WorkerExited' : 'AppInvalid', whileLoading), lost);
  }

  private async tellWaiting(): Promise<void> {
    const told = await this.output.waitFor(/^azfuncjsonlog:.*"workerProcessId"\s*:\s*(\d+)/, debuggerSaysMs);
    if (told === null || this.life.hasEnded) return;
    const pid = Number(told[1]);
    const message = `The app's process (${pid}) waits for a debugger, for a minute at most.`;
    this.options.log({ level: 'information', category: 'worker', message, waitingProcess: pid });
  }

  private error(message: string): void {
    this.options.log({ level: 'error', category: 'worker', message });
  }
}

/** What the app's code decided or answered; `WorkFailed` where that is none, as for every other process with user code. */
function believed<T>(outcome: T, problem: string | null, name: string): T {
  if (problem === null) return outcome;
  throw new DurascopeError('WorkFailed', `The answer of '${name}' was not understood: ${problem}.`);
}

/** In both spellings: a worker knows one of them. */
function hostArguments(port: number, workerId: string): string[] {
  const largest = String(2 ** 31 - 1);
  const requestId = randomUUID();
  return [
    ...['--host', '127.0.0.1', '--port', String(port), '--workerId', workerId, '--requestId', requestId],
    ...['--grpcMaxMessageLength', largest, '--functions-uri', `http://127.0.0.1:${port}/`, '--functions-worker-id', workerId],
    ...['--functions-request-id', requestId, '--functions-grpc-max-message-length', largest],
  ];
}

function isHttpAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, port } = new URL(text);
  return protocol === 'http:' && port !== '';
}
