/** Addresses as somebody writes them who looks for a way around a guard. */
import fc from 'fast-check';

const hex = (char: string, isUpper: boolean) => {
  const code = (char.codePointAt(0) ?? 0).toString(16).padStart(2, '0');
  return `%${isUpper ? code.toUpperCase() : code}`;
};

/** What is done to a path, one after another. `at` picks the place. */
const changes: ((path: string, at: number) => string)[] = [
  (path) => path,
  (path, at) => replaceAt(path, at, (char) => hex(char, true)),
  (path, at) => replaceAt(path, at, (char) => hex(char, false)),
  (path, at) => replaceAt(path, at, (char) => hex('%', true) + hex(char, true).slice(1)),
  (path, at) => replaceAt(path, at, (char) => char.toUpperCase()),
  (path, at) => insertAtSlash(path, at, '/.'),
  (path, at) => insertAtSlash(path, at, '/x/..'),
  (path, at) => insertAtSlash(path, at, '/%2e'),
  (path, at) => insertAtSlash(path, at, '/x/%2E%2e'),
  (path, at) => insertAtSlash(path, at, '/x/.%2e'),
  (path, at) => insertAtSlash(path, at, '/'),
  (path, at) => insertAtSlash(path, at, '/;a=b'),
  (path, at) => insertAtSlash(path, at, '/x/..\\..'),
  (path, at) => insertAtSlash(path, at, '/x/..%5C..'),
  (path, at) => replaceSlash(path, at, '\\'),
  (path, at) => replaceSlash(path, at, '%2F'),
  (path, at) => replaceSlash(path, at, '%5c'),
  (path, at) => replaceSlash(path, at, '//'),
  (path) => `/x/..${path}`,
  (path) => `/.${path}`,
  (path) => `/${path}`,
  (path) => `\\${path}`,
  (path) => `/api/..${path}`,
  (path) => `${path}/`,
  (path) => `${path}/.`,
  (path) => `${path}%20`,
  (path) => `${path}#x`,
  (path) => `${path}?`,
  (path) => `${path};jsessionid=1`,
  (path) => `http://localhost${path}`,
  (path) => `http://evil.example${path}`,
  (path) => `http://localhost@evil.example${path}`,
  (path) => `//evil.example${path}`,
  (path) => `${path}\u00ff`,
];

/** Spellings of `path`, the plain one among them. */
export function spellingsOf(path: string): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat({ max: changes.length - 1 }), fc.nat({ max: 200 }));
  return fc
    .array(change, { maxLength: 4 })
    .map((chosen) => chosen.reduce((text, [index, at]) => changes[index]?.(text, at) ?? text, path));
}

function replaceAt(path: string, at: number, by: (char: string) => string): string {
  const index = at % path.length;
  return path.slice(0, index) + by(path[index] ?? '') + path.slice(index + 1);
}

function slashAt(path: string, at: number): number {
  const slashes = Array.from(path.matchAll(/\//g), ({ index }) => index);
  return slashes[at % slashes.length] ?? 0;
}

function insertAtSlash(path: string, at: number, text: string): string {
  const index = slashAt(path, at);
  return path.slice(0, index) + text + path.slice(index);
}

function replaceSlash(path: string, at: number, by: string): string {
  const index = slashAt(path, at);
  return path.slice(0, index) + by + path.slice(index + 1);
}
