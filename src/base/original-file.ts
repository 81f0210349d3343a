/** The files that source maps name. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const found = new Map<string, string | null>();
const mostFound = 10_000;

/**
 * Absolute path of a source that the map of a built file names. Bundlers name theirs by URLs of their own, `webpack://NAME/./src/a.ts`, from the folder in
 * which they ran: the built file's or one above. A path with a folder too many or too few before it (@rollup/plugin-typescript with an `outDir` that is
 * deeper than the sources) is looked for in these folders too. Null: no such file is there, as for what a bundler has made itself or taken from a
 * package whose map names its sources so; of a path, the path where it should be.
 */
export function originalFile(source: string, builtFile: string): string | null {
  const folder = path.dirname(builtFile);
  // One letter is a drive.
  const rest = source.startsWith('file:') ? undefined : /^[a-z][a-z\d+.-]+:\/*(.+?)(\?[^/]*)?$/i.exec(source)?.[1];
  const key = `${folder}\n${source}`;
  let file = found.get(key);
  if (file === undefined) {
    if (found.size >= mostFound) found.clear();
    file =
      rest === undefined ? fileAt(pathOf(source, folder), folder) : findAbove(folder, [rest.slice(rest.indexOf('/') + 1), rest]);
    found.set(key, file);
  }
  return file;
}

function pathOf(source: string, folder: string): string {
  return source.startsWith('file:') ? fileURLToPath(source) : path.resolve(folder, source);
}

function fileAt(file: string, folder: string): string {
  // What packages name is theirs, and most leave their sources out.
  if (isFile(file) || folder.split(path.sep).includes('node_modules')) return file;
  const [first, ...inner] = path.relative(folder, file).split(path.sep);
  const below = inner.slice(inner.findIndex((name) => name !== '..'));
  return (first === '..' ? findAbove(folder, [path.join(...below)]) : null) ?? file;
}

function findAbove(start: string, names: readonly string[]): string | null {
  for (let folder = start; ; folder = path.dirname(folder)) {
    const file = names.map((name) => path.resolve(folder, name)).find(isFile);
    if (file !== undefined) return file;
    if (folder === path.dirname(folder)) return null;
  }
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
