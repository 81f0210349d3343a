import * as vscode from 'vscode';

/** Questions to the user, in one place so that a test can answer them. */
export class Dialogs {
  /** Modal; true when the user agrees. */
  async confirm(question: string, yes: string): Promise<boolean> {
    return (await vscode.window.showWarningMessage(question, { modal: true }, yes)) === yes;
  }

  /** Modal, one button an answer; undefined: cancelled. */
  async choose<T>(question: string, detail: string, answers: readonly { label: string; value: T }[]): Promise<T | undefined> {
    const labels = answers.map((each) => each.label);
    const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...labels);
    return answers.find((each) => each.label === chosen)?.value;
  }

  /** Undefined: cancelled. An empty answer is null. */
  async reason(title: string): Promise<string | null | undefined> {
    const text = await vscode.window.showInputBox({ title, prompt: 'Reason (optional)', placeHolder: 'Why?' });
    return text === undefined ? undefined : text === '' ? null : text;
  }

  saveFile(suggested: vscode.Uri, filters: Record<string, string[]>): Thenable<vscode.Uri | undefined> {
    return vscode.window.showSaveDialog({ defaultUri: suggested, filters });
  }

  async openFile(filters: Record<string, string[]>): Promise<vscode.Uri | undefined> {
    return (await vscode.window.showOpenDialog({ canSelectMany: false, filters }))?.[0];
  }

  async openFolder(title: string, verb: string): Promise<vscode.Uri | undefined> {
    const options = { canSelectFiles: false, canSelectFolders: true, canSelectMany: false, title, openLabel: verb };
    return (await vscode.window.showOpenDialog(options))?.[0];
  }
}
