/**
 * Lines of a journal record whose long parts stay where they are: of rows, histories and queued work only what is asked while a journal is read
 * is taken out of them. Opening a large journal is mostly that.
 */
import { workKey } from '../core/instances/instance';
import type { Change } from './change';
import { JournalPiece, JournalText, type JournalFile } from './journal-text';
import { integerAt, stringEnd, valueEnd, type Scanned } from './json-scan';
import { RecentTexts } from './recent-texts';
import { UnreadActivity, UnreadMessage, UnreadRow, type RowHead } from './row-codec';

const tagOf = (line: string): number => line.charCodeAt(0);
const tags = {
  history: tagOf('h'),
  row: tagOf('i'),
  messages: tagOf('m'),
  consumed: tagOf('k'),
  activities: tagOf('a'),
  finishedActivities: tagOf('d'),
};
const quoteMark = 34;
const comma = 44;
const openingBracket = 91;
const nullByte = 110;
const tab = 9;

/** A value that is written in another way than this program does. */
const uncommon = Symbol('uncommon');

/** Where a record lies. */
export interface RecordPlace {
  /** Of its journal. */
  lines: LinesInPlace;
  /** Byte of the journal. */
  at: number;
}

export class LinesInPlace {
  readonly #texts = new RecentTexts();
  readonly #scanned: Scanned = { isPlain: true, hash: 0 };
  #record: Buffer = Buffer.alloc(0);
  /** Byte of the file at which the record begins. */
  #base = 0;
  /** Behind the value that was read last. */
  #at = 0;

  constructor(private readonly file: JournalFile) {}

  /**
   * The line of `record` from byte `start` to `end`, without its line feed; the record begins at byte `base` of the file. Undefined for lines of
   * other kinds, and for those that are written in an uncommon way.
   */
  decode(record: Buffer, base: number, start: number, end: number): Change | undefined {
    this.#record = record;
    this.#base = base;
    this.#at = start + 2;
    switch (record[start]) {
      case tags.history:
        return this.#history(end);
      case tags.row:
        return this.#row(start, end);
      case tags.messages:
        return this.#messages();
      case tags.consumed:
        return this.#consumed();
      case tags.activities:
        return this.#activities();
      case tags.finishedActivities:
        return this.#finishedActivities();
      default:
        return undefined;
    }
  }

  #history(end: number): Change | undefined {
    const instanceId = this.#string();
    const executionId = this.#nextString();
    const replace = this.#nextInteger();
    const from = this.#nextInteger();
    const count = this.#nextInteger();
    if (instanceId === undefined || executionId === undefined || this.#record[this.#at + 1] !== tab) return undefined;
    if (Number.isNaN(replace + from + count)) return undefined;
    return {
      type: 'history',
      instanceId,
      executionId,
      replace: replace === 1,
      from,
      count,
      events: new JournalPiece(this.file, this.#base + this.#at + 2, end - this.#at - 2, count),
    };
  }

  #row(start: number, end: number): Change | undefined {
    const head = this.#rowHead();
    if (head === undefined) return undefined;
    return { type: 'row', row: new UnreadRow(head, this.#kept(start + 1, end)) };
  }

  /** As `rowHead`. */
  #rowHead(): RowHead | undefined {
    const instanceId = this.#string();
    const executionId = this.#nextString();
    this.#skip(2); // name, version
    const runtimeStatus = this.#nextString() as RowHead['runtimeStatus'] | undefined;
    this.#skip(2); // input, output
    const customStatus = this.#nextTextOrNull();
    this.#skip(1); // createdTime
    const lastUpdatedTime = this.#nextTime();
    if (instanceId === undefined || executionId === undefined || runtimeStatus === undefined) return undefined;
    if (customStatus === uncommon || lastUpdatedTime === undefined) return undefined;
    return { instanceId, executionId, runtimeStatus, customStatus, lastUpdatedTime };
  }

  #messages(): Change | undefined {
    const messages: UnreadMessage[] = [];
    do {
      const start = this.#at++;
      if (this.#record[start] !== openingBracket) return undefined;
      const seq = this.#integer();
      const instanceId = this.#nextString();
      const end = valueEnd(this.#record, start);
      if (Number.isNaN(seq) || instanceId === undefined || end < 0) return undefined;
      messages.push(new UnreadMessage(seq, instanceId, this.#kept(start, end)));
      this.#at = end;
    } while (this.#isComma());
    return { type: 'messages', messages };
  }

  #activities(): Change | undefined {
    const activities: UnreadActivity[] = [];
    do {
      const start = this.#at++;
      if (this.#record[start] !== openingBracket) return undefined;
      const instanceId = this.#string();
      const executionId = this.#nextString();
      const taskId = this.#nextInteger();
      const end = valueEnd(this.#record, start);
      if (instanceId === undefined || executionId === undefined || Number.isNaN(taskId) || end < 0) return undefined;
      activities.push(new UnreadActivity(instanceId, workKey(executionId, taskId), this.#kept(start, end)));
      this.#at = end;
    } while (this.#isComma());
    return { type: 'activities', activities };
  }

  #consumed(): Change | undefined {
    const seqs: number[] = [];
    do {
      const seq = this.#integer();
      if (Number.isNaN(seq)) return undefined;
      seqs.push(seq);
    } while (this.#isComma());
    return { type: 'consumed', seqs };
  }

  #finishedActivities(): Change | undefined {
    const keys: string[] = [];
    do {
      const key = this.#string();
      if (key === undefined) return undefined;
      keys.push(key);
    } while (this.#isComma());
    return { type: 'finishedActivities', keys };
  }

  /** Goes behind the comma that stands there. */
  #isComma(): boolean {
    if (this.#record[this.#at] !== comma) return false;
    this.#at++;
    return true;
  }

  // Each of these begins at `#at` and leaves it behind the value, the next ones begin behind the comma there. From the first value on that is
  // uncommon all are undefined or NaN, because no value ends there.

  #string(): string | undefined {
    const start = this.#at;
    if (start < 0) return undefined;
    this.#at = stringEnd(this.#record, start, this.#scanned);
    return this.#at < 0 ? undefined : this.#texts.of(this.#record, start, this.#at, this.#scanned);
  }

  #nextString(): string | undefined {
    this.#toNext();
    return this.#string();
  }

  #nextTextOrNull(): string | null | typeof uncommon {
    this.#toNext();
    if (this.#at < 0 || this.#record[this.#at] !== nullByte) return this.#string() ?? uncommon;
    this.#at = valueEnd(this.#record, this.#at);
    return null;
  }

  #nextTime(): number | string | undefined {
    this.#toNext();
    if (this.#at >= 0 && this.#record[this.#at] === quoteMark) return this.#string();
    const ms = this.#integer();
    return Number.isNaN(ms) ? undefined : ms;
  }

  #integer(): number {
    const start = this.#at;
    if (start < 0) return Number.NaN;
    this.#at = valueEnd(this.#record, start);
    const value = this.#at < 0 ? Number.NaN : integerAt(this.#record, start, this.#at);
    if (Number.isNaN(value)) this.#at = -1;
    return value;
  }

  #nextInteger(): number {
    this.#toNext();
    return this.#integer();
  }

  #skip(values: number): void {
    for (let i = 0; i < values; i++) {
      this.#toNext();
      if (this.#at >= 0) this.#at = valueEnd(this.#record, this.#at);
    }
  }

  #toNext(): void {
    if (this.#at >= 0) this.#at = this.#record[this.#at] === comma ? this.#at + 1 : -1;
  }

  #kept(start: number, end: number): JournalText {
    return new JournalText(this.file, this.#base + start, end - start);
  }
}
