import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports/clock';
import type { AttachedHub } from '../../hubs/attached-hub';
import type { HubConnections } from '../hubs/hub-connections';
import { commands } from '../models/ids';
import type { LazyTree } from './lazy-tree';
import { HubsTree, type HubsNode } from '../models/hubs-tree';
import { instanceItem } from '../models/instance-item';

/** The Task Hubs view: draws a `HubsTree`, and looks for changes while it is seen. */
export class HubsView implements vscode.TreeDataProvider<HubsNode>, vscode.Disposable {
  readonly model: HubsTree;
  readonly #subscriptions: vscode.Disposable[];
  readonly #watched = new Map<AttachedHub, Disposable>();
  readonly #parents = new Map<string, HubsNode>();

  constructor(
    private readonly tree: LazyTree<HubsNode>,
    private readonly connections: HubConnections,
  ) {
    this.model = new HubsTree(
      () => connections.all,
      () => Date.now(),
    );
    this.#subscriptions = [tree.view.onDidChangeVisibility(() => this.show())];
    tree.provide(this);
  }

  get selection(): readonly HubsNode[] {
    return this.tree.view.selection;
  }

  /** Connections have come, gone or changed. */
  show(): void {
    const open = this.connections.all.flatMap(({ hub }) => (hub === undefined || !this.tree.view.visible ? [] : [hub]));
    for (const [hub, watch] of this.#watched) {
      if (open.includes(hub)) continue;
      watch.dispose();
      this.#watched.delete(hub);
    }
    for (const hub of open) {
      if (!this.#watched.has(hub))
        this.#watched.set(
          hub,
          hub.subscribe(() => this.tree.refresh(), { events: false }),
        );
    }
    this.tree.refresh();
  }

  async getChildren(element?: HubsNode): Promise<HubsNode[]> {
    const children = await this.model.children(element);
    for (const child of children) {
      if (element === undefined) this.#parents.delete(child.id);
      else this.#parents.set(child.id, element);
    }
    return children;
  }

  getParent(element: HubsNode): HubsNode | undefined {
    return this.#parents.get(element.id);
  }

  getTreeItem(node: HubsNode): vscode.TreeItem {
    switch (node.type) {
      case 'hub': {
        const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.Expanded);
        item.description = node.description;
        item.tooltip = node.tooltip;
        return drawn(item, node.id, node.icon, node.contextValue);
      }
      case 'hubGroup': {
        const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
        return drawn(
          new vscode.TreeItem(node.label, node.isOpen ? Expanded : Collapsed),
          node.id,
          node.icon,
          node.query === null ? 'hubFacts' : 'hubGroup',
        );
      }
      case 'hubInstance': {
        const shown = instanceItem(node.row, Date.now(), 'flat');
        const item = new vscode.TreeItem(shown.label);
        item.description = shown.description;
        item.tooltip = new vscode.MarkdownString(shown.tooltip);
        item.accessibilityInformation = { label: shown.accessibilityLabel };
        item.command = { command: commands.openHubInstance, title: 'Open', arguments: [node] };
        item.id = node.id;
        item.iconPath = new vscode.ThemeIcon(shown.icon.name, new vscode.ThemeColor(shown.icon.color));
        item.contextValue = 'hubInstance';
        return item;
      }
      case 'hubMore': {
        const item = new vscode.TreeItem('Load more…');
        item.command = { command: commands.loadMoreOfHub, title: 'Load more', arguments: [node] };
        return drawn(item, node.id, 'ellipsis', 'hubMore');
      }
      case 'hubLine': {
        const item = new vscode.TreeItem(node.label);
        item.description = node.description;
        item.tooltip = node.label;
        return drawn(item, node.id, node.icon, 'hubLine');
      }
    }
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    for (const watch of this.#watched.values()) watch.dispose();
    this.#watched.clear();
  }
}

function drawn(item: vscode.TreeItem, id: string, icon: string, contextValue: string): vscode.TreeItem {
  item.id = id;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = contextValue;
  return item;
}
