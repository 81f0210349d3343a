/** A task hub behind a server of the Durable Task protocol: the scheduler, its emulator, a host's or a program's own, another Durascope. */
import { coreEntity, coreHistory, coreInstance } from '../../grpc/history-from-proto';
import { protoStatus, protoTime } from '../../grpc/proto-time';
import type { Timestamp } from '../../wire/generated/google/protobuf/timestamp';
import type { HistoryEvent as ProtoEvent } from '../../wire/generated/task-hub-sidecar';
import type { EntityDetails, EntityInfo, EntityPage, EntityQuery } from '../../core/entities/entity-views';
import type { HistoryEvent } from '../../core/history/history';
import type { CustomStatusChange, InstanceRow } from '../../core/instances/instance';
import type { InstancePage, InstanceQuery } from '../../core/ports/history-store';
import type { HubCapabilities, WaitingFor } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { isEntityId } from '../../core/values/instance-id';
import type { CountsByStatus, CountWatch, HubFacts, HubReader } from '../attached-hub';
import { openWork } from '../open-work';
import { countByPages, type PagedServer, queryByPages, restOf } from '../paged-query';
import { type DurableTaskClient, reads } from './durable-task-client';
import { durableTaskLabel } from './durable-task-connection';

/** Instances are followed by entities where both are asked for; tokens of the latter bear this. */
const entitiesToken = 'entities:';
const mostPerPage = 1000;
/** Histories kept for the next question, in rows. */
const keptRows = 20_000;

interface Whole {
  events: readonly HistoryEvent[];
  notes: readonly string[];
}

