/**
 * Replays of an app's orchestrations, in a process of their own that is started with the first one. No emulator is needed: a history and the
 * app's folder are enough, so this runs in whatever process wants to look.
 */
import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';
import type { Logger } from '../../core/ports/logger';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { ReplayRequest, ReplayWorker } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import type { ConnectedReplayOptions } from '../../replay/connected-replay-worker';
import { openReplay } from '../../replay/open-replay';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import { spawnProcess, type Launcher } from '../../workers/supervision/launch';
import { NodeReplayWorker } from '../../workers/node/node-replay-worker';
import { appKind } from '../app/app-kind';
import { findChildScript } from '../app/child-script';
import { replayRequestOf } from './replay-request';

/** `findSource`, `findPlaces`: for apps that tell no lines. */
export interface ReplaysOptions extends Partial<Pick<ConnectedReplayOptions, 'findSource' | 'findPlaces'>> {
  /** The function app: the folder of host.json. */
  appDir: string;
  log: Logger;
  /** Node.js to load the app with. Default: the one that runs this. */
  nodePath?: string;
  /** Environment of the app, over that of this process and local.settings.json. */
  env?: Readonly<Record<string, string>>;
  /** Milliseconds after which code that does not come back is ended and named; 0: never. Default 10,000. */
  watchdogMs?: number;
  /** Who starts the process; a debugger, for instance. Default: as a child of this process. */
  launcher?: Launcher;
  /**
   * The process waits for a debugger before it loads the app, at a port of its own choice, which this is told once it listens there; nothing is
   * ended for taking long then.
   */
  onWaiting?: (port: number) => void;
}

export interface Replays {
  /** Rejects with `AppInvalid`, `UnknownFunction`, `InvalidArgument` (no history), `NotSupported` (another language), `WorkerHung` or `WorkerExited`. */
  open(request: ReplayRequest): Promise<ReplayTimeline>;
  /** The same for an instance of a hub, as it is now. Rejects with `InstanceNotFound` too. */
  openInstance(hub: TaskHubClient, instanceId: string): Promise<ReplayTimeline>;
  /** The app's functions. Starts the process. */
  functions(): Promise<readonly FunctionDescriptor[]>;
  /** The app's code has changed: what is opened next is opened with the new code. */
  reload(): Promise<void>;
  dispose(): Promise<void>;
}

export function createReplays(options: ReplaysOptions): Replays {
  const { onWaiting } = options;
  const appDir = path.resolve(options.appDir);
  const javaScript = new NodeReplayWorker({
    ...options,
    appDir,
    childScript: findChildScript(),
    ...(onWaiting === undefined ? {} : { launcher: waitingLauncher(onWaiting), watchdogMs: 0, loadTimeoutMs: 0 }),
  });
  let other: Promise<ReplayWorker> | undefined;
  // Most of it is what the emulator consists of: read with the first replay of such an app.
  const otherWorker = (kind: 'dotnet' | 'powershell'): Promise<ReplayWorker> =>
    (other ??= import('../emulator').then(({ dotnetReplayWorker, powerShellReplayWorker }) =>
      (kind === 'dotnet' ? dotnetReplayWorker : powerShellReplayWorker)({ ...options, appDir }),
    ));
  const workerOf = async (): Promise<ReplayWorker> => {
    const kind = await appKind(appDir);
    if (kind === 'node') return javaScript;
    if (onWaiting !== undefined) {
      const language = kind === 'dotnet' ? '.NET' : 'PowerShell';
      throw new DurascopeError(
        'NotSupported',
        `A replay of an app of ${language} cannot be debugged from here: attach the debugger to the app itself (F5).`,
      );
    }
    return otherWorker(kind);
  };
  const open = async (request: ReplayRequest): Promise<ReplayTimeline> => openReplay(request, await workerOf());
  return {
    open,
    openInstance: async (hub, instanceId) => open(await replayRequestOf(hub, instanceId)),
    functions: async () => (await workerOf()).functions(),
    reload: async () => {
      await Promise.all([javaScript.reload(), other?.then((worker) => worker.reload())]);
    },
    dispose: async () => {
      await Promise.all([javaScript.dispose(), other?.then((worker) => worker.dispose())]);
    },
  };
}

/** The debugger that attaches lets the process go on once its breakpoints are set. */
function waitingLauncher(onWaiting: (port: number) => void): Launcher {
  return (spec) => {
    const args = spec.args.filter((each) => !each.startsWith('--inspect'));
    const launched = spawnProcess({ ...spec, args: ['--inspect-brk=127.0.0.1:0', ...args] });
    let said = '';
    launched.stderr?.on('data', function listen(chunk: string | Buffer) {
      said += chunk.toString();
      const port = /^Debugger listening on ws:\/\/[^/]+:(\d+)\//m.exec(said)?.[1];
      if (port === undefined) return;
      launched.stderr?.off('data', listen);
      onWaiting(Number(port));
    });
    return launched;
  };
}
