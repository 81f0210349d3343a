/** Which worker runs an app, and its start. */
import type { Disposable } from '../../core/ports/clock';
import { outsideOf, watchApp } from '../../workers/node/app/app-watcher';
import { NodeWorker, type NodeWorkerOptions } from '../../workers/node/node-worker';
import { DotnetWorker } from '../../workers/rpc/dotnet/dotnet-worker';
import { PowerShellWorker } from '../../workers/rpc/powershell/powershell-worker';
import { watchSources } from '../../workers/rpc/watch-sources';
import type { AppWorker } from '../../workers/supervision/app-worker';
import type { AppKind } from './app-kind';

export interface AppWorkerStart extends NodeWorkerOptions {
  kind: AppKind;
  /** Of an app of .NET, see `DotnetWorkerOptions`. */
  waitForDebugger?: boolean;
  /** The durable client binding's JSON for .NET; asked for at each start of the process. */
  dotnetClientBinding(): string;
}

export async function startAppWorker(options: AppWorkerStart): Promise<AppWorker> {
  if (options.kind === 'node') return NodeWorker.start(options);
  const { appDir, log, startInstance, drainMs, watch, startSignal, env, watchdogMs, watchdogTime, loadTimeoutMs, loadTime } =
    options;
  const common = {
    appDir,
    log,
    ...(startInstance === undefined ? {} : { startInstance }),
    ...(drainMs === undefined ? {} : { drainMs }),
    ...(watch === undefined ? {} : { watch }),
    ...(startSignal === undefined ? {} : { startSignal }),
    ...(env === undefined ? {} : { env }),
    ...(watchdogMs === undefined ? {} : { watchdogMs }),
    ...(watchdogTime === undefined ? {} : { watchdogTime }),
    ...(loadTime === undefined ? {} : { loadTime }),
    ...(loadTimeoutMs === undefined ? {} : { loadTimeoutMs }),
    ...(options.inspectPort === undefined ? {} : { inspected: true }),
  };
  if (options.kind === 'powershell') {
    return PowerShellWorker.start({ ...common, clientBinding: () => options.clientBinding() });
  }
  const { waitForDebugger } = options;
  return DotnetWorker.start({
    ...common,
    ...(waitForDebugger === undefined ? {} : { waitForDebugger }),
    clientBinding: () => options.dotnetClientBinding(),
  });
}

const quietMs = 250;

/** Calls back when a file has changed that may mend an app which could not be loaded, because of `error`. */
export function watchBrokenApp({ kind, appDir }: AppWorkerStart, error: unknown, onChange: () => void): Disposable {
  if (kind !== 'node') return watchSources(appDir, quietMs, onChange);
  const outside = outsideOf(error);
  return watchApp(appDir, quietMs, onChange, { outside: () => outside });
}
