/** What test orchestrators are written against: a small SDK that follows the reference context (profile A) or durabletask-js (profile G). */
import type { Tags } from '../../src/core/history/history';
import type { RetryPolicy } from '../../src/core/values/retry';

export interface Task {
  isDone: boolean;
  error?: Error;
  value?: unknown;
  /** Called once when done. */
  then?: (() => void)[];
}

export interface TimerTask extends Task {
  cancel(): void;
}

export type Retry = RetryPolicy & { handler?: (error: Error) => boolean };

export interface ChildOptions {
  instanceId?: string;
  tags?: Tags;
  version?: string;
}

export interface ScriptContext {
  readonly instanceId: string;
  readonly executionId: string;
  readonly parentInstanceId: string | null;
  readonly input: unknown;
  readonly nowMs: number;
  readonly isReplaying: boolean;
  activity(name: string, input?: unknown): Task;
  activityWithRetry(name: string, retry: Retry, input?: unknown): Task;
  child(name: string, input?: unknown, options?: ChildOptions): Task;
  childWithRetry(name: string, retry: Retry, input?: unknown, options?: ChildOptions): Task;
  startAndForget(name: string, input?: unknown, options?: ChildOptions): void;
  timer(fireAtMs: number): TimerTask;
  waitEvent(name: string): Task;
  /** Fails with a time-out error. */
  waitEventFor(name: string, timeoutMs: number): Task;
  sendEvent(instanceId: string, name: string, data: unknown): void;
  all(tasks: readonly Task[]): Task;
  any(tasks: readonly Task[]): Task;
  /** Fails with what the entity says. */
  callEntity(entityId: string, operation: string, input?: unknown): Task;
  signalEntity(entityId: string, operation: string, input?: unknown, scheduledTime?: string): void;
  /** Done when all are locked. */
  lock(...entityIds: string[]): Task;
  /** Gives back what `lock` locked. */
  release(): void;
  setStatus(value: unknown): void;
  newGuid(): string;
  continueAsNew(input: unknown, options?: { preserve?: boolean; version?: string }): void;
}

export type Script = (context: ScriptContext) => Generator<Task, unknown, unknown>;
