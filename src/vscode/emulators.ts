import path from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';
import type { Logger } from '../core/ports/logger';
import type { AppErrorEvent } from '../emulator/emulator-types';
import { BuildFailed, buildWhereDue, runNpm } from './app-build';
import { AppEmulator, type RunningEmulator } from './app-emulator';
import type { DurableApp } from './find-apps';
import { freePort } from './free-port';
import { settings as settingIds } from './ids';
import { launchEmulator } from './launch-emulator';
import { firstLines, loadAdvice } from './models/load-advice';
import {
  dataDirOf,
  emulatorOptions,
  readSettings,
  type EmulatorSettings,
  type SessionStart,
  type StartOverrides,
} from './models/emulator-settings';

/** One emulator for each app of the workspace. */
export class Emulators implements vscode.Disposable {
  readonly #all = new Map<string, AppEmulator>();
  readonly #changed = new vscode.EventEmitter<AppEmulator>();
  /** The status of one of them changed. */
  readonly onChanged = this.#changed.event;
  readonly #created = new vscode.EventEmitter<AppEmulator>();
  readonly onCreated = this.#created.event;

  constructor(
    private readonly threadFile: string,
    private readonly logger: Logger,
  ) {}

  of(app: Pick<DurableApp, 'appDir'>): AppEmulator {
    let emulator = this.#all.get(app.appDir);
    if (emulator === undefined) {
      const created = new AppEmulator(app.appDir);
      emulator = created;
      this.#all.set(app.appDir, created);
      created.onStatus(() => this.#changed.fire(created));
      this.#created.fire(created);
    }
    return emulator;
  }

  get all(): readonly AppEmulator[] {
    return [...this.#all.values()];
  }

  settingsOf(app: Pick<DurableApp, 'appDir'>): EmulatorSettings {
    const section = vscode.workspace.getConfiguration('durascope', vscode.Uri.file(app.appDir));
    return readSettings((name) => section.get(name));
  }

  /** Starts it unless it runs. What goes wrong is shown with what can be done about it; undefined then, or when the user changed their mind. */
  async start(app: DurableApp, overrides: StartOverrides = {}): Promise<RunningEmulator | undefined> {
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showWarningMessage('Durascope runs nothing in a workspace that is not trusted.');
      return undefined;
    }
    const emulator = this.of(app);
    if (emulator.running !== undefined) return emulator.running;
    const sessionStart = overrides.sessionStart ?? (await this.#sessionStart(app));
    if (sessionStart === undefined) return undefined;
    const hasApp = app.kind === 'functionApp';
    const launch = async (): Promise<RunningEmulator> => {
      const options = emulatorOptions(
        this.settingsOf(app),
        app.appDir,
        { ...overrides, sessionStart, app: hasApp },
        process.versions['electron'] !== undefined,
      );
      if (hasApp && overrides.build !== false && this.settingsOf(app).buildOnStart) await buildWhereDue(app);
      return launchEmulator(this.threadFile, options, (entry) => {
        this.logger(entry);
        if (entry.waitingProcess !== undefined) overrides.onWaitingProcess?.(entry.waitingProcess);
      });
    };
    try {
      const running = await emulator.start(launch, { isDebugging: overrides.inspectPort !== undefined, hasApp });
      if (running.appError !== null) void this.#offerMending(app, running.appError);
      if (running.isAttached) running.onLost(() => void this.#takeOver(app));
      return running;
    } catch (error) {
      return this.#startFailed(app, error, { ...overrides, sessionStart });
    }
  }

  async restart(app: DurableApp, overrides: StartOverrides = {}): Promise<RunningEmulator | undefined> {
    await this.of(app).stop();
    return this.start(app, { sessionStart: 'keep', ...overrides });
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.all.map((emulator) => emulator.stop()));
  }

  dispose(): void {
    void this.stopAll();
    this.#changed.dispose();
    this.#created.dispose();
  }

  /** Undefined: the user dismissed the question. Asked once, and only when there is something to keep. */
  async #sessionStart(app: DurableApp): Promise<SessionStart | undefined> {
    const settings = this.settingsOf(app);
    if (settings.sessionStart !== 'ask') return settings.sessionStart;
    const dataDir = dataDirOf(settings, app.appDir);
    if (dataDir === null || !(await holdsJournal(dataDir))) return 'keep';
    const choices: (vscode.QuickPickItem & { value: SessionStart })[] = [
      { label: 'Keep them', detail: 'Earlier instances stay and go on where they were.', value: 'keep' },
      { label: 'Set them aside', detail: 'They are moved to a folder beside and can be looked at later.', value: 'setAside' },
      { label: 'Discard them', detail: 'Each session begins empty.', value: 'discard' },
    ];
    const chosen = await vscode.window.showQuickPick(choices, {
      title: 'What should become of the instances of earlier sessions?',
      placeHolder: 'Remembered for this workspace; change it in the setting durascope.sessionStart',
    });
    if (chosen === undefined) return undefined;
    const section = vscode.workspace.getConfiguration('durascope', vscode.Uri.file(app.appDir));
    await section.update(settingIds.sessionStart, chosen.value, vscode.ConfigurationTarget.Workspace);
    return chosen.value;
  }

  /** Whoever ran it is gone: its instances are on disk and go on here. */
  async #takeOver(app: DurableApp): Promise<void> {
    // After those who show that the other one is gone.
    await Promise.resolve();
    const running = await this.start(app, { sessionStart: 'keep' });
    if (running === undefined || running.isAttached) return;
    const message = `What ran the emulator of ${app.name} has ended; its instances go on in this window.`;
    this.logger({ level: 'information', category: 'emulator', message });
    vscode.window.setStatusBarMessage(`$(info) ${message}`, shownForMs);
  }

