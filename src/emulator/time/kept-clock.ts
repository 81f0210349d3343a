/** The clock of the hubs on disk: `clock.json` in the data folder. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import type { ClockChange } from '../../core/values/clock-change';
import type { KeptClock } from './hub-time';

const modes: readonly unknown[] = ['running', 'paused', 'auto'];

/** As it was when the emulator stopped or was killed; null: never set, or not readable, which `note` is told. */
export function readClock(dataDir: string | null, note: (message: string) => void): KeptClock | null {
  if (dataDir === null) return null;
  const file = fileIn(dataDir);
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isKeptClock(kept)) return kept;
    note(`${file} does not hold a clock: the hub has the computer's time.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      note(`${file} cannot be read (${messageOf(error)}): the hub has the computer's time.`);
  }
  return null;
}

/** Longer than any clock's text. */
const keptLength = 160;
/** Files that this process has written: they have that length. */
const written = new Set<string>();

/** Whole or not at all. Rejected with `StoreNotWritable` where the folder cannot be written. */
export function keepClock(dataDir: string | null, state: KeptClock): void {
  if (dataDir === null) return;
  const file = fileIn(dataDir);
  const text = JSON.stringify(state).padEnd(keptLength);
  try {
    // A clock that jumps a thousand times a second is no new file each time: one short write over what is there is whole, too.
    if (written.has(file) && existsSync(file)) {
      writeFileSync(file, text, { flag: 'r+' });
      return;
    }
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    written.add(file);
  } catch (error) {
    throw new DurascopeError('StoreNotWritable', `The clock cannot be set: ${file} cannot be written (${messageOf(error)}).`, {
      cause: error,
      details: { dataDir },
    });
  }
}

/** The clock that a start asks for, given the one that was kept: it goes on from there, or begins at a time that is not before it. */
export function clockAtStart(kept: KeptClock | null, wanted: ClockChange | undefined, computerMs: number): KeptClock | null {
  if (wanted === undefined) return kept;
  const now = kept === null ? computerMs : (kept.pausedAtMs ?? computerMs + kept.aheadMs);
  const mode = kept?.mode ?? 'running';
  if ('real' in wanted) return { mode: 'running', aheadMs: 0, pausedAtMs: null };
  if ('mode' in wanted) return at(now, wanted.mode, computerMs);
  if ('to' in wanted) {
    if (kept !== null && wanted.to < now) {
      throw new DurascopeError(
        'InvalidArgument',
        `The clock of this hub already shows ${new Date(now).toISOString()} and goes forward only. Give a later time, or start with real.`,
      );
    }
    return at(wanted.to, mode, computerMs);
  }
  throw new DurascopeError(
    'InvalidArgument',
    'A start takes real, run, paused, auto or a time for the clock; jumps come after it.',
  );
}

function at(now: number, mode: KeptClock['mode'], computerMs: number): KeptClock {
  return { mode, aheadMs: now - computerMs, pausedAtMs: mode === 'paused' ? now : null };
}

function isKeptClock(value: unknown): value is KeptClock {
  if (typeof value !== 'object' || value === null) return false;
  const { mode, aheadMs, pausedAtMs } = value as Record<string, unknown>;
  const isMoment = pausedAtMs === null || (typeof pausedAtMs === 'number' && Number.isFinite(pausedAtMs));
  return (
    modes.includes(mode) &&
    typeof aheadMs === 'number' &&
    Number.isFinite(aheadMs) &&
    isMoment &&
    (mode === 'paused') === (pausedAtMs !== null)
  );
}

function fileIn(dataDir: string): string {
  return path.join(dataDir, 'clock.json');
}
