import * as vscode from 'vscode';
import { messageOf } from '../../base/error-message';
import { parseClockChange } from '../../core/values/clock-change';
import { commands } from '../models/ids';
import { clockLine, nextText } from '../models/clock-text';
import { runningOrOffer, type CommandContext, type Handlers } from './command-context';

type ClockItem = vscode.QuickPickItem & { change: string | null };

const choices: readonly ClockItem[] = [
  { label: '$(debug-step-over) Jump to what is due next', change: 'next' },
  { label: '$(play-circle) Auto', detail: 'Jump to what is due whenever nothing else can run.', change: 'auto' },
  { label: '$(debug-pause) Pause', detail: 'Nothing comes due by itself.', change: 'pause' },
  { label: '$(play) Run', detail: 'On from where it stands, at the usual pace.', change: 'run' },
  { label: '$(add) One hour forward', change: '+1h' },
  { label: '$(add) One day forward', change: '+1d' },
  { label: '$(edit) Another time…', detail: 'As +2d12h, or 2026-12-31T09:00:00Z.', change: null },
  { label: "$(history) Back to the computer's time", change: 'real' },
];

/** The clock of the hubs of the current app's emulator. An argument is taken for the change: `auto`, `+1h`, `next`, a time. */
export function clockCommands(context: CommandContext): Handlers {
  return {
    [commands.setClock]: async ([given]) => {
      const running = await runningOrOffer(context);
      if (running === undefined) return undefined;
      const change = typeof given === 'string' ? given : await askChange(await running.time.clock());
      if (change === undefined) return undefined;
      const state = await running.time.setClock(parseClockChange(change));
      context.statusBar.say(`The clock: ${clockLine(state)}`);
      return state;
    },
  };
}

async function askChange(state: Parameters<typeof clockLine>[0]): Promise<string | undefined> {
  const chosen = await vscode.window.showQuickPick([...choices], {
    title: `The Hub's Clock: ${clockLine(state)}`,
    placeHolder: nextText(state),
  });
  if (chosen === undefined || chosen.change !== null) return chosen?.change ?? undefined;
  return vscode.window.showInputBox({
    title: "Set the Hub's Clock",
    prompt: 'So far forward (+90s, +1h, +2d12h), or a time (2026-12-31T09:00:00Z)',
    value: '+1h',
    validateInput: (text) => {
      try {
        parseClockChange(text);
        return undefined;
      } catch (error) {
        return messageOf(error);
      }
    },
  });
}
