/** Composition root of the extension: builds its parts, shows in the views what happens, and runs commands. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { stackOrMessage } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';
import { SystemClock } from '../emulator/time/system-clock';
import { AgentTools } from './agents/agent-tools';
import { CalledFunctions } from './source/called-functions';
import { CodeLenses } from './annotations/code-lenses';
import type { CommandContext, Handlers } from './commands/command-context';
import { clockCommands } from './commands/clock-commands';
import { determinismCommands } from './commands/determinism-commands';
import { showFailure } from './commands/command-context';
import { entityCommands } from './commands/entity-commands';
import { emulatorCommands } from './commands/emulator-commands';
import { exampleCommands } from './commands/example-commands';
import { hubCommands } from './commands/hub-commands';
import { httpCommands } from './commands/http-commands';
import { instanceCommands } from './commands/instance-commands';
import { exploreCommands } from './commands/explore-commands';
import { forkCommands } from './commands/fork-commands';
import { compareCommands } from './commands/compare-commands';
import { chooseTarget, replayCommands } from './commands/replay-commands';
import { runFunctionCommands } from './commands/run-function';
import { startCommands } from './commands/start-instance';
import { testCommands } from './commands/test-commands';
import { transferCommands } from './commands/transfer-commands';
import { viewCommands } from './commands/view-commands';
import { Debugging } from './debug/debugging';
import { Dialogs } from './editor/dialogs';
import { DeterminismDiagnostics } from './annotations/determinism-diagnostics';
import { DurableApps } from './apps/durable-apps';
import { EditorHost } from './panels/editor-host';
import { HubConnections } from './hubs/hub-connections';
import { HubPanelHost } from './panels/hub-panel-host';
import { HubsView } from './views/hubs-view';
import { EntitiesView } from './views/entities-view';
import { Failures } from './views/failures';
import type { DurableApp } from './apps/find-apps';
import { instanceOf } from './editor/instance-links';
import { Emulators } from './emulators/emulators';
import { LazyPanelReplay } from './panels/lazy-panel-replay';
import { loadAnalysis } from './source/load-analysis';
import type { Trees } from './views/lazy-tree';
import { EmulatorView, FunctionsView } from './views/facts-views';
import { commands, contextKeys, replayDebugType, type CommandId } from './models/ids';
import { offerMending } from './emulators/mending';
import { mendingWords, refusedAsBroken } from './models/load-advice';
import { InstancesView } from './views/instances-view';
import { StartMemory } from './models/start-memory';
import { reusesPreview } from './models/preview-tab';
import { outputLogger } from './editor/output-log';
import { PanelPreferences } from './panels/panel-preferences';
import { Panels } from './panels/panels';
import { Problems } from './annotations/problems';
import type { ReplayPart } from './replay/replay-part';
import { ReloadNote } from './emulators/reload-note';
import { Explorations } from './testing/explorations';
import { RecordedTests } from './testing/recorded-tests';
import { RunningChecks } from './testing/running-checks';
import { SourceIndex } from './source/source-index';
import { accountTokens } from './hubs/sign-in';
import { StatusBar } from './views/status-bar';
import { TextDocuments } from './editor/text-documents';
import { tick } from './editor/tick';
import { WaitingHints } from './annotations/waiting-hints';

export class Durascope implements vscode.Disposable {
  readonly output = vscode.window.createOutputChannel('Durascope', { log: true });
  readonly dialogs = new Dialogs();
  readonly apps: DurableApps;
  readonly emulators: Emulators;
  readonly panels: Panels;
  readonly debugging: Debugging;
  readonly determinism: DeterminismDiagnostics;
  readonly runningChecks: RunningChecks;
  readonly failures: Failures;
  readonly instances: InstancesView;
  readonly entities: EntitiesView;
  readonly hubs: HubConnections;
  readonly hubsView: HubsView;
  readonly statusBar = new StatusBar();
  readonly agentTools: AgentTools;
  readonly waitingHints: WaitingHints;
  readonly recordedTests: RecordedTests;
  readonly explorations: Explorations;
  readonly functions: FunctionsView;
  readonly #emulatorView: EmulatorView;
  readonly #handlers: Handlers;
  readonly #commandContext: CommandContext;
  #replayPart: Promise<ReplayPart> | undefined;
  readonly #reload: ReloadNote;
  readonly #disposables: { dispose(): unknown }[];

  constructor(context: vscode.ExtensionContext, trees: Trees) {
    const { extensionUri, workspaceState } = context;
    this.#reload = new ReloadNote(context.storageUri?.fsPath);
    const onError = (error: unknown): void => this.output.error(stackOrMessage(error));
    this.apps = new DurableApps(workspaceState);
    this.emulators = new Emulators(
      vscode.Uri.joinPath(extensionUri, 'dist', 'emulator-thread.js').fsPath,
      outputLogger(this.output),
      workspaceState,
    );
    const sources = new SourceIndex((file) => this.apps.of(file));
    const called = new CalledFunctions((file) => this.apps.of(file));
    const documents = new TextDocuments();
    const preferences = new PanelPreferences(context.globalState);
    this.panels = new Panels({
      extensionUri,
      memory: workspaceState,
      emulators: this.emulators,
      sources,
      hostOf: (app) =>
        Object.assign(
          new EditorHost(
            app,
            this.dialogs,
            documents,
            () => this.emulators.of(app),
            (in_, id, isPreview) => void this.panels.openInstance(in_, id, { isPreview }),
            onError,
            preferences,
            (in_, ids, verb) => this.runningChecks.mayRunOn(in_, ids, verb),
          ),
          {
            compareInstances: (left: string, right: string) =>
              void this.panels.openInstance(app, right, { compareWith: { instanceId: left } }),
          },
        ),
      preferences,
      reusesPreview: () =>
        reusesPreview(
          vscode.workspace.getConfiguration('durascope').get('previewPanels'),
          vscode.workspace.getConfiguration('workbench.editor').get('enablePreview'),
        ),
      called,
      onOpened: ({ appDir }, instanceId) => this.failures.see(appDir, instanceId),
      attachedHostOf: (app) =>
        new HubPanelHost(
          app,
          this.dialogs,
          documents,
          () => this.emulators.of(app),
          () => undefined,
          onError,
          preferences,
        ),
      attachedReplayOf: ({ appDir }, hub, instanceId) =>
        new LazyPanelReplay(async () => (await this.replayPart()).attachedReplay(hub, appDir, instanceId)),
      findApp: (appDir) => this.apps.find(appDir),
      currentApp: () => this.apps.current,
      replayOf: ({ appDir }, instanceId) =>
        new LazyPanelReplay(async () => (await this.replayPart()).panelReplay({ appDir, instanceId })),
      onError,
    });
    this.agentTools = new AgentTools({
      emulators: this.emulators,
      currentApp: () => this.apps.current,
      replayPart: () => this.replayPart(),
    });
    this.waitingHints = new WaitingHints({
      emulators: this.emulators,
      appOf: (file) => this.apps.of(file),
      open: async (appDir, instanceId) => (await this.replayPart()).replays.open({ appDir, instanceId }),
    });
    this.debugging = new Debugging(this.apps, this.emulators, this.dialogs);
    this.determinism = new DeterminismDiagnostics(this.apps, onError);
    this.runningChecks = new RunningChecks({
      emulators: this.emulators,
      openReplays: async (appDir) => (await this.replayPart()).replays.fresh(appDir),
      findingsOf: (appDir, name) => this.determinism.findingsOf(appDir, name),
      locate: (app, name) => sources.locate(app, name),
      openDivergence: (app, instanceId) => this.panels.openInstance(app, instanceId, { replay: true }),
      dialogs: this.dialogs,
      hint: (text) => {
        // The editor takes the line away for an empty text only.
        trees.instances.view.message = text ?? '';
      },
      log: (message) => this.output.warn(message),
      onError,
    });
    this.failures = new Failures(
      trees.instances.view,
      this.emulators,
      (appDir, instanceId) => {
        const app = this.apps.find(appDir);
        if (app !== undefined) this.panels.openInstance(app, instanceId);
      },
      (appDir, instanceId) => this.panels.isLookedAt(appDir, instanceId),
    );
    this.instances = new InstancesView(trees.instances, workspaceState, onError);
    this.entities = new EntitiesView(trees.entities, onError);
    this.hubs = new HubConnections({
      secrets: context.secrets,
      memory: context.globalState,
      clock: new SystemClock(),
      tokens: accountTokens,
      newId: () => randomBytes(8).toString('hex'),
      changed: () => this.#showHubs(),
      waiting: (words) => (trees.hubs.view.message = words ?? ''),
    });
    this.hubsView = new HubsView(trees.hubs, this.hubs);
    this.recordedTests = new RecordedTests(
      (file) => this.apps.of(file),
      () => this.replayPart(),
    );
    this.explorations = new Explorations({
      memory: workspaceState,
      load: () => this.replayPart(),
      open: async (appDir, name, history) => {
        const app = this.apps.find(appDir);
        if (app === undefined) throw new DurascopeError('AppInvalid', `The app ${appDir} is not in the workspace any more.`);
        const { instanceId, hub, replay, debug } = (await this.replayPart()).explored(appDir, name, history);
        const started = await debug();
        this.panels.openImported(app, instanceId, hub, replay);
        return started;
      },
    });
    this.functions = new FunctionsView(trees.functions);
    this.#emulatorView = new EmulatorView(trees.emulator);
    const commandContext: CommandContext = {
      apps: this.apps,
      emulators: this.emulators,
      panels: this.panels,
      instances: this.instances,
      entities: this.entities,
      sources,
      documents,
      dialogs: this.dialogs,
      statusBar: this.statusBar,
      runningChecks: this.runningChecks,
      failures: this.failures,
      starts: new StartMemory(workspaceState),
      output: this.output,
    };
    this.#commandContext = commandContext;
    this.#handlers = {
      ...emulatorCommands(commandContext),
      ...exampleCommands(extensionUri, commandContext),
      ...instanceCommands(commandContext),
      ...replayCommands(commandContext, () => this.replayPart()),
      ...compareCommands(commandContext, () => this.replayPart()),
      ...hubCommands(commandContext, {
        connections: this.hubs,
        view: this.hubsView,
        refresh: () => this.#showHubs(),
        newId: () => randomBytes(16).toString('hex'),
      }),
      ...forkCommands(commandContext, () => this.replayPart()),
      ...entityCommands(commandContext),
      ...startCommands(commandContext),
      ...runFunctionCommands(commandContext),
      ...httpCommands(commandContext),
      ...transferCommands(commandContext),
      ...testCommands(commandContext),
      ...exploreCommands(commandContext, this.explorations, () => this.replayPart()),
      ...viewCommands(commandContext),
      ...clockCommands(commandContext),
      ...determinismCommands(extensionUri, commandContext, this.runningChecks),
    };
    this.#disposables = [
      this.output,
      this.apps,
      this.emulators,
      sources,
      called,
      documents,
      this.panels,
      this.debugging,
      this.determinism,
      this.waitingHints,
      this.runningChecks,
      this.failures,
      this.instances,
      this.entities,
      this.hubsView,
      this.hubs,
      this.statusBar,
      this.recordedTests,
      this.explorations,
      new Problems(this.emulators),
      new CodeLenses(this.emulators, (file) => this.apps.of(file)),
      this.apps.onChanged(() => this.#show()),
      this.emulators.onChanged(() => this.#show()),
      this.emulators.onCreated((emulator) =>
        emulator.onEvent(
          (event) => (event.type === 'functionsChanged' || event.type === 'connectedWorkersChanged') && this.#show(),
        ),
      ),
    ];
  }

  /** Finds the workspace's apps and starts their emulators where the setting says so. */
  async open(): Promise<void> {
    await this.apps.open();
    this.#showHubs();
    this.#show();
    this.#autoStart();
    this.#disposables.push(vscode.workspace.onDidGrantWorkspaceTrust(() => this.#autoStart()));
  }

  /** Runs a command; what it refuses is shown to the user. The result is for callers by `executeCommand`. */
  async runCommand(id: CommandId, args: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#handlers[id]?.(args);
    } catch (error) {
      this.#tell(error);
      return undefined;
    }
  }

  /** What was refused; of an app that cannot be loaded with the way to what keeps it. */
  #tell(error: unknown): void {
    const app = this.apps.current;
    const broken = app === undefined ? undefined : refusedAsBroken(error, this.emulators.of(app).loadError);
    if (app === undefined || broken === undefined) showFailure(error, this.output);
    else void offerMending(app, broken);
  }

  /** An address of an instance was opened: shows it, of the app that it names or of the current one. */
  async openLink(uri: vscode.Uri): Promise<void> {
    const link = instanceOf(uri);
    if (link === undefined) {
      void vscode.window.showErrorMessage(`${uri.toString(true)} is no address of an instance: it would end in /instance/ID.`);
      return;
    }
    const app = link.appDir === undefined ? undefined : this.apps.find(link.appDir);
    if (app !== undefined) await this.apps.choose(app);
    await this.runCommand(commands.goToInstance, [link.instanceId]);
  }

  /** What replays need, read with the first one. */
  replayPart(): Promise<ReplayPart> {
    this.#replayPart ??= import('./replay/replay-part').then(
      ({ ReplayPart: Part }) =>
        new Part({
          emulators: this.emulators,
          log: outputLogger(this.output),
          explain: (appDir, name, divergence) =>
            loadAnalysis().likelyCause(divergence, this.determinism.findingsOf(appDir, name)),
          tell: (error) => this.#tell(error),
        }),
    );
    return this.#replayPart;
  }

  /** Asks for the instance where a configuration names none; undefined stops the launch. */
  async resolveReplay(config: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    try {
      if (typeof config['instanceId'] === 'string') return config;
      const chosen = await chooseTarget(this.#commandContext, [], 'Step through the replay of which instance?');
      if (chosen === undefined) return undefined;
      return { ...config, ...chosen.target, type: replayDebugType, request: 'launch', name: `Replay: ${chosen.name}` };
    } catch (error) {
      this.#tell(error);
      return undefined;
    }
  }

  /** The window goes away. */
  stopAll(): Promise<void> {
    const running = this.emulators.all.filter(({ status }) => status.type === 'running' && !status.isDebugging);
    this.#reload.write(
      running.map(({ appDir }) => appDir),
      Date.now(),
    );
    return this.emulators.stopAll();
  }

  dispose(): void {
    for (const each of this.#disposables) each.dispose();
    void this.#replayPart?.then((part) => part.dispose());
  }

  #autoStart(): void {
    if (!vscode.workspace.isTrusted) return;
    const reloaded = this.#reload.take(Date.now());
    for (const app of this.apps.all) {
      if (reloaded.includes(app.appDir)) void this.emulators.start(app, { sessionStart: 'keep' });
      else if (this.emulators.settingsOf(app).autoStart) void this.emulators.start(app);
    }
  }

  /** Whether there is something to be looked at while the emulator is stopped. */
  async #showEarlier(app: DurableApp | undefined): Promise<void> {
    const isStopped = app !== undefined && this.emulators.of(app).shown === undefined;
    const hasEarlier = isStopped && (await this.emulators.hasEarlier(app));
    await vscode.commands.executeCommand('setContext', contextKeys.hasEarlier, hasEarlier);
  }

  #showHubs(): void {
    void vscode.commands.executeCommand('setContext', contextKeys.hasHubs, this.hubs.all.length > 0);
    this.hubsView.show();
  }

  #show(): void {
    const app = this.apps.current;
    const emulator = app === undefined ? undefined : this.emulators.of(app);
    const name = app?.name ?? '';
    if (emulator?.running !== undefined) tick(contextKeys.hasRun);
    this.statusBar.show(emulator, name);
    this.instances.show(emulator);
    this.entities.show(emulator);
    this.functions.show(emulator);
    this.#emulatorView.show(emulator, name);
    const none = this.apps.wasSearched ? 'none' : undefined;
    void vscode.commands.executeCommand('setContext', contextKeys.emulator, emulator?.status.type ?? none);
    const isBuilding = emulator?.status.type === 'starting' && emulator.status.isBuilding === true;
    void vscode.commands.executeCommand('setContext', contextKeys.isBuilding, isBuilding);
    const error = emulator?.loadError;
    void vscode.commands.executeCommand('setContext', contextKeys.isBroken, error !== undefined);
    void vscode.commands.executeCommand('setContext', contextKeys.mending, error === undefined ? '' : mendingWords(error));
    void vscode.commands.executeCommand('setContext', contextKeys.severalApps, this.apps.all.length > 1);
    void vscode.commands.executeCommand('setContext', contextKeys.appKind, app?.kind ?? '');
    void this.#showEarlier(app);
  }
}
