import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepClock, readClock } from '../../src/emulator/time/kept-clock';

describe('the clock on disk', () => {
  let folder = '';
  const notes: string[] = [];
  const read = () => readClock(folder, (note) => notes.push(note));
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-kept-clock-'));
    notes.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  it('is what it was set to last, be it longer or shorter than before', async () => {
    assert.equal(read(), null);
    for (const [aheadMs, pausedAtMs] of [
      [86_400_000.5, null],
      [-Number.MAX_VALUE, Number.MAX_VALUE],
      [0, null],
      [1_234_567_890_123.4567, 9_007_199_254_740_991],
      [5, null],
    ] as const) {
      const state = { mode: pausedAtMs === null ? 'auto' : 'paused', aheadMs, pausedAtMs } as const;
      keepClock(folder, state);
      assert.deepEqual(read(), state);
    }
    assert.deepEqual([await readdir(folder), notes], [['clock.json'], []]);
  });

  it('takes the place of what is no clock, and comes back where the file was removed', async () => {
    const file = path.join(folder, 'clock.json');
    const state = { mode: 'auto', aheadMs: 1, pausedAtMs: null } as const;
    await writeFile(file, 'no clock '.repeat(100));
    assert.equal(read(), null);
    assert.match(notes[0] ?? '', /cannot be read/);
    keepClock(folder, state);
    assert.deepEqual(read(), state);
    await rm(file);
    keepClock(folder, { ...state, aheadMs: 2 });
    assert.equal(read()?.aheadMs, 2);
    await rm(folder, { recursive: true });
    assert.throws(() => keepClock(folder, state), { code: 'StoreNotWritable', message: /The clock cannot be set/ });
  });
});
