import * as vscode from 'vscode';
import * as z from 'zod';
import { DurascopeError } from '../../core/values/errors';
import { saveTest, type SavedTest } from '../../emulator/save-test';
import { commands } from '../ids';
import { chosenIds, currentApp, readableOrOffer, type CommandContext, type Handlers } from './command-context';

/** "Save Run as Test": a recording of the run, and a test in the framework of the project. */
export function testCommands(context: CommandContext): Handlers {
  return {
    /** Resolves with what was written; undefined when the user changed their mind. */
    [commands.saveRunAsTest]: async (args): Promise<SavedTest | undefined> => {
      const hub = await readableOrOffer(context);
      if (hub === undefined) return undefined;
      const [instanceId] = await chosenIds(context, args, hub, 'Save the run of which instance as a test?');
      if (instanceId === undefined) return undefined;
      const options = { hub, instanceId, appDir: currentApp(context).appDir };
      const saved = await saveTest(options).catch(async (error: unknown) => {
        if (!DurascopeError.is(error, 'InstanceExists')) throw error;
        const files = z
          .array(z.string())
          .parse(error.details['files'])
          .map((file) => vscode.workspace.asRelativePath(file));
        const yes = await context.dialogs.confirm(
          `There is a test of this run already (${files.join(', ')}). Replace it?`,
          'Replace',
        );
        return yes ? saveTest({ ...options, replace: true }) : undefined;
      });
      if (saved === undefined) return undefined;
      await vscode.window.showTextDocument(vscode.Uri.file(saved.testFile), { preview: false });
      if (saved.missing === null) context.statusBar.say(`Saved as a test of ${saved.framework}`);
      else void vscode.window.showInformationMessage(`Saved as a test of ${saved.framework}. ${saved.missing}`);
      return saved;
    },
  };
}
