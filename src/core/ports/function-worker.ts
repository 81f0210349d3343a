/**
 * Where user code runs. A worker never touches the store and never decides what is history: an episode is a pure question,
 * asked again whenever there is doubt.
 */
import type { WaitFacts } from '../instances/instance';
import type { BehaviourProfile } from '../values/behaviour-profile';
import type { Decision } from '../decisions/decisions';
import type { FailureDetails, HistoryEvent, Tags, TraceContext } from '../history/history';

export interface EpisodeRequest {
  instanceId: string;
  executionId: string;
  /** Function name as the instance was started. */
  name: string;
  /** Stored events of this generation, commit order. The array belongs to the engine: read it, keep no changes. */
  history: readonly HistoryEvent[];
  /** OrchestratorStarted first, then the reconciled inbox. */
  newEvents: readonly HistoryEvent[];
  /** Of the generation; told to workers of profile G. */
  version?: string;
  /** The worker may run ahead from here (docs/decisions/0006-running-ahead.md). Absent: it may not. */
  ahead?: RunAheadGrant;
}

export interface RunAheadGrant {
  /** Activities, each with the episode that takes its result, that the worker may begin by itself, at most. 0: only `runActivityOn` goes on. */
  steps: number;
  /** Activities that the worker may run at one time, those handed to it included. */
  maxActivities: number;
  /** By how much the times that it notes are to be ahead of the computer's, in whole milliseconds. Absent: 0. */
  clockAheadMs?: number;
  /** Milliseconds that an activity function took less than, the last time, to be begun by the worker itself. Absent: 20. */
  quickMs?: number;
}

/** An activity that the worker has begun by itself, as the episode before has scheduled nothing else. */
export interface BegunActivity {
  taskId: number;
  /** Rejects as `runActivity` does; there already where it has ended in the same breath. */
  ended: Promise<BegunEnd> | BegunEnd;
}

export interface BegunEnd {
  outcome: ActivityOutcome;
  /** The episode that takes the result, already run; null: the worker has stopped running ahead. */
  next: EpisodeAhead | null;
}

/** Its new events are an OrchestratorStarted and the result, both of the time `at`. */
export interface EpisodeAhead {
  at: string;
  outcome: EpisodeOutcome;
}

export interface EpisodeOutcome {
  /** Ascending by id; only new work. */
  decisions: readonly Decision[];
  /** JSON text of the custom status after replaying the whole generation; null when none is set. */
  customStatus: string | null;
  /** Event names awaited now, for the user's eyes. */
  awaitedEvents: readonly string[];
  /** Why the code will not go on by what it waits for, in a sentence for the user's eyes; absent while it may. */
  stuck?: string;
  /** Absent: nothing is known beyond the history. */
  waits?: WaitFacts;
  /** New events, by their positions, whose results the package gave to another call, and to which: words for the row's note. */
  astray?: readonly (readonly [at: number, text: string])[];
  /** Only where the worker runs ahead: when the episode ended, in the history's time form. */
  endedAt?: string;
  begun?: BegunActivity;
}

export interface ActivityRequest {
  instanceId: string;
  executionId: string;
  taskId: number;
  name: string;
  input: string | null;
  /** Told to workers of profile G: its own version, and what `accepts` was asked with. */
  version?: string;
  matchedVersion?: string;
  tags?: Tags;
  traceContext?: TraceContext;
}

export type ActivityOutcome =
  { ok: true; result: string | null } | { ok: false; reason: string; details: string; failureDetails?: FailureDetails | null };

export interface EntityOperation {
  /** Operation name; may be empty. */
  name: string;
  /** JSON text. */
  input: string | null;
  isSignal: boolean;
  requestId: string;
  /** Instance that sent it; null: a client. */
  parentInstanceId: string | null;
  /** Of a call's sender. */
  parentExecutionId: string | null;
}

export interface EntityBatchRequest {
  /** `@name@key`. */
  instanceId: string;
  /** Of the generation that ends with this batch. */
  executionId: string;
  /** Lower case. The function's name may be spelled otherwise. */
  name: string;
  key: string;
  /** JSON text; null: none. */
  state: string | null;
  /** May be true without a state (`EntityBatchOutcome.exists`). */
  exists: boolean;
  /** At least one, to be run in this order on one state. */
  operations: readonly EntityOperation[];
}

/** `result` is JSON text. A failed operation of a worker-replayed SDK has details; one of a JSON-protocol SDK what its reply says. */
export type EntityOperationResult =
  { ok: true; result: string | null } | { ok: false; result: string | null; message: string; failureDetails?: FailureDetails };

