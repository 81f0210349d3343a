import path from 'node:path';
import * as vscode from 'vscode';
import type { Finding } from '../../analysis/findings/finding';
import { DurascopeError } from '../../core/values/errors';
import type { Replays } from '../../emulator/replays/replays';
import type { BrokenInstance, RunningCheck } from '../../replay/check-running';
import { checkRunning } from '../../replay/check-running';
import type { AppEmulator, RunningEmulator } from '../emulators/app-emulator';
import { diagnosticCode } from '../annotations/diagnostic-code';
import type { Dialogs } from '../editor/dialogs';
import type { Emulators } from '../emulators/emulators';
import type { DurableApp } from '../apps/find-apps';
import { commands, settings } from '../models/ids';
import { loadAnalysis } from '../source/load-analysis';
import {
  breakingLines,
  type BreakingLine,
  fixesOf,
  runOnQuestion,
  stillBroken,
  summaryLines,
  summaryText,
} from '../models/running-check-report';

const quietMs = 400;
const mostInstances = 100;

export interface RunningChecksOptions {
  emulators: Emulators;
  /** A process for replays of the app's code as it is now. */
  openReplays: (appDir: string) => Promise<Replays>;
  findingsOf: (appDir: string, orchestrator: string) => readonly Finding[];
  locate: (app: DurableApp, orchestrator: string) => Promise<vscode.Location | undefined>;
  /** At the place where code and history part. */
  openDivergence: (app: DurableApp, instanceId: string) => void;
  dialogs: Pick<Dialogs, 'choose'>;
  /** A line above the instances; undefined: none. */
  hint: (text: string | undefined) => void;
  log: (message: string) => void;
  onError: (error: unknown) => void;
}

interface AppCheck {
  timer: NodeJS.Timeout | undefined;
  running: AbortController | undefined;
  result: RunningCheck | undefined;
  files: Set<string>;
  /** Tells of what becomes of the broken ones. */
  watch: { dispose(): void } | undefined;
}

