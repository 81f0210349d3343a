/** Clients that wait for an instance to begin or to end, across continue-as-new, rewind and restarts under the same id. */
import { DurascopeError } from '../core/values/errors';
import type { InstanceRow } from '../core/instances/instance';
import type { Clock, Disposable } from '../core/ports/clock';
import type { HubChange, TaskHubClient } from '../core/ports/task-hub-client';

interface Waiter {
  isOver(row: InstanceRow): boolean;
  /** Null: purged, or the wait is called off. */
  tell(row: InstanceRow | null): void;
  fail(error: DurascopeError): void;
}

/**
 * How long an instance that is not there is waited for: clients wait for the orchestration that an entity starts when it is told to by a
 * signal, as the SDKs' export of histories does.
 */
const appearsWithinMs = 2000;

export class InstanceWaiters {
  readonly #byInstance = new Map<string, Set<Waiter>>();
  #subscription: Disposable | null = null;

  constructor(
    private readonly hub: TaskHubClient,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves with the row once `isOver` holds; undefined when there is no such instance (and none appears in a moment), or none any more.
   * `onCancel` is given what calls the wait off. Stopped when the hub goes away.
   */
  async wait(
    instanceId: string,
    isOver: (row: InstanceRow) => boolean,
    onCancel: (cancel: () => void) => void,
  ): Promise<InstanceRow | undefined> {
    let patience: Disposable | null = null;
    const told = new Promise<InstanceRow | null>((resolve, reject) => {
      const waiter: Waiter = { isOver, tell: resolve, fail: reject };
      this.#add(instanceId, waiter);
      onCancel(() => {
        this.#remove(instanceId, waiter);
        resolve(null);
      });
      const look = (isLast: boolean): void =>
        void this.hub.get(instanceId).then((row) => {
          if (row !== undefined && !isOver(row)) return;
          if (this.#byInstance.get(instanceId)?.has(waiter) !== true) return;
          if (row === undefined && !isLast) {
            patience = this.clock.after(appearsWithinMs, () => look(true));
            return;
          }
          this.#remove(instanceId, waiter);
          resolve(row ?? null);
        }, reject);
      // After the listening began, so that nothing falls between.
      look(false);
    });
    try {
      return (await told) ?? undefined;
    } finally {
      (patience as Disposable | null)?.dispose();
    }
  }

  dispose(): void {
    this.#subscription?.dispose();
    this.#subscription = null;
    const stopped = new DurascopeError('Stopped', 'The emulator stops.');
    for (const waiters of this.#byInstance.values()) for (const waiter of waiters) waiter.fail(stopped);
    this.#byInstance.clear();
  }

  #add(instanceId: string, waiter: Waiter): void {
    this.#subscription ??= this.hub.subscribe((changes) => this.#take(changes), { events: false });
    const waiters = this.#byInstance.get(instanceId);
    if (waiters === undefined) this.#byInstance.set(instanceId, new Set([waiter]));
    else waiters.add(waiter);
  }

  #remove(instanceId: string, waiter: Waiter): void {
    const waiters = this.#byInstance.get(instanceId);
    if (waiters?.delete(waiter) === true && waiters.size === 0) this.#byInstance.delete(instanceId);
    if (this.#byInstance.size > 0) return;
    this.#subscription?.dispose();
    this.#subscription = null;
  }

  #take(changes: readonly HubChange[]): void {
    for (const change of changes) {
      if (change.type === 'resync') continue;
      const row = change.type === 'purged' ? null : change.row;
      const instanceId = change.type === 'purged' ? change.instanceId : change.row.instanceId;
      const waiters = this.#byInstance.get(instanceId);
      if (waiters === undefined) continue;
      for (const waiter of [...waiters]) {
        if (row !== null && !waiter.isOver(row)) continue;
        this.#remove(instanceId, waiter);
        waiter.tell(row);
      }
    }
  }
}
