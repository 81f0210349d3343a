/**
 * A task hub behind a running Functions host, by its management API (spec/attach.md 2): whatever provider the hub has. The API tells no
 * execution ids, cuts times to seconds, and merges histories, which are made whole again with ids of their own (`import-status.ts`).
 */
import * as z from 'zod';
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
import { FunctionsHostClient, type FunctionsHostOptions, type HostAnswer } from './functions-host-client';
import { isSegment, segmentOf } from './path-segment';
import { countByPages, type PagedServer, queryByPages, restOf } from '../paged-query';

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
  readonly client: FunctionsHostClient;
  readonly #pages: PagedServer = {
    get: (instanceId) => this.get(instanceId),
    page: (query, pageSize, token) => this.#page(query, pageSize, token),
  };

  constructor(options: FunctionsHostOptions) {
    this.client = new FunctionsHostClient(options);
  }

  get label(): string {
    return `Functions host at ${this.client.url}`;
  }

  get name(): string {
    return new URL(this.client.url).host;
  }

  get requests(): number {
    return this.client.requests;
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
    this.client.close();
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
      if (answer.status !== 200 || !list.success) throw this.client.noHost();
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
    if (!status.success) throw this.client.noHost();
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
    return this.client.ask({
      method: 'GET',
      path,
      parameters: Object.fromEntries(parameters),
      ...(token === undefined ? {} : { token }),
    });
  }
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
