/**
 * The emulator's local server: the management API (three bases), Durascope's own endpoints, the app's HTTP triggers, and a page at `/`.
 *
 *   A1. What is asked for is read once (request-target.ts); areas, routes and guards see the same values.
 *   A2. Each route of ours states who may ask it (route-table.ts), and is asked only after the guard of that rule (security.ts). Under the
 *       bases of ours there is nothing else; everything outside of them is the app's, with a guard of its own (app-triggers.ts).
 */
import { stackOrMessage } from '../base/error-message';
import type { AppProblem } from '../core/values/app-problem';
import { DurascopeError } from '../core/values/errors';
import type { Disposable, Clock } from '../core/ports/clock';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { InstanceReplays } from '../core/ports/instance-replays';
import type { HttpTriggerHost } from '../core/ports/http-trigger';
import type { HubClock } from '../core/ports/hub-clock';
import type { LogEntry, Logger } from '../core/ports/logger';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { toTimestamp } from '../core/values/time';
import { AppTriggers } from './app-triggers';
import { adminApi } from './admin-api';
import { type Dashboard, durascopeApi, durascopeFailure, type FunctionInvoker, nothingAt } from './durascope-api';
import type { Connections, EmulatorInfo, StreamedEmulatorEvent } from './protocol/emulator';
import { durascopePath } from './protocol/values';
import { bare, CallerLeft, type IncomingRequest, plainText, type Reply } from './exchange';
import { fetchRequest, fetchResponse } from './fetch-exchange';
import { defaultHttpLimits, type HttpSettings } from './http-settings';
import { KnownFunctions } from './known-functions';
import { ManagementApi } from './management-api';
import { readAgain } from './management-call';
import { legacyWebhookPath, webhookPath } from './management-urls';
import type { ReplaySessions } from './replay-sessions';
import type { PathSegment } from './request-target';
import { type Route, type RouteCall, RouteTable } from './route-table';
import { refuseForeignHost, refuseForeignPage, refuseWithoutKey, sameText } from './security';
import { statusPage } from './status-page';
import { parseQuery } from './url-text';

export interface HttpAppOptions {
  hub: TaskHubClient;
  /** The same for what the app's own process asks. Default: `hub`. */
  appHub?: TaskHubClient;
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
  /** What keeps the app, or functions of it, from running. Default: nothing. */
  problems?: () => readonly AppProblem[];
  /** Default: nowhere to connect, and nobody has. */
  connections?: () => Connections;
  /** Of orchestrators that connected programs run. Default: none are. */
  replays?: ReplaySessions;
  /** For panels in a browser; absent: not here. */
  instanceReplays?: InstanceReplays;
  /** Of the hubs, where it can be set. */
  time?: HubClock;
  /** For followers of `/durascope/events`. */
  logs?: (listener: (entry: LogEntry) => void) => Disposable;
  emulatorEvents?: (listener: (event: StreamedEmulatorEvent) => void) => Disposable;
  /** Serves `/` and `/durascope/ui/` in place of the small page; undefined for what it does not have. `path` starts with `/`. */
  dashboard?: Dashboard;
}

export interface HttpApp {
  /** The whole server through the Fetch API. */
  fetch(request: Request): Promise<Response>;
  /** `fetch` for tests: a path is taken for one on `http://localhost`. */
  request(input: string | Request, init?: RequestInit): Promise<Response>;
  /** Every route of ours, with the paths as they are asked for and `:name` for values. */
  readonly routes: readonly Pick<Route, 'method' | 'path' | 'access'>[];
  /** The whole server, without a detour over the Fetch API. Never rejects. */
  answer(request: IncomingRequest): Promise<Reply>;
}

/** A base of ours with what is under it. */
interface Area<Call extends RouteCall> {
  /** Lower case. */
  base: readonly string[];
  /** Null: its address is known only to those who may ask everything. */
  keys: readonly string[] | null;
  table: RouteTable<Call>;
  /** Slashes at both ends of what follows the base do not count (spec/http-api.md 1.2). */
  trims?: boolean;
  /** Null: the values of the path make it none of the area's. */
  call(plain: RouteCall): Call | null;
  failure(error: unknown): Reply;
  nothing(request: IncomingRequest): Reply;
}

