/**
 * Makes the requests of durable HTTP calls (spec/http-api.md 9.2): only those that the app asks for, or none where a stub answers.
 *
 *   D1. Any status is an answer. Failures are transport, a time-out, redirects without end and answers without measure.
 *   D2. Every call ends: at the latest when its time is over, or with the emulator.
 *   D3. The developer's credentials are never read: a managed identity is a fixed local token, or a failure that says so.
 */
import { STATUS_CODES } from 'node:http';
import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';
import { type DurableHttpRequest, isToRetry, readHttpRequest } from '../core/dialects/durable-http';
import { httpAdvice } from '../core/values/http-activity';
import type { Clock } from '../core/ports/clock';
import type { DurableHttpCall } from '../core/ports/durable-http';
import type { ActivityOutcome } from '../core/ports/function-worker';

type ActivityFailure = Extract<ActivityOutcome, { ok: false }>;
import type { LogLevel, Logger } from '../core/ports/logger';
import { canonicalName } from './dotnet-header-names';
import { type ClientFailure, contentHeaders, requestProblem } from './dotnet-request';
import { type HttpAnswer, HttpRequests, TransportError } from './http-requests';
import { type HttpStubs, StubAnswers } from './http-stubs';

export interface DurableHttpOptions {
  /** What is known of stubs and the token at this moment; null for nothing. Rejections fail the call with their message. */
  stubs: () => Promise<HttpStubs | null>;
  /** In place of a managed identity's, when the stubs name none. */
  token?: string | undefined;
  log: Logger;
  clock: Clock;
  /** Longest answer that is taken in. Default 16 MB. */
  maxAnswerBytes?: number;
}

/** The real host leaves the exception's type and its place in the history. */
function clientFailure({ type, reason, frames }: ClientFailure): ActivityFailure {
  const stack = [
    ...frames,
    'Microsoft.Azure.WebJobs.Extensions.DurableTask.TaskHttpActivityShim.RunAsync(TaskContext context, String rawInput)',
    'DurableTask.Core.TaskActivityDispatcher.<>c__DisplayClass15_1.<<OnProcessWorkItemAsync>b__2>d.MoveNext()',
  ]
    .map((frame) => `   at ${frame}`)
    .join('\n');
  return {
    ok: false,
    reason,
    details: `Unhandled exception while executing task: ${type}: ${reason}\n${stack}`,
    failureDetails: {
      ErrorType: type,
      ErrorMessage: reason,
      StackTrace: stack,
      InnerFailure: null,
      IsNonRetriable: false,
      Properties: null,
    },
  };
}

/** Overall, with all redirects: the real host's (9.2). */
const timeoutMs = 240_000;

/** The extension's. */
const userAgent = 'Microsoft.Azure.WebJobs.Extensions.DurableTask/3.19.0';

export class DurableHttp {
  readonly #requests: HttpRequests;
  readonly #answers: StubAnswers;
  readonly #running = new Set<AbortController>();
  readonly #tokensTold = new Set<string>();

  constructor(private readonly options: DurableHttpOptions) {
    this.#requests = new HttpRequests(options.maxAnswerBytes ?? 16 * 1024 * 1024);
    this.#answers = new StubAnswers(options.clock);
  }

  /** A `DurableHttpHost`. */
  readonly call = async (call: DurableHttpCall): Promise<ActivityOutcome> => {
    let request: DurableHttpRequest | undefined;
    try {
      request = readHttpRequest((JSON.parse(call.input ?? 'null') as unknown[] | null)?.[0]);
      const problem = requestProblem(request);
      if (problem !== null) return this.#refused(request, problem, call.instanceId);
      const answer = await this.#answerTo(request, call.instanceId);
      if (isToRetry(request, answer.status)) return this.#retryRequested(request, answer.status, call.instanceId);
      return { ok: true, result: resultText(answer) };
    } catch (error) {
      const what = request === undefined ? 'callHttp' : `callHttp ${request.method} ${shownUrl(request.uri)}`;
      if (error instanceof TransportError) {
        this.#log('warning', `${what} failed: ${error.explanation}`, call.instanceId);
        return { ok: false, reason: error.message, details: serialisedException(error) };
      }
      return { ok: false, reason: `${what} failed: ${messageOf(error)}`, details: '' };
    }
  };

