import { messageOf } from '../base/error-message';
import type { Checkpoint } from '../core/instances/checkpoint';
import type { PendingActivity, PendingTimer } from '../core/instances/instance';
import { DurascopeError } from '../core/values/errors';
import type { Clock, Disposable } from '../core/ports/clock';
import type { HistoryStore } from '../core/ports/history-store';
import type { Logger } from '../core/ports/logger';
import type { HubChange } from '../core/ports/task-hub-client';
import type { InboxEntry, LiveInstance } from './live-instance';

type BatchMark = Readonly<
  Record<'checkpoints' | 'entries' | 'activities' | 'timers' | 'unlocked' | 'pinned' | 'changes' | 'acknowledgements', number>
>;

/** Checkpoints that are committed together, and what may happen once they are. */
export class Batch {
  readonly checkpoints: Checkpoint[] = [];
  readonly entries: InboxEntry[] = [];
  readonly activities: PendingActivity[] = [];
  readonly timers: PendingTimer[] = [];
  /** Episodes' instances: free again. */
  readonly unlocked: LiveInstance[] = [];
  readonly pinned: LiveInstance[] = [];
  readonly changes: HubChange[] = [];
  readonly acknowledgements: (() => void)[] = [];

  /** The instance is free again once this batch, and those before it, are committed. */
  unlock(live: LiveInstance): void {
    live.uncommitted++;
    this.unlocked.push(live);
  }

  pin(live: LiveInstance): void {
    live.pins++;
    this.pinned.push(live);
  }

  /** How much it holds, for `undo`. */
  mark(): BatchMark {
    return {
      checkpoints: this.checkpoints.length,
      entries: this.entries.length,
      activities: this.activities.length,
      timers: this.timers.length,
      unlocked: this.unlocked.length,
      pinned: this.pinned.length,
      changes: this.changes.length,
      acknowledgements: this.acknowledgements.length,
    };
  }

  /** Takes out what came since `mark`, and gives the instances that it would have begun or changed. */
  undo(mark: BatchMark): Set<string> {
    const { entries, unlocked, pinned, changes } = mark;
    for (const { live, seq } of this.entries.slice(entries)) live.inbox = live.inbox.filter((entry) => entry.seq !== seq);
    for (const live of this.unlocked.slice(unlocked)) live.uncommitted--;
    for (const live of this.pinned.slice(pinned)) live.pins--;
    const touched = new Set<string>();
    for (const change of this.changes.slice(changes)) {
      if (change.type === 'instance') touched.add(change.row.instanceId);
    }
    for (const [name, length] of Object.entries(mark) as [keyof BatchMark, number][]) this[name].length = length;
    return touched;
  }
}

/**
 * Commits what an event-loop turn gathered as one batch, one batch at a time; while it is written the next gathers.
 *
 *   B1. Batches are committed in the order gathered, and each until it succeeds: a full disk delays work, it loses none.
 *   B2. A checkpoint that no disk could keep fails its own instance; the others of the batch are committed.
 */
export class Committer {
  /** To be filled; `flush` commits it. */
  batch = new Batch();
  #inFlight: Batch | null = null;
  #failures = 0;
  /** Checkpoints in the place of others: if they cannot be kept either, nothing is. */
  readonly #salvaged = new WeakSet<Checkpoint>();
  #retry: Disposable | null = null;
  #drained: ((isWritten: boolean) => void) | null = null;

  constructor(
    private readonly store: HistoryStore,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly committed: (batch: Batch) => void,
    /** One of the checkpoints can never be kept: puts one that can in its place. */
    private readonly salvage: (batch: Batch, index: number, reason: string) => void,
  ) {}

  /** The last attempt to write failed: no new work until one succeeds. */
  get isStalled(): boolean {
    return this.#failures > 0;
  }

  get isIdle(): boolean {
    return this.#inFlight === null && this.batch.checkpoints.length === 0;
  }

  flush(): void {
    if (this.#inFlight !== null || this.batch.checkpoints.length === 0) return;
    this.#inFlight = this.batch;
    this.batch = new Batch();
    this.#commit(this.#inFlight);
  }

  /** Writes all that is gathered, or tries once more if that failed before. Resolves with false when it still fails. */
  drain(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#drained = resolve;
      if (this.#retry !== null && this.#inFlight !== null) {
        this.#retry.dispose();
        this.#retry = null;
        this.#commit(this.#inFlight);
      } else {
        this.flush();
        this.#noteDrained();
      }
    });
  }

  #noteDrained(): void {
    if (this.isIdle) this.#drained?.(true);
  }

  #commit(batch: Batch): void {
    this.store.commit(batch.checkpoints).then(
      () => {
        if (this.#failures > 0) {
          this.log({ level: 'information', category: 'engine', message: 'The journal can be written again: work goes on.' });
        }
        this.#failures = 0;
        this.#inFlight = null;
        this.committed(batch);
        this.flush();
        this.#noteDrained();
      },
      (error: unknown) => {
        if (this.#replaceUnkeepable(batch, error)) {
          this.#commit(batch);
          return;
        }
        this.#failures++;
        if (this.#failures === 1) {
          this.log({ level: 'error', category: 'engine', message: stalledText(error) });
        }
        if (this.#drained !== null) {
          this.#drained(false);
          return;
        }
        const delayMs = Math.min(250 * 2 ** (this.#failures - 1), 10_000);
        this.#retry = this.clock.after(delayMs, () => {
          this.#retry = null;
          this.#commit(batch);
        });
      },
    );
  }

  /** True: one of the checkpoints could never be kept, and another is in its place. */
  #replaceUnkeepable(batch: Batch, error: unknown): boolean {
    const index = DurascopeError.is(error, 'StoreNotWritable') ? error.details['checkpoint'] : undefined;
    const checkpoint = typeof index === 'number' ? batch.checkpoints[index] : undefined;
    if (checkpoint === undefined || typeof index !== 'number') return false;
    if (this.#salvaged.has(checkpoint)) batch.checkpoints[index] = { instanceId: checkpoint.instanceId };
    else this.salvage(batch, index, messageOf(error));
    const placed = batch.checkpoints[index];
    if (placed !== undefined) this.#salvaged.add(placed);
    return true;
  }
}

function stalledText(error: unknown): string {
  const reason = messageOf(error).replace(/\.$/, '');
  const isFinal = DurascopeError.is(error, 'StoreLocked') || (DurascopeError.is(error) && error.details['isFinal'] === true);
  return isFinal
    ? `Work stands still, and nothing that happens from here on is kept until the emulator is started again: ${reason}.`
    : `The journal cannot be written: ${reason}. Nothing is lost; work stands still and goes on once it can be written again.`;
}
