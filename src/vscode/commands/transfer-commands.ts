import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { allInstanceIds } from '../../core/ports/all-instance-ids';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { exportFileText, exportPieces, readExportFile } from '../../emulator/transfer/export-file';
import { writePieces } from '../../emulator/transfer/write-pieces';
import { conflictsOf, importInstances, withNewIds } from '../../emulator/transfer/import-instances';
import { commands } from '../models/ids';
import { targetIds } from '../models/command-targets';
import { toQuery } from '../models/instance-filter';
import { importQuestion, importedText, type ConflictAnswer } from '../models/import-texts';
import { currentApp, hubOrOffer, readableOrOffer, type CommandContext, type Handlers } from './command-context';

const fileFilters = { 'Durascope file': ['json'] };

/** Taking instances out of a hub, and into one. */
export function transferCommands(context: CommandContext): Handlers {
  return {
    /** The chosen instances, or all that the filter of the view lets through. */
    [commands.exportInstances]: async (args) => {
      const hub = await readableOrOffer(context);
      if (hub === undefined) return undefined;
      const chosen = targetIds(args, context.instances.selection);
      const ids =
        chosen.length > 0
          ? chosen
          : await allInstanceIds(hub, toQuery(context.instances.model.filter, context.emulators.of(currentApp(context)).now()));
      const app = currentApp(context);
      const folder = app.folder?.uri ?? vscode.Uri.file(app.appDir);
      const name = ids.length === 1 ? (ids[0] ?? 'instance').replaceAll(/[^\w.-]+/g, '-') : 'instances';
      const target = await context.dialogs.saveFile(vscode.Uri.joinPath(folder, `${name}.durascope.json`), fileFilters);
      if (target === undefined) return undefined;
      let count = 0;
      await withProgress('Exporting instances', async (told) => {
        const counted = (instances: number): void => {
          count = instances;
          told(instances, ids.length);
        };
        await writeFile(target, exportPieces(hub, ids, new Date().toISOString(), counted));
      });
      context.statusBar.say(`Exported ${count} ${count === 1 ? 'instance' : 'instances'}`);
      return count;
    },

    /** Of the file given, or of one that the user picks. The report; undefined when the user changed their mind. */
    [commands.importInstances]: async ([given]) => {
      const hub = await hubOrOffer(context);
      if (hub === undefined) return undefined;
      const file = given instanceof vscode.Uri ? given : await context.dialogs.openFile(fileFilters);
      if (file === undefined) return undefined;
      const read = readExportFile(exportFileText(await vscode.workspace.fs.readFile(file)));
      const conflicts = await conflictsOf(hub, read);
      const answer = conflicts.length === 0 ? 'none' : await askAboutConflicts(conflicts, read.length);
      if (answer === undefined) return undefined;
      const instances = answer === 'rename' ? await withNewIds(hub, read, conflicts, newId) : read;
      const report = await withProgress('Importing instances', (told) =>
        // An id that was taken since the question is not overwritten unasked.
        importInstances(hub, instances, answer === 'skip' || answer === 'replace' ? answer : 'refuse', (done) =>
          told(done, instances.length),
        ),
      );
      const text = importedText(report);
      if (report.unfinished.length > 0) void vscode.window.showInformationMessage(text);
      else context.statusBar.say(text);
      await showOnly(hub, report.imported);
      return report;
    },
  };

  function askAboutConflicts(conflicts: readonly string[], count: number): Promise<ConflictAnswer | undefined> {
    const { question, detail, answers } = importQuestion(conflicts, count);
    return context.dialogs.choose(question, detail, answers);
  }

  async function showOnly(hub: TaskHubClient, imported: readonly string[]): Promise<void> {
    const [only, ...others] = imported;
    if (only !== undefined && others.length === 0 && (await hub.get(only)) !== undefined) {
      await vscode.commands.executeCommand(commands.openInstance, only);
    }
  }
}

function newId(): string {
  return randomBytes(16).toString('hex');
}

function withProgress<T>(title: string, run: (told: (done: number, of: number) => void) => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, (progress) =>
    run((done, of) => progress.report({ message: `${done} of ${of}` })),
  );
}

/** Where there is no file system but the editor's, it is in memory once. */
async function writeFile(target: vscode.Uri, pieces: AsyncIterable<string>): Promise<void> {
  if (target.scheme === 'file') return writePieces(target.fsPath, pieces);
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(Buffer.from(piece));
  await vscode.workspace.fs.writeFile(target, Buffer.concat(parts));
}
