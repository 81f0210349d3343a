import * as vscode from 'vscode';
import { findOrchestrator, programEndings, type FoundSource } from '../../replay/orchestrator-source';
import { readText } from '../apps/find-apps';

const unwanted = '**/{node_modules,dist,out,bin,obj,build,target,vendor,.git,.durascope,.venv,venv,env,site-packages}/**';
const mostFiles = 3000;
/** What is longer was hardly written by hand. */
const longestText = 500_000;

/**
 * Where the workspace has the orchestrator of a connected program, told by its name; null when no file seems to hold it. `folder`: of the app
 * that runs it, whose files alone are meant.
 */
export async function findProgramSource(name: string, folder?: string): Promise<FoundSource | null> {
  const pattern = `**/*.{${programEndings.join(',')}}`;
  const within = folder === undefined ? pattern : new vscode.RelativePattern(folder, pattern);
  const files = await vscode.workspace.findFiles(within, unwanted, mostFiles);
  let best: ReturnType<typeof findOrchestrator> = null;
  for (const file of files.sort((a, b) => a.path.localeCompare(b.path))) {
    const text = await readText(file);
    if (text === undefined || text.length > longestText) continue;
    const found = findOrchestrator(name, file.fsPath, text);
    if (found !== null && (best === null || found.weight > best.weight)) best = found;
  }
  return best;
}
