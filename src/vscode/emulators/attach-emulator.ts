import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';
import type { AppProblem } from '../../core/values/app-problem';
import type { Logger } from '../../core/ports/logger';
import { connectToEmulator } from '../../emulator/connect';
import type { EmulatorEvent } from '../../emulator/emulator-types';
import { knownEvent } from '../../emulator/known-event';
import { Listeners } from '../../emulator/listeners';
import { emulatorOf } from '../../emulator/data/running-emulators';
import type { RunningEmulator } from './app-emulator';
import { routePrefixOf } from '../models/app-folder';

/** An emulator of an older version does not know of any. */
function problemsOf(hub: Awaited<ReturnType<typeof connectToEmulator>>): Promise<readonly AppProblem[]> {
  return hub.problems().catch(() => []);
}

/**
 * The emulator that another window or the command line runs on this data folder; undefined when none does. Its functions and its
 * connected programs are read again when it tells that they have changed, before listeners hear of it, and after a lost connection.
 */
export async function attachToEmulator(dataDir: string, logger: Logger): Promise<RunningEmulator | undefined> {
  const note = await emulatorOf(dataDir);
  if (note === undefined) return undefined;
  const hub = await connectToEmulator(note.url, note.key);
  const [routePrefix, atFirst] = await Promise.all([
    readFile(path.join(note.appDir, 'host.json'), 'utf8').then(routePrefixOf, () => routePrefixOf(undefined)),
    Promise.all([hub.functions(), hub.connections(), problemsOf(hub)]),
  ]);
  let [functions, connections, problems] = atFirst;
  const events = new Listeners<EmulatorEvent>();
  const lost = new Listeners<Error>();
  let isLost = false;
  // One after another: the answer to an older question must not come last.
  let reading = Promise.resolve();
  const follow = (event: EmulatorEvent): void => {
    reading = reading
      .then(async () => {
        if (event.type === 'functionsChanged') [functions, problems] = await Promise.all([hub.functions(), problemsOf(hub)]);
        if (event.type === 'appProblems') ({ problems } = event);
        if (event.type === 'connectedWorkersChanged') connections = await hub.connections();
      })
      // The connection broke: it is read again when it is back.
      .catch(() => undefined)
      .then(() => {
        events.tell(event);
        // Their own event may have come while there was no connection.
        if (event.type === 'functionsChanged' && problems.length > 0) events.tell({ type: 'appProblems', problems });
      });
  };
  const told = [
    hub.onEvent((event) => {
      const known = knownEvent(event);
      if (known !== undefined) follow(known);
    }),
    hub.onLog((entries) => {
      for (const entry of entries) logger(entry);
    }),
    hub.subscribe((changes) => {
      if (!changes.some((change) => change.type === 'resync')) return;
      follow({ type: 'functionsChanged' });
      follow({ type: 'connectedWorkersChanged' });
    }),
    hub.onBreak(() => {
      // A connection can break by itself and comes back; an emulator that stopped has taken its note away. Looked at once for all who listen:
      // of two looks one may come before the note is gone, and there is no further break after the other.
      void emulatorOf(dataDir).then((now) => {
        if (isLost || now?.url === note.url) return;
        isLost = true;
        detach();
        lost.tell(new Error('The window or command that ran the emulator has ended.'));
      });
    }),
  ];
  const detach = (): void => {
    for (const each of told) each.dispose();
    hub.dispose();
  };
  logger({ level: 'information', category: 'emulator', message: `Using the emulator of process ${note.pid} at ${note.url}.` });
  return {
    isAttached: true,
    hub,
    url: note.url,
    managementUrl: note.managementUrl,
    key: note.key,
    dataDir: note.dataDir,
    routePrefix,
    workerPid: hub.info.workerPid ?? note.pid,
    // Told where it runs, and here with the next attempt.
    appError: null,
    get appProblems() {
      return problems;
    },
    functions: () => functions,
    grpc: connections.grpc,
    connectedWorkers: () => connections.workers,
    replays: hub.replays,
    time: hub,
    invoke: (name, input) => hub.invokeFunction(name, input),
    inspect: () =>
      Promise.reject(
        new DurascopeError(
          'NotSupported',
          'Another window or the command line runs the app: debug it there, or stop it there first.',
        ),
      ),
    onEvent: (listener) => events.add(listener),
    onLost: (listener) => lost.add(listener),
    stop: () => {
      isLost = true;
      detach();
      return Promise.resolve();
    },
  };
}
