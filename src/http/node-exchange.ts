/** Requests and replies over node:http, without a copy of either in the Fetch API's classes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../base/error-message';
import { BodyTooLarge, CallerLeft, type IncomingRequest, type Reply } from './exchange';
import { parseRequestTarget, type RequestTarget } from './request-target';

class NodeRequest implements IncomingRequest {
  readonly target: RequestTarget;

  constructor(
    private readonly message: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    this.target = parseRequestTarget(message.url ?? '/', message.headers.host);
  }

  get method(): string {
    return this.message.method ?? 'GET';
  }

  get origin(): string {
    return `http://${this.message.headers.host ?? 'localhost'}`;
  }

  header(name: string): string | undefined {
    const value = this.message.headers[name];
    return typeof value === 'object' ? value.join(',') : value;
  }

  headers(): Record<string, string> {
    const flat: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.message.headers)) {
      if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(',');
    }
    return flat;
  }

  body(maxBytes: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const { message } = this;
      if (Number(message.headers['content-length'] ?? 0) > maxBytes) {
        reject(new BodyTooLarge(maxBytes));
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      const onData = (chunk: Buffer) => {
        length += chunk.byteLength;
        if (length > maxBytes) {
          message.off('data', onData);
          message.pause();
          reject(new BodyTooLarge(maxBytes));
        } else {
          chunks.push(chunk);
        }
      };
      message.on('data', onData);
      message.on('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
      message.on('error', (error) => reject(new CallerLeft(error)));
      message.on('close', () => {
        if (!message.complete) reject(new CallerLeft());
      });
    });
  }

  signal(): AbortSignal {
    const controller = new AbortController();
    const { response } = this;
    response.on('close', () => {
      if (!response.writableFinished) controller.abort(new CallerLeft());
    });
    return controller.signal;
  }
}

export function nodeRequest(message: IncomingMessage, response: ServerResponse): IncomingRequest {
  return new NodeRequest(message, response);
}

/** Writes the reply; a stream is piped as fast as the caller reads, and cancelled when the caller leaves. Rejects only for a bug. */
export async function sendReply(reply: Reply, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { body } = reply;
  if (response.destroyed || response.headersSent) {
    if (body instanceof ReadableStream) await body.cancel().catch(() => undefined);
    return;
  }
  // HEAD is answered only where the app lists it; the body that goes with it is not sent.
  const isBodyless = message.method === 'HEAD' || reply.status === 204 || reply.status === 304;
  const fixed = body instanceof ReadableStream ? undefined : body === null ? '' : body;
  try {
    const headers: string[] = [];
    let isSized = false;
    for (const [name, value] of reply.headers) {
      if (fixed !== undefined && /^content-length$/i.test(name)) {
        // Ours is right; that of a HEAD reply describes the body that GET would have.
        if (!isBodyless) continue;
        isSized = true;
      }
      headers.push(name, value);
    }
    if (fixed !== undefined && !isSized && reply.status !== 204 && reply.status !== 304) {
      headers.push('Content-Length', String(typeof fixed === 'string' ? Buffer.byteLength(fixed) : fixed.byteLength));
    }
    response.writeHead(reply.status, headers);
  } catch (error) {
    if (body instanceof ReadableStream) await body.cancel(error).catch(() => undefined);
    const text = `The reply has a header that HTTP does not allow: ${messageOf(error)}\n`;
    response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(text) });
    response.end(text);
    return;
  }
  if (fixed !== undefined || isBodyless) {
    response.end(isBodyless ? undefined : fixed);
    if (body instanceof ReadableStream) await body.cancel().catch(() => undefined);
  } else if (body instanceof ReadableStream) {
    await pipe(body, response);
  }
}

async function pipe(stream: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = stream.getReader();
  const left = new Promise<void>((resolve) => {
    response.on('close', () => {
      void reader.cancel(new CallerLeft()).catch(() => undefined);
      resolve();
    });
  });
  response.on('error', () => undefined);
  response.flushHeaders();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!response.write(value)) await Promise.race([drained(response), left]);
    }
    response.end();
  } catch (error) {
    // The source broke: half a reply must not look like a whole one.
    response.destroy(error instanceof Error ? error : undefined);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
  });
}
