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
 * an orchestrator without a line of its own. Frames are V8's: `at name (file:line:column)`, with real paths: `realDir` is what `appDir` is
 * without links.
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
    texts.push(...textsOf(event.FailureDetails), event.Details, event.Reason);
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

export function locateInStack(stack: string, appDir: string, realDir = appDir): SourceLocation | undefined {
  // A stack inside of JSON or of a message has its line breaks written out.
  for (const line of stack.replaceAll('\\n', '\n').split('\n')) {
    const match = /\bat (?:.*?\()?((?:file:\/\/|[a-zA-Z]:[\\/]|\/)[^()]*?):(\d+):(\d+)\)?\s*$/.exec(
      line.replace(/["',\s}]+$/, ''),
    );
    const file = match?.[1] === undefined ? undefined : toPath(match[1]);
    if (file === undefined) continue;
    const own = [realDir, appDir].find((dir) => isOwnCode(file, dir));
    if (own === undefined) continue;
    return {
      file: own === appDir ? file : path.join(appDir, path.relative(own, file)),
      line1: Number(match?.[2]),
      column1: Number(match?.[3]),
    };
  }
  return undefined;
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
