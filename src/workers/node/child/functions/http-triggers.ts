/** Runs HTTP-triggered and any other function that is neither an orchestrator nor an activity. */
import { randomUUID } from 'node:crypto';
import type { HttpAsked, InvocationAsked } from '../../wire/messages';
import type { OutputValue } from '../../../supervision/running-app';
import type { RpcResponse, TypedData } from '../../../supervision/rpc-values';
import type { FunctionRegistry, RegisteredFunction } from '../loading/function-registry';
import { triggerProperties, withProperties } from '../../../supervision/trigger-properties';
import { toHttpAnswer, type HttpAnswer } from '../../../supervision/http-answer';
import type { Invoker } from './invoker';
import { collectOutputs, isSet, toJsonText, valueToJsonText } from './typed-data';
import { triggerData } from '../../../supervision/trigger-data';
import type { UserLog } from './user-log';

export interface TriggersOptions {
  registry: FunctionRegistry;
  invoker: Invoker;
  log: UserLog;
  /** The app streams: requests and answers go past us (spec/functions-worker.md 1.8). */
  streaming: boolean;
}

export class Triggers {
  private readonly warned = new Set<string>();

  constructor(private readonly options: TriggersOptions) {}

  /** Rejects with what the function threw. `answer` is null when it went over the stream. */
  async http(asked: HttpAsked, body: Buffer | null): Promise<{ answer: HttpAnswer | null; outputs: OutputValue[] }> {
    const fn = this.find(asked.name);
    const streaming = this.options.streaming && fn.model === 'v4';
    const { method, url, headers, query, params } = asked;
    const http = { method, url, headers, query, params, ...(body === null ? {} : { body: { bytes: body } }) };
    const triggerMetadata: Record<string, TypedData> = {};
    // The library makes `request.params` of a streamed request out of these, and the host counts the query among them.
    const bound = streaming ? { ...query, ...params } : params;
    for (const [name, value] of Object.entries(bound)) triggerMetadata[name] = { string: value };
    if (streaming) {
      triggerMetadata['Headers'] = { json: JSON.stringify(headers) };
      triggerMetadata['Query'] = { json: JSON.stringify(query) };
    }
    const { result, response } = await this.options.invoker.invoke({
      fn,
      data: { http },
      triggerMetadata,
      invocationId: asked.invocationId,
    });
    const outputs = this.outputs(fn, response);
    if (streaming && result !== null && result !== undefined) return { answer: null, outputs };
    return { answer: toHttpAnswer(fn, response), outputs };
  }

  /** Rejects with what the function threw. */
  async invoke(asked: InvocationAsked): Promise<{ result: string | null; outputs: OutputValue[] }> {
    const fn = this.find(asked.name);
    const data = triggerData(fn.trigger, asked.input);
    const given: Record<string, TypedData> = {};
    for (const [name, value] of Object.entries(asked.metadata)) {
      given[name] = typeof value === 'string' ? { string: value } : { json: valueToJsonText(value) };
    }
    // The host looks for properties in texts alone: a blob and a timer are none.
    const isText = fn.type !== 'timer' && !isSet(data.bytes);
    const triggerMetadata = withProperties(given, isText ? triggerProperties(asked.input) : {});
    const { response } = await this.options.invoker.invoke({ fn, data, triggerMetadata, invocationId: randomUUID() });
    return { result: toJsonText(response.returnValue), outputs: this.outputs(fn, response) };
  }

  private find(name: string): RegisteredFunction {
    const fn = this.options.registry.get(name);
    if (fn === undefined) throw new Error(`The app has no function named "${name}".`);
    return fn;
  }

  /** Deviation: only HTTP answers and durable clients go out. */
  private outputs(fn: RegisteredFunction, response: RpcResponse): OutputValue[] {
    const { outputs, ignored } = collectOutputs(fn, response);
    for (const type of ignored) {
      const key = `${fn.name} ${type}`;
      if (this.warned.has(key)) continue;
      this.warned.add(key);
      const message = `Function "${fn.name}": the output binding "${type}" is not emulated, what is given to it goes nowhere.`;
      this.options.log.write('warning', 'worker', message, {
        functionName: fn.name,
        instanceId: undefined,
        invocationId: undefined,
      });
    }
    return outputs;
  }
}
