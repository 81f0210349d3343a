/** Recordings of the workspace, each held against the code of its app. */
import * as vscode from 'vscode';
import { DurascopeError } from '../../core/values/errors';
import { exportFileText } from '../../emulator/transfer/export-file';
import { readHistories, type ImportedHistory } from '../../replay/imported-history';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import type { AppReplays } from './app-replays';

export async function historiesIn(file: vscode.Uri): Promise<ImportedHistory[]> {
  return readHistories(exportFileText(await vscode.workspace.fs.readFile(file)));
}

/** The caller disposes it. Rejects as a replay does, and with `InvalidArgument` for a history that names no orchestrator. */
export async function replayRecorded(replays: AppReplays, appDir: string, recorded: ImportedHistory): Promise<ReplayTimeline> {
  const { instanceId, executionId, functionName, history, notes } = recorded;
  if (functionName === null) {
    throw new DurascopeError('InvalidArgument', `The history of '${instanceId}' does not say which orchestrator it is of.`);
  }
  return replays.open({ appDir, instanceId, imported: { request: { instanceId, executionId, functionName, history }, notes } });
}
