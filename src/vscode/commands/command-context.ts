import * as vscode from 'vscode';
import { messageOf, stackOrMessage } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import type { InstanceQuery } from '../../core/ports/history-store';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import type { OrchestrationStatus } from '../../core/values/status';
import type { RunningEmulator } from '../emulators/app-emulator';
import type { Dialogs } from '../editor/dialogs';
import type { DurableApps } from '../apps/durable-apps';
import type { EntitiesView } from '../views/entities-view';
import type { Emulators } from '../emulators/emulators';
import type { Failures } from '../views/failures';
import type { DurableApp } from '../apps/find-apps';
import { commands, type CommandId } from '../models/ids';
import type { InstancesView } from '../views/instances-view';
import { targetIds } from '../models/command-targets';
import type { StartMemory } from '../models/start-memory';
import type { Panels } from '../panels/panels';
import { pickLabel, typed } from '../editor/quick-questions';
import type { RunningChecks } from '../testing/running-checks';
import type { SourceIndex } from '../source/source-index';
import type { StatusBar } from '../views/status-bar';
import type { TextDocuments } from '../editor/text-documents';

/** What commands work with. */
export interface CommandContext {
  apps: DurableApps;
  emulators: Emulators;
  panels: Panels;
  instances: InstancesView;
  entities: EntitiesView;
  sources: SourceIndex;
  documents: TextDocuments;
  dialogs: Dialogs;
  statusBar: StatusBar;
  runningChecks: RunningChecks;
  failures: Failures;
  starts: StartMemory;
  output: vscode.LogOutputChannel;
}

export type Handler = (args: readonly unknown[]) => unknown;
export type Handlers = Partial<Record<CommandId, Handler>>;

export function currentApp(context: CommandContext): DurableApp {
  const app = context.apps.current;
  if (app === undefined) {
    throw new DurascopeError(
      'AppInvalid',
      'No function app with durable functions is open, and no program of the Durable Task SDKs. Open the folder of one, or run "Durascope: Start Emulator" in any folder for programs that connect.',
      { details: { ways: { 'Open Folder…': 'vscode.openFolder', 'Create a Sample App…': commands.createSampleApp } } },
    );
  }
  return app;
}

/** The running emulator of the current app; undefined after telling the user how to get one. */
export async function runningOrOffer(context: CommandContext): Promise<RunningEmulator | undefined> {
  const app = currentApp(context);
  const { running } = context.emulators.of(app);
  if (running !== undefined) return running;
  const chosen = await vscode.window.showInformationMessage('The emulator is not running.', 'Start Emulator');
  return chosen === undefined ? undefined : context.emulators.start(app);
}

export async function hubOrOffer(context: CommandContext): Promise<TaskHubClient | undefined> {
  return (await runningOrOffer(context))?.hub;
}

/** The same for what only reads: also of earlier sessions, where those are looked at. */
export async function readableOrOffer(context: CommandContext): Promise<TaskHubClient | undefined> {
  return context.emulators.of(currentApp(context)).shown?.hub ?? (await hubOrOffer(context));
}

/** The instances that a command means; of the selection, and offered, only those in one of the `statuses`. Asks when nothing was chosen. Empty: the user changed their mind. */
export async function chosenIds(
  context: CommandContext,
  args: readonly unknown[],
  hub: TaskHubClient,
  title: string,
  statuses?: readonly OrchestrationStatus[],
): Promise<string[]> {
  const ids = targetIds(args, []);
  if (ids.length > 0) return ids;
  const selected = targetIds(
    [],
    context.instances.selection.filter((node) => fits(node, statuses)),
  );
  if (selected.length > 0) return selected;
  const picked = await pickInstance(hub, title, statuses === undefined ? {} : { statuses });
  return picked === undefined ? [] : [picked];
}

function fits(node: unknown, statuses: readonly OrchestrationStatus[] | undefined): boolean {
  if (statuses === undefined || typeof node !== 'object' || node === null || !('row' in node)) return true;
  const { runtimeStatus } = (node as { row: { runtimeStatus: OrchestrationStatus } }).row;
  return statuses.includes(runtimeStatus);
}

/**
 * Picks one of the newest instances, or any by typing its id. `among`: in the statuses that can take what is meant; default: all but entities, which
 * are Running for ever.
 */
export async function pickInstance(
  hub: TaskHubClient,
  title: string,
  among: Pick<InstanceQuery, 'statuses' | 'entities'> = {},
): Promise<string | undefined> {
  let asked = 0;
  const placeholder = 'Instance id, or part of it or of the name';
  return pickLabel({ title, placeholder, matchOnDescription: true }, async (pick, value) => {
    const text = value.trim();
    const mine = ++asked;
    pick.busy = true;
    const page = await hub.query({
      orderBy: 'createdTime',
      descending: true,
      pageSize: 50,
      entities: 'exclude',
      ...among,
      ...(text === '' ? {} : { text }),
    });
    if (mine !== asked) return;
    pick.busy = false;
    const items = page.instances.map(({ instanceId, name, runtimeStatus }) => ({
      label: instanceId,
      description: `${name} · ${runtimeStatus}`,
    }));
    const none = among.statuses === undefined ? 'There are no instances yet' : 'There is no instance that can take it';
    pick.placeholder = text === '' && items.length === 0 ? `${none}: start one, or type an id` : placeholder;
    const isListed = text === '' || items.some((item) => item.label === text);
    pick.items = isListed ? items : [...items, typed(text, 'this id')];
  });
}

const shownInOneLine = 50;

/** Tells why a command could not do what was asked. `ways` in the details: commands that help, by what their buttons say. */
export function showFailure(error: unknown, output: vscode.LogOutputChannel): void {
  output.error(stackOrMessage(error));
  const isOurs = DurascopeError.is(error);
  const message = messageOf(error);
  const ways = isOurs ? ((error.details['ways'] ?? {}) as Readonly<Record<string, string>>) : {};
  // The editor cuts a message without a button to one line.
  const showLog = isOurs && message.length < shownInOneLine ? [] : ['Show Log'];
  const buttons = Object.keys(ways).length > 0 ? Object.keys(ways) : showLog;
  void vscode.window.showErrorMessage(isOurs ? message : `Durascope: ${message}`, ...buttons).then((chosen) => {
    if (chosen !== undefined) void vscode.commands.executeCommand(ways[chosen] ?? commands.showOutput);
  });
}
