import * as vscode from 'vscode';
import { binaryValue } from '../../base/binary-value';
import * as z from 'zod';
import { DurascopeError } from '../../core/values/errors';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import { commands } from '../models/ids';
import { targetName } from '../models/command-targets';
import { runnableFunctions } from '../models/functions-tree';
import { askJson } from '../editor/quick-questions';
import { currentApp, runningOrOffer, type CommandContext, type Handlers } from './command-context';

/** Characters; a file that was chosen is chosen again. */
const longestRemembered = 10_000;

/** Given whole, by a keybinding or a test: nothing is asked. */
const givenRun = z.object({ name: z.string(), input: z.string().nullable() });

/** Functions that are called by hand: timers, activities, and what a queue, an event or a blob would trigger. */
export function runFunctionCommands(context: CommandContext): Handlers {
  return {
    [commands.runFunction]: async ([argument]) => {
      const running = await runningOrOffer(context);
      if (running === undefined) return undefined;
      const given = givenRun.safeParse(argument).data;
      const functions = runnableFunctions(running.functions());
      const name = given?.name ?? targetName([argument]) ?? (await pick(functions));
      if (name === undefined) return undefined;
      const found = running.functions().find((each) => each.name.toLowerCase() === name.toLowerCase());
      const input = given === undefined ? await askInput(context, found, name) : given.input;
      if (input === undefined) return undefined;
      const result = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: `Running ${name}` },
        () => running.invoke(name, input),
      );
      if (input !== null && input.length <= longestRemembered) await context.starts.remember(memoryKey(name), input);
      const message = result === null ? `${name} has run` : `${name} returned ${result}`;
      context.output.info(`[${currentApp(context).name}] ${message}`);
      context.statusBar.say(message.length > 100 ? `${message.slice(0, 99)}…` : message);
      return result;
    },
  };
}

async function pick(functions: readonly FunctionDescriptor[]): Promise<string | undefined> {
  if (functions.length === 0) {
    throw new DurascopeError(
      'UnknownFunction',
      'The app has no function to call by hand: no timer, no activity and none that a queue, an event or the like triggers.',
    );
  }
  const items = functions.map((each) => ({ label: each.name, description: each.schedule ?? each.triggerType }));
  return (await vscode.window.showQuickPick(items, { title: 'Run which function?', matchOnDescription: true }))?.label;
}

const writtenItem: vscode.QuickPickItem = { label: '$(edit) Write It', description: 'as JSON: of a text in quotes what it says' };
const fileItem: vscode.QuickPickItem = { label: '$(file) Choose a File…', description: 'its bytes, as they are' };

async function blobOfFile(): Promise<string | undefined> {
  const [file] = (await vscode.window.showOpenDialog({ title: 'The Blob', openLabel: 'Run With It' })) ?? [];
  return file === undefined ? undefined : JSON.stringify(binaryValue(await vscode.workspace.fs.readFile(file)));
}

/** Timers take none. */
async function askInput(
  context: CommandContext,
  found: FunctionDescriptor | undefined,
  name: string,
): Promise<string | null | undefined> {
  if (found?.type === 'timer') return null;
  if (found?.triggerType.toLowerCase() === 'blobtrigger') {
    const from = await vscode.window.showQuickPick([writtenItem, fileItem], { title: `The blob that ${name} is run with` });
    if (from === undefined) return undefined;
    if (from === fileItem) return blobOfFile();
  }
  return askJson({
    title: `Input of ${name}`,
    prompt: `What its ${found?.triggerType ?? 'trigger'} would bring, as JSON; empty for nothing`,
    value: context.starts.inputs(memoryKey(name))[0] ?? '',
  });
}

function memoryKey(name: string): string {
  return `run:${name}`;
}
