import type { Clock } from './clock';

/** Log lines about clients that try again and again: each of them once a minute. */
export class RareNotes {
  readonly #said = new Map<string, number>();

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly write: (text: string) => void,
  ) {}

  say(key: string, text: () => string): void {
    const now = this.clock.now();
    const last = this.#said.get(key);
    if (last !== undefined && now - last < 60_000) return;
    this.#said.set(key, now);
    this.write(text());
  }

  /** `text` as a listener: said once a minute for each value. */
  of<T extends string>(text: (value: T) => string): (value: T) => void {
    return (value) => this.say(value, () => text(value));
  }
}
