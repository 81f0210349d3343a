/** Values of the library's `TypedData` as what the rest of the program understands (spec/functions-worker.md 3.1). */
import type { RegisteredFunction } from '../loading/function-registry';
import { isDurableClient } from '../loading/function-registry';
import type { OutputValue } from '../../../supervision/running-app';
import type { RpcResponse, TypedData } from '../../../supervision/rpc-values';

/** JSON text of a returned value: text is quoted, bytes become base64 text; null for nothing. */
export function toJsonText(data: TypedData | null | undefined): string | null {
  if (data === null || data === undefined) return null;
  if (isSet(data.string)) return JSON.stringify(data.string);
  if (isSet(data.json)) return data.json;
  if (isSet(data.bytes)) return JSON.stringify(Buffer.from(data.bytes).toString('base64'));
  if (isSet(data.int)) return String(data.int);
  if (isSet(data.double)) return JSON.stringify(data.double);
  return null;
}

/** What `toJsonText` of the library's TypedData would give for a plain value, without the detour. */
export function valueToJsonText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('base64'));
  if (ArrayBuffer.isView(value)) {
    return JSON.stringify(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'));
  }
  if (value instanceof ArrayBuffer) return JSON.stringify(Buffer.from(value).toString('base64'));
  return stringify(value) ?? null;
}

/** By the app's own `JSON.stringify` where it has one, as the library does it. Undefined, functions and symbols have no JSON form. */
function stringify(value: unknown): string | undefined {
  const text: unknown = globalThis.JSON.stringify(value);
  if (text !== undefined && typeof text !== 'string')
    throw new TypeError('The JSON.stringify of the app answers what is no text.');
  return text;
}

/** Outputs that have an effect here, and the types of those that have none. */
export function collectOutputs(fn: RegisteredFunction, response: RpcResponse): { outputs: OutputValue[]; ignored: string[] } {
  const outputs: OutputValue[] = [];
  const ignored: string[] = [];
  const returned = fn.bindings['$return'];
  const all = [...(response.outputData ?? [])];
  // What such a function returns is the output.
  if (returned !== undefined && isDurableClient(returned.type) && !all.some(({ name }) => name === '$return')) {
    all.push({ name: '$return', data: response.returnValue ?? null });
  }
  for (const { name, data } of all) {
    const type = fn.bindings[name]?.type ?? '';
    if (type.toLowerCase() === 'http' || data === null) continue;
    if (isDurableClient(type)) {
      const text = toJsonText(data);
      if (text !== null) outputs.push({ name, bindingType: type, value: JSON.parse(text) as unknown });
    } else {
      ignored.push(type);
    }
  }
  return { outputs, ignored };
}

export function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
