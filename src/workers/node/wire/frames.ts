/**
 * The wire between the parent and the process that runs user code: frames over a local stream socket, the same both ways.
 *
 *   frame = u32 LE length of the JSON | u32 LE length of the binary section | JSON | binary section
 *
 *   W1. The JSON of a frame is an array of messages: all that was said in one turn of the event loop, in order.
 *   W2. A message with bytes (a body) carries their number as `bytes`; the sections follow each other in message order.
 *   W3. A frame that announces more than `maxFrameBytes` is not ours: the connection is destroyed.
 *
 * Own code and not an RPC library because thousands of orchestrations a second live on this path: a turn costs one
 * JSON.stringify, one write and one JSON.parse, however many messages it holds.
 */
import type { Socket } from 'node:net';

export interface Framed {
  /** W2; absent: no bytes. */
  bytes?: number;
}

const headerBytes = 8;
const maxFrameBytes = 0x7fff_ffff;

/** Collects what is said in one turn and writes it as one frame when the turn is over. */
export class FrameWriter<M extends Framed> {
  private messages: M[] = [];
  private binary: Uint8Array[] = [];
  private binaryBytes = 0;
  private scheduled = false;

  constructor(private readonly socket: Socket) {}

  send(message: M, bytes?: Uint8Array): void {
    if (bytes !== undefined) {
      message.bytes = bytes.byteLength;
      this.binary.push(bytes);
      this.binaryBytes += bytes.byteLength;
    }
    this.messages.push(message);
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(this.flush);
    }
  }

  /** Writes now what has been said so far, for a process that is about to end. */
  readonly flush = (): void => {
    this.scheduled = false;
    if (this.messages.length === 0) return;
    const json = JSON.stringify(this.messages);
    const { binary, binaryBytes } = this;
    this.messages = [];
    this.binary = [];
    this.binaryBytes = 0;
    if (this.socket.destroyed || this.socket.writableEnded) return;
    const jsonBytes = Buffer.byteLength(json, 'utf8');
    const frame = Buffer.allocUnsafe(headerBytes + jsonBytes + binaryBytes);
    frame.writeUInt32LE(jsonBytes, 0);
    frame.writeUInt32LE(binaryBytes, 4);
    frame.write(json, headerBytes, 'utf8');
    let at = headerBytes + jsonBytes;
    for (const part of binary) {
      frame.set(part, at);
      at += part.byteLength;
    }
    this.socket.write(frame);
  };
}

/** Cuts the stream into frames and hands on their messages, one by one, in order. `bytes` is null for a message without any. */
export class FrameReader<M extends Framed> {
  private chunks: Buffer[] = [];
  private buffered = 0;
  private needed = headerBytes;

  constructor(
    private readonly onMessage: (message: M, bytes: Buffer | null) => void,
    private readonly onBroken: (reason: string) => void,
  ) {}

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    if (this.buffered < this.needed) return;
    let data = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks, this.buffered);
    this.chunks = [];
    this.needed = headerBytes;
    while (data.length >= headerBytes) {
      const jsonBytes = data.readUInt32LE(0);
      const total = headerBytes + jsonBytes + data.readUInt32LE(4);
      if (total > maxFrameBytes) {
        this.buffered = 0;
        this.onBroken(`a frame of ${total} bytes was announced`);
        return;
      }
      if (data.length < total) {
        this.needed = total;
        break;
      }
      this.deliver(data, headerBytes, headerBytes + jsonBytes);
      data = data.subarray(total);
    }
    if (data.length > 0) this.chunks.push(data);
    this.buffered = data.length;
  }

  private deliver(data: Buffer, start: number, end: number): void {
    let messages: M[];
    try {
      messages = JSON.parse(data.toString('utf8', start, end)) as M[];
    } catch (error) {
      this.onBroken(`a frame does not hold JSON: ${(error as Error).message}`);
      return;
    }
    let at = end;
    for (const message of messages) {
      if (message.bytes === undefined) {
        this.onMessage(message, null);
      } else {
        this.onMessage(message, data.subarray(at, at + message.bytes));
        at += message.bytes;
      }
    }
  }
}
