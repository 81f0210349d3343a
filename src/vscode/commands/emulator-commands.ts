import { countText } from '../../base/count-text';
import * as vscode from 'vscode';
import { commands, walkthrough } from '../models/ids';
import { DurascopeError } from '../../core/values/errors';
import type { DurableApp } from '../apps/find-apps';
import { mend, showPlace } from '../emulators/mending';
import { loadAdvice, type LoadAdvice, type LoadPlace } from '../models/load-advice';
import { openTicked } from '../editor/tick';
import { currentApp, hubOrOffer, runningOrOffer, type CommandContext, type Handlers } from './command-context';

export function emulatorCommands(context: CommandContext): Handlers {
  const { apps, emulators, dialogs, output, statusBar } = context;
  return {
    /** Of the app in the folder that is given, or of the current one. */
    [commands.startEmulator]: async ([appDir]) => {
      await apps.search();
      const named = apps.all.find((each) => each.appDir === appDir);
      const app = named ?? apps.current ?? (await adoptFolder(context));
      return app === undefined ? undefined : (await emulators.start(app))?.url;
    },
    [commands.stopEmulator]: () => emulators.of(currentApp(context)).stop(),
    [commands.restartEmulator]: async () => (await emulators.restart(currentApp(context)))?.url,
    [commands.lookAtEarlier]: async () => {
      const app = currentApp(context);
      const { hub } = await emulators.look(app);
      await vscode.commands.executeCommand('durascope.instances.focus');
      return Object.values(await hub.countByStatus()).reduce((sum, each) => sum + each, 0);
    },
    [commands.askAboutEarlier]: async () => {
      await emulators.forgetAnswer(currentApp(context));
      statusBar.say('The next start asks what becomes of earlier instances.');
    },
    [commands.selectApp]: async ([appDir]) => {
      const named = apps.all.find((app) => app.appDir === appDir);
      const items = apps.all.map((app) => ({
        label: app.name,
        description: emulators.of(app).status.type,
        detail: app.appDir,
        app,
      }));
      const app =
        named ?? (await vscode.window.showQuickPick(items, { title: 'Which function app, or folder of programs?' }))?.app;
      if (app !== undefined) await apps.choose(app);
    },
    [commands.emulatorMenu]: async () => {
      const { loadError } = emulators.of(currentApp(context));
      const entries = [
        ...(loadError === undefined
          ? []
          : loadAdvice(loadError).map(({ title, does }) => ({ label: `$(warning) ${title}`, command: commandOf[does] }))),
        { label: '$(play) Start Instance…', command: commands.startInstance },
        { label: '$(table) Open Instances Panel', command: commands.openInstances },
        { label: '$(link-external) Open Dashboard in Browser', command: commands.openDashboard },
        { label: '$(watch) Set Clock…', command: commands.setClock },
        { label: '$(debug-restart) Restart Emulator', command: commands.restartEmulator },
        { label: '$(debug-stop) Stop Emulator', command: commands.stopEmulator },
        { label: '$(output) Show Log', command: commands.showOutput },
        { label: '$(link) Copy URL', command: commands.copyUrl },
        { label: '$(broadcast) Copy Connection String for Durable Task SDKs', command: commands.copyConnectionString },
        { label: '$(clear-all) Clear Task Hub…', command: commands.clearHub },
        ...(apps.all.length > 1 ? [{ label: '$(folder) Select Function App…', command: commands.selectApp }] : []),
        ...(emulators.remembersAnswer(currentApp(context))
          ? [{ label: '$(history) Ask Again about Earlier Instances', command: commands.askAboutEarlier }]
          : []),
        { label: '$(gear) Settings', command: commands.openSettings },
      ];
      const chosen = await vscode.window.showQuickPick(entries, { title: `Durascope: ${currentApp(context).name}` });
      if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command);
    },
    [commands.goToLoadError]: ([node]) => (isProblem(node) ? showPlace(node.place) : mendNow(context, 'open')),
    [commands.installPackages]: () => mendNow(context, 'install'),
    [commands.buildApp]: () => mendNow(context, 'build'),
    [commands.showOutput]: () => output.show(true),
    [commands.openSettings]: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:durascope.durascope'),
    [commands.openWalkthrough]: () =>
      openTicked(() => vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthrough, false)),
    [commands.copyUrl]: async ([node]) => {
      const url = urlIn(node) ?? (await runningOrOffer(context))?.url;
      if (url === undefined) return undefined;
      // In a remote window the address that the user's own machine reaches.
      const reachable = (await vscode.env.asExternalUri(vscode.Uri.parse(url))).toString(true);
      await vscode.env.clipboard.writeText(reachable);
      statusBar.say(`Copied ${reachable}`);
      return reachable;
    },
    [commands.copyConnectionString]: async () => {
      const running = await runningOrOffer(context);
      if (running === undefined) return undefined;
      const connectionString = running.grpc?.connectionString;
      if (connectionString === undefined) {
        throw new DurascopeError(
          'NotSupported',
          'The emulator does not listen for Durable Task SDKs here: switch the setting durascope.grpc on and start it again.',
        );
      }
      await vscode.env.clipboard.writeText(connectionString);
      statusBar.say(`Copied ${connectionString}`);
      return connectionString;
    },
    [commands.openRoute]: async ([node]) => {
      const url = urlIn(node);
      if (url !== undefined) await vscode.env.openExternal(await vscode.env.asExternalUri(vscode.Uri.parse(url)));
    },
    [commands.openDashboard]: async () => {
      const running = await runningOrOffer(context);
      if (running === undefined) return undefined;
      // In a remote window the port is forwarded to where the browser is.
      const address = await vscode.env.asExternalUri(vscode.Uri.parse(`${running.url}/`));
      const opened = await vscode.env.openExternal(address.with({ fragment: `code=${running.key}` }));
      if (!opened) statusBar.say(`The browser was not opened. The dashboard is at ${running.url}`);
      return address.toString();
    },
    [commands.copyText]: async ([line]) => {
      const copies: unknown = typeof line === 'object' && line !== null && 'copies' in line ? line.copies : line;
      if (typeof copies !== 'string') return;
      await vscode.env.clipboard.writeText(copies);
      statusBar.say('Copied');
    },
    [commands.clearHub]: async () => {
      const hub = await hubOrOffer(context);
      if (hub === undefined) return undefined;
      const total = Object.values(await hub.countByStatus()).reduce((sum, each) => sum + each, 0);
      const question = `Delete ${total === 1 ? 'the 1 instance' : `all ${countText(total, 'instance')}`} of ${currentApp(context).name}? Running ones are terminated first. This cannot be undone.`;
      if (!(await dialogs.confirm(question, 'Delete All'))) return undefined;
      await emulators.of(currentApp(context)).stop();
      const url = (await emulators.start(currentApp(context), { sessionStart: 'discard' }))?.url;
      if (url !== undefined) statusBar.say('The task hub is empty.');
      return url;
    },
  };
}

