/** Runs activities: the input unwrapped, the result as JSON text, a failure as the history shows it (spec/functions-worker.md 7). */
import { isThenable } from '../../../../base/thenable';
import { dotnetJson } from '../../../../core/values/dotnet-json';
import type { ActivityOutcome } from '../../../../core/ports/function-worker';
import type { ActivityAsked } from '../../wire/messages';
import { describeActivityFailure, describeEncodedFailure } from '../../../supervision/activity-failure';
import type { Hooks } from '../loading/core-module';
import type { TypedData } from '../../../supervision/rpc-values';
import type { DirectCalls } from './direct-call';
import type { FunctionRegistry, RegisteredFunction } from '../loading/function-registry';
import type { Invoker } from './invoker';
import { toJsonText, valueToJsonText } from './typed-data';
import type { Running } from './user-log';

export interface ActivitiesOptions {
  registry: FunctionRegistry;
  invoker: Invoker;
  hooks: Hooks;
  direct: DirectCalls;
}

export type ActivityCall = Pick<ActivityAsked, 'name' | 'instanceId' | 'input'>;

export class Activities {
  constructor(private readonly options: ActivitiesOptions) {}

  /** Never rejects: what goes wrong is the activity's failure. */
  async run(request: ActivityCall): Promise<ActivityOutcome> {
    const fn = this.options.registry.get(request.name);
    if (fn?.type !== 'activity') return this.unknown(request.name);
    try {
      const isDirect = this.options.direct.canCall(fn) && !this.options.hooks.aroundInvocations();
      const result = await (isDirect ? this.call(fn, request) : this.invoke(fn, request));
      // What is null in JSON, as NaN is, is no result.
      return { ok: true, result: result === null || (result === 'null' && !fn.requiresGrpc) ? null : dotnetJson(result) };
    } catch (error) {
      return fn.requiresGrpc ? describeEncodedFailure(request.name, error) : describeActivityFailure(request.name, error);
    }
  }

  private async invoke(fn: RegisteredFunction, request: ActivityCall): Promise<string | null> {
    const data = inputOf(fn, request.input);
    const { response } = await this.options.invoker.invoke({
      fn,
      data,
      instanceId: request.instanceId,
      triggerMetadata: {
        instanceId: { string: request.instanceId },
        [fn.trigger.name]: data,
        data: typeof data.string === 'string' ? { json: data.string } : {},
      },
    });
    return toJsonText(response.returnValue);
  }

  private call(fn: RegisteredFunction, request: ActivityCall): string | null | Promise<string | null> {
    const { direct } = this.options;
    const text = inputOf(fn, request.input).string ?? null;
    const { running, returned } = direct.call(fn, request.instanceId, text);
    if (isThenable(returned)) return this.whenSettled(returned, running);
    direct.done(running);
    return valueToJsonText(returned);
  }

  private async whenSettled(returned: PromiseLike<unknown>, running: Running): Promise<string | null> {
    try {
      return valueToJsonText(await returned);
    } finally {
      this.options.direct.done(running);
    }
  }

  private unknown(name: string): ActivityOutcome {
    const known = this.options.registry.names('activity');
    const info =
      known.length === 0
        ? 'No activity functions are currently registered!'
        : `The following are the known activity functions: ${known.map((one) => `'${one}'`).join(', ')}.`;
    const reason = `The function '${name}' doesn't exist, is disabled, or is not an activity function. Additional info: ${info}`;
    return { ok: false, reason, details: '' };
  }
}

/** As it is where the package speaks the gRPC protocol: nothing is wrapped there (spec/functions-worker.md 10.4). */
function inputOf(fn: RegisteredFunction, input: string | null): TypedData {
  if (fn.requiresGrpc) return input === null ? {} : { string: input };
  return unwrap(input);
}

/**
 * The one element of the input's array as text, for the library to parse; nothing for null. A boolean alone is handed over as .NET writes
 * it, which is no JSON: the function receives the text `True` or `False`.
 */
function unwrap(input: string | null): TypedData {
  const text = input?.trim();
  if (text === undefined || !text.startsWith('[')) return text === undefined ? {} : { string: text };
  const element = text.slice(1, -1).trim();
  switch (element) {
    case 'null':
    case '':
      return {};
    case 'true':
      return { string: 'True' };
    case 'false':
      return { string: 'False' };
    default:
      return { string: element };
  }
}
