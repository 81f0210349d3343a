import path from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import type { Logger } from '../../core/ports/logger';
import { buildWhereDue } from '../apps/app-build';
import { AppEmulator, type RunningEmulator } from './app-emulator';
import type { DurableApp } from '../apps/find-apps';
import { freePort } from './free-port';
import { launchEmulator, openStoredEmulator } from './launch-emulator';
import { mend, offerMending } from './mending';
import { earlierQuestion, EarlierAnswers, type EarlierAnswer } from '../models/earlier-sessions';
import { BuildFailed, placeOf } from '../models/load-advice';
import type { Memory } from '../models/start-memory';
import {
  dataDirOf,
  emulatorOptions,
  readSettings,
  type EmulatorSettings,
  type SessionStart,
  type StartOverrides,
} from '../models/emulator-settings';

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
    private readonly memory: Memory,
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
        emulator.heard(entry);
        if (entry.waitingProcess !== undefined) overrides.onWaitingProcess?.(entry.waitingProcess);
      });
    };
    try {
      const running = await emulator.start(launch, { isDebugging: overrides.inspectPort !== undefined, hasApp });
      if (running.appError !== null) void offerMending(app, running.appError);
      if (running.isAttached) running.onLost(() => void this.#takeOver(app));
      this.#tellWhenDown(app, running);
      return running;
    } catch (error) {
      return this.#startFailed(app, error, { ...overrides, sessionStart });
    }
  }

  /** An emulator of the app beside all others, in memory, whose clock jumps by itself; whoever asks for it stops it. */
  async startAside(app: DurableApp): Promise<RunningEmulator> {
    const settings = this.settingsOf(app);
    const isElectron = process.versions['electron'] !== undefined;
    const options = emulatorOptions(
      { ...settings, storage: 'memory', grpc: 'off' },
      app.appDir,
      { app: true, port: 0 },
      isElectron,
    );
    if (settings.buildOnStart) await buildWhereDue(app);
    const aside = { ...options, brokenApp: 'fail', timers: 'off', clock: { mode: 'auto' }, rehearsal: false } as const;
    return launchEmulator(this.threadFile, aside, this.logger);
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

  /** What earlier sessions left, to be read while the emulator is stopped; of the one that runs, where it does. */
  look(app: DurableApp): Promise<RunningEmulator> {
    const dataDir = dataDirOf(this.settingsOf(app), app.appDir);
    return this.of(app).look(() => {
      if (dataDir === null) {
        throw new DurascopeError(
          'InvalidArgument',
          'The setting durascope.storage keeps nothing on disk: there are no earlier instances.',
        );
      }
      return openStoredEmulator(this.threadFile, { appDir: app.appDir, dataDir }, this.logger);
    });
  }

  /** Whether earlier sessions have left something. */
  async hasEarlier(app: DurableApp): Promise<boolean> {
    const dataDir = dataDirOf(this.settingsOf(app), app.appDir);
    return dataDir !== null && (await holdsJournal(dataDir));
  }

  /** What was answered about earlier sessions is asked again. */
  forgetAnswer(app: DurableApp): Promise<void> {
    return this.#answers.forget(app.appDir);
  }

  remembersAnswer(app: DurableApp): boolean {
    return this.#answers.of(app.appDir) !== undefined;
  }

  get #answers(): EarlierAnswers {
    return new EarlierAnswers(this.memory);
  }

  /**
   * Undefined: the user dismissed the question, or looks at them first. Asked once, and only when there is something to keep. The answer is the
   * user's own: it stays out of the settings, which may be those of a repository.
   */
  async #sessionStart(app: DurableApp): Promise<SessionStart | undefined> {
    const settings = this.settingsOf(app);
    if (settings.sessionStart !== 'ask') return settings.sessionStart;
    const known = this.#answers.of(app.appDir);
    if (known !== undefined) return known;
    if (!(await this.hasEarlier(app))) return 'keep';
    const count = await this.#earlierCount(app);
    // None, or somebody else runs them: there is nothing to decide.
    if (count === 0 || count === 'elsewhere') return 'keep';
    const { title, placeHolder, choices } = earlierQuestion(count);
    const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem & { value: EarlierAnswer }>([...choices], {
      title,
      placeHolder,
    });
    if (chosen === undefined) return undefined;
    if (chosen.value === 'look') {
      await this.look(app);
      await vscode.commands.executeCommand('durascope.instances.focus');
      return undefined;
    }
    await this.#answers.remember(app.appDir, chosen.value);
    return chosen.value;
  }

  /** Null: not known. */
  async #earlierCount(app: DurableApp): Promise<number | null | 'elsewhere'> {
    try {
      const { hub } = await this.look(app);
      return Object.values(await hub.countByStatus()).reduce((sum, each) => sum + each, 0);
    } catch (error) {
      if (DurascopeError.is(error, 'StoreLocked')) return 'elsewhere';
      // What keeps them from being read is told by the start.
      return null;
    }
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

  /** Its process ended and could not be started again: with the code as it is now nothing of the app runs. */
  #tellWhenDown(app: DurableApp, running: RunningEmulator): void {
    let isDown = false;
    running.onEvent((event) => {
      if (event.type === 'workerExited') isDown = true;
      else if (event.type === 'workerReady') isDown = false;
      else if (event.type === 'appError' && isDown) {
        isDown = false;
        void offerMending(app, event, 'The process that runs the app was not started again, its instances wait: ');
      }
    });
  }

  async #startFailed(app: DurableApp, error: unknown, overrides: StartOverrides): Promise<RunningEmulator | undefined> {
    const message = messageOf(error);
    this.logger({ level: 'error', category: 'emulator', message });
    if (error instanceof BuildFailed) {
      const first = placeOf(error.error)?.line === undefined ? [] : ['Go to Line'];
      const chosen = await vscode.window.showErrorMessage(message, ...first, 'Show Problems', 'Start Anyway');
      if (chosen === 'Go to Line') await mend(app, error.error, 'open');
      else if (chosen === 'Start Anyway') return this.start(app, { ...overrides, build: false });
      else if (chosen !== undefined) await vscode.commands.executeCommand('workbench.actions.view.problems');
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
