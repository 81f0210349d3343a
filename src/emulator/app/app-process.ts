/** The app's process from the emulator's start to its stop, also while there is none: an app that is broken may be mended. */
import { problemsOf, type AppProblem } from '../../core/values/app-problem';
import { DurascopeError } from '../../core/values/errors';
import type { Disposable } from '../../core/ports/clock';
import type { ActivityOutcome, ActivityRequest, FunctionDescriptor } from '../../core/ports/function-worker';
import type { HttpTriggerHost, HttpTriggerRequest, HttpTriggerResponse } from '../../core/ports/http-trigger';
import type { AppWorker, TimerInfo } from '../../workers/supervision/app-worker';
import { isTooSlow, loadedAgain, mostSlowLoads } from '../../workers/supervision/slow-load';
import { startAppWorker, watchBrokenApp, type AppWorkerStart } from './app-worker-start';
import type { AppErrorEvent, EmulatorEvent } from '../emulator-types';
import type { Listeners } from '../listeners';
import type { Rehearsed } from './rehearsals';

export interface AppProcessOptions extends AppWorkerStart {
  /** An app that cannot be loaded at first is tried again when a file of it changes, instead of failing the start. */
  waitWhileBroken: boolean;
}

/** A load of an app that could not be loaded before. */
interface Retry {
  /** Those in a row before it. */
  slowLoads: number;
  /** Files that decide what the app is, since it began. */
  hasChanged: boolean;
  giveUp: AbortController;
  over: Promise<void>;
}

export class AppProcess implements HttpTriggerHost {
  private worker: AppWorker | null = null;
  private ready: Promise<void> | null = null;
  private watcher: Disposable | null = null;
  private readonly stopper = new AbortController();
  private retrying: Retry | null = null;
  private brokenBy: AppErrorEvent | null = null;
  private loaded: (worker: AppWorker) => void = () => undefined;
  private underWay = 0;
  private inspectPort: number | null = null;

  constructor(
    private readonly events: Listeners<EmulatorEvent>,
    /** A call of a function that no hub knows of has ended. */
    private readonly callEnded: (asker: 'client' | 'timer') => void = () => undefined,
  ) {}

  /** Calls of functions that no hub knows of: by HTTP, timers and by hand. */
  get callsUnderWay(): number {
    return this.underWay;
  }

  get pid(): number | undefined {
    return this.worker?.pid;
  }

  /** Why it could not be loaded at first; null when it is, or nobody has tried yet. */
  get error(): AppErrorEvent | null {
    return this.brokenBy;
  }

  /** What of the loaded app is left out. */
  get problems(): readonly AppProblem[] {
    return this.worker?.problems ?? [];
  }

  /** Null: its process cannot, or there is none. */
  get rehearsal(): Rehearsed | null {
    const { worker } = this;
    return worker === null || worker.rehearsal.length === 0 ? null : { worker, functions: worker.rehearsal };
  }

  /** Without what its packages brought along. */
  functions(): readonly FunctionDescriptor[] {
    return this.worker?.functions().filter((fn) => fn.isBuiltIn !== true) ?? [];
  }

  /** Called with the worker now, if the app is loaded, and whenever its functions have changed. */
  onLoaded(listener: (worker: AppWorker) => void): void {
    this.loaded = listener;
    if (this.worker !== null) listener(this.worker);
  }

  /** Null once the first attempt to load the app is over; else resolves then. */
  readiness(): Promise<void> | null {
    return this.ready;
  }

  /** Resolves when the app is loaded, or found to be broken and waited for. Rejects with `AppInvalid` otherwise. */
  start(options: AppProcessOptions): Promise<void> {
    const first = this.load(options).catch((error: unknown) => {
      if (!options.waitWhileBroken || !DurascopeError.is(error, 'AppInvalid')) throw error;
      this.waitForChange(options, error);
    });
    const over = (): void => void (this.ready = null);
    this.ready = first.then(over, over);
    return first;
  }

  /** AppWorker.expectEnd. */
  expectEnd(): void {
    this.worker?.expectEnd();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    this.watcher?.dispose();
    // What a start under way has begun is stopped there.
    await Promise.all([this.ready, this.retrying?.over]);
    await this.worker?.stop();
  }

  invokeHttp(functionName: string, request: HttpTriggerRequest, signal?: AbortSignal): Promise<HttpTriggerResponse> {
    return this.counted(
      'client',
      this.loadedWorker().then((worker) => worker.invokeHttp(functionName, request, signal)),
    );
  }

  invoke(functionName: string, input: string | null, metadata: Readonly<Record<string, unknown>>): Promise<string | null> {
    return this.counted(
      'client',
      this.loadedWorker().then((worker) => worker.invoke(functionName, input, metadata)),
    );
  }

