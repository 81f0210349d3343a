import type { ManualClock } from './manual-clock';

const stepMs = 10_000;

/**
 * Moves the clock until `verdict` has settled, and is that: for what is judged by how long a process is silent that is known not to answer any more.
 * However slow the machine is, nothing is judged before the test wants it.
 */
export async function letTimePass<T>(clock: ManualClock, verdict: Promise<T>): Promise<T> {
  const state = { isSettled: false };
  const settle = (): void => {
    state.isSettled = true;
  };
  verdict.then(settle, settle);
  while (!state.isSettled) {
    clock.advance(stepMs);
    // What is on its way arrives: it may count as a sign of life.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return verdict;
}
