import { Worker } from 'node:worker_threads';
import { DurascopeError } from '../../core/values/errors';
import type { Logger } from '../../core/ports/logger';
import { youngHalf } from '../../emulator/app/young-half';
import { startOnThread } from '../../emulator/thread/emulator-proxy';
import type { EmulatorOptions } from '../../emulator/emulator-types';
import type { RunningEmulator } from './app-emulator';
import { attachToEmulator } from './attach-emulator';

/**
 * Starts the emulator on a thread of its own. Where another window has the data folder, its emulator is used instead; it then goes on
 * when this window stops.
 */
export async function launchEmulator(
  threadFile: string,
  options: Omit<EmulatorOptions, 'logger'>,
  logger: Logger,
): Promise<RunningEmulator> {
  for (let tries = 1; ; tries++) {
    try {
      const emulator = await startOnThread(await newThread(threadFile, options.appDir), { ...options, logger });
      return Object.assign(emulator, { isAttached: false });
    } catch (error) {
      if (!DurascopeError.is(error, 'StoreLocked') || options.dataDir === undefined) throw error;
      const attached = await attachToEmulator(options.dataDir, logger);
      if (attached !== undefined) return attached;
      // Whoever has the folder is starting, or stopping.
      if (tries === maxTries) throw error;
      await new Promise((resolve) => setTimeout(resolve, betweenTriesMs));
    }
  }
}

/** What earlier sessions left in the data folder, to be read. `StoreLocked` where another window or program runs it. */
export async function openStoredEmulator(
  threadFile: string,
  options: Pick<EmulatorOptions, 'appDir' | 'dataDir'>,
  logger: Logger,
): Promise<RunningEmulator> {
  const thread = await newThread(threadFile, options.appDir);
  return Object.assign(await startOnThread(thread, { ...options, readOnly: true, logger }), { isAttached: false });
}

const maxTries = 10;
const betweenTriesMs = 300;

/** V8 takes three halves for young objects. */
async function newThread(threadFile: string, appDir: string): Promise<Worker> {
  const maxYoungGenerationSizeMb = 3 * (await youngHalf(appDir));
  return new Worker(threadFile, { stdout: false, stderr: false, resourceLimits: { maxYoungGenerationSizeMb } });
}
