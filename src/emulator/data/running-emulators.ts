/**
 * Who runs where: every emulator leaves a note for programs of the same user, so that a command finds it from any folder and a second
 * window can attach to the first.
 *
 *   R1. A note holds the key: only the user may read it (mode 0600 where modes exist).
 *   R2. A note may outlive its process (a kill), and process ids are used again: readers believe it only while the process that wrote it
 *       lives, and clear away the others. Where the system does not tell when a process began, somebody must listen at the port.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { isLoopbackOrigin } from '../../base/loopback';
import { isProcessAlive, processStart } from '../../base/process-identity';
import { isBelow } from '../../base/is-below';
import { DurascopeError } from '../../core/values/errors';

// Whoever reads a note sends its key to its address: a note in a folder that somebody else wrote must not lead away from this machine.
const noteSchema = z.object({
  url: z.string().refine(isLoopbackOrigin),
  managementUrl: z.string(),
  key: z.string(),
  pid: z.number().int().positive(),
  appDir: z.string(),
  /** Null: in memory. */
  dataDir: z.string().nullable(),
  startedAt: z.string(),
});

export type RunningEmulator = z.infer<typeof noteSchema>;

/** As it stands in a file: with the start of the process, where the system tells it. */
const storedSchema = noteSchema.extend({ start: z.string().exactOptional() });

/** Name of the note inside a data folder. */
export const noteFileName = 'emulator.json';

function notesFolder(env: NodeJS.ProcessEnv): string {
  return path.join(env['DURASCOPE_HOME'] ?? path.join(homedir(), '.durascope'), 'running');
}

/** Leaves the note in the data folder and among the user's notes; the returned function takes both away and may be called twice. */
export async function announceEmulator(
  emulator: RunningEmulator,
  env: NodeJS.ProcessEnv = process.env,
): Promise<() => Promise<void>> {
  const files: string[] = [];
  if (emulator.dataDir !== null) files.push(path.join(emulator.dataDir, noteFileName));
  const start = processStart(emulator.pid);
  const text = `${JSON.stringify({ ...emulator, ...(start !== undefined && { start }) }, null, 2)}\n`;
  for (const file of files) await writePrivately(file, text);
  try {
    const folder = notesFolder(env);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = path.join(folder, `${String(emulator.pid)}-${new URL(emulator.url).port}.json`);
    await writePrivately(file, text);
    files.push(file);
  } catch {
    // A home folder that cannot be written to: commands still find the emulator by its data folder or by --url.
  }
  return async () => {
    for (const file of files.splice(0)) await rm(file, { force: true });
  };
}

/** The emulator that holds this data folder now, if one does. */
export async function emulatorOf(dataDir: string): Promise<RunningEmulator | undefined> {
  const file = path.join(dataDir, noteFileName);
  const note = await readNote(file);
  if (note === undefined) return undefined;
  if (await isOfLiving(note)) return withoutStart(note);
  await clearAway(file, note);
  return undefined;
}

export async function runningEmulators(env: NodeJS.ProcessEnv = process.env): Promise<RunningEmulator[]> {
  const folder = notesFolder(env);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return [];
  }
  const alive: RunningEmulator[] = [];
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
    const file = path.join(folder, name);
    const note = await readNote(file);
    if (note !== undefined && (await isOfLiving(note))) alive.push(withoutStart(note));
    else await clearAway(file, note);
  }
  return alive;
}

/**
 * The emulator that a command without `--url` means: the one of the app that `folder` lies in, else the one whose app lies in `folder`,
 * else the only one there is. `EmulatorNotFound` when there is none or the choice is not clear.
 */
export function chooseEmulator(emulators: readonly RunningEmulator[], folder: string): RunningEmulator {
  const around = emulators
    .filter((each) => contains(each.appDir, folder))
    .sort((a, b) => b.appDir.length - a.appDir.length || b.startedAt.localeCompare(a.startedAt));
  if (around[0] !== undefined) return around[0];
  const inside = emulators.filter((each) => contains(folder, each.appDir));
  if (inside.length === 1 && inside[0] !== undefined) return inside[0];
  if (emulators.length === 1 && emulators[0] !== undefined) return emulators[0];
  if (emulators.length === 0) {
    throw new DurascopeError(
      'EmulatorNotFound',
      "No emulator is running. Start one with 'durascope start <app folder>', or name one with --url http://localhost:<port>.",
    );
  }
  const list = emulators.map((each) => `  ${each.url}  ${each.appDir}`).join('\n');
  throw new DurascopeError(
    'EmulatorNotFound',
    `Several emulators are running: go to the folder of the app that you mean, or name one with --url.\n${list}`,
  );
}

function contains(folder: string, inner: string): boolean {
  return path.relative(folder, inner) === '' || isBelow(inner, folder);
}

/** `undefined`: not there, or not a note. */
async function readNote(file: string): Promise<z.infer<typeof storedSchema> | undefined> {
  try {
    return storedSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whole or not at all: a reader never sees half a note. */
async function writePrivately(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
}

/** R2 */
async function isOfLiving({ pid, start, url }: z.infer<typeof storedSchema>): Promise<boolean> {
  if (!isProcessAlive(pid)) return false;
  const now = processStart(pid);
  return now !== undefined && start !== undefined ? now === start : listens(Number(new URL(url).port));
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Unless a new emulator has written its own meanwhile. */
async function clearAway(file: string, note: RunningEmulator | undefined): Promise<void> {
  const now = await readNote(file);
  if (now?.startedAt === note?.startedAt && now?.pid === note?.pid) await rm(file, { force: true });
}

function withoutStart(note: z.infer<typeof storedSchema>): RunningEmulator {
  return noteSchema.parse(note);
}
