/** When what was written to the journal is forced to the disk: at once (strict), or a while later for all of that while. */
import type { JournalWriter } from './journal';

interface Waiter {
  resolve: () => void;
  reject: (error: unknown) => void;
}

const done = Promise.resolve();

export class JournalSync {
  #timer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> | undefined;
  #waiters: Waiter[] = [];
  #isServing = false;

  /** `journal`: the one to sync now. `onFailure` makes the error that waiting commits get; it is called before them. */
  constructor(
    readonly mode: 'interval' | 'strict',
    readonly intervalMs: number,
    readonly journal: () => JournalWriter,
    readonly onFailure: (error: unknown) => unknown,
  ) {}

  /** To be called after each write. Resolves when it is as durable as the mode promises. */
  written(): Promise<void> {
    if (this.mode === 'strict') return this.#nextSync();
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#sync().catch(() => undefined); // Noted by onFailure; the next commit is told.
      }, this.intervalMs);
      this.#timer.unref();
    }
    return done;
  }

  /** No sync is under way any more. */
  async settled(): Promise<void> {
    await this.#syncing?.catch(() => undefined); // Told to those who waited for it.
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Writes that arrive while a sync is under way share the next one. */
  #nextSync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      if (!this.#isServing) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    await done; // What else is committed in this turn joins.
    while (this.#waiters.length > 0) {
      const waiters = this.#waiters;
      this.#waiters = [];
      try {
        await this.#sync();
        for (const waiter of waiters) waiter.resolve();
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
    this.#isServing = false;
  }

  #sync(): Promise<void> {
    this.#syncing = this.#syncInPlace()
      .catch((error: unknown) => {
        throw this.onFailure(error);
      })
      .finally(() => {
        this.#syncing = undefined;
      });
    return this.#syncing;
  }

  async #syncInPlace(): Promise<void> {
    const journal = this.journal();
    await journal.sync();
    journal.assertInPlace();
  }
}
