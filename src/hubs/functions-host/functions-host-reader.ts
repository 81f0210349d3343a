/**
 * A task hub behind a running Functions host, by its management API (spec/attach.md 2): whatever provider the hub has. The API tells no
 * execution ids, cuts times to seconds, and merges histories, which are made whole again with ids of their own (`import-status.ts`).
 */
import * as z from 'zod';
import { messageOf } from '../../base/error-message';
import type { EntityDetails, EntityInfo, EntityPage, EntityQuery } from '../../core/entities/entity-views';
import type { HistoryEvent } from '../../core/history/history';
import type { CustomStatusChange, InstanceRow } from '../../core/instances/instance';
import type { InstancePage, InstanceQuery } from '../../core/ports/history-store';
import type { HubCapabilities, WaitingFor } from '../../core/ports/task-hub-client';
import { parseEntityId } from '../../core/values/entity-id';
import { DurascopeError } from '../../core/values/errors';
import { isEntityId } from '../../core/values/instance-id';
import { type OrchestrationStatus, orchestrationStatusNumbers } from '../../core/values/status';
import { timestamp, unknownTime } from '../../replay/canonical-event';
import { fromStatusApi } from '../../replay/import-status';
import type { CountsByStatus, CountWatch, HubFacts, HubReader } from '../attached-hub';
import { openWork } from '../open-work';
import type { Wait } from '../waiting-words';
import { isSegment, segmentOf } from './path-segment';
import { countByPages, type PagedServer, queryByPages, restOf } from '../paged-query';

export interface FunctionsHostOptions {
  /** Origin of the host. */
  url: string;
  /** The system key of the extension; null on a machine of one's own. */
  key: string | null;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** Before a question is asked again, doubled each time. Default 500. */
  retryDelayMs?: number;
  /** Told when the host asks to be asked later, and when it answers again. */
  onWait?: (wait: Wait | 'over') => void;
}

export interface HostRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the webhooks of the extension. */
  path: string;
  parameters?: Readonly<Record<string, string>>;
  token?: string;
  /** JSON text. */
  body?: string | undefined;
}

export interface HostAnswer {
  status: number;
  /** Undefined for what is no JSON. */
  value: unknown;
  text: string;
  token: string | undefined;
}

const statusSchema = z.looseObject({
  instanceId: z.string(),
  name: z.string().nullish(),
  runtimeStatus: z.string(),
  createdTime: z.string(),
  lastUpdatedTime: z.string(),
  input: z.unknown(),
  output: z.unknown(),
  customStatus: z.unknown(),
  historyEvents: z.array(z.looseObject({})).nullish(),
});
type Status = z.infer<typeof statusSchema>;

const entitySchema = z.looseObject({
  entityId: z.object({ name: z.string(), key: z.string() }),
  lastOperationTime: z.string().nullish(),
  state: z.unknown(),
});

