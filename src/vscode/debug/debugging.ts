import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { isProcessAlive } from '../../base/process-identity';
import { messageOf } from '../../base/error-message';
import type { Dialogs } from '../editor/dialogs';
import type { DurableApps } from '../apps/durable-apps';
import type { Emulators } from '../emulators/emulators';
import type { DurableApp } from '../apps/find-apps';
import { freePort } from '../emulators/free-port';
import type { RunningEmulator } from '../emulators/app-emulator';
import { contextKeys, debugType } from '../models/ids';
import { tick } from '../editor/tick';
import type { StartOverrides } from '../models/emulator-settings';
import { attachConfiguration, isInstalled, otherDebugger, type OtherDebugger } from '../models/attach-debugger';

/** Set on the debug configuration that takes our place, so that its end is known as ours. */
const marker = 'durascopeApp';
/** The id of the process that a session of another language is attached to. */
const processMarker = 'durascopeProcess';
/** Set where the emulator ran before, and is to go on. */
const attachedMarker = 'durascopeAttached';

/**
 * The debug type `durascope`: starts the emulator with the app's process under inspection and hands over to the editor's own JavaScript
 * debugger, which attaches to that process and stays attached over reloads. Apps in C# and PowerShell are handed to the debuggers of their
 * languages, again for each process that takes the place of one. The emulator stops with the session, unless it ran before and was attached to.
 */
export class Debugging implements vscode.Disposable {
  readonly #subscription: vscode.Disposable;
  /** By folder of the app: attaches to each new process of it. */
  readonly #following = new Map<string, { dispose(): void }>();

