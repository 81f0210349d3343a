import path from 'node:path';
import * as vscode from 'vscode';
import type { FunctionFolder } from '../../analysis/functions/functions-in-text';
import type { SourceLocation } from '../../protocol/panel-values';
import { AppSources } from './app-sources';
import { readText, type DurableApp } from '../apps/find-apps';
import { loadAnalysis } from './load-analysis';
import { findEventNames } from '../models/event-names';

interface ScannedFile {
  uri: vscode.Uri;
  registrations: readonly { name: string; line0: number; column0: number }[];
  eventNames: readonly string[];
}

const sourceFiles = '**/*.{ts,mts,cts,js,mjs,cjs,cs}';
/** Each in the folder of its function. */
const scripts = '*/*.ps1';
const unwanted = '{**/node_modules/**,**/dist/**,**/out/**,**/bin/**,**/obj/**,**/*.d.ts,**/.git/**}';
const maxFiles = 2000;

/** What the sources of the workspace's apps hold, read when first asked and again where files change. */
export class SourceIndex implements vscode.Disposable {
  readonly #files = new Map<string, Promise<Map<string, ScannedFile>>>();
  readonly #watcher = vscode.workspace.createFileSystemWatcher('**/*.{ts,mts,cts,js,mjs,cjs,cs,ps1}');

  constructor(private readonly appOf: (file: vscode.Uri) => DurableApp | undefined) {
    this.#watcher.onDidCreate((uri) => this.#scanAgain(uri));
    this.#watcher.onDidChange((uri) => this.#scanAgain(uri));
    this.#watcher.onDidDelete((uri) => this.#scanAgain(uri));
  }

  /** Where a function is registered, ignoring the case of its name; undefined when that cannot be found in the text. */
  async locate(app: DurableApp, functionName: string): Promise<vscode.Location | undefined> {
    const wanted = functionName.toLowerCase();
    for (const file of (await this.#filesOf(app)).values()) {
      const place = file.registrations.find((each) => each.name.toLowerCase() === wanted);
      if (place !== undefined) return new vscode.Location(file.uri, new vscode.Position(place.line0, place.column0));
    }
    return undefined;
  }

  /** The timer that an orchestrator may leave open when its code returns; undefined when that cannot be told. */
  async locateOpenTimer(
    app: DurableApp,
    functionName: string,
  ): Promise<{ location: SourceLocation; variable: string | null } | undefined> {
    const place = await this.locate(app, functionName);
    if (place === undefined || !/\.[mc]?[jt]sx?$/.test(place.uri.fsPath)) return undefined;
    // Asked of few instances: what was read for one is not kept.
    const analyzer = new (loadAnalysis().DeterminismAnalyzer)(new AppSources());
    const found = await analyzer.openTimer(place.uri.fsPath, functionName, await folderFunctionName(place.uri));
    if (found === null) return undefined;
    const { file, span, variable } = found;
    return { location: { file, line1: span.startLine1, column1: span.startColumn1 }, variable };
  }

  async eventNames(app: DurableApp): Promise<string[]> {
    const files = await this.#filesOf(app);
    return [...new Set([...files.values()].flatMap((file) => file.eventNames))].sort();
  }

  dispose(): void {
    this.#watcher.dispose();
  }

  #filesOf(app: DurableApp): Promise<Map<string, ScannedFile>> {
    let files = this.#files.get(app.appDir);
    if (files === undefined) {
      files = scanAll(app);
      this.#files.set(app.appDir, files);
    }
    return files;
  }

  #scanAgain(uri: vscode.Uri): void {
    if (/[\\/](node_modules|dist|out|bin|obj|\.git)[\\/]/.test(uri.fsPath)) return;
    const app = this.appOf(uri);
    const files = app === undefined ? undefined : this.#files.get(app.appDir);
    if (files === undefined) return;
    void Promise.all([files, scan(uri)]).then(([known, scanned]) => {
      if (scanned === undefined) known.delete(uri.fsPath);
      else known.set(uri.fsPath, scanned);
    });
  }
}

/** The app's own source files, up to a number that no app should reach. */
export async function sourceFilesOf(app: DurableApp): Promise<vscode.Uri[]> {
  return vscode.workspace.findFiles(new vscode.RelativePattern(app.appDir, sourceFiles), unwanted, maxFiles);
}

async function scriptsOf({ appDir }: DurableApp): Promise<vscode.Uri[]> {
  return vscode.workspace.findFiles(new vscode.RelativePattern(appDir, scripts), unwanted, maxFiles);
}

async function scanAll(app: DurableApp): Promise<Map<string, ScannedFile>> {
  const uris = [...(await sourceFilesOf(app)), ...(await scriptsOf(app))];
  const files = new Map<string, ScannedFile>();
  for (const uri of uris) {
    const scanned = await scan(uri);
    if (scanned !== undefined) files.set(uri.fsPath, scanned);
  }
  return files;
}

async function scan(uri: vscode.Uri): Promise<ScannedFile | undefined> {
  const text = await readText(uri);
  if (text === undefined) return undefined;
  const folder = await functionFolder(uri);
  // What a script in PowerShell is, its function.json tells in full.
  const older = folder === null || /\.ps1$/i.test(uri.fsPath) ? [] : [{ name: folder.name, line0: 0, column0: 0 }];
  return {
    uri,
    registrations: [...(loadAnalysis().functionsInText(uri.fsPath, text, folder) ?? []), ...older],
    eventNames: findEventNames(text),
  };
}

/** In the older model, and in PowerShell, a function is named by the folder that holds its function.json. */
export async function functionFolder(file: vscode.Uri): Promise<FunctionFolder | null> {
  const folder = vscode.Uri.joinPath(file, '..');
  const functionJson = await readText(vscode.Uri.joinPath(folder, 'function.json'));
  return functionJson === undefined ? null : { name: path.basename(folder.fsPath), functionJson };
}

export async function folderFunctionName(file: vscode.Uri): Promise<string | null> {
  return (await functionFolder(file))?.name ?? null;
}
