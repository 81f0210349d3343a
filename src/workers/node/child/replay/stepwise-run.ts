/**
 * Runs of durable-functions 1.x, which plays a whole history in one go: the orchestrator's generator is watched from within, and to look at a
 * moment the run is broken off there. Its generator stays as it was.
 */
import Module from 'node:module';
import type { SdkInvocationContext } from '../orchestrations/sdk-hooks';
import type { Delivery, ReplayedRun, RunTools } from './replay-run';
import type { WorldState } from './sealed-world';

interface Orchestrator {
  fn: (context: SdkInvocationContext) => unknown;
  handle(context: SdkInvocationContext): Promise<unknown>;
}

interface IteratorLike {
  next(value?: unknown): IteratorResult<unknown>;
  throw(error: unknown): IteratorResult<unknown>;
}

export class StepwiseHooks {
  private current: StepwiseRun | null = null;
  private readonly opened = new Set<object>();

  /**
   * From now on every copy of the SDK 1.x is opened as soon as it is loaded: it binds its orchestrators when the app makes them, which is before
   * the app is loaded.
   */
  install(): void {
    const loader = Module as unknown as { _load(request: string, ...more: unknown[]): unknown };
    const load = loader._load.bind(Module);
    loader._load = (request, ...more) => {
      const loaded = load(request, ...more);
      if (/[\\/]orchestrator(\.js)?$/i.test(request)) {
        const { Orchestrator: found } = (loaded ?? {}) as { Orchestrator?: { prototype?: Partial<Orchestrator> } };
        if (found?.prototype !== undefined && isStepwise(found.prototype)) this.open(found.prototype);
      }
      return loaded;
    };
  }

  /** The orchestrator invoked in `invoke` is given to `run`. */
  async watching<T>(run: StepwiseRun, invoke: () => Promise<T>): Promise<T> {
    this.current = run;
    try {
      return await invoke();
    } finally {
      this.current = null;
    }
  }

  private open(prototype: Orchestrator): void {
    if (this.opened.has(prototype)) return;
    this.opened.add(prototype);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with an orchestrator as `this` below
    const { handle } = prototype;
    const current = (): StepwiseRun | null => this.current;
    prototype.handle = function (context) {
      const run = current();
      if (run === null) return handle.call(this, context);
      const watched = Object.create(this) as Orchestrator;
      watched.fn = (given) => run.begin(given, this.fn(given));
      return handle.call(watched, context);
    };
  }
}

/** Later versions have a class of that name too, which leaves the generator to an executor. */
function isStepwise(prototype: Partial<Orchestrator>): prototype is Orchestrator {
  return (
    typeof prototype.handle === 'function' && prototype.handle.length === 1 && /\bgen\.next\(/.test(String(prototype.handle))
  );
}

/** Ends a run at the moment it was wanted for. */
class BrokenOff extends Error {}

export class StepwiseRun implements ReplayedRun {
  moment = -1;
  rows: number;
  suspended: readonly object[] = [];
  hasEnded = false;

  private given: SdkInvocationContext | null = null;
  private yielded: unknown = null;

  constructor(
    private readonly options: RunTools & {
      deliveries: readonly Delivery[];
      state: WorldState;
      /** The moment to stop at; null: never. */
      until: number | null;
      onMoment?(): void;
    },
  ) {
    this.rows = options.deliveries.find(({ event }) => event.EventType === 'ExecutionStarted')?.rows ?? 0;
  }

  get hasContext(): boolean {
    return this.given !== null;
  }

  get context(): SdkInvocationContext {
    if (this.given === null) throw new Error('The orchestrator was not run.');
    return this.given;
  }

  /** Puts itself between the SDK and the orchestrator's generator. */
  begin(context: SdkInvocationContext, generator: unknown): unknown {
    this.given = context;
    if (typeof (generator as Partial<IteratorLike> | null)?.next !== 'function') return generator;
    const iterator = generator as IteratorLike;
    return {
      next: (value?: unknown) => this.resume(() => iterator.next(value)),
      throw: (error: unknown) => this.resume(() => iterator.throw(error)),
    };
  }

  private resume(go: () => IteratorResult<unknown>): IteratorResult<unknown> {
    const { until, deliveries, watch, world, state } = this.options;
    if (this.moment === until) throw new BrokenOff();
    const completionIndex = (this.yielded as { completionIndex?: unknown } | null | undefined)?.completionIndex;
    if (typeof completionIndex === 'number') this.rows = Math.max(this.rows, deliveries[completionIndex]?.rows ?? 0);
    this.suspended = [];
    try {
      const { result, suspended } = watch.resume(() => world.during(state, go));
      this.suspended = suspended;
      this.yielded = result.value;
      this.hasEnded = result.done === true;
      return result;
    } catch (error) {
      this.hasEnded = true;
      throw error;
    } finally {
      this.moment += 1;
      this.options.onMoment?.();
    }
  }
}