  constructor(
    private readonly apps: DurableApps,
    private readonly emulators: Emulators,
    private readonly dialogs: Dialogs,
  ) {
    this.#subscription = vscode.debug.onDidTerminateDebugSession((session) => {
      const appDir: unknown = session.configuration[marker];
      // The debugger opens child sessions with the same configuration: only the first one's end is the end.
      if (typeof appDir !== 'string' || session.parentSession !== undefined) return;
      const emulator = this.emulators.all.find((each) => each.appDir === appDir);
      const pid: unknown = session.configuration[processMarker];
      // A process that was replaced, or is started again, has taken its session along.
      if (typeof pid === 'number' && (emulator?.running?.workerPid !== pid || !isProcessAlive(pid))) return;
      this.#following.get(appDir)?.dispose();
      this.#following.delete(appDir);
      // What ran before the session goes on after it.
      if (session.configuration[attachedMarker] === true) emulator?.setDebugging(false);
      else void emulator?.stop();
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
    const other = await debuggerOf(app.appDir);
    if (
      other !== null &&
      !isInstalled(
        other,
        vscode.extensions.all.map(({ packageJSON }) => packageJSON as unknown),
      )
    ) {
      void this.#offer(other);
      return undefined;
    }
    const name = config.name === '' ? 'Durascope: debug function app' : config.name;
    const attach = other === null ? null : new Attached(other, name, app.appDir);
    const waitForDebugger = other?.type === 'coreclr' && config['waitForDebugger'] !== false;
    const started = await this.#begin(app, {
      inspectPort,
      ...(typeof config['port'] === 'number' ? { port: config['port'] } : {}),
      ...(waitForDebugger ? { waitForDebugger, onWaitingProcess: (pid) => attach?.to(pid) } : {}),
    });
    if (started === undefined) return undefined;
    const { running, isAttached } = started;
    tick(contextKeys.hasDebugged);
    if (attach !== null) {
      attach.emulatorGoesOn = isAttached;
      return this.#follow(attach, app.appDir, running);
    }
    return {
      type: 'node',
      request: 'attach',
      name,
      address: '127.0.0.1',
      port: started.inspectPort,
      cwd: app.appDir,
      localRoot: app.appDir,
      // The app is loaded anew after a change of its files: attach again.
      restart: { delay: 300, maxAttempts: 100 },
      skipFiles: ['<node_internals>/**', '**/node_modules/durable-functions/**', '**/node-worker.js'],
      sourceMaps: true,
      outFiles: [path.join(app.appDir, '**', '*.js'), `!${path.join(app.appDir, '**', 'node_modules', '**')}`],
      autoAttachChildProcesses: false,
      [marker]: app.appDir,
      [attachedMarker]: isAttached,
    };
  }

  /**
   * The emulator with a process of the app that can be debugged: started for it, or the one that runs, which nobody stops unasked. Undefined:
   * the user changed their mind, or why not has been shown.
   */
  async #begin(
    app: DurableApp,
    overrides: StartOverrides & { inspectPort: number },
  ): Promise<{ running: RunningEmulator; isAttached: boolean; inspectPort: number } | undefined> {
    const emulator = this.emulators.of(app);
    if (emulator.running !== undefined) {
      const answer = await this.#askAboutRunning(app, emulator.running);
      if (answer === undefined) return undefined;
      if (answer === 'attach') {
        const port = await emulator.running.inspect(overrides.inspectPort).catch((error: unknown) => {
          void vscode.window.showErrorMessage(messageOf(error));
        });
        if (port === undefined) return undefined;
        emulator.setDebugging(true);
        return { running: emulator.running, isAttached: true, inspectPort: port };
      }
      await emulator.stop();
    }
    const running = await this.emulators.start(app, overrides);
    return running === undefined ? undefined : { running, isAttached: false, inspectPort: overrides.inspectPort };
  }

  async #askAboutRunning(app: DurableApp, running: RunningEmulator): Promise<'attach' | 'restart' | undefined> {
    if (running.isAttached) {
      void vscode.window.showErrorMessage(
        `Another window or the command line runs the emulator of ${app.name}: debug the app there, or stop it there first.`,
      );
      return undefined;
    }
    return this.dialogs.choose<'attach' | 'restart'>(
      `The emulator of ${app.name} is running.`,
      'Attach loads the app anew under the debugger: the emulator and its instances go on, also after the session. Restart stops the emulator first, and again with the session.',
      [
        { label: 'Attach', value: 'attach' },
        { label: 'Restart', value: 'restart' },
      ],
    );
  }

  /** Undefined where the session of the app's process has begun already, or will once there is a process. */
  #follow(attach: Attached, appDir: string, running: RunningEmulator): vscode.DebugConfiguration | undefined {
    this.#following.get(appDir)?.dispose();
    this.#following.set(
      appDir,
      running.onEvent((event) => {
        if (event.type === 'workerReady' && event.pid !== undefined) attach.to(event.pid);
      }),
    );
    const pid = running.workerPid;
    return pid === undefined || attach.has(pid) ? undefined : attach.configured(pid);
  }

  async #offer({ language, type, extensionId }: OtherDebugger): Promise<void> {
    const show = 'Show the Extension';
    const message = `To debug an app in ${language} the editor needs a debugger of the type ${type}: install the extension ${extensionId}. Without it "Start Emulator" runs the app.`;
    if ((await vscode.window.showErrorMessage(message, show)) !== show) return;
    await vscode.commands.executeCommand('workbench.extensions.search', `@id:${extensionId}`);
  }

  dispose(): void {
    for (const following of this.#following.values()) following.dispose();
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

/** Sessions of another language's debugger: one for each process that the app has, one after the other. */
class Attached {
  readonly #pids = new Set<number>();
  /** It ran before. */
  emulatorGoesOn = false;

  constructor(
    private readonly other: OtherDebugger,
    private readonly name: string,
    private readonly appDir: string,
  ) {}

  has(pid: number): boolean {
    return this.#pids.has(pid);
  }

  /** For a session that the caller begins. */
  configured(pid: number): vscode.DebugConfiguration {
    this.#pids.add(pid);
    return {
      ...attachConfiguration(this.other, this.name, pid),
      // Its end is the emulator's only as long as it is the app's process: one that was replaced has ended before.
      [marker]: this.appDir,
      [processMarker]: pid,
      [attachedMarker]: this.emulatorGoesOn,
    };
  }

  to(pid: number): void {
    if (!this.#pids.has(pid)) void vscode.debug.startDebugging(undefined, this.configured(pid));
  }
}

/** The folder variables of launch configurations put in; others have no meaning for a folder. */
function withFolders(text: string, folder: vscode.WorkspaceFolder | undefined): string {
  return text.replaceAll(/\$\{workspaceFolder(?::([^}]+))?\}/g, (variable, name: string | undefined) => {
    const named = name === undefined ? folder : vscode.workspace.workspaceFolders?.find((each) => each.name === name);
    return (named ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath ?? variable;
  });
}

async function debuggerOf(appDir: string): Promise<OtherDebugger | null> {
  const names = await readdir(appDir).catch(() => []);
  const settings = await readFile(path.join(appDir, 'local.settings.json'), 'utf8').catch(() => null);
  return otherDebugger(names, settings);
}
