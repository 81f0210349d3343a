/**
 * The files of a store and how they become one state again.
 *
 *   snapshot-<n>.db   the state where journal n begins
 *   journal-<n>.log   what came after
 *
 *   S1. Journals form a chain: journal n+1 is begun only when journal n is on the disk to its end.
 *   S2. The state is the newest snapshot and all journals from its number on; without a snapshot the chain begins at 1.
 *   S3. Files are removed only when a newer snapshot is on the disk that holds what they hold.
 *   S4. What cannot be read is set aside under `*.damaged-<time>`, never deleted.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { DurascopeError } from '../core/values/errors';
import { JournalWriter, journalVersion, readJournal, type JournalEnd } from './journal';
import { JournalFile } from './journal-text';
import { LinesInPlace, type RecordPlace } from './lines-in-place';
import { readSnapshot, syncFolder, writeSnapshot } from './snapshot';

interface Files {
  snapshots: number[];
  journals: number[];
}

interface LoadedJournals {
  writer: JournalWriter;
  warnings: string[];
}

/** Gets the payload of a record, valid for the call, and where it lies, if texts may stay there. */
type OnRecord = (payload: Buffer, place: RecordPlace | undefined) => void;

export class StoreFolder {
  /** Journals in which texts were left. */
  readonly #left: JournalFile[] = [];

  /** `readWholeBytes`: of a longer journal texts may stay there. `lost`: they cannot be read any more. */
  constructor(
    readonly dir: string,
    readonly readWholeBytes: number,
    private readonly lost: (error: DurascopeError) => void,
  ) {}

