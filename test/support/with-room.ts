/** Milliseconds: on a quiet machine the first will do. */
const smallLimits = [500, 2000];
const largestLimit = 8000;

/**
 * For what is judged by how long a process is silent, as it is too where a busy machine gives it no time: tried with larger limits before its
 * failure counts.
 */
export async function withRoom(attempt: (watchdogMs: number) => Promise<void>): Promise<void> {
  for (const limit of smallLimits) {
    try {
      await attempt(limit);
      return;
    } catch {
      // Was it the machine? The next limit tells.
    }
  }
  return attempt(largestLimit);
}
