/** The task hub of an emulator in another process, over its endpoints under `/durascope`. */
import * as z from 'zod';
import type { AppProblem } from '../../core/values/app-problem';
import { DurascopeError, type DurascopeErrorCode } from '../../core/values/errors';
import type { ExportedInstance } from '../../core/instances/exported-instance';
import type { ForkRequest } from '../../core/instances/forks';
import type {
  CleanEntityStorageOptions,
  CleanEntityStorageResult,
  EntityBatchRecord,
  EntityDetails,
  EntityPage,
  EntityQuery,
} from '../../core/entities/entity-views';
import type { HistoryEvent } from '../../core/history/history';
import type { InstanceRow, CustomStatusChange } from '../../core/instances/instance';
import type { Clock, Disposable } from '../../core/ports/clock';
import type { ConnectedReplays } from '../../core/ports/connected-replays';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { InstancePage, InstanceQuery } from '../../core/ports/history-store';
import type { HubClock, HubClockState } from '../../core/ports/hub-clock';
import type { InstanceReplays } from '../../core/ports/instance-replays';
import type { LogEntry } from '../../core/ports/logger';
import type {
  HubCapabilities,
  HubChange,
  ImportConflicts,
  ImportOutcome,
  PurgeFilter,
  SignalOptions,
  StartOptions,
  TaskHubClient,
  WaitingFor,
} from '../../core/ports/task-hub-client';
import type { ClockChange } from '../../core/values/clock-change';
import { textProblem } from '../../core/values/instance-id';
import { isTerminal, type OrchestrationStatus } from '../../core/values/status';
import {
  type Connections,
  appProblemSchema,
  connectionsSchema,
  clockStateSchema,
  type EmulatorInfo,
  functionSchema,
  infoSchema,
  invokedSchema,
  type StreamedEmulatorEvent,
} from '../protocol/emulator';
import { cleanedSchema, entityBatchSchema, entityDetailsSchema, entityPageSchema } from '../protocol/entities';
import {
  countsSchema,
  customStatusChangeSchema,
  historyEventSchema,
  importOutcomeSchema,
  instancePageSchema,
  instanceRowSchema,
  purgedSchema,
  startedSchema,
  waitingForSchema,
} from '../protocol/instances';
import { durascopeStatusFor, errorSchema } from '../protocol/refusals';
import { durascopePath } from '../protocol/values';
import { isLoopbackOrigin } from '../../base/loopback';
import { idToSegment } from '../id-in-path';
import { EmulatorFeed } from './emulator-feed';
import { HttpConnectedReplays } from './http-connected-replays';
import { HttpInstanceReplays } from './http-instance-replays';
import { jsonOf } from './json-body';

export interface HttpTaskHubClientOptions {
  /** Origin of the emulator: `http://localhost:7071`. */
  url: string;
  /** The system key. Without it only reading works. It goes to addresses of this machine only. */
  key?: string;
  clock: Clock;
  /** Instead of the global one. */
  fetch?: typeof fetch;
}

/** One request never waits longer than this for an instance to end; the client asks again. */
const longestWaitMs = 30_000;

const emptySchema = z.unknown();

/**
 * Behaves as the hub inside that process does, error codes included. When the connection fails, calls reject with EmulatorNotFound; after
 * a lost connection listeners get a `resync`.
 */
export class HttpTaskHubClient implements TaskHubClient, HubClock {
  readonly #feed: EmulatorFeed;
  /** By the programs that are connected to the emulator. */
  readonly replays: ConnectedReplays = new HttpConnectedReplays((...args) => this.#call(...args));
  /** By the emulator itself. */
  readonly instanceReplays: InstanceReplays = new HttpInstanceReplays((...args) => this.#call(...args));

  private constructor(
    private readonly options: HttpTaskHubClientOptions,
    /** As it was when the client connected. */
    readonly info: EmulatorInfo,
  ) {
    this.#feed = new EmulatorFeed({
      clock: options.clock,
      open: (include, signal) =>
        fetchOf(options)(urlOf(options, `/events?include=${include}`), {
          signal,
          headers: { accept: 'text/event-stream' },
          redirect: 'error',
        }),
    });
  }

