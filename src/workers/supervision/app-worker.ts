/**
 * Runs a function app in a process of its own for as long as it is wanted: the process is started again when it dies, and replaced when
 * the app's files change.
 *
 *   N1. At most one process takes new requests. A replaced one may finish what it has.
 *   N2. While there is none (it starts again), episodes and activities wait for it; nothing is lost by waiting.
 *   N3. An app that does not load is not tried again until a file of it changes; calls of functions are refused with the reason meanwhile, those
 *       that wait too. One that is too slow is given more time first, and may get up to that moment whatever waits.
 */
import { randomUUID } from 'node:crypto';
import { stackOrMessage } from '../../base/error-message';
import { problemsOf, type AppProblem } from '../../core/values/app-problem';
import { DurascopeError } from '../../core/values/errors';
import type { Disposable } from '../../core/ports/clock';
import type {
  ActivityOutcome,
  ActivityRequest,
  BegunEnd,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
  FunctionWorker,
} from '../../core/ports/function-worker';
import type { HttpTriggerHost, HttpTriggerRequest, HttpTriggerResponse } from '../../core/ports/http-trigger';
import type { LogEntry, Logger } from '../../core/ports/logger';
import type { EncodedAnswer, EncodedCall, PassthroughHost } from '../../core/ports/passthrough-host';
import type { StartOptions } from '../../core/ports/task-hub-client';
import { streamHttp } from './http-stream';
import { whatBecomesOf } from './lost-work';
import { beforeTail } from './output-lines';
import type { LostWork } from './requests-under-way';
import { isTooSlow, loadedAgain, mostSlowLoads } from './slow-load';
import type { HttpReply, OutputValue, RunningApp } from './running-app';
import { readStartRequests } from './start-requests';
import { timerMetadata } from './timer-metadata';
import type { WatchdogTime } from './watchdog';

export interface AppWorkerOptions {
  log: Logger;
  /** Starts an instance for a durable client output binding. Without it such an output is refused. */
  startInstance?: (start: StartOptions) => Promise<unknown>;
  /** How long a replaced process may go on with what it has. Default 10,000. */
  drainMs?: number;
  /** Reload when files of the app change. Default true. */
  watch?: boolean;
  /** How the time passes that the app has to load. Default: as the computer's. */
  loadTime?: WatchdogTime;
  /** Gives up a first load under way, with `Stopped`. */
  startSignal?: AbortSignal;
}

export type AppWorkerEvent =
  | { type: 'workerStarting' | 'workerReady' | 'workerExited' | 'workerReloading'; message?: string; pid?: number }
  | { type: 'functionsChanged' }
  | { type: 'appError'; message: string; file?: string; line?: number; problems: readonly AppProblem[] }
  | { type: 'appProblems'; problems: readonly AppProblem[] };

/** What a timer trigger is told; times are ISO-8601. */
export interface TimerInfo {
  last?: string;
  next?: string;
  isPastDue?: boolean;
}

const longEnoughMs = 10_000;
const firstPauseMs = 100;
const longestPauseMs = 10_000;

export abstract class AppWorker implements FunctionWorker, HttpTriggerHost, PassthroughHost {
  readonly profile = 'A';

  private current: RunningApp | null = null;
  private lastFunctions: readonly FunctionDescriptor[] = [];
  private lastProblems: readonly AppProblem[] = [];
  /** Names in lower case, with the type, of durable functions that run in another profile. */
  private encoded: ReadonlySet<string> = new Set();
  private readonly listeners = new Set<(event: AppWorkerEvent) => void>();
  private readonly retiring = new Set<Promise<void>>();
  /** `isWork`: an instance's, which waits until the app can be loaded (N2). */
  private waiting: { isWork: boolean; resolve: (worker: RunningApp) => void; reject: (error: Error) => void }[] = [];
  /** N3. */
  private broken: DurascopeError | null = null;
  private readonly stopper = new AbortController();
  private endsSoon = false;
  private failures = 0;
  /** In a row. */
  private slowLoads = 0;
  /** Gives up the load that is under way. */
  private loading = new AbortController();
  private startedAt = 0;
  private pause: NodeJS.Timeout | undefined;
  private reloading: Promise<void> | null = null;
  private reloadAgain = false;
  private watcher: Disposable | null = null;

  protected constructor(private readonly options: AppWorkerOptions) {}

  /** For each process that is started from now on. */
  protected abstract inspectFromNowOn(port: number): void;

  /**
   * Starts a process and resolves when the app is loaded. Rejects with `AppInvalid` when it cannot be, with `WorkerExited` when somebody
   * killed the process meanwhile, with `Stopped` once `signal` aborts.
   */
  protected abstract launch(signal: AbortSignal): Promise<RunningApp>;

