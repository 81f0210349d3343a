import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  announceEmulator,
  chooseEmulator,
  emulatorOf,
  type RunningEmulator,
  runningEmulators,
} from '../../src/emulator/data/running-emulators';

const root = path.parse(process.cwd()).root;

function note(appDir: string, port: number, dataDir: string | null = null): RunningEmulator {
  const url = `http://localhost:${port}`;
  return { url, managementUrl: `${url}/m`, key: 'k', pid: process.pid, appDir, dataDir, startedAt: '2026-01-01T00:00:00Z' };
}

describe('running emulators', () => {
  let folder = '';
  let env: NodeJS.ProcessEnv = {};
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-notes-'));
    env = { DURASCOPE_HOME: path.join(folder, 'home') };
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are found by their notes until they take them away', async () => {
    const mine = note(folder, 7071, folder);
    const withdraw = await announceEmulator(mine, env);
    assert.deepEqual(await runningEmulators(env), [mine]);
    assert.deepEqual(await emulatorOf(folder), mine);
    await withdraw();
    await withdraw();
    assert.deepEqual(await runningEmulators(env), []);
    assert.equal(await emulatorOf(folder), undefined);
  });

  it('leave notes that only the user may read (where files have modes)', async () => {
    const withdraw = await announceEmulator(note(folder, 7072, folder), env);
    const { mode } = await stat(path.join(folder, 'emulator.json'));
    assert.equal(mode & 0o777, process.platform === 'win32' ? mode & 0o777 : 0o600);
    await withdraw();
  });

  it('are not believed in when their process id is another process now, and are cleared away', async () => {
    const withdraw = await announceEmulator(note(folder, 7073, folder), env);
    const own = path.join(folder, 'emulator.json');
    const [name = ''] = await readdir(path.join(folder, 'home', 'running'));
    for (const file of [own, path.join(folder, 'home', 'running', name)]) {
      const written = JSON.parse(await readFile(file, 'utf8')) as { start?: string };
      // Where the system does not tell when a process began: nobody listens at the port.
      if (written.start !== undefined) written.start = `${written.start}0`;
      await writeFile(file, JSON.stringify(written));
    }
    assert.equal(await emulatorOf(folder), undefined);
    assert.deepEqual(await runningEmulators(env), []);
    assert.deepEqual(await readdir(path.join(folder, 'home', 'running')), []);
    assert.ok(!(await readdir(folder)).includes('emulator.json'));
    await withdraw();
  });

  it('are not believed in when their process is gone or their note is no note', async () => {
    const withdraw = await announceEmulator({ ...note(folder, 7073), pid: 2 ** 30 }, env);
    const notes = path.join(folder, 'home', 'running');
    await writeFile(path.join(notes, 'broken.json'), '{');
    assert.deepEqual(await runningEmulators(env), []);
    assert.deepEqual(await readdir(notes), []);
    await withdraw();
  });
});

describe('the emulator that a command means', () => {
  const shop = note(path.join(root, 'work', 'shop'), 1);
  const bank = note(path.join(root, 'work', 'bank'), 2);

  it('is the one of the app that the folder lies in', () => {
    assert.equal(chooseEmulator([shop, bank], path.join(root, 'work', 'bank', 'src')), bank);
  });

  it('is the one whose app lies in the folder', () => {
    assert.equal(chooseEmulator([shop, note(path.join(root, 'x'), 3)], path.join(root, 'work')), shop);
  });

  it('is the only one there is', () => {
    assert.equal(chooseEmulator([shop], root), shop);
    assert.equal(chooseEmulator([shop], path.join(root, 'elsewhere')), shop);
  });

  it('is not guessed', () => {
    assert.throws(
      () => chooseEmulator([shop, bank], path.join(root, 'work')),
      /Several emulators.*--url[\s\S]*localhost:1[\s\S]*localhost:2/,
    );
    assert.throws(() => chooseEmulator([], root), /No emulator is running.*durascope start/);
  });
});