  /**
   * Rejects with EmulatorNotFound when nothing answers there, or something else than an emulator; with InvalidArgument for a key that
   * would leave this machine.
   */
  static async connect(options: HttpTaskHubClientOptions): Promise<HttpTaskHubClient> {
    if (options.key !== undefined && !isLoopbackOrigin(options.url)) throw keyStaysHere(options.url);
    const info = await call(options, infoSchema, 'GET', '/info');
    return new HttpTaskHubClient(options, info);
  }

  get capabilities(): HubCapabilities {
    return this.info.capabilities;
  }

  start(options: StartOptions): Promise<{ instanceId: string; executionId: string }> {
    return this.#call(startedSchema, 'POST', '/instances', options);
  }

  async get(instanceId: string): Promise<InstanceRow | undefined> {
    try {
      return await this.#call(instanceRowSchema, 'GET', at(instanceId));
    } catch (error) {
      if (DurascopeError.is(error, 'InstanceNotFound')) return undefined;
      throw error;
    }
  }

  query(query: InstanceQuery): Promise<InstancePage> {
    return this.#call(instancePageSchema, 'GET', `/instances${queryText(query)}`);
  }

  countByStatus(query?: InstanceQuery): Promise<Partial<Record<OrchestrationStatus, number>>> {
    return this.#call(countsSchema, 'GET', `/counts${queryText(query ?? {})}`);
  }