const webhooks = '/runtime/webhooks/durabletask';
const tokenHeader = 'x-ms-continuation-token';
const requestMs = 60_000;
/** So often a question is asked; what changes something is sent once. */
const attempts = 4;
const longestWaitMs = 60_000;
/** Of a connection that was there. */
const closedCodes = new Set<unknown>(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const busy = new Set([429, 502, 503, 504]);
const listedAtOnce = 100;
const notKnown: HubFacts = {
  queues: null,
  partitions: null,
  notes: ['The management API tells nothing of queues and partitions.'],
};

export class FunctionsHostReader implements HubReader {
  readonly capabilities: HubCapabilities = {
    rewind: false,
    entities: true,
    suspend: false,
    counts: 'onRequest',
    history: 'merged',
  };
  requests = 0;
  #hasAnswered = false;
  readonly #closing = new AbortController();
  readonly #pages: PagedServer = {
    get: (instanceId) => this.get(instanceId),
    page: (query, pageSize, token) => this.#page(query, pageSize, token),
  };

  constructor(private readonly options: FunctionsHostOptions) {}

  get label(): string {
    return `Functions host at ${this.options.url}`;
  }

  get name(): string {
    return new URL(this.options.url).host;
  }

  /** That it is one: rejects with `HubUnreachable`. */
  async check(): Promise<void> {
    await this.#page({}, 1, undefined);
  }

  async get(instanceId: string): Promise<InstanceRow | undefined> {
    return (await this.#whole(instanceId))?.row;
  }

  query(query: InstanceQuery): Promise<InstancePage> {
    return queryByPages(this.#pages, query);
  }

  count(query: InstanceQuery, watch?: CountWatch): Promise<CountsByStatus> {
    return countByPages(this.#pages, query, watch);
  }

  async history(instanceId: string, from = 0, count?: number): Promise<readonly HistoryEvent[]> {
    const { events } = await this.historyWithNotes(instanceId);
    return events.slice(from, count === undefined ? undefined : from + count);
  }

  async historyWithNotes(instanceId: string): Promise<{ events: readonly HistoryEvent[]; notes: readonly string[] }> {
    const whole = await this.#whole(instanceId);
    return whole === undefined ? { events: [], notes: [] } : whole;
  }

  async customStatusChanges(instanceId: string): Promise<readonly CustomStatusChange[]> {
    const row = await this.get(instanceId);
    return row?.customStatus == null ? [] : [{ at: row.lastUpdatedTime, value: row.customStatus }];
  }

  async waitingFor(instanceId: string): Promise<WaitingFor> {
    const whole = await this.#whole(instanceId);
    if (whole === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
    return openWork(whole.row, whole.events);
  }

  async getEntity(instanceId: string): Promise<EntityDetails | undefined> {
    const id = parseEntityId(instanceId);
    if (id === null) return undefined;
    if (id.key !== '' && !isSegment(id.key)) return this.#listedEntity(instanceId, id.name);
    const answer = await this.#ask(`/entities/${segmentOf(id.name)}/${id.key === '' ? '$' : segmentOf(id.key)}`);
    if (answer.status === 404) return undefined;
    const info: EntityInfo = {
      instanceId,
      ...id,
      exists: true,
      state: JSON.stringify(answer.value),
      lastOperationTime: unknownTime,
      queueSize: 0,
      lockedBy: null,
    };
    return { ...info, queue: [] };
  }

  async queryEntities(query: EntityQuery): Promise<EntityPage> {
    const { name, lastOperationFrom, lastOperationTo, includeState = false, includeTransient = false, instanceIdPrefix } = query;
    const parameters = new URLSearchParams({ top: String(query.pageSize ?? 100), fetchState: String(includeState) });
    if (lastOperationFrom !== undefined) parameters.set('lastOperationTimeFrom', lastOperationFrom);
    if (lastOperationTo !== undefined) parameters.set('lastOperationTimeTo', lastOperationTo);
    const path = name === undefined ? '/entities' : `/entities/${segmentOf(name)}`;
    const { value, token } = await this.#ask(path, parameters, query.continuationToken);
    const entities = z
      .array(entitySchema)
      .parse(value)
      .map(({ entityId, lastOperationTime, state }): EntityInfo => ({
        instanceId: `@${entityId.name.toLowerCase()}@${entityId.key}`,
        name: entityId.name.toLowerCase(),
        key: entityId.key,
        // A deleted one is listed with no state; without states nothing is known of it.
        exists: !includeState || (state ?? null) !== null,
        state: includeState && (state ?? null) !== null ? JSON.stringify(state) : null,
        lastOperationTime: timestamp(lastOperationTime) ?? unknownTime,
        queueSize: 0,
        lockedBy: null,
      }))
      .filter((each) => (includeTransient || each.exists) && each.instanceId.startsWith(instanceIdPrefix ?? ''));
    return { entities, ...(token === undefined ? {} : { continuationToken: token }) };
  }

  entityBatches(): Promise<[]> {
    return Promise.resolve([]);
  }

  facts(): Promise<HubFacts> {
    return Promise.resolve(notKnown);
  }

  dispose(): void {
    this.#closing.abort();
  }

  /** At least one instance, unless there are no more: what is filtered here may take several answers. */
  async #page(query: InstanceQuery, pageSize: number, continuationToken: string | undefined): Promise<InstancePage> {
    const parameters = new URLSearchParams({ top: String(pageSize), showInput: 'false' });
    if (query.statuses !== undefined) parameters.set('runtimeStatus', query.statuses.join(','));
    if (query.createdTimeFrom !== undefined) parameters.set('createdTimeFrom', query.createdTimeFrom);
    if (query.createdTimeTo !== undefined) parameters.set('createdTimeTo', query.createdTimeTo);
    if (query.instanceIdPrefix !== undefined) parameters.set('instanceIdPrefix', query.instanceIdPrefix);
    if (query.entities === 'only' && query.instanceIdPrefix === undefined) parameters.set('instanceIdPrefix', '@');
    const isWanted = restOf(query);
    let token = continuationToken;
    for (;;) {
      const answer = await this.#ask('/instances', parameters, token);
      const list = z.array(statusSchema).safeParse(answer.value);
      if (answer.status !== 200 || !list.success) throw this.#noHost();
      const instances = list.data.map((each) => rowOf(each, [])).filter(isWanted);
      token = answer.token;
      if (instances.length > 0 || token === undefined) {
        return { instances, ...(token === undefined ? {} : { continuationToken: token }) };
      }
    }
  }

  /** Undefined for an unknown id. */
  async #whole(instanceId: string): Promise<{ row: InstanceRow; events: HistoryEvent[]; notes: string[] } | undefined> {
    const parameters = new URLSearchParams({ showHistory: 'true', showHistoryOutput: 'true', showInput: 'true' });
    if (!isSegment(instanceId)) return this.#listed(instanceId);
    const answer = await this.#ask(`/instances/${segmentOf(instanceId)}`, parameters);
    if (answer.status === 404) return undefined;
    const status = statusSchema.safeParse(answer.value);
    if (!status.success) throw this.#noHost();
    const { historyEvents } = status.data;
    const made =
      historyEvents == null || historyEvents.length === 0 || isEntityId(instanceId)
        ? { events: [], notes: [] }
        : fromStatusApi({ ...status.data, name: status.data.name ?? undefined, historyEvents });
    return { row: rowOf(status.data, made.events), ...made };
  }

  /** Of an id that no path can have: what its list has. */
  async #listed(instanceId: string): Promise<{ row: InstanceRow; events: HistoryEvent[]; notes: string[] } | undefined> {
    if (instanceId === '') return undefined;
    let token: string | undefined;
    do {
      const page = await this.#page({ instanceIdPrefix: instanceId }, listedAtOnce, token);
      const row = page.instances.find((each) => each.instanceId === instanceId);
      if (row !== undefined) return { row, events: [], notes: [notAskedFor(instanceId)] };
      token = page.continuationToken;
    } while (token !== undefined);
    return undefined;
  }

  async #listedEntity(instanceId: string, name: string): Promise<EntityDetails | undefined> {
    let token: string | undefined;
    do {
      const query = { name, includeState: true, pageSize: listedAtOnce, instanceIdPrefix: instanceId };
      const page = await this.queryEntities(token === undefined ? query : { ...query, continuationToken: token });
      const found = page.entities.find((each) => each.instanceId === instanceId);
      if (found !== undefined) return { ...found, queue: [] };
      token = page.continuationToken;
    } while (token !== undefined);
    return undefined;
  }

  #ask(path: string, parameters = new URLSearchParams(), token?: string): Promise<HostAnswer> {
    return this.ask({
      method: 'GET',
      path,
      parameters: Object.fromEntries(parameters),
      ...(token === undefined ? {} : { token }),
    });
  }

  /**
   * Any status but 401, 403 and those of a busy host is an answer; rejects with `HubUnreachable` for none. The reader itself only asks with GET:
   * such a question is asked again where its answer broke off or the host is busy.
   */
  async ask(request: HostRequest): Promise<HostAnswer> {
    const { url, retryDelayMs = 500, onWait } = this.options;
    const most = request.method === 'GET' ? attempts : 1;
    let isWaiting = false;
    try {
      for (let attempt = 1; ; attempt++) {
        const { answer, forMs } = await this.#askOnce(request, attempt === most);
        if (answer !== undefined && (!busy.has(answer.status) || request.method !== 'GET')) return answer;
        if (attempt === most || (forMs ?? 0) > longestWaitMs) {
          const what =
            forMs === null ? 'was asked again several times' : `asks to be left alone for ${Math.ceil(forMs / 1000)} s`;
          throw new DurascopeError(
            'HubUnreachable',
            `The Functions host at ${url} is too busy, or is starting (${answer?.status}): it ${what}. Try again later.`,
            {
              details: { url },
            },
          );
        }
        if (answer !== undefined) {
          isWaiting = true;
          onWait?.({ forMs });
        }
        await this.#pause(forMs ?? retryDelayMs * 2 ** (attempt - 1));
      }
    } finally {
      if (isWaiting) onWait?.('over');
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(stopped());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  }

  /** No answer: it broke off, and is to be asked for again. */
  async #askOnce(
    { method, path, parameters = {}, token, body }: HostRequest,
    isLast: boolean,
  ): Promise<{ answer?: HostAnswer; forMs: number | null }> {
    const { url, key, fetch: ask = fetch } = this.options;
    const query = new URLSearchParams(parameters);
    if (key !== null) query.set('code', key);
    this.requests += 1;
    let response: Response | undefined;
    let text: string;
    try {
      response = await ask(`${url}${webhooks}${path}?${query.toString()}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { [tokenHeader]: token }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(requestMs), this.#closing.signal]),
      });
      text = await response.text();
    } catch (error) {
      if (this.#closing.signal.aborted) throw stopped();
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      // What has never answered speaks another protocol, most likely.
      const isBroken = response !== undefined || (this.#hasAnswered && closedCodes.has(networkCode(error)));
      if (!isLast && !isLate && isBroken) return { forMs: null };
      // The library's own text has the address in it, and that the key.
      const why = isLate
        ? `did not answer within ${requestMs / 1000} s`
        : isBroken
          ? `broke the connection off${method === 'GET' ? ' each time that it was asked' : ', so that nobody knows whether it was done'}`
          : 'does not answer';
      throw new DurascopeError(
        'HubUnreachable',
        `The Functions host at ${url} ${why}. Start it (func start), or give the address that it listens at.`,
        { details: { url, cause: withoutKey(messageOf(error), key) } },
      );
    }
    if (response.status === 401 || response.status === 403) {
      throw new DurascopeError(
        'HubUnreachable',
        `The Functions host at ${url} refuses ${key === null ? 'requests without a key' : 'the key'}: give the system key of the durable task extension, ${url}/?code=KEY, in an environment variable.`,
        { details: { url } },
      );
    }
    this.#hasAnswered = true;
    const next = response.headers.get(tokenHeader);
    const hasNext = next !== null && next !== '' && next !== 'null';
    const after = response.headers.get('retry-after') ?? '';
    const forMs = /^\d+$/.test(after) ? Number(after) * 1000 : null;
    const answer = { status: response.status, value: jsonOf(text), text, token: hasNext ? next : undefined };
    return { answer, forMs };
  }

  #noHost(): DurascopeError {
    return new DurascopeError(
      'HubUnreachable',
      `What answers at ${this.options.url} is no Functions host with the durable task extension: it has no ${webhooks}/instances.`,
      { details: { url: this.options.url } },
    );
  }
}

function stopped(): DurascopeError {
  return new DurascopeError('Stopped', 'The connection was closed meanwhile.');
}

function networkCode(error: unknown): unknown {
  return error instanceof Error ? (error.cause as { code?: unknown } | undefined)?.code : undefined;
}

function notAskedFor(instanceId: string): string {
  return `The management API cannot be asked about an instance with the id '${instanceId}': this is what its list has, without input and history.`;
}

function rowOf(status: Status, events: readonly HistoryEvent[]): InstanceRow {
  const isKnown = Object.hasOwn(orchestrationStatusNumbers, status.runtimeStatus);
  const runtimeStatus = isKnown ? (status.runtimeStatus as OrchestrationStatus) : 'Running';
  const createdTime = timestamp(status.createdTime) ?? unknownTime;
  const lastUpdatedTime = timestamp(status.lastUpdatedTime) ?? createdTime;
  const isOver = ['Completed', 'Failed', 'Terminated', 'Canceled'].includes(runtimeStatus);
  const started = events.find((event) => event.EventType === 'ExecutionStarted');
  const parent = (status['parentInstanceId'] ?? started?.ParentInstance?.OrchestrationInstance.InstanceId) as string | undefined;
  return {
    instanceId: status.instanceId,
    executionId: '',
    name: status.name ?? '',
    version: started?.Version ?? '',
    runtimeStatus,
    input: textOf(status.input),
    // What an orchestrator failed with is a text, not JSON.
    output: isOver && runtimeStatus !== 'Completed' && typeof status.output === 'string' ? status.output : textOf(status.output),
    customStatus: textOf(status.customStatus),
    createdTime,
    lastUpdatedTime,
    completedTime: isOver ? lastUpdatedTime : null,
    scheduledStartTime: null,
    parentInstanceId: parent === undefined || parent === '' ? null : parent,
    generation: 0,
    tags: null,
    failureDetails: null,
    awaitedEvents: [],
    historyLength: events.length,
    ...(isKnown ? {} : { stuck: `The host says '${status.runtimeStatus}' for its status, which Durascope does not know.` }),
  };
}

function textOf(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutKey(text: string, key: string | null): string {
  return key === null ? text : text.replaceAll(encodeURIComponent(key), '(hidden)').replaceAll(key, '(hidden)');
}
