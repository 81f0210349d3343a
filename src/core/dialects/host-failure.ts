/** The host's words for an orchestration that failed, and the decision that ends it. */
import type { CompleteOrchestration } from '../decisions/decisions';
import { nonDeterminismException } from '../decisions/non-determinism';
import type { FailureDetails } from '../history/history';

export interface HostFailure {
  reason: string;
  details: string;
  failureDetails?: FailureDetails;
  /** Over although tasks are open. */
  atOnce: boolean;
}

export function orchestratorFailure(name: string, message: string): HostFailure {
  return {
    reason: `Orchestrator function '${name}' failed: ${message}`,
    details: `Message: ${message}`,
    atOnce: false,
  };
}

/**
 * An exception that reaches the engine itself, in its own words: it puts no name before them. A parent is told the exception, without its
 * stack here (recorded: `rewind-child-retry-again`, `status-over-throw-of-child`).
 */
export function unhandledFailure(reason: string, exception = 'System.ArgumentException'): HostFailure {
  return { reason, details: `Unhandled exception while executing orchestration: ${exception}: ${reason}`, atOnce: true };
}

export function nonDeterminismFailure(reason: string): HostFailure {
  return unhandledFailure(reason, nonDeterminismException);
}

export function failedAs(id: number, { reason, details, failureDetails }: HostFailure): CompleteOrchestration {
  const end = { type: 'CompleteOrchestration', id, status: 'Failed', result: reason, details } as const;
  return failureDetails === undefined ? end : { ...end, failureDetails };
}

/** What the host says of an invocation that failed without a state that it can read. */
export function invocationFailure(message: string, stack: string): string {
  return `One or more errors occurred. (Result: Failure\nException: ${message}\nStack: ${stack})`;
}
