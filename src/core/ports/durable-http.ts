/** Makes the requests of `context.df.callHttp`: real ones, or answers from a list of stubs. */
import type { ActivityOutcome } from './function-worker';

export interface DurableHttpCall {
  instanceId: string;
  taskId: number;
  /** Text of the activity's input: JSON of an array of one request. */
  input: string | null;
}

/** Any status is a success; failures are transport, time-outs, answers without measure. Never rejects, and always settles. */
export type DurableHttpHost = (call: DurableHttpCall) => Promise<ActivityOutcome>;
