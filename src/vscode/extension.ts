/**
 * Entry of dist/extension.js. Does as little as possible: what the extension consists of is loaded when a workspace turns out to hold a
 * function app with durable functions, or when a command, a view, a panel or the debugger asks for it.
 */
import * as vscode from 'vscode';
import type { Durascope } from './durascope';
import { findDurableApps, tellingFiles } from './apps/find-apps';
import { HistoryDrop } from './views/history-drop';
import { commands, debugType, panels, replayDebugType, toolNames, toolPrefix, views } from './models/ids';
import { LazyTree, type Trees } from './views/lazy-tree';
import { offerMcpServer } from './agents/mcp-servers';

/** What `activate` returns: for tests and other extensions. */
export interface DurascopeApi {
  /** Loads the extension's parts. */
  load(): Promise<Durascope>;
}

let stopAll: () => Promise<void> = () => Promise.resolve();

export function activate(context: vscode.ExtensionContext): DurascopeApi {
  let loading: Promise<Durascope> | undefined;
  const load = (): Promise<Durascope> => {
    loading ??= import('./durascope').then(async ({ Durascope: Root }) => {
      const durascope = new Root(context, trees);
      context.subscriptions.push(durascope);
      await durascope.open();
      return durascope;
    });
    return loading;
  };
  const trees: Trees = {
    instances: new LazyTree(views.instances, load, true, new HistoryDrop()),
    entities: new LazyTree(views.entities, load, false),
    noEntities: new LazyTree(views.noEntities, load, false),
    functions: new LazyTree(views.functions, load, false),
    emulator: new LazyTree(views.emulator, load, false),
    hubs: new LazyTree(views.hubs, load, false),
  };
  context.subscriptions.push(trees.instances, trees.entities, trees.noEntities, trees.functions, trees.emulator, trees.hubs);
  for (const id of Object.values(commands)) {
    const run = async (...args: unknown[]): Promise<unknown> => (await load()).runCommand(id, args);
    context.subscriptions.push(vscode.commands.registerCommand(id, run));
  }
  for (const viewType of Object.values(panels)) {
    context.subscriptions.push(
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel: vscode.WebviewPanel, state: unknown) =>
          (await load()).panels.restore(panel, state),
      }),
    );
  }
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(debugType, {
      // Not after variables are put in: the editor asks the JavaScript debugger for its part only before that.
      resolveDebugConfiguration: async (folder, config) => (await load()).debugging.resolve(folder, config),
    }),
    vscode.debug.registerDebugConfigurationProvider(
      debugType,
      { provideDebugConfigurations: async () => (await load()).debugging.provide() },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
  );
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(replayDebugType, {
      resolveDebugConfiguration: async (_folder, config) => (await load()).resolveReplay(config),
    }),
    vscode.debug.registerDebugAdapterDescriptorFactory(replayDebugType, {
      createDebugAdapterDescriptor: async (session) =>
        (await (await load()).replayPart()).debugging.createDebugAdapterDescriptor(session),
    }),
  );
  context.subscriptions.push(vscode.window.registerUriHandler({ handleUri: async (uri) => (await load()).openLink(uri) }));
  for (const name of toolNames) {
    context.subscriptions.push(
      vscode.lm.registerTool(`${toolPrefix}${name}`, {
        prepareInvocation: async ({ input }) => (await load()).agentTools.prepare(name, input),
        invoke: async ({ input }) => (await load()).agentTools.invoke(name, input),
      }),
    );
  }
  offerMcpServer(context);
  stopAll = async () => {
    await (await loading)?.stopAll();
  };
  void loadForApps(context, load);
  return { load };
}

/** Loads as soon as there is an app, which may come to be while the folder is open. */
async function loadForApps(context: vscode.ExtensionContext, load: () => Promise<unknown>): Promise<void> {
  const watcher = vscode.workspace.createFileSystemWatcher(tellingFiles);
  context.subscriptions.push(watcher);
  const search = async (): Promise<void> => {
    if ((await findDurableApps()).length === 0) return;
    watcher.dispose();
    await load();
  };
  const onFile = ({ path }: vscode.Uri): void => {
    if (!path.includes('/node_modules/')) void search();
  };
  watcher.onDidCreate(onFile);
  watcher.onDidChange(onFile);
  await search();
}

/** Waits until every emulator has everything on disk. */
export function deactivate(): Promise<void> {
  return stopAll();
}
