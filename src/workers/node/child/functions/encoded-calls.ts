/** Runs orchestrators and entities whose triggers carry messages of the gRPC protocol in base64 (spec/functions-worker.md 10). */
import { thrownParts } from '../../../../base/error-message';
import type { EncodedAnswer } from '../../../../core/ports/passthrough-host';
import { unknownFunctionMessage } from '../../../../core/values/unknown-function';
import type { EncodedAsked } from '../../wire/messages';
import type { Hooks } from '../loading/core-module';
import type { DirectCalls } from './direct-call';
import type { FunctionRegistry, RegisteredFunction } from '../loading/function-registry';
import type { Invoker } from './invoker';

export interface EncodedCallsOptions {
  registry: FunctionRegistry;
  invoker: Invoker;
  hooks: Hooks;
  direct: DirectCalls;
}

export class EncodedCalls {
  constructor(private readonly options: EncodedCallsOptions) {}

  /** Never rejects. */
  async run(asked: EncodedAsked, request: Buffer | null): Promise<EncodedAnswer> {
    const { name, kind, instanceId } = asked;
    const { registry } = this.options;
    const fn = registry.get(name);
    try {
      if (fn?.type !== kind || !fn.requiresGrpc) throw new Error(unknownFunctionMessage(name, kind, registry.names(kind)));
      const returned = await this.call(fn, instanceId, request?.toString('base64') ?? '');
      return typeof returned === 'string'
        ? { ok: true, answer: returned }
        : { ok: true, answer: null, returned: returned === null ? 'null' : typeof returned };
    } catch (error) {
      return { ok: false, error: thrownParts(error) };
    }
  }

  private async call(fn: RegisteredFunction, instanceId: string, text: string): Promise<unknown> {
    const { direct, hooks, invoker } = this.options;
    if (!direct.canCall(fn) || hooks.aroundInvocations()) {
      const triggerMetadata = { instanceId: { string: instanceId } };
      return invoker.invokeForResult({ fn, data: { string: text }, instanceId, triggerMetadata });
    }
    const { running, returned } = direct.call(fn, instanceId, text);
    try {
      return await returned;
    } finally {
      direct.done(running);
    }
  }
}
