/**
 * The instances view without the view: which nodes there are and when they change.
 *
 *   N1. All lists that are open are read in one turn, so that an instance stands in one group only and ids are unique in the tree.
 *   N2. Never all: of each list only the pages that were asked for, and no list is longer than `maxListed`.
 *   N3. After a change the tree is read again at most every `refreshEveryMs`, less often when reading takes long.
 */
import type { InstanceRow } from '../../core/instances/instance';
import type { Disposable } from '../../core/ports/clock';
import type { InstancePage, InstanceQuery } from '../../core/ports/history-store';
import type { HubChange, TaskHubClient } from '../../core/ports/task-hub-client';
import type { OrchestrationStatus } from '../../core/values/status';
import { fromTimestamp } from '../../core/values/time';
import type { SessionClock } from '../../protocol/panel-host';
import { noFilter, toQuery, type TreeFilter } from './instance-filter';
import { statusIcon, statusOrder, type StatusIcon } from './instance-item';

export type Grouping = 'status' | 'orchestrator' | 'flat';

export interface GroupNode {
  type: 'group';
  id: string;
  label: string;
  count: number;
  icon: StatusIcon;
  query: InstanceQuery;
}
export interface InstanceNode {
  type: 'instance';
  id: string;
  row: InstanceRow;
  mayHaveChildren: boolean;
}
export interface MoreNode {
  type: 'more';
  id: string;
  listId: string;
  /** `page`: choosing it lists more. `panel`: there are too many for a tree. */
  opens: 'page' | 'panel';
}
export type TreeNode = GroupNode | InstanceNode | MoreNode;

export const pageSize = 100;
export const maxListed = 2000;
export const refreshEveryMs = 200;
const rootListId = 'root';

interface List {
  query: InstanceQuery;
  limit: number;
  page: InstancePage | undefined;
  isNested: boolean;
}

export class InstancesTree {
  #hub: TaskHubClient | undefined;
  #subscription: Disposable | undefined;
  #connectedMs = 0;
  #names: () => readonly string[] = () => [];
  #groups: GroupNode[] = [];
  readonly #lists = new Map<string, List>();
  readonly #parents = new Set<string>();
  readonly #childless = new Set<string>();
  #loading: Promise<void> | undefined;
  #isRefreshPlanned = false;
  #isVisible = true;
  #isStale = false;
  #isLoaded = false;
  #lastReadMs = 0;
  grouping: Grouping = 'status';
  filter: TreeFilter = noFilter;

  /** `changed`: the nodes are to be asked for again. */
  constructor(
    private readonly clock: SessionClock,
    private readonly changed: () => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** `names`: the app's orchestrators, for groups that are empty so far. */
  connect(hub: TaskHubClient, names: () => readonly string[]): void {
    this.disconnect();
    this.#hub = hub;
    this.#names = names;
    this.#connectedMs = this.clock.now();
    this.#subscription = hub.subscribe((changes) => this.#onChanges(changes), { events: false });
    this.refresh();
  }

  disconnect(): void {
    this.#subscription?.dispose();
    this.#subscription = undefined;
    this.#hub = undefined;
    this.#forget();
    this.#parents.clear();
    this.#childless.clear();
    this.changed();
  }

  show(view: { grouping?: Grouping; filter?: TreeFilter }): void {
    this.grouping = view.grouping ?? this.grouping;
    this.filter = view.filter ?? this.filter;
    this.#forget();
    this.refresh();
  }

  /** A hidden view is not read; when it comes back it is, once. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (isVisible && this.#isStale) this.refresh();
  }

  /** Reads again now, whatever has changed. */
  refresh(): void {
    this.#isLoaded = false;
    this.changed();
  }

  async children(node?: TreeNode): Promise<TreeNode[]> {
    if (this.#hub === undefined) return [];
    await this.#ensureLoaded();
    if (node === undefined) return this.grouping === 'flat' ? this.#listed(rootListId) : this.#groups;
    if (node.type === 'more') return [];
    const listId = node.id;
    if (!this.#lists.has(listId)) {
      const isNested = node.type === 'instance';
      const query = isNested ? childrenOf(node.row.instanceId) : node.query;
      this.#lists.set(listId, { query, limit: pageSize, page: undefined, isNested });
      await this.#readLists([listId]);
    }
    return this.#listed(listId);
  }

  /** The node is closed: its list is no longer read. */
  collapse(node: TreeNode): void {
    if (node.type !== 'more') this.#lists.delete(node.id);
  }

  loadMore(node: MoreNode): void {
    const list = this.#lists.get(node.listId);
    if (list === undefined) return;
    list.limit = Math.min(maxListed, list.limit + 2 * pageSize);
    this.refresh();
  }

  #forget(): void {
    this.#lists.clear();
    this.#groups = [];
    this.#isLoaded = false;
  }

  #onChanges(changes: readonly HubChange[]): void {
    for (const change of changes) {
      if (change.type === 'resync') {
        this.#childless.clear();
        this.#connectedMs = this.clock.now();
      } else if (change.type === 'instance' && change.row.parentInstanceId !== null) {
        this.#parents.add(change.row.parentInstanceId);
      }
    }
    this.#refreshSoon();
  }

  #refreshSoon(): void {
    if (!this.#isVisible) {
      this.#isStale = true;
      return;
    }
    if (this.#isRefreshPlanned) return;
    this.#isRefreshPlanned = true;
    this.clock.after(Math.max(refreshEveryMs, 10 * this.#lastReadMs), () => {
      this.#isRefreshPlanned = false;
      if (this.#hub !== undefined) this.refresh();
    }); // N3
  }

  /** Whoever asks while it is being read waits for that reading, and for another one when something changed meanwhile. */
  async #ensureLoaded(): Promise<void> {
    while (this.#loading !== undefined || !this.#isLoaded) {
      this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
      await this.#loading;
    }
  }

