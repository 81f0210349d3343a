/** What the user can do about an app that could not be loaded, as buttons of a notification and as commands. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { AppErrorEvent } from '../../emulator/emulator-types';
import { runNpm } from '../apps/app-build';
import { showSource } from '../editor/show-source';
import type { DurableApp } from '../apps/find-apps';
import { commands } from '../models/ids';
import { firstLines, loadAdvice, placeOf, type LoadAdvice, type LoadPlace } from '../models/load-advice';
import { withMistake } from '../source/script-mistakes';

/** `before`: what stands before the error's own message. */
export async function offerMending(app: DurableApp, error: AppErrorEvent, before = ''): Promise<void> {
  const advice = loadAdvice(error);
  const chosen = await vscode.window.showErrorMessage(
    firstLines(`${before}${error.message}`),
    ...advice.map(({ title }) => title),
    'Show Log',
  );
  const does = advice.find(({ title }) => title === chosen)?.does;
  if (does !== undefined) await mend(app, error, does);
  else if (chosen !== undefined) await vscode.commands.executeCommand(commands.showOutput);
}

export async function mend(app: DurableApp, error: AppErrorEvent, does: LoadAdvice['does']): Promise<void> {
  if (does === 'open') {
    await showPlace(placeOf(error) ?? { file: path.join(app.appDir, 'host.json') });
  } else await runNpm(app, does);
}

export async function showPlace(place: LoadPlace): Promise<void> {
  const { file, line = 1, column } = await withMistake(place);
  await showSource({ file, line1: line, ...(column === undefined ? {} : { column1: column }) });
}
