/** What is wrong with an app, by the files in which the editor shows it. */
import type { AppProblem } from '../../core/values/app-problem';
import type { AppErrorEvent } from '../../emulator/emulator-types';
import { mendingWords, type LoadPlace } from './load-advice';

export interface ShownProblem {
  /** All from 0. Without a known column the whole line; with one an empty range, which the editor widens to the word there. */
  line0: number;
  fromColumn0: number;
  toColumn0: number;
  message: string;
  severity: AppProblem['severity'];
  source: string;
  code?: string;
}

/** `otherwise` has those that are of the app as a whole. */
export function problemsByFile(problems: readonly AppProblem[], otherwise: string): Map<string, ShownProblem[]> {
  const byFile = new Map<string, ShownProblem[]>();
  for (const { file = otherwise, line = 1, column, message, severity, source, code } of problems) {
    const fromColumn0 = column === undefined ? 0 : Math.max(0, column - 1);
    const shown: ShownProblem = {
      line0: Math.max(0, line - 1),
      fromColumn0,
      toColumn0: column === undefined ? Number.MAX_SAFE_INTEGER : fromColumn0,
      message,
      severity,
      source,
      ...(code === undefined ? {} : { code }),
    };
    byFile.set(file, [...(byFile.get(file) ?? []), shown]);
  }
  return byFile;
}

/** An emulator of an older version tells its message only. */
export function problemsOfError({ message, file, line, problems }: AppErrorEvent): readonly AppProblem[] {
  if (problems !== undefined && problems.length > 0) return problems;
  const place = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
  return [{ severity: 'error', message, source: 'Durascope', ...place }];
}

/** A row of the functions view: what keeps the app from being loaded, and where. */
export interface ProblemNode {
  type: 'problem';
  id: string;
  label: string;
  description: string;
  tooltip: string;
  /** Words that menus ask for: on the first row those of `mendingWords`. */
  contextValue: string;
  /** Of the app as a whole: none. */
  place: LoadPlace | undefined;
}

/** The mistakes in the order in which they were told; warnings are left to the editor's list of problems. */
export function problemNodes(error: AppErrorEvent): ProblemNode[] {
  return problemsOfError(error)
    .filter(({ severity }) => severity === 'error')
    .slice(0, mostRows)
    .map(({ file, line, column, message, code }, index) => {
      const place: LoadPlace | undefined =
        file === undefined
          ? undefined
          : { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
      const at = line === undefined ? '' : `:${line}`;
      return {
        type: 'problem',
        id: `problem:${index}`,
        label: file === undefined ? 'Not loaded' : `${shortName(file)}${at}`,
        description: `${code === undefined ? '' : `${code}: `}${gistOf(message)}`,
        tooltip: `${file === undefined ? '' : `${file}${at}\n`}${message}`,
        contextValue: index === 0 ? `problem broken ${mendingWords(error)}` : 'problem',
        place,
      };
    });
}

/** With its folder where every function's file has that name. */
function shortName(file: string): string {
  const parts = file.split(/[\\/]/);
  return parts.slice(/^(index|run)\.\w+$/.test(parts.at(-1) ?? '') ? -2 : -1).join('/');
}

/** Without the file, which stands before it. */
function gistOf(message: string): string {
  return message
    .replace(/^.{0,200}? cannot be loaded(?: \([^)]*\))?: /, '')
    .replace(/^The script file '[^']*' has parsing errors:\s*/, '')
    .trim()
    .replaceAll(/\s+/g, ' ');
}

const mostRows = 20;
