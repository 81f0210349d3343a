import * as vscode from 'vscode';
import { documentName, documentText } from '../models/text-document';

const scheme = 'durascope';
const extensions = { json: 'json', csv: 'csv', plaintext: 'txt' } as const;

/** Read-only documents made of texts: histories, payloads. A text goes when its document is closed. */
export class TextDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor() {
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.workspace.onDidCloseTextDocument((document) => void this.#texts.delete(document.uri.toString())),
    ];
  }

  async show(title: string, text: string, language: keyof typeof extensions): Promise<vscode.TextEditor> {
    const name = documentName(title);
    const uri = vscode.Uri.from({ scheme, path: `/${name}.${extensions[language]}` });
    this.#texts.set(uri.toString(), documentText(text));
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    return vscode.window.showTextDocument(document, { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    this.#changed.dispose();
  }
}