  invokeTimer(functionName: string, info: TimerInfo): Promise<string | null> {
    return this.counted(
      'timer',
      this.loadedWorker().then((worker) => worker.invokeTimer(functionName, info)),
    );
  }

  runActivity(request: ActivityRequest): Promise<ActivityOutcome> {
    return this.loadedWorker().then((worker) => worker.runActivity(request));
  }

  /**
   * Lets a debugger attach to the app's process, from now on and without an end of what runs (AppWorker.inspect); resolves with the port at
   * which that waits, the first one asked for. Rejects with `AppInvalid` while there is no app that could be debugged.
   */
  async inspect(port: number): Promise<number> {
    if (this.worker === null) {
      throw new DurascopeError('AppInvalid', 'The app is not loaded, so there is nothing to debug: its error stands in the log.');
    }
    if (this.inspectPort === null) {
      this.inspectPort = port;
      await this.worker.inspect(port);
    }
    return this.inspectPort;
  }

  private counted<T>(asker: 'client' | 'timer', call: Promise<T>): Promise<T> {
    this.underWay++;
    return call.finally(() => {
      this.underWay--;
      this.callEnded(asker);
    });
  }

  private loadedWorker(): Promise<AppWorker> {
    if (this.worker !== null) return Promise.resolve(this.worker);
    return Promise.reject(
      new DurascopeError('WorkerExited', 'The app is not loaded: its error stands in the log of the emulator.'),
    );
  }

  private async load(options: AppProcessOptions): Promise<void> {
    if (typeof options.inspectPort === 'number') this.inspectPort = options.inspectPort;
    const { signal } = this.stopper;
    const { startSignal = signal } = options;
    const worker = await startAppWorker({ ...options, startSignal: AbortSignal.any([signal, startSignal]) });
    if (signal.aborted || startSignal.aborted) {
      await worker.stop();
      return;
    }
    this.worker = worker;
    this.brokenBy = null;
    worker.onEvent((event) => {
      if (event.type === 'functionsChanged') this.loaded(worker);
      this.events.tell(event);
    });
    this.loaded(worker);
  }

  /** `slowLoads`: in a row, before this one. */
  private waitForChange(options: AppProcessOptions, error: DurascopeError, slowLoads = 0): void {
    if (this.stopper.signal.aborted) return;
    const { message, details } = error;
    const isAgain = isTooSlow(error) && slowLoads + 1 < mostSlowLoads;
    const whatNow = isAgain ? loadedAgain : '\nThe app is loaded as soon as it is mended.';
    options.log({ level: 'error', category: 'worker', message: `${message}${whatNow}` });
    this.brokenBy = {
      type: 'appError',
      message,
      ...(typeof details['file'] === 'string' ? { file: details['file'] } : {}),
      ...(typeof details['line'] === 'number' ? { line: details['line'] } : {}),
      problems: problemsOf(error),
    };
    this.events.tell(this.brokenBy);
    const before = this.watcher;
    this.watcher = watchBrokenApp(options, error, () => this.changed(options));
    before?.dispose();
    if (isAgain) this.retry(options, slowLoads + 1);
  }

  private changed(options: AppProcessOptions): void {
    if (this.retrying === null) {
      this.retry(options, 0);
      return;
    }
    this.retrying.hasChanged = true;
    // What takes so long is not what there is now.
    if (this.retrying.slowLoads > 0) this.retrying.giveUp.abort();
  }

  private retry(options: AppProcessOptions, slowLoads: number): void {
    const retrying = { slowLoads, hasChanged: false, giveUp: new AbortController(), over: Promise.resolve() };
    this.retrying = retrying;
    retrying.over = this.loadAgain(options, retrying);
  }

  private async loadAgain(options: AppProcessOptions, retrying: Retry): Promise<void> {
    const { slowLoads, giveUp } = retrying;
    const loadTimeoutMs = (options.loadTimeoutMs ?? 60_000) * 2 ** slowLoads;
    let failure: unknown = null;
    try {
      await this.load({ ...options, loadTimeoutMs, startSignal: giveUp.signal });
    } catch (error) {
      failure = error;
    }
    this.retrying = null;
    if (this.worker === null && !this.stopper.signal.aborted) {
      if (retrying.hasChanged) this.retry(options, 0);
      else this.waitForChange(options, asRefusal(failure), slowLoads);
      return;
    }
    this.watcher?.dispose();
    if (this.worker === null) return;
    const { pid } = this.worker;
    this.events.tell({ type: 'workerReady', ...(pid === undefined ? {} : { pid }) });
    this.events.tell({ type: 'functionsChanged' });
    if (this.problems.length > 0) this.events.tell({ type: 'appProblems', problems: this.problems });
    if (retrying.hasChanged) void this.worker.reload();
  }
}

function asRefusal(error: unknown): DurascopeError {
  return DurascopeError.is(error) ? error : new DurascopeError('AppInvalid', String(error), { cause: error });
}
