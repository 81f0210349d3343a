import * as vscode from 'vscode';
import type { FunctionFolder } from '../../analysis/functions/functions-in-text';
import { countText } from '../../base/count-text';
import type { Emulators } from '../emulators/emulators';
import type { DurableApp } from '../apps/find-apps';
import { commands, settings } from '../models/ids';
import { loadAnalysis } from '../source/load-analysis';
import { functionFolder } from '../source/source-index';

interface Orchestrator {
  name: string;
  line0: number;
  column0: number;
}

const refreshEveryMs = 1000;
export const codeLensLanguages = ['javascript', 'typescript', 'javascriptreact', 'typescriptreact'];
const notExplored: readonly string[] = ['csharp', 'powershell'];

/** Above each orchestrator: Start, how many run, Show instances; above each HTTP function: Send Request. */
export class CodeLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: { dispose(): void }[];
  #isRefreshPlanned = false;
  readonly #orchestrators = new WeakMap<vscode.TextDocument, { version: number; found: readonly Orchestrator[] }>();
  readonly #watched = new Map<string, { hub: unknown; subscription: { dispose(): void } }>();

  constructor(
    private readonly emulators: Emulators,
    private readonly appOf: (file: vscode.Uri) => DurableApp | undefined,
  ) {
    this.#subscriptions = [
      vscode.languages.registerCodeLensProvider(
        [...codeLensLanguages, ...notExplored].map((language) => ({ language })),
        this,
      ),
      emulators.onChanged(() => this.#refreshSoon()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`durascope.${settings.codeLens}`)) this.#refreshSoon();
      }),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const app = this.appOf(document.uri);
    if (app === undefined || !this.emulators.settingsOf(app).codeLens) return [];
    const places = this.#orchestratorsIn(document, await functionFolder(document.uri));
    const requests = this.#requests(app, document);
    if (places.length === 0) return requests;
    const hub = this.#watch(app);
    const lenses = places.map(async ({ name, line0, column0 }) => {
      const range = new vscode.Range(line0, column0, line0, column0);
      const start = new vscode.CodeLens(range, { title: '$(play) Start', command: commands.startInstance, arguments: [name] });
      const explore = new vscode.CodeLens(range, {
        title: 'Explore Schedules…',
        command: commands.exploreSchedules,
        arguments: [name],
      });
      const exploring = notExplored.includes(document.languageId) ? [] : [explore];
      if (hub === undefined) return [start, ...exploring];
      const counts = await hub.countByStatus({ names: [name] });
      const running = (counts.Running ?? 0) + (counts.Pending ?? 0) + (counts.Suspended ?? 0) + (counts.ContinuedAsNew ?? 0);
      const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
      return [
        start,
        new vscode.CodeLens(range, {
          title: `${running} running`,
          command: commands.showInstancesOf,
          arguments: [name, 'running'],
        }),
        new vscode.CodeLens(range, {
          title: `Show ${countText(all, 'instance')}`,
          command: commands.showInstancesOf,
          arguments: [name],
        }),
        ...(all === 0
          ? []
          : [
              new vscode.CodeLens(range, {
                title: 'Step through Replay',
                command: commands.stepThroughReplay,
                arguments: [{ name }],
              }),
            ]),
        ...exploring,
      ];
    });
    return [...(await Promise.all(lenses).catch(() => [])).flat(), ...requests];
  }

  /** Above each HTTP function of the app that runs. */
  #requests(app: DurableApp, document: vscode.TextDocument): vscode.CodeLens[] {
    const functions = this.emulators.of(app).running?.functions() ?? [];
    return functions
      .filter(({ type, file, line }) => type === 'http' && line !== undefined && file === document.uri.fsPath)
      .map(({ name, line = 1 }) => {
        const line0 = Math.min(line - 1, document.lineCount - 1);
        const command = { title: '$(send) Send Request', command: commands.sendRequest, arguments: [{ name }] };
        return new vscode.CodeLens(new vscode.Range(line0, 0, line0, 0), command);
      });
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    for (const { subscription } of this.#watched.values()) subscription.dispose();
    this.#changed.dispose();
  }

  /** As long as the text is half typed: those of the text before. */
  #orchestratorsIn(document: vscode.TextDocument, folder: FunctionFolder | null): readonly Orchestrator[] {
    const before = this.#orchestrators.get(document);
    if (before?.version === document.version) return before.found;
    const functions = loadAnalysis().functionsInText(document.uri.fsPath, document.getText(), folder);
    const found = functions?.filter((each) => each.kind === 'orchestration') ?? before?.found ?? [];
    this.#orchestrators.set(document, { version: document.version, found });
    return found;
  }

  /** The hub, watched from now on so that the counts follow. */
  #watch(app: DurableApp) {
    const hub = this.emulators.of(app).running?.hub;
    const watched = this.#watched.get(app.appDir);
    if (watched?.hub !== hub) {
      watched?.subscription.dispose();
      this.#watched.delete(app.appDir);
      if (hub !== undefined) {
        this.#watched.set(app.appDir, { hub, subscription: hub.subscribe(() => this.#refreshSoon(), { events: false }) });
      }
    }
    return hub;
  }

  #refreshSoon(): void {
    if (this.#isRefreshPlanned) return;
    this.#isRefreshPlanned = true;
    setTimeout(() => {
      this.#isRefreshPlanned = false;
      this.#changed.fire();
    }, refreshEveryMs);
  }
}
