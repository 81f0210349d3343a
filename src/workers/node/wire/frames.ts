/**
 * The wire between the parent and the process that runs user code: frames over a local stream socket, the same both ways.
 *
 *   frame = u32 LE length of the JSON | u32 LE length of the binary section | JSON | binary section
 *
 *   W1. The JSON of a frame is an array of messages: all that was said in one turn of the event loop, in order.
 *   W2. A message with bytes (a body) carries their number as `bytes`; the sections follow each other in message order, and nothing is
 *       left over.
 *   W3. A frame over the limits, or one that is not built so, is not ours: the reader says so once and hears nothing more.
 *   W4. A turn that says much is several frames: no text of everything is ever built. One message over `maxMessageChars` is not sent;
 *       its sender is told.
 *
 * Own code and not an RPC library because thousands of orchestrations a second live on this path: a turn costs one
 * JSON.stringify, one write and one JSON.parse, however many messages it holds. In the child it shares its realm with the app, which may have
 * patched `toJSON` and the methods of arrays: none of them is called here.
 */
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { messageOf } from '../../../base/error-message';
import { plainJson } from './plain-json';

export interface Framed {
  /** W2; absent: no bytes. */
  bytes?: number;
}

const headerBytes = 8;
const maxFrameBytes = 0x7fff_ffff;
/** Of the JSON: what fits into one string of V8, which has at most 2^29 - 24 characters. */
const maxJsonBytes = 0x1fff_ffe8;

/** One message's JSON, in UTF-16 units: what the Functions host takes over its channel to workers. */
export const maxMessageChars = 128 * 1024 * 1024;
/** From this on a turn's messages are written before the turn is over. */
const earlyChars = 4 * 1024 * 1024;

/** Collects what is said in one turn and writes it as one frame when the turn is over. */
export class FrameWriter<M extends Framed> {
  private messages: M[] = [];
  private count = 0;
  private chars = 0;
  private binary: Uint8Array[] = [];
  private binaryCount = 0;
  private binaryBytes = 0;
  private scheduled = false;
  private framesBefore = 0;

  /** `onUnsent` is given each message that is not sent (W4), and why, as the end of a sentence. */
  constructor(
    private readonly socket: Socket,
    private readonly onUnsent: (message: M, why: string) => void = () => undefined,
  ) {}

  /** Bytes that the other side has not taken yet. */
  get waitingBytes(): number {
    return this.socket.writableLength;
  }

  /** Changes when what has been said so far is written: until then a message that was given to `send` may grow. */
  get frameNumber(): number {
    return this.framesBefore;
  }

  /** `chars`: about how long the message's texts are, where they may be long. */
  send(message: M, bytes?: Uint8Array, chars = 0): void {
    if (bytes !== undefined) {
      message.bytes = bytes.byteLength;
      this.binary[this.binaryCount++] = bytes;
      this.binaryBytes += bytes.byteLength;
    }
    this.messages[this.count++] = message;
    this.chars += chars;
    if (this.chars + this.binaryBytes > earlyChars) {
      this.flush();
    } else if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(this.flush);
    }
  }

  /** Writes now what has been said so far, for a process that is about to end. */
  readonly flush = (): void => {
    this.scheduled = false;
    if (this.count === 0) return;
    const { messages, binary, binaryBytes } = this;
    this.framesBefore++;
    this.messages = [];
    this.count = 0;
    this.chars = 0;
    this.binary = [];
    this.binaryCount = 0;
    this.binaryBytes = 0;
    if (this.socket.destroyed || this.socket.writableEnded) return;
    const json = jsonOf(messages);
    const isOne = typeof json === 'string' && json.length <= maxMessageChars && binaryBytes < maxJsonBytes;
    if (isOne) this.write(json, binary, binaryBytes);
    else this.writeApart(messages, binary);
  };

  /** W4: each message is a frame of its own, and those that cannot be one are given back. */
  private writeApart(messages: readonly M[], binary: readonly Uint8Array[]): void {
    let next = 0;
    for (let index = 0; index < messages.length; index++) {
      const message = messages[index] as M;
      const bytes = message.bytes === undefined ? undefined : binary[next++];
      const json = jsonOf([message]);
      const size = bytes?.byteLength ?? 0;
      if (typeof json !== 'string') {
        this.onUnsent(message, json.problem);
      } else if (json.length > maxMessageChars || size > maxFrameBytes - maxJsonBytes) {
        this.onUnsent(message, tooLarge(`${Math.ceil((json.length + size) / 1024 / 1024)} MB`));
      } else {
        this.write(json, bytes === undefined ? [] : [bytes], size);
      }
    }
  }

  private write(json: string, binary: readonly Uint8Array[], binaryBytes: number): void {
    const jsonBytes = Buffer.byteLength(json, 'utf8');
    const frame = Buffer.allocUnsafe(headerBytes + jsonBytes + binaryBytes);
    frame.writeUInt32LE(jsonBytes, 0);
    frame.writeUInt32LE(binaryBytes, 4);
    frame.write(json, headerBytes, 'utf8');
    let at = headerBytes + jsonBytes;
    for (let index = 0; index < binary.length; index++) {
      const part = binary[index] as Uint8Array;
      frame.set(part, at);
      at += part.byteLength;
    }
    this.socket.write(frame);
  }
}

