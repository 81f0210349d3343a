import * as vscode from 'vscode';
import type { AppEmulator } from '../emulators/app-emulator';
import { clockOf } from '../emulators/editor-clock';
import { commands, contextKeys } from '../models/ids';
import type { LazyTree } from './lazy-tree';
import { EntitiesTree, type EntitiesNode } from '../models/entities-tree';
import { TreeConnection } from './tree-connection';

/** The entities view: draws an `EntitiesTree`. */
export class EntitiesView implements vscode.TreeDataProvider<EntitiesNode>, vscode.Disposable {
  readonly model: EntitiesTree;
  readonly #subscription: vscode.Disposable;
  readonly #connection: TreeConnection;
  #emulator: AppEmulator | undefined;

  constructor(
    private readonly tree: LazyTree<EntitiesNode>,
    onError: (error: unknown) => void,
  ) {
    this.model = new EntitiesTree(
      clockOf(() => this.#emulator),
      () => tree.refresh(),
      onError,
      (isUsed) => void vscode.commands.executeCommand('setContext', contextKeys.hasEntities, isUsed),
    );
    this.#connection = new TreeConnection(this.model, 'entity');
    this.#subscription = tree.view.onDidChangeVisibility(({ visible }) => this.model.setVisible(visible));
    tree.provide(this);
  }

  get selection(): readonly EntitiesNode[] {
    return this.tree.view.selection;
  }

  /** Shows the entities of this emulator, now and after it starts again. */
  show(emulator: AppEmulator | undefined): void {
    this.#emulator = emulator;
    this.#connection.show(emulator);
  }

  getChildren(element?: EntitiesNode): Promise<EntitiesNode[]> {
    return this.model.children(element);
  }

  getTreeItem(node: EntitiesNode): vscode.TreeItem {
    switch (node.type) {
      case 'entityName': {
        const item = new vscode.TreeItem(node.name, vscode.TreeItemCollapsibleState.Expanded);
        item.id = node.id;
        item.description = node.count;
        item.iconPath = new vscode.ThemeIcon('symbol-class');
        item.contextValue = 'entityName';
        item.accessibilityInformation = { label: `${node.name}, ${node.count} ${node.count === '1' ? 'entity' : 'entities'}` };
        return item;
      }
      case 'entity': {
        const item = new vscode.TreeItem(node.label);
        item.id = node.id;
        item.description = node.description;
        item.tooltip = node.tooltip;
        item.iconPath = new vscode.ThemeIcon(node.icon.name, new vscode.ThemeColor(node.icon.color));
        item.contextValue = node.contextValue;
        item.accessibilityInformation = { label: `${node.label}, ${node.description}, ${node.instanceId}` };
        item.command = { command: commands.openEntity, title: 'Open', arguments: [node] };
        return item;
      }
      case 'moreEntities': {
        const item = new vscode.TreeItem('Load more…');
        item.id = node.id;
        item.iconPath = new vscode.ThemeIcon('ellipsis');
        item.command = { command: commands.loadMore, title: 'Load more', arguments: [node] };
        return item;
      }
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.model.disconnect();
  }
}
