/**
 * Whose code ended the app's process, found out so that nobody else pays for it. When a process dies everything that it had in work comes
 * back unanswered; all of it is suspect, unless the process could still say whose code ran.
 *
 *   P1. One suspect is tried at a time, beside work that is under no suspicion. A process that dies then was ended by the one on trial:
 *       that one is guilty, and whatever else was in work is innocent and runs again at once.
 *   P2. A trial holds the next one up for twice the time after which the process died, and for 5 s at most: suspects that only take long
 *       must not starve each other.
 */
import { DurascopeError } from '../core/values/errors';

export type Blame = 'guilty' | 'innocent' | 'suspect';

const shortestTrialMs = 500;
const longestTrialMs = 5_000;

export class Suspects {
  readonly #onTrial = new Set<object>();
  /** Who was on trial when a process died, by the error with which it all came back. */
  readonly #crashes = new WeakMap<Error, ReadonlySet<object>>();
  #waiting: (() => void)[] = [];

  constructor(private readonly later: (delayMs: number, callback: () => void) => void) {}

  get isFree(): boolean {
    return this.#onTrial.size === 0;
  }

  /** Begins the trial of this work, in its next run. `crashedAfterMs`: how long it had run when the process died. */
  begin(work: object, crashedAfterMs: number): void {
    this.#onTrial.add(work);
    this.later(Math.min(longestTrialMs, Math.max(shortestTrialMs, 2 * crashedAfterMs)), () => this.end(work));
  }

  /** It has an answer, or was taken back. */
  end(work: object): void {
    if (!this.#onTrial.delete(work) || !this.isFree) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const call of waiting) call();
  }

  /** Calls back once, when the next trial can begin. */
  whenFree(callback: () => void): void {
    this.#waiting.push(callback);
  }

  /** For each work that came back with `error`, before its trial is ended. */
  blame(error: unknown, work: object, functionName: string, instanceId: string): Blame {
    if (!DurascopeError.is(error, 'WorkerExited')) return 'suspect';
    const { running } = error.details;
    if (Array.isArray(running) && running.length > 0) {
      const isNamed = running.some((one: unknown) => {
        const named = (one ?? {}) as { functionName?: unknown; instanceId?: unknown };
        const isSame = typeof named.functionName === 'string' && named.functionName.toLowerCase() === functionName.toLowerCase();
        return isSame && (named.instanceId === undefined || named.instanceId === instanceId);
      });
      return isNamed ? 'guilty' : 'innocent';
    }
    let onTrial = this.#crashes.get(error);
    if (onTrial === undefined) {
      onTrial = new Set(this.#onTrial);
      this.#crashes.set(error, onTrial);
    }
    if (onTrial.has(work)) return 'guilty';
    return onTrial.size > 0 ? 'innocent' : 'suspect';
  }
}
