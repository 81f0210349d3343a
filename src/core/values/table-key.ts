/** Instance ids as the keys of Azure Storage tables, which take no `/`, `\`, `#`, `?` and no control characters (spec/attach.md 1.4). */

const escapes: Readonly<Record<string, string>> = { '^': '^^', '/': '^0', '\\': '^1', '#': '^2', '?': '^3' };
const escaped: Readonly<Record<string, string>> = { '^': '^', '0': '/', '1': '\\', '2': '#', '3': '?' };
/** Control characters are moved up by this. */
const controlShift = 0xc0;

/** Not to be done twice: what it makes is escaped again. */
export function escapeKey(instanceId: string): string {
  return instanceId.replaceAll(/[\^/\\#?\u0000-\u001F\u007F-\u009F]/g, (char) => {
    return escapes[char] ?? `^${String.fromCharCode(char.charCodeAt(0) + controlShift)}`;
  });
}

/** The id again; what nobody escapes is left as the engine leaves it. */
export function unescapeKey(key: string): string {
  return key.replaceAll(/\^([\s\S])/g, (_whole, char: string) => {
    const code = char.charCodeAt(0);
    return escaped[char] ?? (code < controlShift ? char : String.fromCharCode(code - controlShift));
  });
}
