import { countText } from '../../base/count-text';
import * as vscode from 'vscode';
import * as z from 'zod';
import { rewindDoubt } from '../../core/instances/rewind-doubt';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { act, actionStatuses, actOnMany, bulkMessage, haveLiveChildren } from '../../protocol/instance-actions';
import type { InstanceAction } from '../../protocol/panel-values';
import { commands, type CommandId } from '../models/ids';
import { askJson, pickOrType } from '../editor/quick-questions';
import { chosenIds, currentApp, hubOrOffer, type CommandContext, type Handler, type Handlers } from './command-context';

const actions: Readonly<Record<InstanceAction, { id: CommandId; title: string; asksReason: boolean }>> = {
  terminate: { id: commands.terminate, title: 'Terminate', asksReason: true },
  suspend: { id: commands.suspend, title: 'Suspend', asksReason: true },
  resume: { id: commands.resume, title: 'Resume', asksReason: false },
  rewind: { id: commands.rewind, title: 'Rewind', asksReason: true },
  restart: { id: commands.restart, title: 'Restart', asksReason: false },
  purge: { id: commands.purge, title: 'Purge', asksReason: false },
};

/** What is done to instances, one or many. */
export function instanceCommands(context: CommandContext): Handlers {
  const handlers: Partial<Record<CommandId, Handler>> = {};
  for (const action of Object.keys(actions) as InstanceAction[])
    handlers[actions[action].id] = (args) => run(context, action, args);
  handlers[commands.startCopy] = (args) => run(context, 'restart', args, 'Start a copy of which instance?');
  handlers[commands.raiseEvent] = (args) => raiseEvent(context, args);
  return handlers;
}

/** A reason can come with the ids: `{ instanceIds, reason }`, from a keybinding or a test. */
async function run(
  context: CommandContext,
  action: InstanceAction,
  args: readonly unknown[],
  question = `${actions[action].title} which instance?`,
): Promise<string | undefined> {
  const hub = await hubOrOffer(context);
  if (hub === undefined) return undefined;
  const { title, asksReason } = actions[action];
  const given = givenAction.safeParse(args[0]).data;
  const ids = given?.instanceIds ?? (await chosenIds(context, args, hub, question, actionStatuses[action]));
  if (ids.length === 0) return undefined;
  if (action === 'purge') {
    const sure = `Purge ${ids.length === 1 ? (ids[0] ?? '') : countText(ids.length, 'instance')}? The history is deleted.`;
    if (!(await context.dialogs.confirm(sure, 'Purge'))) return undefined;
  }
  if (action === 'rewind' && given === undefined) {
    const instead = await askRewind(context, hub, ids);
    if (instead === 'cancel') return undefined;
    if (instead === 'restart') {
      const restarted = await perform(context, hub, 'restart', ids, null, false);
      context.statusBar.say(restarted);
      return restarted;
    }
  }
  if (action === 'resume' && given === undefined && !(await context.runningChecks.mayRunOn(currentApp(context), ids, 'Resume'))) {
    return undefined;
  }
  const asked = asksReason && given === undefined;
  const reason = asked
    ? await context.dialogs.reason(`${title} ${ids.length === 1 ? (ids[0] ?? '') : countText(ids.length, 'instance')}`)
    : given?.reason;
  if (asked && reason === undefined) return undefined;
  const recursive = asked && action === 'terminate' ? await askRecursive(context, hub, ids) : (given?.recursive ?? false);
  if (recursive === undefined) return undefined;
  const message = await perform(context, hub, action, ids, reason ?? null, recursive);
  context.statusBar.say(message);
  return message;
}

async function perform(
  context: CommandContext,
  hub: TaskHubClient,
  action: InstanceAction,
  ids: readonly string[],
  reason: string | null,
  recursive: boolean,
): Promise<string> {
  const only = ids.length === 1 ? ids[0] : undefined;
  if (only !== undefined) {
    // The refusal of a single one is an error of the command, shown as it is.
    const shown = await act(hub, action, only, reason, recursive);
    if (shown !== only) context.panels.openInstance(currentApp(context), shown);
    return bulkMessage(action, { done: [shown], failed: [] });
  }
  const outcome = await actOnMany(hub, action, ids, reason, recursive);
  const message = bulkMessage(action, outcome);
  if (outcome.failed.length > 0) void vscode.window.showWarningMessage(message);
  return message;
}