/** What operations sent; goes out when the batch is committed. */
export type EntityAction =
  | { type: 'SendSignal'; instanceId: string; operation: string; input: string | null; scheduledTime?: string }
  | {
      type: 'StartOrchestration';
      name: string;
      /** Absent: a new one. */
      instanceId?: string;
      version?: string;
      input: string | null;
      scheduledTime?: string;
      tags?: Tags;
    };

export interface EntityBatchOutcome {
  /** JSON text; null: the entity has none (any more), and is taken for deleted. Roll-back of failed operations, where the SDK has it, is done. */
  state: string | null;
  /** For SDKs that tell an entity without a state from one that is not there. Default: whether it has a state. */
  exists?: boolean;
  /** One for each operation, in order; fewer when the worker stopped early: the engine asks again for the rest. */
  results: readonly EntityOperationResult[];
  actions: readonly EntityAction[];
}

export type FunctionType = 'orchestrator' | 'activity' | 'entity' | 'http' | 'timer' | 'other';

export interface FunctionDescriptor {
  name: string;
  type: FunctionType;
  /** Binding type of the trigger, as the app names it: `httpTrigger`, `queueTrigger` ... */
  triggerType: string;
  /** Absolute path of the file that registered it, where known. */
  file?: string;
  /** Line of the registration in `file`, from 1. */
  line?: number;
  /** HTTP only: route under the prefix, methods in upper case, auth level. */
  route?: string;
  methods?: readonly string[];
  authLevel?: string;
  /** Timer only: NCRONTAB. */
  schedule?: string;
  /** Timer only: whether it runs when the app starts; false `useMonitor`: what was missed is not made up for. */
  runOnStartup?: boolean;
  useMonitor?: boolean;
  /** Whether it takes a durable client binding. */
  hasDurableClient?: boolean;
  /** Durable functions only: what runs their instances. Absent: the profile of the worker that lists it. */
  profile?: BehaviourProfile;
  /** Brought along by a package: nobody wrote it, and nobody is to start it. */
  isBuiltIn?: boolean;
}

/**
 * Rejections: `WorkerExited` when the process died before it answered (ask again), `WorkerHung` when the watchdog had to end it
 * (the message names the function), `WorkReturned` when the worker gave the work back: it is handed out again, after
 * `details.delayMs` (default 0), `WorkFailed` when it cannot be done, now or later (too large, an answer that is none): it is failed by
 * the message. `WorkerExited` may have `details.running`, a list of `{ functionName, instanceId? }`: whose code ended the process, as far
 * as it is known.
 */
export interface FunctionWorker {
  readonly profile: BehaviourProfile;
  /**
   * False: nobody here could run it now, so it waits until the worker is set again. Absent: it takes whatever comes. `version` is
   * the activity's own, else that of its orchestration.
   */
  accepts?(type: 'orchestrator' | 'activity' | 'entity', name: string, version: string): boolean;
  /** Whether an instance that is started by name alone is to be its own. Absent: as `accepts` says. */
  has?(type: 'orchestrator' | 'entity', name: string, version: string): boolean;
  /** Whether it is an orchestrator of the function app, whose versions host.json keeps apart. Absent: all of profile A are. */
  isOfApp?(name: string): boolean;
  functions(): readonly FunctionDescriptor[];
  /**
   * Of profile G: whether what the orchestrator hands to activities and children stands in its history whatever host.json says. Default true:
   * so does a back end of programs; the real extension asks host.json for its own functions.
   */
  storesInputs?(name: string): boolean;
  /** Of profile G: whether they are functions of an app, whose rows in Azure Storage the real extension writes. Default false. */
  isOfExtension?(type: 'orchestrator' | 'entity', name: string): boolean;
  runEpisode(request: EpisodeRequest): Promise<EpisodeOutcome>;
  runActivity(request: ActivityRequest): Promise<ActivityOutcome>;
  /**
   * As `runActivity`, for the only thing that its instance waits for; where the last episode was asked for with `ahead` the one that takes the
   * result may have been run when this resolves. Absent: it is asked for.
   */
  runActivityOn?(request: ActivityRequest): Promise<BegunEnd>;
  /** One batch of an entity at a time. An entity that the worker does not have: a failed result for each operation. Absent: entities wait. */
  runEntityBatch?(request: EntityBatchRequest): Promise<EntityBatchOutcome>;
  /** The instance's generation is over: whatever was kept warm for it may go. */
  forget(instanceId: string): void;
}
