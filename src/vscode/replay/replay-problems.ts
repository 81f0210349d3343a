import * as vscode from 'vscode';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import { diagnosticCode } from '../annotations/diagnostic-code';

/** Where a replay that was looked at goes another way than its history: a problem on that line, until it fits again or the file changes. */
export class ReplayProblems implements vscode.Disposable {
  readonly #diagnostics = vscode.languages.createDiagnosticCollection('durascope replay');
  readonly #byInstance = new Map<string, { file: string; diagnostic: vscode.Diagnostic }>();
  readonly #subscription = vscode.workspace.onDidSaveTextDocument(({ uri }) => this.#forgetFile(uri.fsPath));

  note(timeline: ReplayTimeline): void {
    const { instanceId, divergence, functionName } = timeline;
    this.#byInstance.delete(instanceId);
    if (divergence?.place != null) {
      const { line, column, file } = divergence.place;
      const range = new vscode.Range(line - 1, column - 1, line - 1, Number.MAX_SAFE_INTEGER);
      const text = `${functionName} ${instanceId} does not replay: ${divergence.message}`;
      const diagnostic = new vscode.Diagnostic(range, text, vscode.DiagnosticSeverity.Warning);
      diagnostic.source = 'Durascope';
      diagnostic.code = diagnosticCode(divergence.cause);
      this.#byInstance.set(instanceId, { file, diagnostic });
    }
    this.#publish();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#diagnostics.dispose();
  }

  #forgetFile(file: string): void {
    for (const [instanceId, problem] of this.#byInstance) if (problem.file === file) this.#byInstance.delete(instanceId);
    this.#publish();
  }

  #publish(): void {
    this.#diagnostics.clear();
    for (const { file, diagnostic } of this.#byInstance.values()) {
      const uri = vscode.Uri.file(file);
      this.#diagnostics.set(uri, [...(this.#diagnostics.get(uri) ?? []), diagnostic]);
    }
  }
}
