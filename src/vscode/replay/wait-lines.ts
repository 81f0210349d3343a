/** The lines at which orchestrators wait that a replay by messages tells nothing of: out of their texts. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { ReplayRequest, ReplayRun } from '../../core/ports/replay-worker';
import type { Placed } from '../../replay/connected-replay-worker';
import type { FoundSource } from '../../replay/orchestrator-source';
import { readText } from '../apps/find-apps';
import { loadGrammars, parserOf } from '../source/load-grammars';

const unwanted = '**/{node_modules,bin,obj,.git,.durascope}/**';
const mostFiles = 2000;
/** What is longer was hardly written by hand. */
const longestText = 500_000;

/** Null for each moment where nothing is known of the language, or the line cannot be told for sure. */
export async function waitLines(
  { place }: FoundSource,
  { functionName, history }: ReplayRequest,
  { moments }: ReplayRun,
): Promise<readonly Placed[]> {
  if (/\.ps1$/i.test(place.file)) {
    const text = (await readText(vscode.Uri.file(place.file))) ?? '';
    const waits = loadGrammars().powerShellWaits(await parserOf('powershell'), place.file, text, functionName);
    return waits === null ? moments.map(() => null) : loadGrammars().waitPlaces(waits, history, moments);
  }
  if (!/\.cs$/i.test(place.file)) return moments.map(() => null);
  const texts = await textsOf(await projectFolder(place.file), '**/*.cs');
  const graph = loadGrammars().csharpWaits(await parserOf('csharp'), texts, functionName);
  return graph === null ? moments.map(() => null) : loadGrammars().waitPlaces(graph, history, moments);
}

async function textsOf(folder: string, pattern: string): Promise<Map<string, string>> {
  const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, pattern), unwanted, mostFiles);
  const texts = new Map<string, string>();
  for (const file of files.sort((a, b) => a.path.localeCompare(b.path))) {
    const text = await readText(file);
    if (text !== undefined && text.length <= longestText) texts.set(file.fsPath, text);
  }
  return texts;
}

/** The nearest folder with a project, from the file's own upwards within the workspace. */
async function projectFolder(file: string): Promise<string> {
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath;
  for (let folder = path.dirname(file); root !== undefined && folder.startsWith(root); folder = path.dirname(folder)) {
    const projects = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, '*.csproj'), null, 1);
    if (projects.length > 0) return folder;
  }
  return path.dirname(file);
}
