/**
 * Calls functions of programming model v4 without the library's invocation model, where nobody could tell the difference: no
 * invocation hooks, no output bindings, a durable trigger. Same context, same values, but the input is parsed once, nothing is
 * converted there and back, and the context keeps its inner state in private fields: the library keeps it in WeakMaps, and
 * those cost a third of all the time in garbage collection (measured, 50,000 activities a second).
 */
import { format } from 'node:util';
import type { LogLevel } from '../../../../core/ports/logger';
import type { ClientBindings } from '../loading/client-bindings';
import type { RegisteredFunction } from '../loading/function-registry';
import { Beside } from '../beside';
import { newUuid } from '../../../../base/new-uuid';
import { propertiesShown, propertyText } from '../../../supervision/trigger-properties';
import type { Running, UserLog } from './user-log';

type ContextLog = (level: LogLevel, args: unknown[]) => void;

class Values {
  readonly #byName: Record<string, unknown> = {};

  get(bindingOrName: { name: string } | string): unknown {
    return this.#byName[typeof bindingOrName === 'string' ? bindingOrName : bindingOrName.name];
  }

  set(bindingOrName: { name: string } | string, value: unknown): void {
    this.#byName[typeof bindingOrName === 'string' ? bindingOrName : bindingOrName.name] = value;
  }
}

/** The library's InvocationContext by its members; `prepare` puts the library's own class behind it, so that `instanceof` holds. */
class DirectContext {
  readonly invocationId: string;
  readonly functionName: string;
  readonly extraInputs = new Values();
  readonly extraOutputs = new Values();
  readonly retryContext: undefined;
  readonly traceContext: undefined;
  readonly triggerMetadata: object;
  readonly options: unknown;
  readonly #log: ContextLog;

  constructor(running: Running, triggerMetadata: object, options: unknown, log: ContextLog) {
    this.invocationId = running.invocationId ?? '';
    this.functionName = running.functionName;
    this.triggerMetadata = triggerMetadata;
    this.options = options;
    this.#log = log;
  }

  log(...args: unknown[]): void {
    this.#log('information', args);
  }

  trace(...args: unknown[]): void {
    this.#log('trace', args);
  }

  debug(...args: unknown[]): void {
    this.#log('debug', args);
  }

  info(...args: unknown[]): void {
    this.#log('information', args);
  }

  warn(...args: unknown[]): void {
    this.#log('warning', args);
  }

  error(...args: unknown[]): void {
    this.#log('error', args);
  }
}

/** The text of the trigger, in the metadata: hardly ever read, and a copy of the whole input each time. */
class TriggerText extends Beside {
  readonly #text: string | null;

  constructor(metadata: object, text: string | null) {
    super(metadata);
    this.#text = text;
  }

  static of(metadata: object): unknown {
    return lowerFirstKeys(TriggerText.parsed(metadata));
  }

  /** One property of the trigger, as the library would have it out of what the host sends. */
  static property(metadata: object, name: string): unknown {
    const value = TriggerText.parsed(metadata) as Record<string, unknown> | undefined;
    return lowerFirstKeys(parseOrText(propertyText(value?.[name])));
  }

  private static parsed(metadata: object): unknown {
    const text = #text in metadata ? metadata.#text : null;
    return text === null ? undefined : parseOrText(text);
  }
}

const triggerValue: PropertyDescriptor & ThisType<object> = {
  configurable: true,
  enumerable: true,
  get() {
    return TriggerText.of(this);
  },
};

/** `value` is the text, parsed. What it holds is read out of the text, when it is asked for: the function may change the value. */
function triggerMetadata(instanceId: string, triggerName: string, text: string | null, value: unknown): object {
  const metadata = { instanceId };
  new TriggerText(metadata, text);
  Object.defineProperty(metadata, 'data', triggerValue);
  Object.defineProperty(metadata, triggerName, triggerValue);
  for (const name of propertiesShown(value)) Object.defineProperty(metadata, lowerFirst(name), propertyOf(name));
  return metadata;
}

const knownProperties = new Map<string, PropertyDescriptor & ThisType<object>>();
/** Names may be those of what users send. */
const mostKnownProperties = 1_000;

/** Shared by all triggers that have a property of that name (`Beside`). */
function propertyOf(name: string): PropertyDescriptor & ThisType<object> {
  let property = knownProperties.get(name);
  if (property === undefined) {
    property = {
      configurable: true,
      enumerable: true,
      get() {
        return TriggerText.property(this, name);
      },
    };
    if (knownProperties.size < mostKnownProperties) knownProperties.set(name, property);
  }
  return property;
}

