/**
 * A request of `callHttp` as the extension takes it out of the worker's answer (Newtonsoft.Json): what it cannot read loses the whole answer.
 * Recorded: `http-wrong-kinds`, `http-wrong-kinds-more`.
 */
import { UnreadableMember } from '../values/durable-action';

/** Throws an UnreadableMember for the first member, in the order in which the SDK writes them, that the extension cannot read. */
export function assertReadable(request: Readonly<Record<string, unknown>>): void {
  const { method, uri, headers, tokenSource, asynchronousPatternEnabled } = request;
  assertMethod(method);
  assertUri(uri);
  assertHeaders(headers);
  assertTokenSource(tokenSource);
  assertBoolean(asynchronousPatternEnabled);
}

const unreadable = (what: string, member: string | null): UnreadableMember =>
  new UnreadableMember(what, member === null ? null : `httpRequest.${member}`);

/** The reader of the converters stops within the object, and the next one stumbles over it. */
const strayObject = (): UnreadableMember =>
  new UnreadableMember('Unexpected token while deserializing object: PropertyName.', 'actionType');

function assertMethod(method: unknown): void {
  if (Array.isArray(method)) throw unreadable(`Unexpected token when deserializing object: ${kindOf(method[0])}.`, 'method[0]');
  if (typeof method === 'object' && method !== null) throw strayObject();
  if (typeof method !== 'string') return;
  if (method.trim() === '')
    throw unreadable("The value cannot be an empty string or composed entirely of whitespace. (Parameter 'method')", null);
  if (/[^!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(method)) throw unreadable('The format of the HTTP method is invalid.', null);
}

function assertUri(uri: unknown): void {
  if (uri === null || uri === undefined || typeof uri === 'string') return;
  if (typeof uri !== 'object') throw unreadable(`Error converting value ${dotnetText(uri)} to type 'System.Uri'.`, 'uri');
  const isList = Array.isArray(uri);
  const [kind, example] = isList ? ['array', '[1,2,3]'] : ['object', '{"name":"value"}'];
  const other = isList
    ? 'to an array or a type that implements a collection interface (e.g. ICollection, IList) like List<T> that can be deserialized from a JSON array. JsonArrayAttribute can also be added to the type to force it to deserialize from a JSON array.'
    : 'so that it is a normal .NET type (e.g. not a primitive type like integer, not a collection type like an array or List<T>) that can be deserialized from a JSON object. JsonObjectAttribute can also be added to the type to force it to deserialize from a JSON object.';
  const first = isList ? undefined : Object.keys(uri)[0];
  throw unreadable(
    `Cannot deserialize the current JSON ${kind} (e.g. ${example}) into type 'System.Uri' because the type requires a JSON primitive value (e.g. string, number, boolean, null) to deserialize correctly.\n` +
      `To fix this error either change the JSON to a JSON primitive value (e.g. string, number, boolean, null) or change the deserialized type ${other}\n`,
    first === undefined ? 'uri' : `uri.${first}`,
  );
}

function assertHeaders(headers: unknown): void {
  if (Array.isArray(headers)) {
    if (headers.length > 0) throw unreadable(`Unexpected token when deserializing object: ${kindOf(headers[0])}.`, 'headers[0]');
    return;
  }
  if (typeof headers !== 'object' || headers === null) return;
  for (const value of Object.values(headers)) {
    if (Array.isArray(value)) {
      const other = value.find((each) => each !== null && typeof each !== 'string') as unknown;
      if (other !== undefined)
        throw unreadable(`Unable to cast object of type '${dotnetType(other)}' to type 'System.String'.`, null);
    } else if (typeof value === 'object' && value !== null) throw strayObject();
  }
}

function assertTokenSource(source: unknown): void {
  if (source === null || source === undefined) return;
  if (typeof source !== 'object')
    throw unreadable("Unable to cast object of type 'Newtonsoft.Json.Linq.JValue' to type 'Newtonsoft.Json.Linq.JObject'.", null);
  if (!('kind' in source)) throw unreadable('The token source kind is missing.', null);
}

function assertBoolean(value: unknown): void {
  const member = 'asynchronousPatternEnabled';
  if (typeof value === 'string' && value.trim() !== '') {
    if (!/^\s*(?:true|false)\s*$/i.test(value)) throw unreadable(`Could not convert string to boolean: ${value}.`, member);
  } else if (value === null || typeof value === 'string') {
    throw unreadable("Error converting value {null} to type 'System.Boolean'.", member);
  } else if (typeof value === 'object') {
    throw unreadable(`Error reading boolean. Unexpected token: ${Array.isArray(value) ? 'StartArray' : 'StartObject'}.`, member);
  }
}

/** Name of Newtonsoft's token. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'String';
  if (typeof value === 'boolean') return 'Boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Float';
  if (Array.isArray(value)) return 'StartArray';
  return value === null || value === undefined ? 'Null' : 'StartObject';
}

function dotnetType(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'System.Int64' : 'System.Double';
  return typeof value === 'boolean' ? 'System.Boolean' : 'Newtonsoft.Json.Linq.JObject';
}

function dotnetText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}
