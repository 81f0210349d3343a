/**
 * The stages of a process with the user's code: it loads the app, is ready, is gone. Each comes once, whoever brings it about.
 *
 *   L1. A start settles: when the app is loaded, when it cannot be, when that takes too long or is given up, or when the process is gone.
 */
import { DurascopeError } from '../../core/values/errors';
import type { LostWork } from './requests-under-way';
import type { WorkerEnd } from './running-app';

export interface ProcessLifeOptions {
  /** From the start until the app is loaded; 0: as long as it likes. */
  loadTimeoutMs: number;
  /** Ends a start under way with `Stopped`; without effect once the app is loaded. */
  signal?: AbortSignal | undefined;
  /** Ends the process at once. */
  kill: () => void;
  /** What to say when loading has taken too long: a sentence or more. */
  tooSlow: (seconds: number) => string;
}

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
  #loadTimer: NodeJS.Timeout | undefined;
  #resolveLoaded!: () => void;
  #rejectLoaded!: (error: Error) => void;
  #resolveEnded!: (end: WorkerEnd) => void;
  readonly #kill: () => void;

  constructor({ loadTimeoutMs, signal, kill, tooSlow }: ProcessLifeOptions) {
    this.#kill = kill;
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
      const onTimeout = (): void => this.failLoading(new DurascopeError('AppInvalid', tooSlow(loadTimeoutMs / 1000)));
      this.#loadTimer = setTimeout(onTimeout, loadTimeoutMs).unref();
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
    clearTimeout(this.#loadTimer);
  }

  /** The first reason counts; `loaded` rejects with it when the process is gone. */
  failLoading(error: DurascopeError): void {
    this.waitOn();
    this.isStopping = true;
    this.#loadError ??= error;
    this.#kill();
  }

  /** The process is gone; false: that was known. Whoever hears true cleans up, and then calls `settle`. */
  end(): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    this.waitOn();
    return true;
  }

  /** `message`: how it ended, for the user; `whileLoading`: what a start fails with that nothing else had ended; `lost`: what it had not answered. */
  settle(message: string, whileLoading: DurascopeError, lost: readonly LostWork[]): void {
    this.#resolveEnded({ message, wanted: this.isStopping, lost });
    if (!this.#isReady) this.#rejectLoaded(this.#loadError ?? whileLoading);
  }
}