export class DurableTaskReader implements HubReader {
  readonly capabilities: HubCapabilities = { rewind: false, entities: true, suspend: false, counts: 'onRequest' };
  readonly #pages: PagedServer = {
    get: (instanceId) => this.get(instanceId),
    page: (query, pageSize, token) => this.#page(query, pageSize, token),
  };
  /** Methods that the server does not have, by the message that says so. */
  readonly #missing = new Set<string>();
  /** The last history read, as long as its instance does not change. */
  #kept: { instanceId: string; stamp: string; whole: Whole } | undefined;

  constructor(private readonly client: DurableTaskClient) {}

  get label(): string {
    return durableTaskLabel(this.client.connection);
  }

  get name(): string {
    return this.client.connection.taskHub ?? this.client.connection.address;
  }

  get requests(): number {
    return this.client.requests;
  }

  /** That it is one: rejects with `HubUnreachable` and `HubNotFound`. Servers that list nothing are taken all the same. */
  async check(): Promise<void> {
    try {
      await this.#page({ entities: 'exclude' }, 1, undefined);
    } catch (error) {
      if (DurascopeError.is(error, 'InstanceNotFound')) throw this.#noHub(error);
      if (!DurascopeError.is(error, 'NotSupported')) throw error;
      this.#missing.add(`${error.message} Open instances by their ids.`);
      await this.#state('durascope-looks-whether-this-is-here');
    }
  }

  async get(instanceId: string): Promise<InstanceRow | undefined> {
    const row = await this.#state(instanceId);
    if (row === undefined || isEntityId(instanceId)) return row;
    const { events } = await this.#whole(row);
    return { ...row, historyLength: events.length };
  }

  query(query: InstanceQuery): Promise<InstancePage> {
    return queryByPages(this.#pages, query);
  }

  count(query: InstanceQuery, watch?: CountWatch): Promise<CountsByStatus> {
    return countByPages(this.#pages, query, watch);
  }

  async history(instanceId: string, from = 0, count?: number): Promise<readonly HistoryEvent[]> {
    const { events } = await this.historyWithNotes(instanceId);
    return from === 0 && count === undefined ? events : events.slice(from, count === undefined ? undefined : from + count);
  }

  async historyWithNotes(instanceId: string): Promise<Whole> {
    const row = await this.#state(instanceId);
    return row === undefined ? { events: [], notes: [] } : this.#whole(row);
  }

  async customStatusChanges(instanceId: string): Promise<readonly CustomStatusChange[]> {
    const row = await this.#state(instanceId);
    return row?.customStatus == null ? [] : [{ at: row.lastUpdatedTime, value: row.customStatus }];
  }

  async waitingFor(instanceId: string): Promise<WaitingFor> {
    const row = await this.#state(instanceId);
    if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
    return openWork(row, isEntityId(instanceId) ? [] : (await this.#whole(row)).events);
  }

  async getEntity(instanceId: string): Promise<EntityDetails | undefined> {
    try {
      const { exists, entity } = await this.client.call(reads.getEntity, { instanceId, includeState: true });
      const info = exists && entity !== undefined ? coreEntity(entity) : null;
      return info === null ? undefined : { ...info, queue: [] };
    } catch (error) {
      if (DurascopeError.is(error, 'InstanceNotFound')) return undefined;
      throw error;
    }
  }

  async queryEntities(query: EntityQuery): Promise<EntityPage> {
    const { name, instanceIdPrefix, includeState = false, includeTransient = false, lastOperationFrom, lastOperationTo } = query;
    const prefix = instanceIdPrefix ?? (name === undefined ? undefined : `@${name.toLowerCase()}@`);
    const answer = await this.client.call(reads.queryEntities, {
      query: {
        includeState,
        includeTransient,
        pageSize: Math.min(query.pageSize ?? 100, mostPerPage),
        instanceIdStartsWith: prefix,
        lastModifiedFrom: timeOf(lastOperationFrom),
        lastModifiedTo: timeOf(lastOperationTo),
        continuationToken: query.continuationToken,
      },
    });
    const wanted = name === undefined ? undefined : `@${name.toLowerCase()}@`;
    const entities = answer.entities
      .map(coreEntity)
      .filter((entity): entity is EntityInfo => entity !== null && entity.instanceId.startsWith(wanted ?? ''));
    return { entities, ...tokenOf(answer.continuationToken) };
  }

  /** The protocol has none of it. */
  entityBatches(): Promise<[]> {
    return Promise.resolve([]);
  }

  facts(): Promise<HubFacts> {
    const notes = ['The protocol tells nothing of queues and of who works on them.', ...this.#missing];
    return Promise.resolve({ queues: null, partitions: null, notes });
  }

  dispose(): void {
    this.#kept = undefined;
    this.client.dispose();
  }

  /** Without the length of its history. Undefined for an unknown id. */
  async #state(instanceId: string): Promise<InstanceRow | undefined> {
    if (isEntityId(instanceId)) {
      const entity = await this.getEntity(instanceId);
      return entity === undefined ? undefined : rowOfEntity(entity);
    }
    try {
      const request = { instanceId, getInputsAndOutputs: true };
      const { exists, orchestrationState: state } = await this.client.call(reads.getInstance, request);
      return !exists || state === undefined ? undefined : coreInstance(state, 0);
    } catch (error) {
      if (DurascopeError.is(error, 'InstanceNotFound')) return undefined;
      throw error;
    }
  }

  async #whole(row: InstanceRow): Promise<Whole> {
    const { instanceId, executionId, lastUpdatedTime, runtimeStatus } = row;
    const stamp = `${executionId} ${lastUpdatedTime} ${runtimeStatus}`;
    if (this.#kept?.instanceId === instanceId && this.#kept.stamp === stamp) return this.#kept.whole;
    const whole = isEntityId(instanceId) ? { events: [], notes: [] } : await this.#readHistory(row);
    this.#kept = whole.events.length > keptRows ? undefined : { instanceId, stamp, whole };
    return whole;
  }

  async #readHistory({ instanceId, runtimeStatus }: InstanceRow): Promise<Whole> {
    let events: ProtoEvent[];
    try {
      events = await this.client.history(instanceId);
    } catch (error) {
      if (!DurascopeError.is(error, 'NotSupported')) throw error;
      this.#missing.add(error.message);
      return { events: [], notes: ['The server has no StreamInstanceHistory: the history is not to be had from it.'] };
    }
    if (events.length > 0 || runtimeStatus === 'Pending') return coreHistory(events);
    return { events: [], notes: ['The server gives no history of an instance that has run: it keeps none, most likely.'] };
  }

  async #page(query: InstanceQuery, pageSize: number, continuationToken: string | undefined): Promise<InstancePage> {
    const isOnly = query.entities === 'only' || query.instanceIdPrefix?.startsWith('@') === true;
    if (isOnly || continuationToken?.startsWith(entitiesToken) === true) {
      return this.#entityPage(query, pageSize, continuationToken?.slice(entitiesToken.length));
    }
    const isWanted = restOf(query);
    let token = continuationToken;
    for (;;) {
      const answer = await this.client.call(reads.queryInstances, {
        query: {
          runtimeStatus: (query.statuses ?? []).map(protoStatus),
          createdTimeFrom: timeOf(query.createdTimeFrom),
          createdTimeTo: timeOf(query.createdTimeTo),
          taskHubNames: [],
          maxInstanceCount: Math.min(pageSize, mostPerPage),
          continuationToken: token,
          instanceIdPrefix: query.instanceIdPrefix,
          // Lists show why an instance has failed.
          fetchInputsAndOutputs: true,
        },
      });
      const instances = answer.orchestrationState.map((state) => coreInstance(state, 0)).filter(isWanted);
      ({ continuationToken: token } = tokenOf(answer.continuationToken));
      if (token === undefined && query.entities !== 'exclude' && (await this.#hasEntities(query))) {
        return { instances, continuationToken: entitiesToken };
      }
      if (instances.length > 0 || token === undefined) {
        return { instances, ...(token === undefined ? {} : { continuationToken: token }) };
      }
    }
  }

  async #hasEntities(query: InstanceQuery): Promise<boolean> {
    return (await this.#entityPage(query, 1, undefined)).instances.length > 0;
  }

  /** Entities as rows of instances. A server without entities has none. */
  async #entityPage(query: InstanceQuery, pageSize: number, token: string | undefined): Promise<InstancePage> {
    const { instanceIdPrefix, createdTimeFrom, createdTimeTo } = query;
    let next = token === '' ? undefined : token;
    const isWanted = restOf(query);
    for (;;) {
      let page: EntityPage;
      try {
        page = await this.queryEntities({
          pageSize,
          ...(instanceIdPrefix === undefined ? {} : { instanceIdPrefix }),
          ...(createdTimeFrom === undefined ? {} : { lastOperationFrom: createdTimeFrom }),
          ...(createdTimeTo === undefined ? {} : { lastOperationTo: createdTimeTo }),
          ...(next === undefined ? {} : { continuationToken: next }),
        });
      } catch (error) {
        if (!DurascopeError.is(error, 'NotSupported')) throw error;
        this.#missing.add(error.message);
        return { instances: [] };
      }
      const instances = page.entities.map(rowOfEntity).filter(isWanted);
      next = page.continuationToken;
      if (instances.length > 0 || next === undefined) {
        return { instances, ...(next === undefined ? {} : { continuationToken: `${entitiesToken}${next}` }) };
      }
    }
  }

  #noHub(cause: DurascopeError): DurascopeError {
    const { address, taskHub } = this.client.connection;
    return new DurascopeError('HubNotFound', `There is no task hub '${taskHub ?? ''}' at ${address}: ${cause.message}`, {
      cause,
    });
  }
}

function timeOf(text: string | undefined): Timestamp | undefined {
  return text === undefined ? undefined : protoTime(text);
}

function tokenOf(token: string | undefined): { continuationToken?: string } {
  return token === undefined || token === '' ? {} : { continuationToken: token };
}

function rowOfEntity({ instanceId, name, state, lastOperationTime }: EntityInfo): InstanceRow {
  return {
    instanceId,
    executionId: '',
    name: `@${name}`,
    version: '',
    runtimeStatus: 'Running',
    input: state,
    output: null,
    customStatus: null,
    createdTime: lastOperationTime,
    lastUpdatedTime: lastOperationTime,
    completedTime: null,
    scheduledStartTime: null,
    parentInstanceId: null,
    generation: 0,
    tags: null,
    failureDetails: null,
    awaitedEvents: [],
    historyLength: 0,
  };
}
