/** Composition root: an emulator out of its parts. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { version } from '../../package.json';
import { removeLeftFolders } from '../base/temporary-folders';
import type { ConnectedWorker } from '../core/ports/connected-worker';
import type { Disposable } from '../core/ports/clock';
import type { HistoryStore } from '../core/ports/history-store';
import type { LogEntry, Logger } from '../core/ports/logger';
import { toTimestamp } from '../core/values/time';
import { productionStoreOf } from '../core/instances/production-store';
import { Engine } from '../engine/engine';
import { DurableHttp } from '../http/durable-http';
import { createHttpApp } from '../http/http-app';
import { type HttpServer, startHttpServer } from '../http/http-server';
import { ReplaySessions } from '../http/replay-sessions';
import { dotnetClientBinding, durableClientBinding, grpcClientBinding, rpcPath, webhookPath } from '../http/management-urls';
import { SqlJsHistoryStore } from '../store/sql-js-history-store';
import { readAppSettings } from '../workers/node/app/app-settings';
import { emulatorNodeArguments } from '../workers/node/process/node-arguments';
import { spawnProcess } from '../workers/supervision/launch';
import { AppProcess } from './app/app-process';
import { appKind } from './app/app-kind';
import { prepareSession, systemKey } from './data/data-folder';
import { findChildScript } from './app/child-script';
import { dashboardFrom } from './dashboard';
import type { Emulator, EmulatorEvent, EmulatorOptions, GrpcEndpoint } from './emulator-types';
import { engineOptionsFrom } from './engine-options-from';
import { remoteEngineOptions, TaskHubs } from './grpc-hubs';
import { HubReplays } from './replays/hub-replays';
import { HubInstanceReplays } from './replays/instance-replays';
import { HttpStubFile } from './app/http-stub-file';
import { invokeFunction } from './app/invoke-function';
import { Listeners } from './listeners';
import { watchMeanings } from './app/meaning-watch';
import { watchProductionStore } from './app/production-watch';
import { announceEmulator } from './data/running-emulators';
import { RareNotes } from '../core/ports/rare-notes';
import { Rehearsals } from './app/rehearsals';
import { oncePerTurn } from './once-per-turn';
import { SystemClock } from './time/system-clock';
import { HubTime } from './time/hub-time';
import { hubOfApp } from './time/hub-of-app';
import { clockAtStart, keepClock, readClock } from './time/kept-clock';
import { TimerTriggers } from './time/timer-triggers';

export type { Emulator, EmulatorEvent, EmulatorOptions } from './emulator-types';
/** Read together with the emulator, of whose parts it consists. */
export { dotnetReplayWorker, powerShellReplayWorker } from './replays/app-program-replays';
export { exploreApp } from './replays/explore-app';
export { openStored } from './data/stored-emulator';

/** Without `port` and without one in local.settings.json: that of Core Tools, which clients know. */
const defaultPort = 7071;
/** That of the Durable Task Scheduler's emulator, which its samples name (spec/grpc.md 0.1). */
const defaultGrpcPort = 8080;
const ownHubName = 'default';
/** Enough that a sequence rarely waits for the other process, few enough that a terminate need not wait long. */
const stepsAhead = 64;

