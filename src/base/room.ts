/** What is kept for the next use while there is room, oldest use first to go. */
export interface RoomLimits {
  entries: number;
  /** In all, in whatever `put` counts. */
  weight: number;
  /** Making an entry of this weight anew costs about as much as one use of any. */
  weightPerUse: number;
}

interface Kept<T> {
  item: T;
  weight: number;
  /** `puts` when it was put. */
  at: number;
}

/** So many times the limits are never exceeded, whatever is in use. */
const atMost = 10;
/** Entries looked at in one `put`, so that it costs little when all are in use. */
const looks = 8;

/**
 *   K1. The one put last stays, however heavy: else something above the limit would be made anew at each use.
 *   K2. An entry stays for so many uses of others as make up for its weight, so that several heavy ones in turn do not drive each other
 *       out; only above ten times the limits it goes at once.
 */
export class Room<T> {
  readonly #kept = new Map<string, Kept<T>>();
  #weight = 0;
  #puts = 0;

  constructor(
    private readonly limits: RoomLimits,
    private readonly dropped: (key: string, item: T) => void = () => undefined,
  ) {}

  get size(): number {
    return this.#kept.size;
  }

  get weight(): number {
    return this.#weight;
  }

  has(key: string): boolean {
    return this.#kept.has(key);
  }

  get(key: string): T | undefined {
    return this.#kept.get(key)?.item;
  }

  /** The newest now; others may go for it. */
  put(key: string, item: T, weight: number): void {
    this.delete(key);
    this.#kept.set(key, { item, weight, at: this.#puts++ });
    this.#weight += weight;
    this.#shrink(key);
  }

  delete(key: string): boolean {
    const kept = this.#kept.get(key);
    if (kept === undefined) return false;
    this.#kept.delete(key);
    this.#weight -= kept.weight;
    return true;
  }

  clear(): void {
    this.#kept.clear();
    this.#weight = 0;
  }

  #shrink(newest: string): void {
    const { entries, weight, weightPerUse } = this.limits;
    let looked = 0;
    for (const [key, kept] of this.#kept) {
      if (key === newest || (this.#kept.size <= entries && this.#weight <= weight)) return; // K1
      const isCrowded = this.#kept.size > entries * atMost || this.#weight > weight * atMost;
      if (!isCrowded && (this.#puts - kept.at) * weightPerUse < kept.weight) {
        if (++looked === looks) return; // K2
        continue;
      }
      this.delete(key);
      this.dropped(key, kept.item);
    }
  }
}
