/** How durable-functions 3.x makes functions of an app's code: found among the modules that the app has loaded. */
import path from 'node:path';
import type { FunctionCallback, RegisteredFunction } from './function-registry';

export type LoadedModules = Readonly<Record<string, { exports?: unknown } | undefined>>;

export interface PackageMakers {
  /** Null: the package has another shape than the one known here. May throw for the same reason. */
  orchestrator(code: unknown): FunctionCallback | null;
  activity(handler: FunctionCallback): FunctionCallback;
  /** Whether the function is what the package makes of an orchestrator's code, and nothing around it. */
  isOrchestratorAlone(fn: RegisteredFunction): boolean;
}

/** Versions differ in what they put around the class, and not all put something around an activity. */
interface Exports {
  Orchestrator?: new (code: unknown) => { listen?: () => unknown };
  createOrchestrator?: (code: unknown) => unknown;
  wrapActivityHandler?: (handler: FunctionCallback) => unknown;
}

/** Taken before the app's code ran, which may put something else in its place. */
const { apply } = Reflect;
const functionText = Reflect.get(Function.prototype, 'toString');

/** Null: there is no such package. */
export function makersOf(modules: LoadedModules): PackageMakers | null {
  const exportsOf = (file: string): Exports => modules[file]?.exports ?? {};
  for (const file of Object.keys(modules)) {
    if (!/[\\/]orchestrations[\\/]Orchestrator\.js$/.test(file)) continue;
    const { Orchestrator } = exportsOf(file);
    if (typeof Orchestrator !== 'function') continue;
    const source = path.join(path.dirname(file), '..');
    const { createOrchestrator } = exportsOf(path.join(source, 'util', 'testingUtils.js'));
    const { wrapActivityHandler } = exportsOf(path.join(source, 'app.js'));
    const orchestrator = (code: unknown): FunctionCallback | null =>
      callback(typeof createOrchestrator === 'function' ? createOrchestrator(code) : new Orchestrator(code).listen?.());
    let plainText: string | null | undefined;
    const areAlone = new WeakMap<FunctionCallback, boolean>();
    return {
      orchestrator,
      activity: (handler) =>
        (typeof wrapActivityHandler === 'function' ? callback(wrapActivityHandler(handler)) : null) ?? handler,
      isOrchestratorAlone: ({ callback: given }) => {
        let isAlone = areAlone.get(given);
        if (isAlone === undefined) {
          plainText ??= typeof createOrchestrator === 'function' ? textOf(orchestrator) : null;
          isAlone = plainText !== null && apply(functionText, given, []) === plainText;
          areAlone.set(given, isAlone);
        }
        return isAlone;
      },
    };
  }
  return null;
}

/** Of a bound function, which tells nothing of what it is, null. */
function textOf(orchestrator: PackageMakers['orchestrator']): string | null {
  try {
    const sample = orchestrator(() => undefined);
    const text = sample === null ? '' : apply(functionText, sample, []);
    return text === '' || text.includes('[native code]') ? null : text;
  } catch {
    // Another shape than the one known here.
    return null;
  }
}

function callback(value: unknown): FunctionCallback | null {
  return typeof value === 'function' ? (value as FunctionCallback) : null;
}
