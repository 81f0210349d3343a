import * as vscode from 'vscode';
import * as z from 'zod';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { saveTest, type SavedTest } from '../../emulator/saved-tests/save-test';
import type { WrittenTest } from '../../emulator/saved-tests/test-project';
import { commands } from '../models/ids';
import { chosenIds, currentApp, readableOrOffer, type CommandContext, type Handlers } from './command-context';

/** "Save Run as Test": a recording of the run, and a test in the framework of the project. */
export function testCommands(context: CommandContext): Handlers {
  return {
    /** Resolves with what was written; `args[2]`: the hub that the instance is in, where that is another one. undefined when the user changed their mind. */
    [commands.saveRunAsTest]: async (args): Promise<SavedTest | undefined> => {
      const hub = (args[2] as TaskHubClient | undefined) ?? (await readableOrOffer(context));
      if (hub === undefined) return undefined;
      const [instanceId] = await chosenIds(context, args, hub, 'Save the run of which instance as a test?');
      if (instanceId === undefined) return undefined;
      const options = { hub, instanceId, appDir: currentApp(context).appDir };
      return savedAsTest(context, (replace) => saveTest({ ...options, replace }));
    },
  };
}

/** Asks before it takes the place of files, and opens what was written. Undefined when the user changed their mind. */
export async function savedAsTest<T extends WrittenTest>(
  context: CommandContext,
  save: (replace: boolean) => Promise<T>,
): Promise<T | undefined> {
  const saved = await save(false).catch(async (error: unknown) => {
    if (!DurascopeError.is(error, 'InstanceExists')) throw error;
    const files = z
      .array(z.string())
      .parse(error.details['files'])
      .map((file) => vscode.workspace.asRelativePath(file));
    const yes = await context.dialogs.confirm(`There is such a test already (${files.join(', ')}). Replace it?`, 'Replace');
    return yes ? save(true) : undefined;
  });
  if (saved === undefined) return undefined;
  await vscode.window.showTextDocument(vscode.Uri.file(saved.testFile), { preview: false });
  if (saved.missing === null) context.statusBar.say(`Saved as a test of ${saved.framework}`);
  else void vscode.window.showInformationMessage(`Saved as a test of ${saved.framework}. ${saved.missing}`);
  return saved;
}
