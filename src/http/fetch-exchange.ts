/** Requests and replies over the Fetch API: tests and embedding. */
import { messageOf } from '../base/error-message';
import { BodyTooLarge, type IncomingRequest, plainText, type Reply } from './exchange';
import { parseRequestTarget, type RequestTarget } from './request-target';

class FetchRequest implements IncomingRequest {
  readonly target: RequestTarget;
  readonly origin: string;

  constructor(private readonly source: Request) {
    const url = new URL(source.url);
    this.target = parseRequestTarget(`${url.pathname}${url.search}`, undefined);
    const host = source.headers.get('host');
    this.origin = host === null ? url.origin : `${url.protocol}//${host}`;
  }

  get method(): string {
    return this.source.method;
  }

  header(name: string): string | undefined {
    // A Request made by hand has no Host header: its URL says whom it is for.
    return this.source.headers.get(name) ?? (name === 'host' ? new URL(this.source.url).host : undefined);
  }

  headers(): Record<string, string> {
    return { host: new URL(this.source.url).host, ...Object.fromEntries(this.source.headers) };
  }

  async body(maxBytes: number): Promise<Uint8Array> {
    if (Number(this.source.headers.get('content-length') ?? 0) > maxBytes) throw new BodyTooLarge(maxBytes);
    const body = this.source.body as ReadableStream<Uint8Array> | null;
    if (body === null) return new Uint8Array(0);
    const chunks: Uint8Array[] = [];
    let length = 0;
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks);
      length += value.byteLength;
      if (length > maxBytes) {
        await reader.cancel();
        throw new BodyTooLarge(maxBytes);
      }
      chunks.push(value);
    }
  }

  signal(): AbortSignal {
    return this.source.signal;
  }
}

export function fetchRequest(source: Request): IncomingRequest {
  return new FetchRequest(source);
}

export function fetchResponse(reply: Reply): Response {
  try {
    const headers = new Headers();
    for (const [name, value] of reply.headers) headers.append(name, value);
    const isBodyless = reply.status === 204 || reply.status === 205 || reply.status === 304;
    return new Response(isBodyless ? null : (reply.body as NonNullable<RequestInit['body']> | null), {
      status: reply.status,
      headers,
    });
  } catch (error) {
    if (reply.body instanceof ReadableStream) void reply.body.cancel(error).catch(() => undefined);
    const text = `The reply has a header or a status that HTTP does not allow: ${messageOf(error)}\n`;
    return fetchResponse(plainText(500, text));
  }
}
