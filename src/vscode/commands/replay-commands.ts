import path from 'node:path';
import * as vscode from 'vscode';
import { DurascopeError } from '../../core/values/errors';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { readText } from '../apps/find-apps';
import { commands, contextKeys } from '../models/ids';
import { targetName } from '../models/command-targets';
import { shortId } from '../models/instance-item';
import type { ReplayPart } from '../replay/replay-part';
import { tick } from '../editor/tick';
import type { ReplayTarget } from '../replay/app-replays';
import { chosenIds, currentApp, readableOrOffer, type CommandContext, type Handlers } from './command-context';

const mostListed = 200;
export const historyFiles = { 'History (JSON, CSV)': ['json', 'csv', 'txt', 'log'] };

/** Stepping through replays. */
export function replayCommands(context: CommandContext, load: () => Promise<ReplayPart>): Handlers {
  return {
    [commands.stepThroughReplay]: async (args) => {
      const chosen = await chooseTarget(context, args, 'Step through the replay of which instance?');
      if (chosen === undefined) return undefined;
      // From a failure: where the row that brought it has just been consumed; null: at the end.
      const [, at] = args;
      const row = typeof at === 'number' ? at : at === null ? Number.MAX_SAFE_INTEGER : undefined;
      tick(contextKeys.hasReplayed);
      return (await load()).debugging.start(chosen.target, chosen.name, row);
    },
    [commands.debugReplay]: async (args) => {
      const chosen = await chooseTarget(context, args, 'Debug Replay of which instance?');
      if (chosen === undefined) return undefined;
      return (await load()).debugging.debugCode(chosen.target, chosen.name);
    },
    /** Of a file of the explorer, or one that was dropped: exported instances may be taken into the hub instead. */
    [commands.replayFile]: async ([given]) => {
      const file = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
      if (file === undefined) return undefined;
      const app = context.apps.of(file);
      if (app !== undefined) await context.apps.choose(app);
      const isRunning = context.emulators.of(currentApp(context)).running !== undefined;
      if (isRunning && (await isExport(file))) {
        const items = [
          { label: '$(debug-alt) Step through a replay of it', command: commands.importHistory },
          { label: '$(cloud-upload) Import its instances into the hub', command: commands.importInstances },
        ];
        const chosen = await vscode.window.showQuickPick(items, {
          title: `${path.basename(file.fsPath)} holds exported instances`,
        });
        return chosen === undefined ? undefined : vscode.commands.executeCommand(chosen.command, file);
      }
      return vscode.commands.executeCommand(commands.importHistory, file);
    },
    /** Runs what a history tells of again, on an emulator of its own, and shows both side by side. The ids of both, and whether they are the same; undefined: not done. */
    [commands.compareWithEmulator]: async ([given]) => {
      const file = given instanceof vscode.Uri ? given : await context.dialogs.openFile(historyFiles);
      if (file === undefined) return undefined;
      const of = context.apps.of(file);
      if (of !== undefined) await context.apps.choose(of);
      const app = currentApp(context);
      if (app.kind !== 'functionApp') {
        throw new DurascopeError('NotSupported', 'A history is compared with the code of a function app: open the one it is of.');
      }
      const title = `Running ${path.basename(file.fsPath)} again…`;
      const compared = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () =>
        (await load()).compareHistory(file, app.appDir, () => context.emulators.startAside(app)),
      );
      if (compared === undefined) return undefined;
      const { instanceId, originId, hub, replayOf, hasEnded, isSame } = compared;
      context.panels.openCompared(app, instanceId, originId, hub, replayOf);
      if (!hasEnded)
        void vscode.window.showWarningMessage('The run did not come to its end within a minute: it is shown as far as it came.');
      return { instanceId, originId, isSame };
    },
    /** Of the file given, or of one that the user picks. No emulator is needed. */
    [commands.importHistory]: async ([given]) => {
      const app = currentApp(context);
      const file = given instanceof vscode.Uri ? given : await context.dialogs.openFile(historyFiles);
      const imported = file === undefined ? undefined : await (await load()).importHistory(file, app.appDir);
      if (imported === undefined) return undefined;
      const started = await imported.debug();
      context.panels.openImported(app, imported.instanceId, imported.hub, imported.replay);
      return started;
    },
  };
}

/** Told by its first bytes: such a file may be large. */
async function isExport(file: vscode.Uri): Promise<boolean> {
  const text = await readText(file);
  return text !== undefined && /^\s*\{\s*"format"\s*:\s*"durascope\//.test(text.slice(0, 200));
}

/** The instance that a command means, or one of the function that it names. Undefined: the user changed their mind. */
export async function chooseTarget(
  context: CommandContext,
  args: readonly unknown[],
  title: string,
): Promise<{ target: ReplayTarget; name: string } | undefined> {
  const hub = await readableOrOffer(context);
  if (hub === undefined) return undefined;
  const functionName = targetName(args);
  const isName = typeof args[0] === 'object' && functionName !== undefined;
  const [instanceId] = isName ? await pickOf(hub, functionName, title) : await chosenIds(context, args, hub, title);
  if (instanceId === undefined) return undefined;
  const row = await hub.get(instanceId);
  if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
  return {
    target: { appDir: currentApp(context).appDir, instanceId },
    name: `${row.name} ${shortId(instanceId)}`,
  };
}

/** The only instance of a function, or one of the newest that the user picks. */
async function pickOf(hub: TaskHubClient, functionName: string, title: string): Promise<string[]> {
  const page = await hub.query({ names: [functionName], orderBy: 'createdTime', descending: true, pageSize: mostListed });
  const [first, ...others] = page.instances;
  if (first === undefined) {
    throw new DurascopeError('InstanceNotFound', `There is no instance of ${functionName} yet: start one and try again.`);
  }
  if (others.length === 0) return [first.instanceId];
  const picked = await vscode.window.showQuickPick(
    page.instances.map(({ instanceId, runtimeStatus, createdTime }) => ({
      label: instanceId,
      description: `${runtimeStatus} · ${createdTime.slice(0, 19).replace('T', ' ')}`,
    })),
    { title, placeHolder: `One of the newest instances of ${functionName}`, matchOnDescription: true },
  );
  return picked === undefined ? [] : [picked.label];
}
