import * as vscode from 'vscode';
import * as z from 'zod';
import type { HistoryEvent } from '../../core/history/history';
import { forkChangeText, type ForkChange, parseForkChange } from '../../core/instances/forks';
import { profileOf, type InstanceRow } from '../../core/instances/instance';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { forkableRows, type ForkChoice, forkChoices, rowText } from '../../core/turns/fork-choices';
import { DurascopeError } from '../../core/values/errors';
import { isTerminal } from '../../core/values/status';
import { importOrigin } from '../../emulator/transfer/imported-origin';
import { replayRequestOf } from '../../emulator/replays/replay-request';
import { importedRow } from '../../replay/imported-row';
import { commands } from '../models/ids';
import { askJson, pickOrType } from '../editor/quick-questions';
import type { ReplayPart } from '../replay/replay-part';
import { chosenIds, currentApp, hubOrOffer, type CommandContext, type Handlers } from './command-context';

const mostListed = 500;

/** "What if…": another run from a row of an instance, with one thing changed. */
export function forkCommands(context: CommandContext, load: () => Promise<ReplayPart>): Handlers {
  return {
    /** Of an instance; at a row (from 1, commit order) when one is given; of the hub `args[2]`, where it is in another one. Whole, from a test or a keybinding: nothing is asked. */
    [commands.whatIf]: async (args) => {
      const hub = await hubOrOffer(context);
      if (hub === undefined) return undefined;
      const given = givenFork.safeParse(args[0]).data;
      if (given !== undefined) {
        const change = given.set === undefined ? null : parseForkChange(given.set);
        return fork(context, hub, given.instanceId, given.row, change, given.dry);
      }
      const [id, at, from] = args;
      const rows = typeof at === 'number' ? [at] : null;
      if (from !== undefined)
        return ask(context, hub, elsewhere(hub, await replayRequestOf(from as TaskHubClient, String(id))), rows);
      const [instanceId] = await chosenIds(context, args, hub, 'What if… for which instance?');
      if (instanceId === undefined) return undefined;
      return ask(context, hub, await inHub(hub, instanceId), rows);
    },
    /** Where the replay debugger stands: one of the rows that this moment has brought. */
    [commands.whatIfHere]: async () => {
      const moment = (await load()).debugging.current;
      if (moment === null) {
        throw new DurascopeError(
          'InvalidArgument',
          'Step through the replay of an instance first: "What If…" changes something there.',
        );
      }
      const hub = await hubOrOffer(context);
      if (hub === undefined) return undefined;
      const { target, rows } = moment;
      const { imported } = target;
      return ask(
        context,
        hub,
        imported === undefined ? await inHub(hub, target.instanceId) : elsewhere(hub, imported.request),
        Array.from({ length: rows.to - rows.from }, (_, index) => rows.from + index + 1),
      );
    },
  };
}

const givenFork = z.strictObject({
  instanceId: z.string(),
  row: z.int().min(1),
  set: z.string().exactOptional(),
  dry: z.boolean().default(false),
});

interface Origin {
  row: InstanceRow;
  history: readonly HistoryEvent[];
  /** Its id in the hub, in which it is from then on. */
  bring: () => Promise<string>;
}

async function inHub(hub: TaskHubClient, instanceId: string): Promise<Origin> {
  const row = await hub.get(instanceId);
  if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
  return { row, history: await hub.history(instanceId), bring: () => Promise.resolve(instanceId) };
}

/** Of a file, or of another hub. Nothing of it is imported before it is forked. */
function elsewhere(hub: TaskHubClient, request: ReplayRequest): Origin {
  return { row: importedRow(request), history: request.history, bring: () => importOrigin(hub, request) };
}

