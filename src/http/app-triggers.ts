/**
 * The app's own HTTP triggers under the route prefix. Authorization levels are not enforced, as with Core Tools on a developer's machine.
 */
import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';
import type { HttpTriggerHost, HttpTriggerRequest, HttpTriggerResponse } from '../core/ports/http-trigger';
import { BodyTooLarge, type IncomingRequest, plainText, type Reply } from './exchange';
import type { HttpLimits } from './http-settings';
import type { KnownFunctions } from './known-functions';
import { type CorsSettings, corsHeaders, preflightReply, refuseForeignCaller } from './security';
import type { TriggerMatch } from './trigger-routes';
import { formDecode } from './url-text';

export interface AppTriggersOptions {
  triggers: HttpTriggerHost;
  functions: KnownFunctions;
  routePrefix: string;
  cors: CorsSettings | undefined;
  limits: HttpLimits;
  /** Resolves true once the worker can be asked, false after the bound. Null: it can be asked now. */
  whenReady(): Promise<boolean> | null;
  onUnexpected(error: unknown): void;
}

export class AppTriggers {
  constructor(private readonly options: AppTriggersOptions) {}

  /** Null: no function of the app answers this path. Never rejects. */
  answer(request: IncomingRequest): Promise<Reply> | null {
    // Without a prefix every path may be the app's; `/` alone is the emulator's page until the app is there to say otherwise.
    const { path } = request.target;
    const waiting =
      path !== '/' && this.options.functions.routes().isUnderPrefix(request.target) ? this.options.whenReady() : null;
    return waiting === null ? this.#answerNow(request) : this.#answerWhenReady(request, waiting);
  }

  async #answerWhenReady(request: IncomingRequest, waiting: Promise<boolean>): Promise<Reply> {
    const refusal = refuseForeignCaller(request, this.options.cors);
    if (refusal !== null) return refusal;
    if (!(await waiting)) {
      return plainText(
        503,
        `The app's worker process is not ready after ${this.options.limits.readyWaitMs / 1000} seconds. What keeps it stands in the log of the emulator.\n`,
        [['Retry-After', '5']],
      );
    }
    return (await this.#answerNow(request)) ?? this.#notFound(request);
  }

  #answerNow(request: IncomingRequest): Promise<Reply> | null {
    const { cors } = this.options;
    const routes = this.options.functions.routes();
    const match = routes.match(request.method, request.target);
    if (match === undefined && !routes.isUnderPrefix(request.target)) return null;
    const refusal = refuseForeignCaller(request, cors);
    if (refusal !== null) return Promise.resolve(refusal);
    if (match !== undefined) return this.#invoke(match, request);
    const preflight = preflightReply(request, cors);
    if (preflight !== null) return Promise.resolve(preflight);
    return this.options.routePrefix === '' ? null : Promise.resolve(this.#notFound(request));
  }

  async #invoke(match: TriggerMatch, request: IncomingRequest): Promise<Reply> {
    // A function that lists OPTIONS answers it itself, unless Host.CORS already says what to answer.
    const preflight = preflightReply(request, this.options.cors);
    if (preflight !== null) return preflight;
    const signal = request.signal();
    try {
      const response = await this.options.triggers.invokeHttp(
        match.functionName,
        await this.#triggerRequest(match, request),
        signal,
      );
      return this.#reply(match.functionName, request, response);
    } catch (error) {
      if (error instanceof BodyTooLarge) return plainText(413, `${error.message}\n`, [['Connection', 'close']]);
      // Whatever it says then: it was told to stop, and nobody hears the answer.
      if (!signal.aborted) return this.#failure(match.functionName, error);
      return plainText(502, 'The caller left.\n');
    }
  }

  async #triggerRequest(match: TriggerMatch, request: IncomingRequest): Promise<HttpTriggerRequest> {
    const { path, query } = request.target;
    const body = await request.body(this.options.limits.appBodyBytes);
    return {
      method: request.method,
      url: `${request.origin}${path}${query === '' ? '' : `?${query}`}`,
      headers: request.headers(),
      query: queryValues(query),
      params: match.params,
      body: body.byteLength === 0 ? null : body,
    };
  }

  #reply(functionName: string, request: IncomingRequest, response: HttpTriggerResponse): Reply {
    const status = response.status;
    if (!Number.isInteger(status) || status < 200 || status > 999) {
      discard(response.body);
      return plainText(500, `The function '${functionName}' answered with the status ${status}, which is not an HTTP status.\n`);
    }
    const cors = corsHeaders(request, this.options.cors);
    const headers = response.headers.filter(([name]) => !isOfConnection(name) && !(cors.length > 0 && isCorsHeader(name)));
    if (status === 204 || status === 205 || status === 304) {
      discard(response.body);
      return { status, headers: [...headers.filter(([name]) => !/^content-length$/i.test(name)), ...cors], body: null };
    }
    return { status, headers: [...headers, ...cors], body: response.body };
  }

  #failure(functionName: string, error: unknown): Reply {
    if (DurascopeError.is(error, 'UnknownFunction')) return plainText(404, `${error.message}\n`);
    if (DurascopeError.is(error, 'WorkerExited')) return plainText(502, `${error.message}\n`);
    if (DurascopeError.is(error)) return plainText(503, `${error.message}\n`, [['Retry-After', '5']]);
    this.options.onUnexpected(error);
    return plainText(502, `The function '${functionName}' gave no answer: ${messageOf(error)}\n`);
  }

  #notFound(request: IncomingRequest): Reply {
    const { routes } = this.options.functions.routes();
    const known = routes.map(({ methods, template, functionName }) => {
      const path = [this.options.routePrefix, template.text === '' ? '' : template.text.replace(/^\//, '')]
        .filter(Boolean)
        .join('/');
      return `  ${methods === null ? 'any method' : [...methods].join(',')} /${path}  (${functionName})`;
    });
    const list = known.length === 0 ? 'The app has no HTTP triggers.' : `The app answers:\n${known.join('\n')}`;
    return plainText(404, `No function answers ${request.method} ${request.target.path.slice(0, 500)}. ${list}\n`);
  }
}

/** Names as sent; several values of one name joined with a comma. */
function queryValues(query: string): Record<string, string> {
  // Names come from outside: `__proto__` is a name like any other.
  const values = Object.create(null) as Record<string, string>;
  if (query === '') return values;
  for (const piece of query.split('&')) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = formDecode(equals < 0 ? piece : piece.slice(0, equals));
    const value = equals < 0 ? '' : formDecode(piece.slice(equals + 1));
    values[name] = values[name] === undefined ? value : `${values[name]},${value}`;
  }
  return values;
}

/** Headers that belong to one connection, which is not the one the reply goes out on. */
function isOfConnection(name: string): boolean {
  return /^(connection|keep-alive|transfer-encoding|upgrade|proxy-connection)$/i.test(name);
}

function isCorsHeader(name: string): boolean {
  return /^access-control-allow-(origin|credentials)$/i.test(name);
}

function discard(body: HttpTriggerResponse['body']): void {
  if (body instanceof ReadableStream) void body.cancel().catch(() => undefined);
}
