import { countText } from '../../base/count-text';
import * as z from 'zod';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { commands } from '../models/ids';
import { targetIds } from '../models/command-targets';
import { askJson, pickLabel, pickOrType, typed } from '../editor/quick-questions';
import { currentApp, hubOrOffer, type CommandContext, type Handlers } from './command-context';

/** Given whole, by a keybinding or a test: nothing is asked. */
const givenSignal = z.object({
  instanceId: z.string(),
  operation: z.string(),
  input: z.string().nullable().exactOptional(),
});

/** Looking at entities, and sending them operations. */
export function entityCommands(context: CommandContext): Handlers {
  return {
    [commands.openEntity]: async (args) => {
      const hub = await hubOrOffer(context);
      if (hub === undefined) return;
      const ids = targetIds(args, []);
      const chosen = ids.length > 0 ? ids : [await pickEntity(context, hub, 'Open which entity?')];
      for (const id of chosen) if (id !== undefined) context.panels.openInstance(currentApp(context), id);
    },
    [commands.signalEntity]: (args) => signal(context, args),
    [commands.cleanEntities]: async () => {
      const hub = await hubOrOffer(context);
      if (hub === undefined) return undefined;
      const { emptyEntitiesRemoved: removed, orphanedLocksReleased: released } = await hub.cleanEntityStorage();
      const message = `Removed ${countText(removed, 'empty entity', 'empty entities')}, released ${countText(released, 'orphaned lock')}`;
      context.statusBar.say(message);
      return message;
    },
  };
}

async function signal(context: CommandContext, args: readonly unknown[]): Promise<string | undefined> {
  const hub = await hubOrOffer(context);
  if (hub === undefined) return undefined;
  const given = givenSignal.safeParse(args[0]).data;
  const instanceId = given?.instanceId ?? targetIds(args, [])[0] ?? (await pickEntity(context, hub, 'Signal which entity?'));
  if (instanceId === undefined) return undefined;
  const operation = given?.operation ?? (await askOperation(hub, instanceId));
  if (operation === undefined || operation === '') return undefined;
  const input = given === undefined ? await askJson({ title: `Input of ${operation}`, placeHolder: '5' }) : (given.input ?? null);
  if (input === undefined) return undefined;
  await hub.signalEntity(instanceId, operation, input === null ? {} : { input });
  const message = `Sent ${operation} to ${instanceId}`;
  context.statusBar.say(message);
  return message;
}

/** One of the entities there are, or any by typing its id; of the app's entity functions the ids are begun. */
async function pickEntity(context: CommandContext, hub: TaskHubClient, title: string): Promise<string | undefined> {
  const { running } = context.emulators.of(currentApp(context));
  const names = (running?.functions() ?? []).filter((each) => each.type === 'entity').map((each) => each.name.toLowerCase());
  const { entities } = await hub.queryEntities({ includeTransient: true, includeState: true, pageSize: 1000 });
  const known = entities.map(({ instanceId, state }) => ({ label: instanceId, description: (state ?? 'no state').slice(0, 80) }));
  return pickLabel({ title, placeholder: '@name@key, for example @counter@a' }, (pick, text) => {
    const key = text.trim();
    const begun = key.startsWith('@') ? [key] : names.map((name) => `@${name}@${key}`);
    const fresh = key === '' ? [] : begun.filter((id) => !known.some((item) => item.label === id));
    pick.items = [...known, ...fresh.map((id) => typed(id, 'this id'))];
  });
}

/** Operations that it has run first, then anything typed. */
async function askOperation(hub: TaskHubClient, instanceId: string): Promise<string | undefined> {
  const batches = await hub.entityBatches(instanceId);
  const names = [...new Set(batches.flatMap((batch) => batch.operations.map((each) => each.name)))].reverse();
  const known = names.map((label) => ({ label, description: 'used before' }));
  return pickOrType(`Which operation of ${instanceId}?`, 'Name of the operation', known);
}
