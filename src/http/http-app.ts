/**
 * The emulator's local server as one routing table: the management API (three bases), Durascope's own endpoints, the app's HTTP triggers,
 * and a page at `/`. Who may ask is decided first (security.ts), in one place for every route.
 */
import { Hono } from 'hono';
import { DurascopeError } from '../core/values/errors';
import type { Disposable, Clock } from '../core/ports/clock';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { HttpTriggerHost } from '../core/ports/http-trigger';
import type { LogEntry, Logger } from '../core/ports/logger';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { toTimestamp } from '../core/values/time';
import { AppTriggers } from './app-triggers';
import { adminApi } from './admin-api';
import { durascopeApi, durascopeFailure, type ExchangeEnv, type FunctionInvoker } from './durascope-api';
import { type Connections, durascopePath, type EmulatorInfo, type StreamedEmulatorEvent } from './durascope-protocol';
import { CallerLeft, type IncomingRequest, type Reply } from './exchange';
import { fetchRequest, fetchResponse } from './fetch-exchange';
import { defaultHttpLimits, type HttpSettings } from './http-settings';
import { KnownFunctions } from './known-functions';
import { ManagementApi } from './management-api';
import { legacyWebhookPath, webhookPath } from './management-urls';
import type { ReplaySessions } from './replay-sessions';
import { refuseForeignHost, refuseForeignPage, refuseWithoutKey, sameText } from './security';
import { statusPage } from './status-page';

export interface HttpAppOptions {
  hub: TaskHubClient;
  functions: () => readonly FunctionDescriptor[];
  /** Whether a name that the app does not have may be started or signalled, since a program runs it that has connected or may yet. Default: no. */
  runsElsewhere?: (type: 'orchestrator' | 'entity', name: string) => boolean;
  triggers: HttpTriggerHost;
  /** Default: nothing can be called by hand. */
  invoke?: FunctionInvoker;
  settings: HttpSettings;
  log: Logger;
  clock: Clock;
  /** Null while the app's functions can be called; else resolves once they can. Requests wait for it, up to `readyWaitMs`. */
  readiness?: () => Promise<void> | null;
  workerPid?: () => number | undefined;
  /** Default: nowhere to connect, and nobody has. */
  connections?: () => Connections;
  /** Of orchestrators that connected programs run. Default: none are. */
  replays?: ReplaySessions;
  /** For followers of `/durascope/events`. */
  logs?: (listener: (entry: LogEntry) => void) => Disposable;
  emulatorEvents?: (listener: (event: StreamedEmulatorEvent) => void) => Disposable;
  /** Serves `/` and `/durascope/ui/` in place of the small page; undefined for what it does not have. `path` starts with `/`. */
  dashboard?: (path: string) => Promise<Response | undefined>;
}

export interface HttpApp {
  /** The whole server through the Fetch API. */
  fetch(request: Request): Promise<Response>;
  /** `fetch` for tests: a path is taken for one on `http://localhost`. */
  request(input: string | Request, init?: RequestInit): Promise<Response>;
  /** The routes that are asked most, without a detour over the Fetch API. Null: hono has the route. Never rejects. */
  answer(request: IncomingRequest): Promise<Reply> | null;
  /** The routes that `answer` leaves. The request has passed the guards. */
  answerWithHono(request: IncomingRequest): Promise<Response>;
}

