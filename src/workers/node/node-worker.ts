/** Function apps in JavaScript and TypeScript: a child process with the packages of the app's own node_modules. */
import type { Disposable } from '../../core/ports/clock';
import { AppWorker, type AppWorkerOptions } from '../supervision/app-worker';
import { spawnProcess, type Launcher } from '../supervision/launch';
import type { RunningApp } from '../supervision/running-app';
import type { WatchdogTime } from '../supervision/watchdog';
import { outsideOf, watchApp, type WatchedApp } from './app/app-watcher';
import { prepareLaunch, type AppLaunchOptions } from './process/app-launch';
import { WorkerProcess } from './process/worker-process';

export interface NodeWorkerOptions extends AppLaunchOptions, AppWorkerOptions {
  /** The durable client binding's JSON (spec/functions-worker.md 8.1); asked for at each start of the process. */
  clientBinding(): string;
  /** The same for clients that speak gRPC (10.6); null: gRPC is off. */
  grpcClientBinding?(): string | null;
  /** How long the app may block its event loop. Default 10,000; 0: for ever. */
  watchdogMs?: number;
  /** How that time passes. Default: as the computer's. */
  watchdogTime?: WatchdogTime;
  /** Default 60,000; 0: for ever. */
  loadTimeoutMs?: number;
  /** Quiet time after a change before the app is loaded again. Default 250. */
  debounceMs?: number;
  /** Default: as a child of this process. */
  launcher?: Launcher;
  /** The app's process keeps this one alive only while it is asked something. Default false. */
  inBackground?: boolean;
}

export class NodeWorker extends AppWorker {
  /** Resolves when the app is loaded. Rejects as `begin` does. */
  static start(options: NodeWorkerOptions): Promise<NodeWorker> {
    return new NodeWorker(options).begin();
  }

  /** Of the code that was loaded last. */
  private runsTypeScript = false;
  /** Of the code that was loaded, or could not be loaded, last. */
  private outside: readonly string[] = [];
  private watched: WatchedApp | null = null;

  private constructor(private node: NodeWorkerOptions) {
    super(node);
  }

  protected inspectFromNowOn(inspectPort: number): void {
    this.node = { ...this.node, inspectPort };
  }

  protected async launch(signal: AbortSignal): Promise<RunningApp> {
    const { node: options } = this;
    const prepared = await prepareLaunch(options);
    for (const warning of prepared.warnings) this.note('warning', warning);
    const grpcClientBinding = options.grpcClientBinding?.() ?? null;
    const started = await WorkerProcess.start({
      ...prepared,
      launcher: options.launcher ?? spawnProcess,
      clientBinding: options.clientBinding(),
      ...(grpcClientBinding === null ? {} : { grpcClientBinding }),
      log: options.log,
      watchdogMs: options.watchdogMs ?? 10_000,
      watchdogTime: options.watchdogTime,
      loadTime: options.loadTime,
      loadTimeoutMs: (options.loadTimeoutMs ?? 60_000) * this.patience,
      signal,
      ...(options.inBackground === undefined ? {} : { inBackground: options.inBackground }),
    }).catch((error: unknown) => {
      // What runs on does not change by that, but what was to run may be mended there.
      this.loadedFrom([...new Set([...this.outside, ...outsideOf(error)])]);
      throw error;
    });
    this.loadedFrom(started.outside);
    this.runsTypeScript = started.runsTypeScript;
    for (const warning of started.warnings) this.note('warning', warning);
    return started;
  }

  protected watchFiles(onChange: () => void): Disposable {
    const loaded = { runsTypeScript: () => this.runsTypeScript, outside: () => this.outside };
    this.watched = watchApp(this.node.appDir, this.node.debounceMs ?? 250, onChange, loaded);
    return this.watched;
  }

  private loadedFrom(outside: readonly string[]): void {
    this.outside = outside;
    this.watched?.update();
  }
}
