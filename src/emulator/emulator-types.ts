/** What starts an emulator and what it is then; `startEmulator` is in emulator.ts. */
import type { Disposable } from '../core/ports/clock';
import type { ConnectedReplays } from '../core/ports/connected-replays';
import type { ConnectedWorker } from '../core/ports/connected-worker';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { HubClock, HubClockState } from '../core/ports/hub-clock';
import type { Logger } from '../core/ports/logger';
import type { ProductionStore } from '../core/instances/production-store';
import type { ClientIdRules } from '../core/values/instance-id';
import type { DurableTimers } from '../core/values/time';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import type { AppProblem } from '../core/values/app-problem';
import type { ClockChange } from '../core/values/clock-change';
import type { WaitingProcess } from '../workers/node/process/waiting-process';
import type { WatchdogTime } from '../workers/supervision/watchdog';

export interface EmulatorOptions {
  /** The function app: the folder of host.json. Without an app: the folder that the emulator works for. */
  appDir: string;
  /** False: there is no function app, only programs that connect to the gRPC port. */
  app?: boolean;
  /** Listen for Durable Task SDKs. `port` 0 takes any that is free; default 8080, or any that is free when that is taken. Absent: off. */
  grpc?: { port?: number };
  /** Default: the port of local.settings.json, else 7071; 0 takes any that is free. */
  port?: number;
  /** Default `<appDir>/.durascope`. */
  dataDir?: string;
  /** Keep nothing on disk; `dataDir` is not used then. */
  memory?: boolean;
  /** `interval` (default): a kill loses nothing, a power cut the last moments. `strict`: neither loses anything. */
  durability?: 'interval' | 'strict';
  /**
   * Whether the app's process may run quick sequences ahead of the commits (docs/decisions/0006-running-ahead.md). Default true; never with
   * `durability: 'strict'`.
   */
  runAhead?: boolean;
  /** Whether instances of Durascope's own are run while there is nothing to do (docs/decisions/0007-rehearsal.md). Default true, unless DURASCOPE_REHEARSAL is `off`. */
  rehearsal?: boolean;
  logger: Logger;
  /** Milliseconds after which user code that blocks the app is ended and named; 0: never. Default 10,000. */
  watchdogMs?: number;
  /** How that time passes. Default: as it does. */
  watchdogTime?: WatchdogTime;
  /** How the time passes that the app has to load. Default: as the computer's. */
  loadTime?: WatchdogTime;
  /** Lets a debugger attach to the process that runs the app; true: at any free port. */
  inspectPort?: number | true;
  /** Lets an app of .NET wait at its start until a debugger is attached to it (`LogEntry.waitingProcess`). Default false. */
  waitForDebugger?: boolean;
  /** A process that was started to become that of an app in JavaScript; it is used if it fits, or dismissed. */
  waiting?: WaitingProcess;
  /** Node.js to run the app with. Default: the one that runs the emulator. */
  nodePath?: string;
  /** What becomes of the instances of earlier sessions. Default `keep`. */
  sessionStart?: 'keep' | 'discard' | 'setAside';
  /** Environment of the app, over that of this process and local.settings.json. */
  env?: Readonly<Record<string, string>>;
  /** The hubs' clock: as it was when the data folder was last used (default), or set at the start. */
  clock?: ClockChange;
  /** `off`: timer triggers run by hand only. Default `on`. */
  timers?: 'on' | 'off';
  /** Which ids clients may choose for new instances. Default `documents`. */
  clientIdRules?: ClientIdRules;
  /** When durable timers come due. Default `exact`. */
  durableTimers?: DurableTimers;
  /** The store of production whose limits are warned of. Default: the one that host.json names, else none. */
  productionStore?: ProductionStore;
  /** File with stubs for durable HTTP calls, relative to the app. Default: its durascope.http.json, if there is one. */
  httpStubs?: string;
  /** An app that cannot be loaded: `fail` (default) rejects the start, `wait` reports it and loads the app once it is mended. */
  brokenApp?: 'fail' | 'wait';
  /** Nothing runs: what the data folder holds is opened to be read (stored-emulator.ts). The other options but `appDir` and `dataDir` do not matter then. */
  readOnly?: boolean;
}

export type EmulatorEvent =
  | { type: 'functionsChanged' }
  /** The store of production would do otherwise; once for each rule and orchestrator. */
  | { type: 'storeNote'; severity: 'warning' | 'information'; functionName: string; instanceId: string; message: string }
  /** Programs have connected to the gRPC port, or left it, or it is known what more they run. */
  | { type: 'connectedWorkersChanged' }
  /** The hubs' clock was set, has jumped or stopped by itself. */
  | { type: 'clockChanged'; clock: HubClockState }
  | { type: 'workerStarting' | 'workerReady' | 'workerExited' | 'workerReloading'; message?: string; pid?: number }
  /** The app could not be loaded, or user code failed outside of an invocation. */
  | { type: 'appError'; message: string; file?: string; line?: number; problems?: readonly AppProblem[] }
  /** What of the loaded app is left out, and why; empty: nothing any more. Follows the app's loading where there is or was any. */
  | { type: 'appProblems'; problems: readonly AppProblem[] };

/** `message` is for the developer of the app, `line` counts from 1. `problems` has all that is wrong, where that is known one by one. */
export type AppErrorEvent = Extract<EmulatorEvent, { type: 'appError' }>;

export interface GrpcEndpoint {
  port: number;
  /** For the SDKs: `Endpoint=http://localhost:8080;Authentication=None;TaskHub=default`. */
  connectionString: string;
}

export interface Emulator {
  readonly hub: TaskHubClient;
  /** Origin of the local server: `http://localhost:<port>`. */
  readonly url: string;
  readonly managementUrl: string;
  /** The system key: what changes something over HTTP carries it as `code`. */
  readonly key: string;
  readonly appDir: string;
  /** Null: in memory. */
  readonly dataDir: string | null;
  /** Of host.json, without slashes at its ends; empty for none. */
  readonly routePrefix: string;
  /** While it runs. */
  readonly workerPid: number | undefined;
  /** Why there is no app yet that could run: it could not be loaded at first, and is waited for. Null once it is loaded. */
  readonly appError: AppErrorEvent | null;
  /** What of the loaded app is left out, and why. */
  readonly appProblems: readonly AppProblem[];
  /** Where Durable Task SDKs connect; null: nowhere. */
  readonly grpc: GrpcEndpoint | null;
  functions(): readonly FunctionDescriptor[];
  /** Programs at the gRPC port. */
  connectedWorkers(): readonly ConnectedWorker[];
  /** Of all hubs of this emulator. */
  readonly time: HubClock;
  /** Of orchestrations that such programs run. */
  readonly replays: ConnectedReplays;
  /**
   * Calls a function by hand with what its trigger would bring (JSON or any text). Resolves with its result as JSON text. Errors:
   * `UnknownFunction`, `InvalidArgument` for functions with a way of their own to be called, `FunctionFailed` with what it threw.
   */
  invoke(functionName: string, input: string | null, metadata?: Readonly<Record<string, unknown>>): Promise<string | null>;
  /**
   * Lets a debugger attach to the app: it is loaded anew in a process that listens at `port` (JavaScript), and the hubs go on. Resolves with
   * the port where it listens: another one when it listened already. Errors: `AppInvalid` while no app is loaded.
   */
  inspect(port: number): Promise<number>;
  onEvent(listener: (event: EmulatorEvent) => void): Disposable;
  /** Resolves when everything has stopped and is on disk. May be called twice. */
  stop(): Promise<void>;
}
