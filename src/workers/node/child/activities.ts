/** Runs activities: the input unwrapped, the result as JSON text, a failure as the history shows it (spec/functions-worker.md 7). */
import { randomUUID } from 'node:crypto';
import { format } from 'node:util';
import type { ActivityOutcome } from '../../../core/ports/function-worker';
import type { ActivityAsked } from '../messages';
import { describeActivityFailure } from './activity-failure';
import type { Hooks, RpcLogLevel, TypedData } from './core-module';
import type { FunctionRegistry, RegisteredFunction } from './function-registry';
import type { Invoker } from './invoker';
import { toJsonText, valueToJsonText } from './typed-data';
import type { Running, UserLog } from './user-log';

/** What of a function's first context every later one of the same function shares. */
interface ContextTemplate {
  contextClass: new (init: Record<string, unknown>) => { extraInputs: { set(name: string, value: unknown): void } };
  options: unknown;
}

export interface ActivitiesOptions {
  registry: FunctionRegistry;
  invoker: Invoker;
  hooks: Hooks;
  log: UserLog;
  clientBinding: string;
}

export class Activities {
  private readonly templates = new Map<RegisteredFunction, ContextTemplate>();

  constructor(private readonly options: ActivitiesOptions) {}

  /** Never rejects: what goes wrong is the activity's failure. */
  async run(request: ActivityAsked): Promise<ActivityOutcome> {
    const fn = this.options.registry.get(request.name);
    if (fn?.type !== 'activity') return this.unknown(request.name);
    try {
      const template = this.options.hooks.aroundInvocations() ? undefined : this.templates.get(fn);
      return { ok: true, result: await (template === undefined ? this.invoke(fn, request) : this.call(fn, request, template)) };
    } catch (error) {
      return describeActivityFailure(fn.name, error);
    }
  }

  private async invoke(fn: RegisteredFunction, request: ActivityAsked): Promise<string | null> {
    const data = unwrap(request.input);
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

  /**
   * What the library's invocation model does for an activity of programming model v4 without hooks and outputs, minus the copies:
   * a context of the library's own class, the input parsed once, the result turned into JSON once.
   */
  private async call(fn: RegisteredFunction, request: ActivityAsked, template: ContextTemplate): Promise<string | null> {
    const { log } = this.options;
    const text = unwrap(request.input).string;
    const input: unknown = typeof text === 'string' ? parseOrText(text) : undefined;
    const invocationId = randomUUID();
    const running: Running = { functionName: fn.name, instanceId: request.instanceId, invocationId };
    log.begin(running);
    const context = new template.contextClass({
      invocationId,
      functionName: fn.name,
      logHandler: (level: RpcLogLevel, ...args: unknown[]) => {
        log.write(level, 'user', format(...args), running, context);
      },
      triggerMetadata: {
        instanceId: request.instanceId,
        // Hardly ever read, and a copy of the whole input each.
        get data() {
          return lowerFirstKeys(typeof text === 'string' ? parseOrText(text) : undefined);
        },
        get [fn.trigger.name]() {
          return lowerFirstKeys(typeof text === 'string' ? parseOrText(text) : undefined);
        },
      },
      options: template.options,
    });
    for (const extra of fn.extraInputs) {
      if (extra.isDurableClient) context.extraInputs.set(extra.name, JSON.parse(this.options.clientBinding));
    }
    const previous = log.enter(running);
    let pending: unknown;
    try {
      pending = fn.callback(input, context);
    } finally {
      log.enter(previous);
      if (!isThenable(pending)) log.end(running);
    }
    if (!isThenable(pending)) return valueToJsonText(pending);
    try {
      return valueToJsonText(await pending);
    } finally {
      log.end(running);
    }
  }

  /** Finds out, once the app is loaded, which activities can be called without the library's detours. */
  async prepare(): Promise<void> {
    for (const fn of this.options.registry.all()) {
      const hasOutputs = Object.values(fn.bindings).some((binding) => binding.direction === 'out');
      if (fn.type !== 'activity' || fn.model !== 'v4' || hasOutputs) continue;
      const context = (await this.options.invoker.sampleContext(fn)) as { options?: unknown };
      const contextClass = context.constructor as ContextTemplate['contextClass'] | typeof Object;
      if (contextClass !== Object && context.options !== undefined) {
        this.templates.set(fn, { contextClass: contextClass as ContextTemplate['contextClass'], options: context.options });
      }
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

/** The one element of the input's array as text, for the library to parse; nothing for null. */
function unwrap(input: string | null): TypedData {
  const text = input?.trim();
  if (text === undefined || !text.startsWith('[')) return text === undefined ? {} : { string: text };
  const element = text.slice(1, -1).trim();
  return element === 'null' || element === '' ? {} : { string: element };
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** As the library does it with trigger metadata: the first letter of every key, nested ones too, in lower case. */
function lowerFirstKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerFirstKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.charAt(0).toLowerCase() + key.slice(1), lowerFirstKeys(inner)]),
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
