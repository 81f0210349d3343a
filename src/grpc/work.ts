/** Work for connected programs: a request of the engine, and the stream that it is on. */
import { DurascopeError } from '../core/values/errors';
import type { HistoryEvent } from '../core/history/history';
import type { OrchestratorAction } from '../wire/generated/task-hub-sidecar';
import type { WorkerStream, WorkKind } from './worker-stream';

export interface Job {
  kind: WorkKind;
  /** Known to workers that echo no tokens. */
  key: string;
  instanceId: string;
  name: string;
  version: string;
  encode(stream: WorkerStream, token: string): Uint8Array;
  /** Orchestrator: the committed events that its request stands for. */
  history: readonly HistoryEvent[] | null;
  answer(outcome: unknown): void;
  refuse(error: unknown): void;
}

/** A job that waits for a stream, or has one. Spreading a job into it would cost more than sending it. */
export class Work {
  stream: WorkerStream | null = null;
  token = '';
  /** Of a response that comes in pieces. */
  actions: OrchestratorAction[] | null = null;
  customStatus: string | undefined = undefined;
  readonly kind: WorkKind;
  readonly key: string;
  readonly instanceId: string;
  readonly name: string;

  constructor(readonly job: Job) {
    this.kind = job.kind;
    this.key = job.key;
    this.instanceId = job.instanceId;
    this.name = job.name;
  }
}

export function activityKey(instanceId: string, taskId: number): string {
  return `a:${taskId}:${instanceId}`;
}

/** What the engine takes as: hand it out again, after `delayMs` or at once. */
export function returned(delayMs?: number): DurascopeError {
  return new DurascopeError(
    'WorkReturned',
    'The worker gave the work back.',
    delayMs === undefined ? {} : { details: { delayMs } },
  );
}
