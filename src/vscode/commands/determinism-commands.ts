import * as vscode from 'vscode';
import { causeTexts, type DeterminismCause } from '../../core/history/divergence';
import { commands } from '../models/ids';
import { causeAnchor } from '../models/finding-severity';
import type { RunningChecks } from '../testing/running-checks';
import { currentApp, type CommandContext, type Handlers } from './command-context';

/** What there is to know about findings and divergences. */
export function determinismCommands(extensionUri: vscode.Uri, context: CommandContext, checks: RunningChecks): Handlers {
  return {
    [commands.showBroken]: ([instanceId]) =>
      typeof instanceId === 'string' ? checks.open(currentApp(context), instanceId) : checks.show(currentApp(context)),
    [commands.explainCause]: async ([given]) => {
      const page = vscode.Uri.joinPath(extensionUri, 'docs', 'determinism.md');
      const isCause = typeof given === 'string' && Object.hasOwn(causeTexts, given);
      const fragment = isCause ? causeAnchor(given as DeterminismCause) : '';
      await vscode.commands.executeCommand('markdown.showPreview', page.with({ fragment }));
    },
  };
}
