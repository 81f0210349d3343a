/**
 * One invocation of a function through its programming model's library, hooks included (spec/functions-worker.md 3).
 *
 *   I1. Orchestrators and entities of programming model v3 run in an async context of their own: SDK 1.x and 2.x show an internal
 *       failure only as an unhandled rejection, and the context tells which invocation it ends. Nothing else gets one: on
 *       Node.js 20 and 22 it makes every promise of the process slower (three times, measured).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { CoreInvocationContext, Hooks, ProgrammingModel } from '../loading/core-module';
import type { RpcResponse, TypedData } from '../../../supervision/rpc-values';
import type { ClientBindings } from '../loading/client-bindings';
import type { FunctionCallback, RegisteredFunction } from '../loading/function-registry';
import type { Running, UserLog } from './user-log';

export interface Invocation {
  fn: RegisteredFunction;
  /** The trigger's value. */
  data: TypedData;
  triggerMetadata: Record<string, TypedData>;
  instanceId?: string;
  invocationId?: string;
}

export interface InvocationOutcome {
  /** What the function returned, after the hooks. */
  result: unknown;
  response: RpcResponse;
}

export interface InvokerOptions {
  hooks: Hooks;
  log: UserLog;
  /** Of the function's generation of the programming model. */
  modelFor(fn: RegisteredFunction): ProgrammingModel;
  clients: ClientBindings;
}

export class Invoker {
  /** I1: how to end the invocation that the running code belongs to. */
  private readonly rejecting = new AsyncLocalStorage<(reason: unknown) => void>();
  private readonly rejectable = new Set<(reason: unknown) => void>();

  constructor(private readonly options: InvokerOptions) {}

  /** Rejects with what the function or a hook threw. */
  invoke(invocation: Invocation): Promise<InvocationOutcome> {
    return this.whole(invocation, true) as Promise<InvocationOutcome>;
  }

  /** As `invoke`, for one who wants what the function returned and not how the library would send it. */
  async invokeForResult(invocation: Invocation): Promise<unknown> {
    return (await this.whole(invocation, false)).result;
  }

  /** A context such as the function would get, for nobody: its class and its options are what is asked for. */
  async sampleContext(fn: RegisteredFunction): Promise<object> {
    const model = this.options.modelFor(fn).getInvocationModel({
      invocationId: 'sample',
      request: { invocationId: 'sample', functionId: fn.id, inputData: [], triggerMetadata: {} },
      metadata: fn.metadata,
      state: undefined,
      log: () => undefined,
    });
    return (await model.getArguments()).context;
  }

  /** I1. True when the rejection was the end of a durable function of model v3. */
  takeUnhandledRejection(reason: unknown): boolean {
    const [only] = this.rejectable.size === 1 ? this.rejectable : [];
    const reject = this.rejecting.getStore() ?? only;
    reject?.(reason);
    return reject !== undefined;
  }

  private whole(invocation: Invocation, wantsResponse: boolean): Promise<{ result: unknown; response?: RpcResponse }> {
    const { fn } = invocation;
    if (fn.model === 'v4' || (fn.type !== 'orchestrator' && fn.type !== 'entity')) return this.run(invocation, wantsResponse);
    return new Promise((resolve, reject) => {
      this.rejectable.add(reject);
      const settle = () => this.rejectable.delete(reject);
      this.rejecting.run(reject, () => {
        this.run(invocation, wantsResponse).finally(settle).then(resolve, reject);
      });
    });
  }

  private async run(invocation: Invocation, wantsResponse: boolean): Promise<{ result: unknown; response?: RpcResponse }> {
    const { fn } = invocation;
    const { hooks, log, clients } = this.options;
    const invocationId = invocation.invocationId ?? randomUUID();
    const running: Running = { functionName: fn.name, instanceId: invocation.instanceId, invocationId };
    // An orchestrator kept warm runs in episodes, of which its invocation is only the first.
    if (fn.type !== 'orchestrator') log.begin(running);
    try {
      const inputData: { name: string; data: TypedData }[] = [{ name: fn.trigger.name, data: invocation.data }];
      for (const input of fn.extraInputs) {
        inputData.push({ name: input.name, data: clients.dataOf(input) });
      }
      const held: { context?: object } = {};
      const core: CoreInvocationContext = {
        invocationId,
        request: { invocationId, functionId: fn.id, inputData, triggerMetadata: invocation.triggerMetadata },
        metadata: fn.metadata,
        state: undefined,
        log: (level, category, message) => {
          log.write(level, category, message, running, held.context);
        },
      };
      const model = this.options.modelFor(fn).getInvocationModel(core);
      const { context, inputs } = await model.getArguments();
      held.context = context;
      const outcome = hooks.aroundInvocations()
        ? await this.withHooks(core, context, inputs, fn.callback, (args, callback) =>
            this.call(running, () => model.invokeFunction(context, args, callback)),
          )
        : await this.call(running, () => model.invokeFunction(context, inputs, fn.callback));
      // An orchestrator kept warm goes on, and logs, after its invocation: the library would warn of that in any other state.
      if (fn.type === 'orchestrator') core.state = 'postInvocationHooks';
      return wantsResponse ? { result: outcome, response: await model.getResponse(context, outcome) } : { result: outcome };
    } finally {
      log.end(running);
    }
  }

  private async withHooks(
    core: CoreInvocationContext,
    invocationContext: object,
    firstInputs: unknown[],
    firstCallback: FunctionCallback,
    call: (inputs: unknown[], callback: FunctionCallback) => Promise<unknown>,
  ): Promise<unknown> {
    const { hooks } = this.options;
    const hookData: Record<string, unknown> = {};
    const readOnly = (name: string, value: unknown): PropertyDescriptor => ({
      enumerable: true,
      get: () => value,
      set: () => {
        throw Object.assign(new Error(`Cannot assign to read only property '${name}'`), { isAzureFunctionsSystemError: true });
      },
    });
    const fixed = {
      hookData: readOnly('hookData', hookData),
      appHookData: readOnly('appHookData', hooks.appHookData),
      invocationContext: readOnly('invocationContext', invocationContext),
    };
    const before: { functionCallback: FunctionCallback; inputs: unknown[] } & Record<string, unknown> = {
      functionCallback: firstCallback,
      inputs: firstInputs,
    };
    Object.defineProperties(before, fixed);
    core.state = 'preInvocationHooks';
    await hooks.run('preInvocation', before);
    const { inputs } = before;
    core.state = 'invocation';
    const after: { result: unknown; error: unknown } & Record<string, unknown> = { inputs, result: null, error: null };
    Object.defineProperties(after, fixed);
    try {
      after.result = await call(inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
    core.state = 'postInvocationHooks';
    await hooks.run('postInvocation', after);
    const { error } = after;
    if (error !== null && error !== undefined) throw error as Error;
    return after.result;
  }

  /** The synchronous beginning of a function is certainly its own: what it logs there carries its name. */
  private call<T>(running: Running, start: () => T): T {
    const previous = this.options.log.enter(running);
    try {
      return start();
    } finally {
      this.options.log.enter(previous);
    }
  }
}
