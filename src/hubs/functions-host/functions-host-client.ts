/** All that goes to a running Functions host, below the webhooks of the durable task extension. */
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import { connectionClosed, pauseUntilClosed } from '../closed-connection';
import type { Wait } from '../waiting-words';

export interface FunctionsHostOptions {
  /** Origin of the host. */
  url: string;
  /** The system key of the extension; null on a machine of one's own. */
  key: string | null;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** Before a question is asked again, doubled each time. Default 500. */
  retryDelayMs?: number;
  /** Told when the host asks to be asked later, and when it answers again. */
  onWait?: (wait: Wait | 'over') => void;
}

export interface HostRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the webhooks of the extension. */
  path: string;
  parameters?: Readonly<Record<string, string>>;
  token?: string;
  /** JSON text. */
  body?: string | undefined;
}

export interface HostAnswer {
  status: number;
  /** Undefined for what is no JSON. */
  value: unknown;
  text: string;
  token: string | undefined;
}

const webhooks = '/runtime/webhooks/durabletask';
const tokenHeader = 'x-ms-continuation-token';
const requestMs = 60_000;
/** So often a question is asked; what changes something is sent once. */
const attempts = 4;
const longestWaitMs = 60_000;
/** Of a connection that was there. */
const closedCodes = new Set<unknown>(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const busy = new Set([429, 502, 503, 504]);

export class FunctionsHostClient {
  /** Sent so far. */
  requests = 0;
  #hasAnswered = false;
  readonly #closing = new AbortController();

  constructor(private readonly options: FunctionsHostOptions) {}

  get url(): string {
    return this.options.url;
  }

  /** What is asked then, or still under way, rejects with `Stopped`. */
  close(): void {
    this.#closing.abort();
  }

  /**
   * Any status but 401, 403 and those of a busy host is an answer; rejects with `HubUnreachable` for none. A question by GET
   * is asked again where its answer broke off or the host is busy.
   */
  async ask(request: HostRequest): Promise<HostAnswer> {
    const { url, retryDelayMs = 500, onWait } = this.options;
    const most = request.method === 'GET' ? attempts : 1;
    let isWaiting = false;
    try {
      for (let attempt = 1; ; attempt++) {
        const { answer, forMs } = await this.#askOnce(request, attempt === most);
        if (answer !== undefined && (!busy.has(answer.status) || request.method !== 'GET')) return answer;
        if (attempt === most || (forMs ?? 0) > longestWaitMs) {
          const what =
            forMs === null ? 'was asked again several times' : `asks to be left alone for ${Math.ceil(forMs / 1000)} s`;
          throw new DurascopeError(
            'HubUnreachable',
            `The Functions host at ${url} is too busy, or is starting (${answer?.status}): it ${what}. Try again later.`,
            {
              details: { url },
            },
          );
        }
        if (answer !== undefined) {
          isWaiting = true;
          onWait?.({ forMs });
        }
        await pauseUntilClosed(forMs ?? retryDelayMs * 2 ** (attempt - 1), this.#closing.signal);
      }
    } finally {
      if (isWaiting) onWait?.('over');
    }
  }

  /** No answer: it broke off, and is to be asked for again. */
  async #askOnce(
    { method, path, parameters = {}, token, body }: HostRequest,
    isLast: boolean,
  ): Promise<{ answer?: HostAnswer; forMs: number | null }> {
    const { url, key, fetch: ask = fetch } = this.options;
    const query = new URLSearchParams(parameters);
    if (key !== null) query.set('code', key);
    this.requests += 1;
    let response: Response | undefined;
    let text: string;
    try {
      response = await ask(`${url}${webhooks}${path}?${query.toString()}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { [tokenHeader]: token }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(requestMs), this.#closing.signal]),
      });
      text = await response.text();
    } catch (error) {
      if (this.#closing.signal.aborted) throw connectionClosed();
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      // What has never answered speaks another protocol, most likely.
      const isBroken = response !== undefined || (this.#hasAnswered && closedCodes.has(networkCode(error)));
      if (!isLast && !isLate && isBroken) return { forMs: null };
      // The library's own text has the address in it, and that the key.
      const why = isLate
        ? `did not answer within ${requestMs / 1000} s`
        : isBroken
          ? `broke the connection off${method === 'GET' ? ' each time that it was asked' : ', so that nobody knows whether it was done'}`
          : 'does not answer';
      throw new DurascopeError(
        'HubUnreachable',
        `The Functions host at ${url} ${why}. Start it (func start), or give the address that it listens at.`,
        { details: { url, cause: withoutKey(messageOf(error), key) } },
      );
    }
    if (response.status === 401 || response.status === 403) {
      throw new DurascopeError(
        'HubUnreachable',
        `The Functions host at ${url} refuses ${key === null ? 'requests without a key' : 'the key'}: give the system key of the durable task extension, ${url}/?code=KEY, in an environment variable.`,
        { details: { url } },
      );
    }
    this.#hasAnswered = true;
    const next = response.headers.get(tokenHeader);
    const hasNext = next !== null && next !== '' && next !== 'null';
    const after = response.headers.get('retry-after') ?? '';
    const forMs = /^\d+$/.test(after) ? Number(after) * 1000 : null;
    const answer = { status: response.status, value: jsonOf(text), text, token: hasNext ? next : undefined };
    return { answer, forMs };
  }

  /** What answers is something else. */
  noHost(): DurascopeError {
    return new DurascopeError(
      'HubUnreachable',
      `What answers at ${this.options.url} is no Functions host with the durable task extension: it has no ${webhooks}/instances.`,
      { details: { url: this.options.url } },
    );
  }
}

function networkCode(error: unknown): unknown {
  return error instanceof Error ? (error.cause as { code?: unknown } | undefined)?.code : undefined;
}

function jsonOf(text: string): unknown {
  const read = parsed(text);
  // A terminate without a reason leaves the output `undefined`, which the extension writes as it is.
  return read === undefined ? parsed(text.replace(/"output":undefined(?=,"createdTime":)/g, '"output":"undefined"')) : read;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutKey(text: string, key: string | null): string {
  return key === null ? text : text.replaceAll(encodeURIComponent(key), '(hidden)').replaceAll(key, '(hidden)');
}
