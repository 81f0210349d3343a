/**
 * An orchestrator and an activity of Durascope's own, made with the app's own packages, for the emulator to run while nobody needs the
 * process (docs/decisions/0007-rehearsal.md): what the first instance of the app goes through is compiled then. Nobody sees them: they are
 * in no list, and their names are none that a function can have.
 */
import { compileEarly } from '../../../../base/early-compiling';
import { rehearsalNames } from '../../wire/messages';
import type { FunctionCallback, FunctionRegistry, RegisteredFunction } from '../loading/function-registry';
import type { DirectCalls } from './direct-call';

interface OrchestratorClass {
  new (code: (context: RehearsedContext) => Generator): { listen?: () => FunctionCallback };
}

interface RehearsedContext {
  df: { callActivity(name: string, input: unknown): unknown };
}

const steps = ['one', 'two', 'three', 'four', 'five'];

/** V8 has seen by then what the code is used for. */
const seenEnough = 40;
const overAfterMs = 100;

/** While instances are rehearsed, but for the first, their code is compiled early. */
export class CompiledEarly {
  private count = 0;
  private asUsual: (() => void) | null = null;
  private timer: NodeJS.Timeout | undefined;

  /** One more begins. */
  rehearsed(): void {
    if (++this.count <= seenEnough) return;
    this.asUsual ??= compileEarly();
    if (this.timer !== undefined) this.timer.refresh();
    else this.timer = setTimeout(() => this.over(), overAfterMs).unref();
  }

  private over(): void {
    this.timer = undefined;
    this.asUsual?.();
    this.asUsual = null;
  }
}

/** False, and nothing is there, where the app is of another kind than the usual one. */
export function hideRehearsal(
  registry: FunctionRegistry,
  direct: DirectCalls,
  modules: Readonly<Record<string, { exports?: unknown } | undefined>>,
): boolean {
  const functions = registry.all().filter((fn) => direct.canCall(fn) && !fn.requiresGrpc);
  const orchestrator = functions.find(({ type }) => type === 'orchestrator');
  const activity = functions.find(({ type }) => type === 'activity');
  const callback = listener(modules);
  if (orchestrator === undefined || activity === undefined || callback === null) return false;
  hide(registry, direct, orchestrator, rehearsalNames.orchestrator, callback);
  hide(registry, direct, activity, rehearsalNames.activity, (input) => `Hello ${String(input)}!`);
  return true;
}

function hide(
  registry: FunctionRegistry,
  direct: DirectCalls,
  like: RegisteredFunction,
  name: string,
  callback: FunctionCallback,
): void {
  direct.prepareLike(registry.hide({ ...like, id: name, name, callback, extraInputs: [], place: null }), like);
}

/** The orchestrator as the package makes it of the code; null where it has another shape than that of 3.x. */
function listener(modules: Readonly<Record<string, { exports?: unknown } | undefined>>): FunctionCallback | null {
  for (const [file, module] of Object.entries(modules)) {
    if (!/[\\/]orchestrations[\\/]Orchestrator\.js$/.test(file)) continue;
    const { Orchestrator } = (module?.exports ?? {}) as { Orchestrator?: OrchestratorClass };
    if (typeof Orchestrator !== 'function') continue;
    try {
      const listening = new Orchestrator(sequence).listen?.();
      return typeof listening === 'function' ? listening : null;
    } catch {
      // Another shape than the one known here.
      return null;
    }
  }
  return null;
}

function* sequence(context: RehearsedContext): Generator<unknown, unknown[], unknown> {
  const outputs: unknown[] = [];
  for (const step of steps) outputs.push(yield context.df.callActivity(rehearsalNames.activity, step));
  return outputs;
}
