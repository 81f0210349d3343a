/** State that components draw from: every change is a new snapshot, listeners are told at most once per `schedule`. */
import type { Disposable } from '../../core/ports/clock';

/** Runs the callback later, together with what else changes until then: `requestAnimationFrame` in a page. */
export type Schedule = (callback: () => void) => void;

export class Store<T> {
  private readonly listeners = new Set<() => void>();
  private announced = true;

  constructor(
    private current: T,
    private readonly schedule: Schedule,
  ) {}

  get(): T {
    return this.current;
  }

  set(change: Partial<T>): void {
    this.current = { ...this.current, ...change };
    if (!this.announced) return;
    this.announced = false;
    this.schedule(() => {
      this.announced = true;
      for (const listener of [...this.listeners]) listener();
    });
  }

  subscribe(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }
}
