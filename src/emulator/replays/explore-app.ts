/** Exploring an orchestrator of a function app: its real code and activities in a process of their own, no hub and no network of the emulator. */
import path from 'node:path';
import type { Logger } from '../../core/ports/logger';
import { DurascopeError } from '../../core/values/errors';
import type { ExploreOptions } from '../../replay/explore/exploration';
import { Explorer } from '../../replay/explore/explorer';
import { firstInstanceId } from '../../replay/explore/simulated-run';
import { NodeWorker } from '../../workers/node/node-worker';
import { appKind } from '../app/app-kind';
import { findChildScript } from '../app/child-script';
import { ExploredClients } from './explored-clients';
import { registeredName } from './registered-name';

export interface ExploreAppOptions extends Omit<ExploreOptions, 'worker' | 'others'> {
  /** What runs beside. `id`: default `explored-2` for the first of them, and so on. */
  others?: readonly { name: string; input: string | null; id?: string }[];
  /** The folder of host.json. */
  appDir: string;
  log: Logger;
  nodePath?: string;
  /** Environment of the app, over that of this process and local.settings.json. */
  env?: Readonly<Record<string, string>>;
}

export interface FoundOrchestrator {
  /** As the app spells it. */
  name: string;
  file: string | null;
  /** From 1. */
  line: number;
}

/** Rejects with `AppInvalid`, `UnknownFunction`, `NotSupported` for an app in another language, and as `Explorer` does. */
export async function exploreApp<T>(
  options: ExploreAppOptions,
  explore: (explorer: Explorer, found: FoundOrchestrator) => Promise<T>,
): Promise<T> {
  const appDir = path.resolve(options.appDir);
  const kind = await appKind(appDir);
  if (kind !== 'node') {
    const language = kind === 'dotnet' ? '.NET' : 'PowerShell';
    throw new DurascopeError(
      'NotSupported',
      `Orchestrators of an app of ${language} cannot be explored yet: JavaScript and TypeScript can.`,
    );
  }
  const others = (options.others ?? []).map(({ id, ...each }, nth) => ({ ...each, id: id ?? `${firstInstanceId}-${nth + 2}` }));
  const ids = [firstInstanceId, ...others.map(({ id }) => id)];
  const twice = ids.find((id, nth) => ids.indexOf(id) !== nth);
  if (twice !== undefined) {
    throw new DurascopeError('InvalidArgument', `Two instances are to have the id '${twice}': give each its own.`);
  }
  const clients = await ExploredClients.listen(ids);
  try {
    return await exploreWith(clients, { ...options, appDir, others }, explore);
  } finally {
    clients.stop();
  }
}

async function exploreWith<T>(
  clients: ExploredClients,
  options: Omit<ExploreAppOptions, 'others'> & Pick<ExploreOptions, 'others'>,
  explore: (explorer: Explorer, found: FoundOrchestrator) => Promise<T>,
): Promise<T> {
  const { appDir, nodePath, env } = options;
  const worker = await NodeWorker.start({
    appDir,
    childScript: findChildScript(),
    log: options.log,
    ...(nodePath === undefined ? {} : { nodePath }),
    ...(env === undefined ? {} : { env }),
    // A client that the app makes must not reach a hub from here.
    clientBinding: () => clients.binding,
    watch: false,
  });
  try {
    const functions = worker.functions();
    const name = registeredName(functions, options.name);
    const explorer = new Explorer({
      ...options,
      worker: {
        forget: (id) => worker.forget(id),
        runEpisode: (request) => worker.runEpisode(request),
        runEntityBatch: (request) => worker.runEntityBatch(request),
        runActivity: async (request) => {
          clients.taken();
          const outcome = await worker.runActivity(request);
          const raised = clients.taken();
          return raised.length === 0 ? outcome : { ...outcome, raised };
        },
      },
      name,
      others: (options.others ?? []).map((each) => ({ ...each, name: registeredName(functions, each.name) })),
    });
    const found = functions.find((each) => each.name === name && each.type === 'orchestrator');
    return await explore(explorer, { name, file: found?.file ?? null, line: found?.line ?? 1 });
  } finally {
    await worker.stop();
  }
}
