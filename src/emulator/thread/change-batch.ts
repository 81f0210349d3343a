import type { InstanceRow } from '../../core/instances/instance';
import type { HubChange } from '../../core/ports/task-hub-client';

type InstanceChange = Extract<HubChange, { type: 'instance' }>;

const maxPending = 2000;
const maxChanges = 250;
const maxTextLength = 256 * 1024;

/**
 * Changes on their way to a slower reader: of one instance only the latest row is kept (with all new events, when they are wanted),
 * and when there are too many instances, none: a `resync` stands for them.
 */
export class ChangeBatch {
  #pending = new Map<string, HubChange>();
  #isLost = false;

  constructor(public keepEvents: boolean) {}

  get isEmpty(): boolean {
    return !this.#isLost && this.#pending.size === 0;
  }

  add(changes: readonly HubChange[]): void {
    for (const change of changes) {
      if (change.type === 'resync') this.#lose();
      else if (!this.#isLost) this.#put(change);
    }
    if (this.#pending.size > maxPending) this.#lose();
  }

  /** The oldest changes, few enough to be read within a few milliseconds. */
  take(): HubChange[] {
    if (this.#isLost) {
      this.#isLost = false;
      return [{ type: 'resync' }];
    }
    const taken: HubChange[] = [];
    let textLength = 0;
    for (const [instanceId, change] of this.#pending) {
      if (taken.length >= maxChanges || textLength > maxTextLength) break;
      if (change.type === 'instance') textLength += textLengthOf(change.row);
      taken.push(change);
      this.#pending.delete(instanceId);
    }
    return taken;
  }

  #put(change: Exclude<HubChange, { type: 'resync' }>): void {
    if (change.type === 'purged') {
      this.#pending.set(change.instanceId, change);
      return;
    }
    const { instanceId } = change.row;
    const earlier = this.#pending.get(instanceId);
    this.#pending.set(
      instanceId,
      this.#merged(earlier?.type === 'instance' ? earlier : undefined, change, earlier?.type === 'purged'),
    );
  }

  #merged(earlier: InstanceChange | undefined, change: InstanceChange, wasPurged: boolean): InstanceChange {
    const startsOver = change.historyReplaced || wasPurged;
    const newEvents = !this.keepEvents
      ? []
      : earlier === undefined || startsOver
        ? change.newEvents
        : [...earlier.newEvents, ...change.newEvents];
    return { type: 'instance', row: change.row, newEvents, historyReplaced: startsOver || earlier?.historyReplaced === true };
  }

  #lose(): void {
    this.#isLost = true;
    this.#pending.clear();
  }
}

function textLengthOf(row: InstanceRow): number {
  return (row.input?.length ?? 0) + (row.output?.length ?? 0) + (row.customStatus?.length ?? 0);
}