  /** Calls back when files of the app have changed that decide what it is. */
  protected abstract watchFiles(onChange: () => void): Disposable;

  /**
   * Resolves when the app is loaded. Rejects with `AppInvalid` (the message is for the developer of the app; details may have
   * `file` and `line`) when it cannot be, and nothing of it is left running then.
   */
  protected async begin(): Promise<this> {
    const { startSignal } = this.options;
    const launching = this.launchNow();
    const giveUp = (): void => this.loading.abort();
    if (startSignal?.aborted === true) giveUp();
    startSignal?.addEventListener('abort', giveUp, { once: true });
    try {
      this.use(await launching);
    } catch (error) {
      this.stopper.abort();
      throw error;
    } finally {
      startSignal?.removeEventListener('abort', giveUp);
    }
    if (this.options.watch !== false) this.watcher = this.watchFiles(() => void this.reload());
    return this;
  }

  /** How many times as long as usual the app may take to load. */
  protected get patience(): number {
    return 2 ** this.slowLoads;
  }

  private get isStopped(): boolean {
    return this.stopper.signal.aborted;
  }

  get pid(): number | undefined {
    return this.current?.pid;
  }

  /** Functions of Durascope's own in the process there is now (docs/decisions/0007-rehearsal.md). */
  get rehearsal(): readonly FunctionDescriptor[] {
    return this.current?.rehearsal ?? [];
  }

  functions(): readonly FunctionDescriptor[] {
    return this.lastFunctions;
  }

  /** What of the app is left out, and why. */
  get problems(): readonly AppProblem[] {
    return this.lastProblems;
  }

  /** An instance of before the function came to speak the other protocol waits for it to come back: its history means nothing there. */
  accepts(type: 'orchestrator' | 'activity' | 'entity', name: string): boolean {
    return this.encoded.size === 0 || !this.encoded.has(`${type} ${name.toLowerCase()}`);
  }

