import path from 'node:path';
import * as vscode from 'vscode';
import { findDurableApps, programsIn, tellingFiles, type DurableApp } from './find-apps';

const currentKey = 'apps.current';
const wantedKey = 'apps.programs';

/** The function apps of the workspace and its folders of other programs, and which of them views and commands are about. */
export class DurableApps implements vscode.Disposable {
  #apps: DurableApp[] = [];
  #current: DurableApp | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onChanged = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[] = [];
  #search: Promise<void> | undefined;
  #wasSearched = false;

  constructor(private readonly memory: vscode.Memento) {}

  async open(): Promise<void> {
    const watcher = vscode.workspace.createFileSystemWatcher(tellingFiles);
    const search = (uri: vscode.Uri): void => {
      if (!uri.path.includes('/node_modules/')) void this.search();
    };
    watcher.onDidCreate(search);
    watcher.onDidChange(search);
    watcher.onDidDelete(search);
    this.#subscriptions.push(
      watcher,
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.search()),
    );
    await this.search();
  }

  get all(): readonly DurableApp[] {
    return this.#apps;
  }

  get current(): DurableApp | undefined {
    return this.#current;
  }

  /** What is not here is not there. */
  get wasSearched(): boolean {
    return this.#wasSearched;
  }

  find(appDir: string): DurableApp | undefined {
    return this.#apps.find((app) => app.appDir === appDir);
  }

  /** The app that a file belongs to. */
  of(file: vscode.Uri): DurableApp | undefined {
    const holding = this.#apps.filter((app) => !path.relative(app.appDir, file.fsPath).startsWith('..'));
    return holding.sort((a, b) => b.appDir.length - a.appDir.length)[0];
  }

  async choose(app: DurableApp): Promise<void> {
    if (this.#current?.appDir === app.appDir) return;
    this.#current = app;
    this.#changed.fire();
    await this.memory.update(currentKey, app.appDir);
  }

  /** From now on the folder is one of programs that connect, whatever is in it. */
  async adopt(folder: vscode.WorkspaceFolder): Promise<DurableApp> {
    await this.memory.update(wantedKey, [...new Set([...this.#wanted, folder.uri.toString()])]);
    await this.search();
    const app = this.find(folder.uri.fsPath) ?? programsIn(folder);
    await this.choose(app);
    return app;
  }

  search(): Promise<void> {
    this.#search ??= this.#find().finally(() => (this.#search = undefined));
    return this.#search;
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    this.#changed.dispose();
  }

  get #wanted(): readonly string[] {
    return this.memory.get<string[]>(wantedKey, []);
  }

  async #find(): Promise<void> {
    const wantedFolders = this.#wanted;
    this.#apps = await findDurableApps((folder) => wantedFolders.includes(folder.toString()));
    const wanted = this.#current?.appDir ?? this.memory.get<string>(currentKey);
    this.#current = this.#apps.find((app) => app.appDir === wanted) ?? this.#apps[0];
    this.#wasSearched = true;
    this.#changed.fire();
  }
}