  /** Makes the folder and its `.gitignore`. Throws what the file system says. */
  prepare(): void {
    mkdirSync(this.dir, { recursive: true });
    const ignore = path.join(this.dir, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  }

  /** The newest snapshot, whose number is where the journals to read begin. Errors: StoreCorrupt. */
  async loadSnapshot(): Promise<{ generation: number; database: Uint8Array | undefined }> {
    for (const name of readdirSync(this.dir)) {
      if (/^snapshot-\d+\.db\.tmp$/.test(name)) rmSync(path.join(this.dir, name), { force: true });
    }
    const { snapshots, journals } = this.#files();
    const generation = snapshots.at(-1);
    if (generation === undefined) {
      const first = journals[0];
      if (first !== undefined && first > 1) {
        throw new DurascopeError(
          'StoreCorrupt',
          `${this.dir} has ${journalName(first)} but no ${snapshotName(first)} to start from. ` +
            'Put the missing file back, or move the folder away to start empty.',
        );
      }
      return { generation: 1, database: undefined };
    }
    const file = this.#path(snapshotName(generation));
    const database = await readSnapshot(file, generation);
    if (database === undefined) {
      throw new DurascopeError(
        'StoreCorrupt',
        `${file} is damaged (its checksum is wrong), and the journals after it make no sense without it. ` +
          'Put back a copy of the file, or move the folder away to start empty.',
        { details: { file } },
      );
    }
    return { generation, database };
  }

  /** Reads the chain from journal `generation` on and opens the last one for writing. Errors: StoreTooNew, StoreCorrupt. */
  loadJournals(generation: number, onRecord: OnRecord): LoadedJournals {
    const warnings: string[] = [];
    this.#removeOlderThan(generation);
    const chain = this.#files().journals;
    if (chain.length === 0) return { writer: this.createJournal(generation), warnings };
    for (let n = generation; ; n++) {
      const file = this.#path(journalName(n));
      if (!existsSync(file)) {
        // A hole in the chain: nothing after it can be applied.
        warnings.push(...this.#setAsideFrom(n + 1));
        return { writer: this.createJournal(n), warnings };
      }
      const end = this.#readOne(file, n, onRecord);
      const isLast = !existsSync(this.#path(journalName(n + 1)));
      if (end.end === 'whole' && !isLast) continue;
      if (end.end !== 'whole') {
        warnings.push(this.#describeEnd(file, end));
        warnings.push(...this.#setAsideFrom(n + 1));
      }
      const writer = end.validSize === 0 ? this.createJournal(n) : JournalWriter.reopen(file, n, end.validSize);
      return { writer, warnings };
    }
  }

  createJournal(generation: number): JournalWriter {
    return JournalWriter.create(this.#path(journalName(generation)), generation);
  }

  /** Then everything older goes (S3). */
  async writeSnapshot(generation: number, database: Uint8Array): Promise<void> {
    await writeSnapshot(this.#path(snapshotName(generation)), generation, database);
    this.#removeOlderThan(generation);
  }

  sync(): Promise<void> {
    return syncFolder(this.dir);
  }

  bytesOnDisk(): number {
    const { snapshots, journals } = this.#files();
    return [...snapshots.map(snapshotName), ...journals.map(journalName)]
      .map((name) => statSync(this.#path(name), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
  }

  /** What is gone of texts that were left in journals is noticed by who asks for them next, also right after the opening. */
  forgetWindows(): void {
    for (const file of this.#left) file.forgetWindow();
  }

  /** Nobody reads texts that were left in journals any more. */
  closeJournals(): void {
    for (const file of this.#left.splice(0)) file.close();
  }

  #readOne(file: string, generation: number, onRecord: OnRecord): JournalEnd {
    const source = new JournalFile(openSync(file, 'r'), file, this.lost);
    this.#left.push(source);
    const { fd } = source;
    const lines = fstatSync(fd).size > this.readWholeBytes ? new LinesInPlace(source) : undefined;
    const { header, end } = readJournal(fd, (payload, at) => onRecord(payload, lines && { lines, at }));
    if (lines === undefined) this.#left.pop()?.close();
    if (header.type === 'newer') {
      throw new DurascopeError(
        'StoreTooNew',
        `${file} was written by a newer Durascope (journal version ${header.version}, this one knows ${journalVersion}). ` +
          'Update Durascope, or use another data folder.',
        { details: { file, found: header.version, known: journalVersion } },
      );
    }
    if (header.type === 'valid' && header.generation !== generation) {
      throw new DurascopeError(
        'StoreCorrupt',
        `${file} calls itself journal ${header.generation}: it was renamed or copied. Undo that.`,
      );
    }
    return end;
  }

  #describeEnd(file: string, end: JournalEnd): string {
    const lost = end.size - end.validSize;
    const kept = `the ${end.records} records before it were kept`;
    if (end.end === 'cut') {
      return `${file} ends in the middle of a record at byte ${end.validSize}: ${lost} bytes were cut off, ${kept}.`;
    }
    const aside = this.#copyAside(file, end.validSize);
    return `${file} is damaged at byte ${end.validSize}: ${kept}, the remaining ${lost} bytes were moved to ${path.basename(aside)}.`;
  }

  #copyAside(file: string, from: number): string {
    const aside = this.#asideName(file);
    const source = openSync(file, 'r');
    try {
      const target = openSync(aside, 'wx');
      try {
        const piece = Buffer.allocUnsafe(1024 * 1024);
        for (let at = from; ;) {
          const read = readSync(source, piece, 0, piece.length, at);
          if (read === 0) break;
          for (let written = 0; written < read;) written += writeSync(target, piece, written, read - written);
          at += read;
        }
      } finally {
        closeSync(target);
      }
    } finally {
      closeSync(source);
    }
    return aside;
  }

  #setAsideFrom(generation: number): string[] {
    return this.#files()
      .journals.filter((n) => n >= generation)
      .map((n) => {
        const file = this.#path(journalName(n));
        const aside = this.#asideName(file);
        renameSync(file, aside);
        return `${file} follows on what could not be read: it was moved to ${path.basename(aside)} and not used.`;
      });
  }

  #asideName(file: string): string {
    const stem = `${file.slice(0, -'.log'.length)}.damaged-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`;
    for (let i = 0; ; i++) {
      const name = i === 0 ? stem : `${stem}-${i}`;
      if (!existsSync(name)) return name;
    }
  }

  #removeOlderThan(generation: number): void {
    const { snapshots, journals } = this.#files();
    for (const n of journals) if (n < generation) rmSync(this.#path(journalName(n)), { force: true });
    for (const n of snapshots) if (n < generation) rmSync(this.#path(snapshotName(n)), { force: true });
  }

  #files(): Files {
    const names = readdirSync(this.dir);
    const numbers = (pattern: RegExp): number[] =>
      names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b); // prettier-ignore
    return { snapshots: numbers(/^snapshot-(\d+)\.db$/), journals: numbers(/^journal-(\d+)\.log$/) };
  }

  #path(name: string): string {
    return path.join(this.dir, name);
  }
}

function snapshotName(generation: number): string {
  return `snapshot-${generation}.db`;
}

function journalName(generation: number): string {
  return `journal-${generation}.log`;
}
