/** Which worker runs an app, and its start. */
import type { Disposable } from '../core/ports/clock';
import { watchApp } from '../workers/node/app/app-watcher';
import { NodeWorker, type NodeWorkerOptions } from '../workers/node/node-worker';
import { findDotnetProject } from '../workers/rpc/dotnet/dotnet-project';
import { watchSources } from '../workers/rpc/watch-sources';
import type { AppWorker } from '../workers/supervision/app-worker';

export type AppKind = 'node' | 'dotnet';

export interface AppWorkerStart extends NodeWorkerOptions {
  kind: AppKind;
  /** The durable client binding's JSON for .NET; asked for at each start of the process. */
  dotnetClientBinding(): string;
}

/** Rejects with `AppInvalid` where the folder does not tell. */
export async function appKind(appDir: string): Promise<AppKind> {
  return (await findDotnetProject(appDir)) === null ? 'node' : 'dotnet';
}

export async function startAppWorker(options: AppWorkerStart): Promise<AppWorker> {
  if (options.kind === 'node') return NodeWorker.start(options);
  const { DotnetWorker } = await import('../workers/rpc/dotnet/dotnet-worker');
  const { appDir, log, startInstance, drainMs, watch, env, watchdogMs, loadTimeoutMs } = options;
  return DotnetWorker.start({
    appDir,
    log,
    clientBinding: () => options.dotnetClientBinding(),
    ...(startInstance === undefined ? {} : { startInstance }),
    ...(drainMs === undefined ? {} : { drainMs }),
    ...(watch === undefined ? {} : { watch }),
    ...(env === undefined ? {} : { env }),
    ...(watchdogMs === undefined ? {} : { watchdogMs }),
    ...(loadTimeoutMs === undefined ? {} : { loadTimeoutMs }),
  });
}

const quietMs = 250;

/** Calls back when a file has changed that may mend an app which could not be loaded. */
export function watchBrokenApp({ kind, appDir }: AppWorkerStart, onChange: () => void): Disposable {
  return (kind === 'node' ? watchApp : watchSources)(appDir, quietMs, onChange);
}
