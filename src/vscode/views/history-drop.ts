import * as vscode from 'vscode';
import { commands } from '../models/ids';
import { droppedAddresses } from '../models/dropped-files';
import type { TreeNode } from '../models/instances-tree';

const uriList = 'text/uri-list';

/** Files that are dropped on the instances view: histories are replayed, exported instances imported or replayed as the user says. */
export class HistoryDrop implements vscode.TreeDragAndDropController<TreeNode> {
  readonly dropMimeTypes = [uriList];
  readonly dragMimeTypes: readonly string[] = [];

  async handleDrop(_target: TreeNode | undefined, transfer: vscode.DataTransfer): Promise<void> {
    const text = (await transfer.get(uriList)?.asString()) ?? '';
    for (const uri of droppedAddresses(text).map((line) => vscode.Uri.parse(line)))
      await vscode.commands.executeCommand(commands.replayFile, uri);
  }
}
