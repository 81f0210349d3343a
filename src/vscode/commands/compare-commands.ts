import * as vscode from 'vscode';
import { DurascopeError } from '../../core/values/errors';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import type { ComparedInstance } from '../../protocol/instance-panel-session';
import { commands } from '../models/ids';
import { targetIds } from '../models/command-targets';
import type { ReplayPart } from '../replay/replay-part';
import { currentApp, pickInstance, readableOrOffer, type CommandContext, type Handlers } from './command-context';
import { historyFiles } from './replay-commands';

const mostListed = 50;

interface Choice extends vscode.QuickPickItem {
  other?: ComparedInstance;
  isFile?: boolean;
  isTyped?: boolean;
}

/** Two runs side by side: of the hub, out of an imported history that is open, or out of a file. */
export function compareCommands(context: CommandContext, load: () => Promise<ReplayPart>): Handlers {
  return {
    [commands.compareWith]: async (args) => {
      const app = currentApp(context);
      const [first] = args;
      const isImported = (first as { isImported?: unknown } | undefined)?.isImported === true;
      const panel = args[2] as { from: TaskHubClient; show: (other: ComparedInstance) => void } | undefined;
      // An imported history stands by itself: no emulator need run.
      const hub = isImported ? context.emulators.of(app).shown?.hub : (panel?.from ?? (await readableOrOffer(context)));
      if (hub === undefined && !isImported) return;
      const [given, second, ...more] = targetIds(args, context.instances.selection);
      if (more.length > 0) throw new DurascopeError('InvalidArgument', 'Two instances can be compared: select two.');
      if (second !== undefined && given !== undefined) {
        context.panels.openInstance(app, second, { compareWith: { instanceId: given } });
        return;
      }
      const instanceId = given ?? (hub === undefined ? undefined : await pickInstance(hub, 'Compare which instance?'));
      if (instanceId === undefined) return;
      const other = await chooseOther(context, hub, { instanceId, isImported }, load);
      if (other === undefined) return;
      if (panel !== undefined) panel.show(other);
      else context.panels.openInstance(app, instanceId, { compareWith: other });
    },
  };
}

async function chooseOther(
  context: CommandContext,
  hub: TaskHubClient | undefined,
  { instanceId, isImported }: { instanceId: string; isImported: boolean },
  load: () => Promise<ReplayPart>,
): Promise<ComparedInstance | undefined> {
  // The panel of an imported history has a hub of its own.
  const inHub = (id: string): ComparedInstance => ({ instanceId: id, ...(isImported && hub !== undefined ? { hub } : {}) });
  const name = (await hub?.get(instanceId))?.name;
  const page = await hub?.query({
    orderBy: 'createdTime',
    descending: true,
    pageSize: mostListed,
    entities: 'exclude',
    ...(name === undefined ? {} : { names: [name] }),
  });
  const imported = context.panels
    .imported(currentApp(context))
    .filter((each) => !isImported || each.instanceId !== instanceId)
    .map(({ title, ...other }): Choice => ({ label: `$(history) ${title}`, description: other.instanceId, other }));
  const instances = (page?.instances ?? [])
    .filter((each) => isImported || each.instanceId !== instanceId)
    .map((each): Choice => ({
      label: each.instanceId,
      description: `${each.name} · ${each.runtimeStatus}`,
      other: inHub(each.instanceId),
    }));
  const items: Choice[] = [
    { label: '$(file) A History File…', description: 'of production, of an export, of another hub', isFile: true },
    ...imported,
    ...(hub === undefined ? [] : [{ label: '$(search) Another Instance…', description: 'by its id or name', isTyped: true }]),
    ...(instances.length === 0 ? [] : [{ label: name ?? 'Instances', kind: vscode.QuickPickItemKind.Separator }]),
    ...instances,
  ];
  const title = `Compare ${instanceId} with…`;
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  if (chosen?.isFile === true) {
    const file = await context.dialogs.openFile(historyFiles);
    const read = file === undefined ? undefined : await (await load()).comparedHistory(file);
    return read === undefined ? undefined : { ...read, isImported: true };
  }
  if (chosen?.isTyped !== true || hub === undefined) return chosen?.other;
  const id = await pickInstance(hub, title);
  if (id === undefined) return undefined;
  if ((await hub.get(id)) === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${id}'.`);
  return inHub(id);
}
