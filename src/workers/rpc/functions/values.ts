/** Values on the wire as the rest of the program has them. */
import type { TypedData as PlainData, RpcHttp as PlainHttp } from '../../supervision/rpc-values';
import { triggerProperties } from '../../supervision/trigger-properties';
import type { RpcHttp, TypedData } from '../../../wire/generated/function-rpc';

export const text = (value: string): TypedData => ({ data: { $case: 'string', value } });
export const json = (value: string): TypedData => ({ data: { $case: 'json', value } });
export const nothing: TypedData = { data: undefined };

/** What of a trigger that is a JSON object stands beside it. */
export function propertiesSent(trigger: string | null): Record<string, TypedData> {
  const properties: Record<string, TypedData> = {};
  for (const [name, { json: object, string = '' }] of Object.entries(triggerProperties(trigger))) {
    properties[name] = typeof object === 'string' ? json(object) : text(string ?? '');
  }
  return properties;
}

/** Of what may be large, in characters or bytes. */
export function sizeOf({ data }: TypedData): number {
  switch (data?.$case) {
    case 'string':
    case 'json':
    case 'bytes':
    case 'stream':
      return data.value.length;
    case 'modelBindingData':
      return data.value.content.length;
    case 'collectionBytes':
      return data.value.bytes.reduce((sum, each) => sum + each.length, 0);
    case 'collectionString':
      return data.value.string.reduce((sum, each) => sum + each.length, 0);
    case 'http':
      return data.value.body === undefined ? 0 : sizeOf(data.value.body);
    default:
      return 0;
  }
}

/** JSON text of a value: text is quoted, bytes become base64 text; null for nothing. */
export function jsonTextOf(data: TypedData | undefined): string | null {
  const value = data?.data;
  switch (value?.$case) {
    case undefined:
    case 'http':
    case 'modelBindingData':
      return null;
    case 'json':
      return value.value === 'null' ? null : value.value;
    case 'string':
      return JSON.stringify(value.value);
    case 'bytes':
    case 'stream':
      return JSON.stringify(Buffer.from(value.value).toString('base64'));
    case 'int':
    case 'double':
      return JSON.stringify(value.value);
    case 'collectionBytes':
      return JSON.stringify(value.value.bytes.map((each) => Buffer.from(each).toString('base64')));
    case 'collectionString':
      return JSON.stringify(value.value.string);
    case 'collectionDouble':
      return JSON.stringify(value.value.double);
    case 'collectionSint64':
      return JSON.stringify(value.value.sint64);
  }
}

/** For what reads the values of libraries in plain objects. */
export function plainData(data: TypedData | undefined): PlainData | null {
  const value = data?.data;
  switch (value?.$case) {
    case undefined:
      return null;
    case 'http':
      return { http: plainHttp(value.value) };
    case 'string':
    case 'json':
      return { [value.$case]: value.value };
    case 'bytes':
    case 'stream':
      return { bytes: value.value };
    case 'int':
    case 'double':
      return { [value.$case]: value.value };
    default:
      return { json: jsonTextOf(data) };
  }
}

const sameSites = ['', 'lax', 'strict', 'explicitNone'];

function plainHttp({ statusCode, headers, cookies, body }: RpcHttp): PlainHttp {
  return {
    statusCode,
    headers,
    body: plainData(body),
    cookies: cookies.map(({ name, value, domain, path, expires, secure, httpOnly, sameSite, maxAge }) => ({
      name,
      value,
      domain: valueOf(domain),
      path: valueOf(path),
      secure: valueOf(secure),
      httpOnly: valueOf(httpOnly),
      maxAge: valueOf(maxAge),
      expires: expires?.value === undefined ? null : { value: { seconds: expires.value.seconds } },
      sameSite: sameSites[sameSite] ?? '',
    })),
  };
}

function valueOf<T>(nullable: { value?: T | undefined } | undefined): { value: T } | null {
  return nullable?.value === undefined ? null : { value: nullable.value };
}
