/**
 * Names in `waitForExternalEvent('name')` and in `.raiseEvent(id, 'name'`, as in C# and in PowerShell, each once, in the order of the text;
 * those that are raised come last.
 */
export function findEventNames(text: string): string[] {
  const code = blankComments(text);
  const names = new Set<string>();
  for (const match of code.matchAll(/\.\s*[wW]aitForExternalEvent\s*(?:<[^()]*>)?\s*\(\s*(['"`])((?:(?!\1)[^\\\n$])+)\1/g))
    names.add(match[2] ?? '');
  // The generator of .NET's SDK makes a method of its own for such an event.
  for (const match of code.matchAll(
    /(?:\.\s*WaitForExternalEvent\s*(?:<[^()]*>)?|\[DurableEvent)\s*\(\s*(?:nameof\s*\(\s*(?:\w+\.)*(\w+)\s*\)|"([^"\\\n]+)"\s*\)\s*\])/g,
  ))
    names.add(match[1] ?? match[2] ?? '');
  for (const match of code.matchAll(
    /\.\s*(?:raiseEvent|RaiseEventAsync)\s*\(\s*[^,()]+(?:\([^()]*\))?\s*,\s*(['"`])((?:(?!\1)[^\\\n$])+)\1/g,
  ))
    names.add(match[2] ?? '');
  for (const match of code.matchAll(/DurableExternalEvent\w*\s[^\n|;]*?-EventName\s+(['"])((?:(?!\1)[^$\n])+)\1/gi))
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
