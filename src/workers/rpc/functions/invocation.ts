/** What an invocation is told, and what is read out of its answer (spec/functionrpc-workers.md 3 and 4). */
import { isJson } from '../../../base/is-json';
import { rewrittenJson } from '../../../core/values/newtonsoft-json';
import type { ActivityOutcome, ActivityRequest } from '../../../core/ports/function-worker';
import type { EncodedAnswer, EncodedCall } from '../../../core/ports/passthrough-host';
import { describeActivityFailure, describeEncodedFailure } from '../../supervision/activity-failure';
import { toHttpAnswer } from '../../supervision/http-answer';
import type { HttpCall, HttpReply, InvocationReply, OutputValue } from '../../supervision/running-app';
import {
  type InvocationRequest,
  type InvocationResponse,
  type ParameterBinding,
  type RpcException,
  type RpcHttp,
  StatusResult_Status,
  type TypedData,
} from '../../../wire/generated/function-rpc';
import { isDurableClient, type LoadedFunction } from './loaded-function';
import { json, jsonTextOf, nothing, plainData, propertiesSent, text } from './values';

export interface ToInvoke {
  fn: LoadedFunction;
  invocationId: string;
  /** What the trigger brings. */
  data: TypedData;
  triggerMetadata: Record<string, TypedData>;
  /** The durable client binding's JSON. */
  clientBinding: string;
}

/** What goes wrong inside a function, with what its worker tells of it. */
export class FunctionThrew extends Error {
  constructor(exception: RpcException | undefined, status: string) {
    super(exception?.message ?? status);
    this.name = exception?.type !== undefined && exception.type !== '' ? exception.type : 'Error';
    this.stack = exception?.stackTrace ?? '';
  }
}

/** Of anything but a success. */
export function failureOf({ result }: Pick<InvocationResponse, 'result'>): FunctionThrew {
  const what = result?.status === StatusResult_Status.Cancelled ? 'The invocation was cancelled.' : 'The invocation failed.';
  return new FunctionThrew(result?.exception, what);
}

export function invocationRequest({ fn, invocationId, data, triggerMetadata, clientBinding }: ToInvoke): InvocationRequest {
  const inputs: ParameterBinding[] = [{ name: fn.trigger.name, data }];
  for (const name of fn.clients) inputs.push({ name, data: text(clientBinding) });
  return {
    invocationId,
    functionId: fn.id,
    inputData: inputs,
    triggerMetadata,
    traceContext: noTrace,
  };
}

const noTrace: InvocationRequest['traceContext'] = { traceParent: '', traceState: '', attributes: {} };

/** `triggerMetadata` as the real host has it: the properties of an object go over what is there. */
export function activityInput(
  fn: LoadedFunction,
  { instanceId, input }: ActivityRequest,
): Pick<ToInvoke, 'data' | 'triggerMetadata'> {
  const element = unwrapped(input);
  const data = element === null ? nothing : fn.descriptor.profile === 'G' ? text(element) : json(element);
  return {
    data,
    triggerMetadata: {
      instanceId: text(instanceId),
      [fn.trigger.name]: data,
      data: element === null ? nothing : json(element),
      ...propertiesSent(element),
    },
  };
}

/** A trigger of the JSON protocol. */
export function orchestratorInput(instanceId: string, trigger: string): Pick<ToInvoke, 'data' | 'triggerMetadata'> {
  return { data: text(trigger), triggerMetadata: { ...propertiesSent(trigger), instanceId: text(instanceId) } };
}

/** The schedule's input is a JSON array of one. */
function unwrapped(input: string | null): string | null {
  const trimmed = input?.trim() ?? '';
  if (trimmed === '') return null;
  const element = trimmed.startsWith('[') ? trimmed.slice(1, -1).trim() : trimmed;
  return element === '' ? null : element;
}

/** What is said to be JSON and is not would spoil the history: the activity has failed then. */
export function activityOutcome(fn: LoadedFunction, response: InvocationResponse): ActivityOutcome {
  const { returnValue } = response;
  const result = jsonTextOf(returnValue);
  if (returnValue?.data?.$case === 'json' && result !== null && !isJson(result)) {
    return {
      ok: false,
      reason: `Activity function '${fn.descriptor.name}' failed: its result is no JSON: ${result.slice(0, 80)}`,
      details: '',
    };
  }
  return { ok: true, result: fn.descriptor.profile === 'G' && result !== null ? asStored(result) : result };
}

/** What System.Text.Json has written (`\u00E5`, `1.10`) the host reads and writes again, with Newtonsoft.Json. */
function asStored(result: string): string {
  if (!/\\[/u]|[.eE]/.test(result)) return result;
  try {
    return rewrittenJson(result, true);
  } catch {
    // Too deep for that reader: as it is.
    return result;
  }
}

