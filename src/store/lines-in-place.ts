/**
 * Lines of a journal record whose long parts stay where they are: of rows and histories only what is asked while a journal is read is taken out
 * of them. Opening a large journal is mostly that.
 */
import type { Change } from './change';
import { JournalText, type JournalFile } from './journal-text';
import { plainEnd, stringEnd } from './json-scan';
import { UnreadRow, type RowHead } from './row-codec';

/** Where a record lies. */
export interface RecordPlace {
  file: JournalFile;
  /** Its first byte. */
  at: number;
}

type LineInPlace = Extract<Change, { type: 'history' | 'row' }>;

const tagOfHistory = 104;
const tagOfRow = 105;

export class LinesInPlace {
  /** Lines of one instance stand together, and share its ids. */
  #instanceId = '';
  #executionId = '';
  /** Behind the value that was read last. */
  #at = 0;

  /** `text` is ASCII and stands in `record` from byte `from` on. */
  constructor(
    private readonly record: Buffer,
    private readonly from: number,
    private readonly text: string,
    private readonly place: RecordPlace,
  ) {}

  /** Undefined for lines of other kinds, and for those that are written in an uncommon way. */
  decode(start: number, end: number): LineInPlace | undefined {
    const tag = this.text.charCodeAt(start);
    if (tag === tagOfHistory) return this.#history(start, end);
    return tag === tagOfRow ? this.#row(start, end) : undefined;
  }

  #history(start: number, end: number): LineInPlace | undefined {
    this.#at = start + 2;
    if (!this.#ids()) return undefined;
    const { text } = this;
    const tab = text.indexOf('\t', this.#at);
    const [replace, from, count] = text.slice(this.#at + 1, tab - 1).split(',', 3);
    return {
      type: 'history',
      instanceId: this.#instanceId,
      executionId: this.#executionId,
      replace: replace === '1',
      from: Number(from),
      count: Number(count),
      events: this.#kept(tab + 1, end),
    };
  }

  #row(start: number, end: number): LineInPlace | undefined {
    this.#at = start + 2;
    const head = this.#head();
    if (head === undefined) return undefined;
    const text = this.#kept(start + 1, end);
    return { type: 'row', row: new UnreadRow(head, text), text };
  }

  /** As `rowHead`. */
  #head(): RowHead | undefined {
    if (!this.#ids()) return undefined;
    this.#skip(2); // name, version
    const runtimeStatus = this.#value() as RowHead['runtimeStatus'] | undefined;
    this.#skip(2); // input, output
    const customStatus = this.#value() as string | null | undefined;
    this.#skip(1); // createdTime
    const lastUpdatedTime = this.#value() as string | number | undefined;
    if (runtimeStatus === undefined || customStatus === undefined || lastUpdatedTime === undefined) return undefined;
    return { instanceId: this.#instanceId, executionId: this.#executionId, runtimeStatus, customStatus, lastUpdatedTime };
  }

  /** The two that stand at the beginning; false when they are not plain. */
  #ids(): boolean {
    const { text } = this;
    const end = stringEnd(text, this.#at);
    const secondEnd = stringEnd(text, end + 1);
    if (end < 0 || secondEnd < 0) return false;
    if (text.slice(this.#at, secondEnd).includes('\\')) return false;
    this.#instanceId = this.#shared(this.#instanceId, this.#at + 1, end - 1);
    this.#executionId = this.#shared(this.#executionId, end + 2, secondEnd - 1);
    this.#at = secondEnd;
    return true;
  }

  /** `known` where that is what stands there, else a text of its own: a part of a text keeps all of it. */
  #shared(known: string, start: number, end: number): string {
    if (end - start === known.length && this.text.startsWith(known, start)) return known;
    return this.record.toString('latin1', this.from + start, this.from + end);
  }

  #skip(fields: number): void {
    for (let i = 0; i < fields && this.#at >= 0; i++) this.#at = plainEnd(this.text, this.#at + 1);
  }

  /** Undefined from the first value on that is not plain. */
  #value(): unknown {
    if (this.#at < 0) return undefined;
    const start = this.#at + 1;
    this.#at = plainEnd(this.text, start);
    if (this.#at < 0) return undefined;
    return this.text.startsWith('null', start) ? null : JSON.parse(this.text.slice(start, this.#at));
  }

  #kept(start: number, end: number): JournalText {
    return new JournalText(this.place.file, this.place.at + this.from + start, end - start);
  }
}