  onEvent(listener: (event: AppWorkerEvent) => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  runEpisode(request: EpisodeRequest): Promise<EpisodeOutcome> {
    if (this.current !== null) return this.current.episode(request);
    return this.whenUp().then((running) => running.episode(request));
  }

  runActivity(request: ActivityRequest): Promise<ActivityOutcome> {
    if (this.current !== null) return this.current.activity(request);
    return this.whenUp().then((running) => running.activity(request));
  }

  async runActivityOn(request: ActivityRequest): Promise<BegunEnd> {
    const running = this.current ?? (await this.whenUp());
    if (running.activityOn !== undefined) return running.activityOn(request);
    return { outcome: await running.activity(request), next: null };
  }

  runEntityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome> {
    if (this.current !== null) return this.current.entityBatch(request);
    return this.whenUp().then((running) => running.entityBatch(request));
  }

  runEncoded(call: EncodedCall): Promise<EncodedAnswer> {
    if (this.current !== null) return this.current.encoded(call);
    return this.whenUp().then((running) => running.encoded(call));
  }

  forget(instanceId: string): void {
    this.current?.forget(instanceId);
  }

  async invokeHttp(functionName: string, request: HttpTriggerRequest, signal?: AbortSignal): Promise<HttpTriggerResponse> {
    const running = await this.up();
    const { name } = this.find(running, functionName, 'http');
    const { method, url, headers, query, params, body } = request;
    const invocationId = randomUUID();
    const asked = { invocationId, name, method, url, headers, query, params };
    try {
      if (running.httpUri !== null) {
        return await streamHttp({
          httpUri: running.httpUri,
          invocationId,
          request,
          invoke: async () => {
            const reply = await running.http(asked, null, signal);
            const finished = await this.finishHttp(reply);
            return reply.response === null ? null : finished;
          },
          ...(signal === undefined ? {} : { signal }),
        });
      }
      const hasBody = body !== null && body.byteLength > 0;
      return await this.finishHttp(await running.http(asked, hasBody ? body : null, signal));
    } catch (error) {
      if (DurascopeError.is(error) || signal?.aborted === true) throw error;
      this.logFailure(name, error);
      return { status: 500, headers: [], body: null };
    }
  }

  /** Fires a timer-triggered function. Rejects with what it threw. `now`: of the computer's clock, which the function is told. */
  invokeTimer(functionName: string, info: TimerInfo, now = new Date()): Promise<string | null> {
    const { last, next, isPastDue } = info;
    return this.invoke(
      functionName,
      JSON.stringify({
        Schedule: { AdjustForDST: true },
        ScheduleStatus: {
          Last: last ?? '0001-01-01T00:00:00',
          LastUpdated: last ?? '0001-01-01T00:00:00',
          Next: next ?? '0001-01-01T00:00:00',
        },
        IsPastDue: isPastDue ?? false,
      }),
      timerMetadata(now),
    );
  }

  /**
   * Calls a function that is neither an orchestrator nor an activity by hand: `input` is what its trigger would bring (JSON, or any
   * text). Resolves with the returned value as JSON text. Rejects with what it threw, or with `UnknownFunction`.
   */
  async invoke(
    functionName: string,
    input: string | null,
    metadata: Readonly<Record<string, unknown>> = {},
  ): Promise<string | null> {
    const running = await this.up();
    const { name } = this.find(running, functionName, null);
    try {
      const { result, outputs } = await running.invoke(name, input, metadata);
      await this.startInstances(outputs);
      return result;
    } catch (error) {
      if (!DurascopeError.is(error)) this.logFailure(name, error);
      throw error;
    }
  }

  /** Resolves when nothing is loaded anew any more. */
  protected async reloaded(): Promise<void> {
    while (this.reloading !== null) await this.reloading;
  }

  /** Loads the app anew and switches over; when it does not load, what runs goes on running and an `appError` says why. */
  reload(): Promise<void> {
    if (this.reloading !== null) {
      this.reloadAgain = true;
      if (this.slowLoads > 0) {
        // What takes so long is not what there is now.
        this.slowLoads = 1;
        this.loading.abort();
      }
      return this.reloading;
    }
    this.reloading = this.reloadUntilDone().finally(() => (this.reloading = null));
    return this.reloading;
  }

  /**
   * Lets a debugger attach: the app is loaded anew in a process that listens at `port` where its language has the debugger look for a port.
   * What the old process has under way it ends (N1). Resolves when the new one is there.
   */
  async inspect(port: number): Promise<void> {
    this.inspectFromNowOn(port);
    await this.reload();
  }

  /** From now on the end of a process is no crash: who ends this program may have told the whole group of processes. */
  expectEnd(): void {
    this.endsSoon = true;
  }

  /** Resolves when every process is gone. What is under way is rejected. May be called twice. */
  async stop(): Promise<void> {
    this.stopper.abort();
    this.watcher?.dispose();
    clearTimeout(this.pause);
    for (const { reject } of this.waiting.splice(0)) reject(new DurascopeError('Stopped', 'The emulator has been stopped.'));
    const { current } = this;
    this.current = null;
    await Promise.all([current?.stop(), this.reloading]);
    await Promise.all(this.retiring);
  }

  private async reloadUntilDone(): Promise<void> {
    do {
      this.reloadAgain = false;
      if (this.isStopped) return;
      clearTimeout(this.pause);
      if (this.current !== null) this.emit({ type: 'workerReloading' });
      try {
        this.use(await this.launchNow());
      } catch (error) {
        this.report(error);
      }
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set by reload() meanwhile
    } while (this.reloadAgain);
  }

  private launchNow(): Promise<RunningApp> {
    this.emit({ type: 'workerStarting' });
    this.loading = new AbortController();
    return this.launch(AbortSignal.any([this.stopper.signal, this.loading.signal]));
  }

  /** N1. */
  private use(next: RunningApp): void {
    if (this.isStopped) {
      this.retire(next, 0);
      return;
    }
    const previous = this.current;
    this.current = next;
    this.broken = null;
    this.slowLoads = 0;
    this.startedAt = performance.now();
    const changed = JSON.stringify(this.lastFunctions) !== JSON.stringify(next.functions);
    this.lastFunctions = next.functions;
    const encoded = next.functions.filter((fn) => fn.profile === 'G');
    this.encoded = new Set(encoded.map((fn) => `${fn.type} ${fn.name.toLowerCase()}`));
    void next.ended.then((end) => {
      if (this.current === next) this.onDeath(end.message, end.lost);
    });
    if (previous !== null) this.retire(previous, this.options.drainMs ?? 10_000);
    this.emit({ type: 'workerReady', ...(next.pid === undefined ? {} : { pid: next.pid }) });
    if (changed) this.emit({ type: 'functionsChanged' });
    const hasProblems = next.problems.length > 0 || this.lastProblems.length > 0;
    this.lastProblems = next.problems;
    if (hasProblems) this.emit({ type: 'appProblems', problems: next.problems });
    for (const { resolve } of this.waiting.splice(0)) resolve(next);
  }

  private retire(worker: RunningApp, drainMs: number): void {
    const gone = worker
      .idle(drainMs)
      .then(() => worker.stop())
      .finally(() => this.retiring.delete(gone));
    this.retiring.add(gone);
  }

  private onDeath(how: string, lost: readonly LostWork[] = [], wasLoading = false): void {
    this.current = null;
    if (this.isStopped || this.endsSoon) return;
    const message = beforeTail(how, whatBecomesOf(lost));
    this.note('error', message);
    this.emit({ type: 'workerExited', message });
    this.failures = !wasLoading && performance.now() - this.startedAt > longEnoughMs ? 0 : this.failures + 1;
    this.reloadLater();
  }

  private reloadLater(): void {
    const pauseMs = this.failures === 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (this.failures - 1));
    this.pause = setTimeout(() => void this.reload(), pauseMs);
  }

