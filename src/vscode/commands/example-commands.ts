import { countText } from '../../base/count-text';
import path from 'node:path';
import * as vscode from 'vscode';
import { copyExample } from '../apps/copy-example';
import { commands } from '../models/ids';
import { exampleApps, languageNeeds, sampleApps, type ExampleApp } from '../models/example-apps';
import type { CommandContext, Handlers } from './command-context';

/** A function app to begin with: a small one of its own, or one of the examples. Both are copies that belong to the user. */
export function exampleCommands(extensionUri: vscode.Uri, context: CommandContext): Handlers {
  return {
    /** Of the language and into the folder given, else those that the user picks. */
    [commands.createSampleApp]: async ([language, folder]) => {
      const given = sampleApps.find((each) => each.language === language);
      const items = sampleApps.map((example) => ({
        label: example.language,
        description: languageNeeds[example.language],
        detail: example.detail,
        example,
      }));
      const example = given ?? (await vscode.window.showQuickPick(items, { title: 'A sample app in which language?' }))?.example;
      return example === undefined ? undefined : write(example, folder);
    },
    [commands.openExample]: async ([name, folder]) => {
      const given = exampleApps.find((each) => each.folder === name);
      const items = exampleApps.map((example) => ({
        label: example.title,
        description: `${example.language}, ${languageNeeds[example.language]}`,
        detail: example.detail,
        example,
      }));
      const options = { title: 'Which example?', matchOnDescription: true, matchOnDetail: true };
      const example = given ?? (await vscode.window.showQuickPick(items, options))?.example;
      return example === undefined ? undefined : write(example, folder);
    },
  };

  /** The folder written to; undefined when the user changed their mind. */
  async function write(example: ExampleApp, given: unknown): Promise<string | undefined> {
    const title = `Folder for ${example.title} in ${example.language}`;
    const target = given instanceof vscode.Uri ? given : await context.dialogs.openFolder(title, 'Create Here');
    if (target === undefined) return undefined;
    const from = vscode.Uri.joinPath(extensionUri, 'examples', example.folder).fsPath;
    const files = await copyExample(from, target.fsPath);
    if (vscode.workspace.getWorkspaceFolder(target) === undefined) await open(target);
    else await show(target, files);
    return target.fsPath;
  }

  async function show(target: vscode.Uri, files: readonly string[]): Promise<void> {
    await context.apps.search();
    const app = context.apps.find(target.fsPath);
    if (app !== undefined) await context.apps.choose(app);
    const code =
      files.find((file) => /hello-?cities\.(js|ts|cs)$/i.test(file)) ??
      files.find((file) => /\.(js|ts|cs)$|HelloSequence\/run\.ps1$/.test(file));
    if (code !== undefined) await vscode.window.showTextDocument(vscode.Uri.joinPath(target, code));
    context.statusBar.say(`Created ${countText(files.length, 'file')} in ${path.basename(target.fsPath)}`);
  }
}

/** A window without a folder takes it at once; one that has a folder is asked about. */
async function open(target: vscode.Uri): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    await vscode.commands.executeCommand('vscode.openFolder', target);
    return;
  }
  const message = `The app is in ${target.fsPath}.`;
  const chosen = await vscode.window.showInformationMessage(message, 'Open Folder', 'Open in New Window', 'Add to Workspace');
  if (chosen === 'Add to Workspace') vscode.workspace.updateWorkspaceFolders(folders.length, 0, { uri: target });
  else if (chosen !== undefined) {
    await vscode.commands.executeCommand('vscode.openFolder', target, { forceNewWindow: chosen === 'Open in New Window' });
  }
}
