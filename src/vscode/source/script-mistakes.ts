import * as vscode from 'vscode';
import { loadGrammars, parserOf } from '../../analysis/grammar-bundle/load-grammars';
import { readText } from '../apps/find-apps';

/** With the line on which a script in PowerShell can no longer be read, where nothing else is known of it: its worker names the file only. */
export async function withMistake<Place extends { file?: string; line?: number; column?: number }>(place: Place): Promise<Place> {
  if (place.file === undefined || place.line !== undefined || !/\.psm?1$/i.test(place.file)) return place;
  const text = await readText(vscode.Uri.file(place.file));
  const found = text === undefined ? null : loadGrammars().firstMistake(await parserOf('powershell'), text);
  return found === null ? place : { ...place, ...found };
}
