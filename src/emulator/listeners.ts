import type { Disposable } from '../core/ports/clock';

/** Who wants to be told. */
export class Listeners<T> {
  private readonly all = new Set<(value: T) => void>();

  add(listener: (value: T) => void): Disposable {
    // A function may listen twice: each is its own entry.
    const entry = (value: T): void => listener(value);
    this.all.add(entry);
    return { dispose: () => void this.all.delete(entry) };
  }

  tell(value: T): void {
    for (const listener of [...this.all]) listener(value);
  }
}
