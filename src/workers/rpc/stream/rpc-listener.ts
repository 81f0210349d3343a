/**
 * The port at which one worker connects (spec/functionrpc-workers.md 1): loopback, any that is free. Nothing is taken from a stream that has
 * not named the worker first; everything else is sent away.
 */
import { type handleBidiStreamingCall, type ServerDuplexStream, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { messageOf } from '../../../base/error-message';
import { FunctionRpcService, StreamingMessage } from '../generated/function-rpc';

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

interface Received extends StreamingMessage {
  unreadable?: string;
}

type Call = ServerDuplexStream<Received, StreamingMessage>;

/** Bytes that are no message are handed on as such: by itself the server would end the stream without a word to us. */
const service = {
  eventStream: {
    ...FunctionRpcService.eventStream,
    requestDeserialize: (bytes: Buffer): Received => {
      try {
        return StreamingMessage.decode(bytes);
      } catch (error) {
        return { requestId: '', content: undefined, unreadable: messageOf(error) };
      }
    },
  },
};

/** As much as a text of JavaScript holds is far more: what goes over the limit is a mistake of the app, and not for this process to hold. */
export const longestMessage = 128 * 1024 * 1024;

const options = {
  'grpc.max_receive_message_length': longestMessage,
  'grpc.max_send_message_length': -1,
  'grpc-node.flow_control_window': 8 * 1024 * 1024,
  'grpc.enable_channelz': 0,
};

/** A stream that says nothing for so long is not one of a worker. */
const silenceMs = 10_000;

export class RpcListener {
  /** `onWorker` is called with each stream that `workerId` opens: the newest counts. */
  static async listen(workerId: string, onWorker: (stream: RpcStream) => void): Promise<RpcListener> {
    const server = new Server(options);
    const eventStream: handleBidiStreamingCall<Received, StreamingMessage> = (call) => welcome(call, workerId, onWorker);
    server.addService(service, { eventStream });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return new RpcListener(server, port);
  }

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Ends every stream. May be called twice. */
  close(): void {
    this.server.forceShutdown();
  }
}

function welcome(call: Call, workerId: string, onWorker: (stream: RpcStream) => void): void {
  const sendAway = (): void => {
    call.emit('error', { code: status.UNAUTHENTICATED, details: 'This is the port of one worker.' });
  };
  const timer = setTimeout(sendAway, silenceMs);
  let take: ((content: Content) => void) | null = null;
  let end: (reason: string | null) => void = () => undefined;
  const stream: RpcStream = {
    send: (content) => {
      // A worker that is gone hears nothing.
      if (!call.destroyed && !call.cancelled) call.write({ requestId: '', content });
    },
    refuse: sendAway,
    onMessage: (listener) => (take = listener),
    onEnd: (listener) => (end = listener),
  };
  call.on('data', ({ content, unreadable }: Received) => {
    if (unreadable !== undefined) {
      clearTimeout(timer);
      end(unreadable);
      sendAway();
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
  });
  call.on('error', (error) => {
    clearTimeout(timer);
    end(error.message);
  });
  call.on('end', () => {
    clearTimeout(timer);
    call.end();
    end(null);
  });
  call.on('cancelled', () => {
    clearTimeout(timer);
    end(null);
  });
}
