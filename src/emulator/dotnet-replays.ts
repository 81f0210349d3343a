/** Replays by an app of .NET, in a process of its own that is started with the first one and reaches no hub. */
import { DurascopeError } from '../core/values/errors';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { Logger } from '../core/ports/logger';
import type { OpenReplay, ReplayRequest, ReplayWorker } from '../core/ports/replay-worker';
import { PassthroughWorker } from '../grpc/passthrough-worker';
import { dotnetClientBinding } from '../http/management-urls';
import { type ConnectedReplayOptions, ConnectedReplayWorker } from '../replay/connected-replay-worker';
import { DotnetWorker } from '../workers/rpc/dotnet/dotnet-worker';
import { HubReplays } from './hub-replays';

export interface DotnetReplayOptions extends Partial<Pick<ConnectedReplayOptions, 'findSource' | 'findPlaces'>> {
  appDir: string;
  log: Logger;
  env?: Readonly<Record<string, string>>;
  watchdogMs?: number;
}

export class DotnetReplayWorker implements ReplayWorker {
  private app: Promise<DotnetWorker> | null = null;

  constructor(private readonly options: DotnetReplayOptions) {}

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
    const asked = new PassthroughWorker(app, functions, { log: this.options.log, terminate: () => undefined });
    const worker = new ConnectedReplayWorker({
      replays: new HubReplays((each) => asked.program(each)),
      functionNames: () => functions.map(({ name }) => name),
      findSource: this.options.findSource ?? (() => Promise.resolve(null)),
      ...(this.options.findPlaces === undefined ? {} : { findPlaces: this.options.findPlaces }),
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

  private up(): Promise<DotnetWorker> {
    if (this.app !== null) return this.app;
    const { appDir, log, env, watchdogMs } = this.options;
    const starting = DotnetWorker.start({
      appDir,
      log,
      watch: false,
      // Nobody answers there: a client that the app makes must not reach a hub from a replay.
      clientBinding: () =>
        dotnetClientBinding({
          origin: 'http://127.0.0.1:9',
          hubName: 'replay',
          key: '',
          grpcPort: 9,
          maxMessageSizeInBytes: null,
        }),
      ...(env === undefined ? {} : { env }),
      ...(watchdogMs === undefined ? {} : { watchdogMs }),
    });
    this.app = starting;
    // It may be mended before the next replay.
    starting.catch(() => {
      if (this.app === starting) this.app = null;
    });
    return starting;
  }
}
