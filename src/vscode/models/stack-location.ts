import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstanceRow } from '../../core/instance';
import type { SourceLocation } from '../../protocol/panel-values';

/**
 * The innermost stack frame of a failure that lies in the app's own code: inside `appDir`, outside of its packages. Undefined when
 * there is none. Frames are V8's: `at name (file:line:column)`.
 */
export function locateFailure(row: InstanceRow, appDir: string): SourceLocation | undefined {
  if (row.runtimeStatus !== 'Failed') return undefined;
  const texts: string[] = [];
  for (let failure = row.failureDetails; failure != null; failure = failure.InnerFailure ?? null) {
    // The innermost cause is where it happened.
    texts.unshift(failure.StackTrace ?? '', failure.ErrorMessage);
  }
  texts.push(row.output ?? '');
  for (const text of texts) {
    const found = locateInStack(text, appDir);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function locateInStack(stack: string, appDir: string): SourceLocation | undefined {
  // A stack inside of JSON or of a message has its line breaks written out.
  for (const line of stack.replaceAll('\\n', '\n').split('\n')) {
    const match = /\bat (?:.*?\()?((?:file:\/\/|[a-zA-Z]:[\\/]|\/)[^()]*?):(\d+):(\d+)\)?\s*$/.exec(
      line.replace(/["',\s}]+$/, ''),
    );
    const file = match?.[1] === undefined ? undefined : toPath(match[1]);
    if (file === undefined || !isOwnCode(file, appDir)) continue;
    return { file, line1: Number(match?.[2]), column1: Number(match?.[3]) };
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
