/**
 * Durable HTTP calls, `context.df.callHttp` (spec/http-api.md 9): what travels as JSON between orchestrator, history and whoever makes the
 * requests, and when a 202 is asked about again. The request itself is an activity that needs no function of the app.
 */
/** `httpRequest` of a CallHttp action, as far as it is read; every field as the app gave it. */
export interface DurableHttpRequest {
  method: string;
  /** Absolute URL; what is none fails as a request. */
  uri: string;
  headers?: Readonly<Record<string, string | readonly string[]>>;
  content?: string;
  tokenSource?: { resource?: string; [field: string]: unknown } | null;
  /** Default true: a 202 with a Location is asked about until it is something else. */
  asynchronousPatternEnabled?: boolean;
  /** .NET TimeSpan text. */
  timeout?: string;
  /** Of C#: which answers fail the call. Empty: all from 400 on. */
  statusCodesToRetry?: readonly number[];
}

export interface DurableHttpResponse {
  statusCode: number;
  headers: Readonly<Record<string, string | readonly string[]>>;
  content: string;
}

/** Throws with what is wrong with the request, for whoever wrote the call. */
export function readHttpRequest(value: unknown): DurableHttpRequest {
  if (typeof value !== 'object' || value === null) throw new Error('callHttp was called without a request.');
  const { method, uri, headers, content, tokenSource, asynchronousPatternEnabled, timeout, retryOptions } = value as Record<
    string,
    unknown
  >;
  if (typeof uri !== 'string' && uri !== undefined && uri !== null) throw new Error('callHttp needs a url.');
  // The host's words.
  if (typeof method === 'string' && /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(method))
    throw new Error('The format of the HTTP method is invalid.');
  return {
    method: typeof method === 'string' && method !== '' ? method : 'GET',
    uri: uri ?? '',
    ...(isObject(headers) ? { headers: headersOf(headers) } : {}),
    ...(content === undefined || content === null
      ? {}
      : { content: typeof content === 'string' ? content : content === false ? 'False' : JSON.stringify(content) }),
    ...(isObject(tokenSource) ? { tokenSource } : {}),
    ...(asynchronousPatternEnabled === undefined || asynchronousPatternEnabled === null
      ? {}
      : { asynchronousPatternEnabled: isTrue(asynchronousPatternEnabled) }),
    ...(typeof timeout === 'string' ? { timeout } : {}),
    ...(isObject(retryOptions) ? { statusCodesToRetry: statusCodes(retryOptions['statusCodesToRetry']) } : {}),
  };
}

/** As .NET reads a boolean. */
function isTrue(value: unknown): boolean {
  return typeof value === 'string' ? value.trim().toLowerCase() === 'true' : Boolean(value);
}

function statusCodes(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number).filter(Number.isInteger) : [];
}

/** The extension fails the call, for whoever retries it: nobody does that for the isolated worker. */
export function isToRetry({ statusCodesToRetry: codes }: DurableHttpRequest, status: number): boolean {
  if (codes === undefined) return false;
  return codes.length === 0 ? status >= 400 : codes.includes(status);
}

function headersOf(headers: Record<string, unknown>): Record<string, string | readonly string[]> {
  const read: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) read[name] = value.map(String);
    else if (typeof value === 'string') read[name] = value;
    else if (value !== undefined && value !== null) read[name] = JSON.stringify(value);
  }
  return read;
}

/** The first value of a header, whatever its case; undefined when absent or empty. */
export function headerOf(headers: Readonly<Record<string, string | readonly string[]>>, name: string): string | undefined {
  const key = Object.keys(headers).find((each) => each.toLowerCase() === name.toLowerCase());
  const value = key === undefined ? undefined : headers[key];
  const first = typeof value === 'string' ? value : value?.[0];
  return first === '' ? undefined : first;
}

export interface NextPoll {
  delayMs: number;
  /** Null: the 202 named no place to ask. The engine waits all the same; the 202 is the result. */
  request: DurableHttpRequest | null;
}

/**
 * What follows a response: a pause and another request, or null when this is the result. `result` is JSON text of a response.
 * Throws for a Retry-After that is no number. `defaultDelayMs`: `defaultAsyncRequestSleepTimeMilliseconds` of host.json.
 */
export function nextPoll(request: DurableHttpRequest, result: string | null, defaultDelayMs: number): NextPoll | null {
  if (request.asynchronousPatternEnabled === false) return null;
  const response = responseOf(result);
  if (response?.statusCode !== 202) return null;
  const retryAfter = headerOf(response.headers, 'Retry-After')?.trim();
  if (retryAfter !== undefined && !/^-?\d+$/.test(retryAfter)) {
    throw new Error(
      `The answer 202 of ${request.uri} has the Retry-After '${retryAfter}', which is no number of seconds: the real extension reads nothing else, and would leave the instance Running for ever. Let the service answer with seconds, or call it with asynchronousPatternEnabled false.`,
    );
  }
  const delayMs = retryAfter === undefined ? defaultDelayMs : Number(retryAfter) * 1000;
  const location = headerOf(response.headers, 'Location');
  if (location === undefined) return { delayMs, request: null };
  const { headers, tokenSource, asynchronousPatternEnabled, timeout } = request;
  const uri = resolved(location, request.uri);
  return {
    delayMs,
    request: {
      method: 'GET',
      uri,
      ...(headers === undefined ? {} : { headers: forPoll(headers, sameOrigin(uri, request.uri)) }),
      ...(tokenSource == null || !sameOrigin(uri, request.uri) ? {} : { tokenSource }),
      ...(asynchronousPatternEnabled === undefined ? {} : { asynchronousPatternEnabled }),
      ...(timeout === undefined ? {} : { timeout }),
    },
  };
}

/** True when a key or token for the one may be shown to the other. */
export function sameOrigin(one: string, other: string): boolean {
  try {
    return new URL(one).origin === new URL(other).origin;
  } catch {
    return false;
  }
}

/** Headers that prove who is asking. */
export const credentialHeaders: readonly string[] = ['authorization', 'proxy-authorization', 'cookie', 'x-functions-key'];

function forPoll(
  headers: Readonly<Record<string, string | readonly string[]>>,
  isSameOrigin: boolean,
): Readonly<Record<string, string | readonly string[]>> {
  const dropped = isSameOrigin ? ['x-functions-key'] : credentialHeaders;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.includes(name.toLowerCase())));
}

function responseOf(result: string | null): DurableHttpResponse | null {
  if (result === null) return null;
  try {
    const value = JSON.parse(result) as Partial<DurableHttpResponse> | null;
    if (typeof value?.statusCode !== 'number') return null;
    return { statusCode: value.statusCode, headers: value.headers ?? {}, content: value.content ?? '' };
  } catch {
    return null;
  }
}

function resolved(location: string, base: string): string {
  try {
    return new URL(location, base).href;
  } catch {
    return location;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
