/** Entry of dist/emulator-thread.js: the emulator on a worker thread, so that an editor's own event loop never waits for it. */
import { parentPort } from 'node:worker_threads';
import { keepOwnCompiledCode } from '../../base/code-cache';
import { collectWhenIdle } from './collect-when-idle';
import { startEarlyProcess } from './early-process';
import { EmulatorServer } from './emulator-server';
import type { FromThread, ToThread } from './thread-messages';

const port = parentPort;
if (port === null) throw new Error('This file runs on a worker thread; `durascope start` runs an emulator by itself.');

const server = new EmulatorServer({
  post: (message: FromThread) => port.postMessage(message),
  start: async (options) => {
    const waiting = options.readOnly === true ? undefined : startEarlyProcess(options);
    keepOwnCompiledCode(__dirname);
    const { openStored, startEmulator } = await import('../emulator');
    if (options.readOnly === true) return openStored(options);
    const emulator = await startEmulator({ ...options, ...(waiting === undefined ? {} : { waiting }) });
    collectWhenIdle(emulator.hub);
    return emulator;
  },
  after: (delayMs, callback) => void setTimeout(callback, delayMs),
});
port.on('message', (message: ToThread) => server.receive(message));
