import * as vscode from 'vscode';
import type { DeterminismCause } from '../../core/history/divergence';
import { commands } from '../models/ids';

/** A cause as the code of a problem, whose link opens the paragraph about it in docs/determinism.md. */
export function diagnosticCode(cause: DeterminismCause): { value: DeterminismCause; target: vscode.Uri } {
  const target = vscode.Uri.parse(`command:${commands.explainCause}?${encodeURIComponent(JSON.stringify([cause]))}`);
  return { value: cause, target };
}
