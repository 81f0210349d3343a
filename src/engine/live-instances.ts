import { Room } from '../base/room';
import { Generation } from '../core/turns/generation';
import type { InstanceRow } from '../core/instances/instance';
import type { HistoryStore } from '../core/ports/history-store';
import { isTerminal } from '../core/values/status';
import { LiveInstance } from './live-instance';

/**
 * The instances in memory. Whatever the store has not seen yet is here; idle instances are kept as long as there is room.
 *
 *   L1. An instance with messages, a running episode or an uncommitted checkpoint never leaves.
 *   L2. The others make room as `Room` says: one instance above the limit, or several in turn, are not read again at each step.
 */
export class LiveInstances {
  readonly #live = new Map<string, LiveInstance>();
  readonly #idle: Room<LiveInstance>;

  constructor(
    private readonly store: HistoryStore,
    { maxIdleInstances, maxIdleEvents }: { maxIdleInstances: number; maxIdleEvents: number },
  ) {
    // A hundred rows are read again in the time of a step.
    const limits = { entries: maxIdleInstances, weight: maxIdleEvents, weightPerUse: 100 };
    this.#idle = new Room(limits, (id) => this.#live.delete(id));
  }

  /** As last decided, committed or not. */
  rowOf(instanceId: string): InstanceRow | undefined {
    const live = this.#live.get(instanceId);
    return live === undefined ? this.store.instance(instanceId) : (live.row ?? undefined);
  }

  /** Whether a checkpoint that concerns it is not committed yet. */
  isUncommitted(instanceId: string): boolean {
    return (this.#live.get(instanceId)?.pins ?? 0) > 0;
  }

  /** The instance, brought into memory; undefined when there is none. */
  find(instanceId: string): LiveInstance | undefined {
    const known = this.#live.get(instanceId);
    if (known !== undefined) {
      this.#wake(known);
      return known.row === null ? undefined : known;
    }
    const row = this.store.instance(instanceId);
    if (row === undefined) return undefined;
    const live = new LiveInstance(instanceId, row, row.historyLength === 0 ? new Generation() : null);
    this.#live.set(instanceId, live);
    return live;
  }

  /** Begins a new life under the id, whatever was there. */
  begin(row: InstanceRow): LiveInstance {
    let live = this.#live.get(row.instanceId);
    if (live === undefined) {
      live = new LiveInstance(row.instanceId, row, new Generation());
      this.#live.set(row.instanceId, live);
    } else {
      this.#wake(live);
      live.replace(row);
    }
    return live;
  }

  /** What was begun under the id did not come about: the store knows what there is. */
  reset(instanceId: string): void {
    const live = this.#live.get(instanceId);
    if (live === undefined) return;
    const row = this.store.instance(instanceId) ?? null;
    live.replace(row);
    if (row !== null && row.historyLength > 0) live.generation = null;
  }

  generationOf(live: LiveInstance): Generation {
    return (live.generation ??= new Generation(this.store.history(live.instanceId)));
  }

  /** To be called when nothing may be left to do for it. */
  rest(live: LiveInstance): void {
    if (live.isBusy || live.isQueued || live.pins > 0 || live.inbox.length > 0 || this.#live.get(live.instanceId) !== live)
      return; // L1
    if (live.row === null || isTerminal(live.row.runtimeStatus)) {
      this.#live.delete(live.instanceId);
      return;
    }
    if (this.#idle.has(live.instanceId)) return;
    this.#idle.put(live.instanceId, live, weight(live));
  }

  #wake(live: LiveInstance): void {
    this.#idle.delete(live.instanceId);
  }
}

function weight(live: LiveInstance): number {
  // The state of an entity as if it were so many events.
  const state = live.entity?.state?.length ?? 0;
  return (live.generation?.events.length ?? 0) + live.batches.size + Math.ceil(state / 200);
}
