/**
 * The emulator of one app through its starts and stops.
 *
 *   A1. One step at a time: a start while it stops waits for the stop, a second start joins the first.
 *   A2. `status` says what is, and listeners hear of every change of it.
 *   A3. What earlier sessions left can be read while it is stopped; a start closes that first, for only one can have the folder.
 */
import { messageOf } from '../../base/error-message';
import type { Disposable } from '../../core/ports/clock';
import type { AppProblem } from '../../core/values/app-problem';
import { DurascopeError } from '../../core/values/errors';
import type { ConnectedReplays } from '../../core/ports/connected-replays';
import type { ConnectedWorker } from '../../core/ports/connected-worker';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { HubClock, HubClockState } from '../../core/ports/hub-clock';
import { InstanceLogs } from '../../core/ports/instance-logs';
import type { LogEntry } from '../../core/ports/logger';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import type { AppErrorEvent, EmulatorEvent, GrpcEndpoint } from '../../emulator/emulator-types';
import { Listeners } from '../../emulator/listeners';
import { BuildFailed } from '../models/load-advice';
import type { EmulatorStatus, WorkerStatus } from '../models/emulator-status';

/** What the editor needs of a running emulator, in this window or in another one. */
export interface RunningEmulator {
  /** Another window or program runs it; this one looks on. */
  readonly isAttached: boolean;
  readonly hub: TaskHubClient;
  readonly url: string;
  readonly managementUrl: string;
  readonly key: string;
  readonly dataDir: string | null;
  readonly routePrefix: string;
  readonly workerPid: number | undefined;
  /** Why the app could not be loaded, if it is not. */
  readonly appError: AppErrorEvent | null;
  /** What of the loaded app is left out, and why. */
  readonly appProblems: readonly AppProblem[];
  functions(): readonly FunctionDescriptor[];
  /** Where Durable Task SDKs connect; null: nowhere, or not known here. */
  readonly grpc: GrpcEndpoint | null;
  connectedWorkers(): readonly ConnectedWorker[];
  /** Of orchestrators that such programs run. */
  readonly replays: ConnectedReplays;
  /** Of its hubs. */
  readonly time: HubClock;
  invoke(functionName: string, input: string | null): Promise<string | null>;
  /** Lets a debugger attach to the app's process (emulator-types.ts). */
  inspect(port: number): Promise<number>;
  onEvent(listener: (event: EmulatorEvent) => void): Disposable;
  onLost(listener: (error: Error) => void): Disposable;
  stop(): Promise<void>;
}

export class AppEmulator {
  #status: EmulatorStatus = { type: 'stopped' };
  #running: RunningEmulator | undefined;
  /** A3. */
  #stored: RunningEmulator | undefined;
  #clock: HubClockState | null = null;
  /** Settles when every step asked for is over. */
  #steps: Promise<unknown> = Promise.resolve();
  /** The step asked for last, until it is over. */
  #lastStart: Promise<RunningEmulator> | undefined;
  #lastStop: Promise<void> | undefined;
  #subscriptions: Disposable[] = [];
  readonly #changed = new Listeners<EmulatorStatus>();
  readonly #events = new Listeners<EmulatorEvent>();

  /** What the instances of this emulator have logged, since the window is open. */
  readonly logs = new InstanceLogs();

  constructor(readonly appDir: string) {}

  get status(): EmulatorStatus {
    return this.#status;
  }

  get running(): RunningEmulator | undefined {
    return this.#running;
  }

  /** What there is to be looked at: the one that runs, or what earlier sessions left, once that was opened. */
  get shown(): RunningEmulator | undefined {
    return this.#running ?? this.#stored;
  }

  get isLookedAt(): boolean {
    return this.#stored !== undefined;
  }