  /** The emulator runs and waits; what is wrong with the app is said at once, with what can be done about it. */
  async #offerMending(app: DurableApp, error: AppErrorEvent): Promise<void> {
    const advice = loadAdvice(error);
    const chosen = await vscode.window.showErrorMessage(
      firstLines(error.message),
      ...advice.map(({ title }) => title),
      'Show Log',
    );
    const how = advice.find(({ title }) => title === chosen)?.does;
    if (how === 'open') {
      const line = Math.max(0, (error.line ?? 1) - 1);
      await vscode.window.showTextDocument(vscode.Uri.file(error.file ?? path.join(app.appDir, 'host.json')), {
        selection: new vscode.Range(line, 0, line, 0),
      });
    } else if (how === 'install' || how === 'build') await runNpm(app, how);
    else if (chosen !== undefined) await vscode.commands.executeCommand('durascope.showOutput');
  }

  async #startFailed(app: DurableApp, error: unknown, overrides: StartOverrides): Promise<RunningEmulator | undefined> {
    const message = messageOf(error);
    this.logger({ level: 'error', category: 'emulator', message });
    if (error instanceof BuildFailed) {
      const chosen = await vscode.window.showErrorMessage(message, 'Show Problems', 'Start Anyway');
      if (chosen === 'Start Anyway') return this.start(app, { ...overrides, build: false });
      if (chosen !== undefined) await vscode.commands.executeCommand('workbench.actions.view.problems');
      return undefined;
    }
    if (DurascopeError.is(error, 'PortTaken')) {
      const port = await freePort();
      const use = `Use Port ${port}`;
      const text = `Port ${String(error.details['port'])} is in use by another program.`;
      const chosen = await vscode.window.showErrorMessage(text, use, 'Open Settings');
      if (chosen === use) return this.start(app, { ...overrides, port });
      if (chosen === 'Open Settings') await vscode.commands.executeCommand('workbench.action.openSettings', 'durascope.port');
      return undefined;
    }
    void vscode.window.showErrorMessage(message, 'Show Log').then((chosen) => {
      if (chosen !== undefined) void vscode.commands.executeCommand('durascope.showOutput');
    });
    return undefined;
  }
}

const shownForMs = 10_000;

async function holdsJournal(dataDir: string): Promise<boolean> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.file(dataDir));
    return entries.some(([name]) => /^(journal|snapshot)/.test(path.basename(name)));
  } catch {
    return false; // No such folder yet.
  }
}
