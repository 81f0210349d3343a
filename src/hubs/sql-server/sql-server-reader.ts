/**
 * A task hub in SQL Server, read out of the tables of its provider (spec/attach.md 4). The server filters, sorts, counts and cuts into pages.
 *
 *   R1. A token is the last row of a page, with the value that it was sorted by: it is good for ever.
 *   R2. A history is that of one execution: one that was replaced while it was read is read again.
 */
import { countText } from '../../base/count-text';
import { entityDetails } from '../../core/entities/entity-views';
import type { EntityDetails, EntityPage, EntityQuery } from '../../core/entities/entity-views';
import type { HistoryEvent } from '../../core/history/history';
import type { CustomStatusChange, InstanceRow } from '../../core/instances/instance';
import { type InstanceOrderBy, orderValueOf } from '../../core/instances/instance-search';
import type { InstancePage, InstanceQuery } from '../../core/ports/history-store';
import type { HubCapabilities, WaitingFor } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { isEntityId } from '../../core/values/instance-id';
import { isTerminal, type OrchestrationStatus, orchestrationStatusNumbers } from '../../core/values/status';
import { toTimestamp } from '../../core/values/time';
import type { CountsByStatus, CountWatch, HubFacts, HubReader } from '../attached-hub';
import { countingCalledOff } from '../closed-connection';
import { entityPage } from '../entity-page';
import { nothingOpen, OpenWork } from '../open-work';
import { type PagedServer, queryByPages } from '../paged-query';
import { eventOf } from './history-record';
import { instanceOf } from './instance-record';
import type { SqlClient } from './sql-client';
import { sqlPlace } from './sql-connection';
import { type HistoryRecord, type InstanceRecord, isServerOrder, type ServerOrder, type Statements } from './statements';

export interface SqlHubFacts {
  hub: string;
  /** Of the provider; null where the table of versions says nothing. */
  version: string | null;
  /** Whole sentences. */
  notes: readonly string[];
  /** Counting takes long: it is done when somebody asks. */
  isLarge: boolean;
}

const mostPerPage = 1000;
const defaultPageSize = 100;
/** Asked for with one statement. */
const idsAtOnce = 500;
/** How often a history that is replaced meanwhile is begun anew. */
const attempts = 4;
/** Histories kept for the next question, in rows. */
const keptRows = 20_000;

interface Whole {
  events: readonly HistoryEvent[];
  notes: readonly string[];
}

export class SqlServerReader implements HubReader {
  readonly capabilities: HubCapabilities;
  /** Of the instance that was asked about last: a history grows at its end. */
  #open: OpenWork | undefined;
  /** The last history read, as long as its stamp is the same. */
  #kept: ({ instanceId: string; stamp: string } & Whole) | undefined;
  readonly #pages: PagedServer = {
    get: async (instanceId) => (await this.#rowsOf([instanceId], {}))[0],
    page: (query, pageSize, token) =>
      this.#page({ ...withoutOrder(query), ...(token === undefined ? {} : { continuationToken: token }) }, pageSize),
  };

  constructor(
    private readonly client: SqlClient,
    private readonly statements: Statements,
    private readonly known: SqlHubFacts,
  ) {
    this.capabilities = {
      rewind: false,
      entities: true,
      suspend: false,
      ...(known.isLarge ? { counts: 'onRequest' as const } : {}),
    };
  }

  get label(): string {
    return `${this.name} in ${sqlPlace(this.client.connection)}`;
  }

  get name(): string {
    return this.known.hub;
  }

  get requests(): number {
    return this.client.requests;
  }

  async get(instanceId: string): Promise<InstanceRow | undefined> {
    const [record] = await this.client.read<InstanceRecord>(this.statements.instance(instanceId));
    return record === undefined || !isSameId(record.InstanceID, instanceId) ? undefined : instanceOf(record);
  }

