/**
 * The way of every request to a storage account.
 *
 *   G1. Only GET and HEAD leave this machine: anything else is refused before it is sent, whoever asks for it.
 *   G2. At most `atOnce` requests are under way; the others wait for their turn.
 *   G3. No request takes longer than its time.
 *   G4. Where nobody has answered yet, an address that does not exist or where nothing listens is not tried again.
 */
import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { DurascopeError } from '../../core/values/errors';

export interface Meter {
  requests: number;
  /** Answered with 429 or 503, and asked again. */
  throttled: number;
}

const atOnce = 4;
const nobodyThere = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

export class ReadingClient implements HttpClient {
  readonly meter: Meter = { requests: 0, throttled: 0 };
  #underWay = 0;
  #hasAnswered = false;
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly inner: HttpClient,
    private readonly timeoutMs: number,
  ) {}

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const response = await this.sendAny(request);
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

  /** The same for what is no table: any type of answer. */
  async sendAny(request: PipelineRequest): Promise<PipelineResponse> {
    request.timeout = this.timeoutMs;
    return this.#guarded(request.method, () => this.inner.sendRequest(request));
  }

  async #guarded<T extends { status: number }>(method: string, send: () => Promise<T>): Promise<T> {
    if (method !== 'GET' && method !== 'HEAD') {
      throw new DurascopeError('NotSupported', `Storage is only read here: ${method} is never sent.`); // G1
    }
    if (this.#underWay >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#underWay += 1;
    this.meter.requests += 1;
    try {
      const response = await send();
      this.#hasAnswered = true;
      if (response.status === 429 || response.status === 503) this.meter.throttled += 1;
      return response;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (this.#hasAnswered || typeof code !== 'string' || !nobodyThere.has(code)) throw error;
      // The libraries send again after errors of their own kind only.
      throw Object.assign(new Error('Nobody answers.', { cause: error }), { code });
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
    }
  }
}
