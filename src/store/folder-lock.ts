/**
 * One store a folder. The lock is a file that says who holds it; it is stale when that process is gone.
 *
 *   F1. The file is made with `wx`, so of two processes one wins.
 *   F2. A stale file is renamed away before a new one is made, and the renamed file is looked at again: had another process been
 *       quicker, it is put back.
 *   F3. Process ids are used again: the start of the process is compared too, where the system tells it.
 *   F4. A second file, outside of the folder and named by its path, holds when the folder is deleted while it is in use.
 *   F5. A holder that could not renew it for long (the computer slept) looks whether it still is its own before it goes on.
 *   F6. What killed processes of this host left outside of their folders, whoever took one of these removes: their folders may never be opened again.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isProcessAlive, processStart } from '../base/process-identity';
import { DurascopeError } from '../core/values/errors';

const fileName = 'lock';
/** Whether a process on another host (a container, mostly) still runs can only be seen by the file's time being renewed. */
const renewEveryMs = 15_000;
const foreignStaleAfterMs = 60_000;
/** Both are called while it is held. */
export interface LockEvents {
  /** Now and then. */
  renewed?: () => void;
  /** Another one has it: it took this process for gone. May be called more than once. */
  lost?: (error: DurascopeError) => void;
}

const attempts = 20;
const unreadableRetryMs = 25;

interface LockContent {
  token: string;
  pid: number;
  host: string;
  /** Identity of the process start; empty where the system does not tell. */
  start: string;
}

export class FolderLock {
  readonly #token: string;
  readonly #renewal: NodeJS.Timeout;
  #released = false;
  #renewedAt: number;

  private constructor(
    private readonly folder: string,
    private readonly files: readonly string[],
    token: string,
    private readonly events: LockEvents,
    private readonly now: () => number,
  ) {
    this.#token = token;
    this.#renewedAt = now();
    this.#renewal = setInterval(() => {
      this.#renew();
      events.renewed?.();
    }, renewEveryMs);
    this.#renewal.unref();
  }

  /** Errors: StoreLocked; what the file system says when the folder cannot be written. `now`: the computer's time. */
  static async acquire(folder: string, events: LockEvents = {}, now = (): number => Date.now()): Promise<FolderLock> {
    const mine: LockContent = { token: randomUUID(), pid: process.pid, host: hostname(), start: processStart(process.pid) ?? '' };
    const inside = path.join(folder, fileName);
    await acquireFile(folder, inside, mine);
    try {
      const outside = fileOutside(folder);
      if (outside !== null) {
        await acquireFile(folder, outside, mine);
        removeLeftOutside(path.dirname(outside)).catch(() => undefined); // Somebody else's, or gone meanwhile.
      }
      return new FolderLock(folder, outside === null ? [inside] : [inside, outside], mine.token, events, now);
    } catch (error) {
      rmSync(inside, { force: true });
      throw error;
    }
  }

  /** May be called twice. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    clearInterval(this.#renewal);
    for (const file of this.files) {
      const text = readIfThere(file);
      if (text !== undefined && parse(text)?.token === this.#token) rmSync(file, { force: true });
    }
  }

  /** F5. To be called before something is written; looks at the clock only, mostly. */
  renewIfLate(): void {
    const since = this.now() - this.#renewedAt;
    if (!this.#released && (since < 0 || since > foreignStaleAfterMs / 2)) this.#renew();
  }

  #renew(): void {
    this.#renewedAt = this.now();
    const now = new Date(this.#renewedAt);
    for (const file of this.files) {
      try {
        const text = readIfThere(file);
        const holder = text === undefined ? undefined : parse(text);
        if (holder !== undefined && holder.token !== this.#token) {
          this.events.lost?.(takenError(this.folder, holder));
          return;
        }
        utimesSync(file, now, now);
      } catch {
        // Only matters to other hosts; that the folder is gone is told of the journal.
      }
    }
  }
}

async function acquireFile(folder: string, file: string, mine: LockContent): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (create(file, mine)) return;
    const text = readIfThere(file);
    if (text === undefined) continue;
    const holder = parse(text);
    if (holder !== undefined && isHeld(holder, file)) throw lockedError(folder, file, holder);
    // Not readable: perhaps its maker is between creating and writing it, which takes no time at all.
    if (holder === undefined && attempt < attempts) {
      await delay(unreadableRetryMs);
      continue;
    }
    if (attempt > attempts * 2) throw lockedError(folder, file, holder);
    removeStale(file, text);
  }
}

/** F4. Null where there is no room for it: the file inside has to do. */
function fileOutside(folder: string): string | null {
  try {
    const dir = path.join(tmpdir(), `durascope-locks-${userInfo().username}`);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.W_OK);
    return path.join(dir, createHash('sha256').update(realpathSync(folder)).digest('hex'));
  } catch {
    return null;
  }
}

function create(file: string, content: LockContent): boolean {
  let fd: number;
  try {
    fd = openSync(file, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(fd, JSON.stringify(content));
  } finally {
    closeSync(fd);
  }
  return true;
}

function isHeld(holder: LockContent, file: string): boolean {
  if (holder.host !== hostname()) {
    const renewed = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - renewed < foreignStaleAfterMs;
  }
  if (!isProcessAlive(holder.pid)) return false;
  const start = processStart(holder.pid);
  return start === undefined || holder.start === '' || start === holder.start; // F3
}

function removeStale(file: string, seen: string): void {
  const aside = `${file}.stale-${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) !== seen) {
    try {
      linkSync(aside, file); // F2
    } catch {
      // A third one made its own meanwhile; the one put aside finds out when it releases.
    }
  }
  rmSync(aside, { force: true });
}

/** F6. */
async function removeLeftOutside(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const file = path.join(dir, name);
    const text = await readFile(file, 'utf8').catch(() => '');
    const holder = parse(text);
    if (holder?.host === hostname() && !isHeld(holder, file)) removeStale(file, text);
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): LockContent | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockContent> | null;
    return value !== null && typeof value.pid === 'number' && typeof value.token === 'string' && typeof value.host === 'string'
      ? { token: value.token, pid: value.pid, host: value.host, start: value.start ?? '' }
      : undefined;
  } catch {
    return undefined;
  }
}

function takenError(folder: string, { pid, host }: LockContent): DurascopeError {
  return new DurascopeError(
    'StoreLocked',
    `The data folder ${folder} was taken over by process ${pid} on host ${host} while this one did not run (the computer was asleep, mostly). ` +
      'Nothing more is written here; start again once that emulator has stopped.',
    { details: { folder, pid, host } },
  );
}

function lockedError(folder: string, file: string, holder: LockContent | undefined): DurascopeError {
  const elsewhere = holder !== undefined && holder.host !== hostname() ? ` on host ${holder.host}` : '';
  const who = holder === undefined ? 'another process' : `process ${holder.pid}${elsewhere}`;
  return new DurascopeError(
    'StoreLocked',
    `The data folder ${folder} is in use by ${who}. Stop that emulator, connect to it instead, or use another data folder` +
      (elsewhere === '' ? '.' : `; if it is gone for good, delete ${file}.`),
    { details: { folder, file, ...(holder === undefined ? {} : { pid: holder.pid, host: holder.host }) } },
  );
}
