/**
 * Changes of a hub that tells of none: whoever listens is told to read again, at a pace that is shown and can be stopped.
 *
 *   P1. Nobody is told while nobody listens, or while it is paused.
 *   P2. The pace follows what reading costs: `slowDown` times as long as the reading that followed took.
 */
import type { Clock, Disposable } from '../core/ports/clock';
import type { HubChange } from '../core/ports/task-hub-client';

export interface Pace {
  readonly everyMs: number;
  isPaused: boolean;
}

type Listener = (changes: readonly HubChange[]) => void;

const slowDown = 5;
const slowestMs = 5 * 60_000;

export class PolledChanges implements Pace {
  readonly #listeners = new Set<Listener>();
  #next: Disposable | undefined;
  #everyMs: number;
  #isPaused = false;

  constructor(
    private readonly clock: Clock,
    private readonly fastestMs = 5000,
  ) {
    this.#everyMs = fastestMs;
  }

  get everyMs(): number {
    return this.#everyMs;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    this.#plan();
  }

  subscribe(listener: Listener): Disposable {
    const own: Listener = (changes) => listener(changes);
    this.#listeners.add(own);
    this.#plan();
    return {
      dispose: () => {
        this.#listeners.delete(own);
        this.#plan();
      },
    };
  }

  /** How long a list took to be read. */
  noteReading(tookMs: number): void {
    this.#everyMs = Math.min(slowestMs, Math.max(this.fastestMs, slowDown * tookMs)); // P2
  }

  /** Something was changed from here. */
  tellNow(): void {
    for (const listener of [...this.#listeners]) listener([{ type: 'resync' }]);
  }

  dispose(): void {
    this.#listeners.clear();
    this.#plan();
  }

  #plan(): void {
    if (this.#isPaused || this.#listeners.size === 0) {
      this.#next?.dispose();
      this.#next = undefined;
      return; // P1
    }
    this.#next ??= this.clock.after(this.#everyMs, () => {
      this.#next = undefined;
      this.tellNow();
      this.#plan();
    });
  }
}
