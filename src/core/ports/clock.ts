export interface Disposable {
  dispose(): void;
}

/** Time as the engine sees it: real, or driven by hand in tests. */
export interface Clock {
  /** Epoch milliseconds, UTC. */
  now(): number;
  /** The same moment with all that the clock knows of it, 100 ns at best, in the history's form. Absent: it knows milliseconds. */
  exactTime?(): string;
  /** Calls back once, never before `epochMs`. Any distance is allowed; disposing cancels. */
  at(epochMs: number, callback: () => void): Disposable;
}
