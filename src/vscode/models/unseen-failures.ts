/**
 * Which instances have failed since somebody looked.
 *
 *   F1. Children are left out: what becomes of their failure is their parent's affair, and shows there.
 *   F2. One that goes on again, is purged or was looked at is no longer among them.
 *   F3. One that fails while it is looked at was seen.
 */
import type { InstanceRow } from '../../core/instances/instance';
import type { HubChange } from '../../core/ports/task-hub-client';
import { isEntityId } from '../../core/values/instance-id';
import { failureLine } from '../../protocol/instance-summary';

export class UnseenFailures {
  readonly #unseen = new Map<string, InstanceRow>();
  /** Failures that were told, by their moments: another change of a failed instance is no other failure. */
  readonly #known = new Map<string, string>();

  /** `isLookedAt`: its panel is on screen. */
  constructor(private readonly isLookedAt: (instanceId: string) => boolean = () => false) {}

  /** Newest first. */
  get rows(): readonly InstanceRow[] {
    return [...this.#unseen.values()].reverse();
  }

  /** What has just failed and nobody saw. */
  note(changes: readonly HubChange[]): InstanceRow[] {
    const failed: InstanceRow[] = [];
    for (const change of changes) {
      if (change.type === 'resync') continue;
      if (change.type === 'purged') {
        this.#unseen.delete(change.instanceId);
        this.#known.delete(change.instanceId);
        continue;
      }
      const { row } = change;
      if (row.runtimeStatus !== 'Failed') {
        this.#unseen.delete(row.instanceId); // F2
        continue;
      }
      const moment = `${row.executionId} ${row.completedTime ?? ''}`;
      if (row.parentInstanceId !== null || isEntityId(row.instanceId) || this.#known.get(row.instanceId) === moment) continue; // F1
      this.#known.set(row.instanceId, moment);
      this.#unseen.delete(row.instanceId);
      if (this.isLookedAt(row.instanceId)) continue; // F3
      this.#unseen.set(row.instanceId, row);
      failed.push(row);
    }
    return failed;
  }

  see(instanceId: string): void {
    this.#unseen.delete(instanceId);
  }

  seeAll(): void {
    this.#unseen.clear();
  }

  /** Of another hub nothing is known. */
  forget(): void {
    this.#unseen.clear();
    this.#known.clear();
  }
}

/** A few words for a badge or the status bar; null: nothing has failed. */
export function failuresText(count: number): string | null {
  return count === 0 ? null : count === 1 ? '1 instance failed' : `${count.toLocaleString('en')} instances failed`;
}

/** For a notification: of one what and why, of several how many. */
export function failureNews(failed: readonly InstanceRow[]): string {
  const [first] = failed;
  if (first === undefined || failed.length > 1) return `${failuresText(failed.length) ?? 'Nothing failed'}.`;
  return `${first.name} failed: ${failureLine(first)}`;
}
