/** The app behind real sockets, on loopback only. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DurascopeError } from '../core/values/errors';
import type { HttpApp } from './http-app';
import { nodeRequest, sendReply } from './node-exchange';

export interface HttpServerOptions {
  /** 0: any free port. */
  port: number;
  /** `127.0.0.1` also means `::1` where there is one, since `localhost` may be either. */
  host: '127.0.0.1';
  /** How long a whole request, body included, may take to come. Default: two minutes. Answers may take as long as they like. */
  requestTimeoutMs?: number;
  /** A client speaks something else than HTTP/1: `http2` as gRPC does without TLS. Told each time. */
  onForeign?: (language: 'http2' | 'tls') => void;
}

export interface HttpServer {
  readonly port: number;
  /** Stops listening and ends every connection; resolves when they are gone. May be called twice. */
  stop(): Promise<void>;
}

/** Rejects with `PortTaken`. */
export async function startHttpServer(app: HttpApp, options: HttpServerOptions): Promise<HttpServer> {
  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    void respond(app, message, response);
  };
  const attempts = options.port === 0 ? 10 : 1;
  for (let attempt = 1; ; attempt++) {
    const first = await listen(newServer(onRequest, options), options.port, options.host);
    const { port } = first.address() as AddressInfo;
    try {
      const second = await listenOnIPv6(newServer(onRequest, options), port);
      return serverOf(port, second === null ? [first] : [first, second]);
    } catch (error) {
      await close(first);
      // Somebody else has the port that was free on the other loopback address: another one will do, if any will.
      if (attempt >= attempts) throw error;
    }
  }
}

function newServer(
  onRequest: (message: IncomingMessage, response: ServerResponse) => void,
  { onForeign, requestTimeoutMs = 120_000 }: HttpServerOptions,
): Server {
  const server = createServer(
    {
      keepAliveTimeout: 65_000,
      noDelay: true,
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, 60_000),
      connectionsCheckingInterval: Math.min(requestTimeoutMs, 10_000),
    },
    onRequest,
  );
  if (onForeign !== undefined) {
    server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
      const language = foreignLanguage(error.rawPacket);
      if (language !== null) onForeign(language);
      // What Node.js does by itself where nobody listens.
      const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
      else socket.destroy();
    });
  }
  return server;
}

async function respond(app: HttpApp, message: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await sendReply(await app.answer(nodeRequest(message, response)), message, response);
  } catch {
    // Nothing above should throw; whatever does must not take the process with it.
    response.destroy();
  }
}

function foreignLanguage(first: Buffer | undefined): 'http2' | 'tls' | null {
  if (first?.toString('latin1', 0, 14) === 'PRI * HTTP/2.0') return 'http2';
  return first?.[0] === 0x16 && first[1] === 0x03 ? 'tls' : null;
}

function listen(server: Server, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Stays attached: after listening there is nobody to tell, and an error without a listener would end the process.
    server.on('error', (error: NodeJS.ErrnoException) => reject(isTaken(error) ? portTaken(port, error) : error));
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

/** Null when this machine has no IPv6 loopback. */
async function listenOnIPv6(server: Server, port: number): Promise<Server | null> {
  try {
    return await listen(server, port, '::1');
  } catch (error) {
    if (DurascopeError.is(error)) throw error;
    return null;
  }
}

function isTaken(error: NodeJS.ErrnoException): boolean {
  // EACCES: Windows keeps ranges of ports for itself, and low ports belong to the system.
  return error.code === 'EADDRINUSE' || error.code === 'EACCES';
}

function portTaken(port: number, cause: NodeJS.ErrnoException): DurascopeError {
  const what =
    cause.code === 'EACCES' ? `Port ${port} may not be used on this machine` : `Port ${port} is in use by another program`;
  return new DurascopeError(
    'PortTaken',
    `${what}. Stop that program, choose another port with --port, or let --port 0 find a free one.`,
    {
      cause,
      details: { port },
    },
  );
}

function serverOf(port: number, servers: readonly Server[]): HttpServer {
  let stopped: Promise<void> | undefined;
  return {
    port,
    stop: () => (stopped ??= Promise.all(servers.map(close)).then(() => undefined)),
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
