/**
 * Folders of ours among the temporary files. Their names tell which process made them: who is killed leaves them, and a later one removes them.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isProcessAlive } from './process-identity';

/** A container may share the folder for temporary files and know the others' processes by other ids. */
const leftAfterMs = 10 * 60_000;
const ours = /^durascope-(?:app|rehearsal)-(\d+)-/;

/** Readable for its owner alone. */
export function makeTemporaryFolder(kind: 'app' | 'rehearsal'): Promise<string> {
  return mkdtemp(path.join(tmpdir(), `durascope-${kind}-${process.pid}-`));
}

/** What killed processes left. Somebody else's that cannot be removed is theirs to remove. */
export async function removeLeftFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(ours.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isProcessAlive(pid)) continue;
    const folder = path.join(tmpdir(), name);
    try {
      if (Date.now() - (await stat(folder)).mtimeMs > leftAfterMs) await rm(folder, { recursive: true, force: true });
    } catch {
      // Theirs, or gone meanwhile.
    }
  }
}
