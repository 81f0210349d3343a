/** Exploring an orchestrator of a function app: its real code and activities in a process of their own, no hub and no network of the emulator. */
import path from 'node:path';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { Logger } from '../core/ports/logger';
import { DurascopeError } from '../core/values/errors';
import { Explorer, type ExploreOptions } from '../replay/explore/explorer';
import { NodeWorker } from '../workers/node/node-worker';
import { appKind } from './app-kind';
import { findChildScript } from './child-script';

export interface ExploreAppOptions extends Omit<ExploreOptions, 'worker' | 'name'> {
  /** The folder of host.json. */
  appDir: string;
  log: Logger;
  nodePath?: string;
  /** Of the functions that the app has, the name of the orchestrator. */
  choose: (functions: readonly FunctionDescriptor[]) => string;
}

/** Rejects with `AppInvalid`, `NotSupported` for an app in another language, and as `Explorer` does. */
export async function exploreApp<T>(
  options: ExploreAppOptions,
  explore: (explorer: Explorer, name: string) => Promise<T>,
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
  const worker = await NodeWorker.start({
    appDir,
    childScript: findChildScript(),
    log: options.log,
    ...(options.nodePath === undefined ? {} : { nodePath: options.nodePath }),
    // A client that the app makes must not reach a hub from here.
    clientBinding: () => '{}',
    watch: false,
  });
  try {
    const name = options.choose(worker.functions());
    return await explore(new Explorer({ ...options, worker, name }), name);
  } finally {
    await worker.stop();
  }
}
