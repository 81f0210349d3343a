/** The two small views: functions of the app, and facts about the emulator. */
import * as vscode from 'vscode';
import { commands } from '../models/ids';
import type { AppEmulator } from '../emulators/app-emulator';
import type { LazyTree } from './lazy-tree';
import { problemNodes, type ProblemNode } from '../models/app-problems';
import { emulatorLines, type EmulatorLine } from '../models/emulator-status';
import { connectedTree, functionsTree, type FunctionGroupNode, type FunctionNode } from '../models/functions-tree';

type FunctionsNode = ProblemNode | FunctionGroupNode | FunctionNode;

export class FunctionsView implements vscode.TreeDataProvider<FunctionsNode> {
  #nodes: FunctionsNode[] = [];

  constructor(private readonly tree: LazyTree<FunctionsNode>) {
    tree.provide(this);
  }

  show(emulator: AppEmulator | undefined): void {
    const running = emulator?.running;
    this.#nodes = [
      ...(emulator?.loadError === undefined ? [] : problemNodes(emulator.loadError)),
      ...(running === undefined
        ? []
        : [
            ...functionsTree(running.functions(), running.url, running.routePrefix),
            ...connectedTree(running.connectedWorkers()),
          ]),
    ];
    this.tree.refresh();
  }

  getChildren(element?: FunctionsNode): FunctionsNode[] {
    if (element === undefined) return this.#nodes;
    return element.type === 'functionGroup' ? [...element.functions] : [];
  }

  getTreeItem(node: FunctionsNode): vscode.TreeItem {
    if (node.type === 'functionGroup') {
      const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.Expanded);
      item.id = node.id;
      item.description = String(node.functions.length);
      return item;
    }
    const item = new vscode.TreeItem(node.label);
    item.id = node.id;
    item.description = node.description;
    item.tooltip = node.tooltip;
    item.contextValue = node.contextValue;
    if (node.type === 'problem') {
      item.accessibilityInformation = { label: `${node.label}, ${node.description}` };
      item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground'));
      if (node.place !== undefined) item.command = { command: commands.goToLoadError, title: 'Go to Line', arguments: [node] };
      return item;
    }
    item.iconPath = new vscode.ThemeIcon(node.icon);
    if (node.opensCode) item.command = { command: commands.goToCode, title: 'Go to Code', arguments: [node] };
    return item;
  }
}

export class EmulatorView implements vscode.TreeDataProvider<EmulatorLine> {
  #lines: EmulatorLine[] = [];

  constructor(private readonly tree: LazyTree<EmulatorLine>) {
    tree.provide(this);
  }

  show(emulator: AppEmulator | undefined, appName: string): void {
    const running = emulator?.running;
    const connections =
      running === undefined
        ? undefined
        : { connectionString: running.grpc?.connectionString ?? null, workers: running.connectedWorkers() };
    this.#lines = emulator === undefined ? [] : emulatorLines(emulator.status, appName, connections, emulator.clock);
    this.tree.refresh();
  }

  getChildren(element?: EmulatorLine): EmulatorLine[] {
    return element === undefined ? this.#lines : [];
  }

  getTreeItem(line: EmulatorLine): vscode.TreeItem {
    const item = new vscode.TreeItem(line.label);
    item.id = line.id;
    item.description = line.description;
    item.tooltip = `${line.label}: ${line.description}`;
    item.iconPath = new vscode.ThemeIcon(line.icon);
    item.contextValue = line.contextValue;
    if (/\b(line|file)\b/.test(line.contextValue)) item.command = { command: commands.goToLoadError, title: 'Go to Line' };
    return item;
  }
}
