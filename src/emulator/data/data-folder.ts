/** What the emulator keeps in its data folder besides the store's files. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';
import type { Logger } from '../../core/ports/logger';
import { SqlJsHistoryStore } from '../../store/sql-js-history-store';

const keyFileName = 'system-key';
const asideFolderName = 'set-aside';
/** Entries that belong to the folder rather than to the session. */
const keptNames: ReadonlySet<string> = new Set([keyFileName, asideFolderName, '.gitignore']);

/** The key of the management API: made once for a data folder, so that saved URLs stay good over a restart. */
export async function systemKey(dataDir: string | null): Promise<string> {
  // One that began with a dash would be taken for an option where it is pasted behind --key.
  const fresh = randomBytes(32).toString('base64url').replace(/^-/, '_');
  if (dataDir === null) return fresh;
  const file = path.join(dataDir, keyFileName);
  try {
    await mkdir(dataDir, { recursive: true });
    const kept = await readFile(file, 'utf8').catch(ifMissing);
    if (kept !== null && kept.trim().length >= 16) return kept.trim();
    await writeFile(file, fresh, { mode: 0o600 });
    return fresh;
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

function ifMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}

/** Keeps, sets aside or discards what earlier sessions left. Rejects with `StoreLocked` while another process has the folder. */
export async function prepareSession(dataDir: string, sessionStart: 'keep' | 'discard' | 'setAside', log: Logger): Promise<void> {
  if (sessionStart === 'keep') return;
  // Whoever opens a store has it alone.
  const probe = new SqlJsHistoryStore({ dir: dataDir, log: () => undefined });
  try {
    await probe.open();
    await probe.close();
  } catch (error) {
    // A store that cannot be read is one more reason to put it away.
    if (!DurascopeError.is(error) || error.code === 'StoreLocked' || error.code === 'StoreNotWritable') throw error;
  }
  if (sessionStart === 'discard') {
    await discardSession(dataDir);
    return;
  }
  const aside = await setSessionAside(dataDir, new Date());
  if (aside !== null) log({ level: 'information', category: 'store', message: `Earlier instances were set aside in ${aside}.` });
}

/** Moves what earlier sessions left into `set-aside/<time>`; returns that folder, or null when there was nothing. */
export async function setSessionAside(dataDir: string, now: Date): Promise<string | null> {
  const names = await sessionEntries(dataDir);
  if (names.length === 0) return null;
  const aside = path.join(dataDir, asideFolderName, now.toISOString().replaceAll(':', '-'));
  await mkdir(aside, { recursive: true });
  for (const name of names) await rename(path.join(dataDir, name), path.join(aside, name));
  return aside;
}

/** Deletes what earlier sessions left. What was set aside stays. */
export async function discardSession(dataDir: string): Promise<void> {
  for (const name of await sessionEntries(dataDir)) await rm(path.join(dataDir, name), { recursive: true, force: true });
}

async function sessionEntries(dataDir: string): Promise<string[]> {
  try {
    return (await readdir(dataDir)).filter((name) => !keptNames.has(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw notWritable(dataDir, error);
  }
}

function notWritable(dataDir: string, cause: unknown): DurascopeError {
  return new DurascopeError(
    'StoreNotWritable',
    `The data folder ${dataDir} cannot be written to (${(cause as NodeJS.ErrnoException).code ?? String(cause)}). Choose another with --data DIR, or keep nothing on disk with --memory.`,
    { cause, details: { dataDir } },
  );
}
