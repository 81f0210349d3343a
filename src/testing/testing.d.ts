/**
 * `durascope/testing`: hubs for tests. An app's real orchestrators in a hub that lives in the test's own process, with a clock that goes on
 * when the test says so, real activities or stubs for them, and histories to compare.
 */

/** What an orchestration is. */
export type RuntimeStatus =
  'Pending' | 'Running' | 'Suspended' | 'Completed' | 'Failed' | 'Terminated' | 'Canceled' | 'ContinuedAsNew';

export interface ActivityContext {
  /** As the app registers it. */
  name: string;
  /** Of the orchestration that calls it. */
  instanceId: string;
  /** How often this hub has run the activity with this input for this orchestration, this time counted: from 1. */
  attempt: number;
}

/** A stub that returns it never answers: the activity stays under way, so that a time-out can come first. */
export declare const unanswered: unique symbol;

/** Takes the place of an activity: what it returns is the result, what it throws the failure. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the test knows what its orchestrator hands over
export type ActivityStub = (input: any, context: ActivityContext) => unknown;

export interface HttpStubRequest {
  method: string;
  uri: string;
  headers: Readonly<Record<string, string>>;
  content: string | null;
}

export interface HttpStubAnswer {
  statusCode: number;
  headers?: Readonly<Record<string, string>>;
  content?: string | null;
}

export interface LogLine {
  level: 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical';
  message: string;
  functionName?: string;
  instanceId?: string;
}

export interface TestHubOptions {
  /** The function app in JavaScript or TypeScript: the folder of its host.json. Default: the current folder, or the nearest above it that has one. */
  app?: string | URL;
  /** Stubs by the name of the activity. */
  activities?: Readonly<Record<string, ActivityStub>>;
  /** Activities without a stub: they run for real in the app's process (`run`, the default), or fail by name (`refuse`). */
  unstubbed?: 'run' | 'refuse';
  /** Answers durable HTTP calls (`context.df.callHttp`). Without it they fail by name: nothing goes out of a test hub. */
  http?: (request: HttpStubRequest) => HttpStubAnswer | Promise<HttpStubAnswer>;
  /** `manual` (default): time stands still until `advance`. `auto`: whoever waits lets it jump to what is due next when nothing else can happen. */
  clock?: 'manual' | 'auto';
  /** Of `auto`: how often time may jump in one wait. More are taken for an orchestration that never ends. Default 20,000. */
  maxJumps?: number;
  /** What the clock shows first. Default 2026-01-01T00:00:00Z. */
  now?: string | Date;
  /** Environment of the app's process, on top of this one's and of local.settings.json. Hubs with other values have a process of their own. */
  env?: Readonly<Record<string, string>>;
  /** Node.js to run the app with. Default: the one that runs the test. */
  nodePath?: string;
  /** What the app logs; of hubs of the same app each hears all of it. */
  log?: (line: LogLine) => void;
}

export interface StartOptions {
  /** Default: a new one. */
  instanceId?: string;
  /** Not before this time of the hub's clock. */
  startAt?: string | Date;
}

export interface ActivityCall {
  name: string;
  instanceId: string;
  input: unknown;
  attempt: number;
  /** Absent while it runs. */
  outcome?: { result: unknown } | { failure: string };
}

/** One row of a history, payloads as values. Which fields there are depends on the type. */
export interface HistoryRow {
  EventType: string;
  EventId: number;
  Timestamp: string;
  Name?: string;
  Input?: unknown;
  Result?: unknown;
  [field: string]: unknown;
}

/** A row without what differs from run to run. `DueInMs`: of a timer, from when it was set. */
export type SnapshotRow = { EventType: string; DueInMs?: number } & { [field: string]: unknown };

/** An orchestration that waits for this event; with this custom status. */
export interface Awaited {
  event?: string;
  customStatus?: unknown;
}

export interface TestInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly runtimeStatus: RuntimeStatus;
  readonly input: unknown;
  /** Of one that has completed; null before. */
  readonly output: unknown;
  /** Of one that has failed or was terminated, as the status API tells it; null otherwise. */
  readonly failure: string | null;
  readonly customStatus: unknown;
  /** Names of the external events that the code waits for now. */
  readonly awaitedEvents: readonly string[];
  /** When the next timers of this orchestration come due, in their order. */
  readonly timers: readonly Date[];
  /** Every value that the custom status has had, oldest first. */
  customStatuses(): readonly unknown[];
  history(): readonly HistoryRow[];
  /** The history without times, ids and stacks: the same for each run that goes the same way. */
  snapshot(): readonly SnapshotRow[];
  /** Resolves when the hub has taken it and all that came of it at once has happened. */
  raiseEvent(name: string, data?: unknown): Promise<void>;
  terminate(reason?: string): Promise<void>;
  suspend(reason?: string): Promise<void>;
  resume(reason?: string): Promise<void>;
  /**
   * Resolves once it is in that state, or one of those, or the function says true. Rejects at once, saying what it waits for, when nothing more can
   * happen by itself: then an event is missing, or the clock must go on.
   */
  waitFor(
    what: RuntimeStatus | readonly RuntimeStatus[] | Awaited | ((instance: TestInstance) => boolean),
  ): Promise<TestInstance>;
  /** Resolves with the output once it has completed. Rejects when it ends otherwise, with why, and as `waitFor`. */
  result(): Promise<unknown>;
}

