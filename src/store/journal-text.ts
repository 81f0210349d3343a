/** Texts that stay in the journal they were read from, until somebody asks for them: a place there instead of what stands at it. */
import { closeSync, readSync } from 'node:fs';
import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';

/** What is read ahead where texts are asked for one after the other. */
const windowSize = 64 * 1024;

/** A journal that was read, and is read again in places. */
export class JournalFile {
  /** What was read last, in memory that is used again: a fresh page costs more than what is read into it. */
  #window: Buffer = Buffer.alloc(0);
  #memory: Buffer = Buffer.alloc(0);
  #start = 0;

  /** `lost`: what stands in the file cannot be read any more. */
  constructor(
    readonly fd: number,
    private readonly name: string,
    private readonly lost: (error: DurascopeError) => void,
  ) {}

  /** Valid until the next call. Errors: StoreCorrupt, where the file ends before or cannot be read. */
  read(at: number, length: number): Buffer {
    const from = at - this.#start;
    if (from >= 0 && from + length <= this.#window.length) return this.#window.subarray(from, from + length);
    const isNext = from >= 0 && from <= this.#window.length + windowSize;
    this.forgetWindow();
    const bytes = this.#bytesAt(at, isNext ? Math.max(length, windowSize) : length);
    if (bytes.length < length) throw this.#lost(at, 'it was cut short while it was in use');
    this.#window = bytes;
    this.#start = at;
    return bytes.subarray(0, length);
  }

  /** What is read next is what stands in the file then. */
  forgetWindow(): void {
    this.#window = this.#window.subarray(0, 0);
  }

  #bytesAt(at: number, wanted: number): Buffer {
    const bytes = this.#room(wanted);
    let filled = 0;
    while (filled < wanted) {
      const read = this.#readInto(bytes, filled, wanted, at + filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  }

  /** More than a window is not kept. */
  #room(bytes: number): Buffer {
    if (bytes > windowSize) return Buffer.allocUnsafeSlow(bytes);
    if (this.#memory.length === 0) this.#memory = Buffer.allocUnsafeSlow(windowSize);
    return this.#memory;
  }

  #readInto(bytes: Buffer, from: number, to: number, at: number): number {
    try {
      return readSync(this.fd, bytes, from, to - from, at);
    } catch (error) {
      throw this.#lost(at, messageOf(error), error);
    }
  }

  #lost(at: number, reason: string, cause?: unknown): DurascopeError {
    const message = `What stands in ${this.name} at byte ${at} cannot be read any more: ${reason}.`;
    const error = new DurascopeError('StoreCorrupt', message, { cause, details: { file: this.name } });
    this.lost(error);
    return error;
  }

  close(): void {
    closeSync(this.fd);
  }
}

export class JournalText {
  constructor(
    private readonly file: JournalFile,
    /** Byte of the file. */
    private readonly at: number,
    /** Bytes. */
    readonly length: number,
  ) {}

  read(): string {
    return this.file.read(this.at, this.length).toString('utf8');
  }
}

/** Events of a history, in a chain of such: one thing for the place and the link, because there are hundreds of thousands of them. */
export class JournalPiece extends JournalText {
  next: HistoryPiece | null = null;

  constructor(
    file: JournalFile,
    at: number,
    length: number,
    /** Events. */
    readonly count: number,
  ) {
    super(file, at, length);
  }

  get events(): JournalText {
    return this;
  }
}

export interface HistoryPiece {
  readonly count: number;
  /** Encoded. */
  readonly events: KeptText;
  next: HistoryPiece | null;
}

export type KeptText = string | JournalText;

/** Characters' worth of memory of a place in a journal, with what notes it. */
const placeWeight = 32;

export function textOf(text: KeptText): string {
  return typeof text === 'string' ? text : text.read();
}

/** Characters in memory, about. */
export function weightOf(text: KeptText): number {
  return typeof text === 'string' ? text.length : placeWeight;
}
