import * as vscode from 'vscode';
import { DurascopeError } from '../../core/values/errors';
import { exportedInstances } from '../../emulator/transfer/export-file';
import { conflictsOf, importInstances, withNewIds } from '../../emulator/transfer/import-instances';
import { isStorageUrl } from '../../hubs/azure-storage/storage-connection';
import { findCandidates } from '../../hubs/candidates';
import { targetLabel } from '../../hubs/hub-target';
import type { AttachedHub } from '../../hubs/attached-hub';
import { instanceFilter } from '../../protocol/instances-panel';
import type { AttachedConnection, HubConnections, HubSource } from '../hubs/hub-connections';
import type { HubsView } from '../views/hubs-view';
import { commands } from '../models/ids';
import type { HubInstanceNode, HubMoreNode, HubsNode } from '../models/hubs-tree';
import { formatFilter, parseFilter } from '../models/instance-filter';
import { hubOrOffer, type CommandContext, type Handlers } from './command-context';

export interface HubParts {
  connections: HubConnections;
  view: HubsView;
  /** Draws the view again. */
  refresh: () => void;
  newId: () => string;
}

/** Task hubs of the real engines. */
export function hubCommands(context: CommandContext, { connections, view, refresh, newId }: HubParts): Handlers {
  return {
    /** What is given is a connection, or the folder of an app, for callers by `executeCommand`; else candidates are offered. The label; undefined: the user changed their mind. */
    [commands.attachHub]: async ([text, hubName]) => {
      const source = typeof text === 'string' ? sourceOf(text, typeof hubName === 'string' ? hubName : null) : await askSource();
      const attached = source === 'typed' ? await attachTyped() : source && (await attaching(source));
      if (attached === undefined) return undefined;
      refresh();
      context.statusBar.say(`Attached to ${attached.label}, read only`);
      await vscode.commands.executeCommand('durascope.hubs.focus');
      return attached.label;
    },

    [commands.detachHub]: async ([node]) => {
      const connection = await chosen(node, 'Detach from which task hub?');
      if (connection === undefined) return;
      await connections.detach(connection.id);
      context.panels.closeAttached(connection.id);
      refresh();
    },

    /** That the hub may be changed, as long as this window is open, or not any more. `word` and `through` for callers by `executeCommand`. */
    [commands.actOnHub]: async ([node, word, through]) => {
      const connection = await chosen(node, 'Act on which task hub?');
      const hub = await connection?.open();
      if (connection === undefined || hub === undefined) return undefined;
      if (hub.capabilities.actsOn !== undefined) {
        await connections.act(connection.id, null);
        context.panels.closeAttached(connection.id);
        context.statusBar.say(`${connection.label} is read only again`);
        refresh();
        return false;
      }
      const given = typeof word === 'string' ? word : await askWord(hub);
      if (given === undefined) return undefined;
      if (wordProblem(given, hub) !== undefined) throw new DurascopeError('InvalidArgument', wordProblem(given, hub) ?? '');
      try {
        await connections.act(connection.id, typeof through === 'string' ? { through } : {});
      } catch (error) {
        if (!DurascopeError.is(error, 'NotSupported') || typeof through === 'string') throw error;
        const host = await askHost(hub);
        if (host === undefined) return undefined;
        await connections.act(connection.id, { through: host });
      }
      context.panels.closeAttached(connection.id);
      context.statusBar.say(`Durascope may act on ${connection.label} in this window`);
      refresh();
      return true;
    },

    [commands.refreshHubs]: () => refresh(),

    /** Changes are looked for, or not any more. */
    [commands.pauseHub]: async ([node]) => {
      const connection = await chosen(node, 'Pause or go on with which task hub?');
      const hub = await connection?.open();
      if (hub === undefined) return undefined;
      hub.pace.isPaused = !hub.pace.isPaused;
      refresh();
      return hub.pace.isPaused;
    },

    [commands.filterHub]: async ([node, given]) => {
      const connection = await chosen(node, 'Filter the instances of which task hub?');
      if (connection === undefined) return;
      const line =
        typeof given === 'string'
          ? given
          : await vscode.window.showInputBox({
              title: `Filter the instances of ${connection.label}`,
              value: formatFilter(view.model.filterOf(connection.id)),
              placeHolder: 'text, status:failed,running  name:HelloCities  since:15m',
              prompt: 'Words look in ids and names. Empty shows everything.',
              validateInput: (text) => {
                const parsed = parseFilter(text);
                return 'problem' in parsed ? parsed.problem : undefined;
              },
            });
      if (line === undefined) return;
      const parsed = parseFilter(line);
      if ('problem' in parsed) throw new DurascopeError('InvalidArgument', parsed.problem);
      view.model.setFilter(connection.id, parsed.filter);
      refresh();
    },

    /** In a panel: all of a hub, or what is in the group of the tree. */
    [commands.showHubInstances]: async ([node]) => {
      const connection = await chosen(node, 'Show the instances of which task hub?');
      if (connection === undefined) return;
      const group = node as HubsNode | undefined;
      const { entities, ...query } = group?.type === 'hubGroup' ? (group.query ?? {}) : {};
      const filter = instanceFilter.parse(entities === 'only' ? { ...query, entities } : query);
      context.panels.openAttachedInstances(context.apps.current, await connection.open(), connection.id, filter);
    },

    [commands.loadMoreOfHub]: ([node]) => {
      view.model.loadMore(node as HubMoreNode);
      refresh();
    },

    [commands.openHubInstance]: async ([node]) => {
      const { hubId, row } = instanceNode(node);
      const connection = connections.find(hubId);
      if (connection === undefined) return;
      context.panels.openAttached(context.apps.current, await connection.open(), hubId, row.instanceId);
    },

    /** The instance and its family go into the running emulator, to be stepped through and continued there. The ids that were taken in. */
    [commands.copyToEmulator]: async ([node]) => {
      const { hubId, row } = instanceNode(node);
      const from = await connections.find(hubId)?.open();
      const to = from === undefined ? undefined : await hubOrOffer(context);
      if (from === undefined || to === undefined) return undefined;
      const family = [row.instanceId];
      for (const id of family) {
        for (const event of await from.history(id)) {
          if (event.EventType === 'SubOrchestrationInstanceCreated' && !family.includes(event.InstanceId))
            family.push(event.InstanceId);
        }
        if (family.length > mostCopied) throw new DurascopeError('InvalidArgument', tooMany);
      }
      const read = await exportedInstances(from, family);
      const instances = await withNewIds(to, read, await conflictsOf(to, read), newId);
      const { imported } = await importInstances(to, instances, 'refuse');
      context.statusBar.say(`Copied ${imported.length} ${imported.length === 1 ? 'instance' : 'instances'} into the emulator`);
      return imported;
    },
  };

  function instanceNode(node: unknown): HubInstanceNode {
    const found = (node ?? view.selection[0]) as HubsNode | undefined;
    if (found?.type === 'hubInstance') return found;
    throw new DurascopeError('InvalidArgument', 'Choose an instance in the Task Hubs view first.');
  }

  async function chosen(node: unknown, title: string): Promise<AttachedConnection | undefined> {
    const given = (node as HubsNode | undefined) ?? view.selection[0];
    const hubId = given !== undefined && 'hubId' in given ? given.hubId : undefined;
    const { all } = connections;
    if (hubId !== undefined) return connections.find(hubId);
    if (all.length <= 1) return all[0];
    const picked = await vscode.window.showQuickPick(
      all.map((connection) => ({ label: connection.label, connection })),
      { title },
    );
    return picked?.connection;
  }

  function askWord(hub: AttachedHub): Thenable<string | undefined> {
    return vscode.window.showInputBox({
      title: `Let Durascope act on ${hub.label}?`,
      prompt: `Instances of this hub are real: what is terminated, purged or started there is. Type ${hub.name} to allow it until this window is closed.`,
      placeHolder: hub.name,
      ignoreFocusOut: true,
      validateInput: (text) => (text === '' ? undefined : wordProblem(text, hub)),
    });
  }

  function askHost(hub: AttachedHub): Thenable<string | undefined> {
    return vscode.window.showInputBox({
      title: `Which Functions host runs ${hub.label}?`,
      prompt:
        'This hub is acted on through its host alone, once that is seen to have the same instances. With https://APP.azurewebsites.net/?code=KEY give the system key of the extension.',
      value: 'http://localhost:7071',
      ignoreFocusOut: true,
    });
  }

  function sourceOf(argument: string, hubName: string | null = null): HubSource {
    const isApp = context.apps.all.some(({ appDir }) => appDir === argument);
    return isApp ? { type: 'app', appDir: argument, hubName: hubName ?? undefined } : textSource(argument, hubName);
  }

  /** `typed`: one that the user has to type. */
  async function askSource(): Promise<HubSource | 'typed' | undefined> {
    const found = await findCandidates(context.apps.all.map(({ appDir }) => appDir));
    const items = found.map(({ target, source, argument }) => ({
      label: targetLabel(target),
      description: source,
      source: sourceOf(argument),
    }));
    const account = { label: signInLabel, description: 'by its name, with your Microsoft account', source: null };
    const other = {
      label: 'Another one…',
      description: 'a connection string, a SAS URL, the address of a host or a server',
      source: null,
    };
    const picked = await vscode.window.showQuickPick([...items, account, other], {
      title: 'Attach to Task Hub',
      placeHolder: 'It is only looked at: nothing is written unless you allow it later',
    });
    if (picked === undefined || picked.source !== null) return picked?.source;
    if (picked.label === signInLabel) return askAccount();
    return 'typed';
  }

  /** What does not open is asked for again, with the reason, and with what was typed: nobody types a key twice. */
  async function attachTyped(): Promise<AttachedConnection | undefined> {
    let [typed, problem] = ['', ''];
    for (;;) {
      const text = await vscode.window.showInputBox({
        title: 'Attach to Task Hub',
        prompt: problem || howTyped,
        placeHolder: 'UseDevelopmentStorage=true',
        value: typed,
        valueSelection: [typed.length, typed.length],
        password: true,
        ignoreFocusOut: true,
      });
      if (text === undefined || text.trim() === '') return undefined;
      try {
        return await attaching(textSource(text));
      } catch (error) {
        if (!DurascopeError.is(error)) throw error;
        [typed, problem] = [text, error.message];
      }
    }
  }

  async function askAccount(): Promise<HubSource | undefined> {
    const name = await vscode.window.showInputBox({
      title: 'Sign In to a Storage Account',
      prompt:
        'Its name, or the address of its table service where it is in a cloud of its own. No key is needed: your account needs the roles Storage Table Data Reader, Storage Blob Data Reader and Storage Queue Data Reader. The editor asks for the sign-in.',
      placeHolder: 'myaccount',
      ignoreFocusOut: true,
      validateInput: (text) => (text === '' || accountText(text) !== undefined ? undefined : notAccount),
    });
    const text = name === undefined ? undefined : accountText(name);
    return text === undefined ? undefined : textSource(text);
  }

  function attaching(source: HubSource): Thenable<AttachedConnection | undefined> {
    const title = 'Attaching to the task hub';
    return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => attach(source));
  }

  /** Asks which hub where there are several, or none of the name that is meant. */
  async function attach(source: HubSource): Promise<AttachedConnection | undefined> {
    try {
      return await connections.attach(source);
    } catch (error) {
      const { hubs, summary } = DurascopeError.is(error, 'HubNotFound') ? error.details : {};
      if (!Array.isArray(hubs) || hubs.length === 0) throw error;
      const hubName = await vscode.window.showQuickPick(hubs.map(String), {
        title: 'Attach to which task hub?',
        // That there are several, or none of the name.
        placeHolder: String(summary),
      });
      return hubName === undefined ? undefined : connections.attach({ ...source, hubName });
    }
  }
}

const howTyped =
  'The connection string or SAS URL of a storage account, the connection string of a scheduler or a SQL Server, or an address (http://localhost:7071, grpc://localhost:4001). It is kept in the editor’s secret storage.';
const signInLabel = 'Sign in to a storage account…';
const notAccount =
  'A storage account has a name of 3 to 24 small letters and digits, or an address like https://NAME.table.core.windows.net.';

function textSource(text: string, hubName: string | null = null): HubSource {
  return { type: 'text', text, hubName };
}

function accountText(given: string): string | undefined {
  const text = given.trim();
  if (/^[a-z0-9]{3,24}$/.test(text)) return `AccountName=${text}`;
  return isStorageUrl(text) ? text : undefined;
}

function wordProblem(word: string, hub: AttachedHub): string | undefined {
  return word.trim().toLowerCase() === hub.name.toLowerCase()
    ? undefined
    : `Type ${hub.name}, or press Escape: nothing is changed then.`;
}

const mostCopied = 1000;
const tooMany = `The instance has a family of over ${mostCopied}: export it with "durascope export --hub", and import the file.`;
