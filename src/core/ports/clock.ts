export interface Disposable {
  dispose(): void;
}

/**
 * Time as the engine sees it: real, or driven by hand in tests. A moment is what the computer's clock shows, which may be set, and jumps
 * when a laptop wakes up; a distance is time that has passed, whatever that clock shows. Time asleep need not count as passed.
 */
export interface Clock {
  /** Epoch milliseconds, UTC. */
  now(): number;
  /** The same moment with all that the clock knows of it, 100 ns at best, in the history's form. Absent: it knows milliseconds. */
  exactTime?(): string;
  /**
   * By how much it is ahead of the computer's time, in whole milliseconds; null while it stands still, or goes on by no computer's. Absent: it is
   * the computer's, always.
   */
  aheadOfComputerMs?(): number | null;
  /**
   * Calls back once: never before the clock shows `epochMs`, and within a second from then on, also when it jumped there. Any distance is
   * allowed; disposing cancels.
   */
  at(epochMs: number, callback: () => void): Disposable;
  /** Calls back once, when so much time has passed. Disposing cancels. */
  after(delayMs: number, callback: () => void): Disposable;
}
