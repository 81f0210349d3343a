import path from 'node:path';
import * as vscode from 'vscode';
import type { DurableApps } from './durable-apps';
import type { Emulators } from './emulators';
import type { DurableApp } from './find-apps';
import { freePort } from './free-port';
import { debugType } from './ids';

/** Set on the debug configuration that takes our place, so that its end is known as ours. */
const marker = 'durascopeApp';

/**
 * The debug type `durascope`: starts the emulator with the app's process under inspection and hands over to the editor's own JavaScript
 * debugger, which attaches to that process and stays attached over reloads. The emulator stops with the session.
 */
export class Debugging implements vscode.Disposable {
  readonly #subscription: vscode.Disposable;

  constructor(
    private readonly apps: DurableApps,
    private readonly emulators: Emulators,
  ) {
    this.#subscription = vscode.debug.onDidTerminateDebugSession((session) => {
      const appDir: unknown = session.configuration[marker];
      // The debugger opens child sessions with the same configuration: only the first one's end is the end.
      if (typeof appDir !== 'string' || session.parentSession !== undefined) return;
      void this.emulators.all.find((emulator) => emulator.appDir === appDir)?.stop();
    });
  }

  provide(): vscode.DebugConfiguration[] {
    const apps = this.#functionApps;
    return apps.map((app) => ({
      type: debugType,
      request: 'launch',
      name: apps.length === 1 ? 'Durascope: debug function app' : `Durascope: debug ${app.name}`,
      appDir: app.appDir,
    }));
  }

  /** Undefined stops the launch: why has been shown. */
  async resolve(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const app = this.#appOf(folder, config);
    if (app === undefined) {
      void vscode.window.showErrorMessage(
        'There is no function app with durable functions here. Name its folder in `appDir` of the launch configuration.',
      );
      return undefined;
    }
    const inspectPort = await freePort();
    // A process without an inspector cannot be debugged: an emulator that runs begins again.
    if (this.emulators.of(app).running !== undefined) await this.emulators.of(app).stop();
    const port = typeof config['port'] === 'number' ? { port: config['port'] } : {};
    const running = await this.emulators.start(app, { inspectPort, ...port });
    if (running === undefined) return undefined;
    return {
      type: 'node',
      request: 'attach',
      name: config.name === '' ? 'Durascope: debug function app' : config.name,
      address: '127.0.0.1',
      port: inspectPort,
      cwd: app.appDir,
      localRoot: app.appDir,
      // The app is loaded anew after a change of its files: attach again.
      restart: { delay: 300, maxAttempts: 100 },
      skipFiles: ['<node_internals>/**', '**/node_modules/durable-functions/**', '**/node-worker.js'],
      sourceMaps: true,
      outFiles: [path.join(app.appDir, '**', '*.js'), `!${path.join(app.appDir, '**', 'node_modules', '**')}`],
      autoAttachChildProcesses: false,
      [marker]: app.appDir,
    };
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  get #functionApps(): readonly DurableApp[] {
    return this.apps.all.filter(({ kind }) => kind === 'functionApp');
  }

  #appOf(folder: vscode.WorkspaceFolder | undefined, config: vscode.DebugConfiguration): DurableApp | undefined {
    const given: unknown = config['appDir'];
    if (typeof given === 'string' && given !== '') {
      const appDir = path.resolve(folder?.uri.fsPath ?? '', withFolders(given, folder));
      const known = this.apps.find(appDir);
      if (known?.kind === 'functionApp') return known;
      // The workspace folder as a default may hold the app deeper down.
      if (appDir !== folder?.uri.fsPath) return { kind: 'functionApp', appDir, name: path.basename(appDir), folder };
    }
    const inFolder = this.#functionApps.find((app) => app.folder?.uri.toString() === folder?.uri.toString());
    const current = this.#functionApps.find((app) => app === this.apps.current);
    return current?.folder?.uri.toString() === folder?.uri.toString() ? current : (inFolder ?? current);
  }
}

/** The folder variables of launch configurations put in; others have no meaning for a folder. */
function withFolders(text: string, folder: vscode.WorkspaceFolder | undefined): string {
  return text.replaceAll(/\$\{workspaceFolder(?::([^}]+))?\}/g, (variable, name: string | undefined) => {
    const named = name === undefined ? folder : vscode.workspace.workspaceFolders?.find((each) => each.name === name);
    return (named ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath ?? variable;
  });
}
