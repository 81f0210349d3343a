/**
 * The connection to a process with the user's code.
 *
 *   P2. Nothing is accepted from a connection before it has said the token.
 *   P3. Nothing is believed because it came over the connection: what has not the form of a message is handed on as that.
 */
import type { Socket } from 'node:net';
import { childMessageProblem } from '../wire/child-messages';
import { FrameReader, FrameWriter } from '../wire/frames';
import type { ChildMessage, ParentMessage } from '../wire/messages';
import type { LocalSocket } from './local-socket';

export interface ConnectionOwner {
  /** The first thing that a process says with the right token; nothing else comes before. */
  onHello(hello: Extract<ChildMessage, { type: 'hello' }>): void;
  onMessage(message: ChildMessage, bytes: Buffer | null): void;
  /** `message` is none. */
  onNoMessage(message: unknown, problem: string): void;
  /** The bytes are no frames. */
  onNoFrames(reason: string): void;
  onTooLarge(message: ParentMessage, why: string): void;
  onDisconnect(): void;
}

export class ChildConnection {
  #connection: Socket | null = null;
  #writer: FrameWriter<ParentMessage> | null = null;
  readonly #socket: LocalSocket;
  readonly #owner: ConnectionOwner;

  constructor(socket: LocalSocket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.onConnection((connection) => this.#accept(connection));
  }

  get isConnected(): boolean {
    return this.#connection !== null;
  }

  /** Without effect where nobody is connected. */
  say(message: ParentMessage, bytes?: Uint8Array, chars?: number): void {
    this.#writer?.send(message, bytes, chars);
  }

  /** Whether the connection keeps the event loop of this process alive. */
  hold(keep: boolean): void {
    this.#connection?.[keep ? 'ref' : 'unref']();
  }

  /** Whoever is connected is no more; others are still heard. */
  disconnect(): void {
    this.#connection?.destroy();
  }

  close(): void {
    this.#socket.close();
    this.disconnect();
  }

  // P2
  #accept(connection: Socket): void {
    let isTrusted = false;
    const reader = new FrameReader<ChildMessage>(
      (message, bytes) => {
        const problem = childMessageProblem(message as unknown as Record<string, unknown>);
        if (isTrusted) {
          if (problem === null) this.#owner.onMessage(message, bytes);
          else this.#owner.onNoMessage(message, problem);
        } else if (
          problem === null &&
          message.type === 'hello' &&
          this.#connection === null &&
          this.#socket.isToken(message.token)
        ) {
          isTrusted = true;
          this.#connection = connection;
          this.#writer = new FrameWriter(connection, (tooLarge, why) => this.#owner.onTooLarge(tooLarge, why));
          this.#socket.close();
          this.#owner.onHello(message);
        } else {
          connection.destroy();
        }
      },
      (reason) => {
        if (isTrusted) this.#owner.onNoFrames(reason);
        else connection.destroy();
      },
    );
    connection.setNoDelay(true);
    connection.on('data', (chunk) => reader.push(chunk));
    connection.on('error', () => undefined);
    connection.on('close', () => {
      if (isTrusted) this.#owner.onDisconnect();
    });
  }
}