/** After each reload of an app's code: which of its running instances that code would break, before they go on. */
export class RunningChecks implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('durascope-running');
  readonly #item = vscode.window.createStatusBarItem('durascope.runningCheck', vscode.StatusBarAlignment.Left, 9);
  readonly #checks = new Map<string, AppCheck>();
  /** What the problems are about. */
  readonly #linesOf = new WeakMap<vscode.Diagnostic, BreakingLine>();
  readonly #subscriptions: { dispose(): void }[];
  readonly #checked = new vscode.EventEmitter<{ appDir: string; result: RunningCheck }>();
  /** A check has come to its end. */
  readonly onChecked = this.#checked.event;

  constructor(private readonly options: RunningChecksOptions) {
    this.#item.name = 'Durascope Running Instances';
    this.#item.command = commands.showBroken;
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    const { emulators } = options;
    this.#subscriptions = [
      this.#collection,
      this.#item,
      this.#checked,
      vscode.languages.registerCodeActionsProvider({ scheme: 'file' }, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
      emulators.onCreated((emulator) => {
        this.#subscriptions.push(
          emulator.onEvent((event) => {
            if (event.type === 'workerReady') this.#plan(emulator);
            else if (event.type === 'workerReloading') this.#checks.get(emulator.appDir)?.running?.abort();
          }),
        );
      }),
      emulators.onChanged((emulator) => {
        if (emulator.status.type === 'stopped' || emulator.status.type === 'failed') this.#forget(emulator.appDir);
      }),
    ];
  }

  /** At a problem: the place where history and code part, the replay up to it, what the cause means. */
  provideCodeActions({ uri }: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return (this.#collection.get(uri) ?? []).flatMap((diagnostic) => {
      const line = this.#linesOf.get(diagnostic);
      if (line === undefined || diagnostic.range.intersection(range) === undefined) return [];
      return fixesOf(line).map(({ title, command, arguments: given }, index) => {
        const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
        action.command = { title, command, arguments: [...given] };
        action.diagnostics = [diagnostic];
        action.isPreferred = index === 0;
        return action;
      });
    });
  }

  /** Where the history of this one and the code part. */
  open(app: DurableApp, instanceId: string): void {
    this.options.openDivergence(app, instanceId);
  }

  /** The instances that the last check found, to choose one from. */
  async show(app: DurableApp): Promise<void> {
    const result = this.#checks.get(app.appDir)?.result;
    if (result === undefined || result.broken.length === 0) {
      void vscode.window.showInformationMessage('The histories of the running instances replay with the code as it is now.');
      return;
    }
    const items = result.broken.map(({ instanceId, functionName, divergence }) => ({
      label: instanceId,
      description: functionName,
      detail: divergence.message,
    }));
    const chosen = await vscode.window.showQuickPick(items, {
      title: 'Running instances that the code would break',
      placeHolder: 'Open one where its history and the code part',
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (chosen !== undefined) this.options.openDivergence(app, chosen.label);
  }

  /** Those of the instances that the code as it is now would break. */
  brokenAmong(appDir: string, instanceIds: readonly string[]): readonly BrokenInstance[] {
    return this.#checks.get(appDir)?.result?.broken.filter((each) => instanceIds.includes(each.instanceId)) ?? [];
  }

  /** Before something lets instances run on: asks where that would break one of them. False: it is not to be done. */
  async mayRunOn(app: DurableApp, instanceIds: readonly string[], verb: string): Promise<boolean> {
    const broken = this.brokenAmong(app.appDir, instanceIds);
    const { question, detail, answers } = runOnQuestion(broken, verb);
    const [first] = broken;
    if (first === undefined) return true;
    const answer = await this.options.dialogs.choose(question, detail, answers);
    if (answer === 'show') this.options.openDivergence(app, first.instanceId);
    return answer === 'go';
  }

  dispose(): void {
    for (const appDir of [...this.#checks.keys()]) this.#forget(appDir);
    for (const each of this.#subscriptions) each.dispose();
  }

  #plan(emulator: AppEmulator): void {
    const { appDir } = emulator;
    const check = this.#checks.get(appDir) ?? {
      timer: undefined,
      running: undefined,
      result: undefined,
      files: new Set(),
      watch: undefined,
    };
    this.#checks.set(appDir, check);
    clearTimeout(check.timer);
    check.running?.abort();
    if (!vscode.workspace.getConfiguration('durascope', vscode.Uri.file(appDir)).get<boolean>(settings.checkOnSave, true)) return;
    check.timer = setTimeout(() => {
      const { running } = emulator;
      if (running === undefined) return;
      void this.#check(appDir, running, check).catch(this.options.onError);
    }, quietMs);
  }

  async #check(appDir: string, { hub }: RunningEmulator, check: AppCheck): Promise<void> {
    const counts = await hub.countByStatus({ entities: 'exclude' });
    if ((counts.Running ?? 0) + (counts.Suspended ?? 0) === 0) {
      this.#report(appDir, check, { checked: 0, broken: [], isPartial: false, notes: [] });
      return;
    }
    const controller = new AbortController();
    check.running = controller;
    const replays = await this.options.openReplays(appDir);
    try {
      const result = await checkRunning(hub, (from, id) => replays.openInstance(from, id), {
        limit: mostInstances,
        signal: controller.signal,
        pause: () => new Promise((resolve) => setTimeout(resolve, 5)),
      });
      if (!controller.signal.aborted) this.#report(appDir, check, this.#withFindings(appDir, result));
    } catch (error) {
      // Called off by a newer change, or code that does not load: the emulator tells of that.
      if (!DurascopeError.is(error, 'Stopped') && !DurascopeError.is(error, 'AppInvalid')) throw error;
    } finally {
      if (check.running === controller) check.running = undefined;
      await replays.dispose();
    }
  }

  #withFindings(appDir: string, result: RunningCheck): RunningCheck {
    const { likelyCause } = loadAnalysis();
    const broken = result.broken.map((each) => ({
      ...each,
      divergence: likelyCause(each.divergence, this.options.findingsOf(appDir, each.functionName)),
    }));
    return { ...result, broken };
  }

  #report(appDir: string, check: AppCheck, result: RunningCheck): void {
    check.result = result;
    for (const note of result.notes) this.options.log(`Not replayed: ${note}`);
    for (const { instanceId, functionName, divergence } of result.broken) {
      this.options.log(`${functionName} ${instanceId} would break: ${divergence.message}`);
    }
    this.#withdrawInTime(appDir, check);
    this.#showStatus();
    void this.#showProblems(appDir, check, result).then(() => this.#checked.fire({ appDir, result }), this.options.onError);
  }

  /** A finding about an instance that has ended, begun anew or gone is one no longer. */
  #withdrawInTime(appDir: string, check: AppCheck): void {
    check.watch?.dispose();
    check.watch = undefined;
    const hub = this.options.emulators.of({ appDir }).running?.hub;
    if (hub === undefined || (check.result?.broken.length ?? 0) === 0) return;
    check.watch = hub.subscribe(
      (changes) => {
        const { result } = check;
        if (result === undefined) return;
        const broken = stillBroken(result.broken, changes);
        if (broken.length === result.broken.length) return;
        check.result = { ...result, broken };
        if (broken.length === 0) check.watch?.dispose();
        this.#showStatus();
        this.#showProblems(appDir, check, check.result).catch(this.options.onError);
      },
      { events: false },
    );
  }

  #showStatus(): void {
    const results = [...this.#checks.values()].flatMap((each) => each.result ?? []);
    const all: RunningCheck = {
      broken: results.flatMap((each) => each.broken),
      checked: results.reduce((sum, each) => sum + each.checked, 0),
      isPartial: results.some((each) => each.isPartial),
      notes: [],
    };
    const text = summaryText(all);
    this.options.hint(text === null ? undefined : `${text} with the code as it is now. The status bar lists them.`);
    if (text === null) {
      this.#item.hide();
      return;
    }
    this.#item.text = `$(warning) ${text}`;
    this.#item.tooltip = summaryLines(all).join('\n');
    this.#item.accessibilityInformation = { label: [text, ...summaryLines(all)].join('. ') };
    this.#item.show();
  }

  async #showProblems(appDir: string, check: AppCheck, { broken }: RunningCheck): Promise<void> {
    const problems = new Map<string, vscode.Diagnostic[]>();
    const app: DurableApp = { kind: 'functionApp', appDir, name: path.basename(appDir), folder: undefined };
    for (const line of breakingLines(broken)) {
      const { place, functionName, cause, message } = line;
      const found = place === null ? await this.options.locate(app, functionName) : undefined;
      const file = place?.file ?? found?.uri.fsPath ?? path.join(appDir, 'host.json');
      const line0 = place === null ? (found?.range.start.line ?? 0) : place.line - 1;
      const column0 = place === null ? (found?.range.start.character ?? 0) : place.column - 1;
      const range = new vscode.Range(line0, column0, line0, Number.MAX_SAFE_INTEGER);
      const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Warning);
      diagnostic.source = 'Durascope';
      diagnostic.code = diagnosticCode(cause);
      this.#linesOf.set(diagnostic, line);
      problems.set(file, [...(problems.get(file) ?? []), diagnostic]);
    }
    for (const file of check.files) if (!problems.has(file)) this.#collection.delete(vscode.Uri.file(file));
    check.files = new Set(problems.keys());
    for (const [file, diagnostics] of problems) this.#collection.set(vscode.Uri.file(file), diagnostics);
  }

  #forget(appDir: string): void {
    const check = this.#checks.get(appDir);
    if (check === undefined) return;
    clearTimeout(check.timer);
    check.running?.abort();
    check.watch?.dispose();
    for (const file of check.files) this.#collection.delete(vscode.Uri.file(file));
    this.#checks.delete(appDir);
    this.#showStatus();
  }
}
