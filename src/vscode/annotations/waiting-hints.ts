import * as vscode from 'vscode';
import { DurascopeError } from '../../core/values/errors';
import type { InstanceRow } from '../../core/instances/instance';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import type { OrchestrationStatus } from '../../core/values/status';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import type { AppEmulator } from '../emulators/app-emulator';
import { codeLensLanguages } from './code-lenses';
import type { Emulators } from '../emulators/emulators';
import type { DurableApp } from '../apps/find-apps';
import { commands, replayDebugType, settings } from '../models/ids';
import { loadAnalysis } from '../source/load-analysis';
import { lineHints, replayed, waitingTitle, type LineHint, type ReplayedInstance } from '../models/waiting-places';
import { functionFolder } from '../source/source-index';

export interface WaitingHintsOptions {
  emulators: Emulators;
  appOf: (file: vscode.Uri) => DurableApp | undefined;
  /** The replay of an instance as it is now, with the code as it is now. */
  open: (appDir: string, instanceId: string) => Promise<ReplayTimeline>;
}

const refreshEveryMs = 1000;
/** Instances of one orchestrator that are looked at, the ones updated last. */
const mostInstances = 50;
/** A replay of a longer history takes too long for a glance. */
const longestHistory = 2000;
const mostListed = 20;
const live: readonly OrchestrationStatus[] = ['Running', 'Suspended', 'ContinuedAsNew'];

/**
 * At the lines of orchestrators that are on screen, while nothing is debugged: how many instances wait there, and what came of the line the last
 * time. Nothing is asked for while no such file is shown, or the setting is off.
 */
