import assert from 'node:assert/strict';
import type { InstanceRow } from '../../src/core/instances/instance';
import fs from 'node:fs';
import path from 'node:path';
import { mock } from 'node:test';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import { JournalWriter } from '../../src/store/journal';
import type { InstanceQuery } from '../../src/core/ports/history-store';
import { PendingWriter } from '../../src/store/pending-writer';
import { activityOf, at, dumpOf, eventsOf, rowOf, stepOf, StoreBench } from './store-builders';

/** Replaces a method until the test ends. */
class Patches {
  #undo: (() => void)[] = [];

  replace<T extends object, K extends keyof T>(target: T, name: K, value: T[K]): T[K] {
    const original = target[name];
    target[name] = value;
    this.#undo.push(() => (target[name] = original));
    return original;
  }

  undo(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
  }
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('history store, durability', () => {
  let bench: StoreBench;
  const patches = new Patches();
  beforeEach(() => {
    bench = new StoreBench();
  });
  afterEach(async () => {
    patches.undo();
    await bench.cleanUp();
  });

  const journal = (): Buffer => fs.readFileSync(path.join(bench.dir, 'journal-1.log'));

  it('has handed a commit to the operating system when commit returns', async () => {
    const store = await bench.open();
    const before = journal().length;
    const committed = store.commit([stepOf('a', 0, 3)]);
    assert.ok(journal().length > before);
    assert.deepEqual(store.history('a'), eventsOf(0, 3));
    await committed;
  });

  it('makes one record of a batch, so that it is there whole or not at all', async () => {
    const store = await bench.open();
    await store.commit([stepOf('a', 0, 1), stepOf('b', 0, 1), stepOf('a', 1, 1)]);
    await store.close();
    fs.truncateSync(path.join(bench.dir, 'journal-1.log'), journal().length - 1);
    const again = await bench.open();
    assert.equal(again.count({}), 0);
  });

  it('strict: resolves only when the disk has it, and all that waited meanwhile share the next sync', async () => {
    const store = await bench.open({ durability: 'strict' });
    const syncs: (() => void)[] = [];
    patches.replace(JournalWriter.prototype, 'sync', () => new Promise<void>((resolve) => syncs.push(resolve)));
    const done: string[] = [];
    const commit = (id: string): void => {
      void store.commit([stepOf(id, 0, 1)]).then(() => done.push(id));
    };
    commit('a');
    commit('b');
    await turn();
    commit('c');
    await turn();
    assert.deepEqual([done, syncs.length], [[], 1]);
    assert.equal(store.history('c').length, 1, 'reads see it already');
    syncs[0]?.();
    await turn();
    assert.deepEqual([done, syncs.length], [['a', 'b'], 2], 'the first sync may not have seen "c"');
    commit('d');
    await turn();
    syncs[1]?.();
    await turn();
    assert.deepEqual([done, syncs.length], [['a', 'b', 'c'], 3]);
    syncs[2]?.();
    await turn();
    assert.deepEqual(done, ['a', 'b', 'c', 'd']);
  });

  it('interval: resolves at once and syncs later, once for all, and only when there is something', async () => {
    let synced: () => void = () => undefined;
    const firstSync = new Promise<void>((resolve) => (synced = resolve));
    let syncs = 0;
    patches.replace(JournalWriter.prototype, 'sync', () => {
      syncs += 1;
      synced();
      return Promise.resolve();
    });
    const store = await bench.open({ fsyncIntervalMs: 1 });
    await store.commit([stepOf('a', 0, 1)]);
    await store.commit([stepOf('b', 0, 1)]);
    assert.equal(syncs, 0);
    await firstSync;
    await turn();
    assert.equal(syncs, 1);
  });

  describe('a full disk', () => {
    const refused = { code: 'StoreNotWritable', message: /no space left on device.*tried again/ };
    let room: number;

    /** From now on only `room` bytes more can be written. */
    function fill(bytes: number): void {
      const write = fs.writeSync as (...args: unknown[]) => number;
      room = bytes;
      patches.replace(fs, 'writeSync', ((fd: number, buffer: Buffer, offset: number, length: number, position: number) => {
        const part = Math.min(room, length);
        room -= part;
        if (part === 0) throw systemError('ENOSPC', 'no space left on device, write');
        return write(fd, buffer, offset, part, position);
      }) as never);
    }

    it('rejects the commit, changes nothing, and takes it when there is room again', async () => {
      const store = await bench.open();
      await store.commit([stepOf('a', 0, 2)]);
      const before = dumpOf(store, ['a', 'b']);
      const bytes = journal();
      const batch = [stepOf('a', 2, 1), stepOf('b', 0, 1)];
      for (const bytesLeft of [0, 1, 10, 50]) {
        fill(bytesLeft);
        await assert.rejects(store.commit(batch), refused);
        patches.undo();
        assert.deepEqual(dumpOf(store, ['a', 'b']), before);
        assert.deepEqual(journal(), bytes, 'the half record was cut off');
      }
      await store.commit(batch);
      const after = dumpOf(store, ['a', 'b']);
      await store.close();
      const again = bench.create();
      assert.deepEqual((await again.open()).warnings, []);
      assert.deepEqual(dumpOf(again, ['a', 'b']), after);
    });

    it('that does not even let the half record be cut off is no worse', async () => {
      const store = await bench.open();
      await store.commit([stepOf('a', 0, 2)]);
      fill(30);
      patches.replace(fs, 'ftruncateSync', () => {
        throw systemError('EIO', 'i/o error, ftruncate');
      });
      await assert.rejects(store.commit([stepOf('a', 2, 20)]), refused);
      patches.undo();
      await store.commit([stepOf('a', 2, 1)]);
      await store.close();
      const again = bench.create();
      assert.deepEqual((await again.open()).warnings, []);
      assert.deepEqual(again.history('a'), eventsOf(0, 3));
    });
  });

  it('refuses everything after a failed sync', async () => {
    const store = await bench.open({ durability: 'strict' });
    patches.replace(JournalWriter.prototype, 'sync', () => Promise.reject(systemError('EIO', 'i/o error, fdatasync')));
    const waiting = [store.commit([stepOf('a', 0, 1)]), store.commit([stepOf('b', 0, 1)])];
    for (const commit of waiting) await assert.rejects(commit, { code: 'StoreNotWritable', message: /i\/o error/ });
    await assert.rejects(store.commit([stepOf('c', 0, 1)]), { code: 'StoreNotWritable' });
    assert.equal(store.count({}), 2);
  });

  it('goes on with the journal when a snapshot cannot be written', async () => {
    const store = await bench.open();
    await store.commit([stepOf('a', 0, 2)]);
    fs.mkdirSync(path.join(bench.dir, 'snapshot-2.db.tmp'));
    await assert.rejects(store.compact());
    await store.commit([stepOf('a', 2, 2)]);
    const before = dumpOf(store, ['a']);
    await store.close();
    fs.rmdirSync(path.join(bench.dir, 'snapshot-2.db.tmp'));
    const again = await bench.open();
    assert.deepEqual(dumpOf(again, ['a']), before);
    await again.compact();
    assert.deepEqual(
      fs.readdirSync(bench.dir).filter((name) => /^(journal|snapshot)-/.test(name)),
      ['journal-3.log', 'snapshot-3.db'],
    );
  });

  it('gives the room of an unfinished snapshot back at once, so that the journal goes on, and makes it when there is room', async () => {
    const store = await bench.open();
    await store.commit([stepOf('a', 0, 2)]);
    const folder = Object.getPrototypeOf(
      await fs.promises.open(bench.dir, 'r').then(async (handle) => (await handle.close(), handle)),
    ) as {
      writeFile: () => Promise<void>;
    };
    patches.replace(folder, 'writeFile', () => Promise.reject(systemError('ENOSPC', 'no space left on device, write')));
    await assert.rejects(store.compact(), /ENOSPC/);
    assert.deepEqual(
      fs.readdirSync(bench.dir).filter((name) => name.startsWith('snapshot')),
      [],
    );
    patches.undo();
    await store.commit([stepOf('a', 2, 1)]);
    await store.compact();
    await store.close();
    assert.deepEqual((await bench.open()).history('a'), eventsOf(0, 3));
  });

  for (const [what, act] of [
    ['its journal was deleted', () => fs.rmSync(path.join(bench.dir, 'journal-1.log'))],
    ['its folder was deleted', () => fs.rmSync(bench.dir, { recursive: true })],
    ['its folder was moved', () => fs.renameSync(bench.dir, `${bench.dir}-moved`)],
  ] as const) {
    it(`says so when ${what} while it was in use, takes nothing more, and lets no second one begin there`, async () => {
      const store = await bench.open({ durability: 'strict' });
      await store.commit([stepOf('a', 0, 1)]);
      act();
      await assert.rejects(store.commit([stepOf('a', 1, 1)]), {
        code: 'StoreNotWritable',
        message: /journal-1.log was deleted or moved.*Start again/,
      });
      await assert.rejects(store.commit([stepOf('a', 1, 1)]), { code: 'StoreNotWritable' });
      assert.equal(bench.logged.filter((entry) => entry.level === 'error').length, 1);
      await assert.rejects(bench.create().open(), { code: 'StoreLocked' });
      await store.close();
      await bench.open();
    });
  }

  it('keeps commits that arrive while a snapshot is written', async () => {
    const store = await bench.open();
    await store.commit([stepOf('a', 0, 2)]);
    const compacting = store.compact();
    await store.commit([stepOf('a', 2, 1)]);
    await turn();
    await store.commit([stepOf('a', 3, 1)]);
    await compacting;
    await store.commit([stepOf('a', 4, 1)]);
    await store.close();
    const again = await bench.open();
    assert.deepEqual(again.history('a'), eventsOf(0, 5));
  });

  it('reads a journal back that is too big to be kept aside, and answers and goes on as ever', async () => {
    const ids = Array.from({ length: 45 }, (_, at) => `i${String((at * 7) % 45).padStart(2, '0')}`);
    const long = 'x'.repeat(500_000);
    let store = await bench.open();
    for (const id of ids) {
      const event = { EventType: 'EventRaised', EventId: -1, IsPlayed: true, Timestamp: '', Name: 'n', Input: long } as const;
      await store.commit([
        { ...stepOf(id, 0, 3), instance: { ...rowOf(id), customStatus: `"${id}"` } },
        { instanceId: id, history: { executionId: rowOf(id).executionId, mode: 'append', from: 3, events: [event] } },
      ]);
    }
    await store.commit([{ instanceId: 'i07', activities: [activityOf('i07', 1)] }]);
    await store.close();
    for (const kind of ['journal', 'snapshot']) {
      store = await bench.open();
      const rows = store.query({ orderBy: 'createdTime', pageSize: 100 }).instances;
      assert.deepEqual(rows.map(({ instanceId }) => instanceId).sort(), [...ids].sort(), kind);
      assert.equal(store.count({ statuses: ['Running'] }), ids.length);
      assert.deepEqual(store.history('i07', 0, 3), eventsOf(0, 3));
      assert.equal(store.history('i44').length, 4);
      assert.deepEqual(
        store.customStatusChanges('i44').map(({ value }) => value),
        ['"i44"'],
      );
      assert.equal(store.pendingActivities('i07').length, 1);
      await store.compact();
      await store.close();
    }
  });

  it('reads back what went on while others ended, in a journal that is too big to be kept aside', async () => {
    const long = JSON.stringify('x'.repeat(500_000));
    const status = (id: string, at: number): Partial<InstanceRow> => ({ ...rowOf(id), customStatus: `"${id} ${at}"` });
    let store = await bench.open();
    for (let at = 0; at < 80; at++) {
      // Ends at once, or a while later: by then others had to make room.
      await store.commit([stepOf(`e${at}`, 0, 2, { runtimeStatus: at % 2 === 0 ? 'Completed' : 'Running', input: long })]);
      const ending = at - 41;
      if (ending > 0 && ending % 2 === 1) {
        await store.commit([stepOf(`e${ending}`, 2, 3, { runtimeStatus: 'Failed', input: long, customStatus: '"late"' })]);
      }
      await store.commit([stepOf('on', 2 * at, 2, status('on', Math.floor(at / 20)))]);
      await store.commit([
        stepOf('again', 2 * (at % 60), 2, { ...status('again', Math.floor(at / 30)), runtimeStatus: 'Completed' }),
      ]);
      if (at === 59) await store.commit([{ instanceId: 'again', purged: true }]);
    }
    await store.close();
    for (const kind of ['journal', 'journal, left there', 'snapshot']) {
      store = await bench.open(kind === 'journal' ? { readWholeBytes: Number.MAX_SAFE_INTEGER } : {});
      const statuses = (id: string): unknown => store.customStatusChanges(id).map(({ value }) => value);
      assert.deepEqual(store.countByStatus(), { Completed: 41, Failed: 19, Running: 22 }, kind);
      assert.deepEqual(store.history('on'), eventsOf(0, 160));
      assert.deepEqual(statuses('on'), ['"on 0"', '"on 1"', '"on 2"', '"on 3"']);
      assert.deepEqual(store.history('again'), eventsOf(0, 40));
      assert.deepEqual(statuses('again'), ['"again 2"']);
      assert.deepEqual(store.history('e7'), eventsOf(0, 5));
      assert.deepEqual(statuses('e7'), ['"late"']);
      assert.equal(store.instance('e78')?.input, long);
      if (kind !== 'journal') await store.compact();
      await store.close();
    }
  });

  it('reads back many instances, counts them without an index, and has the index in every order once it is asked for', async () => {
    let store = await bench.open();
    const count = 5_500;
    const idOf = (i: number): string => `order-${String(i).padStart(4, '0')}`;
    const again: Partial<InstanceRow> = { name: 'Ship', createdTime: at(count - 7) };
    await store.commit(
      Array.from({ length: count }, (_, i) =>
        stepOf(idOf(i), 0, 2, {
          runtimeStatus: i % 3 === 0 ? 'Failed' : 'Completed',
          name: i % 2 === 0 ? 'CheckOut' : 'Ship',
          createdTime: at(count - i),
          customStatus: `"${i}"`,
        }),
      ),
    );
    await store.close();
    for (const kind of ['journal', 'snapshot']) {
      store = await bench.open({ readWholeBytes: 0 });
      assert.deepEqual(store.countByStatus(), { Failed: 1834, Completed: 3666 }, kind);
      await store.commit([stepOf(idOf(7), 2, 1, { ...again, runtimeStatus: 'Running' })]);
      assert.deepEqual(store.countByStatus(), { Failed: 1834, Completed: 3665, Running: 1 });
      const first = (query: InstanceQuery): unknown =>
        store.query({ ...query, pageSize: 2 }).instances.map((row) => row.instanceId);
      assert.deepEqual(first({ orderBy: 'createdTime' }), [idOf(5_499), idOf(5_498)]);
      assert.deepEqual(first({ orderBy: 'name', descending: true }), [idOf(5_499), idOf(5_497)]);
      assert.deepEqual(first({ statuses: ['Running'] }), [idOf(7)]);
      assert.deepEqual(store.customStatusChanges(idOf(9)), [{ at: at(2), value: '"9"' }]);
      assert.deepEqual(store.history(idOf(7)), eventsOf(0, 3));
      await store.commit([stepOf(idOf(7), 3, 1, { ...again, runtimeStatus: 'Completed' })]);
      await store.commit([
        { instanceId: idOf(7), purged: true },
        stepOf(idOf(7), 0, 2, { ...again, runtimeStatus: 'Completed' }),
      ]);
      await store.compact();
      await store.close();
    }
  });

  it('a journal that was only read is left as it is when the store is closed', async () => {
    const store = await bench.open();
    await store.commit([stepOf('a', 0, 2, { input: JSON.stringify('x'.repeat(3_000_000)) })]);
    const dir = `${bench.dir}-copy`;
    fs.mkdirSync(dir);
    fs.copyFileSync(path.join(bench.dir, 'journal-1.log'), path.join(dir, 'journal-1.log'));
    const copy = await bench.open({ dir });
    assert.deepEqual(copy.countByStatus(), { Running: 1 });
    await copy.close();
    assert.deepEqual(
      fs.readdirSync(dir).filter((name) => name.endsWith('.db')),
      [],
    );
  });

  it('writes a snapshot by itself in an idle moment once the journal is big enough', async () => {
    const store = await bench.open({ compactAtBytes: 100 });
    await store.commit([stepOf('a', 0, 20)]);
    const snapshot = path.join(bench.dir, 'snapshot-2.db');
    await new Promise<void>((resolve) => {
      const watcher = fs.watch(bench.dir, () => {
        if (!fs.existsSync(snapshot)) return;
        watcher.close();
        resolve();
      });
    });
    await store.close();
    assert.deepEqual((await bench.open()).history('a'), eventsOf(0, 20));
  });

  it('does not write of activities under way, which end soon, but does when they take long', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const store = await bench.open({ dir: null });
      const written: number[] = [];
      const writeSlice: PendingWriter['writeSlice'] = patches.replace(
        PendingWriter.prototype,
        'writeSlice',
        function (this: PendingWriter, isOver) {
          written.push(this.pending.activities.size);
          return writeSlice.call(this, isOver);
        },
      );
      const rest = async (): Promise<void> => {
        mock.timers.tick(400);
        await turn();
      };
      const activities = Array.from({ length: 1200 }, (_, at) => activityOf('a', at));
      await store.commit([{ ...stepOf('a', 0, 3), activities }]);
      for (let at = 0; at < 3; at++) await rest();
      assert.deepEqual(written, []);
      for (let at = 0; at < 3; at++) await rest();
      assert.deepEqual(written, [1200]);
      await store.close();
    } finally {
      mock.timers.reset();
    }
  });

