/** The module `@azure/functions-core`, which no package provides: the worker answers it from inside (spec/functions-worker.md 1.1 to 1.4). */
import type { RpcResponse } from '../../../supervision/rpc-values';
import Module from 'node:module';
import type { LogLevel } from '../../../../core/ports/logger';
import type { FunctionRegistry } from './function-registry';

/** What this worker and the host say they are: current enough that the libraries use all they have. */
const workerVersion = '3.11.0';
const hostVersion = '4.1040.300';

export type RpcLogLevel = LogLevel | 'none';
export type HookName = 'preInvocation' | 'postInvocation' | 'appStart' | 'appTerminate' | 'log';
export type HookCallback = (context: Record<string, unknown>) => unknown;

export interface InvocationModel {
  getArguments(): Promise<{ context: object; inputs: unknown[] }>;
  invokeFunction(context: object, inputs: unknown[], callback: unknown): Promise<unknown>;
  getResponse(context: object, result: unknown): Promise<RpcResponse>;
}

export interface CoreInvocationContext {
  invocationId: string;
  request: Record<string, unknown>;
  metadata: Readonly<Record<string, unknown>>;
  state: string | undefined;
  log(level: RpcLogLevel, category: string, message: string): void;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>> | Record<string, string>;
}

class Disposable {
  static from(...disposables: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }

  constructor(private callOnDispose: (() => unknown) | undefined) {}

  dispose(): unknown {
    const call = this.callOnDispose;
    this.callOnDispose = undefined;
    return call?.();
  }
}

const hookNames: readonly HookName[] = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'];

/** The hooks of the app, in the order of their registration. */
export class Hooks {
  private readonly byName: Record<HookName, HookCallback[]> = {
    preInvocation: [],
    postInvocation: [],
    appStart: [],
    appTerminate: [],
    log: [],
  };
  /** One object that the hooks of all invocations share. */
  readonly appHookData: Record<string, unknown> = {};

  of(name: HookName): readonly HookCallback[] {
    return this.byName[name];
  }

  /** True when an invocation is seen, and maybe changed, by the app's own hooks. */
  aroundInvocations(): boolean {
    return this.byName.preInvocation.length > 0 || this.byName.postInvocation.length > 0;
  }

  add(name: string, callback: unknown): Disposable {
    if (!hookNames.includes(name as HookName)) {
      // The library recognises this very error and explains that the host is too old for the hook.
      throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), { isAzureFunctionsSystemError: true });
    }
    if (typeof callback !== 'function') throw new TypeError(`The hook "${name}" needs a function.`);
    const list = this.byName[name as HookName];
    list.push(callback as HookCallback);
    return new Disposable(() => {
      const at = list.indexOf(callback as HookCallback);
      if (at >= 0) list.splice(at, 1);
    });
  }

  async run(name: HookName, context: Record<string, unknown>): Promise<void> {
    for (const hook of [...this.byName[name]]) await hook(context);
  }
}

export interface CoreModule {
  readonly hooks: Hooks;
  /** The last one that was set; null: the app did not ask for one. */
  programmingModel(): ProgrammingModel | null;
}

/**
 * Puts the core module in place of a package of that name. Before any code of the app is loaded: the library asks once, and
 * remembers a failure for good.
 */
export function installCoreModule(
  registry: FunctionRegistry,
  log: (level: RpcLogLevel, category: string, message: string) => void,
): CoreModule {
  const hooks = new Hooks();
  let model: ProgrammingModel | null = null;
  const core = {
    version: workerVersion,
    get hostVersion() {
      return hostVersion;
    },
    registerFunction(metadata: unknown, callback: unknown) {
      registry.registerByCode(metadata, callback);
      return new Disposable(() => undefined);
    },
    registerHook: (name: string, callback: unknown) => hooks.add(name, callback),
    setProgrammingModel(next: ProgrammingModel) {
      model = next;
    },
    getProgrammingModel: () => model,
    log,
    Disposable,
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the caller's module as `this` below
  const original = Module.prototype.require;
  Module.prototype.require = function (this: Module, id: string): unknown {
    return id === '@azure/functions-core' ? core : (original.call(this, id) as unknown);
  } as NodeJS.Require;
  return { hooks, programmingModel: () => model };
}