/**
 * Opens the histories, loads the app and serves it. Rejects with PortTaken, StoreLocked, StoreTooNew, StoreNotWritable, or AppInvalid;
 * nothing is left running then.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const appDir = path.resolve(options.appDir);
  const dataDir = options.memory === true ? null : path.resolve(options.dataDir ?? path.join(appDir, '.durascope'));
  const logs = new Listeners<LogEntry>();
  /** Of the hub's clock, once there is one. */
  let now = (): number => Date.now();
  const log: Logger = (given) => {
    const entry = given.instanceId === undefined ? given : { ...given, at: toTimestamp(now()) };
    options.logger(entry);
    logs.tell(entry);
  };
  const events = new Listeners<EmulatorEvent>();
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { hostConfig, localHttpPort, cors, values } = await readAppSettings(appDir);
    const stubFile = new HttpStubFile(appDir, options.httpStubs);
    await stubFile.read();
    if (dataDir !== null) await prepareSession(dataDir, options.sessionStart ?? 'keep', log);
    const key = await systemKey(dataDir);
    const rpcToken = randomBytes(24).toString('base64url');
    const note = (message: string): void => log({ level: 'warning', category: 'clock', message });
    const computer = new SystemClock();
    const clock = new HubTime({
      computer,
      kept: clockAtStart(readClock(dataDir, note), options.clock, computer.now()),
      keep: (state) => keepClock(dataDir, state),
      callsUnderWay: () => app.callsUnderWay,
      commandsOfApp: () => appHub.commands,
      log,
    });
    now = () => clock.now();
    undo.push(() => {
      clock.stop();
      return Promise.resolve();
    });
    clock.onClock((state) => events.tell({ type: 'clockChanged', clock: state }));

    const store = new SqlJsHistoryStore({ dir: dataDir, durability: options.durability ?? 'interval', log });
    const { storageProviderType } = hostConfig;
    const productionStore =
      options.productionStore ?? (storageProviderType === null ? null : productionStoreOf(storageProviderType)) ?? 'none';
    const { clientIdRules = 'documents', durableTimers = 'exact' } = options;
    const engineChoices = { clientIdRules, durableTimers };
    const setting = (name: string): string | undefined => options.env?.[name] ?? process.env[name] ?? values[name];
    const http = new DurableHttp({
      stubs: () => stubFile.read(),
      token: setting('DURASCOPE_HTTP_TOKEN'),
      log,
      clock: computer,
    });
    // Strict: nothing runs before its schedule is on disk.
    const runAhead = options.durability === 'strict' || options.runAhead === false ? 0 : stepsAhead;
    const newEngine = (store: HistoryStore, log: Logger): Engine =>
      new Engine(
        { store, clock, newId, log, http: http.call },
        {
          ...engineOptionsFrom(hostConfig),
          runAhead,
          takesResults: options.runAhead !== false,
          productionStore,
          ...engineChoices,
          maxConcurrentRemote: remoteEngineOptions.maxConcurrentRemote,
          defaultProfile: options.app === false ? 'G' : 'A',
        },
      );
    const engine = newEngine(store, log);
    const appHub = hubOfApp(engine);
    let grpc: GrpcEndpoint | null = null;
    let connected = (): readonly ConnectedWorker[] => [];
    const replays = new HubReplays((request) => hubs.replay(request));
    const replaySessions = new ReplaySessions(replays, computer);
    undo.push(() => replaySessions.dispose());
    const instanceReplays = new HubInstanceReplays({
      ...{ hub: engine, replays, functions: () => app.functions(), clock: computer, log, appDir },
      ...(options.nodePath === undefined ? {} : { nodePath: options.nodePath }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.watchdogMs === undefined ? {} : { watchdogMs: options.watchdogMs }),
    });
    undo.push(() => instanceReplays.dispose());
    events.add(({ type }) => {
      if (type === 'workerReady') instanceReplays.reload();
    });
    const foreignNotes = new RareNotes(computer, (message) => log({ level: 'warning', category: 'http', message }));
    const app = new AppProcess(events, (asker) => (asker === 'client' ? clock.clientAnswered() : clock.lookAgain()));
    const timers = new TimerTriggers({
      clock,
      log,
      run: (name, info) => app.invokeTimer(name, info),
      setting,
      // Without an ending that is watched, should the folder be one of the app's.
      file: dataDir === null ? null : path.join(dataDir, 'timer-runs'),
    });
    const httpApp = createHttpApp({
      hub: engine,
      appHub: appHub.hub,
      functions: () => app.functions(),
      runsElsewhere: (type, name) => options.app === false || hubs.takes(type, name),
      triggers: app,
      invoke: (name, input, metadata) => invokeFunction(app, name, input, metadata),
      settings: {
        hubName: hostConfig.hubName,
        routePrefix: hostConfig.routePrefix,
        key,
        rpcToken,
        origin: () => url,
        version,
        appDir,
        dataDir,
        clientIdRules,
        ...(cors === null ? {} : { cors }),
      },
      log,
      clock: computer,
      readiness: () => app.readiness(),
      workerPid: () => app.pid,
      problems: () => (app.error === null ? app.problems : (app.error.problems ?? [])),
      connections: () => ({ grpc, workers: [...connected()] }),
      replays: replaySessions,
      instanceReplays,
      time: clock,
      logs: (listener) => logs.add(listener),
      emulatorEvents: (listener) => events.add(listener),
      dashboard: dashboardFrom(findWebviewDir()),
    });
    const server: HttpServer = await startHttpServer(httpApp, {
      port: options.port ?? localHttpPort ?? defaultPort,
      host: '127.0.0.1',
      onForeign: foreignNotes.of((language) =>
        language === 'tls'
          ? `A client speaks TLS to ${url}, which is plaintext: let its address begin with http://.`
          : `A client speaks HTTP/2 to ${url}, as gRPC does. ${
              grpc === null ? 'gRPC is off.' : `Durable Task SDKs connect with ${grpc.connectionString}.`
            }`,
      ),
    });
    undo.push(() => server.stop());
    const url = `http://localhost:${server.port}`;

    const hubs = new TaskHubs({
      engine,
      ownNames: [ownHubName, hostConfig.hubName],
      dataDir,
      durability: options.durability ?? 'interval',
      clock,
      computer,
      log,
      newId,
      workersChanged: oncePerTurn(() => events.tell({ type: 'connectedWorkersChanged' })),
    });
    const kind = options.app === false ? null : await appKind(appDir);
    let appGrpcPort: number | null = null;
    if (options.grpc !== undefined || kind === 'dotnet') {
      // Clients of .NET speak nothing else: theirs is any port that is free.
      const { port } = options.grpc ?? { port: 0 };
      // Most of it is libraries that nobody needs without it.
      const { startGrpcServer } = await import('../grpc/grpc-server');
      const listening = await startGrpcServer({
        port: port ?? defaultGrpcPort,
        orAnyOther: port === undefined,
        hubs,
        clock,
        log,
        dashboard: () => url,
      });
      undo.push(() => listening.stop());
      appGrpcPort = listening.port;
      if (options.grpc !== undefined) {
        grpc = {
          port: listening.port,
          connectionString: `Endpoint=http://localhost:${listening.port};Authentication=None;TaskHub=${ownHubName}`,
        };
      }
    }
    if (kind !== 'node') options.waiting?.dismiss();
    const launcher = options.waiting?.launcher ?? spawnProcess;
    let launched = (): void => undefined;
    const launch = new Promise<void>((resolve) => (launched = resolve));
    const loadApp = (): Promise<void> =>
      app.start({
        kind: kind ?? 'node',
        appDir,
        childScript: findChildScript(),
        log,
        clientBinding: () =>
          durableClientBinding({
            origin: url,
            hubName: hostConfig.hubName,
            key,
            rpcBaseUrl: `http://127.0.0.1:${server.port}${rpcPath(rpcToken)}`,
          }),
        grpcClientBinding: () =>
          appGrpcPort === null
            ? null
            : grpcClientBinding({
                origin: url,
                hubName: hostConfig.hubName,
                key,
                grpcPort: appGrpcPort,
                maxMessageSizeInBytes: hostConfig.maxGrpcMessageSizeInBytes,
              }),
        dotnetClientBinding: () =>
          dotnetClientBinding({
            origin: url,
            hubName: hostConfig.hubName,
            key,
            grpcPort: appGrpcPort ?? 0,
            maxMessageSizeInBytes: hostConfig.maxGrpcMessageSizeInBytes,
          }),
        execArgv: emulatorNodeArguments,
        env: { WEBSITE_HOSTNAME: `localhost:${server.port}`, ...options.env },
        launcher: (spec) => {
          launched();
          return launcher(spec);
        },
        startInstance: (start) => engine.start(start),
        ...(options.watchdogMs === undefined ? {} : { watchdogMs: options.watchdogMs }),
        ...(options.watchdogTime === undefined ? {} : { watchdogTime: options.watchdogTime }),
        ...(options.loadTime === undefined ? {} : { loadTime: options.loadTime }),
        ...(options.inspectPort === undefined ? {} : { inspectPort: options.inspectPort }),
        ...(options.waitForDebugger === undefined ? {} : { waitForDebugger: options.waitForDebugger }),
        ...(options.nodePath === undefined ? {} : { nodePath: options.nodePath }),
        waitWhileBroken: options.brokenApp === 'wait',
      });
    const loading = options.app === false ? Promise.resolve() : loadApp();
    // What it rejects with is awaited below, but perhaps only after another failure.
    loading.catch(() => undefined);
    undo.push(async () => {
      http.stop();
      await timers.stop();
      const stopped = engine.stop();
      await app.stop();
      await stopped;
    });
    // The app loads in its own process meanwhile: first of all that one has to get what it needs for it.
    if (kind === 'node') await Promise.race([launch, loading.catch(() => undefined)]);
    await engine.open();
    clock.drive(engine);
    connected = () => hubs.connected();
    hubs.open();
    const meaningWatch = watchMeanings(engine, log);
    undo.push(() => {
      meaningWatch.dispose();
      return Promise.resolve();
    });
    const watch = watchProductionStore({
      store: productionStore,
      hub: engine,
      log,
      onNote: ({ severity, message }, { name, instanceId }) =>
        events.tell({ type: 'storeNote', severity, functionName: name, instanceId, message }),
    });
    undo.push(() => {
      watch.dispose();
      return Promise.resolve();
    });
    app.onLoaded((worker) => {
      engine.setWorker(worker);
      hubs.useApp(worker, worker.functions());
      if (options.timers !== 'off') void timers.update(worker.functions());
    });
    // Before the port closes: streams that end with a reason make their workers come again.
    undo.push(() => hubs.stop());
    await loading;
    if (options.rehearsal ?? process.env['DURASCOPE_REHEARSAL'] !== 'off') {
      const rehearsals = new Rehearsals({
        clock: computer,
        newEngine,
        onDisk: dataDir !== null,
        isFree: () => engine.isIdle,
        app: () => app.rehearsal,
      });
      const listening = events.add(({ type }) => {
        if (type === 'workerReady') void rehearsals.begin();
      });
      undo.push(() => {
        listening.dispose();
        return rehearsals.stop();
      });
      void rehearsals.begin();
    }

    const managementUrl = `${url}${webhookPath}`;
    const running = {
      url,
      managementUrl,
      key,
      pid: process.pid,
      appDir,
      dataDir,
      startedAt: new Date(computer.now()).toISOString(),
    };
    undo.push(await announceEmulator(running));
    // Not waited for: what is there belongs to nobody any more.
    const cleared = removeLeftFolders().catch(() => undefined);
    undo.push(() => cleared);
    let stopping: Promise<void> | undefined;
    return {
      hub: engine,
      url,
      managementUrl,
      key,
      appDir,
      dataDir,
      routePrefix: hostConfig.routePrefix,
      get workerPid() {
        return app.pid;
      },
      get appError() {
        return app.error;
      },
      get appProblems() {
        return app.problems;
      },
      grpc,
      functions: () => app.functions(),
      connectedWorkers: connected,
      time: clock,
      replays,
      invoke: (name, input, metadata) => invokeFunction(app, name, input, metadata),
      inspect: (port) => app.inspect(port),
      onEvent: (listener): Disposable => events.add(listener),
      stop: () => {
        app.expectEnd();
        return (stopping ??= stop());
      },
    };
  } catch (error) {
    options.waiting?.dismiss();
    await stop();
    throw error;
  }
}

function newId(): string {
  return randomUUID().replaceAll('-', '');
}

function findWebviewDir(): string {
  const beside = path.join(__dirname, 'webview');
  return existsSync(path.join(beside, 'panels.js')) ? beside : path.resolve(__dirname, '../../dist/webview');
}
