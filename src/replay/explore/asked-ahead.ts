/**
 * Goes before whoever counts schedules, so that the worker is asked of many states at one time and not of one after the other: what
 * was asked here is known when it is needed.
 *
 *   A1. It changes nothing: which schedules count, and in which order, is not its matter. So it runs no activity and no entity, whose answers may
 *       depend on their order; where one is needed it waits until whoever counts has run it.
 *   A2. So many questions are under way at one time, at most, and the event loop gets its turn.
 */

/** What may follow a place. */
export interface Way<P> {
  /** Only code that is replayed is asked for it, or what is known (A1). */
  isReplay(): boolean;
  go(): P | Promise<P>;
}

export const mostQuestions = 32;
/** Known places in one turn of the event loop. */
const mostAtOnce = 100;
/** Of those that wait: the others are left to whoever counts. */
const mostWaiting = 100;

export class AskedAhead<P> {
  /** The next one last. */
  #open: Way<P>[] = [];
  #waiting: Way<P>[] = [];
  #underWay = 0;
  #ends = 0;
  #isDue = false;

  /** `waysFrom`: the first first; none where it is over, null where nobody goes. `mostEnds`: after so many it stops. */
  constructor(
    private readonly waysFrom: (place: P) => readonly Way<P>[] | null,
    private readonly mostEnds: number,
  ) {}

  from(place: P): void {
    this.#arrive(place);
    this.#go();
  }

  /** Something has run that it may wait for. */
  wake(): void {
    if (this.#waiting.length === 0) return;
    this.#open.push(...this.#waiting.reverse());
    this.#waiting = [];
    this.#go();
  }

  stop(): void {
    this.#ends = this.mostEnds;
    this.#open = [];
    this.#waiting = [];
  }

  get #isStopped(): boolean {
    return this.#ends >= this.mostEnds;
  }

  #arrive(place: P): void {
    const ways = this.waysFrom(place);
    if (ways === null) return;
    if (ways.length === 0) this.#ends++;
    this.#open.push(...ways.toReversed());
  }

  readonly #go = (): void => {
    for (let count = 0; !this.#isStopped && this.#underWay < mostQuestions; count++) {
      if (count === mostAtOnce) {
        this.#goLater();
        return;
      }
      const way = this.#open.pop();
      if (way === undefined) return;
      if (way.isReplay()) this.#take(way);
      else if (this.#waiting.length < mostWaiting) this.#waiting.push(way);
    }
  };

  #take(way: Way<P>): void {
    const place = way.go();
    if (!(place instanceof Promise)) {
      this.#arrive(place);
      return;
    }
    this.#underWay++;
    place.then(
      (there) => {
        this.#underWay--;
        if (this.#isStopped) return;
        this.#arrive(there);
        this.#go();
      },
      // Whoever counts meets it too, and says so.
      () => {
        this.#underWay--;
      },
    );
  }

  #goLater(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#go();
    });
  }
}
