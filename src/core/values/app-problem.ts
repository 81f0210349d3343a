/** What is wrong with a part of an app, for where an editor lists problems. */
import type { DurascopeError } from './errors';

export interface AppProblem {
  severity: 'error' | 'warning';
  message: string;
  /** Absolute path. Absent: it is of the app as a whole. */
  file?: string;
  /** Both from 1; a column only with a line. */
  line?: number;
  column?: number;
  /** Who found it: `Durascope`, `dotnet build` ... */
  source: string;
  /** By which that one calls it: `CS1002` ... */
  code?: string;
}

export const ownSource = 'Durascope';

/** What a refusal to load an app says: its `details.problems`, or else its message, at its `details.file`, `line` and `column`. */
export function problemsOf({ message, details }: DurascopeError): readonly AppProblem[] {
  const { problems, file, line, column } = details;
  if (Array.isArray(problems) && problems.length > 0) return problems as readonly AppProblem[];
  const place = {
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof line === 'number' ? { line } : {}),
    ...(typeof line === 'number' && typeof column === 'number' ? { column } : {}),
  };
  return [{ severity: 'error', message, source: ownSource, ...place }];
}
