export interface Disposable {
  dispose(): void;
}

/** Time as the engine sees it: real, or driven by hand in tests. */
export interface Clock {
  /** Epoch milliseconds, UTC. */
  now(): number;
  /** Calls back once, never before `epochMs`. Any distance is allowed; disposing cancels. */
  at(epochMs: number, callback: () => void): Disposable;
}
