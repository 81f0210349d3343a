/** The app's process from the emulator's start to its stop, also while there is none: an app that is broken may be mended. */
import { problemsOf, type AppProblem } from '../../core/values/app-problem';
import { DurascopeError } from '../../core/values/errors';
import type { Disposable } from '../../core/ports/clock';
import type { ActivityOutcome, ActivityRequest, FunctionDescriptor } from '../../core/ports/function-worker';
import type { HttpTriggerHost, HttpTriggerRequest, HttpTriggerResponse } from '../../core/ports/http-trigger';
import type { AppWorker, TimerInfo } from '../../workers/supervision/app-worker';
import { startAppWorker, watchBrokenApp, type AppWorkerStart } from './app-worker-start';
import type { AppErrorEvent, EmulatorEvent } from '../emulator-types';
import type { Listeners } from '../listeners';
import type { Rehearsed } from './rehearsals';

export interface AppProcessOptions extends AppWorkerStart {
  /** An app that cannot be loaded at first is tried again when a file of it changes, instead of failing the start. */
  waitWhileBroken: boolean;
}

export class AppProcess implements HttpTriggerHost {
  private worker: AppWorker | null = null;
  private ready: Promise<void> | null = null;
  private watcher: Disposable | null = null;
  private isStopped = false;
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
    this.isStopped = true;
    this.watcher?.dispose();
    // A start under way ends by itself; what it started is stopped there.
    await this.ready;
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
    const worker = await startAppWorker(options);
    if (this.isStopped) {
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

  private waitForChange(options: AppProcessOptions, error: DurascopeError): void {
    if (this.isStopped) return;
    const { message, details } = error;
    options.log({ level: 'error', category: 'worker', message: `${message}\nThe app is loaded as soon as it is mended.` });
    this.brokenBy = {
      type: 'appError',
      message,
      ...(typeof details['file'] === 'string' ? { file: details['file'] } : {}),
      ...(typeof details['line'] === 'number' ? { line: details['line'] } : {}),
      problems: problemsOf(error),
    };
    this.events.tell(this.brokenBy);
    this.watcher = watchBrokenApp(options, () => {
      this.watcher?.dispose();
      this.watcher = null;
      void this.retry(options);
    });
  }

  private async retry(options: AppProcessOptions): Promise<void> {
    try {
      await this.load(options);
      if (this.worker !== null) {
        const { pid } = this.worker;
        this.events.tell({ type: 'workerReady', ...(pid === undefined ? {} : { pid }) });
        this.events.tell({ type: 'functionsChanged' });
        if (this.problems.length > 0) this.events.tell({ type: 'appProblems', problems: this.problems });
      }
    } catch (error) {
      this.waitForChange(
        options,
        DurascopeError.is(error) ? error : new DurascopeError('AppInvalid', String(error), { cause: error }),
      );
    }
  }
}
