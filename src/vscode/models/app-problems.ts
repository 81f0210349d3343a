/** What is wrong with an app, by the files in which the editor shows it. */
import type { AppProblem } from '../../core/values/app-problem';
import type { AppErrorEvent } from '../../emulator/emulator-types';

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
