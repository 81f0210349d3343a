import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import { DurascopeError } from '../core/errors';
import type { Logger } from '../core/ports/logger';
import { connectToEmulator } from '../emulator/connect';
import { startOnThread } from '../emulator/emulator-proxy';
import type { EmulatorOptions } from '../emulator/emulator-types';
import { emulatorOf } from '../emulator/running-emulators';
import type { RunningEmulator } from './app-emulator';
import { routePrefixOf } from './models/app-folder';

const workerEvent = z.enum(['workerStarting', 'workerReady', 'workerExited', 'workerReloading']);
const emulatorEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('functionsChanged') }),
  z.object({
    type: z.literal('storeNote'),
    severity: z.enum(['warning', 'information']),
    functionName: z.string(),
    instanceId: z.string(),
    message: z.string(),
  }),
  z.object({ type: workerEvent, message: z.string().exactOptional(), pid: z.number().exactOptional() }),
  z.object({
    type: z.literal('appError'),
    message: z.string(),
    file: z.string().exactOptional(),
    line: z.number().exactOptional(),
  }),
]);

/**
 * Starts the emulator on a thread of its own. Where another window has the data folder, its emulator is used instead; it then goes on
 * when this window stops.
 */
export async function launchEmulator(
  threadFile: string,
  options: Omit<EmulatorOptions, 'logger'>,
  logger: Logger,
): Promise<RunningEmulator> {
  try {
    return await startOnThread(new Worker(threadFile, { stdout: false, stderr: false }), { ...options, logger });
  } catch (error) {
    if (!DurascopeError.is(error, 'StoreLocked') || options.dataDir === undefined) throw error;
    const attached = await attachTo(options.dataDir, logger);
    if (attached === undefined) throw error;
    return attached;
  }
}

async function attachTo(dataDir: string, logger: Logger): Promise<RunningEmulator | undefined> {
  const note = await emulatorOf(dataDir);
  if (note === undefined) return undefined;
  const hub = await connectToEmulator(note.url, note.key);
  let functions = await hub.functions();
  const told = hub.onEvent((event) => {
    if (event.type === 'functionsChanged') void hub.functions().then((now) => (functions = now));
  });
  const detach = (): void => {
    told.dispose();
    hub.dispose();
  };
  logger({ level: 'information', category: 'emulator', message: `Using the emulator of process ${note.pid} at ${note.url}.` });
  return {
    hub,
    url: note.url,
    managementUrl: note.managementUrl,
    key: note.key,
    dataDir: note.dataDir,
    routePrefix: routePrefixOf(await readFile(path.join(note.appDir, 'host.json'), 'utf8').catch(() => undefined)),
    workerPid: note.pid,
    functions: () => functions,
    grpc: null,
    connectedWorkers: () => [],
    invoke: (name, input) => hub.invokeFunction(name, input),
    onEvent: (listener) =>
      hub.onEvent((event) => {
        const known = emulatorEvent.safeParse(event);
        if (known.success) listener(known.data);
      }),
    onLost: (listener) =>
      hub.onBreak(() => {
        // A connection can break by itself and comes back; an emulator that stopped has taken its note away.
        void emulatorOf(dataDir).then((now) => {
          if (now?.url === note.url) return;
          detach();
          listener(new Error('The window or command that ran the emulator has ended. Start it here to go on.'));
        });
      }),
    stop: () => {
      detach();
      return Promise.resolve();
    },
  };
}
