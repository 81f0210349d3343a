/** A process with the user's code in it, once the app is loaded: what it can be asked, in whatever language it runs. */
import type {
  ActivityOutcome,
  ActivityRequest,
  BegunEnd,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
} from '../../core/ports/function-worker';
import type { AppProblem } from '../../core/values/app-problem';
import type { EncodedAnswer, EncodedCall } from '../../core/ports/passthrough-host';
import type { LostWork } from './requests-under-way';

export interface HttpCall {
  invocationId: string;
  /** Of the function. */
  name: string;
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  params: Readonly<Record<string, string>>;
}

export interface HttpHead {
  status: number;
  headers: readonly (readonly [string, string])[];
}

/** Values for output bindings other than the HTTP response and the return value, by binding. */
export interface OutputValue {
  name: string;
  bindingType: string;
  /** Parsed JSON, or text. */
  value: unknown;
}

export interface HttpReply {
  /** Null: the answer went over the stream. */
  response: HttpHead | null;
  body: Buffer | null;
  outputs: readonly OutputValue[];
}

export interface InvocationReply {
  /** JSON text. */
  result: string | null;
  outputs: readonly OutputValue[];
}

/** How a process ended, for the user. */
export interface WorkerEnd {
  message: string;
  /** It was asked to. */
  wanted: boolean;
  /** What it had not answered. */
  lost: readonly LostWork[];
}

/** What is asked of it is settled when the process is gone: with `WorkerExited`, or `WorkerHung` for the request that hung it. */
export interface RunningApp {
  readonly functions: readonly FunctionDescriptor[];
  /** What is left out, and why; the rest runs. */
  readonly problems: readonly AppProblem[];
  /** Where HTTP requests go when the app streams. */
  readonly httpUri: string | null;
  readonly pid: number | undefined;
  /** Functions of Durascope's own that the process has besides (docs/decisions/0007-rehearsal.md). */
  readonly rehearsal?: readonly FunctionDescriptor[];
  /** Settles when the process is gone and everything of it is cleaned up. */
  readonly ended: Promise<WorkerEnd>;
  episode(request: EpisodeRequest): Promise<EpisodeOutcome>;
  activity(request: ActivityRequest): Promise<ActivityOutcome>;
  /** See `FunctionWorker.runActivityOn`. */
  activityOn?(request: ActivityRequest): Promise<BegunEnd>;
  entityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome>;
  encoded(call: EncodedCall): Promise<EncodedAnswer>;
  /** `signal`: the caller has left. */
  http(request: HttpCall, body: Uint8Array | null, signal?: AbortSignal): Promise<HttpReply>;
  invoke(name: string, input: string | null, metadata: Readonly<Record<string, unknown>>): Promise<InvocationReply>;
  forget(instanceId: string): void;
  /** Resolves when no request is under way any more, or after `boundMs`. */
  idle(boundMs: number): Promise<void>;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}