export interface TestHub {
  /** What the hub's clock shows. */
  readonly now: Date;
  /** Names of the app's functions. */
  readonly functions: readonly string[];
  /** Starts an orchestration; resolves when all that it can do at once is done. */
  start(orchestrator: string, input?: unknown, options?: StartOptions): Promise<TestInstance>;
  /** Starts it, and resolves with its output, as `start` and `result`. */
  run(orchestrator: string, input?: unknown, options?: StartOptions): Promise<unknown>;
  /** One that there is: by its id, of a sub-orchestration too. */
  instance(instanceId: string): TestInstance;
  instances(): readonly TestInstance[];
  /** Signals an entity; resolves when all that comes of it at once has happened. */
  signalEntity(name: string, key: string, operation: string, input?: unknown): Promise<void>;
  /** Undefined for an entity that has no state. */
  entityState(name: string, key: string): unknown;
  /**
   * Moves the clock on by milliseconds or a text like `'3d'`, `'2h30m'`, `'90s'`. It stops at whatever comes due on the way, and what comes of it
   * happens first.
   */
  advance(by: number | string): Promise<void>;
  advanceTo(time: string | Date): Promise<void>;
  /** To the next timer, retry, scheduled start or delayed signal, whose time it returns. */
  advanceToNext(): Promise<Date>;
  /** Resolves when nothing more happens by itself at this time. */
  settle(): Promise<void>;
  /** Activities that ran in this hub, stubs and real ones, in the order of their begin. */
  calls(activity?: string): readonly ActivityCall[];
  /** Ends the hub. The app's process stays a while for the next one, and goes with this process. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export declare function startTestHub(options?: TestHubOptions): Promise<TestHub>;

export interface ReplayRecordingOptions {
  /** As of a test hub. */
  app?: string | URL;
  /** Which instance of a file with several. Default: all of them. */
  instanceId?: string;
  /** Environment of the app's process. */
  env?: Readonly<Record<string, string>>;
  nodePath?: string;
}

/**
 * Runs the orchestrators over the histories in the file, as after a restart: no activity runs. Rejects when the code goes another way than a
 * history, with the row, both sides, the line of the code and the likely cause. The file: what Durascope exports, or any history that
 * `durascope replay` reads.
 */
export declare function replayRecording(file: string | URL, options?: ReplayRecordingOptions): Promise<void>;

export interface ExploreOptions {
  /** As of a test hub. */
  app?: string | URL;
  input?: unknown;
  /** What comes from outside, once each: `{ Paid: 1 }`, or `[['Order', 1], ['Order', 2]]`. */
  events?: Readonly<Record<string, unknown>> | readonly (readonly [name: string, payload?: unknown])[];
  /** What runs beside. `id`: default `explored-2` for the first of them, and so on. Events for it are named `2.Name`. */
  others?: readonly { orchestrator: string; input?: unknown; id?: string }[];
  /** Outputs that it may have; with `others` each is a list. Default: the one that it has when everything comes in order. */
  expect?: readonly unknown[];
  /** What is wrong with a run, as a text; or the file of a module that exports such a function. */
  check?: string | URL | ((run: ExploredRun) => string | undefined);
  /** Schedules, at most. Default 2,000. */
  runs?: number;
  seed?: number;
  /** Activities that fail once in a schedule, at most; activities that run twice, and events that come twice. Default 1 each. */
  failures?: number;
  doubles?: number;
  /** Only this one, as `durascope explore` prints it. */
  schedule?: string;
  env?: Readonly<Record<string, string>>;
  nodePath?: string;
}

export interface ExploredRun {
  status: string;
  /** Of a failure its text. */
  output: unknown;
  /** In the order in which they ran; what ran twice stands there twice. */
  calls: readonly { name: string; input: string | null; id: number; instanceId?: string; outcome: 'completed' | 'failed' }[];
  /** With `others`: each instance; `output` is then a list of theirs. */
  instances?: readonly { name: string; instanceId: string; status: string; output: unknown }[];
  /** States of entities when it is over, by their ids. */
  entities: Readonly<Record<string, unknown>>;
  schedule: string;
}

export interface Exploration {
  schedules: number;
  /** There are no others. */
  isComplete: boolean;
  outcomes: readonly { status: string; output: unknown; count: number }[];
  /** Events that were given and that the code waits for under none of these schedules; each with a sentence that says so. */
  unawaited: readonly { event: string; message: string }[];
}

/**
 * Runs an orchestrator under many schedules, as `durascope explore` does (docs/explore.md). Rejects when it goes wrong under one, with the
 * problem and the schedule.
 */
export declare function explore(orchestrator: string, options?: ExploreOptions): Promise<Exploration>;
