/** Folders among the temporary files that killed emulators left. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmulator } from '../../src/emulator/emulator';
import { projectRoot } from '../support/durascope-program';

describe('what killed emulators left among the temporary files', () => {
  const made: string[] = [];
  afterEach(() => Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))));

  async function folderOf(pid: number, minutesOld: number, kind: string): Promise<string> {
    const folder = path.join(tmpdir(), `durascope-${kind}-${pid}-test${made.length}`);
    await mkdir(path.join(folder, 'one'), { recursive: true });
    const at = new Date(Date.now() - minutesOld * 60_000);
    await utimes(folder, at, at);
    made.push(folder);
    return folder;
  }

  it('goes with the next start, also of one that does not rehearse; what may be in use stays', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const left = await folderOf(pid, 11, 'rehearsal');
    const leftByApp = await folderOf(pid, 11, 'app');
    const young = await folderOf(pid, 1, 'rehearsal');
    const used = await folderOf(process.ppid, 11, 'rehearsal');
    const emulator = await startEmulator({
      ...{ appDir: path.join(projectRoot, 'examples', 'hello-cities'), app: false, memory: true, port: 0 },
      rehearsal: false,
      logger: () => undefined,
    });
    await emulator.stop();
    assert.deepEqual([left, leftByApp, young, used].map(existsSync), [false, false, true, true]);
  });
});
