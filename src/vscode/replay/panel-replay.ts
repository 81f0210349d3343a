import * as vscode from 'vscode';
import { causeTexts } from '../../core/history/divergence';
import type { Variable } from '../../core/ports/replay-worker';
import type { SourcePlace } from '../../core/values/source-place';
import { groupScopes } from '../../debug/local-scopes';
import { kindTexts } from '../../debug/moment-variables';
import type { PanelReplay } from '../../protocol/panel-replay';
import type { SourceLocation } from '../../protocol/panel-values';
import type { ReplayMomentValue, ReplayOverview, ReplayVariable } from '../../protocol/replay-values';
import type { ReplayStep, ReplayTimeline } from '../../replay/replay-timeline';
import { readText } from '../find-apps';
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

/** Lines of the source shown around the one that waits. */
const linesBefore = 5;
const linesAfter = 6;
const mostVariables = 200;
const mostEarlierLogs = 500;

/** The replay of one instance for its panel: read off the timeline, and drawn into the editors. */
export class EditorPanelReplay implements PanelReplay {
  readonly #owner: string;
  readonly #subscriptions: vscode.Disposable[] = [];
  #timeline: ReplayTimeline | undefined;
  #files: string[] = [];
  readonly #texts = new Map<string, Promise<string | undefined>>();
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
    const before = this.#timeline;
    this.#timeline = timeline;
    this.#texts.clear();
    this.parts.problems.note(timeline);
    void before?.dispose();
    return this.#overviewOf(timeline);
  }

  async moment(step: number, reveal: boolean): Promise<ReplayMomentValue> {
    const timeline = this.#expectOpen();
    const found = timeline.steps[step];
    if (found === undefined) throw new Error(`The replay has no step ${step + 1}.`);
    await timeline.complete?.(step);
    this.#isShown = true;
    this.parts.decorations.show(this.#owner, { timeline, step, marksLine: true }, reveal);
    const [scopes, snippet] = await Promise.all([this.#scopesOf(timeline, found), this.#snippetOf(timeline, found)]);
    const scheduledHere = new Set(found.decisions.map(({ id }) => id));
    const earlier = timeline.steps.slice(0, step).flatMap(({ logs }) => logs);
    return {
      step,
      currentUtcDateTime: found.currentUtcDateTime,
      isReplaying: found.isReplaying,
      customStatus: found.customStatus,
      output: found.kind === 'completed' || found.kind === 'continuedAsNew' ? found.output : null,
      failure: found.failure === null ? null : `${found.failure.ErrorType}: ${found.failure.ErrorMessage}`,
      frames: found.frames.map(({ name, place, note }) => ({ name, place: toLocation(place), note })),
      snippet,
      scopes,
      pending: found.pending.map(({ kind, name, id, attempt, sinceRow, instanceId }) => ({
        text: `${kindTexts[kind]} ${name}${id === null ? '' : ` #${id}`}`,
        attempt,
        sinceRow,
        instanceId,
        isNew: id !== null && scheduledHere.has(id),
      })),
      logs: found.logs.map(({ level, message }) => ({ level, message })),
      earlierLogs: earlier.slice(-mostEarlierLogs).map(({ level, message }) => ({ level, message })),
    };
  }

  async variables(reference: string, start: number, count: number): Promise<ReplayVariable[]> {
    return (await this.#expectOpen().variables(reference, { start, count })).map(toVariable);
  }

  debug(step: number, how: 'steps' | 'code'): void {
    const timeline = this.#timeline;
    const name = timeline?.functionName ?? this.target.instanceId;
    const row = Math.max(0, (timeline?.steps[step]?.rows.to ?? 1) - 1);
    const started =
      how === 'steps' ? this.parts.debugging.start(this.target, name, row) : this.parts.debugging.debugCode(this.target, name);
    started.catch((error: unknown) => this.parts.tell(error));
  }

  onStep(listener: (step: number) => void): void {
    this.#subscriptions.push(
      this.parts.debugging.onMoved(({ instanceId, step }) => {
        if (instanceId === this.target.instanceId && this.#timeline !== undefined) listener(step);
      }),
    );
  }

  onLine(listener: (location: SourceLocation | null) => void): void {
    this.#subscriptions.push(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections, kind }) => {
        // Lines that others select, a debugger for instance, are not the user's.
        if (!this.#isShown || kind === undefined || kind === vscode.TextEditorSelectionChangeKind.Command) return;
        const file = textEditor.document.uri.fsPath;
        if (!this.#files.includes(file)) return;
        const line1 = (selections[0]?.active.line ?? -1) + 1;
        const waits = this.#timeline?.steps.some(
          ({ frames }) => frames[0]?.place?.file === file && frames[0].place.line === line1,
        );
        const location = waits === true ? { file, line1 } : null;
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
    void this.#timeline?.dispose();
    this.#timeline = undefined;
  }

  async #overviewOf(timeline: ReplayTimeline): Promise<ReplayOverview> {
    const files: string[] = [];
    const fileOf = (file: string): number => {
      const known = files.indexOf(file);
      return known < 0 ? files.push(file) - 1 : known;
    };
    const steps = timeline.steps.map(({ rows, kind, frames, decisions }) => {
      // The place of a connected program's code is where it begins, not where it waits.
      const place = timeline.program === undefined ? (frames[0]?.place ?? null) : null;
      return {
        ...rows,
        kind,
        file: place === null ? null : fileOf(place.file),
        line1: place?.line ?? null,
        tasks: decisions.map(({ id }) => id),
      };
    });
    this.#files = files;
    const { functionName, executionId, history, notes, divergence } = timeline;
    return {
      functionName,
      executionId,
      rows: history.length,
      steps,
      files,
      notes: [...notes],
      ...(timeline.program === undefined ? {} : { program: timeline.program }),
      divergence:
        divergence === null
          ? null
          : {
              row: divergence.rowIndex,
              recorded: divergence.recorded,
              actual: divergence.actual,
              place: toLocation(divergence.place),
              sourceLine: divergence.place === null ? null : await this.#lineOf(divergence.place),
              causeTitle: causeTexts[divergence.cause].title,
              causeExplanation: causeTexts[divergence.cause].explanation,
              message: divergence.message,
            },
    };
  }

  async #scopesOf(timeline: ReplayTimeline, { index, frames }: ReplayStep): Promise<ReplayMomentValue['scopes']> {
    if (frames.length === 0) return [];
    const scopes = groupScopes((await timeline.scopes(index, 0)).filter(({ name }) => name !== 'Durable context'));
    return Promise.all(
      scopes.map(async ({ name, references, expensive }) => {
        const isOpen = !expensive && name.startsWith('Local');
        const range = { start: 0, count: mostVariables };
        const found = isOpen ? await Promise.all(references.map((each) => timeline.variables(each, range))) : [];
        return { name, reference: references[0] ?? '', isOpen, variables: found.flat().map(toVariable) };
      }),
    );
  }

  async #snippetOf({ program }: ReplayTimeline, { frames }: ReplayStep): Promise<ReplayMomentValue['snippet']> {
    const place = frames[0]?.place;
    if (place == null) return null;
    const text = await this.#textOf(place.file);
    if (text === undefined) return null;
    const lines = text.split(/\r\n|\r|\n/);
    const before = program === undefined ? linesBefore : 0;
    const firstLine1 = Math.max(1, place.line - before);
    return {
      file: place.file,
      firstLine1,
      line1: place.line,
      lines: lines.slice(firstLine1 - 1, place.line + linesAfter + linesBefore - before),
    };
  }

  async #lineOf({ file, line }: SourcePlace): Promise<string | null> {
    return (await this.#textOf(file))?.split(/\r\n|\r|\n/)[line - 1] ?? null;
  }

  #textOf(file: string): Promise<string | undefined> {
    const known = this.#texts.get(file) ?? readText(vscode.Uri.file(file));
    this.#texts.set(file, known);
    return known;
  }

  #expectOpen(): ReplayTimeline {
    if (this.#timeline === undefined) throw new Error('The replay is not open any more: run it again.');
    return this.#timeline;
  }
}

function toLocation(place: SourcePlace | null): SourceLocation | null {
  return place === null ? null : { file: place.file, line1: place.line, column1: place.column };
}

function toVariable({ name, value, type, reference, indexedCount }: Variable): ReplayVariable {
  return { name, value, type, reference, ...(indexedCount === undefined ? {} : { indexedCount }) };
}
