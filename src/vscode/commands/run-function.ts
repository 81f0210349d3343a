import * as vscode from 'vscode';
import * as z from 'zod';
import { DurascopeError } from '../../core/values/errors';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import { commands } from '../models/ids';
import { targetName } from '../models/command-targets';
import { runnableFunctions } from '../models/functions-tree';
import { askJson } from '../editor/quick-questions';
import { currentApp, runningOrOffer, type CommandContext, type Handlers } from './command-context';

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
      if (input !== null) await context.starts.remember(memoryKey(name), input);
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

/** Timers take none. */
async function askInput(
  context: CommandContext,
  found: FunctionDescriptor | undefined,
  name: string,
): Promise<string | null | undefined> {
  if (found?.type === 'timer') return null;
  return askJson({
    title: `Input of ${name}`,
    prompt: `What its ${found?.triggerType ?? 'trigger'} would bring, as JSON; empty for nothing`,
    value: context.starts.inputs(memoryKey(name))[0] ?? '',
  });
}

function memoryKey(name: string): string {
  return `run:${name}`;
}