export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { hub, settings, log, clock } = options;
  const limits = { ...defaultHttpLimits, ...settings.limits };
  const { clientIdRules = 'documents' } = settings;
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
    const stack = stackOrMessage(error);
    log({ level: 'error', category: 'http', message: `A request failed unexpectedly: ${stack}` });
  };
  const whenReady = () => {
    const waiting = options.readiness?.() ?? null;
    return waiting === null ? null : within(clock, waiting, limits.readyWaitMs);
  };
  const links = { hubName: settings.hubName, connectionName: settings.connectionName ?? 'Storage', key: settings.key };
  const managementOf = (hub: TaskHubClient) =>
    new ManagementApi({ hub, functions, links, limits, clientIdRules, whenReady, onUnexpected });
  const management = managementOf(hub);
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
  const toDurascope = { call: (call: RouteCall) => call, failure: (error: unknown) => durascopeFailure(error, onUnexpected) };
  const managed = (api: ManagementApi, maxBodyBytes: number) => ({
    table: api.table,
    trims: true,
    call: (call: RouteCall) => {
      const params = readAgain(call.params);
      return params === null ? null : { ...call, params, query: parseQuery(call.request.target.query), maxBodyBytes };
    },
    failure: (error: unknown) => api.failure(error),
    nothing: () => bare(404),
  });
  const areas: readonly Answering[] = [
    answering({ base: segmentsOf(webhookPath), keys, ...managed(management, limits.managementBodyBytes) }),
    answering({ base: segmentsOf(legacyWebhookPath), keys, ...managed(management, limits.managementBodyBytes) }),
    answering({
      base: segmentsOf(durascopePath),
      keys,
      table: durascopeApi({
        hub,
        functions: options.functions,
        invoke,
        info,
        problems: options.problems ?? (() => []),
        connections: options.connections ?? (() => ({ grpc: null, workers: [] })),
        replays: options.replays,
        instanceReplays: options.instanceReplays,
        time: options.time,
        stream: {
          clock,
          hub,
          ...(options.logs !== undefined && { logs: options.logs }),
          ...(options.emulatorEvents !== undefined && { emulatorEvents: options.emulatorEvents }),
        },
        dashboard: options.dashboard,
        maxBodyBytes: limits.managementBodyBytes,
        maxImportBytes: limits.importBodyBytes,
      }),
      nothing: nothingAt,
      ...toDurascope,
    }),
    answering({
      base: ['admin'],
      keys,
      table: adminApi({
        functions: options.functions,
        invoke,
        settings,
        startedAt,
        clock,
        log,
        maxBodyBytes: limits.appBodyBytes,
      }),
      nothing: nothingAt,
      ...toDurascope,
    }),
  ];
  // The keyless copy for the app's own process. With another token there is nothing of ours.
  const ofApp = managed(managementOf(options.appHub ?? hub), limits.appBodyBytes);
  const rpc = answering({ base: ['rpc', settings.rpcToken], keys: null, ...ofApp });
  const frontPage = answering({
    base: [],
    keys,
    table: new RouteTable([{ method: 'GET', path: '/', access: 'read', answer: front }], { headAsGet: true }),
    nothing: nothingAt,
    ...toDurascope,
  });

  async function front(): Promise<Reply> {
    const dashboard = await options.dashboard?.('/');
    if (dashboard !== undefined) return dashboard;
    const { version, appDir, dataDir, hubName, routePrefix } = settings;
    const { managementUrl } = info();
    const counts = await hub.countByStatus();
    const functions = options.functions();
    const page = statusPage({ version, appDir, dataDir, hubName, routePrefix, managementUrl, functions, counts });
    return { status: 200, headers: pageHeaders, body: page };
  }

  async function answer(request: IncomingRequest): Promise<Reply> {
    const refusal = refuseForeignHost(request, extraHosts);
    if (refusal !== null) return refusal;
    const { segments, problem } = request.target;
    if (problem !== null) return plainText(400, `The address of this request is not in its normal form. ${problem}\n`);
    if (segments[0]?.value.toLowerCase() === 'rpc' && sameText(segments[1]?.value ?? '', settings.rpcToken))
      return rpc.answer(request);
    const area = areas.find(({ base }) => base.every((part, index) => segments[index]?.value.toLowerCase() === part));
    if (area !== undefined) return area.answer(request);
    return (await triggers.answer(request)) ?? frontPage.answer(request);
  }

  const fetchAny = async (source: Request): Promise<Response> => fetchResponse(await answer(fetchRequest(source)));
  return {
    routes: [...areas, frontPage].flatMap(({ routes }) => routes),
    fetch: fetchAny,
    request: (input, init) =>
      fetchAny(typeof input === 'string' ? new Request(new URL(input, 'http://localhost'), init) : new Request(input, init)),
    answer,
  };
}

interface Answering {
  base: readonly string[];
  routes: HttpApp['routes'];
  /** Never rejects. */
  answer(request: IncomingRequest): Promise<Reply>;
}

/** Guards, then the route. */
function answering<Call extends RouteCall>(area: Area<Call>): Answering {
  const { base, keys, table, trims = false } = area;
  const prefix = base.map((part) => `/${part}`).join('');
  const answer = async (request: IncomingRequest): Promise<Reply> => {
    const foreign = refuseForeignPage(request);
    if (foreign !== null) return foreign;
    const { segments } = request.target;
    const rest = trims ? trimmed(segments.slice(base.length)) : segments.slice(base.length);
    const match = table.match(request.method, rest);
    if (match === undefined) return area.nothing(request);
    const isPlain = segments.slice(0, base.length).every(({ raw, value }) => raw === value);
    if (match.misspelled !== null || !isPlain) {
      return plainText(400, `The fixed parts of this address are written without escapes: ${prefix}${match.route.path}\n`);
    }
    const refusal = match.route.access === 'read' || keys === null ? null : refuseWithoutKey(request, keys);
    if (refusal !== null) return refusal;
    try {
      const call = area.call({ request, params: match.params, rawParams: match.rawParams });
      return call === null ? area.nothing(request) : await match.route.answer(call);
    } catch (error) {
      return area.failure(error);
    }
  };
  return { base, routes: table.routes.map(({ method, path, access }) => ({ method, path: `${prefix}${path}`, access })), answer };
}

function segmentsOf(path: string): string[] {
  return path.toLowerCase().slice(1).split('/');
}

function trimmed(segments: readonly PathSegment[]): readonly PathSegment[] {
  const from = segments.findIndex(({ raw }) => raw !== '');
  return from < 0 ? [] : segments.slice(from, segments.findLastIndex(({ raw }) => raw !== '') + 1);
}

/** What the page may do: show itself. */
const pageHeaders = [
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
] as const;

/** Resolves true when the promise does, false once the time is over. */
function within(clock: Clock, promise: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, () => resolve(false));
    const finish = () => {
      timer.dispose();
      resolve(true);
    };
    // A worker that failed to start is as ready as it will be: the request gets its real answer.
    promise.then(finish, finish);
  });
}
