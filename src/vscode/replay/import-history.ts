import { countText } from '../../base/count-text';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import { historyText } from '../../emulator/replays/compare-history';
import { exportFileText } from '../../emulator/transfer/export-file';
import { readHistories, type ImportedHistory } from '../../replay/imported-history';
import { shortId } from '../models/instance-item';
import type { AppReplays, ReplayTarget } from './app-replays';

/**
 * The replay of a history out of a file, against the code of the app as it is on disk. Asks which instance when the file holds several, and
 * which orchestrator when the history does not name one of the app's. Undefined: the user changed their mind. Rejects with `InvalidArgument`
 * when the file holds no history.
 */
export async function importHistory(
  file: vscode.Uri,
  appDir: string,
  replays: AppReplays,
): Promise<{ target: ReplayTarget; name: string; request: ReplayRequest } | undefined> {
  const text = exportFileText(await vscode.workspace.fs.readFile(file));
  const imported = await chooseInstance(readHistories(historyText(text)), path.basename(file.fsPath));
  if (imported === undefined) return undefined;
  const functionName = await chooseOrchestrator(imported, await replays.orchestrators(appDir));
  if (functionName === undefined) return undefined;
  const { instanceId, executionId, history, notes } = imported;
  const request = { instanceId, executionId, functionName, history };
  return {
    target: { appDir, instanceId, imported: { request, notes } },
    name: `${functionName} ${shortId(instanceId)}`,
    request,
  };
}

/** A history out of a file, to be put beside another one: no code is needed for that. As `importHistory` otherwise. */
export async function readHistory(file: vscode.Uri): Promise<ReplayRequest | undefined> {
  const text = exportFileText(await vscode.workspace.fs.readFile(file));
  const imported = await chooseInstance(
    readHistories(historyText(text)),
    path.basename(file.fsPath),
    'Compare with which instance?',
  );
  if (imported === undefined) return undefined;
  const { instanceId, executionId, functionName, history } = imported;
  return { instanceId, executionId, functionName: functionName ?? '', history };
}

async function chooseInstance(
  found: readonly ImportedHistory[],
  fileName: string,
  title = 'Replay which instance?',
): Promise<ImportedHistory | undefined> {
  if (found.length === 1) return found[0];
  const picked = await vscode.window.showQuickPick(
    found.map((imported) => ({
      label: imported.instanceId,
      description: `${imported.functionName ?? ''} · ${countText(imported.history.length, 'row')}`,
      imported,
    })),
    { title, placeHolder: `${fileName} holds ${countText(found.length, 'instance')}`, matchOnDescription: true },
  );
  return picked?.imported;
}

async function chooseOrchestrator(imported: ImportedHistory, names: readonly string[]): Promise<string | undefined> {
  const wanted = imported.functionName?.toLowerCase();
  const named = names.find((name) => name.toLowerCase() === wanted);
  if (named !== undefined) return named;
  if (names.length === 0) throw new Error('The app has no orchestrators to replay the history with.');
  const { functionName } = imported;
  return vscode.window.showQuickPick([...names], {
    title: 'Replay it with which orchestrator?',
    placeHolder:
      functionName === null
        ? 'The history does not say which orchestrator it is of'
        : `The history is of ${functionName}, which this app does not have`,
  });
}
