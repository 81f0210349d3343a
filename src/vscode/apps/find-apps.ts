import { realpath } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { withoutBuilds } from '../../base/apps-below';
import { projectText } from '../../emulator/app/dotnet-projects';
import { isDurableApp, namesDurableTaskSdk } from '../models/app-folder';

export interface DurableApp {
  /** `programs`: no function app, only programs of the Durable Task SDKs, which connect to the emulator. */
  kind: 'functionApp' | 'programs';
  /** Absolute path of the folder of host.json; of programs: the workspace folder. */
  appDir: string;
  /** For the eye: relative to the workspace, or the workspace folder's own name. */
  name: string;
  folder: vscode.WorkspaceFolder | undefined;
}

const unwanted = '**/{node_modules,bin,obj,dist,.git,.venv,venv,target}/**';
const maxFiles = 200;
/** Files that name what a program depends on. */
const manifests =
  '{package.json,requirements.txt,pyproject.toml,go.mod,pom.xml,build.gradle,build.gradle.kts,*.csproj,*.fsproj,*.vbproj}';
const sharedByProjects = 'Directory.Build.props,Directory.Packages.props';
/** A change of one of them may make a folder one for us, or end that. */
export const tellingFiles = `**/{host.json,${sharedByProjects},${manifests.slice(1)}`;

/**
 * The function apps with durable functions in the workspace, by their paths; then the workspace folders without one that hold programs
 * of the Durable Task SDKs, or that `isWanted` names.
 */
export async function findDurableApps(isWanted: (folder: vscode.Uri) => boolean = () => false): Promise<DurableApp[]> {
  const hostFiles = await vscode.workspace.findFiles('**/host.json', unwanted, maxFiles);
  const folders = new Set(await withoutBuilds(hostFiles.map((file) => path.dirname(file.fsPath))));
  const found = await Promise.all(hostFiles.filter((file) => folders.has(path.dirname(file.fsPath))).map(toApp));
  const apps = found.filter((app) => app !== undefined).sort((a, b) => a.appDir.localeCompare(b.appDir));
  const others = (vscode.workspace.workspaceFolders ?? []).filter((folder) => apps.every((app) => app.folder !== folder));
  const programs = await Promise.all(
    others.map(async (folder) => (isWanted(folder.uri) || (await holdsPrograms(folder)) ? programsIn(folder) : undefined)),
  );
  return [...apps, ...programs.filter((each) => each !== undefined)];
}

export function programsIn(folder: vscode.WorkspaceFolder): DurableApp {
  return { kind: 'programs', appDir: folder.uri.fsPath, name: folder.name, folder };
}

async function holdsPrograms(folder: vscode.WorkspaceFolder): Promise<boolean> {
  const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, `**/${manifests}`), unwanted, maxFiles);
  const texts = await Promise.all(files.map(readText));
  return texts.some((text) => text !== undefined && namesDurableTaskSdk(text));
}

async function toApp(hostFile: vscode.Uri): Promise<DurableApp | undefined> {
  const folderUri = vscode.Uri.joinPath(hostFile, '..');
  const [hostJson, packageJson, projects, functionJsons] = await Promise.all([
    readText(hostFile),
    readText(vscode.Uri.joinPath(folderUri, 'package.json')),
    projectsIn(folderUri),
    textsIn(folderUri, '*/function.json', maxFiles),
  ]);
  if (!isDurableApp({ hostJson, packageJson, projects, functionJsons })) return undefined;
  const folder = vscode.workspace.getWorkspaceFolder(hostFile);
  const relative = vscode.workspace.asRelativePath(folderUri, (vscode.workspace.workspaceFolders?.length ?? 0) > 1);
  const name = relative === folderUri.fsPath || relative === '' ? path.basename(folderUri.fsPath) : relative;
  return { kind: 'functionApp', appDir: folderUri.fsPath, name, folder };
}

/** With what they share with others, and what the projects that they refer to bring. */
async function projectsIn(folder: vscode.Uri): Promise<string[]> {
  const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, '*.{csproj,fsproj,vbproj}'), null, 10);
  return Promise.all(files.map((file) => projectText(file.fsPath, { references: true })));
}

async function textsIn(folder: vscode.Uri, pattern: string, most: number): Promise<string[]> {
  const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, pattern), null, most);
  return (await Promise.all(files.map(readText))).filter((text) => text !== undefined);
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
