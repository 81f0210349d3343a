import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { discardSession, setSessionAside, systemKey } from '../../src/emulator/data/data-folder';

describe('the data folder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(tmpdir(), 'durascope-data-')), '.durascope');
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

  it('keeps its key over a restart; without a folder every start has its own', async () => {
    const key = await systemKey(folder);
    assert.ok(key.length >= 32);
    assert.equal(await systemKey(folder), key);
    assert.notEqual(await systemKey(null), await systemKey(null));
  });

  it('has a key that no command line takes for an option', async () => {
    for (let at = 0; at < 500; at++) assert.match(await systemKey(null), /^[^-]/);
  });

  it('sets a session aside whole and keeps the key', async () => {
    const key = await systemKey(folder);
    await mkdir(path.join(folder, 'part'));
    await writeFile(path.join(folder, 'part', 'file'), 'text');
    const aside = await setSessionAside(folder, new Date(0));
    assert.equal(await readFile(path.join(aside ?? '', 'part', 'file'), 'utf8'), 'text');
    assert.deepEqual((await readdir(folder)).sort(), ['set-aside', 'system-key']);
    assert.equal(await setSessionAside(folder, new Date(1)), null);
    assert.equal(await systemKey(folder), key);
  });

  it('discards a session and keeps what was set aside', async () => {
    await systemKey(folder);
    await writeFile(path.join(folder, 'a'), '');
    await setSessionAside(folder, new Date(0));
    await writeFile(path.join(folder, 'b'), '');
    await discardSession(folder);
    assert.deepEqual((await readdir(folder)).sort(), ['set-aside', 'system-key']);
  });

  it('that cannot be written to is named, with the ways out', async () => {
    await mkdir(path.dirname(folder), { recursive: true });
    await writeFile(folder, 'a file where a folder should be');
    await assert.rejects(systemKey(folder), { code: 'StoreNotWritable', message: /\.durascope.*--data.*--memory/ });
  });
});
