/** The HTTP answer of a function, out of what the library made of its result (spec/functions-worker.md 3.2, 3.3). */
import type { RpcCookie, RpcHttp, RpcResponse, TypedData } from './rpc-values';

/** Its bindings by name. */
interface BoundFunction {
  readonly bindings: Readonly<Record<string, { readonly type: string }>>;
}

export interface HttpAnswer {
  status: number;
  headers: (readonly [string, string])[];
  body: Uint8Array | null;
}

/** No answer at all is 204 without a body. */
export function toHttpAnswer(fn: BoundFunction, response: RpcResponse): HttpAnswer {
  // With `$return` model v3 also sends the untouched default response as an output: the return value goes first.
  const data = response.returnValue ?? findHttpOutput(fn, response);
  if (data === null || data === undefined) return { status: 204, headers: [], body: null };
  const http: RpcHttp = data.http ?? { body: data };
  const headers: (readonly [string, string])[] = Object.entries(http.headers ?? {});
  for (const cookie of http.cookies ?? []) headers.push(['set-cookie', serializeCookie(cookie)]);
  const { body, contentType } = toBody(http.body);
  if (contentType !== null && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push(['content-type', contentType]);
  }
  const status = Number.parseInt(http.statusCode ?? '200', 10);
  return { status: status >= 200 && status <= 599 ? status : 500, headers, body };
}

function findHttpOutput(fn: BoundFunction, response: RpcResponse): TypedData | null | undefined {
  return response.outputData?.find(({ name }) => fn.bindings[name]?.type.toLowerCase() === 'http')?.data;
}

function toBody(data: TypedData | null | undefined): { body: Uint8Array | null; contentType: string | null } {
  if (data === null || data === undefined) return { body: null, contentType: null };
  if (data.bytes !== null && data.bytes !== undefined) {
    return { body: data.bytes.byteLength === 0 ? null : data.bytes, contentType: null };
  }
  if (typeof data.json === 'string') {
    return { body: Buffer.from(data.json), contentType: 'application/json; charset=utf-8' };
  }
  const text = data.string ?? data.int ?? data.double;
  if (text === null || text === undefined) return { body: null, contentType: null };
  return { body: Buffer.from(String(text)), contentType: 'text/plain; charset=utf-8' };
}

/** In the words, the order and with the defaults of the host's cookie options: the whole site where no path is named. */
function serializeCookie(cookie: RpcCookie): string {
  const parts = [`${cookie.name}=${escapeData(cookie.value)}`];
  if (cookie.expires != null) parts.push(`expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`);
  if (cookie.maxAge != null) parts.push(`max-age=${Math.floor(cookie.maxAge.value)}`);
  if (cookie.domain != null) parts.push(`domain=${cookie.domain.value}`);
  parts.push(`path=${cookie.path?.value ?? '/'}`);
  if (cookie.secure?.value === true) parts.push('secure');
  const sameSite = { lax: 'lax', strict: 'strict', explicitNone: 'none' }[cookie.sameSite ?? ''];
  if (sameSite !== undefined) parts.push(`samesite=${sameSite}`);
  if (cookie.httpOnly?.value === true) parts.push('httponly');
  return parts.join('; ');
}

/** Everything but letters, digits and `-_.~` is escaped; half a surrogate pair is no character. */
function escapeData(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
