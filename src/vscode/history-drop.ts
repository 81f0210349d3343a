import * as vscode from 'vscode';
import { commands } from './ids';
import type { TreeNode } from './models/instances-tree';

const uriList = 'text/uri-list';

/** Files that are dropped on the instances view: histories are replayed, exported instances imported or replayed as the user says. */
export class HistoryDrop implements vscode.TreeDragAndDropController<TreeNode> {
  readonly dropMimeTypes = [uriList];
  readonly dragMimeTypes: readonly string[] = [];

  async handleDrop(_target: TreeNode | undefined, transfer: vscode.DataTransfer): Promise<void> {
    const text = (await transfer.get(uriList)?.asString()) ?? '';
    const uris = text
      .split(/\r?\n/)
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => vscode.Uri.parse(line));
    for (const uri of uris) await vscode.commands.executeCommand(commands.replayFile, uri);
  }
}
