import path from 'node:path';
import * as vscode from 'vscode';
import type { AppProblem } from '../../core/values/app-problem';
import type { AppErrorEvent, EmulatorEvent } from '../../emulator/emulator-types';
import type { AppEmulator } from '../emulators/app-emulator';
import type { Emulators } from '../emulators/emulators';
import { commands } from '../models/ids';
import { problemsByFile, problemsOfError, type ShownProblem } from '../models/app-problems';
import { withMistake } from '../source/script-mistakes';

/** Why an app, or a function of it, cannot be loaded, where the editor shows problems; and a word when its process ends by itself. */
export class Problems implements vscode.Disposable {
  readonly #diagnostics = vscode.languages.createDiagnosticCollection('durascope');
  readonly #storeNotes = vscode.languages.createDiagnosticCollection('durascope-store');
  readonly #subscriptions: { dispose(): void }[] = [];
  readonly #files = new Map<string, Set<string>>();

  constructor(emulators: Emulators) {
    this.#subscriptions.push(
      emulators.onCreated((emulator) => {
        this.#subscriptions.push(emulator.onEvent((event) => this.#note(emulator, event)));
      }),
      emulators.onChanged((emulator) => {
        if (emulator.status.type === 'stopped' || emulator.status.type === 'starting') this.#clear(emulator);
      }),
    );
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    this.#diagnostics.dispose();
    this.#storeNotes.dispose();
  }

  #note(emulator: AppEmulator, event: EmulatorEvent): void {
    if (event.type === 'workerReady' || event.type === 'functionsChanged') this.#clear(emulator);
    else if (event.type === 'appError') void this.#showError(emulator, event);
    else if (event.type === 'appProblems') this.#show(emulator, event.problems);
    else if (event.type === 'storeNote') this.#showNote(emulator, event);
    else if (event.type === 'workerExited') {
      // The debugger ends the process together with its session.
      if (emulator.status.type === 'running' && emulator.status.isDebugging) return;
      const message = event.message ?? 'The process of the app has ended.';
      void vscode.window.showWarningMessage(message, 'Show Log').then((chosen) => {
        if (chosen !== undefined) void vscode.commands.executeCommand(commands.showOutput);
      });
    }
  }

  async #showError(emulator: AppEmulator, error: AppErrorEvent): Promise<void> {
    const problems = problemsOfError(error);
    this.#show(emulator, problems);
    const placed = await Promise.all(problems.map(withMistake));
    // Not once the app was loaded meanwhile, or has another error.
    if (emulator.loadError === error && placed.some((each, index) => each !== problems[index])) this.#show(emulator, placed);
  }

  /** In place of what was shown of that app before. */
  #show(emulator: AppEmulator, problems: readonly AppProblem[]): void {
    const files = this.#files.get(emulator.appDir) ?? new Set<string>();
    for (const file of files) this.#diagnostics.delete(vscode.Uri.file(file));
    for (const [file, shown] of problemsByFile(problems, path.join(emulator.appDir, 'host.json'))) {
      this.#diagnostics.set(vscode.Uri.file(file), shown.map(diagnosticOf));
      files.add(file);
    }
    this.#files.set(emulator.appDir, files);
  }

  /** At the orchestrator, until the app changes or the emulator stops. */
  #showNote(emulator: AppEmulator, note: Extract<EmulatorEvent, { type: 'storeNote' }>): void {
    const found = emulator.running?.functions().find((each) => each.name.toLowerCase() === note.functionName.toLowerCase());
    const shown = found?.file ?? path.join(emulator.appDir, 'host.json');
    const line0 = Math.max(0, (found?.file === undefined ? 1 : (found.line ?? 1)) - 1);
    const diagnostic = new vscode.Diagnostic(
      new vscode.Range(line0, 0, line0, Number.MAX_SAFE_INTEGER),
      `${note.functionName}: ${note.message} (instance ${note.instanceId})`,
      note.severity === 'warning' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Information,
    );
    diagnostic.source = 'Durascope';
    diagnostic.code = 'productionStore';
    const uri = vscode.Uri.file(shown);
    this.#storeNotes.set(uri, [...(this.#storeNotes.get(uri) ?? []), diagnostic]);
    const files = this.#files.get(emulator.appDir) ?? new Set<string>();
    this.#files.set(emulator.appDir, files.add(shown));
  }

  #clear(emulator: AppEmulator): void {
    for (const file of this.#files.get(emulator.appDir) ?? []) {
      this.#diagnostics.delete(vscode.Uri.file(file));
      this.#storeNotes.delete(vscode.Uri.file(file));
    }
    this.#files.delete(emulator.appDir);
  }
}

function diagnosticOf({ line0, fromColumn0, toColumn0, message, severity, source, code }: ShownProblem): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(line0, fromColumn0, line0, toColumn0),
    message,
    severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = source;
  if (code !== undefined) diagnostic.code = code;
  return diagnostic;
}
