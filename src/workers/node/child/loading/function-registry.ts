/** The functions of the app as they were registered, and the hooks around their invocations (spec/functions-worker.md 1.4, 2.1). */
import type { FunctionDescriptor, FunctionType } from '../../../../core/ports/function-worker';
import type { FunctionBinding } from '../../wire/messages';
import { AppLoadError } from './app-load-error';
import { callerOutside, type SourcePlace } from './source-place';

/** `requiresGrpc`: a durable client that speaks gRPC. */
export interface ExtraInput {
  name: string;
  isDurableClient: boolean;
  requiresGrpc: boolean;
}

export type FunctionCallback = (...args: unknown[]) => unknown;

export interface RegisteredFunction {
  id: string;
  name: string;
  model: 'v3' | 'v4';
  type: FunctionType;
  trigger: FunctionBinding;
  /** Trigger first, then the inputs, then the outputs. The key is the binding's name (`$return` has another inner name). */
  bindings: Readonly<Record<string, FunctionBinding>>;
  /** Inputs besides the trigger, by name. */
  extraInputs: readonly ExtraInput[];
  /** Its trigger carries messages of the gRPC protocol (durable-functions 4, spec/functions-worker.md 10). */
  requiresGrpc: boolean;
  /** What the programming model's library is given as metadata. */
  metadata: Readonly<Record<string, unknown>>;
  callback: FunctionCallback;
  place: SourcePlace | null;
}

const typeByTrigger: Readonly<Record<string, FunctionType>> = {
  orchestrationtrigger: 'orchestrator',
  activitytrigger: 'activity',
  entitytrigger: 'entity',
  httptrigger: 'http',
  timertrigger: 'timer',
};

const durableTypes: ReadonlySet<FunctionType> = new Set(['orchestrator', 'activity', 'entity']);

export function isDurableClient(bindingType: string): boolean {
  const type = bindingType.toLowerCase();
  return type === 'durableclient' || type === 'orchestrationclient';
}

/** What `add` finds out by itself. */
export type FunctionToAdd = Omit<RegisteredFunction, 'trigger' | 'type' | 'extraInputs' | 'requiresGrpc'>;

/** The flag of durable-functions 4. */
function requiresGrpc(binding: FunctionBinding): boolean {
  return binding['durableRequiresGrpc'] === true;
}

const builtInName = /^BuiltIn__/i;

/** Functions by name, ignoring case. After `lock` nothing more is taken. */
export class FunctionRegistry {
  private readonly byName = new Map<string, RegisteredFunction>();
  private readonly hidden = new Map<string, RegisteredFunction>();
  private locked = false;
  /** How many came in by `registerFunction`: more than none makes the app one of programming model v4. */
  registeredByCode = 0;
  /** Files whose code registered them, as they run. */
  readonly registering = new Set<string>();

  get(name: string): RegisteredFunction | undefined {
    return this.byName.get(name) ?? this.byName.get(name.toLowerCase()) ?? this.hidden.get(name);
  }

  /** One that is found by its exact name alone, which no function of an app can have. */
  hide(fn: RegisteredFunction): RegisteredFunction {
    this.hidden.set(fn.name, fn);
    return fn;
  }

  isHidden(name: string): boolean {
    return this.hidden.has(name);
  }

  all(): RegisteredFunction[] {
    return [...new Set(this.byName.values())];
  }

  names(type: FunctionType): string[] {
    return this.all()
      .filter((fn) => fn.type === type)
      .map((fn) => fn.name);
  }

  /** As though they had not been registered. */
  leaveOut(functions: readonly RegisteredFunction[]): void {
    for (const { name } of functions) {
      this.byName.delete(name);
      this.byName.delete(name.toLowerCase());
    }
  }

  lock(): void {
    this.locked = true;
  }

