import * as vscode from 'vscode';
import type { SourceLocation } from '../../protocol/panel-values';

/** Opens a file in the first column of editors, the place selected. */
export async function showSource(location: SourceLocation): Promise<vscode.TextEditor> {
  const position = new vscode.Position(Math.max(0, location.line1 - 1), Math.max(0, (location.column1 ?? 1) - 1));
  return vscode.window.showTextDocument(vscode.Uri.file(location.file), {
    selection: new vscode.Range(position, position),
    viewColumn: vscode.ViewColumn.One,
  });
}