/** Says it before where a rewind cannot be expected to work; asks only then. The first twenty are looked at. */
async function askRewind(
  context: CommandContext,
  hub: TaskHubClient,
  ids: readonly string[],
): Promise<'rewind' | 'restart' | 'cancel'> {
  for (const id of ids.slice(0, 20)) {
    const row = await hub.get(id);
    const doubt = row?.runtimeStatus === 'Failed' ? rewindDoubt(await hub.history(id), row.profile) : null;
    if (doubt === null) continue;
    const chosen = await context.dialogs.choose<'rewind' | 'restart'>(
      `Rewind ${ids.length === 1 ? id : countText(ids.length, 'instance')}?`,
      doubt,
      [
        { label: 'Restart Instead', value: 'restart' },
        { label: 'Rewind Anyway', value: 'rewind' },
      ],
    );
    return chosen ?? 'cancel';
  }
  return 'rewind';
}

/** Only asked where there is something to ask; undefined: cancelled. */
async function askRecursive(context: CommandContext, hub: TaskHubClient, ids: readonly string[]): Promise<boolean | undefined> {
  if (!(await haveLiveChildren(hub, ids))) return false;
  return context.dialogs.choose('Terminate the sub-orchestrations too?', 'They go on running otherwise, as in production.', [
    { label: 'With Sub-Orchestrations', value: true },
    { label: 'Only This', value: false },
  ]);
}

const givenAction = z.object({
  instanceIds: z.array(z.string()),
  reason: z.string().nullable().default(null),
  recursive: z.boolean().default(false),
});

/** Given whole, by a keybinding or a test: nothing is asked. */
const givenEvent = z.object({
  instanceIds: z.array(z.string()),
  name: z.string().exactOptional(),
  data: z.string().nullable().exactOptional(),
});

async function raiseEvent(context: CommandContext, args: readonly unknown[]): Promise<string | undefined> {
  const hub = await hubOrOffer(context);
  if (hub === undefined) return undefined;
  const given = givenEvent.safeParse(args[0]).data;
  const ids =
    given?.instanceIds ?? (await chosenIds(context, args, hub, 'Raise an event to which instance?', actionStatuses.terminate));
  const [first] = ids;
  if (first === undefined) return undefined;
  if (given?.name === undefined && !(await context.runningChecks.mayRunOn(currentApp(context), ids, 'Raise'))) return undefined;
  const name = given?.name ?? (await askEventName(context, hub, ids));
  if (name === undefined || name === '') return undefined;
  const data =
    given?.data !== undefined
      ? given.data
      : await askJson({
          title: `Data of ${name} for ${ids.length === 1 ? first : countText(ids.length, 'instance')}`,
          placeHolder: '{ "seat": 12 }',
          value: context.starts.inputs(eventKey(name))[0] ?? '',
        });
  if (data === undefined) return undefined;
  for (const id of ids) await hub.raiseEvent(id, name, data);
  if (data !== null) await context.starts.remember(eventKey(name), data);
  const message = `Raised ${name} to ${ids.length === 1 ? first : countText(ids.length, 'instance')}`;
  context.statusBar.say(message);
  return message;
}

/** Of what was raised under the name: the next time begins with it. */
function eventKey(name: string): string {
  return `event ${name}`;
}

/** Awaited names first, then those of the code, then anything typed. */
async function askEventName(context: CommandContext, hub: TaskHubClient, ids: readonly string[]): Promise<string | undefined> {
  const [waits, coded] = await Promise.all([
    Promise.all(ids.slice(0, 20).map((id) => hub.waitingFor(id))),
    context.sources.eventNames(currentApp(context)),
  ]);
  const awaited = [...new Set(waits.flatMap((each) => each.events))];
  const known = [
    ...awaited.map((name) => ({ label: name, description: 'awaited now' })),
    ...coded.filter((name) => !awaited.includes(name)).map((name) => ({ label: name, description: 'in the code' })),
  ];
  return pickOrType('Which event?', 'Name of the event', known);
}
