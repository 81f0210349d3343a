/** The sessions behind the panels: what each kind shows, and of whom; `panels.ts` knows which are open. */
import * as vscode from 'vscode';
import type { InstanceRow } from '../../core/instances/instance';
import type { FailureLink } from '../../core/ports/failure-chain';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import type { AttachedHub } from '../../hubs/attached-hub';
import { EntityPanelSession } from '../../protocol/entity-panel-session';
import { FunctionsPanelSession } from '../../protocol/functions-panel-session';
import { type ComparedInstance, InstancePanelSession } from '../../protocol/instance-panel-session';
import { InstancesPanelSession } from '../../protocol/instances-panel-session';
import type { PanelHost } from '../../protocol/panel-host';
import type { PanelReplay } from '../../protocol/panel-replay';
import type { FailureLinkValue, SourceLocation } from '../../protocol/panel-values';
import type { AppEmulator } from '../emulators/app-emulator';
import type { CalledFunctions } from '../source/called-functions';
import { clockOf } from '../emulators/editor-clock';
import type { Emulators } from '../emulators/emulators';
import { readText, realDir, type DurableApp } from '../apps/find-apps';
import { commands } from '../models/ids';
import { shortId } from '../models/instance-item';
import { excerptAt, lastEvents, locateFailure, locateInStack } from '../models/stack-location';
import type { SourceIndex } from '../source/source-index';

export type PanelSession = InstancePanelSession | InstancesPanelSession | EntityPanelSession | FunctionsPanelSession;

export interface PanelSessionsOptions {
  extensionUri: vscode.Uri;
  emulators: Emulators;
  sources: SourceIndex;
  called: CalledFunctions;
  /** What panels of this app ask of the editor. */
  hostOf: (app: DurableApp) => PanelHost;
  /** The replay of an instance, for its panel. */
  replayOf: (app: DurableApp, instanceId: string) => PanelReplay;
  onError: (error: unknown) => void;
}

export class PanelSessions {
  constructor(private readonly options: PanelSessionsOptions) {}

  /** With a hub: of that instead of the app's emulator. `isImported`: there is a history of it and nothing else. */
  ofInstance(
    panel: vscode.WebviewPanel,
    app: DurableApp,
    instanceId: string,
    of: { hub?: TaskHubClient; host?: PanelHost; replay?: PanelReplay; isImported?: boolean },
  ): InstancePanelSession {
    const isImported = of.isImported === true;
    const host = of.host ?? this.options.hostOf(app);
    if (of.hub !== undefined)
      Object.assign(
        host,
        ofAnotherHub(of.hub, (other) => session.compareWith(other)),
      );
    panel.iconPath = this.#icon('Pending');
    const session = new InstancePanelSession({
      instanceId,
      post: (message) => {
        if (message.type === 'instance' && message.instance !== null) {
          panel.title = `${message.instance.name} · ${shortId(instanceId)}${isImported ? ' (imported)' : ''}`;
          panel.iconPath = this.#icon(message.instance.runtimeStatus);
        }
        void panel.webview.postMessage(message);
      },
      host,
      clock: this.#clock(app),
      locate: (row) => this.#locate(app, row, of.hub),
      locateFailure: (link) => locateLink(app, link),
      locateOpenTimer: (row) => this.options.sources.locateOpenTimer(app, row.name),
      eventNames: () => this.options.sources.eventNames(app),
      ...(of.hub === undefined ? { logs: this.options.emulators.of(app).logs } : {}),
      replay: of.replay ?? this.options.replayOf(app, instanceId),
      ...(isImported ? { isImported, opensReplay: true } : {}),
      onError: this.options.onError,
    });
    return session;
  }

