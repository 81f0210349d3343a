/** What the parent and the process that runs user code say to each other (frames.ts carries it). Both are built from one source. */
import type { AppProblem } from '../../../core/values/app-problem';
import type { HistoryEvent } from '../../../core/history/history';
import type {
  ActivityOutcome,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  FunctionDescriptor,
  RunAheadGrant,
} from '../../../core/ports/function-worker';
import type { DurascopeErrorCode } from '../../../core/values/errors';
import type { LogLevel } from '../../../core/ports/logger';
import type { SourcePlace } from '../../../core/values/source-place';
import type { EncodedAnswer, EncodedCall } from '../../../core/ports/passthrough-host';
import type { ReplayRequest } from '../../../core/ports/replay-worker';
import type { HttpCall, HttpHead, OutputValue } from '../../supervision/running-app';
import type { Framed } from './frames';

/**
 * Under this symbol the child's `process` keeps `{ running }`, the invocation whose code is on the stack (null: none that is known),
 * for the parent to read through the inspector when the child no longer answers.
 */
export const onStackSymbol = 'durascope.onStack';

/** Names of the environment variables by which a child finds its parent. */
export const socketVariable = 'DURASCOPE_WORKER_SOCKET';
export const tokenVariable = 'DURASCOPE_WORKER_TOKEN';

/**
 * Functions of Durascope's own in a process that can rehearse (docs/decisions/0007-rehearsal.md); no function of an app has such a name. With
 * capital letters, as most have: a name in small letters alone is its own lower-case form, and V8 takes all others for the same then.
 */
export const rehearsalNames = { orchestrator: 'Durascope.Sequence', activity: 'Durascope.Step' };

/** A file of package.json's `main`, in loading order. */
export interface EntryFile {
  file: string;
  esm: boolean;
}

export interface FunctionBinding {
  name: string;
  type: string;
  direction: string;
  [more: string]: unknown;
}

/** A function of programming model v3: a folder with function.json. */
export interface FunctionFolder {
  name: string;
  directory: string;
  scriptFile: string;
  esm: boolean;
  entryPoint?: string;
  bindings: readonly FunctionBinding[];
}

export interface Init extends Framed {
  type: 'init';
  appDir: string;
  /** Where files are told to be that are in `appDir`. Absent: there. */
  shownDir?: string;
  entryFiles: readonly EntryFile[];
  folders: readonly FunctionFolder[];
  /** What is wrong with the folders that are not among them. */
  folderProblems: readonly AppProblem[];
  /** The durable client binding's JSON (spec/functions-worker.md 8.1). */
  clientBinding: string;
  /** The same for clients that speak gRPC (10.6). Absent: gRPC is off. */
  grpcClientBinding?: string;
  /** `maxOrchestrationActions` of host.json. */
  maxActions: number;
  /** `defaultAsyncRequestSleepTimeMilliseconds` of host.json. */
  httpPollDelayMs?: number;
  /** The app is there to be replayed: of the requests only `replay` is answered. */
  replay?: boolean;
}
/** The first of what an episode brings, where all of it is too much for one message. */
export interface EventsSent extends Framed {
  type: 'events';
  /** Of the episode that follows. */
  id: number;
  events: readonly HistoryEvent[];
}
export interface EpisodeAsked extends Framed {
  type: 'episode';
  id: number;
  instanceId: string;
  executionId: string;
  name: string;
  /** Number of events of this generation that the child was sent before; 0: `events` holds everything. */
  knownLength: number;
  events: readonly HistoryEvent[];
  ahead?: RunAheadGrant;
}
export interface ActivityAsked extends Framed {
  type: 'activity';
  id: number;
  instanceId: string;
  name: string;
  /** JSON of an array of one, or null. */
  input: string | null;
  /** The instance waits for nothing else: the episode that takes the result may run with it. */
  goOn?: { executionId: string; taskId: number };
}
export interface EntityAsked extends EntityBatchRequest, Framed {
  type: 'entity';
  id: number;
}
/** A call of a function whose trigger carries a message of the gRPC protocol: the bytes of the frame. */
export interface EncodedAsked extends Omit<EncodedCall, 'request'>, Framed {
  type: 'encoded';
  id: number;
}
export interface HttpAsked extends HttpCall, Framed {
  type: 'http';
  id: number;
}
export interface InvocationAsked extends Framed {
  type: 'invoke';
  id: number;
  name: string;
  /** What the trigger brings: text as it is (parsed by the function's library when it is JSON), or nothing. */
  input: string | null;
  /** Trigger metadata by name; texts as they are, everything else as JSON. */
  metadata: Readonly<Record<string, unknown>>;
}
/** A question about a replay; `session` is chosen by the parent. */
export type ReplayAsk =
  | { what: 'open'; session: number; request: ReplayRequest }
  | { what: 'scopes'; session: number; moment: number; frame: number }
  | { what: 'variables'; session: number; reference: string; range?: { start: number; count: number } }
  | { what: 'evaluate'; session: number; moment: number; frame: number; expression: string }
  | { what: 'close'; session: number };
export interface ReplayAsked extends Framed {
  type: 'replay';
  id: number;
  ask: ReplayAsk;
}
export interface Forgotten extends Framed {
  type: 'forget';
  instanceId: string;
}
export interface Ping extends Framed {
  type: 'ping';
}
/** Runs the appTerminate hooks and ends the process. */
export interface ShutDown extends Framed {
  type: 'shutDown';
}

