/**
 * A task hub behind a running Functions host, by its management API (spec/attach.md 2): whatever provider the hub has. The API tells no
 * execution ids, cuts times to seconds, and merges histories, which are made whole again with ids of their own (`import-status.ts`).
 */
import { orderValueOf, searchTextOf } from '../../core/instances/instance-search';
import { toTimestamp } from '../../core/values/time';
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

export interface FunctionsHostOptions {
  /** Origin of the host. */
  url: string;
  /** The system key of the extension; null on a machine of one's own. */
  key: string | null;
  /** Instead of the global one. */
  fetch?: typeof fetch;
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
const sortable = 1000;
const notKnown: HubFacts = {
  queues: null,
  partitions: null,
  notes: ['The management API tells nothing of queues and partitions.'],
};

export class FunctionsHostReader implements HubReader {
  readonly capabilities: HubCapabilities = { rewind: false, entities: true, suspend: false, history: 'merged' };
  requests = 0;

  constructor(private readonly options: FunctionsHostOptions) {}

  get label(): string {
    return `Functions host at ${this.options.url}`;
  }

  /** That it is one: rejects with `HubUnreachable`. */
  async check(): Promise<void> {
    await this.#page({}, 1, undefined);
  }

  async get(instanceId: string): Promise<InstanceRow | undefined> {
    return (await this.#whole(instanceId))?.row;
  }

  async query(query: InstanceQuery): Promise<InstancePage> {
    const pageSize = query.pageSize ?? 100;
    if (query.instanceIds !== undefined) {
      const rows = await Promise.all(query.instanceIds.map((id) => this.get(id)));
      return { instances: rows.filter((row) => row !== undefined).filter(restOf(query)) };
    }
    const { orderBy = 'instanceId', descending = false, now = toTimestamp(Date.now()) } = query;
    if ((orderBy !== 'instanceId' || descending) && query.continuationToken?.startsWith('at:') !== false) {
      const first = await this.#page(query, sortable, undefined);
      if (first.continuationToken === undefined) {
        const rows = [...first.instances].sort(
          (a, b) => compare(orderValueOf(a, orderBy, now), orderValueOf(b, orderBy, now)) || compare(a.instanceId, b.instanceId),
        );
        if (descending) rows.reverse();
        const from = Number(query.continuationToken?.slice('at:'.length) ?? 0);
        const next = from + pageSize;
        return {
          instances: rows.slice(from, next),
          ...(next < rows.length ? { continuationToken: `at:${next}` } : {}),
        };
      }
      return { ...(await this.#page(query, pageSize, undefined)), orderedBy: 'instanceId' };
    }
    return this.#page(query, pageSize, query.continuationToken);
  }

  async count(query: InstanceQuery, { progress, signal }: CountWatch = {}): Promise<CountsByStatus> {
    const counts: CountsByStatus = {};
    let token: string | undefined;
    do {
      if (signal?.aborted === true) throw new DurascopeError('Stopped', 'The counting was called off.');
      const page = await this.#page(query, 1000, token);
      for (const { runtimeStatus } of page.instances) counts[runtimeStatus] = (counts[runtimeStatus] ?? 0) + 1;
      progress?.({ ...counts });
      token = page.continuationToken;
    } while (token !== undefined);
    return counts;
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
    const answer = await this.#ask(
      `/entities/${encodeURIComponent(id.name)}/${id.key === '' ? '$' : encodeURIComponent(id.key)}`,
    );
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
    const path = name === undefined ? '/entities' : `/entities/${encodeURIComponent(name)}`;
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
    // Nothing is held open.
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
    const answer = await this.#ask(`/instances/${encodeURIComponent(instanceId)}`, parameters);
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

  async #ask(
    path: string,
    parameters = new URLSearchParams(),
    token?: string,
  ): Promise<{ status: number; value: unknown; token: string | undefined }> {
    const { url, key, fetch: ask = fetch } = this.options;
    if (key !== null) parameters.set('code', key);
    this.requests += 1;
    let response: Response;
    let text: string;
    try {
      response = await ask(`${url}${webhooks}${path}?${parameters.toString()}`, {
        headers: token === undefined ? {} : { [tokenHeader]: token },
        redirect: 'error',
        signal: AbortSignal.timeout(requestMs),
      });
      text = await response.text();
    } catch (error) {
      // The library's own text has the address in it, and that the key.
      const why =
        error instanceof Error && error.name === 'TimeoutError'
          ? `did not answer within ${requestMs / 1000} s`
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
    const next = response.headers.get(tokenHeader);
    const hasNext = next !== null && next !== '' && next !== 'null';
    return { status: response.status, value: jsonOf(text), token: hasNext ? next : undefined };
  }

  #noHost(): DurascopeError {
    return new DurascopeError(
      'HubUnreachable',
      `What answers at ${this.options.url} is no Functions host with the durable task extension: it has no ${webhooks}/instances.`,
      { details: { url: this.options.url } },
    );
  }
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

/** What the API cannot filter by. */
function restOf(query: InstanceQuery): (row: InstanceRow) => boolean {
  const { text, names, parentInstanceId, entities, lastUpdatedFrom, lastUpdatedTo, rootsOnly } = query;
  const words = text?.toLowerCase();
  return (row) =>
    (words === undefined || searchTextOf(row).includes(words)) &&
    names?.includes(row.name) !== false &&
    query.statuses?.includes(row.runtimeStatus) !== false &&
    (parentInstanceId === undefined || row.parentInstanceId === parentInstanceId) &&
    (rootsOnly !== true || row.parentInstanceId === null) &&
    (lastUpdatedFrom === undefined || row.lastUpdatedTime >= lastUpdatedFrom) &&
    (lastUpdatedTo === undefined || row.lastUpdatedTime <= lastUpdatedTo) &&
    (entities !== 'only' || isEntityId(row.instanceId)) &&
    (entities !== 'exclude' || !isEntityId(row.instanceId));
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

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
