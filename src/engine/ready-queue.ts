import { Fifo } from '../base/fifo';
import type { LiveInstance } from './live-instance';

/** So many instances that have begun go before one that has not. */
const begunBeforeNew = 4;

/**
 * Instances with something to do. Those that have begun come first: of thousands started at once the first ones end before the last
 * ones begin, which keeps what is in memory and warm small. New ones are never starved.
 */
export class ReadyQueue {
  readonly #begun = new Fifo<LiveInstance>();
  readonly #fresh = new Fifo<LiveInstance>();
  #inARow = 0;

  get size(): number {
    return this.#begun.size + this.#fresh.size;
  }

  push(live: LiveInstance): void {
    (live.row?.runtimeStatus === 'Pending' ? this.#fresh : this.#begun).push(live);
  }

  shift(): LiveInstance | undefined {
    const prefersBegun = this.#inARow < begunBeforeNew || this.#fresh.size === 0;
    const live = prefersBegun ? this.#begun.shift() : undefined;
    if (live !== undefined) {
      this.#inARow++;
      return live;
    }
    this.#inARow = 0;
    return this.#fresh.shift() ?? this.#begun.shift();
  }
}
