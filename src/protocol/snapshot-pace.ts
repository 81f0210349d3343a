import type { SessionClock } from './panel-host';

export const frameMs = 16;

/**
 * When a panel is sent a new snapshot.
 *
 *   S1. At most one snapshot is being put together at a time; changes meanwhile lead to exactly one more.
 */
export class SnapshotPace {
  #isDirty = false;
  #isPlanned = false;
  #isBusy = false;

  /** `isWanted`: somebody looks, and there is something to look at. Until then what has changed is remembered. */
  constructor(
    private readonly clock: SessionClock,
    private readonly isWanted: () => boolean,
    private readonly send: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Something has changed: a snapshot within a frame. */
  soon(): void {
    this.#isDirty = true;
    if (this.#isPlanned || this.#isBusy || !this.isWanted()) return;
    this.#isPlanned = true;
    this.clock.after(frameMs, () => {
      this.#isPlanned = false;
      void this.#refresh();
    });
  }

  /** Resolves when it is sent; when one is being put together, that one is followed by another. */
  async now(): Promise<void> {
    this.#isDirty = true;
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    if (this.#isBusy || !this.#isDirty || !this.isWanted()) return; // S1
    this.#isBusy = true;
    this.#isDirty = false;
    try {
      await this.send();
    } catch (error) {
      // Without a connection there is nothing to read from, and the panel knows that.
      if (this.isWanted()) this.onError(error);
    } finally {
      this.#isBusy = false;
    }
    if (this.#hasChanged()) this.soon();
  }

  // A method: the compiler thinks that the field is still false.
  #hasChanged(): boolean {
    return this.#isDirty;
  }
}