  async #load(): Promise<void> {
    this.#isLoaded = true;
    this.#isStale = false;
    const startedMs = this.clock.now();
    const query = toQuery(this.filter, startedMs);
    if (this.grouping === 'flat' && !this.#lists.has(rootListId)) {
      this.#lists.set(rootListId, { query, limit: pageSize, page: undefined, isNested: false });
    }
    try {
      // Both ask in this very turn (N1).
      const groups = this.#readGroups(query);
      const lists = this.#readLists([...this.#lists.keys()]);
      this.#groups = await groups;
      await lists;
    } catch (error) {
      if (this.#hub !== undefined) this.onError(error);
    }
    this.#lastReadMs = this.clock.now() - startedMs;
  }

  async #readGroups(query: InstanceQuery): Promise<GroupNode[]> {
    const hub = this.#hub;
    if (hub === undefined || this.grouping === 'flat') return [];
    if (this.grouping === 'status') {
      const counts = await hub.countByStatus(query);
      return statusOrder.map((status) => statusGroup(status, counts[status] ?? 0, query)).filter((group) => group.count > 0);
    }
    const known = query.names ?? this.#names();
    const [total, ...counts] = await Promise.all(
      [query, ...known.map((name) => ({ ...query, names: [name] }))].map((each) => countAll(hub, each)),
    );
    const groups = known.map((name, at) => orchestratorGroup(name, counts[at] ?? 0, query));
    const missing = (total ?? 0) - groups.reduce((sum, group) => sum + group.count, 0);
    // Of orchestrators that the app no longer has: found among the newest instances.
    return missing > 0 ? [...groups, ...(await this.#otherGroups(hub, query, known))] : groups;
  }

  async #otherGroups(hub: TaskHubClient, query: InstanceQuery, known: readonly string[]): Promise<GroupNode[]> {
    const seen = new Set(known.map((name) => name.toLowerCase()));
    const { instances } = await hub.query({ ...query, orderBy: 'createdTime', descending: true, pageSize: 500 });
    const others = [...new Set(instances.map((row) => row.name))].filter((name) => !seen.has(name.toLowerCase())).sort();
    return Promise.all(
      others.map(async (name) => orchestratorGroup(name, await countAll(hub, { ...query, names: [name] }), query)),
    );
  }

  async #readLists(listIds: readonly string[]): Promise<void> {
    const hub = this.#hub;
    if (hub === undefined) return;
    const reading = listIds.map(async (listId) => {
      const list = this.#lists.get(listId);
      if (list === undefined) return;
      const order: InstanceQuery = list.isNested ? { orderBy: 'createdTime' } : { orderBy: 'createdTime', descending: true };
      list.page = await hub.query({ ...list.query, ...order, pageSize: list.limit });
      await this.#learnChildless(hub, list.page.instances);
    });
    await Promise.all(reading);
  }

  /** Of instances from before we watched nobody told whether they have children: asked once each. */
  async #learnChildless(hub: TaskHubClient, rows: readonly InstanceRow[]): Promise<void> {
    const unknown = rows.filter(
      ({ instanceId, createdTime }) =>
        fromTimestamp(createdTime) <= this.#connectedMs && !this.#parents.has(instanceId) && !this.#childless.has(instanceId),
    );
    await Promise.all(
      unknown.map(async ({ instanceId }) => {
        const page = await hub.query({ parentInstanceId: instanceId, pageSize: 1 });
        (page.instances.length > 0 ? this.#parents : this.#childless).add(instanceId);
      }),
    );
  }

  #listed(listId: string): TreeNode[] {
    const list = this.#lists.get(listId);
    if (list?.page === undefined) return [];
    const elsewhere = list.isNested ? undefined : this.#listedBefore(listId);
    const nodes: TreeNode[] = list.page.instances
      .filter((row) => elsewhere?.has(row.instanceId) !== true)
      .map((row) => ({
        type: 'instance',
        // Orchestrators may choose ids with slashes.
        id: `${list.isNested ? `${listId}/` : 'instance:'}${encodeURIComponent(row.instanceId)}`,
        row,
        mayHaveChildren: this.#parents.has(row.instanceId),
      }));
    if (list.page.continuationToken !== undefined) {
      nodes.push({ type: 'more', id: `more:${listId}`, listId, opens: list.limit < maxListed ? 'page' : 'panel' });
    }
    return nodes;
  }

  /** A list opened later than the others was read later: what moved meanwhile stays where it is until the next reading (N1). */
  #listedBefore(listId: string): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const [otherId, list] of this.#lists) {
      if (otherId === listId) break;
      if (!list.isNested) for (const row of list.page?.instances ?? []) ids.add(row.instanceId);
    }
    return ids;
  }
}

function statusGroup(status: OrchestrationStatus, count: number, query: InstanceQuery): GroupNode {
  return {
    type: 'group',
    id: `status:${status}`,
    label: status,
    count,
    icon: statusIcon(status),
    query: { ...query, statuses: [status] },
  };
}

function orchestratorGroup(name: string, count: number, query: InstanceQuery): GroupNode {
  const icon = { name: 'symbol-method', color: 'symbolIcon.methodForeground' };
  return { type: 'group', id: `orchestrator:${name}`, label: name, count, icon, query: { ...query, names: [name] } };
}

function childrenOf(instanceId: string): InstanceQuery {
  return { parentInstanceId: instanceId };
}

async function countAll(hub: TaskHubClient, query: InstanceQuery): Promise<number> {
  return Object.values(await hub.countByStatus(query)).reduce((sum, each) => sum + each, 0);
}
