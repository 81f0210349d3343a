import * as vscode from 'vscode';
import { targetIds as targetIdsOf } from '../../protocol/instance-actions';
import { commands } from '../ids';
import { targetIds } from '../models/command-targets';
import { exportInstances } from '../models/export-file';
import { toQuery } from '../models/instance-filter';
import { currentApp, hubOrOffer, type CommandContext, type Handlers } from './command-context';

const fileFilters = { 'Durascope file': ['json'] };

/** Taking instances out of a hub. */
export function transferCommands(context: CommandContext): Handlers {
  return {
    /** The chosen instances, or all that the filter of the view lets through. */
    [commands.exportInstances]: async (args) => {
      const hub = await hubOrOffer(context);
      if (hub === undefined) return undefined;
      const chosen = targetIds(args, context.instances.selection);
      const ids = chosen.length > 0 ? chosen : await allShown(context);
      const app = currentApp(context);
      const folder = app.folder?.uri ?? vscode.Uri.file(app.appDir);
      const name = ids.length === 1 ? (ids[0] ?? 'instance').replaceAll(/[^\w.-]+/g, '-') : 'instances';
      const target = await context.dialogs.saveFile(vscode.Uri.joinPath(folder, `${name}.durascope.json`), fileFilters);
      if (target === undefined) return undefined;
      const file = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: 'Exporting instances' },
        () => exportInstances(hub, ids, new Date().toISOString()),
      );
      await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`));
      context.statusBar.say(`Exported ${file.instances.length} instances`);
      return file.instances.length;
    },
  };

  async function allShown({ instances, emulators }: CommandContext): Promise<string[]> {
    const { statuses, names, ...query } = toQuery(instances.model.filter, Date.now());
    const filter = {
      ...(query.text === undefined ? {} : { text: query.text }),
      ...(query.createdTimeFrom === undefined ? {} : { createdTimeFrom: query.createdTimeFrom }),
      ...(statuses === undefined ? {} : { statuses: [...statuses] }),
      ...(names === undefined ? {} : { names: [...names] }),
    };
    return targetIdsOf(emulators.of(currentApp(context)).hub, 'restart', { type: 'filter', filter });
  }
}
