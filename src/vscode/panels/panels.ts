import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import * as z from 'zod';
import { isEntityId } from '../../core/values/instance-id';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { FunctionsPanelSession } from '../../protocol/functions-panel-session';
import { InstancePanelSession, type ComparedInstance } from '../../protocol/instance-panel-session';
import type { InstanceFilter } from '../../protocol/instances-panel';
import { InstancesPanelSession } from '../../protocol/instances-panel-session';
import type { PanelHost } from '../../protocol/panel-host';
import type { PanelReplay } from '../../protocol/panel-replay';
import type { DurableApp } from '../apps/find-apps';
import { contextKeys, hubInstancesPanel, panels as panelIds } from '../models/ids';
import { shortId } from '../models/instance-item';
import { keepsTab, PreviewTab } from '../models/preview-tab';
import type { AttachedHub } from '../../hubs/attached-hub';
import type { HubPanelHost } from './hub-panel-host';
import { PanelApps } from './panel-apps';
import { importedIn, isOfHub, panelKeys } from './panel-keys';
import { panelPage } from './panel-page';
import type { PanelPreferences } from './panel-preferences';
import { type PanelSession, PanelSessions, type PanelSessionsOptions } from './panel-sessions';
import { tick } from '../editor/tick';

/** Whose instance is shown, where it is not the app's emulator's; `host`: what it asks of the editor, where that is not the app's. */
interface ShownHub {
  hub: TaskHubClient;
  host?: PanelHost;
}

interface OpenPanel {
  panel: vscode.WebviewPanel;
  session: PanelSession;
  app: DurableApp;
  subscriptions: vscode.Disposable[];
  /** Of an imported history; absent: that of the app's emulator. */
  imported?: TaskHubClient;
}

export interface PanelsOptions extends PanelSessionsOptions {
  memory: vscode.Memento;
  preferences: PanelPreferences;
  findApp: (appDir: string) => DurableApp | undefined;
  currentApp: () => DurableApp | undefined;
  /** The same for panels of instances of attached hubs. */
  attachedHostOf: (app: DurableApp) => HubPanelHost;
  attachedReplayOf: (app: DurableApp, hub: AttachedHub, instanceId: string) => PanelReplay;
  /** Whether single clicks share a tab. */
  reusesPreview: () => boolean;
  /** A panel of an instance is opened, or comes to the front. */
  onOpened: (app: DurableApp, instanceId: string) => void;
}

const savedState = z.object({ instanceId: z.string() });

