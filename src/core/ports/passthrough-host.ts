/**
 * Runs functions whose triggers carry messages of the Durable Task protocol instead of the JSON protocol's (spec/grpc.md 5.3, "gRPC
 * passthrough"). The host hands them over in base64, and neither reads nor makes them.
 */
import type { ActivityOutcome, ActivityRequest } from './function-worker';

export interface EncodedCall {
  kind: 'orchestrator' | 'entity';
  /** As the instance was started, or the entity's name; case does not matter. */
  name: string;
  instanceId: string;
  /** An OrchestratorRequest or an EntityBatchRequest. */
  request: Uint8Array;
  /** Asked what it would do: nothing of the answer is done, and what it logs is not the instance's. */
  isReplay?: true;
}

/** `answer`: the text that the function returned; null when it returned something else, which `returned` names (`undefined`, `object` ...). */
export type EncodedAnswer =
  | { ok: true; answer: string }
  | { ok: true; answer: null; returned: string }
  | { ok: false; error: { name: string; message: string; stack: string } };

/** How an SDK says and hears what concerns entities (grpc/legacy-entities.ts). */
export type EntityForm = 'message' | 'event';

export interface PassthroughHost {
  /** Default `message`. */
  readonly entityForm?: EntityForm;
  /** Extended sessions are on: seconds for which the process keeps where an orchestrator stands. Default: null, they are off. */
  readonly sessionSeconds?: number | null;
  /** False: the app's code waits for external events nowhere. Default: it may. */
  readonly awaitsEvents?: boolean;
  /** Rejects with `WorkerExited` or `WorkerHung` (see `FunctionWorker`). */
  runEncoded(call: EncodedCall): Promise<EncodedAnswer>;
  /** The input is handed over as it is. */
  runActivity(request: ActivityRequest): Promise<ActivityOutcome>;
}
