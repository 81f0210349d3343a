/**
 * The entities view without the view: names, and under each its entities with the beginning of their states.
 *
 *   N1. Of each name only the first entities, and no more than were asked for.
 *   N2. After a change the tree is read again at most every `refreshEveryMs`, and only while somebody looks.
 */
import type { EntityInfo } from '../../core/entities/entity-views';
import { isEntityId } from '../../core/values/instance-id';
import type { Disposable } from '../../core/ports/clock';
import type { HubChange, TaskHubClient } from '../../core/ports/task-hub-client';
import type { SessionClock } from '../../protocol/panel-host';
import { refreshEveryMs } from './instances-tree';

export interface EntityNameNode {
  type: 'entityName';
  id: string;
  name: string;
  /** As the tree shows it: `12`, or `100+` when there are more than are listed. */
  count: string;
}
export interface EntityNode {
  type: 'entity';
  id: string;
  instanceId: string;
  label: string;
  description: string;
  tooltip: string;
  /** Codicon and theme colour. */
  icon: { name: string; color: string };
  contextValue: string;
}
export interface MoreEntitiesNode {
  type: 'moreEntities';
  id: string;
  name: string;
}
export type EntitiesNode = EntityNameNode | EntityNode | MoreEntitiesNode;

const pageSize = 100;

export class EntitiesTree {
  #hub: TaskHubClient | undefined;
  #subscription: Disposable | undefined;
  #names: () => readonly string[] = () => [];
  readonly #limits = new Map<string, number>();
  #isPlanned = false;
  #isLookPlanned = false;
  #isVisible = true;
  #isStale = false;

  /** `changed`: the nodes are to be asked for again. `used`: whether the hub has entities, told whether or not anybody looks. */
  constructor(
    private readonly clock: SessionClock,
    private readonly changed: () => void,
    private readonly onError: (error: unknown) => void,
    private readonly used: (isUsed: boolean) => void = () => undefined,
  ) {}

  /** `names`: the app's entity functions. */
  connect(hub: TaskHubClient, names: () => readonly string[]): void {
    this.disconnect();
    this.#hub = hub;
    this.#names = names;
    this.#subscription = hub.subscribe((changes) => this.#onChanges(changes), { events: false });
    this.changed();
    void this.#look(hub);
  }

  disconnect(): void {
    this.#subscription?.dispose();
    this.#subscription = undefined;
    this.#hub = undefined;
    this.#limits.clear();
    this.changed();
    this.used(false);
  }

  /** A hidden view is not read; when it comes back it is, once. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (!isVisible || !this.#isStale) return;
    this.#isStale = false;
    this.changed();
  }

  loadMore(node: MoreEntitiesNode): void {
    this.#limits.set(node.name, this.#limitOf(node.name) + 2 * pageSize);
    this.changed();
  }

  async children(node?: EntitiesNode): Promise<EntitiesNode[]> {
    const hub = this.#hub;
    if (hub === undefined) return [];
    try {
      if (node === undefined) return await this.#nameNodes(hub);
      return node.type === 'entityName' ? await this.#entityNodes(hub, node.name) : [];
    } catch (error) {
      if (this.#hub === hub) this.onError(error);
      return [];
    }
  }

  async #nameNodes(hub: TaskHubClient): Promise<EntitiesNode[]> {
    const known = this.#names();
    const names = new Map(known.map((name) => [name.toLowerCase(), name]));
    // Of functions that the app no longer has, too.
    const { entities } = await hub.queryEntities({ includeTransient: true, pageSize: 1000 });
    for (const { name } of entities) if (!names.has(name)) names.set(name, name);
    const nodes = await Promise.all(
      [...names.values()].map(async (name): Promise<EntityNameNode> => {
        const page = await hub.queryEntities({ name, includeTransient: true, pageSize });
        const count = `${page.entities.length}${page.continuationToken === undefined ? '' : '+'}`;
        return { type: 'entityName', id: `entities:${name}`, name, count };
      }),
    );
    const isUsed = nodes.some((each) => each.count !== '0');
    return isUsed ? nodes.sort((a, b) => a.name.localeCompare(b.name)) : [];
  }

  async #entityNodes(hub: TaskHubClient, name: string): Promise<EntitiesNode[]> {
    const page = await hub.queryEntities({
      name,
      includeState: true,
      includeTransient: true,
      pageSize: this.#limitOf(name),
    });
    const nodes: EntitiesNode[] = page.entities.map(entityNode);
    if (page.continuationToken !== undefined) nodes.push({ type: 'moreEntities', id: `more:${name}`, name });
    return nodes;
  }

  #limitOf(name: string): number {
    return this.#limits.get(name) ?? pageSize;
  }

  #onChanges(changes: readonly HubChange[]): void {
    const concerned = changes.some(
      (change) => change.type === 'resync' || isEntityId(change.type === 'purged' ? change.instanceId : change.row.instanceId),
    );
    if (!concerned) return;
    this.#lookSoon();
    if (!this.#isVisible) {
      this.#isStale = true;
      return;
    }
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.clock.after(refreshEveryMs, () => {
      this.#isPlanned = false;
      if (this.#hub !== undefined) this.changed();
    }); // N2
  }

  #lookSoon(): void {
    if (this.#isLookPlanned) return;
    this.#isLookPlanned = true;
    this.clock.after(refreshEveryMs, () => {
      this.#isLookPlanned = false;
      if (this.#hub !== undefined) void this.#look(this.#hub);
    });
  }

  async #look(hub: TaskHubClient): Promise<void> {
    try {
      const { entities } = await hub.queryEntities({ includeTransient: true, pageSize: 1 });
      if (this.#hub === hub) this.used(entities.length > 0);
    } catch (error) {
      if (this.#hub === hub) this.onError(error);
    }
  }
}

/** One entity as a line of the tree. */
export function entityNode(entity: EntityInfo): EntityNode {
  const { instanceId, key, state, lockedBy, queueSize, exists } = entity;
  const notes = [
    exists ? preview(state) : 'no state',
    ...(lockedBy === null ? [] : ['locked']),
    ...(queueSize === 0 ? [] : [`${queueSize} waiting`]),
  ];
  const facts = [
    instanceId,
    `State: ${exists ? preview(state, 500) : 'none'}`,
    `Last operation: ${entity.lastOperationTime}`,
    ...(lockedBy === null ? [] : [`Locked by: ${lockedBy}`]),
    ...(queueSize === 0 ? [] : [`Waiting: ${queueSize}`]),
  ];
  return {
    type: 'entity',
    id: `entity:${instanceId}`,
    instanceId,
    label: key === '' ? '(empty key)' : key,
    description: notes.join(' · '),
    tooltip: facts.join('\n'),
    icon:
      lockedBy !== null
        ? { name: 'lock', color: 'durascope.pendingIcon' }
        : { name: 'symbol-object', color: exists ? 'durascope.runningIcon' : 'durascope.canceledIcon' },
    contextValue: 'entity',
  };
}

function preview(state: string | null, limit = 60): string {
  const text = (state ?? 'null').replaceAll(/\s+/g, ' ');
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
