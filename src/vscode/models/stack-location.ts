import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FailureDetails, HistoryEvent } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import type { SourceLocation } from '../../protocol/panel-values';

/** Events at the end of a history that are looked at for a failure. */
export const lastEvents = 200;

/**
 * The innermost stack frame of a failure that lies in the app's own code: inside `appDir`, outside of its packages. Undefined when
 * there is none. Looked for in the instance itself, then in the last failure of its activities and children: what they threw passes through
 * an orchestrator without a line of its own. Frames have real paths: `realDir` is what `appDir` is without links.
 */
export function locateFailure(
  row: InstanceRow,
  history: readonly HistoryEvent[],
  appDir: string,
  realDir = appDir,
): SourceLocation | undefined {
  if (row.runtimeStatus !== 'Failed') return undefined;
  const texts = [...textsOf(row.failureDetails), row.failureStack ?? '', row.output ?? ''];
  for (const event of history.toReversed()) {
    if (event.EventType !== 'TaskFailed' && event.EventType !== 'SubOrchestrationInstanceFailed') continue;
    texts.push(...textsOf(event.FailureDetails), event.Details ?? '', event.Reason);
    break;
  }
  for (const text of texts) {
    const found = locateInStack(text, appDir, realDir);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The innermost cause first: that is where it happened. */
function textsOf(details: FailureDetails | null | undefined): string[] {
  const texts: string[] = [];
  for (let failure = details; failure != null; failure = failure.InnerFailure) {
    texts.unshift(failure.StackTrace ?? '', failure.ErrorMessage);
  }
  return texts;
}

/** Of JavaScript, .NET, PowerShell and Python stacks. */
export function locateInStack(stack: string, appDir: string, realDir = appDir): SourceLocation | undefined {
  // A stack inside of JSON or of a message has its line breaks written out.
  const lines = stack.replaceAll('\\n', '\n').split('\n');
  // Python tells the innermost call last.
  const inward = stack.includes('Traceback (most recent call last)') ? lines.toReversed() : lines;
  for (const line of inward) {
    const place = placeOf(line.replace(/["',\s}]+$/, ''));
    const file = place === undefined ? undefined : toPath(place.file);
    if (place === undefined || file === undefined) continue;
    const own = [realDir, appDir].find((dir) => isOwnCode(file, dir));
    if (own === undefined) continue;
    return { ...place, file: own === appDir ? file : path.join(appDir, path.relative(own, file)) };
  }
  return undefined;
}

const v8Frame = /\bat (?:.*?\()?((?:file:\/\/|[a-zA-Z]:[\\/]|\/)[^()]*?):(\d+):(\d+)\)?\s*$/;
const otherFrames = [
  /^\s*at .* in ((?:[a-zA-Z]:[\\/]|\/).*):line (\d+)$/,
  /^\s*at .*, ((?:[a-zA-Z]:[\\/]|\/).*): line (\d+)$/,
  /^\s*File "((?:[a-zA-Z]:[\\/]|\/)[^"]*)", line (\d+)/,
];

function placeOf(line: string): SourceLocation | undefined {
  const [, v8File, v8Line, column] = v8Frame.exec(line) ?? [];
  if (v8File !== undefined) return { file: v8File, line1: Number(v8Line), column1: Number(column) };
  for (const frame of otherFrames) {
    const [, file, line1] = frame.exec(line) ?? [];
    if (file !== undefined) return { file, line1: Number(line1) };
  }
  return undefined;
}

const linesBefore = 2;
const linesAfter = 2;

/** The lines around a place without the indent that all of them have, as far as the text has them; null where it has not even that line: the code has changed. */
export function excerptAt(text: string, line1: number): { firstLine1: number; lines: string[] } | null {
  const lines = text.split(/\r\n|\r|\n/);
  if (line1 < 1 || line1 > lines.length) return null;
  const firstLine1 = Math.max(1, line1 - linesBefore);
  const around = lines.slice(firstLine1 - 1, line1 + linesAfter);
  const indents = around.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0] ?? '');
  // Blanks and tabs that stand for each other are left as they are.
  const [first = ''] = indents;
  let common = 0;
  while (common < first.length && indents.every((indent) => indent[common] === first[common])) common++;
  return { firstLine1, lines: around.map((line) => line.slice(common)) };
}

function toPath(place: string): string | undefined {
  if (!place.startsWith('file://')) return place;
  try {
    return fileURLToPath(place);
  } catch {
    return undefined;
  }
}

function isOwnCode(file: string, appDir: string): boolean {
  const relative = path.relative(appDir, file);
  return (
    relative !== '' &&
    !relative.startsWith('..') &&
    !path.isAbsolute(relative) &&
    !relative.split(/[\\/]/).includes('node_modules')
  );
}
