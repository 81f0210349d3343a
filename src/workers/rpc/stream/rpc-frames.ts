/**
 * Messages of gRPC in the bytes of a stream, both ways: one byte that says whether it is compressed, four for its length, big-endian, and
 * the message. Nothing is compressed here, and nothing that is will be read.
 */
const prefixBytes = 5;
/** A message of this size and above is not copied to stand beside others. */
const largeBytes = 64 * 1024;
const nothing = Buffer.alloc(0);

/** As few buffers as can be had without copying what is large. */
export function framesOf(messages: readonly Uint8Array[]): Buffer[] {
  const buffers: Buffer[] = [];
  let from = 0;
  while (from < messages.length) {
    let to = from;
    let size = 0;
    for (let message = messages[to]; message !== undefined && message.length < largeBytes; message = messages[++to]) {
      size += prefixBytes + message.length;
    }
    const large = messages[to];
    const joined = Buffer.allocUnsafe(size + (large === undefined ? 0 : prefixBytes));
    let at = 0;
    for (let i = from; i < to; i++) {
      const message = messages[i] as Uint8Array;
      at = writePrefix(joined, at, message.length);
      joined.set(message, at);
      at += message.length;
    }
    if (large !== undefined) writePrefix(joined, at, large.length);
    buffers.push(joined);
    if (large !== undefined) buffers.push(Buffer.from(large.buffer, large.byteOffset, large.byteLength));
    from = to + 1;
  }
  return buffers;
}

function writePrefix(into: Buffer, at: number, length: number): number {
  into[at] = 0;
  return into.writeUInt32BE(length, at + 1);
}

export type FrameProblem = 'compressed' | 'tooLong';

/** Cuts a stream of bytes into messages. */
export class FrameReader {
  /** What came of a message that is not whole yet, in order, and how much that is. */
  private parts: Buffer[] = [];
  private size = 0;
  /** Bytes of it with its prefix; null: the prefix is not whole yet. */
  private wanted: number | null = null;

  /** `maxBytes`: of one message. */
  constructor(private readonly maxBytes: number) {}

  /** Calls back with each message that is whole now. Null: all went well, else nothing more can be read. */
  read(chunk: Buffer, onMessage: (message: Buffer) => void): FrameProblem | null {
    this.parts.push(chunk);
    this.size += chunk.length;
    while (this.size >= (this.wanted ?? prefixBytes)) {
      const bytes = this.joined();
      if (this.wanted === null) {
        if (bytes[0] !== 0) return 'compressed';
        const length = bytes.readUInt32BE(1);
        if (length > this.maxBytes) return 'tooLong';
        this.wanted = prefixBytes + length;
      } else {
        const end = this.wanted;
        this.wanted = null;
        this.size -= end;
        this.parts = this.size === 0 ? [] : [bytes.subarray(end)];
        onMessage(bytes.subarray(prefixBytes, end));
      }
    }
    return null;
  }

  /** What there is, in one buffer: once for the prefix of a message and once for all of it. */
  private joined(): Buffer {
    const [first = nothing] = this.parts;
    if (this.parts.length <= 1) return first;
    const bytes = Buffer.concat(this.parts, this.size);
    this.parts = [bytes];
    return bytes;
  }
}