  ofEntity(panel: vscode.WebviewPanel, app: DurableApp, instanceId: string, host?: PanelHost): EntityPanelSession {
    panel.iconPath = this.#icon('instances');
    return new EntityPanelSession({ instanceId, ...this.#common(panel, app, host) });
  }

  ofInstances(
    panel: vscode.WebviewPanel,
    app: DurableApp,
    attached?: { hub: AttachedHub; host: PanelHost },
  ): InstancesPanelSession {
    const emulator = this.options.emulators.of(app);
    panel.iconPath = this.#icon('instances');
    return new InstancesPanelSession({
      ...this.#common(panel, app, attached?.host),
      hubName: attached?.hub.label ?? app.name,
      names: () =>
        Promise.resolve(
          (emulator.running?.functions() ?? []).filter((each) => each.type === 'orchestrator').map((each) => each.name),
        ),
    });
  }

  ofFunctions(panel: vscode.WebviewPanel, app: DurableApp, showInstances: (name: string) => void): FunctionsPanelSession {
    panel.iconPath = this.#icon('instances');
    return new FunctionsPanelSession({
      ...this.#common(panel, app),
      app: app.name,
      functions: () => Promise.resolve(functionsOf(this.options.emulators.of(app))),
      code: () => this.options.called.of(app),
      showInstances,
    });
  }

  #common(
    panel: vscode.WebviewPanel,
    app: DurableApp,
    host = this.options.hostOf(app),
  ): { post: (message: unknown) => void; host: PanelHost; clock: ReturnType<typeof clockOf>; onError: (error: unknown) => void } {
    return {
      post: (message) => void panel.webview.postMessage(message),
      host,
      clock: this.#clock(app),
      onError: this.options.onError,
    };
  }

  #clock(app: DurableApp): ReturnType<typeof clockOf> {
    return clockOf(() => this.options.emulators.of(app));
  }

  async #locate(
    app: DurableApp,
    row: InstanceRow,
    of?: TaskHubClient,
  ): Promise<{ code: SourceLocation | null; failure: SourceLocation | null }> {
    const place = await this.options.sources.locate(app, row.name);
    const code =
      place === undefined
        ? null
        : { file: place.uri.fsPath, line1: place.range.start.line + 1, column1: place.range.start.character + 1 };
    if (row.runtimeStatus !== 'Failed') return { code, failure: null };
    const hub = of ?? this.options.emulators.of(app).shown?.hub;
    const history = (await hub?.history(row.instanceId, Math.max(0, row.historyLength - lastEvents))) ?? [];
    return { code, failure: locateFailure(row, history, app.appDir, await realDir(app.appDir)) ?? null };
  }

  #icon(status: string): { light: vscode.Uri; dark: vscode.Uri } {
    const file = (theme: string): vscode.Uri =>
      vscode.Uri.joinPath(this.options.extensionUri, 'media', 'status', `${iconNames[status] ?? 'running'}-${theme}.svg`);
    return { light: file('light'), dark: file('dark') };
  }
}

/** What asks about the instance of a panel takes it out of this hub, which is not the emulator's. */
function ofAnotherHub(
  from: TaskHubClient,
  show: (other: ComparedInstance) => void,
): Required<Pick<PanelHost, 'whatIf' | 'saveTest' | 'compareWith'>> {
  const run = (command: string, ...args: unknown[]): void => void vscode.commands.executeCommand(command, ...args);
  return {
    whatIf: (instanceId, row) => run(commands.whatIf, instanceId, row, from),
    saveTest: (instanceId) => run(commands.saveRunAsTest, instanceId, null, from),
    compareWith: (instanceId, isImported) => run(commands.compareWith, { instanceId, isImported }, null, { from, show }),
  };
}

/** Of the app, and of programs that are connected; null while nothing runs. */
function functionsOf({ running }: AppEmulator): FunctionDescriptor[] | null {
  if (running === undefined) return null;
  const connected = running
    .connectedWorkers()
    .flatMap(({ orchestrators, activities, entities }) => [
      ...orchestrators.map((name) => ({ name, type: 'orchestrator' as const, triggerType: 'orchestrationTrigger' })),
      ...activities.map((name) => ({ name, type: 'activity' as const, triggerType: 'activityTrigger' })),
      ...entities.map((name) => ({ name, type: 'entity' as const, triggerType: 'entityTrigger' })),
    ]);
  const own = running.functions();
  const known = new Set(own.map(({ type, name }) => `${type} ${name.toLowerCase()}`));
  return [...own, ...connected.filter(({ type, name }) => !known.has(`${type} ${name.toLowerCase()}`))];
}

async function locateLink({ appDir }: DurableApp, link: FailureLink): Promise<Pick<FailureLinkValue, 'location' | 'excerpt'>> {
  const location = locateInStack(link.stackTrace ?? '', appDir, await realDir(appDir));
  if (location === undefined) return { location: null, excerpt: null };
  const text = await readText(vscode.Uri.file(location.file));
  return { location, excerpt: text === undefined ? null : excerptAt(text, location.line1) };
}

const iconNames: Readonly<Record<string, string>> = {
  Running: 'running',
  ContinuedAsNew: 'running',
  Pending: 'pending',
  Suspended: 'suspended',
  Failed: 'failed',
  Terminated: 'terminated',
  Canceled: 'terminated',
  Completed: 'completed',
  instances: 'instances',
};
