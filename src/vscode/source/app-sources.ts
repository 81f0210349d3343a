import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SourceFiles } from '../../analysis/source/module-graph';
import { loadAnalysis } from './load-analysis';

/** The texts of an app's files as the editor has them, unsaved changes included; files that are not open are read once. */
export class AppSources implements SourceFiles {
  readonly #texts = new Map<string, Promise<string | undefined>>();
  readonly #targets = new Map<string, Promise<string | undefined>>();

  resolve(fromFile: string, specifier: string): Promise<string | undefined> {
    const wanted = path.join(path.dirname(fromFile), specifier);
    let target = this.#targets.get(wanted);
    if (target === undefined) {
      target = find(wanted);
      this.#targets.set(wanted, target);
    }
    return target;
  }

  read(file: string): Promise<string | undefined> {
    const open = openDocument(file);
    if (open !== undefined) return Promise.resolve(open.getText());
    let text = this.#texts.get(file);
    if (text === undefined) {
      text = readFile(file, 'utf8').catch(() => undefined);
      this.#texts.set(file, text);
    }
    return text;
  }

  /** The file is read anew when next asked for. `isNewOrGone`: imports may now mean other files. */
  forget(file: string, isNewOrGone: boolean): void {
    this.#texts.delete(file);
    if (isNewOrGone) this.#targets.clear();
  }
}

async function find(wanted: string): Promise<string | undefined> {
  for (const candidate of loadAnalysis().resolutionCandidates(wanted)) {
    try {
      if ((await stat(candidate)).isFile()) return candidate;
    } catch {
      // No such file: the next one may be there.
    }
  }
  return undefined;
}

export function openDocument(file: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((each) => each.uri.scheme === 'file' && each.uri.fsPath === file);
}
