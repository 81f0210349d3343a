/**
 * A task hub in Azure Storage, read out of its tables, blobs and queues (spec/attach.md 1). Nothing is ever written, and nothing is created
 * where a name is wrong.
 *
 *   R1. Filters and projections run on the server; lists never hold inputs and outputs, but for what a page shows of failures.
 *   R2. The service knows one order, by id. Another one is made where all that a query finds fits one answer (`sortable` rows); else the page
 *       says that it is in the order of ids.
 *   R3. A token is the last id of a page: it is good for ever.
 */
import { orderValueOf } from '../../core/instances/instance-search';
import { toTimestamp } from '../../core/values/time';
import type { EntityDetails, EntityPage, EntityQuery } from '../../core/entities/entity-views';
import { entityDetails } from '../../core/entities/entity-views';
import type { HistoryEvent } from '../../core/history/history';
import type { CustomStatusChange, InstanceRow } from '../../core/instances/instance';
import type { InstancePage, InstanceQuery } from '../../core/ports/history-store';
import type { HubCapabilities, WaitingFor } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { isEntityId } from '../../core/values/instance-id';
import { isTerminal } from '../../core/values/status';
import { escapeKey } from '../../core/values/table-key';
import type { CountsByStatus, CountWatch, HubFacts, HubReader } from '../attached-hub';
import { entityPage } from '../entity-page';
import { nothingOpen, OpenWork } from '../open-work';
import { countByRanges } from './count-by-ranges';
import { HistoryReader } from './history-reader';
import { hubFacts } from './hub-facts';
import { type HubTables, isSame } from './hub-tables';
import { firstEdge, instanceFilter, quoted, type TableFilter, within } from './instance-filter';
import { instanceOf, isInstanceRow, listColumns } from './instance-row';
import { LargeValues } from './large-values';
import type { TableRow } from '../../replay/typed-rows';
import type { RowPage, StorageAccount } from './storage-account';

const sortable = 1000;
const mostPerPage = 1000;
const defaultPageSize = 100;
/** A page that is filtered here ends after so many answers, with what it has. */
const answersPerPage = 40;
/** So many failures of a page are asked for one by one. */
const mostAlone = 4;
/** Histories kept for the next question, in rows. */
const keptRows = 20_000;
/** What tells of open work, without results and failures, which may be large. */
const openWorkColumns = [
  ...['RowKey', 'EventType', 'EventId', '_Timestamp', 'Timestamp', 'TaskScheduledId', 'TimerId', 'FireAt'],
  ...['Name', 'Version', 'InstanceId', 'Input', 'Tags'],
];

export class AzureStorageReader implements HubReader {
  readonly capabilities: HubCapabilities = { rewind: false, entities: true, suspend: false, counts: 'onRequest' };
  readonly #large: LargeValues;
  readonly #histories: HistoryReader;
  readonly #instances: string;
  readonly #history: string;
  /** Rows of other hubs may lie in the tables as well. */
  readonly #isShared: boolean;
  readonly #columns: readonly string[];
  /** Of the instance that was asked about last: a history grows at its end. */
  #open: OpenWork | undefined;
  /** The last history read, as long as its stamp is the same. */
  #kept: { instanceId: string; stamp: string; events: readonly HistoryEvent[]; notes: readonly string[] } | undefined;

  /** `account` has the tables and large values, `main` the queues. */
  constructor(
    private readonly account: StorageAccount,
    private readonly tables: HubTables,
    private readonly main: StorageAccount,
  ) {
    const { hubName, prefix } = tables;
    this.#large = new LargeValues(account, hubName);
    this.#instances = `${prefix}Instances`;
    this.#history = `${prefix}History`;
    this.#histories = new HistoryReader(account, this.#history, this.#large);
    this.#isShared = !isSame(hubName, prefix);
    this.#columns = this.#isShared ? [...listColumns, 'TaskHubName'] : listColumns;
  }

  get label(): string {
    const { account, isLocal, tables } = this.account.connection;
    const place = isLocal ? `Azurite at ${new URL(tables).host}` : account;
    return `${this.name} in ${place}${this.#isShared ? `, tables ${this.tables.prefix}` : ''}`;
  }

  get name(): string {
    return this.tables.hubName;
  }

  get requests(): number {
    const { account, main } = this;
    return account.meter.requests + (main === account ? 0 : main.meter.requests);
  }

  async get(instanceId: string): Promise<InstanceRow | undefined> {
    const [found, started, rows] = await Promise.all([
      this.#row(instanceId),
      isEntityId(instanceId) ? undefined : this.#start(instanceId),
      this.#histories.firstRows(instanceId),
    ]);
    if (found === undefined) return undefined;
    const row = instanceOf(found);
    const { values, notes } = await this.#valuesOf(row, found);
    const stuck = [row.stuck, ...notes].filter((note) => note !== undefined).join(' ');
    return {
      ...row,
      ...values,
      // Tables of older versions do not have the column.
      parentInstanceId: row.parentInstanceId ?? started?.parentInstanceId ?? null,
      historyLength: await this.#histories.length(instanceId, row.executionId, rows),
      ...(stuck === '' ? {} : { stuck }),
    };
  }