/** One panel an instance or entity, one of all instances for each app. */
export class Panels implements vscode.Disposable {
  readonly #open = new Map<string, OpenPanel>();
  readonly #preview = new PreviewTab();
  readonly #sessions: PanelSessions;
  readonly #apps: PanelApps;
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly options: PanelsOptions) {
    this.#sessions = new PanelSessions(options);
    this.#apps = new PanelApps(options.memory);
    const refresh = (appDir: string): void => {
      const session = this.#open.get(panelKeys.functions({ appDir }))?.session;
      if (session instanceof FunctionsPanelSession) session.refresh();
    };
    this.#subscriptions = [
      options.emulators.onChanged((emulator) => {
        for (const open of this.#open.values()) if (open.app.appDir === emulator.appDir) this.#connect(open);
      }),
      options.emulators.onCreated((emulator) =>
        emulator.onEvent(({ type }) => {
          if (type === 'functionsChanged' || type === 'connectedWorkersChanged') refresh(emulator.appDir);
        }),
      ),
      options.called.onChanged(refresh),
    ];
  }

  /** `beside`: next to the editor, which keeps the focus; where a panel of ours is on screen, in its place. `replay`: at its Replay tab; `compareWith`: beside that instance. `isPreview`: by a single click, in the tab that those share. */
  openInstance(
    app: DurableApp,
    instanceId: string,
    how: { title?: string; beside?: boolean; replay?: boolean; compareWith?: ComparedInstance; isPreview?: boolean } = {},
  ): vscode.WebviewPanel {
    this.options.onOpened(app, instanceId);
    tick(contextKeys.hasOpenedPanel);
    const key = panelKeys.instance(app, instanceId);
    const known = this.#open.get(key);
    const isPreview = how.isPreview === true && this.options.reusesPreview();
    if (known !== undefined) {
      known.panel.reveal(undefined, how.beside);
      showPart(known.session, how);
      if (this.#preview.key === key && (!isPreview || this.#preview.click(Date.now()))) this.#keep(key);
      return known.panel;
    }
    const isEntity = isEntityId(instanceId);
    const title = how.title ?? (isEntity ? instanceId : shortId(instanceId));
    const reused = isPreview && !isEntity ? this.#releasePreview() : undefined;
    const panel =
      reused ??
      this.#create(
        isEntity ? panelIds.entity : panelIds.instance,
        title,
        how.beside === true ? { viewColumn: this.#columnBeside(), preserveFocus: true } : vscode.ViewColumn.Active,
      );
    panel.title = title;
    this.#showInstance(panel, app, instanceId);
    if (isPreview && !isEntity) this.#preview.show(key, Date.now());
    reused?.reveal();
    this.#tellPreview();
    const open = this.#open.get(key);
    showPart(open?.session, how);
    this.#apps.remember(instanceId, app.appDir);
    return panel;
  }

  /** The panel that single clicks share stays as it is from now on; the next click opens another one. */
  keepOpen(): void {
    if (this.#preview.key !== null) this.#keep(this.#preview.key);
  }

  /** The panel of an instance that is in no hub of ours, beside the editor, with its replay. */
  openImported(app: DurableApp, instanceId: string, hub: TaskHubClient, replay: PanelReplay): vscode.WebviewPanel {
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel(panelIds.instance, shortId(instanceId), beside, { enableScripts: true });
    this.#open.get(panelKeys.imported(app, instanceId))?.panel.dispose();
    this.#showInstance(panel, app, instanceId, { hub, replay });
    return panel;
  }

  /** What the open panels of imported histories show. */
  imported(app: DurableApp): (ComparedInstance & { title: string })[] {
    return [...this.#open].flatMap(([key, { imported, panel }]) => {
      const instanceId = importedIn(key, app);
      return imported === undefined || instanceId === null
        ? []
        : [{ instanceId, hub: imported, isImported: true, title: panel.title }];
    });
  }

  /** The panel of a run that was made to be compared, at its comparison with the other instance of its hub. */
  openCompared(
    app: DurableApp,
    instanceId: string,
    originId: string,
    hub: TaskHubClient,
    replayOf: (instanceId: string) => PanelReplay,
  ): vscode.WebviewPanel {
    const panel = this.#create(panelIds.instance, shortId(instanceId));
    const host = Object.assign(this.options.hostOf(app), {
      openInstance: (id: string) => {
        if (id === originId) this.openImported(app, id, hub, replayOf(id));
        else panel.reveal();
      },
    });
    const key = panelKeys.compared(app, instanceId);
    this.#showInstance(panel, app, instanceId, { hub, replay: replayOf(instanceId), key, host });
    showPart(this.#open.get(key)?.session, { compareWith: { instanceId: originId } });
    return panel;
  }

  /** The panel of an instance of an attached hub; its code is that of the app, where there is one. */
  openAttached(app: DurableApp | undefined, hub: AttachedHub, hubId: string, instanceId: string): vscode.WebviewPanel {
    const owner = ownerOf(app, hub, hubId);
    const key = panelKeys.attached(owner, instanceId, hubId);
    const known = this.#open.get(key);
    if (known !== undefined) {
      known.panel.reveal();
      return known.panel;
    }
    const panel = this.#create(isEntityId(instanceId) ? panelIds.entity : panelIds.instance, shortId(instanceId));
    const replay = this.options.attachedReplayOf(owner, hub, instanceId);
    const host = this.options.attachedHostOf(owner).of(
      hub,
      (id) => void this.openAttached(app, hub, hubId, id),
      () => replay.debug(0, 'steps'),
    );
    this.#showInstance(panel, owner, instanceId, { hub, replay, key, host });
    return panel;
  }

  /** The instances of an attached hub, page by page. With a filter: shows what it lets through. */
  openAttachedInstances(app: DurableApp | undefined, hub: AttachedHub, hubId: string, filter?: InstanceFilter): void {
    const owner = ownerOf(app, hub, hubId);
    const key = panelKeys.attachedInstances(owner, hubId);
    let open = this.#open.get(key);
    if (open === undefined) {
      const panel = this.#create(hubInstancesPanel, `Instances: ${hub.name}`);
      const host = this.options.attachedHostOf(owner).of(
        hub,
        (id) => void this.openAttached(app, hub, hubId, id),
        () => undefined,
      );
      this.#showInstances(panel, owner, { hub, key, host });
      open = this.#open.get(key);
    } else open.panel.reveal();
    if (filter !== undefined && open?.session instanceof InstancesPanelSession) open.session.showFilter(filter);
  }

  /** What may be done to the hub has changed, or it is attached no more: its panels would go on as before. */
  closeAttached(hubId: string): void {
    for (const [key, { panel }] of [...this.#open]) if (isOfHub(key, hubId)) panel.dispose();
  }

  /** With a filter: shows what it lets through. */
  openInstances(app: DurableApp, filter?: InstanceFilter): vscode.WebviewPanel {
    let open = this.#open.get(panelKeys.instances(app));
    if (open === undefined) {
      this.#showInstances(this.#create(panelIds.instances, `Instances: ${app.name}`), app);
      open = this.#open.get(panelKeys.instances(app));
    } else {
      open.panel.reveal();
    }
    if (open === undefined) throw new Error('A panel that was just opened is not there.');
    if (filter !== undefined && open.session instanceof InstancesPanelSession) open.session.showFilter(filter);
    return open.panel;
  }

  /** Which function of the app calls which. */
  openFunctions(app: DurableApp): vscode.WebviewPanel {
    const known = this.#open.get(panelKeys.functions(app));
    if (known !== undefined) {
      known.panel.reveal();
      return known.panel;
    }
    const panel = this.#create(panelIds.functions, `Functions: ${app.name}`);
    this.#showFunctions(panel, app);
    return panel;
  }

  /** After a reload of the window: the panel exists, its page and its session do not. */
  restore(panel: vscode.WebviewPanel, state: unknown): void {
    const parsed = savedState.safeParse(state);
    if (panel.viewType === panelIds.instances) {
      const app = this.options.currentApp();
      if (app === undefined || this.#open.has(panelKeys.instances(app))) panel.dispose();
      else this.#showInstances(panel, app);
      return;
    }
    if (panel.viewType === panelIds.functions) {
      const app = this.options.currentApp();
      if (app === undefined || this.#open.has(panelKeys.functions(app))) panel.dispose();
      else this.#showFunctions(panel, app);
      return;
    }
    const app = parsed.success ? this.#appOf(parsed.data.instanceId) : undefined;
    if (!parsed.success || app === undefined) panel.dispose();
    else this.#showInstance(panel, app, parsed.data.instanceId);
  }

  /** The panel of an instance or, without an id, of all instances. */
  find(app: DurableApp, instanceId?: string): vscode.WebviewPanel | undefined {
    return this.#open.get(instanceId === undefined ? panelKeys.instances(app) : panelKeys.instance(app, instanceId))?.panel;
  }

  /** Its panel is on screen, in a window that somebody works in. */
  isLookedAt(appDir: string, instanceId: string): boolean {
    return vscode.window.state.focused && this.#open.get(panelKeys.instance({ appDir }, instanceId))?.panel.visible === true;
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    for (const { session } of this.#open.values()) session.dispose();
    this.#open.clear();
  }

  #keep(key: string): void {
    this.#preview.keep(key);
    this.#tellPreview();
  }

  /** The preview's panel without what it showed. */
  #releasePreview(): vscode.WebviewPanel | undefined {
    const { key } = this.#preview;
    const open = key === null ? undefined : this.#open.get(key);
    if (key === null || open === undefined) return undefined;
    for (const each of open.subscriptions) each.dispose();
    open.session.dispose();
    this.#open.delete(key);
    return open.panel;
  }

  /** For the button that keeps it. */
  #tellPreview(): void {
    const { key } = this.#preview;
    const isActive = key !== null && this.#open.get(key)?.panel.active === true;
    void vscode.commands.executeCommand('setContext', contextKeys.isPreview, isActive);
  }

  #showInstance(
    panel: vscode.WebviewPanel,
    app: DurableApp,
    instanceId: string,
    imported?: ShownHub & { replay: PanelReplay; key?: string },
  ): void {
    if (isEntityId(instanceId)) {
      this.#showEntity(panel, app, instanceId, imported);
      return;
    }
    const kept = imported !== undefined && imported.key === undefined;
    const session = this.#sessions.ofInstance(
      panel,
      app,
      instanceId,
      imported === undefined ? {} : { ...imported, isImported: kept },
    );
    const key =
      imported === undefined ? panelKeys.instance(app, instanceId) : (imported.key ?? panelKeys.imported(app, instanceId));
    this.#adopt(key, { panel, session, app, instanceId, ...hubOf(imported) }, 'instance');
  }

  #showEntity(panel: vscode.WebviewPanel, app: DurableApp, instanceId: string, attached?: ShownHub & { key?: string }): void {
    const session = this.#sessions.ofEntity(panel, app, instanceId, attached?.host);
    this.#adopt(attached?.key ?? panelKeys.instance(app, instanceId), { panel, session, app, ...hubOf(attached) }, 'entity');
  }

  #showInstances(
    panel: vscode.WebviewPanel,
    app: DurableApp,
    attached?: { hub: AttachedHub; key: string; host: PanelHost },
  ): void {
    const session = this.#sessions.ofInstances(panel, app, attached);
    this.#adopt(attached?.key ?? panelKeys.instances(app), { panel, session, app, ...hubOf(attached) }, 'instances');
  }

  #showFunctions(panel: vscode.WebviewPanel, app: DurableApp): void {
    const session = this.#sessions.ofFunctions(panel, app, (name) => void this.openInstances(app, { names: [name] }));
    this.#adopt(panelKeys.functions(app), { panel, session, app }, 'functions');
  }

  #adopt(
    key: string,
    { instanceId, ...shown }: Omit<OpenPanel, 'subscriptions'> & { instanceId?: string },
    kind: 'instance' | 'instances' | 'entity' | 'functions',
  ): void {
    const { panel, session } = shown;
    // What a page still says that gives way to this one is not meant for this instance.
    let hasBegun = false;
    const subscriptions = [
      panel.onDidDispose(() => {
        session.dispose();
        this.#open.delete(key);
        this.#keep(key);
      }),
      panel.onDidChangeViewState(() => this.#tellPreview()),
      panel.webview.onDidReceiveMessage((message: unknown) => {
        hasBegun ||= isReady(message);
        if (!hasBegun) return;
        if (this.#preview.key === key && keepsTab(message)) this.#keep(key);
        void session.receive(message);
      }),
    ];
    const open = { ...shown, subscriptions };
    this.#open.set(key, open);
    this.#connect(open);
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [this.#webviewFolder()] };
    webview.html = panelPage({
      panel: kind,
      script: webview.asWebviewUri(vscode.Uri.joinPath(this.#webviewFolder(), 'panels.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(this.#webviewFolder(), 'panels.css')).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64'),
      title: panel.title,
      ...(instanceId === undefined ? {} : { instanceId }),
      preferences: this.options.preferences.all(),
    });
  }

  #connect({ app, session, imported }: OpenPanel): void {
    if (imported !== undefined) {
      if (!this.#connected.has(session)) session.connect(imported);
      this.#connected.set(session, imported);
      return;
    }
    const emulator = this.options.emulators.of(app);
    if (emulator.shown !== undefined) {
      if (this.#connected.get(session) === emulator.shown) return;
      this.#connected.set(session, emulator.shown);
      session.connect(emulator.shown.hub);
      return;
    }
    this.#connected.delete(session);
    const { status } = emulator;
    session.disconnect(
      status.type === 'failed'
        ? `The emulator is not running: ${status.message}`
        : status.type === 'starting'
          ? 'The emulator is starting.'
          : 'The emulator is stopped. Start it to go on.',
      status.type === 'failed' || status.type === 'stopped',
    );
  }
  readonly #connected = new WeakMap<PanelSession, unknown>();

  #create(
    viewType: string,
    title: string,
    show: Parameters<typeof vscode.window.createWebviewPanel>[2] = vscode.ViewColumn.Active,
  ): vscode.WebviewPanel {
    return vscode.window.createWebviewPanel(viewType, title, show, { enableScripts: true });
  }

  #columnBeside(): vscode.ViewColumn {
    const shown = [...this.#open.values()].find(({ panel }) => panel.visible)?.panel.viewColumn;
    // With nothing open there is nothing to stand beside.
    const isEmpty = vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0);
    return shown ?? (isEmpty ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside);
  }

  #appOf(instanceId: string): DurableApp | undefined {
    const appDir = this.#apps.of(instanceId);
    return (appDir === undefined ? undefined : this.options.findApp(appDir)) ?? this.options.currentApp();
  }

  #webviewFolder(): vscode.Uri {
    return vscode.Uri.joinPath(this.options.extensionUri, 'dist', 'webview');
  }
}

function hubOf(shown: { hub: TaskHubClient } | undefined): Pick<OpenPanel, 'imported'> {
  return shown === undefined ? {} : { imported: shown.hub };
}

function isReady(message: unknown): boolean {
  return typeof message === 'object' && message !== null && (message as { type?: unknown }).type === 'ready';
}

function showPart(session: PanelSession | undefined, how: { replay?: boolean; compareWith?: ComparedInstance }): void {
  if (!(session instanceof InstancePanelSession)) return;
  if (how.replay === true) session.showReplay();
  if (how.compareWith !== undefined) session.compareWith(how.compareWith);
}

/** Whose code the instances of an attached hub run: the app's, where there is one. */
function ownerOf(app: DurableApp | undefined, hub: AttachedHub, hubId: string): DurableApp {
  return app ?? { kind: 'programs', appDir: hubId, name: hub.label, folder: undefined };
}