export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { hub, settings, log, clock } = options;
  const limits = { ...defaultHttpLimits, ...settings.limits };
  const keys = settings.masterKey === undefined ? [settings.key] : [settings.key, settings.masterKey];
  const extraHosts = new Set((settings.allowedHosts ?? []).map((host) => host.toLowerCase()));
  const functions = new KnownFunctions(
    options.functions,
    settings.routePrefix,
    (message) => log({ level: 'warning', category: 'http', message }),
    options.runsElsewhere,
  );
  const onUnexpected = (error: unknown) => {
    if (error instanceof CallerLeft) return;
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log({ level: 'error', category: 'http', message: `A request failed unexpectedly: ${stack}` });
  };
  const whenReady = () => {
    const waiting = options.readiness?.() ?? null;
    return waiting === null ? null : within(clock, waiting, limits.readyWaitMs);
  };
  const links = { hubName: settings.hubName, connectionName: settings.connectionName ?? 'Storage', key: settings.key };
  const management = new ManagementApi({ hub, functions, links, limits, whenReady, onUnexpected });
  const triggers = new AppTriggers({
    triggers: options.triggers,
    functions,
    routePrefix: settings.routePrefix,
    cors: settings.cors,
    limits,
    whenReady,
    onUnexpected,
  });
  const startedAt = toTimestamp(clock.now());

  function answer(request: IncomingRequest): Promise<Reply> | null {
    const refusal = refuseForeignHost(request, extraHosts);
    if (refusal !== null) return Promise.resolve(refusal);
    const { path } = request;
    const base = managementBase(path);
    if (base !== undefined) {
      const foreign = refuseForeignPage(request);
      if (foreign !== null) return Promise.resolve(foreign);
      return management.answer({
        request,
        rest: path.slice(base.length),
        maxBodyBytes: limits.managementBodyBytes,
        refuse: () => refuseWithoutKey(request, keys),
      });
    }
    const rpc = /^\/rpc\/([^/]+)(\/.*)?$/i.exec(path);
    if (rpc !== null && sameText(rpc[1] ?? '', settings.rpcToken)) {
      const foreign = refuseForeignPage(request);
      if (foreign !== null) return Promise.resolve(foreign);
      return management.answer({ request, rest: rpc[2] ?? '', maxBodyBytes: limits.appBodyBytes });
    }
    if (isUnder(path, durascopePath) || isUnder(path, '/admin')) {
      const foreign =
        refuseForeignPage(request) ??
        (request.method === 'GET' || request.method === 'HEAD' ? null : refuseWithoutKey(request, keys));
      return foreign === null ? null : Promise.resolve(foreign);
    }
    return triggers.answer(request);
  }

  const invoke: FunctionInvoker =
    options.invoke ?? (() => Promise.reject(new DurascopeError('NotSupported', 'No function can be called by hand here.')));
  const info = (): EmulatorInfo => ({
    version: settings.version,
    pid: process.pid,
    workerPid: options.workerPid?.() ?? null,
    appDir: settings.appDir,
    dataDir: settings.dataDir,
    hubName: settings.hubName,
    url: settings.origin(),
    managementUrl: `${settings.origin()}${webhookPath}`,
    startedAt,
    capabilities: { ...hub.capabilities },
  });
  const hono = new Hono<ExchangeEnv>();
  hono.route(
    durascopePath,
    durascopeApi({
      hub,
      functions: options.functions,
      invoke,
      info,
      connections: options.connections ?? (() => ({ grpc: null, workers: [] })),
      replays: options.replays,
      stream: {
        clock,
        hub,
        ...(options.logs !== undefined && { logs: options.logs }),
        ...(options.emulatorEvents !== undefined && { emulatorEvents: options.emulatorEvents }),
      },
      maxBodyBytes: limits.managementBodyBytes,
      maxImportBytes: limits.importBodyBytes,
      onUnexpected,
    }),
  );
  hono.route(
    '/admin',
    adminApi({ functions: options.functions, invoke, settings, startedAt, clock, log, maxBodyBytes: limits.appBodyBytes }),
  );
  hono.get('/', async (c) => {
    const dashboard = await options.dashboard?.('/');
    if (dashboard !== undefined) return dashboard;
    const { version, appDir, dataDir, hubName, routePrefix } = settings;
    const { managementUrl } = info();
    const counts = await hub.countByStatus();
    const page = statusPage({
      version,
      appDir,
      dataDir,
      hubName,
      routePrefix,
      managementUrl,
      functions: options.functions(),
      counts,
    });
    return c.html(page, 200, pageHeaders);
  });
  hono.get('/durascope/ui/*', async (c) => (await options.dashboard?.(c.req.path.slice('/durascope/ui'.length))) ?? c.notFound());
  hono.notFound((c) => c.text(`There is nothing at ${c.req.path.slice(0, 500)}.\n`, 404));
  hono.onError((error, c) => durascopeFailure(error, c, onUnexpected));

  async function answerWithHono(exchange: IncomingRequest): Promise<Response> {
    // Methods that a Request refuses to carry.
    if (/^(connect|trace|track)$/i.test(exchange.method)) return new Response(null, { status: 404 });
    // The authority plays no part in routing; bodies are read from the exchange, which limits them.
    const url = `http://localhost${exchange.path}${exchange.query === '' ? '' : `?${exchange.query}`}`;
    return hono.fetch(new Request(url, { method: exchange.method }), { exchange });
  }

  async function fetchAny(source: Request): Promise<Response> {
    const exchange = fetchRequest(source);
    const direct = answer(exchange);
    return direct === null ? answerWithHono(exchange) : fetchResponse(await direct);
  }

  return {
    fetch: fetchAny,
    request: (input, init) =>
      fetchAny(typeof input === 'string' ? new Request(new URL(input, 'http://localhost'), init) : new Request(input, init)),
    answer,
    answerWithHono,
  };
}

/** What the page may do: show itself. */
const pageHeaders = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

const managementBases = [webhookPath, legacyWebhookPath].map((base) => base.toLowerCase());

/** The base that the path starts with, or undefined. Ignores case, as every literal does. */
function managementBase(path: string): string | undefined {
  const start = path.slice(0, 64).toLowerCase();
  return managementBases.find((base) => start.startsWith(base) && (path.length === base.length || path[base.length] === '/'));
}

function isUnder(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`);
}

/** Resolves true when the promise does, false once the time is over. */
function within(clock: Clock, promise: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.at(clock.now() + ms, () => resolve(false));
    const finish = () => {
      timer.dispose();
      resolve(true);
    };
    // A worker that failed to start is as ready as it will be: the request gets its real answer.
    promise.then(finish, finish);
  });
}
