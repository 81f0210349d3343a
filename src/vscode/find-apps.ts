import { realpath } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { isDurableApp } from './models/app-folder';

export interface DurableApp {
  /** Absolute path of the folder of host.json. */
  appDir: string;
  /** For the eye: relative to the workspace, or the workspace folder's own name. */
  name: string;
  folder: vscode.WorkspaceFolder | undefined;
}

const unwanted = '**/{node_modules,bin,obj,dist,.git}/**';
const maxHostFiles = 200;

/** The function apps with durable functions in the workspace, by their paths. */
export async function findDurableApps(): Promise<DurableApp[]> {
  const hostFiles = await vscode.workspace.findFiles('**/host.json', unwanted, maxHostFiles);
  const apps = await Promise.all(hostFiles.map(toApp));
  return apps.filter((app) => app !== undefined).sort((a, b) => a.appDir.localeCompare(b.appDir));
}

async function toApp(hostFile: vscode.Uri): Promise<DurableApp | undefined> {
  const folderUri = vscode.Uri.joinPath(hostFile, '..');
  const [hostJson, packageJson] = await Promise.all([
    readText(hostFile),
    readText(vscode.Uri.joinPath(folderUri, 'package.json')),
  ]);
  if (!isDurableApp({ hostJson, packageJson })) return undefined;
  const folder = vscode.workspace.getWorkspaceFolder(hostFile);
  const relative = vscode.workspace.asRelativePath(folderUri, (vscode.workspace.workspaceFolders?.length ?? 0) > 1);
  const name = relative === folderUri.fsPath || relative === '' ? path.basename(folderUri.fsPath) : relative;
  return { appDir: folderUri.fsPath, name, folder };
}

/** The folder's path without links, by which Node.js knows what is in it. */
export function realDir(dir: string): Promise<string> {
  return realpath(dir).catch(() => dir);
}

/** Undefined when there is no such file. */
export async function readText(file: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return undefined;
  }
}
