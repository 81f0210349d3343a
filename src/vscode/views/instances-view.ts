import * as vscode from 'vscode';
import { countText } from '../../base/count-text';
import type { AppEmulator } from '../emulators/app-emulator';
import { clockOf } from '../emulators/editor-clock';
import { clicked, commands, contextKeys } from '../models/ids';
import type { LazyTree } from './lazy-tree';
import { formatFilter, isEmptyFilter, noFilter, parseFilter, type TreeFilter } from '../models/instance-filter';
import { instanceItem } from '../models/instance-item';
import { InstancesTree, type Grouping, type InstanceNode, type TreeNode } from '../models/instances-tree';
import { tick } from '../editor/tick';
import { TreeConnection } from './tree-connection';

const groupingKey = 'instances.grouping';
const agesEveryMs = 30_000;
const readOnlyText = 'Instances of earlier sessions, to be read. The emulator is stopped.';

/** The instances view: draws an `InstancesTree`. */
export class InstancesView implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly model: InstancesTree;
  readonly #subscriptions: vscode.Disposable[];
  readonly #parents = new Map<string, TreeNode>();
  readonly #ages: NodeJS.Timeout;
  readonly #connection: TreeConnection;
  #emulator: AppEmulator | undefined;
  readonly #clock = clockOf(() => this.#emulator);

  constructor(
    private readonly tree: LazyTree<TreeNode>,
    private readonly memory: vscode.Memento,
    onError: (error: unknown) => void,
  ) {
    this.model = new InstancesTree(this.#clock, () => tree.refresh(), onError);
    this.#connection = new TreeConnection(this.model, 'orchestrator');
    this.model.grouping = memory.get<Grouping>(groupingKey, 'status');
    this.#tellContext();
    this.#subscriptions = [
      tree.view.onDidChangeVisibility(({ visible }) => {
        this.model.setVisible(visible);
        this.#refreshAges();
      }),
      tree.view.onDidCollapseElement(({ element }) => this.model.collapse(element)),
    ];
    this.#ages = setInterval(() => this.#refreshAges(), agesEveryMs);
    tree.provide(this);
  }

  get selection(): readonly TreeNode[] {
    return this.tree.view.selection;
  }

  /** Shows the instances of this emulator, now and after it starts again. */
  show(emulator: AppEmulator | undefined): void {
    this.#emulator = emulator;
    this.#connection.show(emulator);
    this.#sayWhetherRead(emulator?.isLookedAt === true);
    // The ages count from the hub's clock, which may have been set.
    this.#refreshAges();
  }

  /** They count on without a change of the hub. */
  #refreshAges(): void {
    if (this.tree.view.visible && this.#connection.isConnected) this.tree.refresh();
  }

  /** The line above the tree has other uses, which stay. */
  #sayWhetherRead(isRead: boolean): void {
    const { view } = this.tree;
    if (isRead) view.message = readOnlyText;
    else if (view.message === readOnlyText) view.message = '';
  }

  async group(grouping: Grouping): Promise<void> {
    this.model.show({ grouping });
    this.#tellContext();
    await this.memory.update(groupingKey, grouping);
  }

  setFilter(filter: TreeFilter): void {
    this.model.show({ filter });
    this.#tellContext();
  }

  /** Asks for the filter line; the view follows while it is typed. */
  async askFilter(): Promise<void> {
    const before = this.model.filter;
    const input = vscode.window.createInputBox();
    input.title = 'Filter instances';
    input.placeholder = 'text, status:failed,running  name:HelloCities  since:15m';
    input.prompt = 'Words look in ids and names. Empty shows everything.';
    input.value = formatFilter(before);
    const accepted = await new Promise<boolean>((resolve) => {
      input.onDidChangeValue((line) => {
        const parsed = parseFilter(line);
        input.validationMessage = 'problem' in parsed ? parsed.problem : undefined;
        if ('filter' in parsed) this.setFilter(parsed.filter);
      });
      input.onDidAccept(() => resolve(true));
      input.onDidHide(() => resolve(false));
      input.show();
    });
    input.dispose();
    if (!accepted) this.setFilter(before);
  }

  clearFilter(): void {
    this.setFilter(noFilter);
  }

  async getChildren(element?: TreeNode): Promise<TreeNode[]> {
    const children = await this.model.children(element);
    if (this.tree.view.visible && children.length > 0) tick(contextKeys.hasLooked);
    for (const child of children) {
      if (element === undefined) this.#parents.delete(child.id);
      else this.#parents.set(child.id, element);
    }
    return children;
  }

  getParent(element: TreeNode): TreeNode | undefined {
    return this.#parents.get(element.id);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.type) {
      case 'group': {
        const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.Expanded);
        item.id = node.id;
        item.description = String(node.count);
        item.iconPath = new vscode.ThemeIcon(node.icon.name, new vscode.ThemeColor(node.icon.color));
        item.contextValue = node.id.startsWith('orchestrator:') ? 'group orchestrator' : 'group';
        item.accessibilityInformation = { label: `${node.label}, ${countText(node.count, 'instance')}` };
        return item;
      }
      case 'instance':
        return this.#instanceItem(node);
      case 'more': {
        const item = new vscode.TreeItem(node.opens === 'page' ? 'Load more…' : 'Show all in the instances panel…');
        item.id = node.id;
        item.iconPath = new vscode.ThemeIcon('ellipsis');
        item.command =
          node.opens === 'page'
            ? { command: commands.loadMore, title: 'Load more', arguments: [node] }
            : { command: commands.openInstances, title: 'Show all' };
        return item;
      }
    }
  }

  dispose(): void {
    clearInterval(this.#ages);
    for (const each of this.#subscriptions) each.dispose();
    this.model.disconnect();
  }

  #instanceItem(node: InstanceNode): vscode.TreeItem {
    const { grouping } = this.model;
    const shown = instanceItem(node.row, this.#clock.now(), grouping);
    const state = node.mayHaveChildren ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
    const item = new vscode.TreeItem(shown.label, state);
    item.id = node.id;
    item.description = shown.description;
    item.tooltip = new vscode.MarkdownString(shown.tooltip);
    item.iconPath = new vscode.ThemeIcon(shown.icon.name, new vscode.ThemeColor(shown.icon.color));
    item.contextValue = shown.contextValue;
    item.accessibilityInformation = { label: shown.accessibilityLabel };
    item.command = { command: commands.openInstance, title: 'Open', arguments: [node, undefined, clicked] };
    return item;
  }

  #tellContext(): void {
    const { filter, grouping } = this.model;
    const isFiltered = !isEmptyFilter(filter);
    void vscode.commands.executeCommand('setContext', contextKeys.hasFilter, isFiltered);
    void vscode.commands.executeCommand('setContext', contextKeys.grouping, grouping);
    this.tree.view.description = isFiltered ? formatFilter(filter) : '';
  }
}