  async query(query: InstanceQuery): Promise<InstancePage> {
    const pageSize = Math.min(query.pageSize ?? defaultPageSize, mostPerPage);
    if (query.instanceIds !== undefined) return { instances: await this.#rowsOf(query.instanceIds, query) };
    const { orderBy = 'instanceId', descending = false, now = toTimestamp(Date.now()) } = query;
    const isByKey = orderBy === 'instanceId' && !descending;
    const token = readToken(query.continuationToken);
    if (isByKey || token.type === 'after') return this.#pageByKey(query, pageSize, token, !isByKey);
    const { rows: all, isAll } = await this.#upTo(sortable, query); // R2
    if (!isAll) {
      if (all.length < pageSize) return this.#pageByKey(query, pageSize, { type: 'start' }, true);
      const rows = all.slice(0, pageSize);
      const last = escapeKey(rows.at(-1)?.instanceId ?? '');
      return {
        instances: await this.#withFailures(rows, this.#filter(query).odata),
        continuationToken: writeToken({ type: 'after', after: last }),
        orderedBy: 'instanceId',
      };
    }
    all.sort(
      (a, b) => compare(orderValueOf(a, orderBy, now), orderValueOf(b, orderBy, now)) || compare(a.instanceId, b.instanceId),
    );
    if (descending) all.reverse();
    const from = token.type === 'at' ? token.at : 0;
    const instances = await this.#withFailures(all.slice(from, from + pageSize), this.#filter(query).odata);
    const next = from + pageSize;
    return { instances, ...(next < all.length ? { continuationToken: writeToken({ type: 'at', at: next }) } : {}) };
  }

  count(query: InstanceQuery, watch: CountWatch = {}): Promise<CountsByStatus> {
    return countByRanges(this.account, this.#instances, this.#filter(query), watch);
  }

  async history(instanceId: string, from = 0, count?: number): Promise<readonly HistoryEvent[]> {
    if (from > 0 || count !== undefined) return (await this.#histories.read(instanceId, from, count)).events;
    return (await this.historyWithNotes(instanceId)).events;
  }

  async historyWithNotes(instanceId: string): Promise<{ events: readonly HistoryEvent[]; notes: readonly string[] }> {
    const kept = this.#kept;
    if (kept?.instanceId === instanceId && kept.stamp === (await this.#histories.stamp(instanceId))) return kept;
    const stamp = await this.#histories.stamp(instanceId);
    const { events, notes } = await this.#histories.read(instanceId);
    this.#kept = stamp === undefined || events.length > keptRows ? undefined : { instanceId, stamp, events, notes };
    return { events, notes };
  }

  /** The table has the last one only. */
  async customStatusChanges(instanceId: string): Promise<readonly CustomStatusChange[]> {
    const row = await this.#row(instanceId, this.#columns);
    if (row === undefined) return [];
    const { customStatus, lastUpdatedTime } = instanceOf(row);
    return customStatus === null ? [] : [{ at: lastUpdatedTime, value: customStatus }];
  }

  async waitingFor(instanceId: string): Promise<WaitingFor> {
    const found = await this.#row(instanceId, this.#columns);
    if (found === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
    const { executionId, runtimeStatus } = instanceOf(found);
    if (isEntityId(instanceId) || isTerminal(runtimeStatus)) return nothingOpen;
    const known = this.#open;
    const isKnown = known?.instanceId === instanceId && known.executionId === executionId;
    const work = isKnown ? known : new OpenWork(instanceId, executionId);
    this.#open = undefined;
    for await (const { rows, events } of this.#histories.parts(instanceId, executionId, work.rows, openWorkColumns)) {
      // What was written before may be another one now.
      if (isKnown && events.some(({ EventType }) => EventType === 'ExecutionRewound')) return this.waitingFor(instanceId);
      work.add(events, rows);
    }
    this.#open = work;
    return work.waitingFor;
  }

  async getEntity(instanceId: string): Promise<EntityDetails | undefined> {
    const found = await this.#row(instanceId);
    if (found === undefined) return undefined;
    const row = instanceOf(found);
    const { values } = await this.#valuesOf(row, found);
    return entityDetails({ ...row, ...values }) ?? undefined;
  }

  async queryEntities(query: EntityQuery): Promise<EntityPage> {
    const { name, instanceIdPrefix, includeState = false, lastOperationFrom, lastOperationTo } = query;
    const prefix = instanceIdPrefix ?? (name === undefined ? undefined : `@${name.toLowerCase()}@`);
    const instances: InstanceQuery = {
      entities: 'only',
      ...(prefix === undefined ? {} : { instanceIdPrefix: prefix }),
      // Every batch of an entity is a new generation.
      ...(lastOperationFrom === undefined ? {} : { createdTimeFrom: lastOperationFrom }),
      ...(lastOperationTo === undefined ? {} : { createdTimeTo: lastOperationTo }),
      ...(query.continuationToken === undefined ? {} : { continuationToken: query.continuationToken }),
    };
    const pageSize = Math.min(query.pageSize ?? defaultPageSize, mostPerPage);
    const page = await this.#pageByKey(
      instances,
      pageSize,
      readToken(query.continuationToken),
      false,
      includeState ? ['Input'] : [],
    );
    return entityPage(page, query);
  }

  /** No table remembers them. */
  entityBatches(): Promise<[]> {
    return Promise.resolve([]);
  }

  facts(): Promise<HubFacts> {
    return hubFacts(this.main, this.name);
  }

  dispose(): void {
    this.#kept = undefined;
    this.#open = undefined;
    this.account.close();
    this.main.close();
  }

  async #pageByKey(
    query: InstanceQuery,
    pageSize: number,
    token: PageToken,
    isOtherOrder: boolean,
    more: readonly string[] = [],
  ): Promise<InstancePage> {
    const { odata, rest } = this.#filter(query);
    const after = token.type === 'after' ? token.after : '';
    const rows: InstanceRow[] = [];
    let last = '';
    let answers = 0;
    let isEnd = false;
    const asked = rest === undefined ? pageSize : mostPerPage;
    read: for await (const page of this.#pages(query, odata, after, [...this.#columns, ...more], asked)) {
      answers += 1;
      isEnd = page.isLast;
      for (const [at, each] of page.rows.entries()) {
        const row = this.#instance(each);
        last = String(each['PartitionKey']);
        if (row !== null && (rest === undefined || rest(row))) rows.push(row);
        if (rows.length < pageSize) continue;
        isEnd = page.isLast && at === page.rows.length - 1;
        break read;
      }
      if (isEnd || (answers >= answersPerPage && rows.length > 0)) break;
    }
    return {
      instances: await this.#withFailures(rows, this.#filter(query).odata),
      ...(isEnd || last === '' ? {} : { continuationToken: writeToken({ type: 'after', after: last }) }),
      ...(isOtherOrder ? { orderedBy: 'instanceId' as const } : {}),
    };
  }

  /** In the order of ids, those after `after`; `hasMore`: the service has said that more follows. */
  async *#pages(
    query: InstanceQuery,
    odata: string,
    after: string,
    select: readonly string[],
    pageSize: number,
  ): AsyncGenerator<RowPage & { hasMore: boolean }> {
    const edge = firstEdge(query, after);
    const ask = (range: Parameters<typeof within>[1]): AsyncGenerator<RowPage> =>
      this.account.pages(this.#instances, { filter: within(odata, range), select }, pageSize);
    const start = after === '' ? {} : { after };
    if (edge !== undefined) {
      for await (const { rows, isLast } of ask({ ...start, before: edge })) yield { rows, isLast: false, hasMore: !isLast };
    }
    for await (const page of ask(edge === undefined ? start : { from: edge })) yield { ...page, hasMore: !page.isLast };
  }

  /** All that the query finds, or the first of it by id where that is more than so many. */
  async #upTo(most: number, query: InstanceQuery): Promise<{ rows: InstanceRow[]; isAll: boolean }> {
    const { odata, rest } = this.#filter(query);
    const rows: InstanceRow[] = [];
    for await (const page of this.#pages(query, odata, '', this.#columns, most)) {
      for (const each of page.rows) {
        const row = this.#instance(each);
        if (row !== null && (rest === undefined || rest(row))) rows.push(row);
      }
      if (!page.isLast && page.hasMore && page.rows.length > 0) return { rows, isAll: false };
    }
    return { rows, isAll: true };
  }

  async #rowsOf(instanceIds: readonly string[], query: InstanceQuery): Promise<InstanceRow[]> {
    const found = await Promise.all([...new Set(instanceIds)].map((id) => this.#row(id, this.#columns)));
    const { rest } = this.#filter(query);
    return found.flatMap((each) => {
      const row = each === undefined ? null : this.#instance(each);
      if (row === null || rest?.(row) === false) return [];
      return query.statuses?.includes(row.runtimeStatus) === false ? [] : [row];
    });
  }

  /** Why an instance of the page failed: lists show it, and few have failed. */
  async #withFailures(rows: readonly InstanceRow[], odata: string): Promise<InstanceRow[]> {
    const failed = rows.filter(({ runtimeStatus }) => runtimeStatus === 'Failed');
    if (rows.length > defaultPageSize || failed.length === 0) return [...rows];
    if (failed.length > mostAlone) return this.#withOutputs(rows, failed, odata);
    return Promise.all(
      rows.map(async (row) => {
        if (row.runtimeStatus !== 'Failed') return row;
        const found = await this.account.row(this.#instances, escapeKey(row.instanceId), '', ['Output']);
        const output = found?.['Output'];
        return typeof output === 'string' ? { ...row, output } : row;
      }),
    );
  }

  /** Of many, by one question for all of them: what the filter lets through between the first and the last of their ids. */
  async #withOutputs(rows: readonly InstanceRow[], failed: readonly InstanceRow[], odata: string): Promise<InstanceRow[]> {
    const keys = failed.map(({ instanceId }) => escapeKey(instanceId)).sort();
    const wanted = new Set(keys);
    const range = `RuntimeStatus eq 'Failed' and PartitionKey ge ${quoted(keys[0] ?? '')} and PartitionKey le ${quoted(keys.at(-1) ?? '')}`;
    const filter = odata === '' ? range : `${odata} and ${range}`;
    const outputs = new Map<string, string>();
    let others = 0;
    for await (const page of this.account.pages(this.#instances, { filter, select: ['PartitionKey', 'Output'] }, mostPerPage)) {
      for (const { PartitionKey: key, Output: output } of page.rows) {
        if (typeof key !== 'string' || typeof output !== 'string') continue;
        if (wanted.has(key)) outputs.set(key, output);
        else others += 1;
      }
      // A filter lets few of them through: the rest is not worth its bytes.
      if (others > mostPerPage) break;
    }
    return rows.map((row) => {
      const output = outputs.get(escapeKey(row.instanceId));
      return output === undefined ? row : { ...row, output };
    });
  }

  #filter(query: InstanceQuery): TableFilter {
    const filter = instanceFilter(query);
    if (!this.#isShared) return filter;
    const own = `TaskHubName eq ${quoted(this.name)}`;
    return { ...filter, odata: filter.odata === '' ? own : `${filter.odata} and ${own}` };
  }

  async #row(instanceId: string, select?: readonly string[]): Promise<TableRow | undefined> {
    const row = await this.account.row(this.#instances, escapeKey(instanceId), '', select);
    return this.#isShared && row?.['TaskHubName'] !== this.name ? undefined : row;
  }

  #instance(row: Readonly<Record<string, unknown>>): InstanceRow | null {
    // Rows of something else that somebody has put there.
    return isInstanceRow(row) ? instanceOf(row) : null;
  }

  async #start(instanceId: string): Promise<{ parentInstanceId: string | null } | undefined> {
    // The second row of every history.
    const row = await this.account.row(this.#history, escapeKey(instanceId), '0000000000000001', ['ParentInstance']);
    const parent = row?.['ParentInstance'];
    if (typeof parent !== 'string' || parent === 'null') return undefined;
    try {
      const value = JSON.parse(parent) as { OrchestrationInstance?: { InstanceId?: unknown } };
      const id = value.OrchestrationInstance?.InstanceId;
      return typeof id === 'string' ? { parentInstanceId: id } : undefined;
    } catch {
      // A row that is not as it should be tells of no parent.
      return undefined;
    }
  }

  /** Input and output out of their blobs. */
  async #valuesOf(
    { input, output }: InstanceRow,
    row: Readonly<Record<string, unknown>>,
  ): Promise<{ values: { input: string | null; output: string | null }; notes: string[] }> {
    const notes: string[] = [];
    const valueOf = async (text: string | null, name: string | null): Promise<string | null> => {
      if (name === null) return text;
      const value = await this.#large.read(name);
      if (!('problem' in value)) return value.text;
      notes.push(value.problem);
      return null;
    };
    const inputBlob = typeof row['InputBlobName'] === 'string' && input === '' ? row['InputBlobName'] : null;
    const [gotInput, gotOutput] = await Promise.all([
      valueOf(input, this.#large.nameIn(input) ?? (inputBlob === '' ? null : inputBlob)),
      valueOf(output, this.#large.nameIn(output)),
    ]);
    return { values: { input: gotInput, output: gotOutput }, notes };
  }
}

type PageToken = { type: 'start' } | { type: 'after'; after: string } | { type: 'at'; at: number };

function writeToken(token: PageToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(text: string | undefined): PageToken {
  if (text === undefined) return { type: 'start' };
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Partial<Record<string, unknown>>;
    if (typeof token['after'] === 'string') return { type: 'after', after: token['after'] };
    if (typeof token['at'] === 'number') return { type: 'at', at: token['at'] };
  } catch {
    // Told below.
  }
  throw new DurascopeError('InvalidArgument', 'The continuation token is none of this hub. Ask for the first page again.');
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
