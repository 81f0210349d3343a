/** The gRPC port: plaintext HTTP/2, with a word for whoever speaks something else to it. */
import { type ConnectionInjector, Server, ServerCredentials } from '@grpc/grpc-js';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { DurascopeError } from '../core/errors';
import type { Clock } from '../core/ports/clock';
import type { Logger } from '../core/ports/logger';
import { type GrpcHubs, serviceDefinition, taskHubService } from './task-hub-service';

export interface GrpcServerOptions {
  /** 0 takes any that is free. */
  port: number;
  /** Any other when `port` is taken. */
  orAnyOther: boolean;
  hubs: GrpcHubs;
  clock: Clock;
  log: Logger;
  /** Where people find the dashboard; told to browsers that come here. */
  dashboard: () => string;
}

export interface GrpcServer {
  readonly port: number;
  /** Ends every call with UNAVAILABLE, which clients take as a reason to come again. */
  stop(): Promise<void>;
}

/** Everything an SDK sends is taken: what is too large for it is its own to refuse. */
const serverOptions = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
};

/** Rejects with PortTaken. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { hubs, clock } = options;
  const server = new Server(serverOptions);
  server.addService(serviceDefinition, taskHubService(hubs, clock));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    welcome(socket, injector, options);
  });
  const port = await listen(listener, options);
  return {
    port,
    stop: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      server.forceShutdown();
      injector.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(listener: NetServer, { port, orAnyOther }: GrpcServerOptions): Promise<number> {
  const attempt = (at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(at, '127.0.0.1', () => {
        listener.off('error', reject);
        resolve();
      });
    });
  try {
    await attempt(port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    if (!orAnyOther) {
      throw new DurascopeError(
        'PortTaken',
        `The port ${port} for gRPC is taken. End the program that uses it, choose another one, or turn gRPC off.`,
        { cause: error, details: { port } },
      );
    }
    await attempt(0);
  }
  const address = listener.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** A client that says nothing for so long is not one. */
const silenceMs = 10_000;

function welcome(socket: Socket, injector: ConnectionInjector, options: GrpcServerOptions): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.setTimeout(silenceMs, () => socket.destroy());
  socket.once('data', (first) => {
    socket.setTimeout(0);
    const language = languageOf(first);
    if (language === 'http2') {
      // The bytes are put back: the session reads them from the socket.
      socket.pause();
      socket.unshift(first);
      injector.injectConnection(socket);
      return;
    }
    refuse(socket, language, options);
  });
}

type Language = 'http2' | 'http1' | 'tls' | 'unknown';

export function languageOf(first: Buffer): Language {
  if ('PRI * HTTP/2.0'.startsWith(first.toString('latin1', 0, 14))) return 'http2';
  if (first[0] === 0x16 && first[1] === 0x03) return 'tls';
  return /^[A-Z]+ \S* ?/.test(first.toString('latin1', 0, 64)) ? 'http1' : 'unknown';
}

const told = new Map<string, number>();
const againAfterMs = 60_000;

function refuse(socket: Socket, language: Language, { log, clock, dashboard }: GrpcServerOptions): void {
  const port = socket.localPort ?? 0;
  const say = (message: string): void => {
    const now = clock.now();
    // Clients that are set up wrongly try again and again.
    if (now - (told.get(language) ?? -Infinity) < againAfterMs) return;
    told.set(language, now);
    log({ level: 'warning', category: 'grpc', message });
  };
  if (language === 'tls') {
    say(
      `A client speaks TLS to the gRPC port ${port}, which is plaintext. Let its address begin with http://, as in ` +
        `Endpoint=http://localhost:${port};Authentication=None;TaskHub=default, or turn its secure channel off.`,
    );
    // Alert: fatal, protocol_version. The client's own message then says more than "connection reset".
    socket.end(Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]));
    return;
  }
  if (language === 'http1') {
    const text = `This is the gRPC port for Durable Task SDKs. The dashboard and the HTTP API are at ${dashboard()}.\n`;
    say(`A client speaks HTTP/1 to the gRPC port ${port}: the dashboard and the HTTP API are at ${dashboard()}.`);
    socket.end(
      `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
    );
    return;
  }
  say(`A client speaks something that is not gRPC to the gRPC port ${port}; its connection is closed.`);
  socket.destroy();
}
