/**
 * An orchestrator and an activity of Durascope's own, made with the app's own packages, for the emulator to run while nobody needs the
 * process (docs/decisions/0007-rehearsal.md): what the first instance of the app goes through is compiled then. Nobody sees them: they are
 * in no list, and their names are none that a function can have.
 */
import { compileEarly } from '../../../../base/early-compiling';
import { rehearsalNames } from '../../wire/messages';
import { makersOf, type LoadedModules } from '../loading/package-makers';
import type { FunctionCallback, FunctionRegistry, RegisteredFunction } from '../loading/function-registry';
import type { DirectCalls } from './direct-call';

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
export function hideRehearsal(registry: FunctionRegistry, direct: DirectCalls, modules: LoadedModules): boolean {
  const functions = registry.all().filter((fn) => direct.canCall(fn) && !fn.requiresGrpc);
  const orchestrator = functions.find(({ type }) => type === 'orchestrator');
  const activity = functions.find(({ type }) => type === 'activity');
  const made = madeByPackage(modules);
  if (orchestrator === undefined || activity === undefined || made === null) return false;
  hide(registry, direct, orchestrator, rehearsalNames.orchestrator, made.orchestrator);
  hide(registry, direct, activity, rehearsalNames.activity, made.activity);
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

/**
 * Both as the package makes functions of code, with all that it puts around them: V8 would throw away what it has compiled for one that is called
 * in another way. Null where the package has another shape than that of 3.x.
 */
function madeByPackage(modules: LoadedModules): { orchestrator: FunctionCallback; activity: FunctionCallback } | null {
  const makers = makersOf(modules);
  if (makers === null) return null;
  try {
    const orchestrator = makers.orchestrator(sequence);
    return orchestrator === null ? null : { orchestrator, activity: makers.activity(sayHello) };
  } catch {
    // Another shape than the one known here.
    return null;
  }
}

const sayHello: FunctionCallback = (input) => `Hello ${String(input)}!`;

function* sequence(context: RehearsedContext): Generator<unknown, unknown[], unknown> {
  const outputs: unknown[] = [];
  for (const step of steps) outputs.push(yield context.df.callActivity(rehearsalNames.activity, step));
  return outputs;
}
