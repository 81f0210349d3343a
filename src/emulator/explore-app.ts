/** Exploring an orchestrator of a function app: its real code and activities in a process of their own, no hub and no network of the emulator. */
import path from 'node:path';
import type { Logger } from '../core/ports/logger';
import { DurascopeError } from '../core/values/errors';
import { Explorer, type ExploreOptions } from '../replay/explore/explorer';
import { NodeWorker } from '../workers/node/node-worker';
import { appKind } from './app-kind';
import { findChildScript } from './child-script';
import { registeredName } from './registered-name';

export interface ExploreAppOptions extends Omit<ExploreOptions, 'worker'> {
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
  const { nodePath, env } = options;
  const worker = await NodeWorker.start({
    appDir,
    childScript: findChildScript(),
    log: options.log,
    ...(nodePath === undefined ? {} : { nodePath }),
    ...(env === undefined ? {} : { env }),
    // A client that the app makes must not reach a hub from here.
    clientBinding: () => '{}',
    watch: false,
  });
  try {
    const name = registeredName(worker.functions(), options.name);
    const found = worker.functions().find((each) => each.name === name && each.type === 'orchestrator');
    return await explore(new Explorer({ ...options, worker, name }), { name, file: found?.file ?? null, line: found?.line ?? 1 });
  } finally {
    await worker.stop();
  }
}