  async query(query: InstanceQuery): Promise<InstancePage> {
    const pageSize = Math.min(query.pageSize ?? defaultPageSize, mostPerPage);
    if (query.instanceIds !== undefined) return { instances: await this.#rowsOf(query.instanceIds, query) };
    return isServerOrder(query.orderBy ?? 'instanceId')
      ? this.#page(query, pageSize)
      : queryByPages(this.#pages, { ...query, pageSize });
  }

  async count(query: InstanceQuery, { signal, progress }: CountWatch = {}): Promise<CountsByStatus> {
    const rows = await this.client.read<{ RuntimeStatus: string; Instances: number }>(this.statements.counts(query));
    if (signal?.aborted === true) throw countingCalledOff();
    const counts: CountsByStatus = {};
    for (const { RuntimeStatus: text, Instances: instances } of rows) {
      const status = Object.hasOwn(orchestrationStatusNumbers, text) ? (text as OrchestrationStatus) : 'Running';
      counts[status] = (counts[status] ?? 0) + instances;
    }
    progress?.({ ...counts });
    return counts;
  }

  async history(instanceId: string, from = 0, count?: number): Promise<readonly HistoryEvent[]> {
    if (from === 0 && count === undefined) return (await this.historyWithNotes(instanceId)).events;
    const row = await this.#listed(instanceId);
    if (row === undefined) return [];
    return (await this.#read(row, from, count)).events;
  }

  async historyWithNotes(instanceId: string): Promise<Whole> {
    for (let attempt = 1; ; attempt++) {
      const row = await this.#listed(instanceId);
      if (row === undefined) return { events: [], notes: [] };
      const stamp = `${row.executionId} ${row.lastUpdatedTime} ${row.runtimeStatus}`;
      if (this.#kept?.instanceId === instanceId && this.#kept.stamp === stamp) return this.#kept;
      const whole = await this.#read(row, 0);
      const isGone = whole.events.length === 0 && row.runtimeStatus !== 'Pending';
      if (isGone && attempt < attempts && (await this.#listed(instanceId))?.executionId !== row.executionId) continue; // R2
      this.#kept = whole.events.length > keptRows ? undefined : { instanceId, stamp, ...whole };
      return whole;
    }
  }

  /** The table has the last one only. */
  async customStatusChanges(instanceId: string): Promise<readonly CustomStatusChange[]> {
    const row = await this.#listed(instanceId);
    return row?.customStatus == null ? [] : [{ at: row.lastUpdatedTime, value: row.customStatus }];
  }

  async waitingFor(instanceId: string): Promise<WaitingFor> {
    const row = await this.#listed(instanceId);
    if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
    if (isEntityId(instanceId) || isTerminal(row.runtimeStatus)) return nothingOpen;
    const known = this.#open;
    const isKnown = known?.instanceId === instanceId && known.executionId === row.executionId;
    const work = isKnown ? known : new OpenWork(instanceId, row.executionId);
    this.#open = undefined;
    const { events } = await this.#read(row, work.rows, undefined, false);
    // A rewind changes rows that were read before.
    if (isKnown && events.some(({ EventType }) => EventType === 'GenericEvent')) return this.waitingFor(instanceId);
    work.add(events);
    this.#open = work;
    return work.waitingFor;
  }

  async getEntity(instanceId: string): Promise<EntityDetails | undefined> {
    const row = await this.get(instanceId);
    return row === undefined ? undefined : (entityDetails(row) ?? undefined);
  }

  async queryEntities(query: EntityQuery): Promise<EntityPage> {
    const { name, instanceIdPrefix, lastOperationFrom, lastOperationTo } = query;
    const prefix = instanceIdPrefix ?? (name === undefined ? undefined : `@${name.toLowerCase()}@`);
    const page = await this.#page(
      {
        entities: 'only',
        ...(prefix === undefined ? {} : { instanceIdPrefix: prefix }),
        ...(lastOperationFrom === undefined ? {} : { lastUpdatedFrom: lastOperationFrom }),
        ...(lastOperationTo === undefined ? {} : { lastUpdatedTo: lastOperationTo }),
        ...(query.continuationToken === undefined ? {} : { continuationToken: query.continuationToken }),
      },
      Math.min(query.pageSize ?? defaultPageSize, mostPerPage),
      true,
    );
    return entityPage(page, query);
  }

  /** No table remembers them. */
  entityBatches(): Promise<[]> {
    return Promise.resolve([]);
  }

  async facts(): Promise<HubFacts> {
    const { version, notes } = this.known;
    const [waiting] = await this.client.read<{ Events: number; Later: number; Tasks: number; Running: number }>(
      this.statements.queues(),
    );
    return {
      queues: [
        { name: 'NewEvents (messages to instances)', messages: waiting?.Events ?? 0 },
        { name: 'NewTasks (activities)', messages: waiting?.Tasks ?? 0 },
      ],
      partitions: null,
      notes: [
        `The provider's tables are ${version === null ? 'of a version that is not told' : `of version ${version}`}.`,
        ...(waiting === undefined || waiting.Later === 0
          ? []
          : [`Of the messages ${countText(waiting.Later, 'is', 'are')} for later (timers, scheduled starts).`]),
        ...(waiting === undefined || waiting.Running === 0
          ? []
          : [`${countText(waiting.Running, 'activity is', 'activities are')} with a worker now.`]),
        ...notes,
      ],
    };
  }

  dispose(): void {
    this.#kept = undefined;
    this.#open = undefined;
    this.client.close();
  }

  async #page(query: InstanceQuery, pageSize: number, withInput = false): Promise<InstancePage> {
    const orderBy = query.orderBy ?? 'instanceId';
    if (!isServerOrder(orderBy)) throw new Error('Orders of other servers are made elsewhere.');
    const descending = query.descending ?? false;
    const token = readToken(query.continuationToken, orderBy, descending);
    const now = token?.now ?? query.now ?? toTimestamp(Date.now());
    const records = await this.client.read<InstanceRecord>(
      this.statements.instances(query, {
        ...{ size: pageSize + 1, orderBy, descending, now, withInput },
        ...(token === undefined ? {} : { after: token }),
      }),
    );
    const instances = records.slice(0, pageSize).map(instanceOf);
    const last = instances.at(-1);
    if (records.length <= pageSize || last === undefined) return { instances };
    const value = orderValueOf(last, orderBy, now);
    return { instances, continuationToken: writeToken({ value, instanceId: last.instanceId, now, orderBy, descending }) };
  }

  /** As lists have it. */
  async #listed(instanceId: string): Promise<InstanceRow | undefined> {
    return (await this.#rowsOf([instanceId], {}))[0];
  }

  async #rowsOf(instanceIds: readonly string[], query: InstanceQuery): Promise<InstanceRow[]> {
    const asked = [...new Set(instanceIds)];
    const found = new Map<string, InstanceRow>();
    for (let at = 0; at < asked.length; at += idsAtOnce) {
      const part = asked.slice(at, at + idsAtOnce);
      const records = await this.client.read<InstanceRecord>(
        this.statements.instances(
          { ...withoutOrder(query), instanceIds: part },
          { size: idsAtOnce, orderBy: 'instanceId', descending: false, now: '' },
        ),
      );
      for (const record of records) found.set(idKey(record.InstanceID), instanceOf(record));
    }
    return asked.flatMap((id) => found.get(idKey(id)) ?? []);
  }

  async #read(row: InstanceRow, from: number, count?: number, withTexts = true): Promise<Whole> {
    const { instanceId, executionId, version, parentInstanceId, tags } = row;
    const records: HistoryRecord[] = [];
    const range = { from, ...(count === undefined ? {} : { count }) };
    await this.client.read<HistoryRecord>(this.statements.history(instanceId, executionId, range, withTexts), (record) => {
      records.push(record);
    });
    const begun = records.filter(({ EventType }) => EventType === 'SubOrchestrationInstanceCreated');
    const children = begun.length === 0 ? new Map<number, string>() : await this.#children(instanceId);
    const around = { instanceId, executionId, version, parentInstanceId, tags, children };
    const events = records.flatMap((record) => eventOf(record, around) ?? []);
    const unknown = begun.filter(({ TaskID: id }) => id === null || !children.has(id)).length;
    const sent = records.filter(({ EventType }) => EventType === 'EventSent').length;
    return {
      events,
      notes: [
        ...(unknown === 0
          ? []
          : [
              `Of ${countText(unknown, 'child', 'children')} the id is not known: SQL Server's provider keeps it with the child only, and that is gone or has not begun.`,
            ]),
        ...(sent === 0
          ? []
          : [
              `To whom ${countText(sent, 'event was', 'events were')} sent is not known: SQL Server's provider does not keep it.`,
            ]),
      ],
    };
  }

  async #children(instanceId: string): Promise<Map<number, string>> {
    const rows = await this.client.read<{ InstanceID: string; TaskID: number | null }>(this.statements.children(instanceId));
    return new Map(rows.flatMap(({ InstanceID: id, TaskID: number }) => (number === null ? [] : [[number, id] as const])));
  }
}

interface PageToken {
  value: string | number;
  instanceId: string;
  now: string;
  orderBy: ServerOrder;
  descending: boolean;
}

function writeToken(token: PageToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(text: string | undefined, orderBy: InstanceOrderBy, descending: boolean): PageToken | undefined {
  if (text === undefined) return undefined;
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<PageToken>;
    const { value, instanceId, now } = token;
    const isSame = token.orderBy === orderBy && token.descending === descending;
    const isValue = typeof value === 'string' || typeof value === 'number';
    if (isSame && isValue && typeof instanceId === 'string' && typeof now === 'string') return token as PageToken;
  } catch {
    // Said below.
  }
  throw new DurascopeError('InvalidArgument', 'The continuation token is not one of this list.');
}

function withoutOrder(query: InstanceQuery): InstanceQuery {
  const rest = { ...query };
  for (const each of ['orderBy', 'descending', 'continuationToken'] as const) Reflect.deleteProperty(rest, each);
  return rest;
}

/** Servers compare without case, as their databases say, and never by spaces at the end. */
function idKey(instanceId: string): string {
  return instanceId.trimEnd().toLowerCase();
}

function isSameId(a: string, b: string): boolean {
  return idKey(a) === idKey(b);
}