/** The text, or why there is none: it would be longer than a string can be, or the messages are not data. */
function jsonOf(messages: readonly object[]): string | { problem: string } {
  try {
    return plainJson(messages);
  } catch (error) {
    return { problem: error instanceof RangeError ? tooLarge('more than 512 MB') : `it has no JSON form (${messageOf(error)})` };
  }
}

function tooLarge(size: string): string {
  return `it has ${size}, and at most ${maxMessageChars / 1024 / 1024} MB can be sent at once`;
}

/**
 * Cuts the stream into frames and hands on their messages, one by one, in order. `bytes` is null for a message without any. That a message
 * is an object is all that is known of it: who reads from a process that runs user code checks the rest.
 */
export class FrameReader<M extends Framed> {
  private chunks: Buffer[] = [];
  private count = 0;
  private buffered = 0;
  private needed = headerBytes;
  private isBroken = false;

  constructor(
    private readonly onMessage: (message: M, bytes: Buffer | null) => void,
    private readonly onBroken: (reason: string) => void,
  ) {}

  push(chunk: Buffer): void {
    if (this.isBroken) return;
    this.chunks[this.count++] = chunk;
    this.buffered += chunk.length;
    if (this.buffered < this.needed) return;
    let data = this.count === 1 ? chunk : Buffer.concat(this.chunks, this.buffered);
    this.chunks = [];
    this.count = 0;
    this.needed = headerBytes;
    while (data.length >= headerBytes) {
      const jsonBytes = data.readUInt32LE(0);
      const total = headerBytes + jsonBytes + data.readUInt32LE(4);
      if (total > maxFrameBytes || jsonBytes > maxJsonBytes) {
        this.break(`a frame of ${total} bytes was announced`);
        return;
      }
      if (data.length < total) {
        this.needed = total;
        break;
      }
      const problem = this.deliver(data, headerBytes + jsonBytes, total);
      if (problem !== null) {
        this.break(problem);
        return;
      }
      data = data.subarray(total);
    }
    if (data.length > 0) this.chunks[this.count++] = data;
    this.buffered = data.length;
  }

  private break(reason: string): void {
    this.isBroken = true;
    this.chunks = [];
    this.onBroken(reason);
  }

  /** The frame at the start of `data`: its JSON ends at `binary`, all of it at `end`. Returns what is wrong with it, or null. */
  private deliver(data: Buffer, binary: number, end: number): string | null {
    let messages: unknown;
    try {
      messages = JSON.parse(data.toString('utf8', headerBytes, binary));
    } catch (error) {
      return `a frame does not hold JSON: ${(error as Error).message}`;
    }
    if (!Array.isArray(messages)) return 'a frame does not hold a list of messages';
    let at = binary;
    for (let index = 0; index < messages.length; index++) {
      const message = messages[index] as M | null;
      if (typeof message !== 'object' || message === null || Array.isArray(message)) return 'a frame holds what is no message';
      const { bytes } = message;
      if (bytes === undefined) {
        this.onMessage(message, null);
        continue;
      }
      if (!Number.isSafeInteger(bytes) || bytes < 0 || at + bytes > end)
        return 'a message announces more bytes than its frame has';
      this.onMessage(message, data.subarray(at, at + bytes));
      at += bytes;
    }
    return at === end ? null : 'a frame has bytes that belong to no message';
  }
}
