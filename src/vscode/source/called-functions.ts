import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { JavaScriptCalls } from '../../analysis/calls/javascript-calls';
import type { CallingFunction } from '../../core/values/function-calls';
import { AppSources } from './app-sources';
import type { DurableApp } from '../apps/find-apps';
import { loadAnalysis } from './load-analysis';
import { loadGrammars, parserOf } from '../../analysis/grammar-bundle/load-grammars';
import { folderFunctionName, sourceFilesOf } from './source-index';

interface ReadApp {
  sources: AppSources;
  javaScript: JavaScriptCalls;
  /** By file; what has changed is not there. */
  files: Map<string, readonly CallingFunction[]>;
  /** What a method does is found through those that call it: the texts are read together. */
  csharp: readonly CallingFunction[] | null;
}

const unwanted = '**/{node_modules,bin,obj,.git,.durascope}/**';
const mostScripts = 2000;
/** What is longer was hardly written by hand. */
const longestText = 500_000;

/** Which functions of an app call which, as its code says it; read when first asked for, and again where files have changed. */
export class CalledFunctions implements vscode.Disposable {
  readonly #apps = new Map<string, ReadApp>();
  readonly #changed = new vscode.EventEmitter<string>();
  /** The code of the app in this folder has changed. */
  readonly onChanged = this.#changed.event;
  #watcher: vscode.FileSystemWatcher | undefined;

  constructor(private readonly appOf: (file: vscode.Uri) => DurableApp | undefined) {}

  async of(app: DurableApp): Promise<CallingFunction[]> {
    this.#watch();
    const known = this.#apps.get(app.appDir) ?? newApp();
    this.#apps.set(app.appDir, known);
    const files = await sourceFilesOf(app);
    const found: CallingFunction[] = [];
    for (const uri of files) {
      if (/\.cs$/i.test(uri.fsPath)) continue;
      const read = known.files.get(uri.fsPath) ?? (await known.javaScript.of(uri.fsPath, await folderFunctionName(uri)));
      known.files.set(uri.fsPath, read);
      found.push(...read);
    }
    const texts = files.filter(({ fsPath }) => /\.cs$/i.test(fsPath));
    known.csharp ??= await this.#csharp(known.sources, texts);
    return [...found, ...known.csharp, ...(await this.#powerShell(app, known))];
  }

  dispose(): void {
    this.#watcher?.dispose();
    this.#changed.dispose();
  }

  async #csharp(sources: AppSources, files: readonly vscode.Uri[]): Promise<CallingFunction[]> {
    const texts = new Map<string, string>();
    for (const { fsPath } of files) {
      const text = await sources.read(fsPath);
      if (text !== undefined && text.length <= longestText) texts.set(fsPath, text);
    }
    const isDurable = [...texts.values()].some((text) => /Durable|Orchestrat/.test(text));
    return isDurable ? loadGrammars().csharpCalls(await parserOf('csharp'), texts) : [];
  }

  async #powerShell(app: DurableApp, known: ReadApp): Promise<CallingFunction[]> {
    const scripts = await vscode.workspace.findFiles(new vscode.RelativePattern(app.appDir, '*/*.ps1'), unwanted, mostScripts);
    const found: CallingFunction[] = [];
    for (const { fsPath: file } of scripts) {
      const read = known.files.get(file) ?? (await this.#script(file, known.sources));
      known.files.set(file, read);
      found.push(...read);
    }
    return found;
  }

  async #script(file: string, sources: AppSources): Promise<CallingFunction[]> {
    const text = await sources.read(file);
    if (text === undefined || text.length > longestText) return [];
    const described = await readFile(path.join(path.dirname(file), 'function.json'), 'utf8').catch(() => undefined);
    const found = loadGrammars().powerShellCalls(await parserOf('powershell'), file, text, described);
    return found === null ? [] : [found];
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{ts,mts,cts,js,mjs,cjs,cs,ps1}');
    watcher.onDidChange((uri) => this.#forget(uri, false));
    watcher.onDidCreate((uri) => this.#forget(uri, true));
    watcher.onDidDelete((uri) => this.#forget(uri, true));
    this.#watcher = watcher;
  }

  #forget(uri: vscode.Uri, isNewOrGone: boolean): void {
    if (/[\\/](node_modules|dist|out|bin|obj|\.git|\.durascope)[\\/]/.test(uri.fsPath)) return;
    const app = this.appOf(uri);
    const known = app === undefined ? undefined : this.#apps.get(app.appDir);
    if (app === undefined || known === undefined) return;
    known.sources.forget(uri.fsPath, isNewOrGone);
    // Helpers of others may be in it.
    known.files.clear();
    known.csharp = null;
    this.#changed.fire(app.appDir);
  }
}

function newApp(): ReadApp {
  const sources = new AppSources();
  return { sources, javaScript: new (loadAnalysis().JavaScriptCalls)(sources), files: new Map(), csharp: null };
}
