/** Questions in the editor's quick input. Undefined everywhere: the user changed their mind. */
import * as vscode from 'vscode';
import { jsonOrNull, jsonProblemText } from '../models/json-input';

export type Choice = Pick<vscode.QuickPickItem, 'label' | 'description'>;

/** The label of the item that is accepted. `follow` may set the items while the user types; when it rejects, so does the question. */
export function pickLabel(
  question: { title: string; placeholder: string; matchOnDescription?: boolean },
  follow: (pick: vscode.QuickPick<vscode.QuickPickItem>, text: string) => void | Promise<void>,
): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick();
  Object.assign(pick, question);
  return new Promise((resolve, reject) => {
    const update = async (text: string): Promise<void> => follow(pick, text);
    const end = (label: string | undefined): void => {
      resolve(label);
      pick.dispose();
    };
    pick.onDidChangeValue((text) => void update(text).catch(reject));
    pick.onDidAccept(() => end(pick.selectedItems[0]?.label));
    pick.onDidHide(() => end(undefined));
    update('').catch(reject);
    pick.show();
  });
}

/** One of these, or anything typed. */
export function pickOrType(title: string, placeholder: string, known: readonly Choice[]): Promise<string | undefined> {
  return pickLabel({ title, placeholder }, (pick, text) => {
    const isKnown = text === '' || known.some((item) => item.label === text);
    pick.items = isKnown ? known : [...known, typed(text, 'this name')];
  });
}

/** An item that stays in sight whatever else matches what is typed. */
export function typed(label: string, description: string): vscode.QuickPickItem {
  return { label, description, alwaysShow: true };
}

/** JSON text; null for none. Nothing else is accepted. */
export async function askJson(question: {
  title: string;
  prompt?: string;
  placeHolder?: string;
  value?: string;
}): Promise<string | null | undefined> {
  const text = await vscode.window.showInputBox({
    prompt: 'JSON; empty for none',
    ...question,
    validateInput: jsonProblemText,
  });
  return text === undefined ? undefined : jsonOrNull(text);
}
