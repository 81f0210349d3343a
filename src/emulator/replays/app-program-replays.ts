/**
 * Replays by an app whose worker tells what its code asks for and not where it stands (.NET, PowerShell), in a process of its own that is started
 * with the first one and reaches no hub.
 */
import { readFile } from 'node:fs/promises';
import { DurascopeError } from '../../core/values/errors';
import type { AskedProgram } from '../../core/ports/connected-replays';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { Logger } from '../../core/ports/logger';
import type { OpenReplay, ReplayRequest, ReplayWorker } from '../../core/ports/replay-worker';
import { PassthroughWorker } from '../../grpc/passthrough-worker';
import { dotnetClientBinding, durableClientBinding } from '../../http/management-urls';
import { type ConnectedReplayOptions, ConnectedReplayWorker } from '../../replay/connected-replay-worker';
import { episodeProgram } from '../../replay/episode-program';
import type { FoundSource } from '../../replay/orchestrator-source';
import { DotnetWorker } from '../../workers/rpc/dotnet/dotnet-worker';
import { PowerShellWorker } from '../../workers/rpc/powershell/powershell-worker';
import { HubReplays } from './hub-replays';

export interface AppProgramReplayOptions extends Partial<Pick<ConnectedReplayOptions, 'findSource' | 'findPlaces'>> {
  appDir: string;
  log: Logger;
  env?: Readonly<Record<string, string>>;
  watchdogMs?: number;
}

/** The app in its process. */
interface AskedApp {
  functions(): readonly FunctionDescriptor[];
  program(request: ReplayRequest): AskedProgram;
  stop(): Promise<void>;
}

export function dotnetReplayWorker(options: AppProgramReplayOptions): ReplayWorker {
  return new AppProgramReplayWorker(options, async () => {
    const app = await DotnetWorker.start({
      ...common(options),
      clientBinding: () => dotnetClientBinding({ ...nowhere, grpcPort: deadPort, maxMessageSizeInBytes: null }),
    });
    const asked = new PassthroughWorker(app, app.functions(), { log: options.log, terminate: () => undefined });
    return { functions: () => app.functions(), program: (request) => asked.program(request), stop: () => app.stop() };
  });
}

export function powerShellReplayWorker(options: AppProgramReplayOptions): ReplayWorker {
  return new AppProgramReplayWorker(options, async () => {
    const app = await PowerShellWorker.start({
      ...common(options),
      clientBinding: () => durableClientBinding({ ...nowhere, rpcBaseUrl: nowhere.origin }),
    });
    const program = (request: ReplayRequest): AskedProgram =>
      episodeProgram(request, 'PowerShell app', (episode) => app.runEpisode(episode));
    return { functions: () => app.functions(), program, stop: () => app.stop() };
  });
}

/** Nobody answers there: a client that the app makes must not reach a hub from a replay. */
const deadPort = 9;
const nowhere = { origin: `http://127.0.0.1:${deadPort}`, hubName: 'replay', key: '' };

function common({ appDir, log, env, watchdogMs }: AppProgramReplayOptions) {
  return {
    ...{ appDir, log, watch: false },
    ...(env === undefined ? {} : { env }),
    ...(watchdogMs === undefined ? {} : { watchdogMs }),
  };
}

/** Where the app itself says that the function is written. */
function ownSource(functions: readonly FunctionDescriptor[], name: string): Promise<FoundSource> | null {
  const lower = name.toLowerCase();
  const { file, line } = functions.find((each) => each.type === 'orchestrator' && each.name.toLowerCase() === lower) ?? {};
  if (file === undefined) return null;
  return readFile(file, 'utf8').then((text) => ({ place: { file, line: line ?? 1, column: 1 }, text }));
}

class AppProgramReplayWorker implements ReplayWorker {
  private app: Promise<AskedApp> | null = null;

  constructor(
    private readonly options: AppProgramReplayOptions,
    private readonly launch: () => Promise<AskedApp>,
  ) {}

  async functions(): Promise<readonly FunctionDescriptor[]> {
    return (await this.up()).functions();
  }

  /** Rejects with `AppInvalid` when the app does not build or load, with `UnknownFunction`, and as the app's answers do. */
  async open(request: ReplayRequest): Promise<OpenReplay> {
    const app = await this.up();
    const functions = app.functions();
    const orchestrators = functions.filter(({ type }) => type === 'orchestrator').map(({ name }) => name);
    if (!orchestrators.some((name) => name.toLowerCase() === request.functionName.toLowerCase())) {
      const known = orchestrators.length === 0 ? 'It has none.' : `It has ${orchestrators.join(', ')}.`;
      throw new DurascopeError('UnknownFunction', `The app has no orchestrator '${request.functionName}'. ${known}`);
    }
    const { findSource, findPlaces } = this.options;
    const worker = new ConnectedReplayWorker({
      replays: new HubReplays((each) => app.program(each)),
      functionNames: () => functions.map(({ name }) => name),
      findSource: (name) => ownSource(functions, name) ?? findSource?.(name) ?? Promise.resolve(null),
      ...(findPlaces === undefined ? {} : { findPlaces }),
    });
    return worker.open(request);
  }

  async reload(): Promise<void> {
    const before = this.app;
    this.app = null;
    await before?.then(
      (running) => running.stop(),
      () => undefined,
    );
  }

  dispose(): Promise<void> {
    return this.reload();
  }

  private up(): Promise<AskedApp> {
    if (this.app !== null) return this.app;
    const starting = this.launch();
    this.app = starting;
    // It may be mended before the next replay.
    starting.catch(() => {
      if (this.app === starting) this.app = null;
    });
    return starting;
  }
}
