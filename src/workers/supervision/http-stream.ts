/**
 * HTTP for apps that stream (spec/functions-worker.md 1.8): the request goes to a server inside the app's process, and its answer
 * comes back from there piece by piece, while the invocation itself goes the usual way. Deviation: the body of the request is handed
 * over whole, once it has arrived.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { HttpTriggerRequest, HttpTriggerResponse } from '../../core/ports/http-trigger';

export interface StreamedCall {
  httpUri: string;
  invocationId: string;
  request: HttpTriggerRequest;
  /** Runs the function. Settles when it has ended; null: its answer went over the stream. */
  invoke: () => Promise<HttpTriggerResponse | null>;
  signal?: AbortSignal;
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'expect']);

/** Rejects with what the function threw before it answered. */
export async function streamHttp({ httpUri, invocationId, request, invoke, signal }: StreamedCall): Promise<HttpTriggerResponse> {
  const asked = new URL(request.url);
  const target = new URL(`${asked.pathname}${asked.search}`, httpUri);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!hopByHop.has(name)) headers[name] = value;
  }
  headers['x-ms-invocation-id'] = invocationId;
  headers['x-forwarded-host'] = request.headers['host'] ?? asked.host;
  headers['x-forwarded-proto'] = asked.protocol.replace(':', '');
  if (request.body !== null) headers['content-length'] = String(request.body.byteLength);

  const outgoing = httpRequest(target, {
    method: request.method,
    headers,
    agent: false,
    ...(signal === undefined ? {} : { signal }),
  });
  const streamed = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
  // Whoever loses the race below must not end the process by an unhandled rejection.
  streamed.catch(() => undefined);
  outgoing.end(request.body ?? undefined);
  const ended = invoke();
  ended.catch(() => undefined);
  try {
    // ASP.NET Core answers an empty 200 where the function threw: only its end tells.
    const answered = streamed.then(async (incoming) => {
      if (incoming.headers['content-length'] === '0') await ended;
      return toResponse(incoming);
    });
    answered.catch(() => undefined);
    const first = await Promise.race([answered, ended]);
    if (first === null) return toResponse(await streamed);
    // The function has ended without giving the stream anything.
    if (!(first.body instanceof ReadableStream)) outgoing.destroy();
    return first;
  } catch (error) {
    outgoing.destroy();
    throw error;
  }
}

function toResponse(incoming: IncomingMessage): HttpTriggerResponse {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    const name = incoming.rawHeaders[at] ?? '';
    if (!hopByHop.has(name.toLowerCase())) headers.push([name, incoming.rawHeaders[at + 1] ?? '']);
  }
  return { status: incoming.statusCode ?? 500, headers, body: Readable.toWeb(incoming) as ReadableStream<Uint8Array> };
}
