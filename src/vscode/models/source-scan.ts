/** What can be found in the text of an app's sources without running or parsing them: orchestrators and event names. */

export interface OrchestratorPlace {
  name: string;
  /** 0-based, of the registration. */
  line0: number;
  column0: number;
}

/**
 * Orchestrators registered in this JavaScript or TypeScript text: `app.orchestration('name', ...)` of the newer model, and
 * `df.orchestrator(` of the older one, where the function is named by its folder (`folderFunctionName`; null when the file lies in none).
 */
export function findOrchestrators(text: string, folderFunctionName: string | null): OrchestratorPlace[] {
  const code = blankComments(text);
  const places: OrchestratorPlace[] = [];
  for (const match of code.matchAll(/\bapp\s*\.\s*orchestration\s*\(\s*(['"`])((?:(?!\1)[^\\\n])+)\1/g)) {
    places.push({ name: match[2] ?? '', ...positionAt(code, match.index) });
  }
  if (folderFunctionName !== null) {
    const older = /\b(?:df|durable\w*)\s*\.\s*orchestrator\s*\(/i.exec(code);
    if (older !== null) places.push({ name: folderFunctionName, ...positionAt(code, older.index) });
  }
  return places.sort((a, b) => a.line0 - b.line0);
}

/** Functions of any kind registered by name in this text, as `app.something('name', ...)`; for showing the code of a function. */
export function findRegistrations(text: string): OrchestratorPlace[] {
  const places: OrchestratorPlace[] = [];
  const code = blankComments(text);
  for (const match of code.matchAll(/\bapp(?:\s*\.\s*\w+){1,3}\s*\(\s*(['"`])((?:(?!\1)[^\\\n])+)\1/g)) {
    places.push({ name: match[2] ?? '', ...positionAt(code, match.index) });
  }
  return places;
}

/** Names in `waitForExternalEvent('name')` and in `.raiseEvent(id, 'name'`, each once, in the order of the text. */
export function findEventNames(text: string): string[] {
  const code = blankComments(text);
  const names = new Set<string>();
  for (const match of code.matchAll(/\.\s*waitForExternalEvent\s*(?:<[^()]*>)?\s*\(\s*(['"`])((?:(?!\1)[^\\\n$])+)\1/g))
    names.add(match[2] ?? '');
  for (const match of code.matchAll(/\.\s*raiseEvent\s*\(\s*[^,()]+(?:\([^()]*\))?\s*,\s*(['"`])((?:(?!\1)[^\\\n$])+)\1/g))
    names.add(match[2] ?? '');
  return [...names];
}

/** The text with comments replaced by blanks of the same length: positions stay, and strings are left alone. */
export function blankComments(text: string): string {
  // Strings, then template texts (their insides are not looked into), then comments; a regular expression literal with quotes in it can
  // confuse this, which costs a lens, nothing more.
  return text.replaceAll(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('/') ? part.replaceAll(/[^\n]/g, ' ') : part,
  );
}

function positionAt(text: string, offset: number): { line0: number; column0: number } {
  const before = text.slice(0, offset);
  const line0 = before.split('\n').length - 1;
  return { line0, column0: offset - (before.lastIndexOf('\n') + 1) };
}
