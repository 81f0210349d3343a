import * as vscode from 'vscode';
import type { ProblemNode } from '../models/app-problems';
import type { EmulatorLine } from '../models/emulator-status';
import type { EntitiesNode } from '../models/entities-tree';
import type { FunctionGroupNode, FunctionNode } from '../models/functions-tree';
import type { HubsNode } from '../models/hubs-tree';
import type { TreeNode } from '../models/instances-tree';

export interface Trees {
  instances: LazyTree<TreeNode>;
  entities: LazyTree<EntitiesNode>;
  /** Always empty. */
  noEntities: LazyTree<never>;
  functions: LazyTree<ProblemNode | FunctionGroupNode | FunctionNode>;
  emulator: LazyTree<EmulatorLine>;
  hubs: LazyTree<HubsNode>;
}

/** A view that exists from activation on and learns what it shows when somebody looks at it. */
export class LazyTree<T> implements vscode.TreeDataProvider<T> {
  readonly view: vscode.TreeView<T>;
  readonly #changed = new vscode.EventEmitter<T | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #provider: vscode.TreeDataProvider<T> | undefined;

  constructor(
    viewId: string,
    private readonly load: () => Promise<unknown>,
    canSelectMany: boolean,
    dragAndDropController?: vscode.TreeDragAndDropController<T>,
  ) {
    this.view = vscode.window.createTreeView(viewId, {
      treeDataProvider: this,
      canSelectMany,
      showCollapseAll: canSelectMany,
      ...(dragAndDropController === undefined ? {} : { dragAndDropController }),
    });
  }

  provide(provider: vscode.TreeDataProvider<T>): void {
    this.#provider = provider;
    this.refresh();
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  async getChildren(element?: T): Promise<T[]> {
    await this.load();
    return (await this.#provider?.getChildren(element)) ?? [];
  }

  getTreeItem(element: T): vscode.TreeItem | Thenable<vscode.TreeItem> {
    if (this.#provider === undefined) throw new Error('An element before its provider.');
    return this.#provider.getTreeItem(element);
  }

  /** Needed by `reveal`. */
  getParent(element: T): vscode.ProviderResult<T> {
    return this.#provider?.getParent?.(element);
  }

  dispose(): void {
    this.view.dispose();
    this.#changed.dispose();
  }
}
