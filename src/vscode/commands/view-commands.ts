import * as vscode from 'vscode';
import { failureChain } from '../../core/ports/failure-chain';
import { DurascopeError } from '../../core/values/errors';
import type { OrchestrationStatus } from '../../core/values/status';
import { historyDocument } from '../../protocol/history-document';
import { showSource } from '../editor/show-source';
import { realDir } from '../apps/find-apps';
import { clicked, commands } from '../models/ids';
import { linkTo } from '../editor/instance-links';
import { targetIds, targetName } from '../models/command-targets';
import type { MoreEntitiesNode } from '../models/entities-tree';
import type { MoreNode } from '../models/instances-tree';
import { lastEvents, locateFailure, locateInStack } from '../models/stack-location';
import { chosenIds, currentApp, pickInstance, readableOrOffer, type CommandContext, type Handlers } from './command-context';

const liveStatuses: readonly OrchestrationStatus[] = ['Running', 'Pending', 'Suspended', 'ContinuedAsNew'];
const maxOpenedAtOnce = 10;

/** Looking at instances, their histories and their code. */
export function viewCommands(context: CommandContext): Handlers {
  const { instances, entities, panels, documents, sources, statusBar } = context;
  /** What is given or selected, else what the user picks. */
  const meant = async (args: readonly unknown[], title: string): Promise<string[]> => {
    const ids = targetIds(args, instances.selection);
    if (ids.length > 0) return ids;
    const hub = await readableOrOffer(context);
    return hub === undefined ? [] : chosenIds(context, [], hub, title);
  };
  return {
    [commands.openInstance]: async (args) => {
      const hub = await readableOrOffer(context);
      if (hub === undefined) return;
      // A click opens the one that was clicked; a menu on several opens them all.
      const ids = await chosenIds(context, args, hub, 'Open which instance?');
      const isPreview = args[2] === clicked;
      for (const id of ids.slice(0, maxOpenedAtOnce)) panels.openInstance(currentApp(context), id, { isPreview });
    },
    [commands.keepOpen]: () => panels.keepOpen(),
    [commands.goToInstance]: async (args) => {
      const hub = await readableOrOffer(context);
      if (hub === undefined) return;
      const id = targetIds(args, [])[0] ?? (await pickInstance(hub, 'Go to instance', { entities: 'include' }));
      if (id === undefined) return;
      if ((await hub.get(id)) === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${id}'.`);
      panels.openInstance(currentApp(context), id);
    },
    [commands.openInstances]: () => void panels.openInstances(currentApp(context)),
    [commands.showFunctionsGraph]: () => void panels.openFunctions(currentApp(context)),
    [commands.showInstancesOf]: ([given, which]) => {
      const name = targetName([given]) ?? labelOf(given);
      if (name === undefined) return;
      panels.openInstances(currentApp(context), {
        names: [name],
        ...(which === 'running' ? { statuses: [...liveStatuses] } : {}),
      });
    },
    [commands.openHistory]: async (args) => {
      const hub = await readableOrOffer(context);
      if (hub === undefined) return;
      for (const id of (await chosenIds(context, args, hub, 'History of which instance?')).slice(0, maxOpenedAtOnce)) {
        const row = await hub.get(id);
        if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${id}'.`);
        const text = await historyDocument(row, (from, count) => hub.history(id, from, count));
        await documents.show(`${row.name}-${id}-history`, text, 'json');
      }
    },
    [commands.goToCode]: async ([given]) => {
      const app = currentApp(context);
      const hub = context.emulators.of(app).shown?.hub;
      const named = rowName(given) ?? targetName([given]);
      const ids = given === undefined ? await meant([], 'Code of which instance?') : targetIds([given], []);
      const [id] = named === undefined ? ids : [];
      const name = named ?? (id === undefined ? undefined : (await hub?.get(id))?.name);
      if (name === undefined) return;
      const place = await sources.locate(app, name);
      const file = context.emulators
        .of(app)
        .running?.functions()
        .find((each) => each.name.toLowerCase() === name.toLowerCase())?.file;
      if (place !== undefined) await vscode.window.showTextDocument(place.uri, { selection: place.range });
      else if (file !== undefined) await showSource({ file, line1: 1 });
      else throw new DurascopeError('UnknownFunction', `The code of '${name}' was not found in ${app.name}.`);
    },
    [commands.goToFailure]: async (args) => {
      const hub = await readableOrOffer(context);
      const id =
        hub === undefined ? undefined : (await chosenIds(context, args, hub, 'Failure of which instance?', ['Failed']))[0];
      const row = id === undefined ? undefined : await hub?.get(id);
      if (row === undefined) return;
      const history = (await hub?.history(row.instanceId, Math.max(0, row.historyLength - lastEvents))) ?? [];
      const { appDir } = currentApp(context);
      const real = await realDir(appDir);
      // The root cause may be in another instance: a child's activity.
      const root =
        row.runtimeStatus === 'Failed' && hub !== undefined ? (await failureChain(hub, row.instanceId)).at(-1) : undefined;
      const place = locateInStack(root?.stackTrace ?? '', appDir, real) ?? locateFailure(row, history, appDir, real);
      if (place !== undefined) {
        await showSource(place);
        return;
      }
      await vscode.commands.executeCommand(commands.goToCode, row.name);
      statusBar.say('The failure names no line of the app: this is its orchestrator.');
    },
    [commands.copyId]: async (args) => {
      const ids = await meant(args, 'Copy the id of which instance?');
      if (ids.length === 0) return;
      await vscode.env.clipboard.writeText(ids.join('\n'));
      statusBar.say(ids.length === 1 ? `Copied ${ids[0] ?? ''}` : `Copied ${ids.length} ids`);
    },
    [commands.showFailed]: () => context.failures.choose(),
    [commands.copyLink]: async (args) => {
      const { appDir } = currentApp(context);
      const links = (await meant(args, 'Copy the link to which instance?')).map((id) => linkTo(id, appDir));
      if (links.length === 0) return undefined;
      await vscode.env.clipboard.writeText(links.join('\n'));
      statusBar.say(links.length === 1 ? 'Copied the link' : `Copied ${links.length} links`);
      return links;
    },
    [commands.filter]: () => instances.askFilter(),
    [commands.clearFilter]: () => instances.clearFilter(),
    [commands.groupByStatus]: () => instances.group('status'),
    [commands.groupByOrchestrator]: () => instances.group('orchestrator'),
    [commands.groupFlat]: () => instances.group('flat'),
    [commands.loadMore]: ([given]) => {
      const node = given as MoreNode | MoreEntitiesNode;
      if (node.type === 'moreEntities') entities.model.loadMore(node);
      else instances.model.loadMore(node);
    },
    [commands.refresh]: () => instances.model.refresh(),
  };
}

function rowName(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('row' in node)) return undefined;
  const { row } = node as { row: { name?: unknown } };
  return typeof row.name === 'string' ? row.name : undefined;
}

/** A group of the instances view that stands for an orchestrator. */
function labelOf(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('label' in node)) return undefined;
  return typeof node.label === 'string' ? node.label : undefined;
}
