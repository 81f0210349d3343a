import assert from 'node:assert/strict';
import { nextRetry, retryDelayMs, type RetryPolicy } from '../../src/core/values/retry';

describe('retry', () => {
  it('grows the delay by the coefficient up to the maximum', () => {
    const policy: RetryPolicy = {
      firstRetryIntervalMs: 5000,
      maxNumberOfAttempts: 5,
      backoffCoefficient: 2,
      maxRetryIntervalMs: 12000,
    };
    assert.deepEqual(
      [0, 1, 2, 3].map((failure) => retryDelayMs(policy, failure)),
      [5000, 10000, 12000, 12000],
    );
  });

  it('repeats the first interval when nothing else is said', () => {
    assert.equal(retryDelayMs({ firstRetryIntervalMs: 700, maxNumberOfAttempts: 9 }, 7), 700);
  });

  it('ends with one more timer, of no length, when the attempts are used up', () => {
    const policy: RetryPolicy = { firstRetryIntervalMs: 5000, maxNumberOfAttempts: 2 };
    assert.deepEqual(nextRetry(policy, 0, 0, 0), { delayMs: 5000, again: true });
    assert.deepEqual(nextRetry(policy, 1, 0, 5000), { delayMs: 0, again: false });
  });

  it('gives up without a timer once the time-out is reached, but lets a delay run past it', () => {
    const policy: RetryPolicy = { firstRetryIntervalMs: 5000, maxNumberOfAttempts: 5, retryTimeoutMs: 7000 };
    assert.deepEqual(nextRetry(policy, 1, 1000, 7999), { delayMs: 5000, again: true });
    assert.equal(nextRetry(policy, 1, 1000, 8000), null);
  });
});
