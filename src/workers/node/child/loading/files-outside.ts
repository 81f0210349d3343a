/** Which of the loaded files are the developer's, although they stand outside of the app's folder: a change of theirs is one of the app. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBelow } from '../../../../base/is-below';
import type { Init } from '../../wire/messages';

/** Those of our own and of packages are left out; of a package that is used where it is written, its package.json stands for all. */
export function filesOutside({ appDir, entryFiles, folders }: Init): string[] {
  const files = new Set(Object.keys(createRequire(__filename).cache));
  const modules = [
    ...entryFiles.flatMap(({ file, esm }) => (esm ? [file] : [])),
    ...folders.flatMap(({ scriptFile, esm }) => (esm ? [scriptFile] : [])),
  ];
  for (const file of importedFiles(modules)) files.add(file);
  return [...files].filter((file) => isOutside(file, appDir));
}

export function isOutside(file: string, appDir: string): boolean {
  if (!path.isAbsolute(file) || isBelow(file, appDir) || path.dirname(file) === __dirname) return false;
  return !isOfPackages(file);
}

function isOfPackages(file: string): boolean {
  return file.split(path.sep).includes('node_modules');
}

/** More than anybody writes. */
const mostFiles = 2_000;

/** Node.js keeps no list of ES modules that can be read: what the developer's texts import is looked for as it would do it. */
function importedFiles(modules: readonly string[]): ReadonlySet<string> {
  const found = new Set(modules);
  for (const file of found) {
    if (found.size > mostFiles) break;
    for (const specifier of specifiersIn(file)) {
      const target = /^(\.{1,2}\/|\/|file:)/.test(specifier) ? fileAt(specifier, file) : packageAt(specifier, file);
      if (target !== null && !isOfPackages(target)) found.add(target);
    }
  }
  return found;
}

function specifiersIn(file: string): string[] {
  if (!/\.[cm]?[jt]sx?$/i.test(file)) return [];
  try {
    const text = readFileSync(file, 'utf8');
    return [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*(['"])([^'"\n]+)\1/g)].map(([, , specifier = '']) => specifier);
  } catch {
    return []; // It is being written, or gone: the next load looks again.
  }
}

function fileAt(specifier: string, from: string): string | null {
  const url = specifier.replace(/[?#].*$/, '');
  try {
    const target = url.startsWith('file:') ? fileURLToPath(url) : path.resolve(path.dirname(from), url);
    // What is written in TypeScript names what would be built of it, or nothing.
    const written = target.replace(/\.([cm]?)js$/i, '.$1ts');
    const endings = ['.js', '.ts', '/index.js', '/index.ts'].map((ending) => target + ending);
    for (const candidate of [target, written, ...endings]) {
      if (statSync(candidate, { throwIfNoEntry: false })?.isFile() === true) return realpathSync(candidate);
    }
  } catch {
    // No path at all.
  }
  return null;
}

function packageAt(specifier: string, from: string): string | null {
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
  for (let at = path.dirname(from); ; at = path.dirname(at)) {
    const candidate = path.join(at, 'node_modules', name, 'package.json');
    if (name !== '' && statSync(candidate, { throwIfNoEntry: false }) !== undefined) return realpathSync(candidate);
    if (at === path.dirname(at)) return null;
  }
}
