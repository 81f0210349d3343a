/** Retry arithmetic of the host-replayed profile (spec/engine.md 2.10.7): shared by whoever replays and whoever explains. */
export interface RetryPolicy {
  /** More than 0. */
  firstRetryIntervalMs: number;
  /** Counts the first attempt; at least 1. */
  maxNumberOfAttempts: number;
  /** Default 1. */
  backoffCoefficient?: number;
  /** Default unlimited. */
  maxRetryIntervalMs?: number;
  /** Counted from the first attempt; default unlimited. The delay that follows may itself run past it. */
  retryTimeoutMs?: number;
}

/** Delay after failure number `failure` (0 for the first attempt's): first * coefficient^failure, capped. */
export function retryDelayMs(policy: RetryPolicy, failure: number): number {
  const delay = policy.firstRetryIntervalMs * (policy.backoffCoefficient ?? 1) ** failure;
  return Math.min(delay, policy.maxRetryIntervalMs ?? Number.POSITIVE_INFINITY);
}

export interface RetryStep {
  delayMs: number;
  /** False for the timer of no length that follows the last failure; Core keeps it so that old histories still replay. */
  again: boolean;
}

/** What follows failure number `failure`: a timer of `delayMs`, or null when the failure goes to the caller at once (time-out reached). */
export function nextRetry(policy: RetryPolicy, failure: number, firstAttemptMs: number, nowMs: number): RetryStep | null {
  if (failure + 1 >= policy.maxNumberOfAttempts) return { delayMs: 0, again: false };
  if (nowMs >= firstAttemptMs + (policy.retryTimeoutMs ?? Number.POSITIVE_INFINITY)) return null;
  return { delayMs: retryDelayMs(policy, failure), again: true };
}