export interface DirectCallsOptions {
  log: UserLog;
  clients: ClientBindings;
  /** A context as the library makes it for the function. */
  sampleContext(fn: RegisteredFunction): Promise<object>;
}

export class DirectCalls {
  /** `options` of the contexts of each function that can be called directly. */
  private readonly prepared = new Map<RegisteredFunction, unknown>();

  constructor(private readonly options: DirectCallsOptions) {}

  /** Finds out, once the app is loaded, which functions can be called directly. */
  async prepare(functions: readonly RegisteredFunction[]): Promise<void> {
    for (const fn of functions) {
      const hasOutputs = Object.values(fn.bindings).some((binding) => binding.direction === 'out');
      const isDurable = fn.type === 'activity' || fn.type === 'orchestrator' || fn.type === 'entity';
      if (!isDurable || fn.model !== 'v4' || hasOutputs) continue;
      const sample = await this.options.sampleContext(fn);
      if (!looksKnown(sample)) continue;
      this.prepared.set(fn, sample.options);
      // One library for all functions of an app: the last one wins, as with the programming model.
      Object.setPrototypeOf(DirectContext.prototype, Object.getPrototypeOf(sample) as object);
      Object.defineProperty(DirectContext.prototype, 'constructor', { value: sample.constructor });
    }
  }

  /** Calls of `fn` have contexts as those of `other`. */
  prepareLike(fn: RegisteredFunction, other: RegisteredFunction): void {
    if (this.prepared.has(other)) this.prepared.set(fn, this.prepared.get(other));
  }

  canCall(fn: RegisteredFunction): boolean {
    return this.prepared.has(fn);
  }

  /**
   * Calls the function, or `inPlace` in its place, with the trigger's text (parsed when it is JSON). Returns what it returns, throws what it
   * throws. `running` is counted as running until `done` is called with it.
   */
  call(
    fn: RegisteredFunction,
    instanceId: string,
    text: string | null,
    inPlace: (input: unknown, context: object) => unknown = fn.callback,
  ): { running: Running; returned: unknown } {
    const { log, clients } = this.options;
    const input = text === null ? undefined : parseOrText(text);
    const running: Running = { functionName: fn.name, instanceId, invocationId: newUuid(), hasEnded: false };
    const metadata = triggerMetadata(instanceId, fn.trigger.name, text, input);
    const context = new DirectContext(running, metadata, this.prepared.get(fn), (level, args) => {
      if (running.hasEnded === true) log.write('warning', 'system', endedText(running), running);
      log.write(level, 'user', format(...args), running, context);
    });
    for (const extra of fn.extraInputs) {
      if (extra.isDurableClient) context.extraInputs.set(extra.name, clients.valueOf(extra));
    }
    if (fn.type !== 'orchestrator') log.begin(running);
    const previous = log.enter(running);
    try {
      return { running, returned: inPlace(input, context) };
    } catch (error) {
      log.end(running);
      throw error;
    } finally {
      log.enter(previous);
    }
  }

  done(running: Running): void {
    running.hasEnded = true;
    this.options.log.end(running);
  }
}

/** What the library says about a line that comes too late. */
function endedText({ functionName, invocationId }: Running): string {
  return `Warning: Unexpected call to 'log' on the context object after function execution has completed. Please check for asynchronous calls that are not awaited. Function name: ${functionName}. Invocation Id: ${invocationId ?? ''}.`;
}

/** The library's context has exactly the members that ours has; one that has more is left to the library. */
function looksKnown(sample: object): sample is { options: unknown } {
  const known = [
    'invocationId',
    'functionName',
    'extraInputs',
    'extraOutputs',
    'retryContext',
    'traceContext',
    'triggerMetadata',
    'options',
  ];
  const methods = ['constructor', 'log', 'trace', 'debug', 'info', 'warn', 'error'];
  return (
    Object.keys(sample).every((name) => known.includes(name)) &&
    Object.getOwnPropertyNames(Object.getPrototypeOf(sample)).every((name) => methods.includes(name)) &&
    'options' in sample
  );
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
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [lowerFirst(key), lowerFirstKeys(inner)]));
}

function lowerFirst(key: string): string {
  return key.charAt(0).toLowerCase() + key.slice(1);
}
