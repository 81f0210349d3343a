/**
 * The journal: a header and whole records, appended and never changed.
 *
 *   header  "DURAJRNL", format version (u32), generation (u32), CRC-32 of these 16 bytes (u32)
 *   record  length (u32), its complement (u32), CRC-32 of the payload (u32), payload (UTF-8)
 *
 *   J1. The complement tells a record that was cut short (its length is sound, the file ends too early: it was never acknowledged)
 *       from one that was damaged later.
 *   J2. A record counts when it is whole and its checksum is right, and all before it were.
 *   J3. After a failed write the file is cut back to the last whole record, at the latest before the next write.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

export const journalVersion = 1;
const magic = 'DURAJRNL';
const headerSize = 20;
const recordHeaderSize = 12;
const readSize = 4 * 1024 * 1024;
/** Characters that are turned into bytes at a time. */
const atOnce = 1024 * 1024;
const maxRecordBytes = 0xffff_ffff;
/** What one call of the file system takes. */
const maxReadBytes = 0x4000_0000;
const fdatasyncAsync = promisify(fdatasync);

export class JournalWriter {
  readonly #fd: number;
  #size: number;
  #hasTornTail = false;
  /** As far as is known. */
  #isWhole = false;
  #buffer: Buffer = Buffer.allocUnsafe(256 * 1024);

  private constructor(
    private readonly file: string,
    fd: number,
    size: number,
    readonly generation: number,
  ) {
    this.#fd = fd;
    this.#size = size;
  }

  /** A new file with its header, on the disk when this returns. What is there is overwritten. */
  static create(file: string, generation: number): JournalWriter {
    const fd = openSync(file, 'w');
    try {
      const header = headerOf(generation);
      writeFully(fd, header, header.length, 0);
      fdatasyncSync(fd);
    } catch (error) {
      closeSync(fd);
      rmSync(file, { force: true }); // A full disk needs the room.
      throw error;
    }
    return new JournalWriter(file, fd, headerSize, generation);
  }

