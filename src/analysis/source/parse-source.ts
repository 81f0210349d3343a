import { parse, type ParserOptions, type ParserPlugin } from '@babel/parser';
import type { Comment, Program } from '@babel/types';

export interface ParsedSource {
  program: Program;
  comments: readonly Comment[];
}

/** Longer texts are bundles or data, and nobody waits for findings in them. In UTF-16 units. */
export const maxSourceLength = 600_000;

/** The syntax tree of a JavaScript or TypeScript text, told apart by the file's name; null when the text is no program (yet) or too long. */
export function parseSource(text: string, file: string): ParsedSource | null {
  if (text.length > maxSourceLength) return null;
  try {
    const { program, comments } = parse(text, { ...options, plugins: pluginsFor(file) });
    return { program, comments: comments ?? [] };
  } catch {
    // Half-typed code: whoever asks keeps what was known before. The parser's own errors are for the editor's language service.
    return null;
  }
}

const options: ParserOptions = {
  sourceType: 'unambiguous',
  errorRecovery: true,
  allowAwaitOutsideFunction: true,
  allowReturnOutsideFunction: true,
  allowSuperOutsideMethod: true,
  allowUndeclaredExports: true,
  allowNewTargetOutsideFunction: true,
  attachComment: false,
};

function pluginsFor(file: string): ParserPlugin[] {
  const shared: ParserPlugin[] = ['decorators', 'explicitResourceManagement'];
  if (/\.[mc]?ts$/i.test(file)) return ['typescript', ...shared];
  if (/\.tsx$/i.test(file)) return ['typescript', 'jsx', ...shared];
  return ['jsx', ...shared];
}