  it('never hands out a message number again, even when the message was gone before the snapshot', async () => {
    const store = await bench.open();
    const event = { EventType: 'EventRaised', EventId: -1, IsPlayed: true, Timestamp: '', Name: 'n', Input: null } as const;
    await store.commit([
      { instanceId: 'a', messages: [{ seq: 41, instanceId: 'a', executionId: null, event, visibleAt: null }] },
    ]);
    await store.commit([{ instanceId: 'a', consumedMessages: [41] }]);
    await store.compact();
    await store.close();
    const recovered = await bench.create().open();
    assert.equal(recovered.nextSeq, 42);
    assert.deepEqual(recovered.inbox, []);
  });

  it('refuses commits and reads when it is closed', async () => {
    const store = await bench.open();
    await store.close();
    await assert.rejects(store.commit([stepOf('a', 0, 1)]), { code: 'Stopped' });
    assert.throws(() => store.query({}), { code: 'Stopped' });
    assert.throws(() => store.instance('a'), { code: 'Stopped' });
  });

  it('can be closed without ever having been opened', async () => {
    await bench.create().close();
  });

  it('writes a .gitignore into its folder and leaves one that is there alone', async () => {
    await (await bench.open()).close();
    const file = path.join(bench.dir, '.gitignore');
    assert.equal(fs.readFileSync(file, 'utf8'), '*\n');
    fs.writeFileSync(file, '# mine\n');
    await (await bench.open()).close();
    assert.equal(fs.readFileSync(file, 'utf8'), '# mine\n');
  });

