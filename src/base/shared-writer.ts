/** One writer for many messages, one after the other: what a small message costs is above all the buffer that a new writer allocates. */
import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** Bytes above which a message has a writer of its own the next time, so that one large message does not hold its memory for ever. */
const mostKept = 256 * 1024;

let writer = new BinaryWriter();

/** What `write` writes; it must not encode another message by this function meanwhile. */
export function encoded(write: (writer: BinaryWriter) => unknown): Uint8Array {
  try {
    write(writer);
    const bytes = writer.finish();
    if (bytes.length > mostKept) writer = new BinaryWriter();
    return bytes;
  } catch (error) {
    // Half a message is in it.
    writer = new BinaryWriter();
    throw error;
  }
}