  async history(instanceId: string, from = 0, count?: number): Promise<readonly HistoryEvent[]> {
    const range = count === undefined ? `?from=${from}` : `?from=${from}&count=${count}`;
    // The fields of each type are the server's promise; a type that is not known here is shown all the same.
    return (await this.#call(
      z.array(historyEventSchema),
      'GET',
      `${at(instanceId)}/history${range}`,
    )) as unknown as HistoryEvent[];
  }

  async customStatusChanges(instanceId: string): Promise<readonly CustomStatusChange[]> {
    return this.#call(z.array(customStatusChangeSchema), 'GET', `${at(instanceId)}/custom-status-changes`);
  }

  async waitingFor(instanceId: string): Promise<WaitingFor> {
    return this.#call(waitingForSchema, 'GET', `${at(instanceId)}/waiting-for`);
  }

  async raiseEvent(instanceId: string, name: string, data: string | null): Promise<void> {
    await this.#call(emptySchema, 'POST', `${at(instanceId)}/events`, { name, data });
  }

  async terminate(instanceId: string, reason: string | null, options?: { recursive?: boolean }): Promise<void> {
    await this.#call(emptySchema, 'POST', `${at(instanceId)}/terminate`, { reason, ...options });
  }

  async suspend(instanceId: string, reason: string | null): Promise<void> {
    await this.#call(emptySchema, 'POST', `${at(instanceId)}/suspend`, { reason });
  }

  async resume(instanceId: string, reason: string | null): Promise<void> {
    await this.#call(emptySchema, 'POST', `${at(instanceId)}/resume`, { reason });
  }

  async rewind(instanceId: string, reason: string | null): Promise<void> {
    await this.#call(emptySchema, 'POST', `${at(instanceId)}/rewind`, { reason });
  }

  async restart(instanceId: string, options?: { newInstanceId?: boolean }): Promise<{ instanceId: string; executionId: string }> {
    return this.#call(startedSchema, 'POST', `${at(instanceId)}/restart`, options ?? {});
  }

  fork(instanceId: string, request: ForkRequest): Promise<{ instanceId: string; executionId: string }> {
    return this.#call(startedSchema, 'POST', `${at(instanceId)}/fork`, request);
  }

  async purge(instanceId: string): Promise<number> {
    return (await this.#call(purgedSchema, 'DELETE', at(instanceId))).count;
  }

  async purgeBy(filter: PurgeFilter): Promise<number> {
    return (await this.#call(purgedSchema, 'POST', '/purge', filter)).count;
  }

  importInstances(instances: readonly ExportedInstance[], onConflict: ImportConflicts): Promise<ImportOutcome> {
    return this.#call(importOutcomeSchema, 'POST', '/import', { instances, onConflict });
  }

  async waitForCompletion(instanceId: string, timeoutMs: number): Promise<InstanceRow> {
    const end = this.options.clock.now() + timeoutMs;
    for (;;) {
      const leftMs = Math.max(end - this.options.clock.now(), 0);
      const waitMs = Math.min(Math.ceil(leftMs), longestWaitMs);
      const row = await this.#call(instanceRowSchema, 'GET', `${at(instanceId)}/completion?timeoutMs=${waitMs}`);
      if (isTerminal(row.runtimeStatus) || leftMs <= longestWaitMs) return row;
    }
  }

  async signalEntity(instanceId: string, operation: string, options: SignalOptions = {}): Promise<void> {
    await this.#call(emptySchema, 'POST', `${entityAt(instanceId)}/signal`, { operation, ...options });
  }

  async getEntity(instanceId: string): Promise<EntityDetails | undefined> {
    try {
      return await this.#call(entityDetailsSchema, 'GET', entityAt(instanceId));
    } catch (error) {
      if (DurascopeError.is(error, 'InstanceNotFound')) return undefined;
      throw error;
    }
  }

  queryEntities(query: EntityQuery): Promise<EntityPage> {
    return this.#call(entityPageSchema, 'GET', `/entities${queryText(query)}`);
  }

  async entityBatches(instanceId: string): Promise<readonly EntityBatchRecord[]> {
    return this.#call(z.array(entityBatchSchema), 'GET', `${entityAt(instanceId)}/batches`);
  }

  cleanEntityStorage(options: CleanEntityStorageOptions = {}): Promise<CleanEntityStorageResult> {
    return this.#call(cleanedSchema, 'POST', '/clean-entities', options);
  }

  subscribe(listener: (changes: readonly HubChange[]) => void): Disposable {
    return this.#feed.onChanges(listener);
  }

  /** Calls a function by hand; resolves with its result as JSON text. `FunctionFailed` when it threw. */
  async invokeFunction(
    name: string,
    input: string | null,
    metadata: Readonly<Record<string, unknown>> = {},
  ): Promise<string | null> {
    return (await this.#call(invokedSchema, 'POST', `/functions/${encodeURIComponent(name)}/invoke`, { input, metadata })).result;
  }

  clock(): Promise<HubClockState> {
    return this.#call(clockStateSchema, 'GET', '/clock');
  }

  setClock(change: ClockChange): Promise<HubClockState> {
    return this.#call(clockStateSchema, 'POST', '/clock', change);
  }

  /** Errors of the connection are `onBreak`'s. */
  onClock(listener: (state: HubClockState) => void): Disposable {
    return this.#feed.onEvent((event) => {
      const state = event.type === 'clockChanged' ? clockStateSchema.safeParse(event['clock']) : undefined;
      if (state?.success === true) listener(state.data);
    });
  }

  functions(): Promise<readonly FunctionDescriptor[]> {
    return this.#call(z.array(functionSchema), 'GET', '/functions');
  }

  /** What keeps the app, or functions of it, from running. */
  problems(): Promise<readonly AppProblem[]> {
    return this.#call(z.array(appProblemSchema), 'GET', '/problems');
  }

  connections(): Promise<Connections> {
    return this.#call(connectionsSchema, 'GET', '/connections');
  }

  onLog(listener: (entries: readonly LogEntry[]) => void): Disposable {
    return this.#feed.onLog(listener);
  }

  onEvent(listener: (event: StreamedEmulatorEvent) => void): Disposable {
    return this.#feed.onEvent(listener);
  }

  /** Each time that the connection of listeners breaks or cannot be had. It is tried again by itself. */
  onBreak(listener: () => void): Disposable {
    return this.#feed.onBreak(listener);
  }

  /** Ends the connection that listeners hold open. */
  dispose(): void {
    this.#feed.dispose();
  }

  #call<T>(schema: z.ZodType<T>, method: string, route: string, body?: unknown): Promise<T> {
    return call(this.options, schema, method, route, body);
  }
}

function at(instanceId: string): string {
  return `/instances/${segmentOf(instanceId)}`;
}