  /** The core module's `registerFunction`. */
  registerByCode(metadata: unknown, callback: unknown): RegisteredFunction {
    const { name, functionId, bindings } = metadata as {
      name?: string;
      functionId?: string;
      bindings?: Record<string, { type: string; direction?: string }>;
    };
    if (this.locked) {
      throw new Error('A function can only be registered during app startup.');
    }
    if (typeof name !== 'string' || typeof callback !== 'function' || bindings === undefined) {
      throw new TypeError('registerFunction needs a name, bindings and a function.');
    }
    this.registeredByCode++;
    const caller = callerOutside();
    if (caller !== null) this.registering.add(caller.running);
    return this.add({
      id: functionId ?? name,
      name,
      model: 'v4',
      metadata: metadata as Record<string, unknown>,
      bindings: Object.fromEntries(
        Object.entries(bindings).map(([key, binding]) => [key, { ...binding, name: key, direction: binding.direction ?? 'in' }]),
      ),
      callback: callback as FunctionCallback,
      place: caller === null ? null : { file: caller.file, line: caller.line },
    });
  }

  add(fn: FunctionToAdd): RegisteredFunction {
    if (!/^[a-z][a-z0-9_-]{0,127}$/i.test(fn.name) || fn.name.toLowerCase() === 'host') {
      throw new AppLoadError(
        `"${fn.name}" cannot be the name of a function: names start with a letter and hold letters, digits, "_" and "-" only. Rename it.`,
        fn.place,
      );
    }
    const other = this.get(fn.name);
    if (other !== undefined) {
      throw new AppLoadError(
        `Two functions are named "${fn.name}": one is registered in ${where(other.place)}, the other in ${where(fn.place)}. Rename one of them.`,
        fn.place,
      );
    }
    const bindings = Object.values(fn.bindings);
    const trigger = bindings.find((binding) => binding.type.toLowerCase().endsWith('trigger'));
    if (trigger === undefined) {
      throw new AppLoadError(`Function "${fn.name}" has no trigger binding. Give it one.`, fn.place);
    }
    const registered: RegisteredFunction = {
      ...fn,
      trigger,
      type: typeByTrigger[trigger.type.toLowerCase()] ?? 'other',
      extraInputs: bindings
        .filter((binding) => binding !== trigger && binding.direction !== 'out')
        .map((binding) => ({
          name: binding.name,
          isDurableClient: isDurableClient(binding.type),
          requiresGrpc: requiresGrpc(binding),
        })),
      requiresGrpc: requiresGrpc(trigger),
    };
    this.byName.set(fn.name, registered);
    const lower = fn.name.toLowerCase();
    if (lower !== fn.name) this.byName.set(lower, registered);
    return registered;
  }
}

function where(place: SourcePlace | null): string {
  return place === null ? 'an unknown file' : `${place.file}:${place.line}`;
}

/** What the rest of the program is told about a function. */
export function describeFunction(fn: RegisteredFunction): FunctionDescriptor {
  const { trigger } = fn;
  const route = trigger['route'];
  const methods = trigger['methods'];
  const authLevel = trigger['authLevel'];
  const schedule = trigger['schedule'];
  return {
    name: fn.name,
    type: fn.type,
    triggerType: trigger.type,
    ...(fn.place === null ? {} : { file: fn.place.file, line: fn.place.line }),
    ...(typeof route === 'string' ? { route } : {}),
    ...(Array.isArray(methods) ? { methods: methods.map((method) => String(method).toUpperCase()) } : {}),
    ...(fn.type === 'http' ? { authLevel: typeof authLevel === 'string' ? authLevel.toLowerCase() : 'function' } : {}),
    ...(typeof schedule === 'string' ? { schedule } : {}),
    ...(trigger['runOnStartup'] === true ? { runOnStartup: true } : {}),
    ...(trigger['useMonitor'] === false ? { useMonitor: false } : {}),
    hasDurableClient: Object.values(fn.bindings).some((binding) => isDurableClient(binding.type)),
    ...(fn.requiresGrpc && durableTypes.has(fn.type) ? { profile: 'G' as const } : {}),
    ...(fn.requiresGrpc && builtInName.test(fn.name) ? { isBuiltIn: true } : {}),
  };
}