  /** Goes on after byte `size`; what is behind it is cut off. */
  static reopen(file: string, generation: number, size: number): JournalWriter {
    const fd = openSync(file, 'r+');
    try {
      if (fstatSync(fd).size > size) {
        ftruncateSync(fd, size);
        fdatasyncSync(fd);
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return new JournalWriter(file, fd, size, generation);
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  /**
   * Records, each of its parts one after the other. In the hands of the operating system when this returns, so a kill of this process does
   * not lose them. Throws what `write` throws; then nothing was appended (J3). RangeError for a record above 4 GB.
   */
  append(...records: readonly (readonly string[])[]): void {
    if (this.#hasTornTail) this.#cutTornTail();
    const size = this.#size;
    try {
      for (const parts of records) {
        const [only] = parts;
        if (only !== undefined && parts.length === 1 && only.length <= atOnce) this.#appendText(only);
        else this.#appendParts(parts);
      }
    } catch (error) {
      this.#size = size;
      this.#hasTornTail = true;
      try {
        this.#cutTornTail();
      } catch {
        // Tried again before the next write; a reader stops at the torn record anyway.
      }
      throw error;
    }
  }

  #appendText(text: string): void {
    const buffer = this.#room(recordHeaderSize + text.length * 3);
    const length = buffer.write(text, recordHeaderSize, 'utf8');
    recordHeader(buffer, length, crc32(buffer.subarray(recordHeaderSize, recordHeaderSize + length)));
    const total = recordHeaderSize + length;
    writeFully(this.#fd, buffer, total, this.#size);
    this.#size += total;
  }

  /** Encoded twice, for the checksum and for the file, so that there is never more than a piece of it in bytes. */
  #appendParts(parts: readonly string[]): void {
    const buffer = this.#room(atOnce * 3);
    let length = 0;
    let checksum = 0;
    for (const piece of piecesOf(parts)) {
      const bytes = buffer.write(piece, 0, 'utf8');
      checksum = crc32(buffer.subarray(0, bytes), checksum);
      length += bytes;
    }
    if (length > maxRecordBytes) throw new RangeError(`A record of ${length} bytes is longer than a journal can hold.`);
    const header = Buffer.alloc(recordHeaderSize);
    recordHeader(header, length, checksum);
    writeFully(this.#fd, header, recordHeaderSize, this.#size);
    let at = this.#size + recordHeaderSize;
    for (const piece of piecesOf(parts)) {
      const bytes = buffer.write(piece, 0, 'utf8');
      writeFully(this.#fd, buffer, bytes, at);
      at += bytes;
    }
    this.#size = at;
  }

  #room(bytes: number): Buffer {
    if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(bytes);
    return this.#buffer;
  }

  #cutTornTail(): void {
    ftruncateSync(this.#fd, this.#size);
    this.#hasTornTail = false;
  }

  /** Throws when its file was deleted, moved or replaced: what is written to it then is lost. */
  assertInPlace(): void {
    const mine = fstatSync(this.#fd);
    const there = statSync(this.file, { throwIfNoEntry: false });
    if (there?.ino === mine.ino && there.dev === mine.dev) return;
    throw new Error(`${this.file} was ${there === undefined ? 'deleted or moved' : 'replaced'} while it was in use`);
  }

  /**
   * Throws when its file was cut short: what is written behind the hole cannot be read back. Looks at the file once between two syncs, before the
   * first record: the record would hide it.
   */
  assertWhole(): void {
    if (this.#isWhole) return;
    if (fstatSync(this.#fd).size < this.#size) throw new Error(`${this.file} was cut short while it was in use`);
    this.#isWhole = true;
  }

  sync(): Promise<void> {
    this.#isWhole = false;
    return fdatasyncAsync(this.#fd);
  }

  syncNow(): void {
    fdatasyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function writeFully(fd: number, buffer: Buffer, length: number, position: number): void {
  let written = 0;
  while (written < length) written += writeSync(fd, buffer, written, length - written, position + written);
}

function recordHeader(buffer: Buffer, length: number, checksum: number): void {
  buffer.writeUInt32LE(length, 0);
  buffer.writeUInt32LE(~length >>> 0, 4);
  buffer.writeUInt32LE(checksum, 8);
}

/** Texts of at most `atOnce` characters; pairs of surrogates stay together. */
function* piecesOf(parts: readonly string[]): Generator<string> {
  for (const part of parts) {
    for (let from = 0; from < part.length;) {
      let to = Math.min(from + atOnce, part.length);
      if (to < part.length && (part.charCodeAt(to - 1) & 0xfc00) === 0xd800) to--;
      yield part.slice(from, to);
      from = to;
    }
  }
}

function headerOf(generation: number): Buffer {
  const header = Buffer.alloc(headerSize);
  header.write(magic, 0, 'latin1');
  header.writeUInt32LE(journalVersion, 8);
  header.writeUInt32LE(generation, 12);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return header;
}

type JournalHeader =
  | { type: 'valid'; generation: number }
  | { type: 'newer'; version: number }
  /** Too short: the process died while it made the file, before any record. */
  | { type: 'cut' }
  | { type: 'damaged' };

export interface JournalEnd {
  /** Whole records read. */
  records: number;
  /** Where the last whole record ends. */
  validSize: number;
  size: number;
  /** `whole`: the file ends with a record. `cut`: in the middle of one (J1). `damaged`: what follows is not what was written. */
  end: 'whole' | 'cut' | 'damaged';
}

/** Reads a journal from its start; `onRecord` gets each payload that counts (J2), valid for the call, and the byte where it begins. */
export function readJournal(
  fd: number,
  onRecord: (payload: Buffer, at: number) => void,
): { header: JournalHeader; end: JournalEnd } {
  const size = fstatSync(fd).size;
  const window = new FileWindow(fd, size);
  const header = readHeader(window);
  if (header.type !== 'valid') {
    return { header, end: { records: 0, validSize: 0, size, end: header.type === 'cut' ? 'cut' : 'damaged' } };
  }
  let at = headerSize;
  let records = 0;
  for (;;) {
    const result = (end: JournalEnd['end']): { header: JournalHeader; end: JournalEnd } => ({
      header,
      end: { records, validSize: at, size, end },
    });
    if (at === size) return result('whole');
    const head = window.read(at, recordHeaderSize);
    if (head === undefined) return result('cut');
    const length = head.readUInt32LE(0);
    const checksum = head.readUInt32LE(8);
    if (length === 0 || ~length >>> 0 !== head.readUInt32LE(4)) return result('damaged');
    const payload = window.read(at + recordHeaderSize, length);
    if (payload === undefined) return result('cut');
    if (crc32(payload) !== checksum) return result('damaged');
    onRecord(payload, at + recordHeaderSize);
    records += 1;
    at += recordHeaderSize + length;
  }
}

function readHeader(window: FileWindow): JournalHeader {
  const header = window.read(0, headerSize);
  if (header === undefined) return { type: 'cut' };
  if (header.toString('latin1', 0, 8) !== magic || crc32(header.subarray(0, 16)) !== header.readUInt32LE(16)) {
    return { type: 'damaged' };
  }
  const version = header.readUInt32LE(8);
  return version > journalVersion ? { type: 'newer', version } : { type: 'valid', generation: header.readUInt32LE(12) };
}

/** A file read in big steps from front to back, always into the same memory: a fresh page costs more than what is read into it. */
class FileWindow {
  #buffer: Buffer = Buffer.alloc(0);
  /** What of the buffer is filled: byte of the file and how many from there on. */
  #start = 0;
  #filled = 0;

  constructor(
    readonly fd: number,
    readonly size: number,
  ) {}

  /** Valid until the next call; undefined when the file ends before. */
  read(at: number, length: number): Buffer | undefined {
    if (at + length > this.size) return undefined;
    if (at < this.#start || at + length > this.#start + this.#filled) {
      const wanted = Math.min(Math.max(length, readSize), this.size - at);
      if (wanted > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(wanted);
      this.#start = at;
      this.#filled = 0;
      while (this.#filled < wanted) {
        const most = Math.min(wanted - this.#filled, maxReadBytes);
        const read = readSync(this.fd, this.#buffer, this.#filled, most, at + this.#filled);
        if (read === 0) return undefined;
        this.#filled += read;
      }
    }
    return this.#buffer.subarray(at - this.#start, at - this.#start + length);
  }
}
