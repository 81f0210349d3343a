import * as vscode from 'vscode';
import { yieldValues } from '../models/yield-values';
import type { ReplayTimeline } from '../../replay/replay-timeline';

/** A moment that is being looked at. */
export interface ShownMoment {
  timeline: ReplayTimeline;
  step: number;
  /** A debugger marks its line itself. */
  marksLine: boolean;
}

/**
 * What is drawn into the editors while a replay is open: what came of each line on which the code has waited, and the line on which it
 * waits now. Several replays may be open; the one that moved last is drawn.
 */
export class MomentDecorations implements vscode.Disposable {
  readonly #values = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editor.inlineValuesForeground'), margin: '0 0 0 2em' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
  });
  readonly #line = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.stackFrameHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editor.stackFrameHighlightBackground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  readonly #moments = new Map<string, ShownMoment>();
  readonly #subscription = vscode.window.onDidChangeVisibleTextEditors(() => this.#draw());

  /** `reveal`: an editor that shows the file scrolls to the line. */
  show(owner: string, moment: ShownMoment, reveal: boolean): void {
    this.#moments.delete(owner);
    this.#moments.set(owner, moment);
    this.#draw();
    const place = placeOf(moment);
    if (!reveal || place === null) return;
    const range = new vscode.Range(place.line - 1, 0, place.line - 1, 0);
    for (const editor of editorsOf(place.file)) {
      editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }

  clear(owner: string): void {
    if (this.#moments.delete(owner)) this.#draw();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#values.dispose();
    this.#line.dispose();
  }

  #draw(): void {
    const moment = [...this.#moments.values()].at(-1);
    const values = moment === undefined ? [] : yieldValues(moment.timeline, moment.step);
    const place = moment?.marksLine === true ? placeOf(moment) : null;
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.scheme !== 'file') continue;
      const file = editor.document.uri.fsPath;
      const inFile = values.filter((each) => each.file === file && each.line1 <= editor.document.lineCount);
      editor.setDecorations(
        this.#values,
        inFile.map(({ line1, text, details, isFailure }) => {
          const end = editor.document.lineAt(line1 - 1).range.end;
          const hover = new vscode.MarkdownString().appendCodeblock(details.join('\n'), 'json');
          const color = isFailure ? { color: new vscode.ThemeColor('editorError.foreground') } : {};
          return {
            range: new vscode.Range(end, end),
            hoverMessage: hover,
            renderOptions: { after: { contentText: `⇒ ${text}`, ...color } },
          };
        }),
      );
      const marked = place?.file === file && place.line <= editor.document.lineCount ? [place.line - 1] : [];
      editor.setDecorations(
        this.#line,
        marked.map((line0) => editor.document.lineAt(line0).range),
      );
    }
  }
}

function placeOf({ timeline, step }: ShownMoment) {
  return timeline.steps[step]?.frames[0]?.place ?? null;
}

function editorsOf(file: string): vscode.TextEditor[] {
  return vscode.window.visibleTextEditors.filter(
    ({ document }) => document.uri.scheme === 'file' && document.uri.fsPath === file,
  );
}
