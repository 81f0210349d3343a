/** The gRPC port: plaintext HTTP/2, with a word for whoever speaks something else to it. */
import { type ConnectionInjector, Server, ServerCredentials } from '@grpc/grpc-js';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { DurascopeError } from '../core/values/errors';
import type { Clock } from '../core/ports/clock';
import type { Logger } from '../core/ports/logger';
import { RareNotes } from '../core/ports/rare-notes';
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
  // Large results come in whole, not 64 KB at a time.
  'grpc-node.flow_control_window': 8 * 1024 * 1024,
  // Nobody asks for its statistics, and each message would be counted.
  'grpc.enable_channelz': 0,
};

/** Rejects with PortTaken. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { hubs, clock, log } = options;
  const server = new Server(serverOptions);
  server.addService(serviceDefinition, taskHubService(hubs, clock));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const notes = new RareNotes(clock, (message) => log({ level: 'warning', category: 'grpc', message }));
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    welcome(socket, injector, notes, options);
  };
  const { port, listeners } = await listenAnywhere(onSocket, options);
  return {
    port,
    stop: async () => {
      const closed = listeners.map((listener) => new Promise((resolve) => listener.close(resolve)));
      // What was just answered goes out first.
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, lastWordsMs);
        server.tryShutdown(() => {
          clearTimeout(late);
          resolve();
        });
      });
      server.forceShutdown();
      injector.destroy();
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

interface Listening {
  port: number;
  listeners: readonly NetServer[];
}

async function listenAnywhere(onSocket: (socket: Socket) => void, { port, orAnyOther }: GrpcServerOptions): Promise<Listening> {
  const ports = [port, ...(orAnyOther || port === 0 ? new Array<number>(10).fill(0) : [])];
  let taken: unknown;
  for (const each of ports) {
    try {
      return await listenOnBoth(onSocket, each);
    } catch (error) {
      if (!isTaken(error)) throw error;
      taken = error;
    }
  }
  throw new DurascopeError(
    'PortTaken',
    `The port ${port} for gRPC is taken. End the program that uses it, choose another one, or turn gRPC off.`,
    { cause: taken, details: { port } },
  );
}

/** `localhost` may be either loopback address: another program must not have the port on one of them. */
async function listenOnBoth(onSocket: (socket: Socket) => void, port: number): Promise<Listening> {
  const first = await listen(createServer(onSocket), port, '127.0.0.1');
  const address = first.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  try {
    return { port: actual, listeners: [first, await listen(createServer(onSocket), actual, '::1')] };
  } catch (error) {
    // This machine may have no such address.
    if (!isTaken(error)) return { port: actual, listeners: [first] };
    first.close();
    throw error;
  }
}

function listen(listener: NetServer, port: number, host: string): Promise<NetServer> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ port, host, exclusive: true }, () => {
      listener.off('error', reject);
      resolve(listener);
    });
  });
}

function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' || code === 'EACCES';
}

const lastWordsMs = 300;

/** A client that says nothing for so long is not one. */
const silenceMs = 10_000;

function welcome(socket: Socket, injector: ConnectionInjector, notes: RareNotes, options: GrpcServerOptions): void {
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
    refuse(socket, language, notes, options.dashboard());
  });
}

type Language = 'http2' | 'http1' | 'tls' | 'unknown';

function languageOf(first: Buffer): Language {
  if ('PRI * HTTP/2.0'.startsWith(first.toString('latin1', 0, 14))) return 'http2';
  if (first[0] === 0x16 && first[1] === 0x03) return 'tls';
  return /^[A-Z]+ \S* ?/.test(first.toString('latin1', 0, 64)) ? 'http1' : 'unknown';
}

function refuse(socket: Socket, language: Language, notes: RareNotes, dashboard: string): void {
  const port = socket.localPort ?? 0;
  const say = (message: string): void => notes.say(language, () => message);
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
    const text = `This is the gRPC port for Durable Task SDKs. The dashboard and the HTTP API are at ${dashboard}.\n`;
    say(`A client speaks HTTP/1 to the gRPC port ${port}: the dashboard and the HTTP API are at ${dashboard}.`);
    socket.end(
      `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
    );
    return;
  }
  say(`A client speaks something that is not gRPC to the gRPC port ${port}; its connection is closed.`);
  socket.destroy();
}