export type ParentMessage =
  | Init
  | EventsSent
  | EpisodeAsked
  | ActivityAsked
  | EntityAsked
  | EncodedAsked
  | HttpAsked
  | InvocationAsked
  | ReplayAsked
  | Forgotten
  | Ping
  | ShutDown;

export interface Hello extends Framed {
  type: 'hello';
  token: string;
  pid: number;
  nodeVersion: string;
  /** A debugger can stop this process: it may be silent for long. */
  inspected: boolean;
}
export interface Ready extends Framed {
  type: 'ready';
  functions: readonly FunctionDescriptor[];
  /** Where HTTP requests are to be forwarded when the app streams (spec/functions-worker.md 1.8). */
  httpUri?: string;
  /** It has the functions of `rehearsalNames`. */
  canRehearse?: boolean;
  /** A change of a file in TypeScript is a change of what runs. */
  runsTypeScript?: boolean;
  /** Files of the developer's that are loaded and stand outside of the app's folder. */
  outside?: readonly string[];
  warnings: readonly string[];
  /** Functions that were left out, and why. */
  problems: readonly AppProblem[];
}
export interface LoadFailed extends Framed {
  type: 'loadFailed';
  message: string;
  file?: string;
  line?: number;
  /** Where it is more than one thing. */
  problems?: readonly AppProblem[];
  /** As of `ready`, of what was loaded by then. */
  outside?: readonly string[];
}
export interface EpisodeAnswered extends Framed {
  type: 'episodeDone';
  id: number;
  /** Null: the child does not have the history that the request builds on. */
  outcome: SentOutcome | null;
}
/** `begun`: what the child goes on with by itself. */
export interface SentOutcome extends Omit<EpisodeOutcome, 'begun'> {
  begun?: SentBegun;
}
/** `id` is the child's own, below 0: an `ahead` answers it, unless its `end` is there already. */
export interface SentBegun {
  id: number;
  taskId: number;
  name: string;
  end?: { outcome: ActivityOutcome; next: StepAhead };
}
/** An activity that the child began has ended; with `next` its result is in the next episode, which has run. */
export interface RanAhead extends Framed {
  type: 'ahead';
  id: number;
  instanceId: string;
  outcome: ActivityOutcome;
  next: StepAhead | null;
}
/** The episode that took a result, run at the time `at`. */
export interface StepAhead {
  at: string;
  outcome: SentOutcome;
}
export interface ActivityAnswered extends Framed {
  type: 'activityDone';
  id: number;
  outcome: ActivityOutcome;
  /** As in `ahead`, of this instance; only where it was asked to go on. */
  next?: StepAhead | null;
  instanceId?: string;
}
export interface EntityAnswered extends Framed {
  type: 'entityDone';
  id: number;
  outcome: EntityBatchOutcome;
}
export interface EncodedAnswered extends Framed {
  type: 'encodedDone';
  id: number;
  outcome: EncodedAnswer;
}
export interface HttpAnswered extends Framed {
  type: 'httpDone';
  id: number;
  /** Null: the answer went over the stream. */
  response: HttpHead | null;
  outputs: readonly OutputValue[];
}
export interface InvocationAnswered extends Framed {
  type: 'invoked';
  id: number;
  /** JSON text. */
  result: string | null;
  outputs: readonly OutputValue[];
}
export interface ReplayAnswered extends Framed {
  type: 'replayed';
  id: number;
  /** By what was asked: a packed run, scopes, variables, a variable, null. */
  value: unknown;
}
export interface ReplayRefused extends Framed {
  type: 'replayRefused';
  id: number;
  code: DurascopeErrorCode;
  message: string;
}
/** The user's code threw (http, invoke), or what was asked for cannot be answered. */
export interface InvocationFailed extends Framed {
  type: 'failed';
  id: number;
  error: { name: string; message: string; stack: string };
}
export interface Logged extends Framed {
  type: 'log';
  level: LogLevel;
  category: string;
  message: string;
  functionName?: string;
  instanceId?: string;
  invocationId?: string;
  place?: SourcePlace;
}
export interface Pong extends Framed {
  type: 'pong';
}
/** The process is about to exit with code 1: an exception nobody caught (spec/functions-worker.md 1.9). */
export interface Fatal extends Framed {
  type: 'fatal';
  message: string;
  running: readonly string[];
}
/** The process is ending by itself: the app called `process.exit`, say. */
export interface Leaving extends Framed {
  type: 'leaving';
  code: number;
  /** Where the app's own code called for it; absent: unknown. */
  file?: string;
  line?: number;
  /** Whose code is on the stack, where it is known. */
  running: { functionName: string; instanceId?: string } | null;
}
export type ChildMessage =
  | Hello
  | Ready
  | LoadFailed
  | EpisodeAnswered
  | RanAhead
  | ActivityAnswered
  | EntityAnswered
  | EncodedAnswered
  | HttpAnswered
  | InvocationAnswered
  | InvocationFailed
  | ReplayAnswered
  | ReplayRefused
  | Logged
  | Pong
  | Fatal
  | Leaving;