/** `rows`: those to choose from; null: all at which something can be changed. */
async function ask(
  context: CommandContext,
  hub: TaskHubClient,
  origin: Origin,
  rows: readonly number[] | null,
): Promise<string | undefined> {
  const { row, history } = origin;
  if (history.length === 0) {
    throw new DurascopeError('InstanceWrongState', `'${row.instanceId}' is ${row.runtimeStatus} and has no history yet.`);
  }
  const at = await askRow(origin, rows);
  if (at === undefined) return undefined;
  const choice = await askChoice(origin, at);
  const change = choice === undefined ? undefined : await askValue(context, choice, at, history);
  if (change === undefined) return undefined;
  const dry = await askDry();
  return dry === undefined ? undefined : fork(context, hub, await origin.bring(), at, change, dry);
}

async function askRow({ history }: Origin, rows: readonly number[] | null): Promise<number | undefined> {
  const worthwhile = new Set(forkableRows(history));
  const among = rows === null ? [...worthwhile] : rows.filter((each) => worthwhile.has(each));
  const listed = among.length === 0 && rows !== null ? [...rows] : among;
  if (listed.length <= 1) return listed[0];
  const items = listed.slice(0, mostListed).map((each) => ({
    label: rowText(history, each),
    description: `row ${each} · ${history[each - 1]?.EventType ?? ''}`,
    row: each,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'What if… at which row?',
    placeHolder: 'The run is taken up again there, in another instance',
    matchOnDescription: true,
  });
  return picked?.row;
}

async function askChoice({ row, history }: Origin, at: number): Promise<ForkChoice | undefined> {
  const choices = forkChoices({
    profile: profileOf(row),
    history,
    row: at,
    isOver: isTerminal(row.runtimeStatus),
  });
  if (choices.length === 0) {
    throw new DurascopeError(
      'InstanceWrongState',
      `No fork can begin at row ${at}. "durascope fork ${row.instanceId} --at ${at}" says why; choose another row.`,
    );
  }
  const items = choices.map((choice) => ({ label: choice.label, description: choice.detail, choice }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `What if… at row ${at}: ${rowText(history, at)}`,
    placeHolder: 'One thing is changed',
    matchOnDescription: true,
  });
  return picked?.choice;
}

/** Undefined: the user changed their mind. */
async function askValue(
  context: CommandContext,
  choice: ForkChoice,
  at: number,
  history: readonly HistoryEvent[],
): Promise<ForkChange | null | undefined> {
  const title = `What if… at row ${at}: ${rowText(history, at)}`;
  switch (choice.asks) {
    case null:
      return choice.change;
    case 'json': {
      const value = await askJson({ title, ...(choice.recorded === null ? {} : { value: choice.recorded }) });
      return value === undefined ? undefined : ({ type: choice.type, value } as ForkChange);
    }
    case 'failure': {
      const text = await vscode.window.showInputBox({
        title,
        prompt: 'TYPE: MESSAGE of the failure',
        placeHolder: 'CardError: declined',
        validateInput: (given) => (given.trim() === '' ? 'Say what it failed with.' : undefined),
      });
      return text === undefined ? undefined : parseForkChange(`failure=${text}`);
    }
    case 'event': {
      const known = (await context.sources.eventNames(currentApp(context))).map((name) => ({
        label: name,
        description: 'in the code',
      }));
      const name = await pickOrType(title, 'Name of the event', known);
      if (name === undefined || name === '') return undefined;
      const data = await askJson({ title: `Payload of ${name}`, placeHolder: 'true' });
      return data === undefined ? undefined : { type: 'raise', name, data };
    }
  }
}

async function askDry(): Promise<boolean | undefined> {
  const items = [
    { label: 'Run for Real', description: 'Activities after the moment run', dry: false },
    { label: 'Dry', description: 'Answered from the recorded run where name and input are the same', dry: true },
  ];
  return (await vscode.window.showQuickPick(items, { title: 'What if… how?' }))?.dry;
}

async function fork(
  context: CommandContext,
  hub: TaskHubClient,
  originId: string,
  row: number,
  change: ForkChange | null,
  dry: boolean,
): Promise<string> {
  const { instanceId } = await hub.fork(originId, { row, change, ...(dry ? { dry: true } : {}) });
  context.panels.openInstance(currentApp(context), instanceId, { beside: true });
  context.statusBar.say(`Forked ${instanceId}: ${forkChangeText(change)}`);
  return instanceId;
}
