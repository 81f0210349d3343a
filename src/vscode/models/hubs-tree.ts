/**
 * The Task Hubs view without the view: attached hubs and what is shown of each.
 *
 *   T1. Nothing is asked of a hub before its node is opened; lists are read page by page.
 *   T2. What cannot be read is a line that says why and what to do, in the place of what it would have been; the hub has the sign with the next look.
 */
import { messageOf } from '../../base/error-message';
import type { InstanceRow } from '../../core/instances/instance';
import type { InstanceQuery } from '../../core/ports/history-store';
import { toTimestamp } from '../../core/values/time';
import { DurascopeError } from '../../core/values/errors';
import type { HubFacts } from '../../hubs/attached-hub';
import type { AttachedConnection } from '../hubs/hub-connections';
import { formatFilter, isEmptyFilter, noFilter, toQuery, type TreeFilter } from './instance-filter';

export interface HubNode {
  type: 'hub';
  id: string;
  hubId: string;
  label: string;
  description: string;
  /** Codicon. */
  icon: string;
  tooltip: string;
  contextValue: string;
}
export interface HubGroupNode {
  type: 'hubGroup';
  id: string;
  hubId: string;
  label: string;
  icon: string;
  /** Null: queues and partitions. */
  query: InstanceQuery | null;
  isOpen: boolean;
}
export interface HubInstanceNode {
  type: 'hubInstance';
  id: string;
  hubId: string;
  row: InstanceRow;
}
export interface HubLineNode {
  type: 'hubLine';
  id: string;
  label: string;
  description: string;
  icon: string;
}
export interface HubMoreNode {
  type: 'hubMore';
  id: string;
  hubId: string;
  groupId: string;
}
export type HubsNode = HubNode | HubGroupNode | HubInstanceNode | HubLineNode | HubMoreNode;

const pageSize = 100;
const dayMs = 24 * 3_600_000;

export class HubsTree {
  readonly #filters = new Map<string, TreeFilter>();
  readonly #limits = new Map<string, number>();
  /** By hub: why its instances could not be read the last time. */
  readonly #failures = new Map<string, string>();

  constructor(
    private readonly connections: () => readonly AttachedConnection[],
    private readonly now: () => number,
  ) {}

  filterOf(hubId: string): TreeFilter {
    return this.#filters.get(hubId) ?? noFilter;
  }

  setFilter(hubId: string, filter: TreeFilter): void {
    this.#filters.set(hubId, filter);
    this.#limits.delete(`${hubId}/filter`);
  }

  loadMore({ groupId }: HubMoreNode): void {
    this.#limits.set(groupId, (this.#limits.get(groupId) ?? pageSize) + 2 * pageSize);
  }

  async children(node?: HubsNode): Promise<HubsNode[]> {
    if (node === undefined) {
      return this.connections().map((each) => hubNode(each, each.failure ?? this.#failures.get(each.id)));
    }
    if (node.type === 'hub') return this.#groups(node.hubId);
    if (node.type !== 'hubGroup') return [];
    try {
      return node.query === null ? await this.#facts(node) : await this.#instances(node, node.query);
    } catch (error) {
      if (DurascopeError.is(error, 'HubUnreachable')) this.#failures.set(node.hubId, messageOf(error));
      return [failureLine(node.id, error)]; // T2
    }
  }

  async #groups(hubId: string): Promise<HubsNode[]> {
    const connection = this.connections().find(({ id }) => id === hubId);
    if (connection === undefined) return [];
    try {
      await connection.open(); // T1
    } catch (error) {
      return [failureLine(hubId, error)];
    }
    const group = (name: string, label: string, icon: string, query: InstanceQuery | null, isOpen = false): HubGroupNode => ({
      type: 'hubGroup',
      id: `${hubId}/${name}`,
      hubId,
      label,
      icon,
      query,
      isOpen,
    });
    const filter = this.filterOf(hubId);
    const now = this.now();
    const filtered = isEmptyFilter(filter)
      ? []
      : [group('filter', `Filter: ${formatFilter(filter)}`, 'filter', toQuery(filter, now), true)];
    const recent = toTimestamp(now - dayMs);
    return [
      ...filtered,
      group('open', 'Not finished', 'sync', {
        statuses: ['Running', 'Pending', 'Suspended', 'ContinuedAsNew'],
        entities: 'exclude',
      }),
      group('failed', 'Failed in the last 24 hours', 'error', {
        statuses: ['Failed'],
        createdTimeFrom: recent,
        entities: 'exclude',
      }),
      group('all', 'All instances', 'list-flat', { entities: 'exclude' }, filtered.length === 0),
      group('entities', 'Entities', 'symbol-object', { entities: 'only' }),
      group('facts', 'Hosts and queues', 'server-process', null),
    ];
  }

  async #instances({ id, hubId }: HubGroupNode, query: InstanceQuery): Promise<HubsNode[]> {
    const hub = await this.#hub(hubId);
    const limit = this.#limits.get(id) ?? pageSize;
    const page = await hub.query({ ...query, orderBy: 'createdTime', descending: true, pageSize: limit });
    this.#failures.delete(hubId);
    const rows = page.instances.map((row): HubsNode => ({ type: 'hubInstance', id: `${id}/${row.instanceId}`, hubId, row }));
    if (rows.length === 0) return [{ type: 'hubLine', id: `${id}/none`, label: 'None', description: '', icon: 'blank' }];
    return [
      ...(page.orderedBy === 'instanceId'
        ? [
            {
              type: 'hubLine' as const,
              id: `${id}/order`,
              label: 'In the order of ids',
              description: 'too many for another order: filter them',
              icon: 'info',
            },
          ]
        : []),
      ...rows,
      ...(page.continuationToken === undefined ? [] : [{ type: 'hubMore' as const, id: `${id}/more`, hubId, groupId: id }]),
    ];
  }

