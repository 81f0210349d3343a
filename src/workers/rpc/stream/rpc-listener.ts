/**
 * The port at which one worker connects (spec/functionrpc-workers.md 1): loopback, any that is free. Nothing is taken from a stream that has
 * not named the worker first; everything else is sent away.
 */
import { constants, createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../../base/error-message';
import { encoded } from '../../../base/shared-writer';
import { FunctionRpcService, StreamingMessage } from '../../../wire/generated/function-rpc';
import { FrameReader, framesOf } from './rpc-frames';

export type Content = NonNullable<StreamingMessage['content']>;

export interface RpcStream {
  send(content: Content): void;
  /** From now on. */
  onMessage(listener: (content: Content) => void): void;
  /** Ends it: it is not the worker's. */
  refuse(): void;
  /** Once; `reason`: what came is no message. Null: it was closed, because the process ends, or because a message was too long. */
  onEnd(listener: (reason: string | null) => void): void;
}

/** As much as a text of JavaScript holds is far more: what goes over the limit is a mistake of the app, and not for this process to hold. */
export const longestMessage = 128 * 1024 * 1024;

/** Of what is under way, so that a large message does not wait for its parts to be acknowledged. */
const windowBytes = 8 * 1024 * 1024;

/** Of gRPC. */
const status = { ok: 0, unimplemented: 12, unauthenticated: 16 };

/** A stream that says nothing for so long is not one of a worker. */
const silenceMs = 10_000;

export class RpcListener {
  /** `onWorker` is called with each stream that `workerId` opens: the newest counts. */
  static async listen(workerId: string, onWorker: (stream: RpcStream) => void): Promise<RpcListener> {
    const server = createServer({
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
      settings: { initialWindowSize: windowBytes, enablePush: false },
    });
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => {
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
      session.on('error', ignored);
      session.setLocalWindowSize(windowBytes);
    });
    server.on('sessionError', ignored);
    server.on('stream', (stream, headers) => {
      // Its end is said by 'close'.
      stream.on('error', ignored);
      const call = new Call(stream);
      if (headers[':path'] !== FunctionRpcService.eventStream.path) call.end(status.unimplemented, 'There is one stream here.');
      else welcome(call, stream, workerId, onWorker);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        server.off('error', reject);
        server.on('error', ignored);
        resolve();
      });
    });
    return new RpcListener(server, sessions, (server.address() as AddressInfo).port);
  }

  private constructor(
    private readonly server: Http2Server,
    private readonly sessions: ReadonlySet<ServerHttp2Session>,
    readonly port: number,
  ) {}

  /** Ends every stream. May be called twice. */
  close(): void {
    this.server.close();
    for (const session of this.sessions) session.destroy();
  }
}

/** What a connection does wrong ends it, and its streams with it: nothing else depends on it. */
const ignored = (): void => undefined;

/**
 * Our side of a stream. What follows from one message, promises and all, goes out as one piece, and before the event loop turns: what answers a
 * message that is just being read leaves with that reading.
 */
class Call {
  private readonly waiting: Uint8Array[] = [];
  private hasEnded = false;

  constructor(private readonly stream: ServerHttp2Stream) {}

  send(content: Content): void {
    if (this.hasEnded) return;
    if (this.waiting.length === 0) queueMicrotask(() => process.nextTick(() => this.flush()));
    this.waiting.push(encoded((writer) => StreamingMessage.encode({ requestId: '', content }, writer)));
  }

  end(code: number, message = ''): void {
    if (this.hasEnded) return;
    this.flush();
    this.hasEnded = true;
    if (!this.isOpen) return;
    const trailers = { 'grpc-status': String(code), ...(message === '' ? {} : { 'grpc-message': message }) };
    if (!this.stream.headersSent) {
      this.stream.respond({ ...head, ...trailers }, { endStream: true });
      return;
    }
    this.stream.once('wantTrailers', () => this.stream.sendTrailers(trailers));
    this.stream.end();
  }

  private flush(): void {
    const messages = this.waiting.splice(0);
    // A worker that is gone hears nothing.
    if (messages.length === 0 || this.hasEnded || !this.isOpen) return;
    if (!this.stream.headersSent) this.stream.respond(head, { waitForTrailers: true });
    this.stream.cork();
    for (const buffer of framesOf(messages)) this.stream.write(buffer);
    this.stream.uncork();
  }

  private get isOpen(): boolean {
    return !this.stream.destroyed && !this.stream.closed;
  }
}

const head = { ':status': 200, 'content-type': 'application/grpc' };

function welcome(call: Call, bytes: ServerHttp2Stream, workerId: string, onWorker: (stream: RpcStream) => void): void {
  const sendAway = (): void => call.end(status.unauthenticated, 'This is the port of one worker.');
  const timer = setTimeout(sendAway, silenceMs);
  let take: ((content: Content) => void) | null = null;
  let onEnd: (reason: string | null) => void = () => undefined;
  let isOver = false;
  const end = (reason: string | null): void => {
    clearTimeout(timer);
    if (isOver) return;
    isOver = true;
    onEnd(reason);
  };
  const stream: RpcStream = {
    send: (content) => call.send(content),
    refuse: sendAway,
    onMessage: (listener) => (take = listener),
    onEnd: (listener) => (onEnd = listener),
  };
  const unreadable = (reason: string): void => {
    end(reason);
    sendAway();
  };
  const onMessage = (message: Buffer): void => {
    if (isOver) return;
    let content: Content | undefined;
    try {
      ({ content } = StreamingMessage.decode(message));
    } catch (error) {
      unreadable(messageOf(error));
      return;
    }
    // A kind of message that is not known here.
    if (content === undefined) return;
    if (take !== null) {
      take(content);
      return;
    }
    clearTimeout(timer);
    if (content.$case !== 'startStream' || content.value.workerId !== workerId) {
      sendAway();
      return;
    }
    take = () => undefined;
    onWorker(stream);
  };
  const frames = new FrameReader(longestMessage);
  bytes.on('data', (chunk: Buffer) => {
    if (isOver) return;
    const problem = frames.read(chunk, onMessage);
    if (problem === 'compressed') unreadable('it is compressed');
    else if (problem === 'tooLong') {
      end(null);
      bytes.close(constants.NGHTTP2_CANCEL);
    }
  });
  bytes.on('end', () => {
    call.end(status.ok);
    end(null);
  });
  bytes.on('close', () => end(null));
}
