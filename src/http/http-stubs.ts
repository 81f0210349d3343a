/** Answers to durable HTTP calls that are not sent out: for offline work and tests. The file's form is docs/durable-http.md. */
import * as z from 'zod';
import type { DurableHttpRequest } from '../core/dialects/durable-http';
import type { Clock } from '../core/ports/clock';
import type { HttpAnswer } from './http-requests';

const response = z.strictObject({
  status: z.int().min(100).max(599).default(200),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  /** Text as it is; anything else as JSON. */
  body: z.unknown().optional(),
  delayMs: z.number().min(0).optional(),
  /** The request fails with this message in place of an answer. */
  error: z.string().optional(),
});

/** The file as a whole. */
export const httpStubsSchema = z.strictObject({
  $schema: z.string().optional(),
  /** Sent as bearer token wherever a call asks for one of a managed identity. */
  token: z.string().min(1).optional(),
  /** What no stub is for: `send` it (default) or `refuse` it. */
  otherRequests: z.enum(['send', 'refuse']).default('send'),
  stubs: z
    .array(
      z.strictObject({
        /** The whole URL; `*` stands for anything. Case counts only after the host. */
        url: z.string().min(1),
        /** Any, if left out. */
        method: z.string().optional(),
        /** One after the other for each instance; the last one again and again. */
        responses: z.array(response).min(1),
      }),
    )
    .default([]),
});

export type HttpStubs = z.output<typeof httpStubsSchema> & {
  /** For messages: the file's name. */
  source: string;
};

type Stub = HttpStubs['stubs'][number];
type StubResponse = Stub['responses'][number];

const maxCounted = 10_000;

export class StubAnswers {
  /** By stub and instance: how often it has answered. */
  readonly #given = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** The first stub that fits; null when none does. */
  find(stubs: HttpStubs, request: DurableHttpRequest, instanceId: string): StubResponse | null {
    const index = stubs.stubs.findIndex((stub) => fits(stub, request));
    const stub = stubs.stubs[index];
    if (stub === undefined) return null;
    const key = `${index} ${stub.url} ${instanceId}`;
    const count = this.#given.get(key) ?? 0;
    if (this.#given.size >= maxCounted) this.#given.clear();
    this.#given.set(key, count + 1);
    return stub.responses[Math.min(count, stub.responses.length - 1)] ?? null;
  }

  async give(stub: StubResponse, signal: AbortSignal): Promise<HttpAnswer> {
    if (stub.delayMs !== undefined) await this.#pause(stub.delayMs, signal);
    if (stub.error !== undefined) throw new Error(stub.error);
    return {
      status: stub.status,
      headers: Object.entries(stub.headers).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).map((each) => [name, each] as const),
      ),
      content: stub.body === undefined ? '' : typeof stub.body === 'string' ? stub.body : JSON.stringify(stub.body),
    };
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(ms, resolve);
      signal.addEventListener('abort', () => {
        timer.dispose();
        reject(signal.reason as Error);
      });
    });
  }
}

function fits(stub: Stub, request: DurableHttpRequest): boolean {
  if (stub.method !== undefined && stub.method.toUpperCase() !== request.method.toUpperCase()) return false;
  return patternOf(stub.url).test(normalized(request.uri));
}

const patterns = new Map<string, RegExp>();

function patternOf(url: string): RegExp {
  let pattern = patterns.get(url);
  if (pattern === undefined) {
    const text = url.replace(/^[a-z][\w+.-]*:\/\/[^/*?#]*/i, (origin) => origin.toLowerCase());
    pattern = new RegExp(`^${text.split('*').map(escaped).join('.*')}$`, 's');
    patterns.set(url, pattern);
  }
  return pattern;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Scheme and host in lower case. */
function normalized(uri: string): string {
  return URL.canParse(uri) ? uri.replace(/^[a-z][\w+.-]*:\/\/[^/?#]*/i, (origin) => origin.toLowerCase()) : uri;
}
