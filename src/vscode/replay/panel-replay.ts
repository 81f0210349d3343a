import * as vscode from 'vscode';
import type { PanelReplay } from '../../protocol/panel-replay';
import type { SourceLocation } from '../../protocol/panel-values';
import type { ReplayMomentValue, ReplayOverview, ReplayVariable } from '../../protocol/replay-values';
import { ReplayView } from '../../replay/replay-view';
import { readText } from '../apps/find-apps';
import type { AppReplays, ReplayTarget } from './app-replays';
import type { MomentDecorations } from './moment-decorations';
import type { ReplayDebugging } from './replay-debugging';
import type { ReplayProblems } from './replay-problems';

interface PanelReplayParts {
  replays: AppReplays;
  decorations: MomentDecorations;
  debugging: ReplayDebugging;
  problems: ReplayProblems;
  tell: (error: unknown) => void;
}

/** The replay of one instance for its panel: read off the timeline, and drawn into the editors. */
export class EditorPanelReplay implements PanelReplay {
  readonly #owner: string;
  readonly #subscriptions: vscode.Disposable[] = [];
  #view: ReplayView | undefined;
  #isShown = false;
  #line: SourceLocation | null = null;
  #opening = 0;

  constructor(
    private readonly target: ReplayTarget,
    private readonly parts: PanelReplayParts,
  ) {
    this.#owner = `panel ${target.appDir} ${target.instanceId}`;
  }

  async open(): Promise<ReplayOverview> {
    const opening = ++this.#opening;
    const timeline = await this.parts.replays.open(this.target);
    if (opening !== this.#opening) {
      await timeline.dispose();
      throw new Error('The replay was opened anew meanwhile.');
    }
    const before = this.#view;
    this.#view = new ReplayView(timeline, (file) => readText(vscode.Uri.file(file)));
    this.parts.problems.note(timeline);
    void before?.timeline.dispose();
    return this.#view.overview();
  }

  async moment(step: number, reveal: boolean): Promise<ReplayMomentValue> {
    const view = this.#expectOpen();
    await view.prepare(step);
    this.#isShown = true;
    this.parts.decorations.show(this.#owner, { timeline: view.timeline, step, marksLine: true }, reveal);
    return view.moment(step);
  }

  async variables(reference: string, start: number, count: number): Promise<ReplayVariable[]> {
    return this.#expectOpen().variables(reference, start, count);
  }

  debug(step: number, how: 'steps' | 'code'): void {
    const timeline = this.#view?.timeline;
    const name = timeline?.functionName ?? this.target.instanceId;
    const row = Math.max(0, (timeline?.steps[step]?.rows.to ?? 1) - 1);
    const started =
      how === 'steps' ? this.parts.debugging.start(this.target, name, row) : this.parts.debugging.debugCode(this.target, name);
    started.catch((error: unknown) => this.parts.tell(error));
  }

  onStep(listener: (step: number) => void): void {
    this.#subscriptions.push(
      this.parts.debugging.onMoved(({ instanceId, step }) => {
        if (instanceId === this.target.instanceId && this.#view !== undefined) listener(step);
      }),
    );
  }

  onLine(listener: (location: SourceLocation | null) => void): void {
    this.#subscriptions.push(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections, kind }) => {
        // Lines that others select, a debugger for instance, are not the user's.
        if (!this.#isShown || kind === undefined || kind === vscode.TextEditorSelectionChangeKind.Command) return;
        const file = textEditor.document.uri.fsPath;
        const view = this.#view;
        if (view?.files.includes(file) !== true) return;
        const line1 = (selections[0]?.active.line ?? -1) + 1;
        const waits = view.timeline.steps.some(({ frames }) => frames[0]?.place?.file === file && frames[0].place.line === line1);
        const location = waits ? { file, line1 } : null;
        if (location?.line1 === this.#line?.line1 && location?.file === this.#line?.file) return;
        this.#line = location;
        listener(location);
      }),
    );
  }

  hide(): void {
    this.#isShown = false;
    this.parts.decorations.clear(this.#owner);
  }

  close(): void {
    this.hide();
    this.#opening++;
    for (const each of this.#subscriptions.splice(0)) each.dispose();
    void this.#view?.timeline.dispose();
    this.#view = undefined;
  }

  #expectOpen(): ReplayView {
    if (this.#view === undefined) throw new Error('The replay is not open any more: run it again.');
    return this.#view;
  }
}
