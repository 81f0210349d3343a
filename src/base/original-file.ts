/** The files that source maps name. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const found = new Map<string, string | null>();
const mostFound = 10_000;

/**
 * Absolute path of a source that the map of a built file names. Bundlers name theirs by URLs of their own, `webpack://NAME/./src/a.ts`, from the folder in
 * which they ran: the built file's or one above. Null: no such file is there, as for what a bundler has made itself or taken from a
 * package whose map names its sources so.
 */
export function originalFile(source: string, builtFile: string): string | null {
  if (source.startsWith('file:')) return fileURLToPath(source);
  if (path.isAbsolute(source)) return source;
  const folder = path.dirname(builtFile);
  // One letter is a drive.
  const rest = /^[a-z][a-z\d+.-]+:\/*(.+?)(\?[^/]*)?$/i.exec(source)?.[1];
  if (rest === undefined) return path.resolve(folder, source);
  const key = `${folder}\n${source}`;
  let file = found.get(key);
  if (file === undefined) {
    if (found.size >= mostFound) found.clear();
    file = findAbove(folder, [rest.slice(rest.indexOf('/') + 1), rest]);
    found.set(key, file);
  }
  return file;
}

function findAbove(start: string, names: readonly string[]): string | null {
  for (let folder = start; ; folder = path.dirname(folder)) {
    for (const name of names) {
      const file = path.resolve(folder, name);
      if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
    }
    if (folder === path.dirname(folder)) return null;
  }
}
