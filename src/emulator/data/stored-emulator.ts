import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';
import { storedHub } from '../../engine/stored-hub';
import { SqlJsHistoryStore } from '../../store/sql-js-history-store';
import type { Emulator, EmulatorOptions } from '../emulator-types';

/**
 * What earlier sessions have left in a data folder, to be read while no emulator runs: nothing is served, nothing runs, no timer comes due.
 * It has the folder until it is stopped. Errors: StoreLocked, StoreTooNew, StoreCorrupt, StoreNotWritable.
 */
export async function openStored(options: EmulatorOptions): Promise<Emulator> {
  const appDir = path.resolve(options.appDir);
  const dataDir = path.resolve(options.dataDir ?? path.join(appDir, '.durascope'));
  const store = new SqlJsHistoryStore({ dir: dataDir, log: options.logger });
  await store.open();
  const refuse = (): Promise<never> =>
    Promise.reject(new DurascopeError('Stopped', 'The emulator is stopped. Start it and try again.'));
  const nothing = { dispose: () => undefined };
  return {
    hub: storedHub(store),
    url: '',
    managementUrl: '',
    key: '',
    appDir,
    dataDir,
    routePrefix: '',
    workerPid: undefined,
    appError: null,
    appProblems: [],
    grpc: null,
    functions: () => [],
    connectedWorkers: () => [],
    time: { clock: refuse, setClock: refuse, onClock: () => nothing },
    replays: { open: refuse, moment: refuse, close: () => Promise.resolve() },
    invoke: refuse,
    inspect: refuse,
    onEvent: () => nothing,
    stop: () => store.close(),
  };
}