  async #facts({ id, hubId }: HubGroupNode): Promise<HubsNode[]> {
    const facts = await (await this.#hub(hubId)).facts();
    return factLines(id, facts);
  }

  #hub(hubId: string): ReturnType<AttachedConnection['open']> {
    const connection = this.connections().find(({ id }) => id === hubId);
    if (connection === undefined) return Promise.reject(new Error('The hub is not attached any more.'));
    return connection.open();
  }
}

function hubNode({ id, label, hub }: AttachedConnection, failure: string | undefined): HubNode {
  const isReadOnly = hub === undefined || hub.capabilities.readOnly !== undefined;
  const access = isReadOnly ? 'read only' : 'may act';
  const pace = hub === undefined ? '' : hub.pace.isPaused ? 'paused' : `every ${Math.round(hub.pace.everyMs / 1000)} s`;
  const state =
    failure === undefined
      ? pace
      : ['cannot be reached', ...(hub === undefined || hub.pace.isPaused ? [] : [`tried ${pace}`])].join(', ');
  // The sign stands where a narrow view still shows it.
  const [name = '', place = ''] = (hub?.label ?? label).split(/ (?:in|at) (.*)/);
  return {
    type: 'hub',
    id,
    hubId: id,
    label: name,
    description: [access, state, place].filter((part) => part !== '').join(' · '),
    icon: failure !== undefined ? 'warning' : isReadOnly ? 'lock' : 'unlock',
    tooltip:
      failure ??
      hub?.capabilities.readOnly ??
      hub?.capabilities.actsOn ??
      'A task hub of a real engine. Durascope reads it when this is opened; nothing is written.',
    contextValue: `hub ${hub?.pace.isPaused === true ? 'paused' : 'polling'}${failure === undefined ? '' : ' failed'}${isReadOnly ? '' : ' acts'}`,
  };
}

function factLines(id: string, { partitions, queues, notes }: HubFacts): HubLineNode[] {
  const line = (name: string, label: string, description: string, icon: string): HubLineNode => ({
    type: 'hubLine',
    id: `${id}/${name}`,
    label,
    description,
    icon,
  });
  return [
    ...(partitions ?? []).map(({ name, owner, isExpired, isDraining }) =>
      line(
        `partition/${name}`,
        name,
        isExpired ? `${owner ?? 'nobody'}, lease run out` : `${owner ?? 'nobody'}${isDraining ? ', draining' : ''}`,
        isExpired ? 'debug-disconnect' : 'server-process',
      ),
    ),
    ...(queues ?? []).map(({ name, messages }) =>
      line(`queue/${name}`, name, `${messages} ${messages === 1 ? 'message' : 'messages'}`, 'mail'),
    ),
    ...notes.map((note, at) => line(`note/${at}`, note, '', 'info')),
  ];
}

function failureLine(id: string, error: unknown): HubLineNode {
  return { type: 'hubLine', id: `${id}/failure`, label: messageOf(error), description: '', icon: 'warning' };
}