const commandOf: Readonly<Record<LoadAdvice['does'], string>> = {
  open: commands.goToLoadError,
  install: commands.installPackages,
  build: commands.buildApp,
};

function mendNow(context: CommandContext, does: LoadAdvice['does']): Promise<void> {
  const app = currentApp(context);
  const error = context.emulators.of(app).loadError;
  if (error === undefined) throw new DurascopeError('InvalidArgument', `Nothing keeps ${app.name} from being loaded.`);
  return mend(app, error, does);
}

/** A row of the functions view that has a place. */
function isProblem(node: unknown): node is { place: LoadPlace } {
  return typeof node === 'object' && node !== null && 'place' in node && node.place !== undefined;
}

/** Undefined: the user changed their mind. AppInvalid when no folder is open. */
async function adoptFolder(context: CommandContext): Promise<DurableApp | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) return currentApp(context);
  const question =
    'There is no function app with durable functions here. Start the emulator for programs of the Durable Task SDKs?';
  if ((await vscode.window.showInformationMessage(question, 'Start Emulator')) === undefined) return undefined;
  const folder = folders.length === 1 ? folders[0] : await vscode.window.showWorkspaceFolderPick();
  return folder === undefined ? undefined : context.apps.adopt(folder);
}

function urlIn(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('url' in node)) return undefined;
  return typeof node.url === 'string' ? node.url : undefined;
}
