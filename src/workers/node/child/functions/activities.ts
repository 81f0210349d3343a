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
import { triggerProperties } from '../../../supervision/trigger-properties';
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

  /** Never throws or rejects: what goes wrong is the activity's failure. */
  run(request: ActivityCall): ActivityOutcome | Promise<ActivityOutcome> {
    const { registry, direct, hooks } = this.options;
    const fn = registry.get(request.name);
    if (fn?.type !== 'activity') return this.unknown(request.name);
    if (!direct.canCall(fn) || hooks.aroundInvocations()) return this.invoked(fn, request);
    try {
      const { running, returned } = direct.call(fn, request.instanceId, inputOf(fn, request.input).string ?? null);
      if (isThenable(returned)) return this.settled(fn, request.name, returned, running);
      direct.done(running);
      return succeeded(fn, valueToJsonText(returned));
    } catch (error) {
      return failed(fn, request.name, error);
    }
  }

  private async invoked(fn: RegisteredFunction, request: ActivityCall): Promise<ActivityOutcome> {
    try {
      return succeeded(fn, await this.invoke(fn, request));
    } catch (error) {
      return failed(fn, request.name, error);
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
        ...triggerProperties(data.string),
      },
    });
    return toJsonText(response.returnValue);
  }

  private async settled(
    fn: RegisteredFunction,
    name: string,
    returned: PromiseLike<unknown>,
    running: Running,
  ): Promise<ActivityOutcome> {
    try {
      return succeeded(fn, valueToJsonText(await returned));
    } catch (error) {
      return failed(fn, name, error);
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

/** What is null in JSON, as NaN is, is no result. */
function succeeded(fn: RegisteredFunction, text: string | null): ActivityOutcome {
  return { ok: true, result: text === null || (text === 'null' && !fn.requiresGrpc) ? null : dotnetJson(text) };
}

/** `name`: as it was called. */
function failed(fn: RegisteredFunction, name: string, error: unknown): ActivityOutcome {
  return fn.requiresGrpc ? describeEncodedFailure(name, error) : describeActivityFailure(name, error);
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