function entityAt(instanceId: string): string {
  return `/entities/${segmentOf(instanceId)}`;
}

function segmentOf(instanceId: string): string {
  const problem = textProblem('An instance id', instanceId);
  if (problem !== null) throw new DurascopeError('InvalidInstanceId', problem);
  return idToSegment(instanceId);
}

function queryText(query: InstanceQuery | EntityQuery): string {
  return Object.keys(query).length === 0 ? '' : `?query=${encodeURIComponent(JSON.stringify(query))}`;
}

function fetchOf(options: HttpTaskHubClientOptions): typeof fetch {
  return options.fetch ?? fetch;
}

function urlOf(options: HttpTaskHubClientOptions, route: string): string {
  return `${options.url.replace(/\/+$/, '')}${durascopePath}${route}`;
}

async function call<T>(
  options: HttpTaskHubClientOptions,
  schema: z.ZodType<T>,
  method: string,
  route: string,
  body?: unknown,
): Promise<T> {
  const headers: Record<string, string> = {};
  if (options.key !== undefined) headers['x-functions-key'] = options.key;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const sent = body === undefined ? undefined : bodyOf(body);
  let response: Response;
  let value: unknown;
  try {
    response = await fetchOf(options)(urlOf(options, route), {
      method,
      headers,
      // An emulator never redirects, and the key must not follow where somebody else leads.
      redirect: 'error',
      ...(sent !== undefined && { body: sent }),
    });
    value = await jsonOf(response);
  } catch (error) {
    throw wasReached(error)
      ? lost(options, `${method} ${route.split('?', 1)[0] ?? ''}`, error)
      : notFound(options, 'Nothing answers', error);
  }
  if (!response.ok) throw refusal(options, response.status, value);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw notFound(options, 'What answers is not an emulator of this version', result.error);
}

function bodyOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (error) {
    const message = 'What is to be sent has more than 512 MB of JSON: send it in smaller parts.';
    throw new DurascopeError('InvalidArgument', message, { cause: error });
  }
}

function refusal(options: HttpTaskHubClientOptions, status: number, value: unknown): DurascopeError {
  const error = errorSchema.safeParse(value);
  if (error.success && Object.hasOwn(durascopeStatusFor, error.data.code)) {
    return new DurascopeError(error.data.code as DurascopeErrorCode, error.data.message, { details: error.data.details });
  }
  const message = z.object({ Message: z.string() }).safeParse(value);
  if (status === 401) {
    return new DurascopeError('InvalidArgument', message.data?.Message ?? 'The system key is missing or wrong.', {
      details: { status },
    });
  }
  const said = error.success ? error.data.message : (message.data?.Message ?? `the status ${status}`);
  if (error.success) return new DurascopeError('InvalidArgument', said, { details: { status } });
  return notFound(options, `What answers is not an emulator (${said})`);
}

function keyStaysHere(url: string): DurascopeError {
  return new DurascopeError(
    'InvalidArgument',
    `The key of an emulator is sent to this machine only (http://localhost or http://127.0.0.1), not to ${url}. An emulator elsewhere is reached over a forwarded port: ssh -L 7071:localhost:7071 HOST, then http://localhost:7071. Without the key it can be read.`,
    { details: { url } },
  );
}

/** Whether the connection broke after it was there. */
function wasReached(error: unknown): boolean {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const { code } = each as { code?: unknown };
    if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return true;
  }
  return false;
}

function lost(options: HttpTaskHubClientOptions, what: string, cause: unknown): DurascopeError {
  return new DurascopeError(
    'EmulatorNotFound',
    `The emulator at ${options.url} ended before it had answered (${what}). What it had acknowledged is kept; whether this was done shows once it is started again.`,
    { cause, details: { url: options.url } },
  );
}

function notFound(options: HttpTaskHubClientOptions, what: string, cause?: unknown): DurascopeError {
  return new DurascopeError(
    'EmulatorNotFound',
    `${what} at ${options.url}. Start an emulator with "durascope start", or name the one to use with --url.`,
    { cause, details: { url: options.url } },
  );
}