  #refused({ method, uri }: DurableHttpRequest, problem: ClientFailure, instanceId: string): ActivityOutcome {
    const failure = clientFailure(problem);
    const advice = httpAdvice(problem.reason, failure.details);
    this.#log(
      'warning',
      `callHttp ${method} ${shownUrl(uri)} is not sent, in Azure neither: ${problem.reason}${advice === null ? '' : ` ${advice}`}`,
      instanceId,
    );
    return failure;
  }

  /** In the extension's words. */
  #retryRequested({ method, uri }: DurableHttpRequest, status: number, instanceId: string): ActivityOutcome {
    const name = STATUS_CODES[status]?.replaceAll(/[^A-Za-z]/g, '') ?? String(status);
    const message = `Status code ${name} received, retry requested.`;
    this.#log(
      'warning',
      `callHttp ${method} ${shownUrl(uri)} was answered with ${status}. ${httpAdvice(message, null) ?? message}`,
      instanceId,
    );
    return { ok: false, reason: message, details: serialisedException({ message, kind: 0 }) };
  }

  /** Calls under way fail; no connection is left. */
  stop(): void {
    for (const controller of this.#running) controller.abort(new Error('the emulator is stopping'));
    this.#requests.stop();
  }

  async #answerTo(request: DurableHttpRequest, instanceId: string): Promise<HttpAnswer> {
    const controller = new AbortController();
    this.#running.add(controller);
    const { clock } = this.options;
    const own = request.timeout === undefined ? undefined : timeSpanMs(request.timeout);
    const timer = clock.after(Math.min(own ?? timeoutMs, timeoutMs), () => {
      const limit =
        own === undefined
          ? `there was no complete answer within ${timeoutMs / 1000} s`
          : `Reached user specified timeout: ${request.timeout}.`;
      controller.abort(new Error(limit));
    });
    const { signal } = controller;
    try {
      const began = clock.now();
      const stubs = await this.options.stubs();
      const stub = stubs === null ? null : this.#answers.find(stubs, request, instanceId);
      if (stub !== null) {
        this.#log('debug', `callHttp ${request.method} ${shownUrl(request.uri)}: answered by a stub.`, instanceId);
        return await this.#answers.give(stub, signal);
      }
      if (stubs?.otherRequests === 'refuse') {
        throw new DurascopeError('NotSupported', `no stub is for it, and ${stubs.source} lets no other request out.`);
      }
      const answer = await this.#requests.send(this.#authorized(request, stubs, instanceId), userAgent, signal);
      this.#log(
        'debug',
        `callHttp ${request.method} ${shownUrl(request.uri)}: ${answer.status} after ${clock.now() - began} ms.`,
        instanceId,
      );
      return answer;
    } finally {
      timer.dispose();
      this.#running.delete(controller);
    }
  }

  #authorized(request: DurableHttpRequest, stubs: HttpStubs | null, instanceId: string): DurableHttpRequest {
    if (request.tokenSource == null) return request;
    const resource = request.tokenSource.resource ?? 'an unnamed resource';
    const token = stubs?.token ?? this.options.token;
    if (token === undefined) {
      throw new DurascopeError(
        'NotSupported',
        `it asks for a token of the app's managed identity for ${resource}. There is none here, and Durascope never uses your own credentials. ` +
          'Give a token to send instead: "token" in durascope.http.json, or DURASCOPE_HTTP_TOKEN in the Values of local.settings.json.',
      );
    }
    if (!this.#tokensTold.has(resource)) {
      this.#tokensTold.add(resource);
      this.#log(
        'information',
        `callHttp sends the fixed local token in place of a managed identity's for ${resource}.`,
        instanceId,
      );
    }
    const { headers = {} } = request;
    const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization');
    return { ...request, headers: { ...Object.fromEntries(others), Authorization: `Bearer ${token}` } };
  }

  #log(level: LogLevel, message: string, instanceId: string): void {
    this.options.log({ level, category: 'http', message, instanceId });
  }
}

/** Without query and user, where keys are. */
function shownUrl(text: string): string {
  try {
    const url = new URL(text);
    return `${url.origin}${url.pathname}`;
  } catch {
    return `'${text.slice(0, 200)}'`;
  }
}

function timeSpanMs(text: string): number | undefined {
  const match = /^(?:(\d+)\.)?(\d+):(\d+)(?::(\d+(?:\.\d+)?))?$/.exec(text);
  if (match === null) return undefined;
  const [, days, hours, minutes, seconds] = match;
  return (((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0)) * 1000;
}

/** Names as .NET has them; of one that occurs several times, as it was sent first. */
function resultText({ status, headers, content }: HttpAnswer): string {
  const shown = new Map<string, { name: string; value: string | string[] }>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    // The extension hands only the message's own over (9.1).
    if (contentHeaders.has(key)) continue;
    const before = shown.get(key);
    if (before === undefined) shown.set(key, { name: canonicalName(name), value });
    else before.value = typeof before.value === 'string' ? [before.value, value] : [...before.value, value];
  }
  const named = Object.fromEntries([...shown.values()].map(({ name, value }) => [name, value]));
  return JSON.stringify({ statusCode: status, headers: named, content });
}

/** As the extension stores it: the exception that its HTTP client throws. */
function serialisedException({ message, kind }: Pick<TransportError, 'message' | 'kind'>): string {
  return JSON.stringify({
    $type: 'System.Net.Http.HttpRequestException, System.Net.Http',
    HttpRequestError: kind,
    StatusCode: null,
    Message: message,
    Data: { $type: 'System.Collections.ListDictionaryInternal, System.Private.CoreLib' },
    InnerException: null,
    HelpLink: null,
    Source: 'System.Net.Http',
    HResult: -2147467259,
    StackTrace: null,
  });
}