  /** N3. */
  private report(error: unknown): void {
    if (this.isStopped || DurascopeError.is(error, 'Stopped')) return;
    if (DurascopeError.is(error, 'WorkerExited')) {
      // Killed while it was loading: that says nothing about the app.
      if (this.current === null) {
        this.refuseWaiting(error);
        this.onDeath(error.message, [], true);
      } else {
        this.note('warning', `${error.message} The app goes on as it was loaded before, and is loaded again.`);
        this.failures++;
        this.reloadLater();
      }
      return;
    }
    const known = DurascopeError.is(error) ? error : new DurascopeError('AppInvalid', String(error), { cause: error });
    const { file, line } = known.details;
    const isAgain = isTooSlow(known) && this.slowLoads + 1 < mostSlowLoads;
    this.slowLoads = isAgain ? this.slowLoads + 1 : 0;
    if (isAgain) this.reloadAgain = true;
    const untilThen = isAgain ? '' : ' The app does not run: it is loaded as soon as a file of it changes.';
    const goesOn = this.current === null ? untilThen : ' The app goes on as it was loaded before.';
    this.note('error', `${known.message}${goesOn}${isAgain ? loadedAgain : ''}`);
    this.emit({
      type: 'appError',
      message: known.message,
      ...(typeof file === 'string' ? { file } : {}),
      ...(typeof line === 'number' ? { line } : {}),
      problems: problemsOf(known),
    });
    if (this.current !== null) return;
    this.broken = known;
    this.refuseWaiting(known);
  }

  private refuseWaiting(error: DurascopeError): void {
    const calls = this.waiting.filter(({ isWork }) => !isWork);
    this.waiting = this.waiting.filter(({ isWork }) => isWork);
    for (const { reject } of calls) reject(error);
  }

  /** The process that takes requests, at once or as soon as there is one; rejects while the app cannot be loaded. */
  private up(): Promise<RunningApp> {
    if (this.current !== null) return Promise.resolve(this.current);
    return this.broken === null || this.isStopped ? this.whenUp(false) : Promise.reject(this.broken);
  }

  // N2
  private whenUp(isWork = true): Promise<RunningApp> {
    if (this.isStopped) return Promise.reject(new DurascopeError('Stopped', 'The emulator has been stopped.'));
    return new Promise((resolve, reject) => this.waiting.push({ isWork, resolve, reject }));
  }

  private find(worker: RunningApp, functionName: string, type: FunctionDescriptor['type'] | null): FunctionDescriptor {
    const lower = functionName.toLowerCase();
    const found = worker.functions.find((fn) => fn.name.toLowerCase() === lower && (type === null || fn.type === type));
    if (found !== undefined) return found;
    const names = worker.functions.filter((fn) => type === null || fn.type === type).map((fn) => fn.name);
    const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
    throw new DurascopeError(
      'UnknownFunction',
      `The app has no ${type === null ? '' : 'HTTP-triggered '}function "${functionName}": ${known}.`,
    );
  }

  private async finishHttp(reply: HttpReply): Promise<HttpTriggerResponse> {
    await this.startInstances(reply.outputs);
    const { response, body } = reply;
    return { status: response?.status ?? 204, headers: response?.headers ?? [], body };
  }

  private async startInstances(outputs: readonly OutputValue[]): Promise<void> {
    for (const start of readStartRequests(outputs)) {
      if (this.options.startInstance === undefined) {
        throw new DurascopeError('NotSupported', 'Output bindings cannot start orchestrations here.');
      }
      await this.options.startInstance(start);
    }
  }

  private logFailure(functionName: string, error: unknown): void {
    const message = `Function '${functionName}' failed: ${stackOrMessage(error)}`;
    this.options.log({ level: 'error', category: 'user', message, functionName });
  }

  protected note(level: LogEntry['level'], message: string): void {
    this.options.log({ level, category: 'worker', message });
  }

  private emit(event: AppWorkerEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}
