/**
 * The stages of a process with the user's code: it loads the app, is ready, is gone. Each comes once, whoever brings it about.
 *
 *   L1. A start settles: when the app is loaded, when it cannot be, when that takes too long or is given up, or when the process is gone.
 *   L2. A process that was killed has ended a moment later: one that hangs in the system, or whose starter does not tell, is waited for no more.
 */
import { DurascopeError } from '../../core/values/errors';
import type { LostWork } from './requests-under-way';
import type { Disposable } from '../../core/ports/clock';
import type { WorkerEnd } from './running-app';
import { tooSlowToLoad } from './slow-load';
import { realTime, type WatchdogTime } from './watchdog';

export interface ProcessLifeOptions {
  /** From the start until the app is loaded; 0: as long as it likes. */
  loadTimeoutMs: number;
  /** How that passes. Default: as the computer's. */
  time?: WatchdogTime | undefined;
  /** Ends a start under way with `Stopped`; without effect once the app is loaded. */
  signal?: AbortSignal | undefined;
  /** Ends the process at once. */
  kill: () => void;
  /** Nobody has said that it is gone although it was ended: the owner ends it for itself. */
  lost: () => void;
  /** What to say when loading has taken too long: a sentence or more. */
  tooSlow: (seconds: number) => string;
}

/** L2: on a busy machine a process takes its time to go. */
const goneMs = 5_000;

export class ProcessLife {
  /** Rejects with why the app could not be loaded. */
  readonly loaded: Promise<void>;
  /** Settles when the process is gone and everything of it is cleaned up. */
  readonly ended: Promise<WorkerEnd>;
  /** It is wanted that the process ends. */
  isStopping = false;

  #isReady = false;
  #hasEnded = false;
  #loadError: DurascopeError | null = null;
  #loadTimer: Disposable | undefined;
  #goneTimer: NodeJS.Timeout | undefined;
  #resolveLoaded!: () => void;
  #rejectLoaded!: (error: Error) => void;
  #resolveEnded!: (end: WorkerEnd) => void;
  readonly #kill: () => void;
  readonly #lost: () => void;

  constructor({ loadTimeoutMs, time = realTime, signal, kill, lost, tooSlow }: ProcessLifeOptions) {
    this.#kill = kill;
    this.#lost = lost;
    this.loaded = new Promise((resolve, reject) => {
      this.#resolveLoaded = resolve;
      this.#rejectLoaded = reject;
    });
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    if (signal !== undefined) {
      const abort = (): void => this.failLoading(new DurascopeError('Stopped', 'The emulator has been stopped.'));
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      this.loaded.finally(() => signal.removeEventListener('abort', abort)).catch(() => undefined);
    }
    if (loadTimeoutMs > 0) {
      this.#loadTimer = time.after(loadTimeoutMs, () => this.failLoading(tooSlowToLoad(tooSlow(loadTimeoutMs / 1000))));
    }
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The app cannot be loaded any more. */
  get hasFailed(): boolean {
    return this.#loadError !== null || this.#hasEnded;
  }

  /** The app is loaded. */
  ready(): void {
    this.waitOn();
    this.#isReady = true;
    this.#resolveLoaded();
  }

  /** Loading may take as long as it likes from here on. */
  waitOn(): void {
    this.#loadTimer?.dispose();
  }

  /** The first reason counts; `loaded` rejects with it when the process is gone. */
  failLoading(error: DurascopeError): void {
    if (this.#isReady || this.#hasEnded) return;
    this.waitOn();
    this.isStopping = true;
    this.#loadError ??= error;
    this.kill();
  }

  /** Ends the process at once; L2. */
  kill(): void {
    if (this.#hasEnded) return;
    this.#goneTimer ??= setTimeout(this.#lost, goneMs).unref();
    this.#kill();
  }

  /** The process is gone; false: that was known. Whoever hears true cleans up, and then calls `settle`. */
  end(): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    this.waitOn();
    clearTimeout(this.#goneTimer);
    return true;
  }

  /** `message`: how it ended, for the user; `whileLoading`: what a start fails with that nothing else had ended; `lost`: what it had not answered. */
  settle(message: string, whileLoading: DurascopeError, lost: readonly LostWork[]): void {
    this.#resolveEnded({ message, wanted: this.isStopping, lost });
    if (!this.#isReady) this.#rejectLoaded(this.#loadError ?? whileLoading);
  }
}