  it('tells the size of its files', async () => {
    const sizeOfFiles = (): number =>
      fs
        .readdirSync(bench.dir)
        .filter((name) => /^(journal|snapshot)-/.test(name))
        .reduce((sum, name) => sum + fs.statSync(path.join(bench.dir, name)).size, 0);
    const store = await bench.open();
    await store.commit([stepOf('a', 0, 20)]);
    assert.equal(store.bytesOnDisk(), sizeOfFiles());
    await store.compact();
    await store.commit([stepOf('a', 20, 20)]);
    assert.equal(store.bytesOnDisk(), sizeOfFiles());
    const memory = await bench.open({ dir: null });
    await memory.commit([stepOf('a', 0, 1)]);
    assert.equal(memory.bytesOnDisk(), 0);
  });

  describe('a folder that cannot be used is named, with the reason', () => {
    it('a file where the folder should be', async () => {
      fs.writeFileSync(bench.dir, '');
      await assert.rejects(bench.create().open(), { code: 'StoreNotWritable', message: /data cannot be used: there is a file/ });
    });

    it('a file on the way to it', async () => {
      fs.writeFileSync(bench.dir, '');
      const dir = path.join(bench.dir, 'deeper');
      await assert.rejects(bench.create({ dir }).open(), { code: 'StoreNotWritable' });
    });

    for (const [code, why] of [
      ['EACCES', /access is denied/],
      ['EROFS', /read-only/],
      ['ENOSPC', /disk is full/],
    ] as const) {
      it(`${code} on opening`, async () => {
        patches.replace(fs, 'mkdirSync', () => {
          throw systemError(code, 'refused');
        });
        await assert.rejects(bench.create().open(), { code: 'StoreNotWritable', message: why });
        patches.undo();
        patches.replace(fs, 'openSync', () => {
          throw systemError(code, 'refused');
        });
        await assert.rejects(bench.create().open(), { code: 'StoreNotWritable', message: why });
        patches.undo();
        await bench.open();
      });
    }
  });

  it('stays usable when one instance is named twice by mistake', async () => {
    // C3 says it does not happen; the index must not be stuck for all others if it does.
    const store = await bench.open();
    const twice: Checkpoint = {
      instanceId: 'a',
      instance: rowOf('a'),
      history: { executionId: 'x', mode: 'append', from: 0, events: eventsOf(0, 1) },
    };
    await store.commit([twice]);
    store.query({});
    await store.compact();
    await store.commit([twice, stepOf('b', 0, 1)]);
    await store.compact();
    assert.equal(store.history('b').length, 1);
  });
});