/** Messages of .NET are JSON of the failure with what caused it. */
export function activityFailure(fn: LoadedFunction, error: unknown): ActivityOutcome {
  const { name, profile } = fn.descriptor;
  return profile === 'G' ? describeEncodedFailure(name, error) : describeActivityFailure(name, error);
}

export function encodedInput({ request }: EncodedCall): TypedData {
  return text(Buffer.from(request.buffer, request.byteOffset, request.byteLength).toString('base64'));
}

export function encodedAnswer(response: InvocationResponse): EncodedAnswer {
  const value = response.returnValue?.data;
  if (value?.$case === 'string') return { ok: true, answer: value.value };
  return { ok: true, answer: null, returned: value?.$case ?? 'nothing' };
}

/** What the function threw is an answer; everything else is thrown on. */
export function encodedFailure(error: unknown): EncodedAnswer {
  if (!(error instanceof FunctionThrew)) throw error;
  return { ok: false, error: { name: error.name, message: error.message, stack: error.stack ?? '' } };
}

/** The body of a request that streams goes another way. `wantsBytes`: the worker reads it for itself, whatever it is. */
export function httpInput(
  { method, url, headers, query, params }: HttpCall,
  body: Uint8Array | null,
  wantsBytes: boolean,
): Pick<ToInvoke, 'data' | 'triggerMetadata'> {
  const told = body === null ? undefined : bodyData(body, headers['content-type'] ?? '', wantsBytes);
  const http: RpcHttp = {
    method,
    url,
    headers,
    query,
    params,
    statusCode: '',
    body: told,
    rawBody: told,
    cookies: [],
    nullableHeaders: nullable(headers),
    nullableQuery: nullable(query),
    nullableParams: nullable(params),
  };
  const triggerMetadata: Record<string, TypedData> = {};
  for (const [name, value] of Object.entries({ ...query, ...params })) triggerMetadata[name] = text(value);
  triggerMetadata['Headers'] = json(JSON.stringify(headers));
  triggerMetadata['Query'] = json(JSON.stringify(query));
  return { data: { data: { $case: 'http', value: http } }, triggerMetadata };
}

function bodyData(body: Uint8Array, contentType: string, wantsBytes: boolean): TypedData {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (wantsBytes || /octet-stream|multipart\//i.test(contentType)) return { data: { $case: 'bytes', value: bytes } };
  const content = bytes.toString('utf8');
  if (!/\bjson\b/i.test(contentType)) return text(content);
  try {
    JSON.parse(content);
    return json(content);
  } catch {
    // As the real host does: what is no JSON is text.
    return text(content);
  }
}

function nullable(record: Readonly<Record<string, string>>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, { value }]));
}

/** `ignored`: types of output bindings that have no effect here. */
export interface WithOutputs<Reply> {
  reply: Reply;
  ignored: readonly string[];
}

/** Of a stream the worker has answered for itself. */
export function httpReply(fn: LoadedFunction, response: InvocationResponse, isStreamed: boolean): WithOutputs<HttpReply> {
  const { returnValue, outputData } = response;
  const { outputs, ignored } = outputsOf(fn, response);
  if (isStreamed) return { reply: { response: null, body: null, outputs }, ignored };
  const answer = toHttpAnswer(fn, {
    returnValue: plainData(returnValue),
    outputData: outputData.map(({ name, data }) => ({ name, data: plainData(data) })),
  });
  const { status, headers, body } = answer;
  return { reply: { response: { status, headers }, body: body === null ? null : Buffer.from(body), outputs }, ignored };
}

export function triggerReply(fn: LoadedFunction, response: InvocationResponse): WithOutputs<InvocationReply> {
  const { returnValue } = response;
  const { outputs, ignored } = outputsOf(fn, response);
  return { reply: { result: jsonTextOf(returnValue), outputs }, ignored };
}

function outputsOf(fn: LoadedFunction, { outputData }: InvocationResponse): { outputs: OutputValue[]; ignored: string[] } {
  const outputs: OutputValue[] = [];
  const ignored: string[] = [];
  for (const { name, data } of outputData) {
    const binding = fn.bindings[name];
    const value = jsonTextOf(data);
    if (binding === undefined || /^http$/i.test(binding.type) || value === null) continue;
    if (isDurableClient(binding)) outputs.push({ name, bindingType: binding.type, value: JSON.parse(value) as unknown });
    else ignored.push(binding.type);
  }
  return { outputs, ignored };
}
