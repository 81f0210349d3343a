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

export class OneByOne {
  /** Taken before the others. */
  readonly #first = new Fifo<() => boolean>();
  readonly #others = new Fifo<() => boolean>();
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
  add(run: () => boolean, isFirst: boolean): void {
    (isFirst ? this.#first : this.#others).push(run);
    if (this.#isGoing) return;
    this.#isGoing = true;
    // Once all that has come together is here.
    nextTick(this.#next);
  }

  readonly #next = (): void => {
    for (;;) {
      const run = this.#first.shift() ?? this.#others.shift();
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