export class WaitingHints implements vscode.Disposable {
  readonly #counts = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('charts.blue'), margin: '0 0 0 2em' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
  });
  readonly #values = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 2em' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
  });
  readonly #subscriptions: vscode.Disposable[];
  /** By folder of the app and instance; good for one history and one version of the code. */
  readonly #known = new Map<string, { key: string; found: ReplayedInstance }>();
  #codeVersion = 0;
  readonly #watched = new Map<string, { hub: TaskHubClient; subscription: { dispose(): void } }>();
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #isDirty = false;
  #isDisposed = false;
  #shown: readonly LineHint[] = [];

  constructor(private readonly options: WaitingHintsOptions) {
    const soon = (): void => this.#soon();
    this.#subscriptions = [
      vscode.window.onDidChangeVisibleTextEditors(() => {
        this.#draw();
        soon();
      }),
      vscode.workspace.onDidSaveTextDocument(soon),
      vscode.debug.onDidStartDebugSession(soon),
      vscode.debug.onDidTerminateDebugSession(soon),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`durascope.${settings.waitingHints}`)) soon();
      }),
      options.emulators.onChanged(soon),
      options.emulators.onCreated((emulator) =>
        emulator.onEvent(({ type }) => {
          if (type !== 'workerReady') return;
          this.#codeVersion++;
          soon();
        }),
      ),
    ];
    soon();
  }

  /** What stands in the editors now. */
  get shown(): readonly LineHint[] {
    return this.#shown;
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    for (const each of this.#subscriptions) each.dispose();
    for (const { subscription } of this.#watched.values()) subscription.dispose();
    this.#counts.dispose();
    this.#values.dispose();
  }

  #soon(): void {
    this.#isDirty = true;
    if (this.#timer !== undefined || this.#isBusy || this.#isDisposed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#refresh();
    }, refreshEveryMs);
  }

  async #refresh(): Promise<void> {
    this.#isDirty = false;
    this.#isBusy = true;
    try {
      this.#shown = await this.#look();
      this.#draw();
    } catch (error) {
      // The emulator goes away, or the app does not load: both are said elsewhere.
      if (!DurascopeError.is(error)) throw error;
      this.#shown = [];
      this.#draw();
    } finally {
      this.#isBusy = false;
    }
    if (this.#hasChanged()) this.#soon();
  }

  // A method: the compiler thinks that the field is still false.
  #hasChanged(): boolean {
    return this.#isDirty;
  }

  async #look(): Promise<LineHint[]> {
    const wanted = await this.#onScreen();
    this.#watchOnly(new Map([...wanted.keys()].map((emulator) => [emulator.appDir, emulator])));
    const hints: LineHint[] = [];
    for (const [emulator, names] of wanted) {
      const hub = emulator.running?.hub;
      if (hub === undefined) continue;
      const [running, latest]: [ReplayedInstance[], ReplayedInstance[]] = [[], []];
      let isPartial = false;
      for (const name of names) {
        const query = { names: [name], orderBy: 'lastUpdatedTime', descending: true, entities: 'exclude' } as const;
        const page = await hub.query({ ...query, statuses: live, pageSize: mostInstances });
        isPartial ||= page.continuationToken !== undefined;
        for (const row of page.instances) {
          const found = await this.#replay(emulator.appDir, row);
          if (found !== null) running.push(found);
        }
        const [last] = (await hub.query({ ...query, pageSize: 1 })).instances;
        const found = last === undefined ? null : await this.#replay(emulator.appDir, last);
        if (found !== null) latest.push(found);
      }
      hints.push(...lineHints(running, latest, isPartial));
    }
    return hints;
  }

  /** Orchestrators whose files are shown, by the emulator that runs them. */
  async #onScreen(): Promise<Map<AppEmulator, Set<string>>> {
    const wanted = new Map<AppEmulator, Set<string>>();
    if (vscode.debug.activeDebugSession?.type === replayDebugType) return wanted;
    for (const { document } of vscode.window.visibleTextEditors) {
      if (document.uri.scheme !== 'file' || ![...codeLensLanguages, 'csharp'].includes(document.languageId)) continue;
      const app = this.options.appOf(document.uri);
      if (app === undefined || !this.options.emulators.settingsOf(app).waitingHints) continue;
      const emulator = this.options.emulators.of(app);
      if (emulator.running === undefined) continue;
      const folder = await functionFolder(document.uri);
      const functions = loadAnalysis().functionsInText(document.uri.fsPath, document.getText(), folder) ?? [];
      const names = functions.filter(({ kind }) => kind === 'orchestration').map(({ name }) => name);
      if (names.length === 0) continue;
      const before = wanted.get(emulator) ?? new Set();
      for (const name of names) before.add(name);
      wanted.set(emulator, before);
    }
    return wanted;
  }

  async #replay(appDir: string, row: InstanceRow): Promise<ReplayedInstance | null> {
    if (row.historyLength === 0 || row.historyLength > longestHistory) return null;
    const id = `${appDir}\n${row.instanceId}`;
    const key = `${row.executionId} ${row.historyLength} ${this.#codeVersion}`;
    const known = this.#known.get(id);
    if (known?.key === key) return known.found;
    try {
      const timeline = await this.options.open(appDir, row.instanceId);
      const found = replayed(timeline);
      await timeline.dispose();
      this.#known.set(id, { key, found });
      return found;
    } catch (error) {
      // It was purged, or its code is gone: there is no line to stand at.
      if (DurascopeError.is(error, 'InstanceNotFound') || DurascopeError.is(error, 'UnknownFunction')) return null;
      throw error;
    }
  }

  #watchOnly(emulators: ReadonlyMap<string, AppEmulator>): void {
    for (const [appDir, { hub, subscription }] of this.#watched) {
      if (emulators.get(appDir)?.running?.hub === hub) continue;
      subscription.dispose();
      this.#watched.delete(appDir);
      for (const id of this.#known.keys()) if (id.startsWith(`${appDir}\n`)) this.#known.delete(id);
    }
    for (const [appDir, { running }] of emulators) {
      if (running === undefined || this.#watched.has(appDir)) continue;
      const { hub } = running;
      this.#watched.set(appDir, { hub, subscription: hub.subscribe(() => this.#soon(), { events: false }) });
    }
  }

  #draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      if (document.uri.scheme !== 'file') continue;
      // Lines of a text that was changed since are other lines: what stands there moves along until it is saved.
      if (document.isDirty) continue;
      const hints = this.#shown.filter(({ file, line1 }) => file === document.uri.fsPath && line1 <= document.lineCount);
      const counts = hints.filter(({ waiting }) => waiting !== null);
      editor.setDecorations(
        this.#counts,
        counts.map((hint) => ({
          range: endOf(document, hint.line1),
          hoverMessage: whoWaits(hint),
          renderOptions: { after: { contentText: `● ${hint.waiting ?? ''}` } },
        })),
      );
      editor.setDecorations(
        this.#values,
        hints.flatMap(({ line1, last }) =>
          last === null
            ? []
            : {
                range: endOf(document, line1),
                hoverMessage: new vscode.MarkdownString('The last time:').appendCodeblock(last.details.join('\n'), 'json'),
                renderOptions: { after: { contentText: `⇒ ${last.text}` } },
              },
        ),
      );
    }
  }
}

function endOf(document: vscode.TextDocument, line1: number): vscode.Range {
  const { end } = document.lineAt(line1 - 1).range;
  return new vscode.Range(end, end);
}

function whoWaits(hint: LineHint): vscode.MarkdownString {
  const text = new vscode.MarkdownString(`${waitingTitle(hint)}:\n\n`);
  text.isTrusted = { enabledCommands: [commands.openInstance] };
  for (const id of hint.instanceIds.slice(0, mostListed)) {
    const target = vscode.Uri.parse(`command:${commands.openInstance}?${encodeURIComponent(JSON.stringify([id]))}`);
    text.appendMarkdown('- [').appendText(id).appendMarkdown(`](${target.toString()})\n`);
  }
  return text;
}
