/**
 * What the parent asks for, one thing after the other: each goes as far as it comes without waiting for anything outside, and only then
 * the next begins. So the steps of an instance follow each other, are said together, and little of what is under way is kept at one time.
 */
import { Fifo } from '../../../../base/fifo';
import { monotonicMs } from './own-clock';

/** Before any code of the app ran. */
const nextTick = process.nextTick.bind(process);
const microtask = globalThis.queueMicrotask;

/** So long things follow each other before the event loop gets its turn, and what was said goes out. */
export const turnMs = 10;

/** What is taken first, and last. */
export type Rank = 'begun' | 'new' | 'rehearsedBegun' | 'rehearsedNew';

export class OneByOne {
  readonly #lines: Readonly<Record<Rank, Fifo<() => boolean>>> = {
    begun: new Fifo(),
    new: new Fifo(),
    rehearsedBegun: new Fifo(),
    rehearsedNew: new Fifo(),
  };
  #isGoing = false;
  #turnEnd = 0;

  constructor(private readonly nowMs: () => number = monotonicMs) {}

  /** The event loop is due to have its turn. */
  get isTurnOver(): boolean {
    return this.nowMs() >= this.#turnEnd;
  }

  /** What is said from now on is of one turn; of the one that goes on where that is not over. */
  beginTurn(): void {
    const now = this.nowMs();
    if (now >= this.#turnEnd) this.#turnEnd = now + turnMs;
  }

  /** `run` throws nothing, and answers whether it goes on once it has returned. */
  add(run: () => boolean, rank: Rank): void {
    this.#lines[rank].push(run);
    if (this.#isGoing) return;
    this.#isGoing = true;
    // Once all that has come together is here.
    nextTick(this.#next);
  }

  #taken(): (() => boolean) | undefined {
    const { begun, new: others, rehearsedBegun, rehearsedNew } = this.#lines;
    return begun.shift() ?? others.shift() ?? rehearsedBegun.shift() ?? rehearsedNew.shift();
  }

  readonly #next = (): void => {
    for (;;) {
      const run = this.#taken();
      if (run === undefined) {
        this.#isGoing = false;
        return;
      }
      this.beginTurn();
      // What is over at once, as most episodes are, costs no tick.
      if (run()) {
        microtask(this.#afterThis);
        return;
      }
      if (this.isTurnOver) {
        setImmediate(this.#next);
        return;
      }
    }
  };

  /** A tick comes when no microtask is left: what has begun waits for something outside, or is over. */
  readonly #afterThis = (): void => {
    nextTick(this.#whenAtRest);
  };

  readonly #whenAtRest = (): void => {
    if (this.isTurnOver) setImmediate(this.#next);
    else this.#next();
  };
}
