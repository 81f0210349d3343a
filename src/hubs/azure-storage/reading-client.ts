/**
 * The way of every request to a storage account.
 *
 *   G1. Only GET and HEAD leave this machine: anything else is refused before it is sent, whoever asks for it.
 *   G2. At most `atOnce` requests are under way; the others wait for their turn.
 *   G3. No request takes longer than its time, the last byte of its answer included.
 *   G4. Where nobody has answered yet, an address that does not exist or where nothing listens is not tried again; on this machine never.
 *   G5. An answer that breaks off is asked for again, as one that never began.
 *   G6. Who is asked to wait waits, and says so; not for longer than `longestWaitMs`. Closing ends all waiting.
 */
import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { isLoopbackHost } from '../../base/loopback';
import { DurascopeError } from '../../core/values/errors';
import type { Wait } from '../waiting-words';

export interface Meter {
  requests: number;
  /** Answered with 429 or 503, and asked again. */
  throttled: number;
  /** How far the server's clock is ahead of this one, by its last answer. */
  clockAheadMs: number;
}

export interface ReadingOptions {
  /** Of one request. */
  timeoutMs: number;
  /** Told how long the server asks to wait, null where it did not say; and that it answers again. */
  onWait?: (wait: Wait | 'over') => void;
}

const atOnce = 4;
const nobodyThere = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const longestWaitMs = 60_000;
/** What the library says of an answer that it could not read to its end. */
const brokenOff = 'PARSE_ERROR';

export class ReadingClient implements HttpClient {
  readonly meter: Meter = { requests: 0, throttled: 0, clockAheadMs: 0 };
  #underWay = 0;
  #hasAnswered = false;
  #isWaiting = false;
  readonly #waiting: (() => void)[] = [];
  readonly #closing = new AbortController();

  constructor(
    private readonly inner: HttpClient,
    private readonly options: ReadingOptions,
  ) {}

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const response = await this.#guarded(request, () => this.inner.sendRequest(request));
    const type = response.headers.get('content-type') ?? '';
    // A page of something else would be read as an answer without rows.
    if (response.status === 200 && !/json|xml/.test(type)) {
      throw new DurascopeError(
        'HubUnreachable',
        `What answers at ${new URL(request.url).origin} is no table service (it answers with ${type === '' ? 'no type' : type}).`,
      );
    }
    return response;
  }

  /** The same for what is no table: any type of answer, and all of its bytes. Rejects for one of more than `maxBytes`. */
  async sendForBytes(request: PipelineRequest, maxBytes: number): Promise<{ response: PipelineResponse; bytes: Buffer }> {
    let bytes: Buffer = Buffer.alloc(0);
    const response = await this.#guarded(request, async () => {
      const answer = await this.inner.sendRequest(request);
      bytes = await bytesOf(answer, maxBytes);
      return answer;
    });
    return { response, bytes };
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Ends what is under way and what waits. */
  close(): void {
    this.#closing.abort();
    this.#tellOver();
  }

  async #guarded(request: PipelineRequest, send: () => Promise<PipelineResponse>): Promise<PipelineResponse> {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      throw new DurascopeError('NotSupported', `Storage is only read here: ${method} is never sent.`); // G1
    }
    if (this.#underWay >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#underWay += 1;
    this.meter.requests += 1;
    try {
      const response = await this.#inTime(request, send);
      this.#hasAnswered = true;
      this.#noteClock(response);
      if (response.status === 429 || response.status === 503) this.#noteThrottling(response, request);
      else this.#tellOver();
      return response;
    } catch (error) {
      this.#tellOver();
      const { code } = error as { code?: unknown };
      if (code === brokenOff) throw Object.assign(error as Error, { code: 'ECONNRESET' }); // G5
      const mayCome = this.#hasAnswered && !isLoopbackHost(new URL(request.url).host);
      if (mayCome || typeof code !== 'string' || !nobodyThere.has(code)) throw error;
      // The libraries send again after errors of their own kind only.
      throw Object.assign(new Error('Nobody answers.', { cause: error }), { code });
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** The library's own limit is over with the first byte of an answer. */
  async #inTime<T>(request: PipelineRequest, send: () => Promise<T>): Promise<T> {
    const given = request.abortSignal;
    const own = new AbortController();
    const abort = (): void => own.abort();
    const late = { is: false };
    const timer = setTimeout(() => {
      late.is = true;
      abort();
    }, this.options.timeoutMs);
    const signals = given === undefined ? [this.#closing.signal] : [this.#closing.signal, given];
    for (const signal of signals) {
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort);
    }
    request.abortSignal = own.signal;
    try {
      return await send();
    } catch (error) {
      if (!late.is) throw error;
      throw Object.assign(new Error('There was no answer in time.', { cause: error }), { name: 'TimeoutError' }); // G3
    } finally {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', abort);
      // The library waits with it before it sends again.
      request.abortSignal = given ?? this.#closing.signal;
    }
  }

  #noteClock(response: PipelineResponse): void {
    const server = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(server)) this.meter.clockAheadMs = server - Date.now();
  }

  #noteThrottling(response: PipelineResponse, request: PipelineRequest): void {
    this.meter.throttled += 1;
    const forMs = askedToWaitMs(response);
    if (forMs !== null && forMs > longestWaitMs) {
      throw new DurascopeError(
        'HubUnreachable',
        `${new URL(request.url).host} is too busy and asks to be left alone for ${Math.ceil(forMs / 1000)} s. Try again then, or look at less at once.`,
        { details: { forMs } },
      );
    }
    this.#isWaiting = true;
    this.options.onWait?.({ forMs });
  }

  #tellOver(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.options.onWait?.('over');
  }
}

/** Seconds or a date; in milliseconds by headers of the service's own. */
function askedToWaitMs({ headers }: PipelineResponse): number | null {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const ms = headers.get(name);
    if (ms !== undefined && /^\d+$/.test(ms)) return Number(ms);
  }
  const text = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - Date.now());
}

async function bytesOf({ readableStreamBody: body }: PipelineResponse, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body ?? []) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      length += bytes.length;
      if (length > maxBytes) throw new TooLarge();
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof TooLarge) throw error;
    throw Object.assign(new Broken('The answer broke off.', { cause: error }), { code: brokenOff });
  }
  return Buffer.concat(chunks);
}

/** An answer has more bytes than were to be read. */
export class TooLarge extends Error {}

/** The library sends again after errors of this name. */
class Broken extends Error {
  override readonly name = 'RestError';
}
