import type { InstanceRow } from '../core/instances/instance';
import type { Clock, Disposable } from '../core/ports/clock';

interface Waiter {
  resolve: (row: InstanceRow | null) => void;
  timeout: Disposable;
}

/** Callers that wait for instances to end. */
export class CompletionWaiters {
  readonly #waiters = new Map<string, Set<Waiter>>();

  constructor(private readonly clock: Clock) {}

  /** Resolves with the row that ended it, or with null after `timeoutMs` or when the waiting is called off. */
  wait(instanceId: string, timeoutMs: number): Promise<InstanceRow | null> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(instanceId) ?? new Set();
      this.#waiters.set(instanceId, waiters);
      const timeout = this.clock.after(timeoutMs, () => {
        waiters.delete(waiter);
        if (waiters.size === 0) this.#waiters.delete(instanceId);
        resolve(null);
      });
      const waiter: Waiter = { resolve, timeout };
      waiters.add(waiter);
    });
  }

  /** The instance has ended with `row`, or is gone (null). */
  ended(instanceId: string, row: InstanceRow | null): void {
    const waiters = this.#waiters.get(instanceId);
    if (waiters === undefined) return;
    this.#waiters.delete(instanceId);
    for (const { resolve, timeout } of waiters) {
      timeout.dispose();
      resolve(row);
    }
  }

  /** Nobody waits any longer. */
  callOff(): void {
    for (const instanceId of [...this.#waiters.keys()]) this.ended(instanceId, null);
  }
}
