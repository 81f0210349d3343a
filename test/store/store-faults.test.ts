import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mock } from 'node:test';
import { crc32 } from 'node:zlib';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import { activityOf, dumpOf, messageOf, stepOf, StoreBench, timerOf } from './store-builders';

const headerSize = 20;

const steps: readonly Checkpoint[] = [
  { ...stepOf('a', 0, 1), messages: [messageOf(1, 'a')], timers: [timerOf('a', 3)] },
  { ...stepOf('b', 0, 1, { customStatus: '"é"' }), activities: [activityOf('b', 1)] },
  { ...stepOf('a', 1, 1), consumedMessages: [1], finishedTimers: ['x-a:3'] },
];
const ids = ['a', 'b', 'c'];

describe('history store, faults on disk', () => {
  let bench: StoreBench;
  /** What a store says after so many of `steps`. */
  const states: unknown[] = [];
  /** Where each record ends: before the first, after the first ... */
  const ends: number[] = [headerSize];
  let journal: Buffer;

  before(async () => {
    const recording = new StoreBench();
    const store = await recording.open();
    states.push(dumpOf(store, ids));
    for (const step of steps) {
      await store.commit([step]);
      states.push(dumpOf(store, ids));
      ends.push(store.bytesOnDisk());
    }
    await store.close();
    journal = readFileSync(path.join(recording.dir, 'journal-1.log'));
    assert.equal(journal.length, ends.at(-1));
    await recording.cleanUp();
  });
  beforeEach(() => {
    bench = new StoreBench();
  });
  afterEach(() => bench.cleanUp());

  const journalFile = (): string => path.join(bench.dir, 'journal-1.log');

  function put(bytes: Uint8Array): void {
    rmSync(bench.dir, { recursive: true, force: true });
    mkdirSync(bench.dir, { recursive: true });
    writeFileSync(journalFile(), bytes);
  }

  function damagedFiles(): string[] {
    return readdirSync(bench.dir).filter((name) => name.includes('.damaged-'));
  }

  /** Opens, and expects what `records` whole records make; then, unless told not to look, that the store goes on from there. */
  async function opensWith(records: number, warning: RegExp | undefined, goesOn = true): Promise<void> {
    const store = bench.create();
    const { warnings } = await store.open();
    assert.equal(warnings.length, warning === undefined ? 0 : 1, warnings.join());
    if (warning !== undefined) assert.match(warnings[0] ?? '', warning);
    assert.deepEqual(dumpOf(store, ids), states[records]);
    if (!goesOn) {
      await store.close();
      return;
    }
    await store.commit([stepOf('c', 0, 1)]);
    const after = dumpOf(store, ids);
    await store.close();
    const again = bench.create();
    assert.deepEqual((await again.open()).warnings, []);
    assert.deepEqual(dumpOf(again, ids), after);
    await again.close();
  }

  it('a journal cut anywhere in its last record gives all before it, says so, and goes on', async () => {
    const lastStart = ends.at(-2) ?? 0;
    for (let size = lastStart; size <= journal.length; size++) {
      put(journal.subarray(0, size));
      const isWhole = size === lastStart || size === journal.length;
      await opensWith(size === journal.length ? 3 : 2, isWhole ? undefined : new RegExp(`at byte ${lastStart}: .*2 records`));
      assert.deepEqual(damagedFiles(), []);
    }
  });

  it('a journal cut within its header is begun anew', async () => {
    for (let size = 0; size < headerSize; size++) {
      put(journal.subarray(0, size));
      await opensWith(0, /at byte 0/);
    }
  });

  it('a flipped byte anywhere gives all records before it and sets the rest aside', async () => {
    for (let at = 0; at < journal.length; at++) {
      const bytes = Buffer.from(journal);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      put(bytes);
      const records = at < headerSize ? 0 : ends.filter((end) => end <= at).length - 1;
      const validSize = at < headerSize ? 0 : (ends[records] ?? 0);
      const warning = new RegExp(`damaged at byte ${validSize}: the ${records} records before it were kept.*moved to`);
      await opensWith(records, warning, at % 50 === 0);
      const aside = damagedFiles();
      assert.equal(aside.length, 1);
      assert.deepEqual(readFileSync(path.join(bench.dir, aside[0] ?? '')), bytes.subarray(validSize), `byte ${at}`);
    }
  });

  it('zeros or noise behind the last record are set aside', async () => {
    for (const tail of [Buffer.alloc(1), Buffer.alloc(300), Buffer.from('noise that is longer than a record header')]) {
      put(Buffer.concat([journal, tail]));
      await opensWith(3, tail.length < 12 ? /middle of a record/ : /damaged at byte/);
    }
  });

  it('two damages in a row never overwrite what was set aside', async () => {
    for (let round = 1; round <= 2; round++) {
      const bytes = Buffer.from(journal);
      bytes[ends[1] ?? 0] = 0xff;
      mkdirSync(bench.dir, { recursive: true });
      writeFileSync(journalFile(), bytes);
      await opensWith(1, /damaged/);
      assert.equal(damagedFiles().length, round);
    }
  });

  it('a journal or snapshot of a newer version is refused, both versions named, and left as it is', async () => {
    const newer = Buffer.from(journal);
    newer.writeUInt32LE(7, 8);
    newer.writeUInt32LE(crc32(newer.subarray(0, 16)), 16);
    put(newer);
    await assert.rejects(bench.create().open(), { code: 'StoreTooNew', message: /journal version 7.*knows 1/ });
    assert.deepEqual(readFileSync(journalFile()), newer);

    await snapshotWithUserVersion(9);
    await assert.rejects(bench.create().open(), { code: 'StoreTooNew', message: /schema version 9.*knows 1/ });
    // The refusal gave the lock back.
    await assert.rejects(bench.create().open(), { code: 'StoreTooNew' });
  });

  it('a snapshot of a schema that never was is refused', async () => {
    await snapshotWithUserVersion(0);
    await assert.rejects(bench.create().open(), { code: 'StoreCorrupt', message: /schema version 0/ });
  });

  /** A snapshot whose database has another `PRAGMA user_version`, its checksums made right again. */
  async function snapshotWithUserVersion(version: number): Promise<void> {
    put(journal);
    const store = await bench.open();
    await store.compact();
    await store.close();
    const file = path.join(bench.dir, 'snapshot-2.db');
    const bytes = readFileSync(file);
    bytes.writeUInt32BE(version, 60); // Where the SQLite file format keeps it.
    const trailer = bytes.subarray(bytes.length - 20);
    trailer.writeUInt32LE(crc32(bytes.subarray(0, bytes.length - 20)), 12);
    trailer.writeUInt32LE(crc32(trailer.subarray(0, 16)), 16);
    writeFileSync(file, bytes);
  }

  describe('killed while a snapshot is written', () => {
    /** Files before the snapshot, and after it and one more commit. */
    let before: Map<string, Buffer>;
    let after: Map<string, Buffer>;
    let expected: unknown;
    let atSnapshot: unknown;

    const files = (): Map<string, Buffer> =>
      new Map(
        readdirSync(bench.dir)
          .filter((name) => name !== 'lock')
          .map((name) => [name, readFileSync(path.join(bench.dir, name))]),
      );

    beforeEach(async () => {
      put(journal);
      const first = await bench.open();
      await first.compact();
      await first.commit([stepOf('c', 0, 2)]);
      await first.close();
      before = files();
      const store = await bench.open();
      atSnapshot = dumpOf(store, ids);
      await store.compact();
      await store.commit([stepOf('c', 2, 2), { instanceId: 'b', purged: true }]);
      expected = dumpOf(store, ids);
      await store.close();
      after = files();
      assert.deepEqual([...before.keys()].sort(), ['.gitignore', 'journal-2.log', 'snapshot-2.db']);
      assert.deepEqual([...after.keys()].sort(), ['.gitignore', 'journal-3.log', 'snapshot-3.db']);
    });

    function place(...sources: readonly (readonly [name: string, from: Map<string, Buffer>, cut?: number])[]): void {
      rmSync(bench.dir, { recursive: true });
      mkdirSync(bench.dir);
      for (const [name, from, cut] of sources) {
        const bytes = from.get(name.replace(/\.tmp$/, ''));
        assert.ok(bytes !== undefined, name);
        writeFileSync(path.join(bench.dir, name), cut === undefined ? bytes : bytes.subarray(0, cut));
      }
    }

    async function opensAs(state: unknown, warnings = 0): Promise<void> {
      const store = bench.create();
      assert.equal((await store.open()).warnings.length, warnings);
      assert.deepEqual(dumpOf(store, ids), state);
      await store.commit([stepOf('d', 0, 1)]);
      const later = dumpOf(store, [...ids, 'd']);
      await store.compact();
      await store.close();
      const again = await bench.open();
      assert.deepEqual(dumpOf(again, [...ids, 'd']), later);
      await again.close();
      assert.equal(readdirSync(bench.dir).filter((name) => /^(journal|snapshot)-\d+\.(log|db)/.test(name)).length, 2);
    }

    it('after the new journal was begun: both journals count', async () => {
      place(['snapshot-2.db', before], ['journal-2.log', before], ['journal-3.log', after, headerSize]);
      await opensAs(atSnapshot);
    });

    it('after the new journal was begun, its header cut short: the old journal counts', async () => {
      place(['snapshot-2.db', before], ['journal-2.log', before], ['journal-3.log', after, 7]);
      await opensAs(atSnapshot, 1);
    });

    it('with commits in the new journal and half a snapshot: both journals count, the half is removed', async () => {
      place(['snapshot-2.db', before], ['journal-2.log', before], ['journal-3.log', after], ['snapshot-3.db.tmp', after, 5000]);
      await opensAs(expected);
      assert.ok(!readdirSync(bench.dir).includes('snapshot-3.db.tmp'));
    });

    it('after the snapshot got its name: it counts, and what it replaces is removed', async () => {
      place(['snapshot-2.db', before], ['journal-2.log', before], ['journal-3.log', after], ['snapshot-3.db', after]);
      await opensAs(expected);
    });

    it('while the old files were removed', async () => {
      place(['snapshot-2.db', before], ['journal-3.log', after], ['snapshot-3.db', after]);
      await opensAs(expected);
      place(['journal-2.log', before], ['journal-3.log', after], ['snapshot-3.db', after]);
      await opensAs(expected);
    });

    it('a damaged journal in the chain sets the later ones aside', async () => {
      place(['snapshot-2.db', before], ['journal-2.log', before], ['journal-3.log', after]);
      const file = path.join(bench.dir, 'journal-2.log');
      const bytes = readFileSync(file);
      bytes[bytes.length - 1] = 0;
      writeFileSync(file, bytes);
      const store = bench.create();
      const { warnings } = await store.open();
      assert.equal(warnings.length, 2);
      assert.match(warnings[1] ?? '', /journal-3\.log.*moved/);
      assert.deepEqual(dumpOf(store, ['a', 'b']), dumpOfStates());
      assert.equal(damagedFiles().length, 2);
    });

    function dumpOfStates(): unknown {
      const { all, count, each } = states[3] as { all: unknown; count: unknown; each: unknown[] };
      return { all, count, each: each.slice(0, 2) };
    }

    it('a snapshot with a flipped byte is refused by name, and nothing is changed', async () => {
      const bytes = Buffer.from(after.get('snapshot-3.db') ?? []);
      for (const at of [0, 100, 20_000, bytes.length - 20, bytes.length - 10, bytes.length - 1]) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ 4;
        place(['snapshot-3.db', after], ['journal-3.log', after]);
        writeFileSync(path.join(bench.dir, 'snapshot-3.db'), flipped);
        await assert.rejects(bench.create().open(), { code: 'StoreCorrupt', message: /snapshot-3\.db is damaged/ });
        assert.deepEqual(readFileSync(path.join(bench.dir, 'snapshot-3.db')), flipped);
        assert.deepEqual(readFileSync(path.join(bench.dir, 'journal-3.log')), after.get('journal-3.log'));
      }
    });

    it('journals whose snapshot is missing are refused', async () => {
      place(['journal-3.log', after]);
      await assert.rejects(bench.create().open(), { code: 'StoreCorrupt', message: /no snapshot-3\.db/ });
    });

    it('a journal under another number is refused', async () => {
      place(['snapshot-3.db', after]);
      cpSync(path.join(bench.dir, 'snapshot-3.db'), path.join(bench.dir, 'copy'));
      writeFileSync(path.join(bench.dir, 'journal-3.log'), before.get('journal-2.log') ?? '');
      await assert.rejects(bench.create().open(), { code: 'StoreCorrupt', message: /calls itself journal 2/ });
    });
  });

  describe('while it is in use and texts lie in it alone', () => {
    const cutShort = (): void => truncateSync(journalFile(), ends[1] ?? 0);
    const errors = (): string[] => bench.logged.filter(({ level }) => level === 'error').map(({ message }) => message);

    beforeEach(() => put(journal));

    it('a journal that is cut short is told to whoever asks for what is gone, once in the log, and nothing more is taken', async () => {
      const store = await bench.open({ readWholeBytes: 0 });
      cutShort();
      const gone = { code: 'StoreCorrupt', message: /journal-1\.log at byte \d+ cannot be read any more: it was cut short/ };
      assert.throws(() => store.instance('a'), gone);
      assert.throws(() => store.history('a'), gone);
      assert.throws(() => store.query({}), gone);
      const refused = { code: 'StoreNotWritable', message: /cut short while it was in use.*Nothing more is accepted/ };
      await assert.rejects(store.commit([stepOf('c', 0, 1)]), refused);
      assert.equal(errors().length, 1, errors().join());
      await store.close();
      assert.deepEqual(dumpOf(await bench.open(), ids), states[1]);
    });

    it('a journal that is cut short is noticed before a commit writes behind the hole', async () => {
      const store = await bench.open({ readWholeBytes: 0, durability: 'strict' });
      await store.commit([stepOf('c', 0, 1)]);
      cutShort();
      await assert.rejects(store.commit([stepOf('c', 1, 1)]), {
        code: 'StoreNotWritable',
        message: /journal-1\.log was cut short while it was in use.*Start again/,
      });
      await store.close();
      assert.deepEqual(readFileSync(journalFile()), journal.subarray(0, ends[1]));
    });

    it('a journal that is cut short ends nothing that goes on by itself', async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      try {
        const store = await bench.open({ readWholeBytes: 0 });
        cutShort();
        assert.throws(() => store.query({ orderBy: 'createdTime' }), { code: 'StoreCorrupt' });
        for (let rest = 0; rest < 4; rest++) {
          mock.timers.tick(400);
          await new Promise((resolve) => setImmediate(resolve));
        }
        assert.match(bench.logged.map(({ message }) => message).join('\n'), /searched cannot be made ahead: .*cut short/);
        await store.close();
      } finally {
        mock.timers.reset();
      }
    });

    it('a journal that is deleted answers to the end, and takes nothing more', async () => {
      const store = await bench.open({ readWholeBytes: 0, durability: 'strict' });
      rmSync(journalFile());
      assert.deepEqual(dumpOf(store, ids), states[3]);
      await assert.rejects(store.commit([stepOf('c', 0, 1)]), { code: 'StoreNotWritable', message: /deleted or moved/ });
      assert.deepEqual(store.history('a').length, 2);
      await store.close();
    });
  });
});