  /** The hub; `Stopped` when the emulator does not run. */
  get hub(): TaskHubClient {
    if (this.#running === undefined) throw new DurascopeError('Stopped', 'The emulator is not running. Start it and try again.');
    return this.#running.hub;
  }

  /** Why the app cannot be loaded as its files are now; undefined while it can. */
  get loadError(): AppErrorEvent | undefined {
    const status = this.#status;
    if (status.type === 'failed') return status.error;
    return status.type === 'running' && status.worker.type === 'broken' ? status.worker.error : undefined;
  }

  /** The clock of its hubs as it was told last; null: not yet, or it does not run. */
  get clock(): HubClockState | null {
    return this.#clock;
  }

  /** Epoch milliseconds as its hubs have them. */
  now(): number {
    if (this.#clock === null) return Date.now();
    return this.#clock.mode === 'paused' ? Date.parse(this.#clock.now) : Date.now() + this.#clock.aheadMs;
  }

  onStatus(listener: (status: EmulatorStatus) => void): Disposable {
    return this.#changed.add(listener);
  }

  /** Of whichever run. */
  onEvent(listener: (event: EmulatorEvent) => void): Disposable {
    return this.#events.add(listener);
  }

  /** Runs `launch` unless it runs already. Rejects with what `launch` rejects with; the status says so too. */
  start(
    launch: () => Promise<RunningEmulator>,
    run: { isDebugging: boolean; hasApp: boolean } = { isDebugging: false, hasApp: true },
  ): Promise<RunningEmulator> {
    if (this.#lastStart !== undefined) return this.#lastStart; // A1
    const start = this.#steps.then(() => this.#running ?? this.#start(launch, run));
    this.#lastStart = start;
    this.#lastStop = undefined;
    this.#steps = start
      .catch(() => undefined)
      .then(() => {
        if (this.#lastStart === start) this.#lastStart = undefined;
      });
    return start;
  }

  /** Opens what earlier sessions left, unless it runs (A3). Rejects with what `open` rejects with. */
  look(open: () => Promise<RunningEmulator>): Promise<RunningEmulator> {
    const looking = this.#steps.then(async () => {
      const known = this.shown;
      if (known !== undefined) return known;
      const stored = await open();
      this.#stored = stored;
      this.#set(this.#status);
      return stored;
    });
    this.#steps = looking.catch(() => undefined);
    return looking;
  }

  /** A debugger is attached to the app's process, or no longer. */
  setDebugging(isDebugging: boolean): void {
    if (this.#status.type === 'running') this.#set({ ...this.#status, isDebugging });
  }

  /** Lets a start under way through first: half an emulator cannot be stopped. */
  stop(): Promise<void> {
    if (this.#lastStop !== undefined) return this.#lastStop;
    const stop = this.#steps.then(() => this.#stop());
    this.#lastStop = stop;
    this.#lastStart = undefined;
    this.#steps = stop
      .catch(() => undefined)
      .then(() => {
        if (this.#lastStop === stop) this.#lastStop = undefined;
      });
    return stop;
  }

  /** A line of its log. A build can take long, and is told while it goes on. */
  heard(entry: LogEntry): void {
    this.logs.add(entry);
    if (this.#status.type !== 'starting' || entry.category !== 'worker') return;
    const [, word] = /^(Building|Built) /.exec(entry.message) ?? [];
    if (word !== undefined) this.#set({ type: 'starting', isBuilding: word === 'Building' });
  }

  async #start(
    launch: () => Promise<RunningEmulator>,
    { isDebugging, hasApp }: { isDebugging: boolean; hasApp: boolean },
  ): Promise<RunningEmulator> {
    await this.#closeStored();
    this.#set({ type: 'starting' });
    try {
      const running = await launch();
      this.#running = running;
      this.#subscriptions = [
        running.onEvent((event) => {
          this.#note(event);
          this.#events.tell(event);
        }),
        running.onLost((error) => {
          this.#forget();
          this.#set({ type: 'failed', message: error.message });
        }),
      ];
      // One of an older version has none.
      this.#clock = await running.time.clock().catch(() => null);
      const { url, managementUrl, dataDir, workerPid, appError } = running;
      const worker: WorkerStatus = !hasApp
        ? { type: 'none' }
        : appError !== null
          ? { type: 'broken', error: appError }
          : workerPid === undefined
            ? { type: 'loading' }
            : { type: 'ready', pid: workerPid };
      this.#set({ type: 'running', url, managementUrl, dataDir, worker, isDebugging });
      // It was told before anybody here could hear it.
      if (appError !== null) this.#events.tell(appError);
      if (running.appProblems.length > 0) this.#events.tell({ type: 'appProblems', problems: running.appProblems });
      return running;
    } catch (error) {
      const build = error instanceof BuildFailed ? { error: error.error } : {};
      this.#set({ type: 'failed', message: messageOf(error), ...build });
      throw error;
    }
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    await this.#closeStored();
    if (running === undefined) {
      this.#set({ type: 'stopped' });
      return;
    }
    this.#set({ type: 'stopping' });
    this.#forget();
    try {
      await running.stop();
    } finally {
      this.#set({ type: 'stopped' });
    }
  }

  async #closeStored(): Promise<void> {
    const stored = this.#stored;
    this.#stored = undefined;
    await stored?.stop();
  }

  #forget(): void {
    for (const each of this.#subscriptions.splice(0)) each.dispose();
    this.#running = undefined;
    this.#clock = null;
  }

  #note(event: EmulatorEvent): void {
    const status = this.#status;
    if (event.type === 'clockChanged') this.#clock = event.clock;
    if (status.type !== 'running') return;
    if (event.type === 'clockChanged') this.#set(status);
    const worker = workerAfter(event, this.#running?.workerPid);
    if (worker !== undefined) this.#set({ ...status, worker });
  }

  #set(status: EmulatorStatus): void {
    this.#status = status;
    this.#changed.tell(status);
  }
}

function workerAfter(event: EmulatorEvent, pid: number | undefined): WorkerStatus | undefined {
  switch (event.type) {
    case 'workerStarting':
    case 'workerReloading':
      return { type: 'loading' };
    case 'workerReady':
      return { type: 'ready', pid: event.pid ?? pid };
    case 'workerExited':
      return { type: 'exited', message: event.message ?? 'The process of the app has ended.' };
    case 'appError':
      return { type: 'broken', error: event };
    case 'functionsChanged':
    case 'appProblems':
    case 'storeNote':
    case 'connectedWorkersChanged':
    case 'clockChanged':
      return undefined;
  }
}
