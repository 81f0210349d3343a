/** One HTTP request over node's client, with redirects as .NET follows them, a bound on the answer, and failures in words. */
import http from 'node:http';
import https from 'node:https';
import { dotnetUrl, formType } from './dotnet-request';
import { credentialHeaders, type DurableHttpRequest, sameOrigin } from '../core/dialects/durable-http';

export interface HttpAnswer {
  status: number;
  headers: readonly (readonly [name: string, value: string])[];
  content: string;
}

interface Outgoing {
  url: URL;
  method: string;
  headers: Record<string, string | string[]>;
  content: string | null;
}

const maxRedirects = 50;

export class HttpRequests {
  readonly #http = new http.Agent({ keepAlive: true });
  readonly #https = new https.Agent({ keepAlive: true });

  constructor(private readonly maxAnswerBytes: number) {}

  /** Rejects with an error for the user: what became of the request, or the reason of `signal`. */
  async send(request: DurableHttpRequest, userAgent: string, signal: AbortSignal): Promise<HttpAnswer> {
    let next = outgoing(request, userAgent);
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#once(next, signal);
      const target = redirectTarget(answer, next.url);
      if (target === null) return answer;
      if (redirects >= maxRedirects)
        throw new Error(`it was redirected more than ${maxRedirects} times, last to ${target.origin}${target.pathname}.`);
      next = redirected(next, target, answer.status);
    }
  }

  stop(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #once({ url, method, headers, content }: Outgoing, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(signal.aborted ? (signal.reason as Error) : explained(error, url));
      const isSecure = url.protocol === 'https:';
      const request = (isSecure ? https : http).request(
        url,
        { method, headers, signal, agent: isSecure ? this.#https : this.#http },
        (response) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          const tooLarge = (): void => {
            const limit = `${Math.floor(this.maxAnswerBytes / 1024 / 1024)} MB`;
            request.destroy();
            reject(new Error(`the answer is longer than ${limit}, which is more than a history should hold.`));
          };
          if (Number(response.headers['content-length'] ?? 0) > this.maxAnswerBytes && method !== 'HEAD') {
            tooLarge();
            return;
          }
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > this.maxAnswerBytes) tooLarge();
            else chunks.push(chunk);
          });
          response.on('error', fail);
          response.on('end', () => {
            const { statusCode = 0, rawHeaders } = response;
            const text = decoded(Buffer.concat(chunks), response.headers['content-type']);
            resolve({ status: statusCode, headers: pairs(rawHeaders), content: text });
          });
        },
      );
      request.on('error', fail);
      request.end(content ?? undefined);
    });
  }
}

function outgoing(request: DurableHttpRequest, userAgent: string): Outgoing {
  const url = dotnetUrl(request.uri);
  const headers: Outgoing['headers'] = {};
  let contentType: string | undefined;
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (name.toLowerCase() === 'content-type') contentType = String(value);
    // Worked out from the content.
    else if (name.toLowerCase() !== 'content-length') headers[name] = typeof value === 'string' ? value : [...value];
  }
  if (!Object.keys(headers).some((name) => name.toLowerCase() === 'user-agent')) headers['User-Agent'] = userAgent;

  if (Object.values(headers).some((value) => /[^\0-\x7f]/.test(String(value)))) {
    const message = 'Request headers must contain only ASCII characters.';
    throw new TransportError(message, 0, 'a header has other characters than those of ASCII.', new Error(message));
  }
  const content = request.content ?? null;
  if (content !== null) {
    const type = contentType || 'text/plain';
    headers['Content-Type'] = type.toLowerCase() === formType ? `${type}; charset=utf-8` : type;
    headers['Content-Length'] = String(Buffer.byteLength(content));
  }
  return { url, method: request.method.toUpperCase(), headers, content };
}

/** Null: this is the answer. From https to http nothing is followed. */
function redirectTarget({ status, headers }: HttpAnswer, from: URL): URL | null {
  if (![300, 301, 302, 303, 307, 308].includes(status)) return null;
  const location = headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  if (location === undefined || !URL.canParse(location, from.href)) return null;
  const target = new URL(location, from);
  if (target.protocol !== 'https:' && (target.protocol !== 'http:' || from.protocol === 'https:')) return null;
  return target;
}

function redirected(before: Outgoing, url: URL, status: number): Outgoing {
  const becomesGet = status === 303 ? before.method !== 'HEAD' : status < 303 && before.method === 'POST';
  const dropped = new Set(sameOrigin(url.href, before.url.href) ? ['authorization'] : credentialHeaders);
  if (becomesGet) for (const name of ['content-type', 'content-length']) dropped.add(name);
  dropped.add('host');
  const headers = Object.fromEntries(Object.entries(before.headers).filter(([name]) => !dropped.has(name.toLowerCase())));
  return { url, headers, method: becomesGet ? 'GET' : before.method, content: becomesGet ? null : before.content };
}

/** A request without an answer: `message` is the text of .NET, which code in production catches; `explanation` is for the log. */
export class TransportError extends Error {
  constructor(
    message: string,
    /** System.Net.Http.HttpRequestError. */
    readonly kind: number,
    readonly explanation: string,
    cause: Error,
  ) {
    super(message, { cause });
  }
}

function explained(error: Error, url: URL): Error {
  const { code } = error as NodeJS.ErrnoException;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const at = `(${url.hostname}:${port})`;
  const secure = 'The SSL connection could not be established, see inner exception.';
  const own = `${url.host} has a certificate of its own making. Trust it with the environment variable NODE_EXTRA_CA_CERTS.`;
  const known: Readonly<Record<string, readonly [message: string, kind: number, explanation: string]>> = {
    ECONNREFUSED: [`Connection refused ${at}`, 2, `nothing listens at ${url.host} (connection refused).`],
    ENOTFOUND: [`Name or service not known ${at}`, 1, `the host '${url.hostname}' is not known.`],
    EAI_AGAIN: [
      `Resource temporarily unavailable ${at}`,
      1,
      `the host '${url.hostname}' could not be looked up. Is the network there?`,
    ],
    ECONNRESET: ['An error occurred while sending the request.', 10, `${url.host} broke the connection off.`],
    ETIMEDOUT: [`Connection timed out ${at}`, 2, `${url.host} could not be reached in time.`],
    DEPTH_ZERO_SELF_SIGNED_CERT: [secure, 3, own],
    SELF_SIGNED_CERT_IN_CHAIN: [
      secure,
      3,
      own.replace('has a certificate of its own making', 'has a certificate that is not trusted'),
    ],
  };
  const found = known[code ?? ''];
  if (found !== undefined) return new TransportError(...found, error);
  return new Error(error.message === '' ? String(code) : error.message, { cause: error });
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) list.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return list;
}

function decoded(bytes: Buffer, contentType: string | undefined): string {
  const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
